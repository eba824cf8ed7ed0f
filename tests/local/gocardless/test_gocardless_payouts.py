"""The stand-in pays out as GoCardless does: an item for each part, fees in fractions, nothing in two payouts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import collect, control, pay_out
from local.http import Request

TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
GOOD = {"authorization": f"Bearer {TOKEN}", "gocardless-version": "2015-07-06"}


class Desk:
    """An account with one SEPA mandate, and time that passes when we say so."""

    def __init__(self) -> None:
        self.now = TUESDAY
        self.gocardless = GoCardless(clock=lambda: self.now)
        self.mandate = control(self.gocardless, "mandate", scheme="sepa_core")

    def ask(self, path: str, query: str = "") -> tuple[int, Any]:
        """One raw question."""
        answer = self.gocardless(Request("GET", path, query, GOOD, b""))
        return answer.status, json.loads(answer.body)

    def paid(self, amount: int) -> str:
        """A payment that the bank has collected."""
        body = {"payments": {"amount": amount, "currency": "EUR", "links": {"mandate": self.mandate["id"]}}}
        answer = self.gocardless(Request("POST", "/payments", "", GOOD, json.dumps(body).encode()))
        payment = str(json.loads(answer.body)["payments"]["id"])
        collect(self.gocardless, payment)
        return payment

    def items(self, payout: str) -> list[tuple[str, str]]:
        """Type and amount of each."""
        found = self.ask("/payout_items", f"payout={payout}")[1]["payout_items"]
        return [(one["type"], one["amount"]) for one in reversed(found)]


@pytest.fixture
def desk() -> Desk:
    """A fresh account."""
    return Desk()


def test_a_payout_is_its_items_rounded(desk: Desk) -> None:
    """1 % and 20 of 3,333 is 53.3; the payment is paid out then."""
    payment = desk.paid(3333)
    [payout] = pay_out(desk.gocardless)
    assert desk.items(payout) == [("payment_paid_out", "3333.0"), ("gocardless_fee", "-53.3")]
    found = desk.ask(f"/payouts/{payout}")[1]["payouts"]
    assert (found["amount"], found["deducted_fees"], found["arrival_date"]) == (3280, 53, "2026-03-11")
    assert desk.ask(f"/payments/{payment}")[1]["payments"]["status"] == "paid_out"
    assert pay_out(desk.gocardless) == []


def test_what_is_taken_back_leaves_a_later_payout_with_its_fee(desk: Desk) -> None:
    """And comes again when the bank gives it back."""
    taken = desk.paid(10_000)
    pay_out(desk.gocardless)
    control(desk.gocardless, "move", payment=taken, to="charged_back")
    assert pay_out(desk.gocardless) == []
    desk.paid(50_000)
    [payout] = pay_out(desk.gocardless)
    assert desk.items(payout)[:2] == [("payment_charged_back", "-10000.0"), ("gocardless_fee", "120.0")]
    control(desk.gocardless, "chargeback", payment=taken, ends="cancelled")
    [payout] = pay_out(desk.gocardless)
    assert desk.items(payout)[0] == ("payment_paid_out", "10000.0")


def test_what_was_never_paid_out_is_not_taken_out(desk: Desk) -> None:
    """A late failure before the payout leaves no item."""
    payment = desk.paid(10_000)
    control(desk.gocardless, "move", payment=payment, to="failed")
    other = desk.paid(20_000)
    [payout] = pay_out(desk.gocardless)
    links = [one["links"]["payment"] for one in desk.ask("/payout_items", f"payout={payout}")[1]["payout_items"]]
    assert set(links) == {other}


def test_payouts_are_listed_by_day_and_their_items_page_by_page(desk: Desk) -> None:
    """By cursor, like everything there."""
    for amount in (1000, 2000, 3000):
        desk.paid(amount)
    [payout] = pay_out(desk.gocardless)
    assert desk.ask("/payouts", "created_at[gte]=2026-03-11T00:00:00.000Z")[1]["payouts"] == []
    assert [one["id"] for one in desk.ask("/payouts", "status=paid&currency=EUR")[1]["payouts"]] == [payout]
    seen, query = [], f"payout={payout}&limit=4"
    for _ in range(2):
        body = desk.ask("/payout_items", query)[1]
        seen += body["payout_items"]
        query = f"payout={payout}&limit=4&after={body['meta']['cursors']['after']}"
    assert len(seen) == 6


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/payout_items", "", 422, "is required"),
        ("/payout_items", "payout=PO404", 404, "not found"),
        ("/payout_items", "payout={}&payment=PM1", 400, "'payment' is not a parameter"),
        ("/payout_items", "payout={}&include_2020_tax_cutover=true", 501, "no list of payout_items by"),
        ("/payouts", "reference=x", 501, "no list of payouts by reference"),
        ("/payouts/PO404", "", 404, "not found"),
    ],
)
def test_what_it_has_not_is_refused(desk: Desk, path: str, query: str, status: int, says: str) -> None:
    """Loudly, never ignored."""
    desk.paid(1000)
    [payout] = pay_out(desk.gocardless)
    answered, body = desk.ask(path, query.format(payout))
    assert (answered, says in json.dumps(body)) == (status, True), body


def test_old_items_are_gone(desk: Desk) -> None:
    """After six months."""
    desk.paid(1000)
    [payout] = pay_out(desk.gocardless)
    desk.now += timedelta(days=184)
    assert desk.ask("/payout_items", f"payout={payout}")[0] == 410


def test_a_refund_is_taken_out_of_what_is_held(desk: Desk) -> None:
    """What was paid out is held no more; what did not arrive comes back."""
    first = desk.paid(10_000)
    pay_out(desk.gocardless)
    body = {"refunds": {"amount": 4000, "total_amount_confirmation": 4000, "links": {"payment": first}}}
    asked = Request("POST", "/refunds", "", GOOD, json.dumps(body).encode())
    assert b"available_refund_amount_insufficient" in desk.gocardless(asked).body
    desk.paid(20_000)
    refund = json.loads(desk.gocardless(asked).body)["refunds"]["id"]
    [payout] = pay_out(desk.gocardless)
    assert desk.items(payout)[-1] == ("payment_refunded", "-4000.0")
    for step in ("submitted", "bounced"):
        control(desk.gocardless, "refund", refund=refund, to=step)
    [payout] = pay_out(desk.gocardless)
    assert desk.items(payout) == [("refund_funds_returned", "4000.0")]
    with pytest.raises(AssertionError, match="does not become"):
        control(desk.gocardless, "payout", payout=payout, to="bounced")
