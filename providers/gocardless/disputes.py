"""Debits that banks took back at GoCardless after they had been confirmed: charge-backs and late failures.

GoCardless has no object for them; the payment's status says whether the money is with us, its events which of them it was, each
of which is one dispute here. A charge-back is under review until it is settled or cancelled; nobody asks for evidence. A late
failure is lost at once.

Source: GoCardless, API reference, "Payments" (charged_back, failed), "Events" (charged_back, chargeback_cancelled,
chargeback_settled, failed, late_failure_settled). That a cancelled charge-back brings the payment back to confirmed or paid out
is inferred: while its status says that it is gone, it counts as gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.gocardless.amounts import from_units
from providers.gocardless.outcomes import why
from work365.errors import NotFound
from work365.money import zero
from work365.receivables.disputes import DisputeNews, DisputeState
from work365.receivables.marking import FOUND_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from providers.gocardless.client import Client
    from work365.money import Money
    from work365.receivables.payments import Payment

CHARGED_BACK, FAILED, SETTLED = "charged_back", "failed", "chargeback_settled"
GONE = frozenset({CHARGED_BACK, FAILED})
Event = dict[str, Any]


def disputes(client: Client, payment: Payment) -> tuple[DisputeNews, ...]:
    """What was taken back of a payment that had been confirmed, the oldest first. Errors: External."""
    try:
        found = client.get("payments", quote(payment.reference, safe=""))
    except NotFound:
        return ()
    events = [*client.listed("events", {"payment": payment.reference}, at_most=FOUND_MAX)][::-1]
    begun = _begun(events)
    return tuple(_news(found, one, last=one is begun[-1]) for one in begun)


def _begun(events: Sequence[Event]) -> list[list[Event]]:
    """The events of each time that the money was taken back."""
    begun: list[list[Event]] = []
    for event in events:
        if event["action"] in GONE:
            begun.append([])
        if begun:
            begun[-1].append(event)
    return begun


def _news(payment: Mapping[str, Any], events: Sequence[Event], *, last: bool) -> DisputeNews:
    """One that was followed by another had been cancelled before that."""
    amount, first = from_units(payment), events[0]
    gone = last and payment["status"] in GONE
    settled = first["action"] == FAILED or any(event["action"] == SETTLED for event in events)
    state = (DisputeState.LOST if settled else DisputeState.UNDER_REVIEW) if gone else DisputeState.WON
    _, words = why(first["action"], first.get("details") or {})
    return DisputeNews(str(first["id"]), state, amount, _if(amount, gone=gone), words)


def _if(amount: Money, *, gone: bool) -> Money:
    return amount if gone else zero(amount.currency)
