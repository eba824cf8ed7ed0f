"""How the steps of a timer are taken, and how much one step may take upon itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from work365.errors import Work365Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wiring.ports import Ports

    Step = Callable[[Ports], None]

log = logging.getLogger(__name__)
STALE_S = 15 * 60
"""How long nobody touched what a sweep holds for lost."""
SWEPT_MAX = 500
"""How many messages one step sends; the next run goes on."""


def take(what: str, steps: Iterable[Callable[[], None]]) -> None:
    """Take every step, then raise the first error: the timer's run counts as failed, and its next one tries again."""
    failed: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as error:
            log.warning("a part of %s was not done: %s", what, error, exc_info=not isinstance(error, Work365Error))
            failed.append(error)
    if failed:
        raise failed[0]


def raise_first(errors: Sequence[Work365Error]) -> None:
    """What kept a step from looking at some rows; it has looked at all the others."""
    if errors:
        raise errors[0]
