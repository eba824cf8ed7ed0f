"""One rule for an invoice's status, whoever brought the money: the gateway or the books."""

from __future__ import annotations

import pytest

from work365.money import Currency, Money
from work365.receivables.payments import InvoiceStatus
from work365.receivables.settling import status_after

EUR = Currency("EUR")


@pytest.mark.parametrize(
    ("before", "balance", "charged", "after"),
    [
        ("Issued", 100, 0, "Issued"),
        ("Issued", 60, 40, "Partial"),
        ("Issued", 0, 100, "Paid"),
        ("Partial", 0, 100, "Paid"),
        ("Partial", 100, 0, "Issued"),
        ("Paid", 100, 0, "Issued"),
        ("Paid", 60, 40, "Partial"),
        ("Cancelled", 0, 100, "Cancelled"),
        ("Cancelled", 60, 40, "Cancelled"),
    ],
)
def test_amounts_decide(before: str, balance: int, charged: int, after: str) -> None:
    """Also when a bookkeeper takes a payment back, or enters one for a cancelled invoice."""
    found = status_after(InvoiceStatus(before), Money(balance, EUR), Money(charged, EUR))
    assert found is InvoiceStatus(after)
