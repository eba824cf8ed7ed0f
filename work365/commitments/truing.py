"""Truing up: what a minimum lacks, once its block is over, and what is above a maximum.

Both are the difference between what ought to be billed and what is billed already, so it does not matter when and how often a run
looks: usage that comes late, or a change that reaches back, makes a line that moves the shortfall or the cap.

What counts are subscriptions, what a supplier billed for them, and usage, with their discounts, for the days that their lines are
about. One-time items, time and instalments do not count. A cycle that a person decided never to bill is out of a minimum's
reckoning: it asks for nothing, and what was metered in it makes up for nothing. A maximum caps it like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from work365.commitments.terms import Blocks, Commitment, Span, required
from work365.documents.formats import Plain
from work365.invoicing.keys import prefix
from work365.invoicing.lines import Kind, Line
from work365.money import Money, total, zero
from work365.supplied.charging import KEYS as SUPPLIER_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.money import Currency
    from work365.periods import Period

_PLAIN = Plain()
KEYS = "commitment/"
"""How the keys of what this module makes begin."""
ITEM_KEYS = ("usage/", SUPPLIER_KEYS)
"""Keys of items that count: usage, and what the supplier billed in place of seats and days."""


class Counted(NamedTuple):
    """A line, posted or about to be: its key, the first day that it is about, and its net amount.

    Shape: one whose document was cancelled counts for nothing, but its key is never used again.
    """

    key: str
    day: date
    amount: Money
    cancelled: bool = False


class TrueUp(NamedTuple):
    """A line with what is printed for it."""

    line: Line
    description: str


@dataclass(frozen=True, slots=True)
class Committed:
    """A contract's commitment with what is posted since the start of the first block that a bill may touch.

    Attributes:
        skipped: first days of the cycles since then that are never billed.
    """

    terms: Commitment
    since: date
    posted: tuple[Counted, ...] = ()
    skipped: frozenset[date] = frozenset()


def first_day(contract: BillingContract, cycles: int, touched: date) -> date:
    """The first day of the block that a day lies in: posted lines must be read from there on."""
    blocks = Blocks(contract, cycles)
    span = blocks.block(blocks.number(touched))
    return touched if span is None else min(span.period.start, touched)


def true_up(contract: BillingContract, committed: Committed, fresh: Iterable[Counted], as_of: date) -> list[TrueUp]:
    """The lines that a bill adds for a commitment; `fresh` are the other lines of the same bill."""
    lines = [line for line in (*committed.posted, *fresh) if line.day >= committed.since]
    capped = list(_caps(contract, committed.terms, lines))
    lines += [Counted(one.line.key, one.line.period.start, one.line.amount) for one in capped]
    return [*capped, *_shortfalls(contract, committed, lines, as_of)]


def _caps(contract: BillingContract, terms: Commitment, lines: Sequence[Counted]) -> Iterator[TrueUp]:
    if terms.maximum is None:
        return
    blocks = Blocks(contract)
    spans = {span.period.start: span for line in lines if _counts(contract, line) and (span := blocks.cycle(line.day))}
    for start in sorted(spans):
        span = spans[start]
        most = required(terms.maximum, span, 1, contract)
        slot = _slot(contract, "max", span.period)
        billed, taken_off, version = _sums(contract, lines, span.period, slot)
        excess = billed - most if billed.minor > most.minor else zero(contract.currency)
        if (excess + taken_off).minor:
            said = f"{_of('Maximum', terms.maximum, span, 1, most)}: {_PLAIN.money(billed)} charged"
            yield _line(f"{slot}.{version}", Kind.DISCOUNT, span.period, -excess - taken_off, said, version)


def _shortfalls(contract: BillingContract, committed: Committed, lines: Sequence[Counted], as_of: date) -> Iterator[TrueUp]:
    terms = committed.terms
    if terms.minimum is None:
        return
    blocks = Blocks(contract, terms.cycles, committed.skipped)
    number = blocks.number(committed.since)
    while (span := blocks.block(number)) is not None and blocks.over(span, as_of):
        number += 1
        least = required(terms.minimum, span, terms.cycles, contract)
        slot = _slot(contract, "min", span.period)
        billed, made_up, version = _sums(contract, lines, span.period, slot, committed.skipped)
        lacking = least - billed if billed.minor < least.minor else zero(contract.currency)
        if (lacking - made_up).minor:
            out = ", skipped cycles left out" if span.skipped else ""
            said = f"{_of('Minimum', terms.minimum, span, terms.cycles, least)}: {_PLAIN.money(billed)} charged{out}"
            yield _line(f"{slot}.{version}", Kind.MINIMUM, span.period, lacking - made_up, said, version)


def _sums(
    contract: BillingContract, lines: Sequence[Counted], period: Period, slot: str, skipped: frozenset[date] = frozenset()
) -> tuple[Money, Money, int]:
    """What counts in a period without some cycles, what is there already in its slot, and how many lines that is.

    Shape: for a minimum the caps of its cycles count too: the customer has not paid what was taken off.
    """
    days = [(line, _clamped(contract, line.day)) for line in lines]
    inside = [line for line, on in days if on in period and not (skipped and contract.cadence.containing(on).start in skipped)]
    cap, minimum = _start(contract, "max"), slot.startswith(_start(contract, "min"))
    counting = [line for line in inside if _counts(contract, line) or (minimum and line.key.startswith(cap))]
    mine = [line for line in lines if line.key.startswith(f"{slot}.")]
    return _standing(counting, contract.currency), _standing(mine, contract.currency), len(mine)


def _standing(lines: Iterable[Counted], code: Currency) -> Money:
    return total((line.amount for line in lines if not line.cancelled), code)


def _clamped(contract: BillingContract, day: date) -> date:
    """A line about days before the contract counts for its first one."""
    return max(day, contract.start)


def _counts(contract: BillingContract, line: Counted) -> bool:
    return line.key.startswith((prefix(contract.id, "").rstrip("/") + "/", *ITEM_KEYS))


def _start(contract: BillingContract, word: str) -> str:
    return f"{KEYS}{contract.id}/{word}/"


def _slot(contract: BillingContract, word: str, period: Period) -> str:
    return f"{_start(contract, word)}{period.start}"


def _of(word: str, amount: Decimal, span: Span, cycles: int, comes_to: Money) -> str:
    """`Minimum 1 - 31 Jan 2026 of 500.00 EUR`, and for a part of a block how much of it that is."""
    share = span.worth / cycles
    part = "" if share == 1 else f" ({_PLAIN.price(amount, comes_to.currency)} x {share})"
    return f"{word} {_PLAIN.period(span.period)} of {_PLAIN.priced(comes_to)}{part}"


def _line(key: str, kind: Kind, period: Period, amount: Money, said: str, version: int) -> TrueUp:
    moved = ", corrected" if version else ""
    line = Line(key, "", kind, None, period, Decimal(1), amount.major, (1, 1), amount, None, period.start)
    return TrueUp(line, f"{said}{moved}")
