"""Change a subscription: a job becomes rows of the change log, or a planned change when its day is still to come.

Safe to run again from any point: the ids of the rows come from the job's key, so a job that did its work finds it done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.approving.changes import of_change, with_limit
from work365.approving.plans import of_plan
from work365.approving.request import Whose
from work365.errors import BadInput, NotFound, Refused
from work365.exposure.limiting import LimitRule
from work365.handlers.limiting import awaiting_credit, held_to_limits
from work365.holding.orders import held_back
from work365.jobs import JobResult, JobState
from work365.ports.changing import Recorded, planned_id, row_id
from work365.subscriptions.deciding import Wish, decide
from work365.subscriptions.ledger import Event
from work365.subscriptions.moving import move
from work365.subscriptions.parts import MOVES, follow, refuse_apart
from work365.subscriptions.prepaying import asked
from work365.subscriptions.refunding import by_policy
from work365.subscriptions.scheduling import ScheduleState, Stop
from work365.subscriptions.wishes import WHEN_PAID, day_said, wish_for
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.approving.request import Request
    from work365.exposure.limiting import Exceeded
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.changing import ChangingBook
    from work365.ports.platform import Clock
    from work365.subscriptions.deciding import Decision
    from work365.subscriptions.held import Agreed, Held, Place
    from work365.subscriptions.prepaying import Asked


def change(job: Job, *, book: ChangingBook, clock: Clock, gate: Gate | None = None) -> JobResult:
    """Do what a job of the kind Change asks for, once the gate lets it.

    Errors: Refused in words; Conflict when the subscription changed meanwhile; External as the tenant failed.
    """
    held = load(book, job.arguments.get("subscription", ""))
    wish = wish_for(held, job.arguments, clock.now())
    if already(held, job.key) or already(held, planned_key(planned_id(job.key))):
        return JobResult(JobState.SUCCEEDED, f"{held.name} is changed as of {wish.on}.")
    asked = _looked_at(job, held, wish, book, clock)
    if gate is not None:
        whose = Whose(held.place.account, held.place.entity)
        if stopped := gate.stops(job, whose, lambda: _request(asked, book, clock)):
            return stopped
    return _carry_out(asked, book, clock, approved=gate is not None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a job asks for, as it was decided on.

    Attributes:
        recorded: what it comes to; None for what is planned, and for what waits for its payment (`ask`).
        waits: it meets a credit hold that lets it wait.
        over: the credit limit that it exceeds.
    """

    job: Job
    held: Held
    wish: Wish
    recorded: Recorded | None
    ask: Asked | None = None
    waits: bool = False
    over: Exceeded | None = None

    @property
    def over_limit(self) -> Exceeded | None:
        """The credit limit that an approver may let it exceed."""
        return self.over if self.held.place.limit_rule is LimitRule.APPROVAL else None

    @property
    def planned(self) -> bool:
        """It is written as a planned change, and happens later."""
        return self.recorded is None or self.waits or self.over is not None


def _looked_at(job: Job, held: Held, wish: Wish, book: ChangingBook, clock: Clock) -> _Asked:
    """Errors: Refused where rules, holds or limits refuse it."""
    said, when_paid = job.arguments.get("override", "").strip(), job.arguments.get("when") == WHEN_PAID
    later = wish.on > clock.today(held.place.zone) or when_paid
    waits = waits_for_hold(held, wish, said, later=later)
    if later:
        return _Asked(job, held, wish, None, prepayment(held, wish, job.arguments, clock) if when_paid else None)
    recorded = decided(job.key, held, wish, book=book, now=clock.now(), person=job.on_behalf_of)
    if waits:
        return _Asked(job, held, wish, recorded, waits=True)
    recorded, over = _within_limits(recorded, said, book)
    return _Asked(job, held, wish, recorded, over=over)


