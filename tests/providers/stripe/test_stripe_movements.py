"""How balance transactions read where the stand-in is plain: other currencies, fees apart, categories that nobody knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.http import RequestsAdapter, Response
from local.stripe.server import KEY
from providers.stripe.client import client
from providers.stripe.movements import StripeMoney
from work365.receivables.marking import Owner

if TYPE_CHECKING:
    from local.http import Request
    from work365.reconciling.movement import Movement

FIRST, LAST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
CHARGE = {"id": "ch_1", "object": "charge", "amount": 15000, "currency": "eur", "payment_intent": "pi_1", "metadata": {}}
REFUND = {"id": "re_1", "object": "refund", "amount": 5000, "currency": "eur", "payment_intent": "pi_1", "metadata": {}}
OURS = {"w365_payment": "p-1", "w365_environment": "test", "w365_invoice": "i-1"}


def read(category: str, amount: int, source: dict[str, Any] | None, *, fee: int = 0, currency: str = "eur") -> Movement:
    """The one movement that Stripe tells of."""
    one = {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": amount,
        "created": 1772442000,
        "currency": currency,
        "fee": fee,
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "type": "adjustment",
    }

    def app(_: Request) -> Response:
        said = {"object": "list", "url": "/v1/balance_transactions", "has_more": False, "data": [one]}
        return Response(200, (("content-type", "application/json"),), json.dumps(said).encode())

    session = requests.Session()
    session.mount("https://", RequestsAdapter(app))
    [found] = StripeMoney(client(KEY, own_session=session), environment="test").movements(FIRST, LAST)
    return found


@pytest.mark.parametrize(
    ("category", "amount", "source", "currency", "kind", "moved", "settled"),
    [
        ("charge", 15000, CHARGE, "eur", "Payment", "150.00 EUR", "150.00 EUR"),
        ("charge", 16350, CHARGE, "usd", "Payment", "150.00 EUR", "163.50 USD"),
        ("refund", -5450, REFUND, "usd", "Refund", "-50.00 EUR", "-54.50 USD"),
        ("refund_failure", 5450, REFUND, "usd", "Refund", "50.00 EUR", "54.50 USD"),
        ("charge_failure", -15000, CHARGE, "eur", "Dispute", "-150.00 EUR", "-150.00 EUR"),
        ("dispute_reversal", 5000, REFUND, "eur", "Dispute", "50.00 EUR", "50.00 EUR"),
        ("topup", 5000, None, "eur", "Other", "None", "50.00 EUR"),
        ("something_new", -700, None, "eur", "Other", "None", "-7.00 EUR"),
    ],
)
def test_what_moved_of_a_payment_is_in_its_own_currency(
    category: str, amount: int, source: dict[str, Any] | None, currency: str, kind: str, moved: str, settled: str
) -> None:
    """What moved the balance may be in another; what is of no payment moved no payment."""
    found = read(category, amount, source, currency=currency)
    said = (found.kind.value, str(found.amount), f"{found.settled} {found.settled_in}", found.reference)
    assert said == (kind, moved, settled, "" if source is None else "pi_1")


def test_a_fee_that_stands_alone_is_a_fee() -> None:
    """It moved nothing but itself."""
    found = read("fee", -1234, None)
    assert (str(found.settled), str(found.fee), str(found.net)) == ("0", "12.34", "-12.34")


@pytest.mark.parametrize(
    ("marks", "owner", "payment"),
    [
        ({}, Owner.NOBODY, ""),
        (OURS, Owner.OURS, "p-1"),
        ({**OURS, "w365_environment": "copy"}, Owner.ANOTHER, ""),
        ({"order": "7"}, Owner.NOBODY, ""),
    ],
)
def test_the_mark_says_whose_it_is(marks: dict[str, str], owner: Owner, payment: str) -> None:
    """A charge repeats what we wrote on its intent."""
    found = read("charge", 15000, {**CHARGE, "metadata": marks})
    assert (found.owner, found.payment) == (owner, payment)
