"""A new customer is asked, ticked and released once, whatever request it dies at, and never released with something missing."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from local.desks.checklists import AGREEMENT, FORM, PROFILE, ChecklistDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

MOVES_AT = 3
"""The request that releases: the account and its checklist are read before it."""

Step = tuple[int, "Callable[[ChecklistDesk, str], object]"]


@pytest.fixture(scope="module")
def desk() -> ChecklistDesk:
    """One tenant; every point has a customer of its own."""
    made = ChecklistDesk()
    made.follows()
    return made


def customer(desk: ChecklistDesk, number: str, steps: int) -> str:
    """A new customer with so many steps done: asked, two of three seen, all seen."""
    desk.enters(number)
    if steps > 0:
        desk.starts(number)
    for code in ((), (AGREEMENT, PROFILE), (AGREEMENT, PROFILE, FORM))[max(0, steps - 1)]:
        desk.ticks_item(number, code)
    desk.fuse.reset()
    return number


def seen(desk: ChecklistDesk, number: str) -> tuple[object, ...]:
    log = sorted((one.action.value, one.kind.value) for one in desk.holds.log(number))
    return desk.papers(number), desk.done(number), log


STEPS: dict[str, Step] = {
    "asked": (0, lambda desk, _: desk.follows()),
    "ticked": (2, lambda desk, number: desk.ticks_item(number, FORM)),
    "released": (3, lambda desk, number: desk.releases(number)),
}


@pytest.mark.parametrize("what", STEPS)
def test_each_step_happens_once(desk: ChecklistDesk, what: str, record_property: Callable[[str, object], None]) -> None:
    """Done again after it died it finds what was done, or does it."""
    steps, act = STEPS[what]
    clean = customer(desk, f"{what}-0", steps)
    act(desk, clean)
    count, end = desk.fuse.count, seen(desk, clean)
    for fault in CRASHES:
        for at in range(1, count + 1):
            number = customer(desk, f"{what}-{fault.name}-{at}"[-20:], steps)
            desk.fuse.arm(at=at, fault=fault)
            with suppress(Died, External):
                act(desk, number)
            desk.fuse.reset()
            with suppress(Refused):
                act(desk, number)
            assert seen(desk, number) == end, f"{what}, {fault.value} at {at} of {count}"
    record_property("crash points", f"checklist {what}: {count * len(CRASHES)}")


def test_nobody_is_released_while_somebody_opens_an_item(desk: ChecklistDesk, tried: Tried) -> None:
    """Opened wholly between any two requests of the release: either it is refused, or it was done before."""
    count = desk.fuse.count if desk.releases(customer(desk, "opened-0", 3)) >= 0 else 0
    for at in tried("checklist opened", range(1, count + 1)):
        number = customer(desk, f"opened-{at}", 3)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(desk.opens_item, number, FORM))
        with suppress(Refused, External):
            desk.releases(number)
        desk.fuse.reset()
        held = desk.papers(number)[2]
        assert held == (at <= MOVES_AT), f"before request {at} of {count}"
        assert [one.action.value for one in desk.holds.log(number)].count("Lifted") == (not held)
