"""Terms of a scenario: what the end of each does to a subscription, by the rules of the daily timer, up to the last run.

A renewal is a change of the price on the day after the term, known from that day on. Seats that are learned of later go on
through it: the change is said again with them, known from when they were. A price that is missing is a finding, and the price
before stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.errors import Refused
from work365.findings import Finding, Severity
from work365.strict_json import choice, day, members, needed, number, optional, refuse, shown
from work365.subscriptions.change_log import Change, known, winners
from work365.terms.renewal import AtEnd, PriceRule, Prices, next_term, price_after
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.subscriptions.change_log import Subscription

MOST_TERMS = 1_200
_MEMBERS = "term end at_end price percent list_price monthly_price"
_AT_END = {"renew": AtEnd.RENEW, "extend": AtEnd.EXTEND, "end": AtEnd.END}
_RULES = {"keep": PriceRule.KEEP, "list": PriceRule.LIST, "percent": PriceRule.PERCENT}
_PERCENT = re.compile(r"[+-]?[0-9]{1,4}(\.[0-9]{1,4})?", re.ASCII)
_LEAST = Decimal(-100)


@dataclass(frozen=True, slots=True)
class WrittenTerm:
    """A subscription's term and what happens at its end; `end` is the first day after it, prices are per seat and cycle."""

    term: Term
    end: date
    at_end: AtEnd
    rule: PriceRule
    percent: Decimal
    list_price: Decimal | None
    monthly_price: Decimal | None


def written_term(value: object, path: str) -> WrittenTerm:
    """A term from a parsed document. Errors: BadInput with the path of what is wrong."""
    row = members(value, path, _MEMBERS)
    rule = _word(row, path, "price", _RULES, "keep")
    percent = optional(row, path, "percent", _percent)
    if (rule is PriceRule.PERCENT) != (percent is not None):
        refuse(f"{path}.percent", "give a percentage where the price goes by 'percent', and only there")
    return WrittenTerm(
        needed(row, path, "term", choice(Term)),
        needed(row, path, "end", day),
        _word(row, path, "at_end", _AT_END, "renew"),
        rule,
        percent or Decimal(0),
        optional(row, path, "list_price", number),
        optional(row, path, "monthly_price", number),
    )


def with_renewals(one: Subscription, term: WrittenTerm, until: date, path: str) -> tuple[Subscription, tuple[Finding, ...]]:
    """A subscription with the changes that the ends of its terms make up to a day, and what could not be renewed.

    Errors: BadInput with the path for tiers, which go on through the end of a term, and for too many terms.
    """
    if one.pricing is not None or any(change.pricing for change in one.changes):
        refuse(path, "tiers and packages go on through the end of a term; leave this out")
    if term.at_end is AtEnd.END:
        return replace(one, end=term.end if one.end is None else min(one.end, term.end)), ()
    end, count = term.end, 0
    while end <= until and (following := next_term(term.at_end, term.term, end)) is not None:
        try:
            price = _price_after(one, term, end, extended=count > 0 and term.at_end is AtEnd.EXTEND)
        except Refused as error:
            message = f"The term that ended on {end} was not renewed: {error}"
            return one, (Finding("renewal-not-done", one.id, message, Severity.WARNING),)
        count += 1
        if count > MOST_TERMS:
            refuse(path, f"more than {MOST_TERMS} terms end by {until}; use earlier runs")
        one = replace(one, changes=(*one.changes, *_said(one, end, price, f"renewal {count}")))
        end = following.end
    return one, ()


def _price_after(one: Subscription, term: WrittenTerm, end: date, *, extended: bool) -> Decimal:
    """The price of the next term, by what is known when this one ends; an uplift is added once. Errors: Refused."""
    before = [change for change in winners(known(one.changes, end)) if change.effective <= end]
    said = [change.unit_price for change in before if change.unit_price is not None]
    current = said[-1] if said else one.unit_price
    prices = Prices(current, term.list_price, term.monthly_price)
    return current if extended else price_after(term.at_end, term.rule, prices, percent=term.percent)


def _said(one: Subscription, end: date, price: Decimal, name: str) -> Iterator[Change]:
    """The renewal as it is known on its day, and again whenever seats or a price of that day were learned of later."""
    later = {change.known_on for change in one.changes if change.effective <= end < change.known_on}
    before = None
    for on in sorted({end, *later}):
        held = [change for change in winners(known(one.changes, on)) if change.effective <= end]
        own = [change.unit_price for change in held if change.effective == end and change.known_on == on > end]
        price = next((said for said in own if said is not None), price)
        stands = held[-1].quantity if held else 0, price
        if stands != before:
            yield Change(name if on == end else f"{name}, {on}", end, stands[0], on, price)
        before = stands


def _word(row: dict[str, Any], path: str, name: str, words: dict[str, Any], otherwise: str) -> Any:  # noqa: ANN401  one of the words' values
    said = row.get(name) or otherwise
    if said not in words:
        refuse(f"{path}.{name}", f"{shown(said)} is not possible here; use {', '.join(words)}")
    return words[said]


def _percent(value: object, path: str) -> Decimal:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value) or Decimal(value) <= _LEAST:
        refuse(path, f'{shown(value)} is not a percentage; give a string such as "5" or "-2.5"')
    return Decimal(value)
