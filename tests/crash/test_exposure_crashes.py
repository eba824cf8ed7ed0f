"""An order over a credit limit, killed and confused at every request: it waits once and happens once; figures end right."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.exposure import LimitDesk
from local.desks.holds import ACCOUNT, LATER, TODAY
from local.faults import CRASHES, Died, Fault
from work365.errors import External, Refused

if TYPE_CHECKING:
    from tests.points import Tried

FAULTS = [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED, Fault.MEANWHILE]
ENOUGH = "99999.00"


class Office:
    """A customer without credit asks for ten more seats, gets a higher limit, and its order is let in."""

    def __init__(self) -> None:
        self.desk = LimitDesk()
        self.numbers = count(2)

    def start(self) -> None:
        """A fresh customer, whose exposure was never drawn, and its order."""
        desk, number = self.desk, next(self.numbers)
        desk.at(TODAY)
        self.account = desk.customer(f"K-{number}", limit="0.00")
        self.one = desk.bought(desk.contract_of(self.account, f"C-{number}"), seats=1, price=Decimal(1), start=TODAY)
        self.job = desk.job(self.one, "Quantity", quantity=11, on=TODAY)
        desk.fuse.reset()

    def act(self) -> None:
        """The job, a higher limit, a sweep; the process may die anywhere."""
        with suppress(Died, External, Refused):
            self.desk.run_job(self.job)
        self.desk.limit(ENOUGH, account=self.account)
        with suppress(Died, External):
            self.desk.sweep()

    def check(self, place: str) -> None:
        """Ten seats came, once, and nothing waits."""
        log = [(event, seats) for event, _, seats, _ in self.desk.log(self.one)]
        assert log == [("Create", 1), ("Quantity", 11)], place
        assert {state for _, state in self.desk.planned()} <= {"Done"}, place


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_an_order_waits_and_happens_once(fault: Fault, tried: Tried) -> None:
    """Die before or after any request, lose its answer, get a 500, no connection, or meet another worker."""
    office = Office()
    desk = office.desk
    office.start()
    office.act()
    for at in tried(f"order over a limit, {fault.value}", range(1, desk.fuse.count + 1)):
        office.start()
        desk.fuse.arm(at=at, fault=fault, meanwhile=office.act)
        office.act()
        blown = desk.fuse.blown
        desk.fuse.reset()
        for _ in range(2):
            desk.passes(20)
            office.act()
        office.check(f"{fault.value}, request {at}: {blown}")
    desk.draw()
    others = {str(one.summary.exposure) for one in desk.exposures.listed() if one.number != ACCOUNT}
    assert others == {"19.85 EUR"}, "March and April"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_figures_end_right_whatever_breaks(fault: Fault, tried: Tried) -> None:
    """One row says how the customer stands, and one how it stood on each day."""
    desk = LimitDesk()
    desk.draw()
    desk.at(LATER)
    desk.fuse.reset()
    desk.open("1.00", due=TODAY, number="INV 0")
    desk.draw()
    points = tried(f"credit exposure, {fault.value}", range(1, desk.fuse.count + 1))
    for owed, at in enumerate(points, 2):
        desk.open("1.00", due=TODAY, number=f"INV {at}")
        desk.fuse.reset()
        desk.fuse.arm(at=at, fault=fault, meanwhile=desk.draw)
        with suppress(Died, External):
            desk.draw()
        place = f"{fault.value}, request {at}: {desk.fuse.blown}"
        desk.fuse.reset()
        desk.draw()
        assert [str(one.exposure) for one in (desk.summary(), desk.figure())] == [f"{737.80 + owed:.2f} EUR"] * 2, place
    assert [len(list(desk.api.find(Query(table, ("w365_name",))))) for table in ("w365_exposure", "w365_exposureday")] == [1, 2]
