"""A contract's unbilled usage as items for its next invoice.

Usage is billed in arrears and with the cycles: the days of a cycle once that cycle is over. What comes later is a line of its
own with its own days, on the next cycle's invoice. A record that was restated after it was billed gives the difference between
its new amount and what was billed, on a line that names the days and the document that billed them first.

A package price rounds the units of one meter, subscription and cycle up to whole packages on their first line. Late and restated
units of such a meter are billed by their exact share of the package, so that no package is rounded up twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.contracts.policy import Policy
from work365.documents.formats import Plain
from work365.ids import derived
from work365.invoicing.items import Item, Mark
from work365.invoicing.lines import Kind
from work365.money import ten_places
from work365.periods import Period
from work365.usage.grouping import TOGETHER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from work365.contracts.contract import BillingContract
    from work365.usage.grouping import Grouping
    from work365.usage.pricing import MeterPrice, PriceBook, Rated
    from work365.usage.records import Metered

TABLE = "w365_usage"
_DAY = timedelta(days=1)
_PLAIN = Plain()
_NEVER_BILLED = date.min


@dataclass(frozen=True, slots=True)
class UsageTerms:
    """How a contract bills usage. `billed_through` is the first day that no cycle invoice has billed."""

    contract: BillingContract
    book: PriceBook
    grouping: Grouping = TOGETHER
    billed_through: date | None = None

    def late(self, cycle: Period) -> bool:
        """Whether the invoice that bills the usage of a cycle is already written."""
        billed = self.billed_through or _NEVER_BILLED
        return billed > cycle.end if self.contract.policy is Policy.ADVANCE else billed >= cycle.end


class _Group(NamedTuple):
    """What is one line: usage of one subscription and cycle with one name; `package` and `first` where these divide it."""

    cycle: Period
    subscription: str
    group: str
    package: str
    first: tuple[str, date]


def usage_items(records: Iterable[Metered], terms: UsageTerms) -> Iterator[Item]:
    """One item per printed line, oldest cycle first.

    Errors: BadInput when a meter has no price, or a cost no exchange rate.
    """
    groups: dict[_Group, list[Rated]] = {}
    for rated in terms.book.rated(records):
        groups.setdefault(_group(rated, terms), []).append(rated)
    for group in sorted(groups, key=_order):
        yield _item(group, sorted(groups[group], key=lambda rated: rated.record.id), terms)


def _group(rated: Rated, terms: UsageTerms) -> _Group:
    record, prior = rated.record, rated.record.prior
    cycle = terms.contract.cadence.containing(record.used)
    whole = rated.price is not None and rated.price.package is not None and prior is None and not terms.late(cycle)
    package = f"{rated.price.id}/{record.meter}" if whole and rated.price else ""
    first = ("", _NEVER_BILLED) if prior is None else (prior.invoice or "-", prior.billed_on or _NEVER_BILLED)
    return _Group(cycle, record.subscription, "" if package else terms.grouping.of(record), package, first)


def _order(group: _Group) -> tuple[object, ...]:
    return (group.cycle.start, *group[1:])


def _item(group: _Group, rated: Sequence[Rated], terms: UsageTerms) -> Item:
    records = [one.record for one in rated]
    period = Period(min(record.used for record in records), max(record.used for record in records) + _DAY)
    price = rated[0].price
    if group.package and price is not None:
        quantity, unit_price, parts = _packages(rated, price)
    else:
        parts = [one.amount - (one.record.prior.amount if one.record.prior else 0) for one in rated]
        summed = sum(parts, Decimal(0))
        quantity, unit_price = Decimal(-1 if summed < 0 else 1), abs(summed)
    billed = [part + (record.prior.amount if record.prior else 0) for part, record in zip(parts, records, strict=True)]
    return Item(
        table=TABLE,
        rows=tuple(record.id for record in records),
        key=f"usage/{derived('usage line', *(f'{record.id} {record.version}' for record in records))}",
        kind=Kind.USAGE,
        description=_description(group, records[0], period, terms, price),
        period=period,
        quantity=quantity,
        unit_price=unit_price,
        tax_category=records[0].tax_category,
        product=records[0].product,
        due=_over(group.cycle, terms.contract) + timedelta(days=terms.contract.offset_days),
        with_cycle=True,
        marks=tuple(Mark(record.id, record.version, amount) for record, amount in zip(records, billed, strict=True)),
    )


def _over(cycle: Period, contract: BillingContract) -> date:
    """When the usage of a cycle can be billed: once it is over, or the contract is."""
    return cycle.end if contract.end is None else min(cycle.end, contract.end)


def _packages(rated: Sequence[Rated], price: MeterPrice) -> tuple[Decimal, Decimal, list[Decimal]]:
    """Whole packages, their price, and what each record takes of them by its units."""
    units = sum((one.record.quantity for one in rated), Decimal(0))
    count = max(0, -int(-Fraction(units) // Fraction(price.package or 1)))
    unit_price = price.unit_price or Decimal(0)
    whole = Fraction(count) * Fraction(unit_price)
    parts, done, before = [], Fraction(0), Decimal(0)
    for one in rated:
        done += Fraction(one.record.quantity)
        until = ten_places(whole * done / Fraction(units)) if units > 0 else Decimal(0)
        parts.append(until - before)
        before = until
    return Decimal(count), unit_price, parts


def _description(group: _Group, record: Metered, period: Period, terms: UsageTerms, price: MeterPrice | None) -> str:
    what, days = terms.grouping.named(record), _PLAIN.period(period)
    if group.package and price is not None and price.package is not None:
        what = f"{record.meter}, packages of {price.package.normalize():f} x {record.unit}"
    named = ", ".join(part for part in (record.name, what) if part)
    if record.prior is None:
        return f"Usage {days}: {named}" + (", received late" if terms.late(group.cycle) else "")
    number, day = group.first
    billed = "" if day == _NEVER_BILLED else f" of {_PLAIN.day(day)}"
    return f"Restated usage {days}, first billed on {'an earlier document' if number == '-' else number}{billed}: {named}"
