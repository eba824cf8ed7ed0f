"""When a declined charge is tried again by itself, and when never: one pure decision over an invoice's attempts.

A decline that will not pass (a lost card, a closed account, a refusal that nobody explains) is never tried again by itself: the
customer has to do something. One that may pass is tried on the days of a plan, and always within what the card networks and the
banks bear, whatever the plan says. Another payment profile begins the plan anew. A charge that came to no attempt, as where the
card had expired, is tried once there is something that can be charged; one that was refused because a person was charging a part
is tried for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from work365.money import total
from work365.paying.rules import Method
from work365.receivables.card_limits import bearable
from work365.receivables.charging import uncollectable, unusable
from work365.receivables.payments import CAME, DeclineClass, PaymentState, ProfileKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.receivables.charging import ChargeCase
    from work365.receivables.payments import Payment, Profile, ProfileId
    from work365.receivables.retry_plan import Plan

DAY = timedelta(days=1)

DEBIT_RETRIES_MAX = 2
"""An ACH entry that was returned for want of funds may be presented again at most twice. Source: Nacha Operating Rules, 2.12.4,
"Reinitiation of Entries". We hold every bank scheme to it."""


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a declined charge by itself. `on` is None for never, and `why` is for staff."""

    on: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """A charge that was asked for by itself and refused before anything was sent; `job` asked for it, `why` is what that says.

    Shape: a job whose attempt was declined is refused, too; `counts` tells them apart.
    """

    job: str
    at: datetime
    why: str

    def counts(self, last: Payment | None) -> bool:
        """It came after the last attempt, and is not what made that."""
        return last is None or (self.job != last.job and self.at > last.sent_on)


def charges(case: ChargeCase) -> list[Payment]:
    """The attempts of an invoice that we made, in their order.

    Shape: what its customer did by a link, or paid in another way, is no charge of ours.
    """
    return [payment for payment in case.payments if payment.profile is not None]


def next_try(case: ChargeCase, plan: Plan, today: date, unsent: Unsent | None = None) -> Next | None:
    """When an invoice whose last charge was declined, or came to nothing, is tried again; None where that was not so.

    Shape: the attempts of the case in their order; a day that is over has become today.
    """
    tried = charges(case)
    last = tried[-1] if tried else None
    declined = last is not None and last.state is PaymentState.FAILED
    if not declined and (unsent is None or not _is_left(case, last, unsent)):
        return None
    stopped = _stopped(case, today)
    if stopped is not None or case.profile is None:
        return stopped
    if last is None or not declined or last.profile != case.profile.id:
        return Next(
            today, f"{case.profile.label} was not tried yet" if last is None or declined else "the rest was not tried yet"
        )
    return _planned(tried, case.profile, plan, today)


def _is_left(case: ChargeCase, last: Payment | None, unsent: Unsent) -> bool:
    """Whether what was refused is to be charged still, where nothing was declined.

    Shape: it was refused beside a charge of a part that has come since, and nothing that came has gone back: what was given
           back, or taken by a bank, is charged again by a person only.
    """
    if last is None:
        return True
    came = total((one.amount for one in case.payments if one.state in CAME), case.debt.charged.currency)
    return last.state is PaymentState.SUCCEEDED and unsent.counts(last) and came == case.debt.charged


def _planned(tried: Sequence[Payment], profile: Profile, plan: Plan, today: date) -> Next:
    """By the plan, once the last attempt with a profile was declined."""
    last, declines = tried[-1], _declines_in_a_row(tried, profile.id)
    if last.decline is not DeclineClass.SOFT:
        return Next(None, "this does not pass by itself; ask the customer for another way to pay")
    planned = plan.days[:DEBIT_RETRIES_MAX] if profile.kind is ProfileKind.BANK_DEBIT else plan.days
    if declines > len(planned):
        return Next(None, f"it was tried {declines} times; ask the customer for another way to pay")
    return Next(max(today, _day(last) + planned[declines - 1] * DAY), f"try {declines + 1} of {len(planned) + 1}")


def _stopped(case: ChargeCase, today: date) -> Next | None:
    """Why nothing is sent whatever the plan says: a charge would be refused, and use up its turn."""
    profile = case.profile
    if profile is None:
        return Next(None, "there is no payment profile; ask the customer for one")
    if not profile.processor.active:
        return Next(None, f"{profile.processor.code} is switched off; it goes on once that payment processor is active")
    reason = unusable(profile, case.debt.account, today) or uncollectable(profile, case.debt.balance.currency)
    reason = reason or case.rule.refusal(Method(profile.kind.value))
    return Next(None, f"{profile.label} {reason}") if reason else None


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
    """An invoice whose last charge was declined or came to nothing, and what becomes of it.

    Attributes:
        by_itself: it is charged without being asked.
        unsent: what was asked for last, where that came to no attempt.
    """

    case: ChargeCase
    by_itself: bool
    next: Next
    unsent: Unsent | None = None

    @property
    def follows(self) -> str:
        """What its next attempt follows: one attempt follows one decline, or one time that a charge came to nothing."""
        found = self._newest
        return f"{found.job}@{found.at:%Y%m%dT%H%M%S}" if isinstance(found, Unsent) else found.id

    @property
    def last(self) -> tuple[date, str]:
        """On which day we learned that its last charge came to nothing, and why."""
        found = self._newest
        return (found.at.date(), found.why) if isinstance(found, Unsent) else (_day(found), found.message)

    @property
    def _newest(self) -> Payment | Unsent:
        tried = charges(self.case)
        if self.unsent is not None and self.unsent.counts(tried[-1] if tried else None):
            return self.unsent
        return tried[-1]


def due(found: Iterable[Declined], today: date) -> list[Declined]:
    """What is tried today, the largest amounts first; a card that would be tried too often waits for another day."""
    chosen: list[Declined] = []
    tried: dict[ProfileId, list[date]] = {}
    for one in sorted(found, key=lambda one: (-one.case.debt.balance.minor, one.case.debt.number)):
        if not one.by_itself or one.next.on is None or one.next.on > today or one.case.profile is None:
            continue
        days = tried.setdefault(one.case.profile.id, [*one.case.declines])
        if one.case.profile.kind is ProfileKind.CARD and not bearable(days, today):
            continue
        days.append(today)
        chosen.append(one)
    return chosen
