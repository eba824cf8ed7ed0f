"""The sentences behind a line: which change, which days, which price, which rounding, which tax.

What a line comes to is told in `sums`; here is why it is there, where its price comes from, and its tax.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.commitments.truing import KEYS as COMMITMENTS
from work365.contracts.contract import Policy
from work365.crediting.policy import RefundRule
from work365.documents.formats import Plain
from work365.documents.shown import percent_below
from work365.explaining.cost_words import cost_sentences
from work365.explaining.sums import how_much
from work365.invoicing.lines import Kind
from work365.money import rounded
from work365.taxing.assessing import tax_in, tax_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from work365.explaining.subject import ChangeBehind, LineBehind

ROWS_SHOWN = 12
_PLAIN = Plain()
SOURCES = {
    "Staff": "entered by",
    "Portal": "made in the portal by",
    "Provider": "reported by the provider and recorded by",
    "Import": "imported by",
    "Schedule": "scheduled, and carried out by",
}


GIVEN_BACK = {
    RefundRule.NONE: " It was without refund: what was paid is kept to its end.",
    RefundRule.DAYS: "",
    RefundRule.HOURS: " Its refund policy gives back the hours that are left.",
    RefundRule.FULL: " Its refund policy gives back all of the cycle, as if the seats had never been there.",
}
"""What is said of a change that took seats away."""


def explain(line: LineBehind) -> list[str]:
    """The sentences, in the order in which a person would ask."""
    asked = (_why, _converted, _made_of, how_much, _price, _part, _corrects, _tax, cost_sentences)
    return [sentence for answer in asked for sentence in answer(line) if sentence]


def billed_to(payers: Sequence[tuple[date, str]]) -> str:
    """Who a contract is billed to, each by name from a day on: `billed to Alpha until 28 February 2026, to Beta from … on`."""
    (_, first), (until, _), *_ = payers
    later = ", ".join(f"to {name} from {_day(since)} on" for since, name in payers[1:])
    return f"billed to {first} until {_day(until - timedelta(days=1))}, {later}"


def heading(line: LineBehind) -> str:
    """What the explanation is about: `Line 2: Credit for Microsoft 365 E3, -160.00 EUR`."""
    named = line.description if line.kind in SELF_SAID else f"{NAMES[line.kind]} for {line.description}"
    return f"Line {line.ordinal}: {named}, {_PLAIN.priced(line.amount)}"


NAMES = {
    Kind.CYCLE: "Charge of a whole cycle",
    Kind.STUB: "Charge of part of a cycle",
    Kind.CREDIT: "Credit",
    Kind.CHARGE: "Charge",
    Kind.CORRECTION: "Correction",
    Kind.DISCOUNT: "Discount",
    Kind.MINIMUM: "Minimum commitment",
    Kind.ONE_TIME: "One-time charge",
    Kind.USAGE: "Usage",
    Kind.TIME: "Time",
    Kind.SURCHARGE: "Surcharge",
    Kind.SUPPLIER: "Supplier's charge",
}


SELF_SAID = (Kind.DISCOUNT, Kind.MINIMUM, Kind.USAGE, Kind.TIME)
"""Kinds whose descriptions say themselves what they are."""


def _why(line: LineBehind) -> Iterator[str]:
    if line.reason:
        did = "gave this back" if line.amount.minor <= 0 else "took back what had been taken off"
        by = f"The document was cancelled, which {did}" if line.undone else f"A person {did}"
        yield f"{by}: {line.reason.rstrip('.')}."
        return
    if line.change is not None:
        yield _change(line.change)
    yield from _amended(line)
    yield _REASONS[line.kind](line)
    if line.share is not None:
        split = "The seats of the subscription are split over several payers"
        how = "A reseller is billed here by the tier above" if line.share.of_tier else split
        yield f"{how}; from {_day(line.share.since)} on this contract pays for {line.share.why}."


def _amended(line: LineBehind) -> Iterator[str]:
    """That other terms began, where the line follows from that."""
    if line.terms is None or line.terms.changed_on is None or line.kind is Kind.DISCOUNT:
        return
    day, history = _day(line.terms.changed_on), f"(`w365 contract history {line.terms.number}`)"
    if line.terms.payers is not None:
        before, after = line.terms.payers
        back = f"; what was charged beyond that day is given back to {before}" if line.amount.minor < 0 else ""
        yield f"From {day} on {after} pays instead of {before} {history}{back}."
        return
    since = f"From {day} on other terms were agreed {history}"
    if line.amount.minor < 0:
        yield f"{since}; what was charged beyond that day by the terms before is given back."
    else:
        yield f"{since}: it is billed {line.terms.frequency}, in {line.terms.policy.value}."


def _change(change: ChangeBehind) -> str:
    before = change.quantity - change.delta
    what = {
        "Create": f"the subscription began with {change.quantity}",
        "Cancel": f"the subscription was cancelled; there were {before} before",
        "Pause": f"the subscription was paused; there were {before} before",
        "Price": f"the price changed, at {change.quantity}",
        "Renewal": f"a new term began with {change.quantity}",
        "Upgrade": f"seats moved to or from another product; there were {before} before, then {change.quantity}",
        "Split": _split(change),
        "Promotion": f"a promotion was given, at {change.quantity}",
        "Transfer": f"seats moved to or from another subscription; there were {before} before, then {change.quantity}",
    }.get(change.event, f"the quantity went from {before} to {change.quantity}")
    learned = f" on {_day(change.recorded)}" if change.recorded else ""
    late = " It was learned of after it took effect." if change.recorded and change.recorded > change.effective else ""
    who = f"{SOURCES.get(change.source, 'recorded by')} {change.by}" if change.by else change.source.lower()
    reference = f" (reference {change.reference})" if change.reference else ""
    given = "" if change.refund is None else GIVEN_BACK[change.refund]
    return (
        f"From {_day(change.effective)} on, {what}: change {change.sequence} of the log, {who}{learned}{reference}.{late}{given}"
    )


def _split(change: ChangeBehind) -> str:
    if change.delta == 0:
        return "the seats are split over several payers, each of whom is billed for a part"
    return f"the seats that this payer pays for went from {change.quantity - change.delta} to {change.quantity}"


def _cycle(line: LineBehind) -> str:
    when = "in arrears, once they are over" if line.terms and line.terms.policy is Policy.ARREARS else "in advance"
    return f"The contract is billed {_often(line)}{when}; this line is for {_days(line)}."


def _stub(line: LineBehind) -> str:
    return f"Only a part of the cycle is billed, {_days(line)}, because something starts or ends in it."


def _credit(line: LineBehind) -> str:
    return f"What had been charged for {_days(line)} before the change is given back."


def _charge(line: LineBehind) -> str:
    return f"What {_days(line)} cost after the change is charged."


def _correction(line: LineBehind) -> str:
    return f"An earlier credit for {_days(line)} turned out to be too high or too low; this line is the difference."


def _discount(line: LineBehind) -> str:
    if line.key.startswith(COMMITMENTS):
        more = "more was charged than the contract's maximum"
        if line.amount.minor > 0:
            return f"For {_days(line)} {more}; since then less is, and what was taken off too much is charged again."
        return f"For {_days(line)} {more}; what is above it is taken off."
    if line.origin is not None and line.terms is not None:
        moved = f"The charges of {_days(line)} have changed, so their discount moves with them: this line is the difference."
        return f"{moved} {line.source}".rstrip()
    return f"It is taken off what is charged for {_days(line)}. {line.source}".rstrip()


def _minimum(line: LineBehind) -> str:
    if line.amount.minor < 0:
        return (
            f"A shortfall was billed for {_days(line)}; since then more was charged, and what is missing no more is given back."
        )
    return f"For {_days(line)} less was charged than the contract's minimum; this line is what is missing."


def _once(line: LineBehind) -> str:
    return f"It is billed once, for {_days(line)}, and never prorated. {line.source}".rstrip()


def _usage(line: LineBehind) -> str:
    if line.amount.minor < 0:
        taken = "The provider has revised what was metered, or took it back; this line is the difference to what was billed"
        return f"{taken} for {_days(line)}."
    when = "on" if line.period.days <= 1 else "from"
    return (
        f"It is what was metered {when} {_days(line)}: the provider's cost and the mark-up, or the price of the meter. The usage "
        "records that name this document keep what each of them comes to, to ten decimals; this line is their sum."
    )


def _time(line: LineBehind) -> str:
    return f"It is approved time of {_days(line)}: hours times the price per hour. The time entries name this document."


def _surcharge(line: LineBehind) -> str:
    net = _PLAIN.money(rounded(line.quantity, line.amount.currency))
    return f"How the document is paid adds to it: {line.description}, of the {net} that the contract's other lines come to."


def _supplier(line: LineBehind) -> str:
    return f"The contract is billed by what the supplier bills; this line is for {_days(line)}. {line.source}".rstrip()


_REASONS: dict[Kind, Callable[[LineBehind], str]] = {
    Kind.CYCLE: _cycle,
    Kind.STUB: _stub,
    Kind.CREDIT: _credit,
    Kind.CHARGE: _charge,
    Kind.CORRECTION: _correction,
    Kind.DISCOUNT: _discount,
    Kind.MINIMUM: _minimum,
    Kind.ONE_TIME: _once,
    Kind.USAGE: _usage,
    Kind.TIME: _time,
    Kind.SURCHARGE: _surcharge,
    Kind.SUPPLIER: _supplier,
}


def _often(line: LineBehind) -> str:
    return f"{line.terms.frequency}, " if line.terms else ""


def _converted(line: LineBehind) -> Iterator[str]:
    if line.exchange_rate is not None:
        code = line.amount.currency
        yield f"The price is in {line.price_currency}, converted at {line.exchange_rate.normalize():f} {code} for one."


def _made_of(line: LineBehind) -> Iterator[str]:
    """The rows behind the line; a supplier's charge is one row, which its source tells."""
    said = [row.said for row in line.rows if row.said]
    if said:
        more = f"; and {len(said) - ROWS_SHOWN} more" if len(said) > ROWS_SHOWN else ""
        yield f"Behind it: {'; '.join(said[:ROWS_SHOWN])}{more}."


