"""When a declined charge is tried again by itself, and when never: one pure decision over an invoice's attempts.

A decline that will not pass (a lost card, a closed account, a refusal that nobody explains) is never tried again by itself: the
customer has to do something. One that may pass is tried on the days of a plan, and always within what the card networks and the
banks bear, whatever the plan says. Another payment profile begins the plan anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from work365.receivables.payments import DeclineClass, PaymentState, ProfileKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.receivables.charging import ChargeCase
    from work365.receivables.payments import Payment, Profile, ProfileId
    from work365.receivables.retry_plan import Plan

DAY = timedelta(days=1)

DEBIT_RETRIES_MAX = 2
"""An ACH entry that was returned for want of funds may be presented again at most twice. Source: Nacha Operating Rules, 2.12.4,
"Reinitiation of Entries". We hold every bank scheme to it."""

CARD_WINDOWS = ((timedelta(days=1), 9), (timedelta(days=30), 14))
"""How many declines of one card we make in which time, one below what the networks bear: Visa 15 in 30 days, Mastercard 10 in 24
hours; above that they fine. Source: secondary (Visa "Excessive Reattempts", Mastercard "Transaction Processing Excellence")."""


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a declined charge by itself. `on` is None for never, and `why` is for staff."""

    on: date | None
    why: str


def charges(case: ChargeCase) -> list[Payment]:
    """The attempts of an invoice that we made, in their order; what its customer did by a link is no charge of ours."""
    return [payment for payment in case.payments if payment.page is None]


def next_try(case: ChargeCase, plan: Plan) -> Next | None:
    """When an invoice whose last charge was declined is tried again; None where nothing was declined.

    Shape: the attempts of the case in their order.
    """
    tried = charges(case)
    last = tried[-1] if tried else None
    if last is None or last.state is not PaymentState.FAILED or last.profile is None:
        return None
    if case.profile is None or not case.profile.processor.active:
        return Next(None, _nowhere(case.profile))
    if case.profile.id != last.profile:
        return Next(_day(last), f"{case.profile.label} was not tried yet")
    if last.decline is not DeclineClass.SOFT:
        return Next(None, "this does not pass by itself; ask the customer for another way to pay")
    declines = _declines_in_a_row(tried, last.profile)
    planned = plan.days[:DEBIT_RETRIES_MAX] if case.profile.kind is ProfileKind.BANK_DEBIT else plan.days
    if declines > len(planned):
        return Next(None, f"it was tried {declines} times; ask the customer for another way to pay")
    return Next(_day(last) + planned[declines - 1] * DAY, f"try {declines + 1} of {len(planned) + 1}")


def _nowhere(profile: Profile | None) -> str:
    if profile is None:
        return "there is no payment profile; ask the customer for one"
    return f"{profile.processor.code} is switched off; it goes on once that payment processor is active"


def _day(payment: Payment) -> date:
    """The day of a decline; what an earlier version recorded has only the day on which it was sent."""
    return payment.declined_on or payment.sent_on.date()


def _declines_in_a_row(payments: Sequence[Payment], profile: ProfileId) -> int:
    count = 0
    for payment in reversed(payments):
        if payment.state is not PaymentState.FAILED or payment.profile != profile:
            break
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Declined:
    """An invoice whose last charge was declined, and what becomes of it. `by_itself`: it is charged without being asked."""

    case: ChargeCase
    by_itself: bool
    next: Next


def due(found: Iterable[Declined], failures: Mapping[ProfileId, Sequence[date]], today: date) -> list[Declined]:
    """What is tried today, the largest amounts first; a card that would be tried too often waits for another day.

    Shape: `failures` are the days of every decline of a card in the last 30 days, whichever invoice it was for.
    """
    chosen: list[Declined] = []
    tried: dict[ProfileId, list[date]] = {profile: list(days) for profile, days in failures.items()}
    for one in sorted(found, key=lambda one: (-one.case.debt.balance.minor, one.case.debt.number)):
        if not one.by_itself or one.next.on is None or one.next.on > today or one.case.profile is None:
            continue
        days = tried.setdefault(one.case.profile.id, [])
        if one.case.profile.kind is ProfileKind.CARD and not _bearable(days, today):
            continue
        days.append(today)
        chosen.append(one)
    return chosen


def _bearable(days: Sequence[date], today: date) -> bool:
    """Whether a card may be tried once more. A day counts whole, so the first window covers yesterday too."""
    return all(sum(1 for day in days if today - day <= window) < most for window, most in CARD_WINDOWS)
