"""Change a subscription: a job becomes rows of the change log, or a planned change when its day is still to come.

Safe to run again from any point: the ids of the rows come from the job's key, so a job that did its work finds it done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.approving.changes import of_change
from work365.approving.request import Whose
from work365.crediting.policy import RefundRule
from work365.errors import BadInput, NotFound, Refused
from work365.exposure.limiting import LimitRule
from work365.handlers.limiting import awaiting, held_to_limits
from work365.holding.hold import held_back
from work365.jobs import JobResult, JobState
from work365.ports.changing import Recorded, planned_id, row_id
from work365.subscriptions.deciding import ALLOWED, Wish, decide
from work365.subscriptions.ledger import Event, Source
from work365.subscriptions.moving import move
from work365.subscriptions.parts import MOVES, follow, refuse_apart
from work365.subscriptions.prepaying import asked
from work365.subscriptions.refunding import by_policy
from work365.subscriptions.scheduling import ScheduleState, Stop, next_term
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.approving.request import Request
    from work365.handlers.approving import Gate
    from work365.jobs import Job
    from work365.ports.changing import ChangingBook
    from work365.ports.platform import Clock
    from work365.subscriptions.deciding import Decision
    from work365.subscriptions.held import Agreed, Held, Place
    from work365.subscriptions.prepaying import Asked

EVENTS = {event.value: event for event in Event if event in ALLOWED}
SOURCES = {source.value: source for source in Source}
WHEN_PAID, AT_RENEWAL = "paid", "renewal"
"""What the argument `when` of a job may say."""
REFUNDS = {"yes": RefundRule.DAYS, "no": RefundRule.NONE}
"""What the argument `refund` of a job may say; where the product's type has a policy, that one says how much."""


def change(job: Job, *, book: ChangingBook, clock: Clock, gate: Gate | None = None) -> JobResult:
    """Do what a job of the kind Change asks for, once the gate lets it.

    Errors: Refused in words; Conflict when the subscription changed meanwhile; External as the tenant failed.
    """
    held = load(book, job.arguments.get("subscription", ""))
    wish = wish_for(held, job.arguments, clock.now())
    if already(held, job.key) or already(held, planned_key(planned_id(job.key))):
        return JobResult(JobState.SUCCEEDED, f"{held.name} is changed as of {wish.on}.")
    said = job.arguments.get("override", "").strip()
    override = "" if held_back(held, wish) is None else said
    when_paid = job.arguments.get("when") == WHEN_PAID
    later = wish.on > clock.today(held.place.zone) or when_paid
    waits = waits_for_hold(held, wish, override, later=later)
    ask = prepayment(held, wish, job.arguments, clock) if when_paid else None
    recorded = None if later else decided(job.key, held, wish, book=book, now=clock.now(), person=job.on_behalf_of)
    if gate is not None:
        whose = Whose(held.place.account, held.place.entity)
        if stopped := gate.stops(job, whose, lambda: requested(job.key, held, wish, book, clock.now(), recorded)):
            return stopped
    if waits:
        return _hold(job, held, wish, book)
    if recorded is None:
        return _plan(job, held, wish, book) if ask is None else _await(job, held, wish, ask, book, clock)
    return _do(job, recorded, said, override, book)


def _do(job: Job, change: Recorded, said: str, override: str, book: ChangingBook) -> JobResult:
    """Do it today, if there is credit for it. Shape: `said` lets it go over a limit, `override` over a hold."""
    change, lacks = held_to_limits(change, book=book)
    if lacks and not said:
        return _wait_for_credit(job, change, lacks, book)
    book.record(replace(change, override=said if lacks else override))
    held, after = change.held, change.decision
    seats = f"{after.quantity} seats at {price_said(held, after)}"
    return JobResult(JobState.SUCCEEDED, f"{held.name} has {seats} from {change.wish.on} on. {after.sentence}")


def requested(key: str, held: Held, wish: Wish, book: ChangingBook, now: datetime, recorded: Recorded | None = None) -> Request:
    """What an approver is asked; what is planned is shown as it would be today, where it can be."""
    if recorded is None:
        with suppress(Refused):
            recorded = decided(key, held, wish, book=book, now=now)
    return of_change(held, wish, recorded, book.price(held))


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


def _plan(job: Job, held: Held, wish: Wish, book: ChangingBook) -> JobResult:
    book.plan(job.key, held, wish, person=job.on_behalf_of)
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


