"""Usage on an invoice survives every crash, also where its records are too many for the document's change set.

The month of one contract with four usage records is billed with room for two in a change set: so records are claimed before the
document and marked after it. Broken at every request in every way, and recovered, the tenant must hold the clean run's document.
"""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from dataverse.stores import billing_claims
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.usage import USAGE, add_usage, billing_states
from local.faults import CRASHES, Died, Fault
from work365.errors import External

if TYPE_CHECKING:
    from tests.points import Tried

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
RECORDS, ROOM = 4, 2


def arranged() -> BillingDesk:
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(10))
    azure = desk.subscription(contract, seats=0, price=Decimal(0))
    desk.run(JANUARY)
    for number in range(RECORDS):
        add_usage(desk, contract, azure, JANUARY + timedelta(days=number), "10.00")
    desk.fuse.reset()
    return desk


def recovered(desk: BillingDesk) -> BillingDesk:
    """The platform delivers again, sweeps and ticks."""
    desk.fuse.reset()
    for _ in range(3):
        desk.sweep_after(20)
        desk.work()
    desk.run(FEBRUARY)
    return desk


def test_usage_is_billed_once_whatever_dies(monkeypatch: pytest.MonkeyPatch, tried: Tried) -> None:
    monkeypatch.setattr(billing_claims, "SETTLED_AT_ONCE_MAX", ROOM)
    clean = arranged()
    clean.run(FEBRUARY)
    for at, fault in tried("usage", product(range(1, clean.fuse.count + 1), CRASHES)):
        desk = arranged()
        desk.fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            desk.run(FEBRUARY)
        recovered(desk)
        assert [invoice.amounts for invoice in desk.invoices()] == [["44.00"]], f"{fault.value} at {at}: {desk.fuse.blown}"
        assert billing_states(desk, USAGE) == ["Billed"] * RECORDS
        kept = [row["w365_billedamount"] for row in desk.api.find(Query(USAGE, ("w365_billedamount",)))]
        assert kept == [Decimal(11)] * RECORDS


@pytest.mark.parametrize("room", [800, ROOM])
def test_a_record_that_is_revised_meanwhile_is_billed_as_revised(
    room: int, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    """Between reading and writing a new version takes a record's place: nothing of the old one is billed."""
    monkeypatch.setattr(billing_claims, "SETTLED_AT_ONCE_MAX", room)
    clean = arranged()
    clean.run(FEBRUARY)
    for at in tried("usage, two", range(1, clean.fuse.count + 1)):
        desk = arranged()
        first = next(iter(desk.api.find(Query(USAGE, ("w365_usageid", "_w365_contract_value", "_w365_subscription_value")))))

        def revise(desk: BillingDesk = desk, first: dict[str, str] = first) -> None:
            row = desk.api.read(Ref(USAGE, first["w365_usageid"]), select=("w365_billingstate", "w365_claim"))
            if row["w365_billingstate"] == 365000000 and row["w365_claim"] is None:
                desk.api.update(Ref(USAGE, first["w365_usageid"]), {"w365_billingstate": 365000003})
                where = first["_w365_contract_value"], first["_w365_subscription_value"]
                add_usage(desk, *where, JANUARY, "20.00")

        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=revise)
        with contextlib.suppress(External):
            desk.run(FEBRUARY)
        recovered(desk)
        revised = "Restated" in billing_states(desk, USAGE)
        assert sum(invoice.net for invoice in desk.invoices()) == (Decimal(55) if revised else Decimal(44)), at
