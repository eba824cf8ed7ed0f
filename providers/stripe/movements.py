"""What moved at Stripe: its balance transactions, and the payouts that carry them to the bank.

Each transaction is read with its source, the charge, refund or dispute that caused it, which names the payment intent and, for
charges and refunds, repeats our mark. Where Stripe settles in another currency than the payment's, what moved of the payment is
the amount of the source.

Source: docs.stripe.com/api/balance_transactions/list (created, payout, expandable source), docs.stripe.com/reports/
reporting-categories (to be used for accounting, rather than the type), docs.stripe.com/payouts/reconciliation (which movements a
payout holds is known for automatic payouts, once `reconciliation_status` says completed), docs.stripe.com/api/payouts (status);
a charge repeats the metadata of its payment intent: docs.stripe.com/api/metadata.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import stripe

from providers.stripe.amounts import from_stripe
from providers.stripe.errors import SYSTEM, translated
from work365.errors import NotFound, Unavailable
from work365.receivables.marking import PAYMENT, Owner, owner_of
from work365.reconciling.movement import Movement, MovementKind, Payout, PayoutState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.params import BalanceTransactionListParams

    from work365.money import Money

PAGE = 100
MOVEMENTS_MAX, PAYOUTS_MAX = 100_000, 1000
"""In one question: what is more must be asked for in shorter periods."""

KINDS = {
    "charge": MovementKind.PAYMENT,
    "partial_capture_reversal": MovementKind.PAYMENT,
    "charge_failure": MovementKind.DISPUTE,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE,
    "refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND,
    "fee": MovementKind.FEE,
    "payout": MovementKind.PAYOUT,
    "payout_reversal": MovementKind.PAYOUT,
}
"""By reporting category; anything else is of no payment."""

STATES = {
    "pending": PayoutState.ON_ITS_WAY,
    "in_transit": PayoutState.ON_ITS_WAY,
    "paid": PayoutState.PAID,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.FAILED,
}
"""A total map; anything new is on its way, never there."""

OF_PAYMENTS = (MovementKind.PAYMENT, MovementKind.REFUND, MovementKind.DISPUTE)
NOTHING = Decimal(0)


class StripeMoney:
    """The money of one Stripe account. Shape: as `StripeGateway`."""

    def __init__(self, client: stripe.StripeClient, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        """Every balance transaction, those of payouts too. Errors: External."""
        first, end = int(since.timestamp()), int(until.timestamp())
        for one in self._transactions({"created": {"gte": first, "lt": end}}):
            yield self._movement(one)

    def payouts(self, since: datetime, until: datetime) -> Iterator[Payout]:
        """Automatic and manual ones. Errors: External."""
        first, end = int(since.timestamp()), int(until.timestamp())
        try:
            found = self._client.v1.payouts.list({"created": {"gte": first, "lt": end}, "limit": PAGE})
            for one in _at_most(found, PAYOUTS_MAX, "payouts"):
                yield _payout(one)
        except stripe.StripeError as error:
            raise translated(error, write=False) from error

    def parts(self, payout: Payout) -> list[Movement] | None:
        """Two questions: whether it may be asked for, and for its parts. Errors: External."""
        try:
            found = self._client.v1.payouts.retrieve(payout.id)
        except stripe.StripeError as error:
            raise translated(error, write=False) from error
        if not found.automatic or found.reconciliation_status != "completed":
            return None
        parts = (self._movement(one, payout.id) for one in self._transactions({"payout": payout.id}))
        return [one for one in parts if one.reference != payout.id]

    def owner(self, reference: str) -> Owner:
        """By the mark of the payment intent. Errors: External."""
        try:
            intent = self._client.v1.payment_intents.retrieve(reference)
        except stripe.StripeError as error:
            if isinstance(translated(error, write=False), NotFound):
                return Owner.NOBODY
            raise translated(error, write=False) from error
        return owner_of(_metadata(intent), self._environment)

    def _transactions(self, asked: BalanceTransactionListParams) -> Iterator[stripe.BalanceTransaction]:
        try:
            found = self._client.v1.balance_transactions.list({**asked, "limit": PAGE, "expand": ["data.source"]})
            yield from _at_most(found, MOVEMENTS_MAX, "movements")
        except stripe.StripeError as error:
            raise translated(error, write=False) from error

    def _movement(self, one: stripe.BalanceTransaction, payout: str = "") -> Movement:
        kind = KINDS.get(one.reporting_category, MovementKind.OTHER)
        balance, fee = from_stripe(one.amount, one.currency), from_stripe(one.fee, one.currency).major
        source: Any = one.source
        apart = kind is MovementKind.FEE
        marks = _metadata(source)
        return Movement(
            id=one.id,
            kind=kind,
            amount=_amount(one, source, balance) if kind in OF_PAYMENTS else None,
            settled=NOTHING if apart else balance.major,
            fee=fee - balance.major if apart else fee,
            settled_in=balance.currency,
            moved_at=datetime.fromtimestamp(one.created, UTC),
            reference=_reference(source, kind),
            payment=marks.get(PAYMENT, "") if owner_of(marks, self._environment) is Owner.OURS else "",
            owner=owner_of(marks, self._environment) if kind is MovementKind.PAYMENT else None,
            payout=payout,
        )


def _amount(one: stripe.BalanceTransaction, source: Any, balance: Money) -> Money:  # noqa: ANN401  one of several objects
    """What moved of the payment: in its own currency what the source says, with the sign of the balance."""
    if source is None or source.currency == one.currency:
        return balance
    said = from_stripe(source.amount, source.currency)
    return said if balance.minor >= 0 else -said


def _reference(source: Any, kind: MovementKind) -> str:  # noqa: ANN401  as above
    if source is None or kind in (MovementKind.FEE, MovementKind.OTHER):
        return ""
    if kind is MovementKind.PAYOUT:
        return str(source.id)
    return str(getattr(source, "payment_intent", None) or source.id)


def _metadata(value: Any) -> dict[str, str]:  # noqa: ANN401  as above
    said = getattr(value, "metadata", None)
    return {} if said is None else dict(said.to_dict())


def _payout(one: stripe.Payout) -> Payout:
    return Payout(
        id=one.id,
        amount=from_stripe(one.amount, one.currency),
        state=STATES.get(one.status, PayoutState.ON_ITS_WAY),
        made_at=datetime.fromtimestamp(one.created, UTC),
        arrives_on=datetime.fromtimestamp(one.arrival_date, UTC).date(),
        reason=one.failure_message or "",
    )


def _at_most(found: Any, most: int, what: str) -> Iterator[Any]:  # noqa: ANN401  a page of any object
    for count, one in enumerate(islice(found.auto_paging_iter(), most + 1)):
        if count == most:
            message = f"Stripe has more than {most} {what} in the period"
            raise Unavailable(message, system=SYSTEM)
        yield one