def _within_limits(change: Recorded, said: str, book: ChangingBook) -> tuple[Recorded, Exceeded | None]:
    """A change as it is written, and the credit limit that it exceeds; for a reason that was `said` it may exceed any.

    Errors: Refused where the settings say so.
    """
    change, over = held_to_limits(change, book=book)
    if said and (over is not None or held_back(change.held, change.wish) is not None):
        return replace(change, override=said), None
    if over is not None and change.held.place.limit_rule is LimitRule.REFUSE:
        message = f"Over the credit limit: {over.sentence}"
        raise Refused(message)
    return change, over


def _request(asked: _Asked, book: ChangingBook, clock: Clock) -> Request:
    request = requested(asked.job.key, asked.held, asked.wish, book, clock.now(), asked.recorded)
    if asked.over_limit is not None:
        return with_limit(request, asked.over_limit)
    return of_plan(request, asked.wish, planned_id(asked.job.key)) if asked.planned else request


def requested(key: str, held: Held, wish: Wish, book: ChangingBook, now: datetime, recorded: Recorded | None = None) -> Request:
    """What an approver is asked; what is planned is shown as it would be today, where it can be."""
    if recorded is None:
        with suppress(Refused):
            recorded = decided(key, held, wish, book=book, now=now)
    return of_change(held, wish, recorded, book.price(held))


def _carry_out(asked: _Asked, book: ChangingBook, clock: Clock, *, approved: bool) -> JobResult:
    """Shape:  `approved`: no approver has to agree, or one has."""
    if asked.waits:
        return _hold(asked, book)
    if asked.ask is not None:
        return _await(asked, asked.ask, book, clock)
    if asked.recorded is None:
        return _plan(asked, book)
    if asked.over is not None and not (approved and asked.over_limit is not None):
        return _wait_for_credit(asked, asked.over, book)
    book.record(asked.recorded)
    held, after = asked.held, asked.recorded.decision
    seats = f"{after.quantity} seats at {price_said(held, after)}"
    return JobResult(JobState.SUCCEEDED, f"{held.name} has {seats} from {asked.wish.on} on. {after.sentence}")


def price_said(held: Held, after: Decision) -> str:
    """The price afterwards, in words."""
    return "the price of its list" if held.listed and not after.owned else f"{after.unit_price.normalize():f}"


def load(book: ChangingBook, subscription: str) -> Held:
    """A subscription by its id. Errors: Refused when there is none."""
    try:
        return book.load(subscription)
    except NotFound as error:
        message = f"there is no subscription '{subscription}'; choose one under Subscriptions"
        raise Refused(message) from error


def decided(key: str, held: Held, wish: Wish, *, book: ChangingBook, now: datetime, person: str | None = None) -> Recorded:
    """What a wish comes to, by the rules, with what is read for it. Errors: Refused."""
    refuse_apart(held, wish)
    if wish.event not in MOVES:
        wish, decision = by_policy(held, wish, now)
        parts = follow(held, wish, decision)
        return Recorded(key, held, wish, decision, now, parts=parts, agreed=_goes_on(held, wish), person=person)
    if wish.event is Event.TRANSFER and not (wish.contract or wish.into):
        message = "say the contract that the seats go to"
        raise BadInput(message, "contract")
    if wish.event is Event.UPGRADE and not (wish.product or wish.into):
        message = "say the product that takes its place"
        raise BadInput(message, "product")
    into = load(book, wish.into) if wish.into else None
    place = into.place if into else _place(book, wish.contract) if wish.contract else held.place
    moved = move(held, wish, place, into, now)
    target = None if into is None or moved.into is None else (into, moved.into)
    return Recorded(key, held, wish, moved.source, now, into=target, fresh=moved.fresh, person=person)


def _goes_on(held: Held, wish: Wish) -> Agreed | None:
    """What comes back after its term had ended it must not be ended by that term again."""
    agreed = held.agreed
    back = wish.event is Event.REACTIVATE and agreed is not None and agreed.at_end is AtEnd.END
    return replace(agreed, at_end=None) if agreed is not None and back else None