def _price(line: LineBehind) -> Iterator[str]:
    """Where the price comes from, and how it compares with the list's."""
    if line.term and line.unit_price is not None:
        yield f"The price is that of the term: {line.term}"
    else:
        yield line.price_source
    if line.list_price is None or line.unit_price is None or line.unit_price >= line.list_price:
        return
    code = line.amount.currency
    own, full = _PLAIN.price(line.unit_price, code), _PLAIN.price(line.list_price, code)
    percent = _PLAIN.percent(percent_below(line.list_price, line.unit_price))
    yield f"The list price was {full}; the own price of {own} is {percent} less."


def _part(line: LineBehind) -> Iterator[str]:
    if line.bundle:
        yield f"It is a part of the bundle {line.bundle}; where the bundle is printed as one line, its amount is in that line."


def _corrects(line: LineBehind) -> Iterator[str]:
    if line.origin is not None:
        origin = line.origin
        yield f"It refers to line {origin.ordinal} of {origin.invoice}, over {_PLAIN.priced(origin.amount)}."


def _tax(line: LineBehind) -> Iterator[str]:
    if line.tax_percent is None:
        return
    code = f" (code {line.tax_code})" if line.tax_code else ""
    if line.tax_percent == 0:
        yield f"No tax is added{code}."
    elif line.price_includes_tax:
        left = f"{_PLAIN.priced(line.amount)} is left{code}"
        yield f"Tax: {_PLAIN.priced(line.priced)} includes {_PLAIN.percent(line.tax_percent)}, {_taxed(line)}; {left}."
    else:
        yield f"Tax: {_PLAIN.percent(line.tax_percent)} of {_PLAIN.money(line.amount)} is {_taxed(line)}{code}."


def _taxed(line: LineBehind) -> str:
    """The tax; and what it would be by itself, where the document was rounded as a whole and its cents were spread."""
    percent = line.tax_percent or Decimal(0)
    alone = tax_in(line.priced, percent) if line.price_includes_tax else tax_on(line.amount, percent)
    if alone == line.tax:
        return _PLAIN.priced(line.tax)
    return (
        f"{_PLAIN.priced(alone)}, posted as {_PLAIN.priced(line.tax)}: tax is rounded on the whole document and its cents spread"
    )


def _days(line: LineBehind) -> str:
    first, last = line.period.start, line.period.end - timedelta(days=1)
    return _day(first) if first >= last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return _PLAIN.day(day)
