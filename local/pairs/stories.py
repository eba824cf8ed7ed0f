"""Every story that pairs of crashes are tried on, in the order in which money goes.

In, back, without a gateway; given up, chased, waited for; told, booked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.pairs import books, charging, chasing, deciding, giving_back, giving_up, linking, receiving, telling
from work365.errors import BadInput

if TYPE_CHECKING:
    from local.pairs.story import Story

STORIES: tuple[Story, ...] = (
    *linking.STORIES,
    *charging.STORIES,
    *giving_back.STORIES,
    *receiving.STORIES,
    *giving_up.STORIES,
    *chasing.STORIES,
    *deciding.STORIES,
    *telling.STORIES,
    *books.STORIES,
)


def named(name: str) -> Story:
    """A story by its name. Errors: BadInput naming them all."""
    found = next((story for story in STORIES if story.name == name), None)
    if found is None:
        message = f"there is no story '{name}'; there are: " + "; ".join(story.name for story in STORIES)
        raise BadInput(message, "story")
    return found
