"""The nightly check of the money, killed and confused at every request: the same movements, payouts and findings, once each.

A clean run counts the requests. Then, for each request and each way to go wrong, a tenant has a payment that agrees, one that was
charged by hand, and a payout that is not the sum of its parts; the next night comes again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.three_way import ThreeWayDesk
from local.faults import Died, Fault
from local.stripe.enrolling import control
from tests.crash.walking import broken, clean
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.points import Tried

FOUND = ["money-not-here 50.00 EUR Open", "payout-parts-differ 147.50 EUR Open"]

FAULTS = (Fault.DIE_AFTER, Fault.LOSE_ANSWER)
"""To die before a request is to die after the one before it."""


class Office:
    """One payment by card, one by hand, both paid out; three days later."""

    def __init__(self, desk: ThreeWayDesk) -> None:
        self.desk = desk
        self.start, self.at = desk.remember(), desk.now
        self.again()

    def again(self) -> Office:
        """Everything as it was."""
        self.desk.return_to(self.start)
        self.desk.now = self.at
        return self

    def attempt(self) -> None:
        """The night, which may die or fail; what it raises is the host's business."""
        with suppress(Died, External):
            self.desk.night()

    def check(self, place: str) -> None:
        """What a clean run leaves."""
        desk = self.desk
        said = [one for one in sorted(desk.says()) if one != "money-not-checked  Resolved"]
        assert said == FOUND, place
        moved = [row["w365_reference"] for row in desk.quiet.find(Query("w365_gatewaymovement", ("w365_reference",)))]
        assert (len(moved), len(set(moved))) == (3, 3), place
        assert len(desk.money.payouts([], since=desk.now.replace(year=2025))) == 1, place
        [cards] = [one for one in desk.money.positions() if one.processor.code == "stripe"]
        assert cards.read_to == cards.checked_to, place
        assert cards.read_to is not None, place
        assert cards.read_to >= self.at, place


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """Built once; each case begins where it was built."""
    desk = ThreeWayDesk()
    desk.paid("150.00")
    desk.by_hand()
    desk.later(days=3)
    desk.stripe.deliver()  # the day is noticed
    [payout], [by_hand, _] = desk.payouts_at_stripe(), control(desk.stripe, "charges")
    control(desk.stripe, "itemise", {"payout": payout["id"], "items": [by_hand["balance_transaction"]]})
    desk.later(hours=1)
    yield Office(desk)
    desk.close()


@pytest.fixture(scope="module")
def requests(office: Office) -> int:
    """How many requests a clean run sends, once the currencies are known."""
    office.attempt()
    return clean(office.again())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_difference_is_found_once_whatever_breaks(office: Office, requests: int, fault: Fault, tried: Tried) -> None:
    """Die between any two requests, or lose an answer: the next night ends as a clean one."""
    for _, place in broken(office.again, fault, tried(f"money check, {fault.value}", range(1, requests + 1))):
        office.attempt()
        office.check(place)


def test_each_difference_is_found_once_by_two_workers(office: Office, requests: int) -> None:
    """A second worker may run wholly between any two requests of the first."""
    for _, place in broken(office.again, Fault.MEANWHILE, range(1, requests + 1)):
        office.check(place)
