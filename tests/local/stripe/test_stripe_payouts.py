"""The stand-in pays out what is available, once a day, and tells of it as Stripe does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

if TYPE_CHECKING:
    from tests.local.stripe.conftest import Account


def payouts(account: Account) -> list[tuple[int, str]]:
    """Amount and status of each, the newest first."""
    return [(one.amount, one.status) for one in account.client.v1.payouts.list({}).data]


def test_what_is_available_is_paid_out_less_its_fees(account: Account) -> None:
    """After two days; the next payment waits for the next day; the payout says what it holds, and its own movement."""
    profile = account.enrol()
    account.pay(profile)
    account.later(hours=47)
    assert payouts(account) == []
    account.pay(profile, key="k2", amount=9000)
    account.later(hours=17)
    assert payouts(account) == [(5000 - 100, "in_transit")]
    [payout] = account.client.v1.payouts.list({}).data
    held = account.client.v1.balance_transactions.list({"payout": payout.id}).data
    assert [(one.type, one.net) for one in held] == [("payout", -4900), ("charge", 4900)]
    account.later(days=2)
    assert payouts(account) == [(9000 - 160, "in_transit"), (4900, "paid")]
    told = [event["type"] for event in account.control("events") if event["type"].startswith("payout.")]
    assert sorted(told) == ["payout.created", "payout.created", "payout.paid"]


def test_a_payout_that_fails_comes_back_to_the_balance(account: Account) -> None:
    """It was paid, and failed all the same; its money is a part of the next one."""
    account.pay(account.enrol())
    account.later(days=3)
    [payout] = account.client.v1.payouts.list({}).data
    account.later(days=3)
    account.control("payout", payout=account.client.v1.payouts.retrieve(payout.id).id, to="failed")
    failed = account.client.v1.payouts.retrieve(payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    account.later(days=1)
    assert payouts(account) == [(4900, "in_transit"), (4900, "failed")]
    [again, _] = account.client.v1.payouts.list({}).data
    held = account.client.v1.balance_transactions.list({"payout": again.id}).data
    assert [(one.type, one.reporting_category) for one in held] == [
        ("payout", "payout"),
        ("payout_failure", "payout_reversal"),
    ]
    with pytest.raises(AssertionError, match="does not become"):
        account.control("payout", payout=payout.id, to="paid")


def test_more_went_back_than_came_waits_for_more(account: Account) -> None:
    """Nothing is paid out of less than nothing."""
    intent = account.pay(account.enrol())
    account.later(days=3)
    assert len(payouts(account)) == 1
    account.client.v1.refunds.create({"payment_intent": intent.id})
    account.later(days=4)
    assert len(payouts(account)) == 1
    account.pay(account.enrol(), key="k2", amount=8000)
    account.later(days=3)
    assert payouts(account)[0] == (8000 - 145 - 5000, "in_transit")


def test_a_movement_is_told_with_its_source_and_becomes_available(account: Account) -> None:
    """The charge with our mark; a fee without a source."""
    account.pay(account.enrol(), metadata={"w365_payment": "p"})
    account.control("fee", amount=300, currency="eur")
    movements = account.client.v1.balance_transactions
    fee, charge = movements.list({"expand": ["data.source"]}).data
    assert (fee.type, fee.reporting_category, fee.amount, fee.source) == ("stripe_fee", "fee", -300, None)
    source: Any = charge.source
    assert (source.object, source.metadata["w365_payment"], charge.status) == ("charge", "p", "pending")
    account.later(days=2)
    assert movements.retrieve(charge.id).status == "available"


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda v1, _: v1.balance_transactions.list({"expand": ["data.customer"]}), "cannot be expanded"),
        (lambda v1, _: v1.balance_transactions.list({"payout": "po_404"}), "No such payout"),
        (lambda v1, _: v1.balance_transactions.list({"payuot": "po_1"}), "unknown parameter"),
        (lambda v1, txn: v1.balance_transactions.retrieve(txn, {"expand": ["source"]}), "does not expand"),
        (lambda v1, _: v1.payouts.list({"expand": ["data.destination"]}), "cannot be expanded"),
        (lambda v1, _: v1.payouts.list({"arrival_date": 1}), "lists no payouts by arrival_date"),
    ],
)
def test_what_it_has_not_is_refused(account: Account, ask: Any, says: str) -> None:  # noqa: ANN401  a question to the SDK
    """Loudly, never ignored."""
    account.pay(account.enrol())
    [txn] = account.client.v1.balance_transactions.list({}).data
    with pytest.raises(sdk.StripeError, match=says):
        ask(account.client.v1, txn.id)
