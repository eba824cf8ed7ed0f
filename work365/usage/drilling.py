"""Drilling into a cycle's usage: a part of it, summed by resource group, resource, category, meter, tag or day, with its trend.

Records are summed as they are read and none is kept, so what is held is one sum per name, however many records there are. The
trend sets the last seven days beside the seven before; they end with the newest day of which the provider has said anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from work365.periods import Period
    from work365.usage.charging import UsageTerms
    from work365.usage.records import Metered

    By = Callable[[Metered], str]

TAG = "tag:"
DAY = "day"
WEEK = timedelta(days=7)
ZERO = Decimal(0)
_DIMENSIONS: dict[str, By] = {
    "resource-group": lambda record: record.resource_group,
    "resource": lambda record: record.resource,
    "category": lambda record: record.category,
    "meter": lambda record: record.meter,
    DAY: lambda record: record.used.isoformat(),
}


def dimension(word: str, option: str = "--by") -> By:
    """What usage is told apart by: a word, or `tag:NAME`. Errors: BadInput that names the option."""
    if word.startswith(TAG) and len(word) > len(TAG):
        return lambda record: record.tags.get(word.removeprefix(TAG), "")
    if word not in _DIMENSIONS:
        message = f"usage is not told apart by '{word}'; use {', '.join(_DIMENSIONS)} or {TAG}NAME"
        raise BadInput(message, option)
    return _DIMENSIONS[word]


@dataclass(frozen=True, slots=True)
class Part:
    """Which records are looked at: those that have each of these texts under its word, such as ("resource", "/vm/1").

    An empty text asks for records that have none. The provider's names are the same in any letter case, the customer's tags are
    not.
    """

    asked: tuple[tuple[str, str], ...] = ()

    def takes(self, record: Metered) -> bool:
        """Whether a record is looked at."""
        return all(_same(word, dimension(word)(record), text) for word, text in self.asked)


WHOLE = Part()


def part_of(words: Iterable[str]) -> Part:
    """The part that `resource-group=web` and `tag:env=prod` ask for together. Errors: BadInput."""
    asked = []
    for said in words:
        word, sign, text = said.partition("=")
        dimension(word, "--only")
        if not sign:
            message = f"'{said}' does not say which; write it as {word}=NAME, or {word}= for what has none"
            raise BadInput(message, "--only")
        asked.append((word, text))
    return Part(tuple(asked))


def _same(word: str, found: str, text: str) -> bool:
    return _folded(word, found) == _folded(word, text)


def _folded(word: str, text: str) -> str:
    return text if word.startswith(TAG) else text.casefold()


@dataclass(slots=True)
class Used:
    """What one name comes to, exactly: in the contract's currency, before rounding.

    Attributes:
        recent: of the last seven days; before: of the seven before them, as far as they lie in the cycle.
    """

    name: str
    confirmed: Decimal = ZERO
    unconfirmed: Decimal = ZERO
    recent: Decimal = ZERO
    before: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Confirmed or not."""
        return self.confirmed + self.unconfirmed

    def add(self, amount: Decimal, *, confirmed: bool, age: timedelta) -> None:
        """One record more. Shape: `age` is how long before the newest day it was used."""
        if confirmed:
            self.confirmed += amount
        else:
            self.unconfirmed += amount
        if age < WEEK:
            self.recent += amount
        elif age < 2 * WEEK:
            self.before += amount

    def take(self, other: Used) -> None:
        """Another name's sums on top."""
        self.confirmed += other.confirmed
        self.unconfirmed += other.unconfirmed
        self.recent += other.recent
        self.before += other.before


@dataclass(frozen=True, slots=True)
class Drilled:
    """Usage of a part of a cycle, by name.

    Attributes:
        whole: the sum of all names.
        by_name: the largest first.
        newest: the last day that the provider has said anything of; None where it has said nothing.
        cycle: the days that are looked at.
    """

    whole: Used
    by_name: tuple[Used, ...]
    newest: date | None
    cycle: Period = field(repr=False)

    @property
    def comparable(self) -> bool:
        """Whether the seven days before the last seven lie in the cycle, so that the two can be compared."""
        return self.newest is not None and self.newest - 2 * WEEK >= self.cycle.start - timedelta(days=1)

    def by_day(self) -> tuple[Used, ...]:
        """In order of their names, as days are."""
        return tuple(sorted(self.by_name, key=lambda one: one.name))

    def largest(self, count: int) -> tuple[tuple[Used, ...], Used | None]:
        """So many names, and all others as one; 0 stands for all."""
        if not count or len(self.by_name) <= count:
            return self.by_name, None
        rest = Used(f"{len(self.by_name) - count} more")
        for one in self.by_name[count:]:
            rest.take(one)
        return self.by_name[:count], rest


def drilled(records: Iterable[Metered], terms: UsageTerms, by: str, cycle: Period, newest: date | None) -> Drilled:
    """The usage of these records by name. Where letter case does not matter, a name is written as it came first.

    Shape:  records of the cycle in any order, read once; `by` is a word of `dimension`; `newest` the subscription's newest day.
    Errors: BadInput as for billing: a meter without a price, a cost without an exchange rate.
    """
    name_of, whole, sums = dimension(by), Used(""), dict[str, Used]()
    last = newest or cycle.start
    for rated in terms.book.rating(records):
        name = name_of(rated.record)
        one = sums.setdefault(_folded(by, name), Used(name))
        for each in (whole, one):
            each.add(rated.amount, confirmed=rated.record.confirmed, age=last - rated.record.used)
    ordered = sorted(sums.values(), key=lambda one: (-abs(one.total), one.name))
    return Drilled(whole, tuple(ordered), newest, cycle)
