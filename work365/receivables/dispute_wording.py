"""Sentences about disputes, for the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.receivables.disputes import DisputeState
from work365.receivables.refund_wording import where_from, where_to

if TYPE_CHECKING:
    from work365.receivables.disputes import DisputeNews
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.refunding import Moved


def told(news: DisputeNews, case: PaymentCase, moved: Moved | None, *, more: bool) -> str:
    """What is new: `Dispute of 150.00 EUR from Visa ending 4242 (it was charged twice): 150.00 EUR was taken back. …`."""
    source = f" from {case.profile.label}" if case.profile is not None else ""
    why = f" ({news.words})" if news.words else ""
    return f"Dispute of {news.amount}{source}{why}: {_what(case, moved, more=more)}{_next(news)}"


def _what(case: PaymentCase, moved: Moved | None, *, more: bool) -> str:
    if moved is None:
        return "no money moved. "
    amount = moved.spared + moved.fetched + moved.freed + moved.turned
    if more:
        return f"{amount} was taken back. {where_from(case, moved)}. "
    return f"{amount} is back. {where_to(case, moved)}. "


def _next(news: DisputeNews) -> str:
    if news.state is DisputeState.OPEN:
        until = f" until {news.due_by:%Y-%m-%d}" if news.due_by is not None else ""
        return f"Give evidence at the gateway{until}, or accept it there."
    return {
        DisputeState.UNDER_REVIEW: "It is under review; the outcome follows.",
        DisputeState.WON: "It is won.",
        DisputeState.LOST: "It is lost.",
        DisputeState.CLOSED: "It is closed.",
    }[news.state]
