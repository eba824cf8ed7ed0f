"""Opening a link and learning what was stored, killed and confused at every request that is sent: one page, one stored card."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import status_label
from dataverse.stores.telling import Telling
from local.clock import FixedClock
from local.desks.links import LinkDesk, Shown
from local.desks.telling import LANGUAGES, NO_LINKS
from local.faults import CRASHES, Died, Fault
from providers.catalogues.languages import Languages
from work365.handlers import asking_for_profiles, telling
from work365.ports.profiles import Asker, ProfileHint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.points import Tried
    from work365.receivables.profile_links import Request

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]
VISA = Shown("Active", "Visa", "4242", default=True)


@pytest.fixture(scope="module")
def desk() -> Iterator[LinkDesk]:
    """One tenant; every run has a customer of its own."""
    built = LinkDesk()
    yield built
    built.close()


def attempt(act: Callable[[], object]) -> None:
    """One try, which may die or fail; whoever comes next tries again."""
    with contextlib.suppress(Died, Exception):
        act()


def requests_of(desk: LinkDesk, act: Callable[[], object]) -> int:
    """How many requests a clean run sends."""
    desk.fuse.reset()
    act()
    return desk.fuse.count


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_one_page_whatever_breaks_while_it_is_opened(desk: LinkDesk, fault: Fault, tried: Tried) -> None:
    """Opened again after any failure, or by two browsers at once: what the customer then enters is what is stored."""
    token, _ = desk.request(number=desk.customer())
    requests = requests_of(desk, partial(desk.open, token))
    for at in tried(f"open a link, {fault.value}", range(1, requests + 1)):
        token, asked = desk.request(number=desk.customer())
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(desk.open, token)))
        attempt(partial(desk.open, token))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        page = desk.open(token)
        assert desk.open(token) == page, place
        desk.finish(page)
        desk.told(ProfileHint(profile=asked.id))
        assert desk.shown(asked.id) == VISA, place


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name.lower())
def test_what_was_stored_is_learned_whatever_breaks(desk: LinkDesk, fault: Fault, tried: Tried) -> None:
    """The worker dies anywhere, or runs twice at once: the sweep finds what the gateway holds."""

    def finished() -> str:
        token, asked = desk.request(number=desk.customer())
        desk.finish(desk.open(token))
        return asked.id

    done = finished()
    requests = requests_of(desk, partial(desk.told, ProfileHint(profile=done)))
    for at in tried(f"confirm a profile, {fault.value}", range(1, requests + 1)):
        desk.fuse.reset()
        profile = finished()
        hint = ProfileHint(profile=profile)
        desk.fuse.arm(at=at, fault=fault, meanwhile=partial(attempt, partial(desk.told, hint)))
        attempt(partial(desk.told, hint))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        desk.sweep_links()
        assert desk.shown(profile) == VISA, place


@pytest.mark.parametrize("fault", CRASHES, ids=lambda one: one.name.lower())
def test_a_link_is_mailed_at_most_once_whatever_breaks(desk: LinkDesk, fault: Fault, tried: Tried) -> None:
    """The log says in the end whether the mail has left; one that has not is never sent without its link."""
    book = Telling(desk.guarded)

    def mail(asked: Request) -> object:
        asker, to = Asker(("Partner Ltd",)), f"{asked.id}@northwind.example"
        return asking_for_profiles.mail(
            asked, "https://b", to=to, asker=asker, notices=book, mailer=desk.mailer, catalogues=Languages(), now=desk.now
        )

    requests = requests_of(desk, partial(mail, desk.request()[1]))
    for at in tried(f"mail a link, {fault.value}", range(1, requests + 1)):
        _, asked = desk.request()
        desk.fuse.arm(at=at, fault=fault)
        attempt(partial(mail, asked))
        place = f"{fault.value}, request {at} of {requests}: {desk.fuse.blown}"
        assert desk.fuse.blown is not None, place
        desk.fuse.reset()
        for _ in range(2):
            desk.later(minutes=20)
            telling.deliver(
                book=book, mailer_for=lambda: desk.mailer, clock=FixedClock(desk.now), linking=NO_LINKS, catalogues=LANGUAGES
            )
        sent = [one for one in desk.mailer.sent if asked.id in one.recipient]
        rows = list(desk.quiet.find(Query("w365_notice", ("statuscode",), eq("w365_events", asked.id))))
        states = [status_label("w365_notice", row) for row in rows]
        assert states == (["Sent"] if sent else states), place
        assert len(sent) <= 1, place
        assert set(states) <= {"Sent", "Failed"}, place
