"""What a step of a reminder plan costs the customer: an amount, a share of what is owed, and interest, as one line, rounded once.

It is taken of what the customer is asked for: what is disputed bears nothing, and neither do fees that were billed before, so
there is no interest on interest. Interest is simple, for the actual days after the due day or after the last day that an earlier
step has charged, over 365 in every year. Sources: directive 2011/7/EU, articles 3 (interest from the day after the due day) and 6
(a fixed sum of 40 EUR at least, which is an amount here); the year of 365 days is that of the statutory interest of the United
Kingdom (Late Payment of Commercial Debts (Interest) Act 1998: a day is the yearly interest divided by 365).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.documents.formats import Plain
from work365.errors import BadInput
from work365.ids import derived
from work365.money import exactly, rounded, zero

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency, Money
    from work365.reminding.owed import Owed
    from work365.reminding.plan import Plan, Step

YEAR_DAYS = 365
_PLAIN = Plain()
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fee:
    """What one step charges.

    Attributes:
        item: id of the one-time item that bills it, derived from the invoice and the day of the step.
        product: id of the product that it is billed as.
        interest_to: the last day that its interest is for; None where it has none.
        words: how it is made, in a sentence that can be redone by hand.
    """

    item: str
    product: str
    amount: Money
    interest_to: date | None
    words: str


def fee_of(owed: Owed, step: Step, plan: Plan, today: date) -> Fee | None:
    """The fee of a step that is taken on a day; None for none.

    Errors: BadInput where the plan says too little, or speaks of another currency than the invoice.
    """
    if not step.charges:
        return None
    _refuse_unclear(step, plan, owed.balance.currency)
    base = _base(owed)
    if (today - owed.due).days <= plan.fees.grace_days or not base.minor:
        return None
    parts = list(_parts(step, owed, base, plan, today))
    whole = rounded(sum((amount for amount, _ in parts), Fraction(0)), base.currency)
    amount, cap = whole, _cap(plan, base.currency)
    words = f"Reminder {step.named} of {owed.number}: {', '.join(said for _, said in parts)}."
    if cap is not None and (left := _left(owed, cap)) < whole:
        amount = left
        words = f"{words} That is {whole}; all reminders of an invoice together cost at most {cap}."
    if not amount.minor:
        return None
    item = derived("late fee", owed.id, str(step.day))
    return Fee(item, plan.fees.product, amount, today if step.yearly_interest else None, words)


def _refuse_unclear(step: Step, plan: Plan, code: Currency) -> None:
    """Errors: BadInput where nobody can say what the fee is, or how it is taxed."""
    terms = plan.fees
    if not terms.product:
        message = f"The reminder plan {plan.code} charges fees and has no fee product, which decides their tax; choose one there."
        raise BadInput(message)
    if min(step.fee, step.fee_percent, step.yearly_interest) < 0:
        message = f"The step {step.named} of the reminder plan {plan.code} charges less than nothing; correct its fee there."
        raise BadInput(message)
    if (step.fee or terms.cap is not None) and terms.currency != code:
        said = f"in {terms.currency}" if terms.currency else "without a currency"
        message = f"The reminder plan {plan.code} says its fees {said}; invoices in {code} need a plan in {code}."
        raise BadInput(message)


def _base(owed: Owed) -> Money:
    """What fees are taken of: what is asked for, less all fees that stand on the invoice, as if these were paid last."""
    left = owed.asked if owed.fees_before is None else owed.asked - owed.fees_before
    return left if left.minor > 0 else zero(left.currency)


def _cap(plan: Plan, code: Currency) -> Money | None:
    return None if plan.fees.cap is None else _stated(plan.fees.cap, plan, code)


def _left(owed: Owed, cap: Money) -> Money:
    """What the cap leaves. Shape: a fee that was waived counts, so that it does not come back with the next step."""
    left = cap if owed.charged is None else cap - owed.charged
    return left if left.minor > 0 else zero(cap.currency)


def _parts(step: Step, owed: Owed, base: Money, plan: Plan, today: date) -> Iterator[tuple[Fraction, str]]:
    """Each part, exact and in major units, with how it is made."""
    of = Fraction(base.major)
    if step.fee:
        flat = _stated(step.fee, plan, base.currency)
        yield Fraction(flat.major), str(flat)
    if step.fee_percent:
        yield of * Fraction(step.fee_percent) / 100, f"{step.fee_percent.normalize():f} % of {base}"
    if step.yearly_interest:
        since = owed.due if owed.interest_to is None else max(owed.due, owed.interest_to)
        days = (today - since).days
        share = Fraction(step.yearly_interest) / 100 * Fraction(days, YEAR_DAYS)
        named = f"{step.yearly_interest.normalize():f} % a year on {base} for {days} of {YEAR_DAYS} days"
        yield of * share, f"{named} ({_PLAIN.day(since + _ONE_DAY)} to {_PLAIN.day(today)})"


def _stated(amount: Decimal, plan: Plan, code: Currency) -> Money:
    try:
        return exactly(amount, code)
    except BadInput as error:
        message = f"A fee of the reminder plan {plan.code} cannot be charged: {error.message}. Correct it there."
        raise BadInput(message) from None
