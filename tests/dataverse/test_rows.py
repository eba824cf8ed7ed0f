"""Values of rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dataverse import rows
from dataverse.names import Ref
from work365.errors import BadInput, InvariantBroken
from work365.money import Currency, Money

ID = "0f0e0d0c-0000-4000-8000-0a0b0c0d0e0f"


def test_lookups() -> None:
    """By id, by key, by content id, and cleared."""
    name = "w365_Contract@odata.bind"
    assert rows.bind("w365_Contract", "w365_billingcontract", ID.upper()) == {name: f"/w365_billingcontracts({ID})"}
    by_key = Ref("w365_billingcontract", key={"w365_number": "C-1"})
    assert rows.bind("w365_Contract", "w365_billingcontract", by_key) == {name: "/w365_billingcontracts(w365_number='C-1')"}
    assert rows.bind("w365_Contract", "w365_billingcontract", Ref("w365_billingcontract", content_id=1)) == {name: "$1"}
    assert rows.bind("w365_Contract", "w365_billingcontract", None) == {name: None}
    with pytest.raises(BadInput):
        rows.bind("w365_Contract", "w365_billingcontract", "1) or (1")


def test_choices_and_states() -> None:
    """Labels stand in the code, numbers on the wire."""
    assert (
        rows.choice_label("w365_invoice", "w365_kind", rows.choice_value("w365_invoice", "w365_kind", "Credit note"))
        == "Credit note"
    )
    assert rows.status("w365_invoice", "Issued") == {"statecode": 0, "statuscode": 365_000_002}
    assert rows.status("w365_invoice", "Paid") == {"statecode": 1, "statuscode": 2}
    assert rows.status_label("w365_invoice", rows.status("w365_invoice", "Partial")) == "Partial"
    with pytest.raises(KeyError):
        rows.status("w365_invoice", "Lost")


def test_days_and_moments() -> None:
    """Days have no time; moments are UTC, also when the server leaves that out."""
    assert rows.day("2026-02-28") == date(2026, 2, 28)
    moment = datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert (
        rows.instant("2026-02-28T12:00:00Z")
        == rows.instant("2026-02-28T14:00:00+02:00")
        == rows.instant("2026-02-28T12:00:00")
        == moment
    )
    assert (rows.maybe(rows.day, None), rows.maybe(rows.day, "2026-02-28")) == (None, date(2026, 2, 28))


def test_numbers_and_amounts() -> None:
    """Numbers are exact; an amount has the currency's places, however many zeros follow."""
    usd = Currency("USD")
    assert rows.decimal(7) == Decimal(7)
    assert rows.amount(Decimal("20000.0000"), usd) == Money(2_000_000, usd)
    with pytest.raises(BadInput):
        rows.amount(Decimal("0.005"), usd)
    for wrong in (0.5, "1", True, None):
        with pytest.raises(InvariantBroken):
            rows.decimal(wrong)  # type: ignore[arg-type]  # the mistake


def test_words_for_people() -> None:
    """Formatted values are what a person sees; without them there are none."""
    row = {"w365_total": 1, f"w365_total{rows.FORMATTED}": "$1.00", "@odata.etag": 'W/"1"'}
    assert (rows.formatted(row, "w365_total"), rows.formatted(row, "w365_net"), rows.etag(row)) == ("$1.00", "", 'W/"1"')
