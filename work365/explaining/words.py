"""The sentences behind a line, in the order in which a person would ask: why, how much, at which price, with which tax.

What a line comes to is told in `sums`, which change is behind it in `change_words`, what its kind means in `kind_words`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.documents.formats import Plain
from work365.documents.shown import percent_below
from work365.explaining.change_words import change_sentence
from work365.explaining.cost_words import cost_sentences
from work365.explaining.day_words import said_day
from work365.explaining.kind_words import NAMES, REASONS, SELF_SAID
from work365.explaining.sums import how_much
from work365.invoicing.lines import Kind
from work365.taxing.assessing import tax_in, tax_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.explaining.subject import LineBehind

ROWS_SHOWN = 12
_PLAIN = Plain()


def explain(line: LineBehind) -> list[str]:
    """The sentences, in the order in which a person would ask."""
    asked = (_why, _converted, _made_of, how_much, _price, _part, _corrects, _tax, cost_sentences)
    return [sentence for answer in asked for sentence in answer(line) if sentence]


def billed_to(payers: Sequence[tuple[date, str]]) -> str:
    """Who a contract is billed to, each by name from a day on: `billed to Alpha until 28 February 2026, to Beta from … on`."""
    (_, first), (until, _), *_ = payers
    later = ", ".join(f"to {name} from {said_day(since)} on" for since, name in payers[1:])
    return f"billed to {first} until {said_day(until - timedelta(days=1))}, {later}"


def heading(line: LineBehind) -> str:
    """What the explanation is about: `Line 2: Credit for Microsoft 365 E3, -160.00 EUR`."""
    named = line.description if line.kind in SELF_SAID else f"{NAMES[line.kind]} for {line.description}"
    return f"Line {line.ordinal}: {named}, {_PLAIN.priced(line.amount)}"


def _why(line: LineBehind) -> Iterator[str]:
    if line.reason:
        did = "gave this back" if line.amount.minor <= 0 else "took back what had been taken off"
        by = f"The document was cancelled, which {did}" if line.undone else f"A person {did}"
        yield f"{by}: {line.reason.rstrip('.')}."
        return
    if line.change is not None:
        yield change_sentence(line.change)
    yield from _amended(line)
    yield REASONS[line.kind](line)
    if line.share is not None:
        split = "The seats of the subscription are split over several payers"
        how = "A reseller is billed here by the tier above" if line.share.of_tier else split
        yield f"{how}; from {said_day(line.share.since)} on this contract pays for {line.share.why}."


def _amended(line: LineBehind) -> Iterator[str]:
    """That other terms began, where the line follows from that."""
    if line.terms is None or line.terms.changed_on is None or line.kind is Kind.DISCOUNT:
        return
    day, history = said_day(line.terms.changed_on), f"(`w365 contract history {line.terms.number}`)"
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