def _place(book: ChangingBook, contract: str) -> Place:
    try:
        return book.place(contract)
    except NotFound as error:
        message = f"there is no contract '{contract}'; choose one under Billing Contracts"
        raise Refused(message) from error


def already(held: Held, key: str) -> bool:
    """The rows of this change are in the log."""
    return any(entry.id == row_id(key, held.id, 0) for entry in held.entries)


def planned_key(planned: str) -> str:
    """What the ids of the rows of a planned change are derived from, by its id."""
    return f"planned:{planned}"


def _plan(asked: _Asked, book: ChangingBook) -> JobResult:
    held, wish = asked.held, asked.wish
    book.plan(asked.job.key, held, wish, person=asked.job.on_behalf_of)
    return JobResult(
        JobState.SUCCEEDED, f"Planned for {wish.on}: {wish.event.value} of {held.name}. It can be cancelled until then."
    )


def waits_for_hold(held: Held, wish: Wish, override: str, *, later: bool) -> bool:
    """Whether a wish meets a hold that lets it wait.

    Shape:  what is for `later` is planned or asked to be paid, and meets the hold when its time has come.
    Errors: Refused with the company's text where it is not to wait, and for an override of what is for later.
    """
    hold = held_back(held, wish)
    if hold is None:
        return False
    if override and later:
        message = f"an override is for a change of today; plan this one, and on {wish.on} override it with `w365 hold override`"
        raise Refused(message)
    if override:
        return False
    if not hold.waits:
        raise Refused(hold.text)
    return not later


def _hold(asked: _Asked, book: ChangingBook) -> JobResult:
    """What the rules refuse was refused before: only what is possible but for the hold is kept waiting."""
    held, hold = asked.held, asked.held.place.hold
    stop = None if hold is None else Stop(ScheduleState.HELD, hold.awaiting)
    book.plan(asked.job.key, held, asked.wish, person=asked.job.on_behalf_of, stop=stop)
    happens = f"{asked.wish.event.value} of {held.name} happens by itself once the hold is lifted."
    return JobResult(JobState.SUCCEEDED, f"Awaiting: credit hold. {happens}")


def _wait_for_credit(asked: _Asked, over: Exceeded, book: ChangingBook) -> JobResult:
    stop = awaiting_credit(over)
    book.plan(asked.job.key, asked.held, asked.wish, person=asked.job.on_behalf_of, stop=stop)
    happens = f"{asked.wish.event.value} of {asked.held.name} happens by itself once there is credit for it."
    return JobResult(JobState.SUCCEEDED, f"{stop.text}. {happens}")


def _await(asked: _Asked, ask: Asked, book: ChangingBook, clock: Clock) -> JobResult:
    held, wish = asked.held, asked.wish
    book.plan(asked.job.key, held, wish, person=asked.job.on_behalf_of, pay_by=ask.pay_by)
    book.prepay(asked.job.key, held, ask, clock.today(held.place.zone))
    return JobResult(
        JobState.SUCCEEDED,
        f"Planned for {wish.on}: {wish.quantity} seats of {held.name}, once {ask.amount} are paid. The next run bills them; "
        f"unpaid after {ask.pay_by} it expires, and until then it can be cancelled.",
    )


def prepayment(held: Held, wish: Wish, arguments: Mapping[str, str], clock: Clock) -> Asked:
    """What is to be paid before a change happens. Errors: Refused."""
    today = clock.today(held.place.zone)
    if wish.on < today:
        message = f"seats that are paid first cannot come on {wish.on}, which is over; choose today or a later day"
        raise Refused(message)
    pay_by = arguments.get("pay_by")
    last = day_said(pay_by, "pay_by") if pay_by else None
    decision = decide(held, wish, clock.now())
    return asked(held, wish, decision, last, today, parts=follow(held, wish, decision))
