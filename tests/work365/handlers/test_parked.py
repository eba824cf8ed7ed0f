"""A contract that cannot be billed is parked with its reason; the others go on; mended, it is billed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dataverse.stores.run_reports import RunReports
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.faults import Fault
from work365.errors import External
from work365.handlers import billing
from work365.ports.billing import PARKED, Reading
from work365.ports.platform import CHUNKS

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
CONTRACT = "w365_billingcontract"


@pytest.fixture
def desk() -> BillingDesk:
    """Three contracts; the second has a discount that cannot be."""
    desk = BillingDesk(JANUARY)
    for number in ("C-1", "C-2", "C-3"):
        desk.standing(number)
    _discount(desk, Decimal(120))
    return desk


def _discount(desk: BillingDesk, percent: Decimal) -> None:
    contract = next(key for key, number in desk.numbers.items() if number == "C-2")
    desk.api.update(Ref(CONTRACT, contract), {"w365_discountpercent": percent})


def _parked(desk: BillingDesk) -> list[tuple[str, str]]:
    found = RunReports(desk.api, desk.tenant.currencies).parked()
    return [(one.number, one.finding.message) for one in found]


def _run_parked(desk: BillingDesk, day: date = JANUARY) -> int:
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock, as_of=day, scope=PARKED)
    return desk.work()


def _billed(desk: BillingDesk) -> list[str]:
    return [invoice.contract for invoice in desk.invoices()]


def test_a_contract_that_fails_is_parked_and_delays_nobody(desk: BillingDesk) -> None:
    """The other two have their numbers; the third is listed with the rule that refused it."""
    desk.run(JANUARY)
    assert _billed(desk) == ["C-1", "C-3"]
    ((number, message),) = _parked(desk)
    assert (number, "percent is not possible; use 0 to 100" in message) == ("C-2", True)


def test_the_repaired_ones_are_billed_once(desk: BillingDesk) -> None:
    """Not before they are repaired; then once, whoever runs how often; and nobody else's turn comes early."""
    desk.run(JANUARY)
    _run_parked(desk)
    assert _billed(desk) == ["C-1", "C-3"]
    _discount(desk, Decimal(10))
    desk.standing("C-4")
    for _ in range(2):
        _run_parked(desk)
        assert _billed(desk) == ["C-1", "C-3", "C-2"]
        assert _parked(desk) == []
    desk.run(JANUARY)
    assert _billed(desk) == ["C-1", "C-3", "C-2", "C-4"]


def test_nothing_is_parked_nothing_runs() -> None:
    """A run of the parked ones without any makes no run and no message."""
    desk = BillingDesk(JANUARY)
    desk.standing()
    assert _run_parked(desk) == 0
    assert desk.states("w365_billingrun") == []


def test_a_rule_that_breaks_parks_its_contract_alone() -> None:
    """Not a refusal but a defect, such as a missing key: the chunk goes on, and the finding says what broke."""
    desk = BillingDesk(JANUARY)
    for number in ("C-1", "C-2"):
        desk.standing(number)
    (preview,) = billing.preview(book=desk.book, clock=desk.clock, as_of=JANUARY)
    good, poisoned = (one.work for one in preview.decided.drafts)
    reading = Reading((replace(poisoned, articles={}), good))
    found = billing.decide(reading, desk.book.entities()[0].taxes, JANUARY)
    assert [one.work.number for one in found.drafts] == ["C-1"]
    assert [(one.code, one.subject, "KeyError" in one.message) for one in found.findings] == [
        ("contract-not-billed", "C-2", True)
    ]


@pytest.mark.parametrize("request_number", [2, 3])
def test_a_failed_read_bills_no_partial_view(request_number: int) -> None:
    """Five seats were added mid-month: neither the claim's read nor that of the history may fail and be taken for empty."""
    desk = BillingDesk(JANUARY)
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.run(JANUARY)
    desk.change(contract, subscription, date(2026, 1, 16), 15)
    desk.plan(FEBRUARY)
    message = desk.queue.take(CHUNKS) or {}
    desk.fuse.arm(at=request_number, fault=Fault.NOT_REACHED)
    with pytest.raises(External):
        billing.work(message["chunk"], book=desk.book, now=desk.clock.now())
    assert len(desk.invoices()) == 1
    billing.work(message["chunk"], book=desk.book, now=desk.clock.now())
    assert [invoice.net for invoice in desk.invoices()] == [Decimal("310.00"), Decimal("465.00") + Decimal("80.00")]
