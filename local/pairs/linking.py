"""Stories of links by which customers store a card."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local.desks.links import LinkDesk, Shown
from local.pairs.story import Scene, Story
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from work365.receivables.profile_links import Request

VISA = Shown("Active", "Visa", "4242", default=True)


def opened() -> Scene:
    """A customer opens a link; later the card is entered on the page that it leads to then."""
    desk = LinkDesk()
    token, asked = desk.request()

    def finish() -> None:
        desk.finish(desk.open(token))
        desk.told(ProfileHint(profile=asked.id))

    return Scene(desk.fuse, act=partial(desk.open, token), settle=finish, seen=partial(_shown, desk, asked))


def learned() -> Scene:
    """A card was entered, and the gateway's event is worked on; if that fails, the sweep finds it."""
    desk = LinkDesk()
    token, asked = desk.request()
    desk.finish(desk.open(token))
    hint = ProfileHint(profile=asked.id)
    return Scene(desk.fuse, act=partial(desk.told, hint), settle=desk.sweep_links, seen=partial(_shown, desk, asked))


def _shown(desk: LinkDesk, asked: Request) -> Shown:
    return desk.shown(asked.id)


STORIES = (
    Story("open a link", "profile_links.open_link", opened, VISA),
    Story("learn of a stored card", "profile_links.look", learned, VISA),
)