def _hold(job: Job, held: Held, wish: Wish, book: ChangingBook) -> JobResult:
    """What the rules refuse was refused before: only what is possible but for the hold is kept waiting."""
    hold = held.place.hold
    stop = None if hold is None else Stop(ScheduleState.HELD, hold.text)
    book.plan(job.key, held, wish, person=job.on_behalf_of, stop=stop)
    return JobResult(
        JobState.SUCCEEDED,
        f"Waiting for credit hold: {wish.event.value} of {held.name}. It happens by itself once the hold is lifted.",
    )


def _wait_for_credit(job: Job, change: Recorded, lacks: str, book: ChangingBook) -> JobResult:
    """Errors: Refused where the settings say so."""
    held, wish = change.held, change.wish
    if held.place.limit_rule is LimitRule.REFUSE:
        message = f"Over the credit limit: {lacks}"
        raise Refused(message)
    book.plan(job.key, held, wish, person=job.on_behalf_of, stop=Stop(ScheduleState.LIMITED, awaiting(lacks)))
    return JobResult(
        JobState.SUCCEEDED,
        f"{awaiting(lacks)}. {wish.event.value} of {held.name} happens by itself once there is credit for it.",
    )


def _await(job: Job, held: Held, wish: Wish, ask: Asked, book: ChangingBook, clock: Clock) -> JobResult:
    book.plan(job.key, held, wish, person=job.on_behalf_of, pay_by=ask.pay_by)
    book.prepay(job.key, held, ask, clock.today(held.place.zone))
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
    last = _day(pay_by, "pay_by") if pay_by else None
    decision = decide(held, wish, clock.now())
    return asked(held, wish, decision, last, today, parts=follow(held, wish, decision))


def wish_for(held: Held, arguments: Mapping[str, str], now: datetime) -> Wish:
    """The wish about one subscription: on the day that was said, or with its next term. Errors: Refused."""
    when = arguments.get("when", "")
    if when not in ("", WHEN_PAID, AT_RENEWAL):
        message = f"'{when}' is no time for a change; use {WHEN_PAID} or {AT_RENEWAL}, or say only the day"
        raise BadInput(message, "when")
    if when != AT_RENEWAL:
        return wish_of(arguments)
    wish = wish_of({**arguments, "on": next_term(held, now).isoformat()})
    if wish.event is not Event.QUANTITY:
        message = "only a number of seats can be kept for the next term; for anything else say the day"
        raise Refused(message)
    return wish


def wish_of(arguments: Mapping[str, str]) -> Wish:
    """The wish that a job's arguments spell. Errors: BadInput naming the argument."""
    event = EVENTS.get(arguments.get("event", ""))
    if event is None:
        message = f"'{arguments.get('event', '')}' is no change; use one of {', '.join(EVENTS)}"
        raise BadInput(message, "event")
    source = SOURCES.get(arguments.get("source") or Source.STAFF.value)
    if source is None:
        message = f"'{arguments['source']}' is no source; use one of {', '.join(SOURCES)}"
        raise BadInput(message, "source")
    return Wish(
        event,
        _day(arguments.get("on", ""), "on"),
        _whole(arguments.get("quantity")),
        _price(arguments.get("price")),
        product=arguments.get("product") or None,
        contract=arguments.get("contract") or None,
        into=arguments.get("into") or None,
        source=source,
        note=arguments.get("note", ""),
        refund=_refund(arguments.get("refund", ""), event),
    )


def _refund(text: str, event: Event) -> RefundRule | None:
    """What was said; an end gives nothing back unless somebody says so."""
    return RefundRule.NONE if event is Event.CANCEL and not text else refund_said(text)


def refund_said(text: str) -> RefundRule | None:
    """What a job was told about refunds; None where nobody was asked. Errors: BadInput."""
    if not text:
        return None
    if text not in REFUNDS:
        message = f"'{text}' is no answer; use {' or '.join(REFUNDS)}"
        raise BadInput(message, "refund")
    return REFUNDS[text]


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a day; write it as 2026-03-16"
        raise BadInput(message, name) from None


def _whole(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        message = f"'{text}' is not a number of seats; use 0 or more"
        raise BadInput(message, "quantity")
    return int(text)


def _price(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        message = f"'{text}' is not a price; write it as 31.00"
        raise BadInput(message, "price")
    return price
