"""A hold that is lifted, killed and confused at every request: what waited happens once, in the order of entry."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from local.desks.holds import HoldDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External, Refused
from work365.subscriptions.ledger import breaks

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED]


def start(desk: HoldDesk) -> str:
    """A fresh subscription of a held customer, with two changes that wait."""
    one = desk.bought(desk.contract_id)
    desk.fuse.reset()
    desk.hold()
    desk.more(20, subscription=one)
    desk.passes()
    desk.ask(one, "Upgrade", on="2026-03-16", quantity=4, price=40, product=desk.better)
    return one


def act(desk: HoldDesk) -> None:
    """Somebody lifts it, or the sweeper finds that somebody did."""
    with suppress(Died, External, Refused):
        desk.lift()
    with suppress(Died, External):
        desk.sweep()


def check(desk: HoldDesk, one: str, place: str) -> None:
    """Both happened, the first one first."""
    held = desk.held(one)
    assert [(event, seats) for event, _, seats, _ in desk.log(one)] == [("Create", 10), ("Quantity", 20), ("Upgrade", 16)], place
    assert breaks(held.rows, held.quantity, held.rows[-1].sequence) == [], place
    assert {state for _, state in desk.planned()} == {"Done"}, place
    placed_and_lifted = [one.action.value for one in desk.told()]
    assert placed_and_lifted.count("Placed") == placed_and_lifted.count("Lifted"), place


@pytest.mark.parametrize("fault", [*FAULTS, Fault.MEANWHILE], ids=lambda fault: fault.name.lower())
def test_what_waited_happens_once(fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500, no connection, or meet another worker."""
    desk = HoldDesk()
    desk.better = desk.product()
    start(desk)
    desk.fuse.reset()
    act(desk)
    for at in tried(f"lifting a hold, {fault.value}", range(1, desk.fuse.count + 1)):
        one = start(desk)
        desk.fuse.arm(at=at, fault=fault, meanwhile=lambda: act(desk))
        act(desk)
        blown = desk.fuse.blown
        desk.fuse.reset()
        for _ in range(2):
            act(desk)
        check(desk, one, f"{fault.value}, request {at}: {blown}")
