"""A contract's history completed by what a document says of itself: what it bills once, its tax, its surcharge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.commitments.truing import KEYS as COMMITMENTS
from work365.explaining.written_out import ONE, rate_of_line
from work365.invoicing.lines import Kind
from work365.simulating.items import Once
from work365.simulating.taxes import Prices, TaxTerms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.explaining.rerun import History
    from work365.explaining.subject import LineBehind
    from work365.simulating.taxes import Rate, RoundedOn

ONCE = (Kind.ONE_TIME, Kind.USAGE, Kind.TIME, Kind.SUPPLIER, Kind.FEE)
"""Kinds of what is billed once; discounts on it are lines of their own."""


def completed(history: History, lines: Sequence[LineBehind], rounded_on: RoundedOn) -> History:
    """The history of a contract with what its lines on the explained document say. Shape: at least one line."""
    tax, run = _tax(lines, rounded_on), history.runs[-1]
    rates = {line.subscription: rate_of_line(line) for line in lines if line.subscription}
    return replace(
        history,
        items=(*history.items, *(once(line, run, tax.rate) for line in lines if line.kind in ONCE)),
        surcharge_percent=_surcharge_percent(lines),
        tax=tax,
        rates={subscription: rate for subscription, rate in rates.items() if rate != tax.rate},
    )


def once(line: LineBehind, run: date, usual: Rate) -> Once:
    """What a line bills once, as a scenario tells it: of the rows that it is the sum of, where these are known."""
    rate, parts = rate_of_line(line), tuple(row.part for row in line.rows)
    amounts = bool(parts) and parts[0].quantity is None
    if amounts and abs(line.quantity) != ONE:
        parts = ()
    return Once(
        id=line.key.rpartition(".")[0],
        kind=line.kind,
        period=line.period,
        quantity=None if parts else line.quantity,
        unit_price=None if parts and amounts else line.unit_price,
        discount_percent=line.discount_percent,
        parts=parts,
        recorded=run,
        tax=None if rate == usual else rate,
    )


def _tax(lines: Sequence[LineBehind], rounded_on: RoundedOn) -> TaxTerms:
    """What most lines bear, and what those bear that have no subscription and no row to say it."""
    usual = Counter(rate_of_line(line) for line in lines).most_common(1)[0][0]
    committed = (line for line in lines if line.key.startswith(COMMITMENTS))
    return TaxTerms(
        rate=usual,
        prices=Prices.GROSS if lines[0].price_includes_tax else Prices.NET,
        rounded_on=rounded_on,
        commitment=_other(committed, usual),
        surcharge=_other((line for line in lines if line.kind is Kind.SURCHARGE), usual),
    )


def _other(lines: Iterable[LineBehind], usual: Rate) -> Rate | None:
    return next((rate for line in lines if (rate := rate_of_line(line)) != usual), None)


def _surcharge_percent(lines: Iterable[LineBehind]) -> Decimal:
    found = (line.unit_price * 100 for line in lines if line.kind is Kind.SURCHARGE and line.unit_price is not None)
    return next(found, Decimal(0))
