"""Which usage records and time entries a line sums up. Pure: nothing here calls anybody.

The rows name the document that billed them, not the line. So each line is matched with groups of its document's rows, formed as
billing forms them: time by the key of the line, which is made of its entries; usage by its days and by what it comes to.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from dataverse.rows import day
from dataverse.stores.billing_usage import tags
from work365.documents.formats import Plain
from work365.explaining.subject import RowBehind
from work365.ids import derived
from work365.simulating.items import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dataverse.webapi import Row

USAGE = (
    *("w365_usageid", "_w365_subscription_value", "w365_usedon", "w365_meter", "w365_metercategory", "w365_resourcegroup"),
    *("w365_tags", "w365_quantity", "w365_unit", "w365_cost", "w365_costcurrency", "w365_billedamount", "w365_prioramount"),
)
TIME = (
    *("w365_timelogid", "w365_resource", "w365_role", "w365_workedon", "w365_hours", "w365_priceperhour", "_w365_service_value"),
)
_PLAIN = Plain()
Grouping: TypeAlias = "Callable[[Row], tuple[str, ...]]"


def metered_by(lines: Sequence[Row], records: Sequence[Row]) -> dict[str, tuple[RowBehind, ...]]:
    """The usage records of usage lines, by the lines' keys; a line whose records cannot be told is left out.

    Shape: what is left when the records of packages are told are those of the other lines, so the lines are asked twice.
    """
    found: dict[str, tuple[RowBehind, ...]] = {}
    left = list(records)
    for line in (*lines, *lines):
        groups = _metered_groups(line, left) if line["w365_key"] not in found else ()
        mine = next((group for group in groups if _sums_up_to(line, group)), None)
        if mine is not None:
            left = [row for row in left if row not in mine]
            found[line["w365_key"]] = tuple(map(_metered, mine))
    return found


def logged_by(lines: Iterable[Row], entries: Sequence[Row]) -> dict[str, tuple[RowBehind, ...]]:
    """The time entries of lines of time, by the lines' keys."""
    ordered = sorted(entries, key=lambda row: (row["w365_workedon"], row["w365_resource"], row["w365_timelogid"]))
    found: dict[str, tuple[RowBehind, ...]] = {}
    for line in lines:
        keyed = line["w365_key"].partition("/")[2].partition(".")[0]
        groups = _grouped(_within(line, ordered, "w365_workedon"), (_entry, _resource, _role, _service))
        mine = next((group for group in groups if derived("time line", *(row["w365_timelogid"] for row in group)) == keyed), ())
        found[line["w365_key"]] = tuple(map(_logged, mine))
    return found


def _metered_groups(line: Row, records: Sequence[Row]) -> Iterator[list[Row]]:
    inside = _within(line, records, "w365_usedon")
    names = sorted({name for row in inside for name in tags(row["w365_tags"])})
    by: list[Grouping] = [_together, _resource_group, _category, _meter]
    by += [partial(_tag, name) for name in names]
    return _grouped(inside, by)


def _grouped(rows: Sequence[Row], by: Iterable[Grouping]) -> Iterator[list[Row]]:
    for grouping in by:
        for _, group in groupby(sorted(rows, key=grouping), key=grouping):
            yield list(group)


def _within(line: Row, rows: Sequence[Row], column: str) -> list[Row]:
    first, end = day(line["w365_periodstart"]), day(line["w365_periodend"])
    return [row for row in rows if first <= day(row[column]) < end]


def _sums_up_to(line: Row, records: Sequence[Row]) -> bool:
    """Whether records have the days of a line and come to quantity times price."""
    days = sorted(day(row["w365_usedon"]) for row in records)
    first, last = day(line["w365_periodstart"]), day(line["w365_periodend"]).toordinal() - 1
    comes_to = sum((_amount(row) for row in records), Decimal(0))
    exact = Decimal(line["w365_quantity"]) * Decimal(line["w365_unitprice"] or 0)
    return (days[0], days[-1].toordinal()) == (first, last) and comes_to == exact


def _amount(record: Row) -> Decimal:
    return Decimal(record["w365_billedamount"] or 0) - Decimal(record["w365_prioramount"] or 0)


def _together(record: Row) -> tuple[str, ...]:
    return (record["_w365_subscription_value"], "restated" if record["w365_prioramount"] is not None else "")


def _resource_group(record: Row) -> tuple[str, ...]:
    return (*_together(record), (record["w365_resourcegroup"] or "").casefold())


def _category(record: Row) -> tuple[str, ...]:
    return (*_together(record), record["w365_metercategory"] or "")


def _meter(record: Row) -> tuple[str, ...]:
    return (*_together(record), record["w365_meter"])


def _tag(name: str, record: Row) -> tuple[str, ...]:
    return (*_together(record), tags(record["w365_tags"]).get(name, ""))


def _entry(entry: Row) -> tuple[str, ...]:
    return (entry["w365_timelogid"],)


def _service(entry: Row) -> tuple[str, ...]:
    return (entry["_w365_service_value"], str(entry["w365_priceperhour"]))


def _resource(entry: Row) -> tuple[str, ...]:
    return (*_service(entry), entry["w365_resource"])


def _role(entry: Row) -> tuple[str, ...]:
    return (*_service(entry), entry["w365_role"] or "")


def _metered(record: Row) -> RowBehind:
    amount, less = Decimal(record["w365_billedamount"] or 0), Decimal(record["w365_prioramount"] or 0)
    units = f"{_PLAIN.quantity(Decimal(record['w365_quantity']))} x {record['w365_unit']}"
    before = f", of which {less.normalize():f} was billed before" if less else ""
    said = f"{_PLAIN.short_day(day(record['w365_usedon']))}: {record['w365_meter']}, {units}: {amount.normalize():f}{before}"
    return RowBehind(Part(record["w365_usageid"], amount=amount, less=less or None), said)


def _logged(entry: Row) -> RowBehind:
    hours = Decimal(entry["w365_hours"])
    said = f"{_PLAIN.short_day(day(entry['w365_workedon']))}: {entry['w365_resource']}, {_PLAIN.quantity(hours)} hours"
    return RowBehind(Part(entry["w365_timelogid"], quantity=hours), said)
