"""What closing a contract does: a plan of lines that a person reads, and a hash that stands for exactly them.

Every subscription ends on the day, one that starts later on its first one. What is bound by a term that cannot end by then is
named: it stops the closing, or it is billed to the end of its term and no longer, as the person chose. What is paid beyond the
end comes back as the refund policy of each product's type says, unless the person chose that nothing does. Planned changes that
lie behind the end are withdrawn. What no document has billed is billed by the last invoice; what no run can bill is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from work365.crediting.policy import RefundRule
from work365.crediting.unbilled import reason
from work365.errors import BadInput, Refused
from work365.periods import local_day, zone_named
from work365.planning import HASH_LENGTH, fingerprint, refuse_another
from work365.subscriptions.counting import kept_until
from work365.subscriptions.deciding import Decision, Wish, decide
from work365.subscriptions.ledger import Event
from work365.subscriptions.refunding import by_policy, comes_off
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from work365.closing.subject import Subject
    from work365.crediting.unbilled import Waiting
    from work365.money import Money
    from work365.subscriptions.held import Held
    from work365.subscriptions.scheduling import Scheduled


class Bound(Enum):
    """What becomes of a subscription whose term does not let it end on the day."""

    STOP = "stop"
    KEEP = "keep"


class Line(NamedTuple):
    """One thing that the contract has, and what becomes of it."""

    what: str
    which: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.what} {self.which}: {self.becomes}"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one subscription ends.

    Attributes:
        wish: its end, on its first day without seats, with what comes back.
        decision: the rows of its log; None for one that its term keeps, which ends with that term.
        why: the rule that lets it end, or that does not.
        off: what comes off the cycle, without tax and before discounts; None where its price list prices it.
        billed_to: the first day that it is not billed; later than its end where what is paid is kept.
        refused: money was asked for that the refund policy keeps: why; "" where it was not.
    """

    held: Held
    wish: Wish
    decision: Decision | None
    why: str
    billed_to: date
    off: Money | None = None
    refused: str = ""

    @property
    def day(self) -> date:
        """Its first day without seats."""
        return self.wish.on


@dataclass(frozen=True, slots=True)
class Plan:
    """What closing does.

    Attributes:
        on: the first day on which the contract is not used any more; `end` the first that is not billed, later for kept terms
            and for what is paid and not given back.
        refund: what the person chose for what is paid; None leaves it to the policies.
        withdrawn: planned changes that do not happen.
        stops: why it cannot be closed like this; empty when it can.
    """

    subject: Subject
    on: date
    end: date
    endings: tuple[Ending, ...]
    withdrawn: tuple[Scheduled, ...]
    lines: tuple[Line, ...]
    stops: tuple[str, ...] = ()
    refund: RefundRule | None = None

    @property
    def hash(self) -> str:
        """Stands for exactly these lines, on this day."""
        chosen = f", {self.refund.value}" if self.refund else ""
        about = f"close {self.subject.number} on {self.on}, billed until {self.end}{chosen}"
        return fingerprint(about, (*map(str, self.lines), *self.stops))[:HASH_LENGTH]

    def check(self, given: str) -> None:
        """Errors: Refused when the closing is stopped, or the plan is another than the one that was looked at."""
        if self.stops:
            raise Refused(" ".join(self.stops))
        if not given:
            message = (
                f"look at the plan with `w365 contract close {self.subject.number} --on {self.on} --dry-run`, then give its hash"
            )
            raise BadInput(message, "plan")
        refuse_another(given, self.hash)


def plan(subject: Subject, on: date, bound: Bound, now: datetime, today: date, *, refund: RefundRule | None = None) -> Plan:
    """What closing a contract on a day would do; nothing is refused here, what stops it is said.

    Shape: `now` is when it is asked for, `today` when it is done; `refund` NONE gives nothing back, DAYS asks for money back.
    """
    endings = tuple(_ending(one, on, now, refund) for one in subject.held)
    end = max([on, *(one.billed_to for one in endings if one.decision is not None or bound is Bound.KEEP)])
    withdrawn = tuple(one for one in subject.planned if _is_withdrawn(one, endings, on))
    lines = [
        *(_subscription(one, bound) for one in endings),
        *(Line("Part", one.name, "ends with the split subscription that it is a part of") for one in subject.parts),
        *_planned(subject, withdrawn),
        *(Line(one.what, one.named, _billed(one, end, today)) for one in subject.unbilled),
        *(Line("Document", one, "is a draft; it gets its number first") for one in subject.drafts),
        *(Line("Credit", one.number, f"{one.left} stays the customer's; refund it or set it off") for one in subject.credits),
    ]
    return Plan(subject, on, end, endings, withdrawn, tuple(lines), tuple(_stops(subject, on, bound, endings, today)), refund)


def remaining(subject: Subject, today: date) -> list[Line]:
    """What keeps a contract that is being closed from its end: what is not ended, not billed, or not numbered."""
    found = [Line("Subscription", one.name, f"is {one.status.value}") for one in subject.held]
    found += [Line("Part", one.name, "ends when the split subscription is divided anew") for one in subject.parts]
    found += [Line(one.what, one.named, reason(one, today).words) for one in subject.unbilled]
    found += [Line("Document", one, "is a draft") for one in subject.drafts]
    if not found and not subject.billed_out:
        found.append(Line("Contract", subject.number, "has a last cycle that no run has billed yet"))
    return found


