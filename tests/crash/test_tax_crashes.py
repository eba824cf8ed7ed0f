"""Settling tax dies before or after every request, or loses the answer; run again, AvaTax has each document once.

An invoice is committed, a credit note told, a cancelled draft voided. A clean job counts the requests; then for each request and
each way to fail a fresh tenant is broken there, and the job is delivered again until it answers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dataverse.webapi import Ref
from local.desks.taxed import TaxedDesk
from local.faults import CRASHES, Died
from local.sample.generated import ENTITY
from work365.errors import External
from work365.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
INVOICE = "INV-CO-2026-00001"
DELIVERIES_MAX = 4


def billed() -> TaxedDesk:
    """One invoice, at AvaTax as saved."""
    desk = TaxedDesk(MARCH)
    desk.standing("C-1", start=MARCH)
    desk.run(MARCH)
    return desk


def an_invoice() -> tuple[TaxedDesk, str]:
    """To be committed."""
    desk = billed()
    return desk, desk.id_of(INVOICE)


def a_note() -> tuple[TaxedDesk, str]:
    """To be told, of an invoice that is committed."""
    desk = billed()
    desk.settle_all()
    desk.credit(INVOICE, "1:3")
    return desk, desk.id_of("CN-CO-2026-00001")


def a_cancelled_draft() -> tuple[TaxedDesk, str]:
    """To be voided."""
    desk = billed()
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(1)})
    desk.run(APRIL)
    draft = desk.id_of("")
    desk.cancel("")
    return desk, draft


def deliver(desk: TaxedDesk, invoice: str) -> None:
    """The queue delivers the job again until it answers."""
    for _ in range(DELIVERIES_MAX):
        try:
            assert desk.settle(invoice).state is JobState.SUCCEEDED
        except (Died, External):
            continue
        return
    pytest.fail("the job never answered")


def left(desk: TaxedDesk, invoice: str) -> tuple[object, ...]:
    """What AvaTax and the row hold."""
    desk.fuse.reset()
    columns = ("w365_taxreference", "w365_taxstate")
    row = desk.api.read(Ref("w365_invoice", invoice), select=columns)
    held = sorted((one["type"], one["status"], one["totalTax"]) for one in desk.avatax.transactions.values())
    return held, row["w365_taxstate"], str(row["w365_taxreference"]).partition("/")[0]


@pytest.mark.parametrize("office", [an_invoice, a_note, a_cancelled_draft], ids=["commit", "tell", "void"])
def test_settling_survives_every_crash(office: Callable[[], tuple[TaxedDesk, str]], tried: Tried) -> None:
    """Whatever request the job dies at, it ends as the clean job leaves it."""
    clean, document = office()
    clean.fuse.reset()
    deliver(clean, document)
    requests = clean.fuse.count
    expected = left(clean, document)
    for at, fault in tried(f"{office.__name__}", product(range(1, requests + 1), CRASHES)):
        desk, document = office()
        desk.fuse.arm(at=at, fault=fault)
        deliver(desk, document)
        assert left(desk, document) == expected, f"{fault.value} at request {at}: {desk.fuse.blown}"
