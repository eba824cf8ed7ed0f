"""What moved at GoCardless: its payouts, and the items that each is made of.

GoCardless has no list of what moves its balance: what was collected, given back and taken back is told by the items of the payout
that it went into, days later. Items have no ids of their own: each is named here by its payout, its type, its payment, and its
place among those that have these in common.

Source: GoCardless, API reference, "Payouts" (status, arrival_date, deducted_fees), "Payout items" (types; amounts are texts of
fractional minor units; what is older than six months is answered with 410 Gone), as its Java library of 2026 says it.
`refund_funds_returned` is taken from the reference; a type that is not known is of no payment.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.gocardless.amounts import from_units
from providers.gocardless.client import written
from work365.errors import NotFound
from work365.money import EXPONENT, exactly
from work365.receivables.marking import Owner, owner_of
from work365.reconciling.movement import Movement, MovementKind, Payout, PayoutState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from providers.gocardless.client import Client

PAYOUTS_MAX, ITEMS_MAX = 1000, 100_000
KINDS = {
    "payment_paid_out": MovementKind.PAYMENT,
    "payment_failed": MovementKind.DISPUTE,
    "payment_charged_back": MovementKind.DISPUTE,
    "payment_refunded": MovementKind.REFUND,
    "refund_funds_returned": MovementKind.REFUND,
    "gocardless_fee": MovementKind.FEE,
    "app_fee": MovementKind.FEE,
    "surcharge_fee": MovementKind.FEE,
}
STATES = {"pending": PayoutState.ON_ITS_WAY, "paid": PayoutState.PAID, "bounced": PayoutState.FAILED}
"""A total map; anything new is on its way, never there."""

NOTHING = Decimal(0)


class GoCardlessMoney:
    """The money of one GoCardless account. Shape: as `GoCardlessGateway`."""

    def __init__(self, client: Client, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def movements(self, since: datetime, until: datetime) -> tuple[Movement, ...]:
        """None: they are told with the payouts."""
        del since, until
        return ()

    def payouts(self, since: datetime, until: datetime) -> Iterator[Payout]:
        """Errors: External."""
        asked = {"created_at[gte]": written(since), "created_at[lt]": written(until)}
        for one in self._client.listed("payouts", asked, at_most=PAYOUTS_MAX):
            yield _payout(one)

    def parts(self, payout: Payout) -> list[Movement] | None:
        """Its items. Errors: External."""
        try:
            items = [*self._client.listed("payout_items", {"payout": payout.id}, at_most=ITEMS_MAX)]
        except NotFound:  # a payout that is too old
            return None
        seen: Counter[str] = Counter()
        found = []
        for item in items:
            name = f"{payout.id}:{item['type']}:{_payment(item)}"
            seen[name] += 1
            found.append(_movement(payout, item, f"{name}:{seen[name]}"))
        return found

    def owner(self, reference: str) -> Owner:
        """By the mark of the payment. Errors: External."""
        try:
            found = self._client.get("payments", quote(reference, safe=""))
        except NotFound:
            return Owner.NOBODY
        return owner_of(found.get("metadata") or {}, self._environment)


def _movement(payout: Payout, item: Mapping[str, Any], name: str) -> Movement:
    kind = KINDS.get(str(item["type"]), MovementKind.OTHER)
    code = payout.amount.currency
    value = Decimal(str(item["amount"])).scaleb(-EXPONENT[code])
    apart, whole = kind is MovementKind.FEE, kind in (MovementKind.PAYMENT, MovementKind.REFUND, MovementKind.DISPUTE)
    return Movement(
        id=name,
        kind=kind,
        amount=exactly(value, code) if whole else None,
        settled=NOTHING if apart else value,
        fee=-value if apart else NOTHING,
        settled_in=code,
        moved_at=payout.made_at,
        reference=_payment(item),
        payout=payout.id,
    )


def _payment(item: Mapping[str, Any]) -> str:
    return str((item.get("links") or {}).get("payment") or "")


def _payout(one: Mapping[str, Any]) -> Payout:
    arrival = one.get("arrival_date")
    return Payout(
        id=str(one["id"]),
        amount=from_units(one),
        state=STATES.get(str(one["status"]), PayoutState.ON_ITS_WAY),
        made_at=datetime.fromisoformat(str(one["created_at"])).astimezone(UTC),
        arrives_on=date.fromisoformat(arrival) if arrival else None,
        reason="the bank sent it back" if one["status"] == "bounced" else "",
    )