def _ending(held: Held, on: date, now: datetime, refund: RefundRule | None) -> Ending:
    """Errors: none; a term that does not let it end keeps it, and money that the policy keeps is said."""
    wish, refused = Wish(Event.CANCEL, max(on, held.start), refund=refund), ""
    try:
        decide(held, wish, now)
    except Refused as bound:
        day = wish.on if held.agreed is None else max(wish.on, held.agreed.end)
        return Ending(held, replace(wish, on=day), None, str(bound), day)
    try:
        wish, decision = by_policy(held, wish, now)
    except Refused as kept:
        refused = str(kept)
        wish, decision = by_policy(held, replace(wish, refund=None), now)
    off = comes_off(held, wish, now)
    return Ending(held, wish, decision, decision.sentence, _billed_to(held, wish, decision, now), off, refused)


def _billed_to(held: Held, wish: Wish, decision: Decision, now: datetime) -> date:
    """The first day that is not billed: what is kept is billed to its end, and what goes by the hour is charged and credited."""
    if wish.refund not in (RefundRule.NONE, RefundRule.HOURS) or not held.billable or not any(row.delta for row in decision.rows):
        return wish.on
    return kept_until(wish.on, local_day(now, zone_named(held.place.zone)), held.terms) or wish.on


def _is_withdrawn(one: Scheduled, endings: tuple[Ending, ...], on: date) -> bool:
    """It lies behind the end, was refused before, or has waited in vain so far; what waits for money is for a person."""
    if one.state is ScheduleState.AWAITING:
        return False
    return one.wish.on >= _end_of(one, endings, on) or one.state is not ScheduleState.SCHEDULED


def _end_of(planned: Scheduled, endings: tuple[Ending, ...], on: date) -> date:
    return next((one.day for one in endings if one.held.id == planned.subscription), on)


def _subscription(one: Ending, bound: Bound) -> Line:
    named = f"{one.held.name} ({one.held.quantity} seats)"
    if one.decision is not None:
        off = f" {one.off} of its cycle come off." if one.off and one.off.minor else ""
        return Line("Subscription", named, f"ends on {one.day}. {one.why}{off}")
    if bound is Bound.KEEP:
        return Line("Subscription", named, f"is bound: it is billed to the end of its term on {one.day}, and not renewed")
    return Line("Subscription", named, f"is bound until {one.day}: it stops the closing")


def _planned(subject: Subject, withdrawn: tuple[Scheduled, ...]) -> Iterator[Line]:
    gone = {one.id for one in withdrawn}
    for one in subject.planned:
        waits = "waits for its payment" if one.state is ScheduleState.AWAITING else "happens before the end"
        becomes = "is withdrawn" if one.id in gone else waits
        yield Line("Planned change", f"{one.wish.on} {one.wish.event.value} of {one.name}", becomes)


def _billed(row: Waiting, end: date, today: date) -> str:
    """What becomes of an unbilled row: what would ride on a later invoice rides on the last one."""
    why = reason(row, today)
    return why.words if why.person or row.day > end else "is billed by the last invoice"


def _stops(subject: Subject, on: date, bound: Bound, endings: tuple[Ending, ...], today: date) -> Iterator[str]:
    yield from _stopped_by_the_contract(subject, on)
    for planned in subject.planned:
        if planned.state is ScheduleState.AWAITING:
            yield f"More seats of {planned.name} wait for their payment: cancel that change first, so that it is given back."
        elif _end_of(planned, endings, on) <= today and not _is_withdrawn(planned, endings, on):
            yield (
                f"{planned.name} has a change planned for {planned.wish.on} that has not happened yet: let the daily timer do "
                "it, or cancel it."
            )
    for one in endings:
        if one.refused:
            yield one.refused
        last = max((row.effective for row in one.held.rows), default=one.day)
        if last > one.day:
            yield f"{one.held.name} has a change on {last}, after the end: close the contract on that day or later."
        if one.decision is None and one.held.agreed is None:
            yield one.why
        elif one.decision is None and bound is Bound.STOP:
            yield f"{one.held.name}: {one.why} Close the contract then, or let it be billed to the end of its term."


def _stopped_by_the_contract(subject: Subject, on: date) -> Iterator[str]:
    contract = subject.place.contract
    if subject.place.ended:
        yield f"Contract {subject.number} has ended."
    if on < contract.start:
        yield f"Contract {subject.number} starts on {contract.start}; close it on that day or later."
    if contract.end is not None and contract.end < on:
        yield f"Contract {subject.number} ends on {contract.end} by itself; close it on that day or earlier."
    for part in subject.parts:
        if part.of != subject.number:
            yield f"{part.name} is a part of a split subscription on contract {part.of}: take this payer out of its split first."
    for name in subject.instalments:
        yield f"Instalment plan {name} is running: end it first, and say what becomes of its rest."
