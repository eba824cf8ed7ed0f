"""How much of what is paid fewer seats give back: the refund policy of the product's type, asked for each reduction by a person.

What the supplier reports is left as it is: it has decided already. So is what ends with a paid cycle, where nothing is left to
give back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.contracts.policy import Policy
from work365.crediting.policy import RefundRule, refund
from work365.errors import Refused
from work365.invoicing.proration import ruler
from work365.money import rounded, zero
from work365.periods import zone_named
from work365.subscriptions.deciding import decide
from work365.subscriptions.ledger import Event, Source, standing

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from work365.money import Money
    from work365.periods import Period
    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Entry, Held

REDUCING = (Event.QUANTITY, Event.CANCEL)
BUYING = (Event.CREATE, Event.REACTIVATE)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says about seats that go on a day.

    Attributes:
        rule: how much comes back.
        share: of what was paid for the cycle.
        paid: the cycle that contains the day.
        refused: who said no, and why; "" when nobody did.
    """

    rule: RefundRule
    share: Fraction
    paid: Period
    refused: str = ""


def by_policy(held: Held, wish: Wish, now: datetime) -> tuple[Wish, Decision]:
    """A change of one subscription with what the policy gives back, decided.

    Errors: Refused where the rules forbid it, or where money was asked for that the policy keeps.
    """
    decision = decide(held, wish, now)
    if wish.refund is RefundRule.NONE or not _asks(held, wish, decision, now):
        return wish, decision
    said = policy_on(held, wish.on, now)
    if not said.refused:
        wish = replace(wish, refund=said.rule)
        return wish, decide(held, wish, now)
    kept = held.terms.period_of(max(wish.on, now.astimezone(zone_named(held.place.zone)).date()))
    why = f"{said.refused} The seats are billed up to {kept.end - _DAY}."
    if wish.refund is not None:
        message = f"{held.name}: {why} Ask for it without refund; what is given back out of goodwill is a credit of its line"
        raise Refused(message)
    wish = replace(wish, refund=RefundRule.NONE)
    decision = decide(held, wish, now)
    return wish, replace(decision, sentence=f"{decision.sentence} {why}")


def policy_on(held: Held, on: date, now: datetime) -> Answer:
    """What the policy says about seats that go on a day: now if that day is today, else on its first moment."""
    zone = zone_named(held.place.zone)
    here, paid = now.astimezone(zone), held.terms.period_of(on)
    ended = here if here.date() == on else datetime.combine(on, time(), zone)
    said = refund(held.refund, _bought(held, on, zone), ended, paid, zone)
    rule = RefundRule.NONE if said.refused or held.refund is None else held.refund.rule
    return Answer(rule, said.share, paid, said.refused)


def comes_off(held: Held, wish: Wish, now: datetime) -> Money | None:
    """What the end of all seats takes off its cycle, by what the wish says; None where the price list prices them.

    Units: without tax and before discounts; nothing where no run has billed the cycle yet, which it then bills to the end.
    """
    terms, on, place = held.terms, wish.on, held.place
    number, there = terms.cadence.number(on), standing(held.rows, on)
    due = terms.due_on(number)
    billed = place.next_invoice_date is not None and due is not None and due < place.next_invoice_date
    if held.listed or there.unit_price is None:
        return None
    if not billed or not held.billable or wish.refund is RefundRule.NONE or terms.on(on).policy is not Policy.ADVANCE:
        return zero(terms.currency)
    measure, paid = ruler(terms, number), terms.period_of(on)
    if wish.refund in (RefundRule.HOURS, RefundRule.FULL):
        left = policy_on(held, on, now).share * measure.used(paid)
    else:
        left = Fraction(measure.end_mark(paid.end) - measure.end_mark(on))
    return rounded(there.quantity * Fraction(there.unit_price) * left / measure.length, terms.currency)


def _asks(held: Held, wish: Wish, decision: Decision, now: datetime) -> bool:
    """Whether a person takes seats away for which something is paid beyond that day, and somebody said what holds then."""
    decided_elsewhere = wish.source in (Source.PROVIDER, Source.IMPORT)
    fewer = any(row.delta < 0 and row.effective == wish.on for row in decision.rows)
    asked = held.refund is not None and wish.event in REDUCING and fewer and not decided_elsewhere
    return asked and _has_paid(held, wish.on, now.astimezone(zone_named(held.place.zone)).date())


def _has_paid(held: Held, on: date, today: date) -> bool:
    """Whether something is paid for the days from `on` to the end of a cycle that had begun, or been billed, before."""
    terms = held.terms
    return terms.on(on).policy is Policy.ADVANCE and (terms.period_of(on).start < on or on < today)


def _bought(held: Held, on: date, zone: ZoneInfo) -> datetime:
    """The newest purchase, reactivation or addition of seats up to a day."""
    bought = (entry for entry in held.entries if entry.row.delta > 0 or entry.row.event in BUYING)
    moments = (_came(entry, zone) for entry in bought if entry.row.effective <= on)
    return max(moments, default=datetime.combine(held.start, time(), zone))


def _came(entry: Entry, zone: ZoneInfo) -> datetime:
    """When seats came: when they were asked for, but for a day to come on its first moment."""
    first = datetime.combine(entry.row.effective, time(), zone)
    return first if entry.asked is None else max(first, entry.asked)
