"""Whether a contract's age costs anything, end to end: month 61 against month 2, each with a change in every subscription.

Held to 1.2 for requests and for time. Time is that of the fastest of three months at either end, so that a busy machine does
not count as age.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bench.tenants import Month, api_of, billed, served
from dataverse.batch import ChangeSet, raise_failed
from local.sample.generated import Shape, change_quantity

if TYPE_CHECKING:
    from bench.__main__ import Figure

CONTRACTS, LINES, MONTHS = 20, 5, 61
START = date(2020, 1, 1)


def measure() -> list[Figure]:
    """The two ratios."""
    with served(Shape(CONTRACTS, LINES, START)) as address:
        months = [_lived(address, number) for number in range(MONTHS)]
    early, late = months[1:4], months[-3:]
    shape = f"{CONTRACTS} contracts x {LINES} lines, a change in each and every month, month {MONTHS} over month 2"
    return [
        {
            "name": "history_requests",
            "value": late[-1].requests / early[0].requests,
            "unit": "ratio",
            "detail": f"{shape}; at most 1.2",
        },
        {"name": "history_time", "value": _fastest(late) / _fastest(early), "unit": "ratio", "detail": f"{shape}; at most 1.2"},
    ]


def _lived(address: str, number: int) -> Month:
    """Bill a month, then change every subscription in it."""
    first = date(START.year + number // 12, number % 12 + 1, 1)
    month = billed(address, first)
    effective = first + timedelta(days=9 + number % 15)
    recorded = datetime.combine(effective, time(8), UTC)
    seats = 11 + number % 7
    changes = [
        op
        for contract in range(CONTRACTS)
        for line in range(LINES)
        for op in change_quantity(contract, line, sequence=number + 2, effective=effective, seats=seats, recorded=recorded)
    ]
    raise_failed(api_of(address).batch([ChangeSet(changes)])[0])
    return month


def _fastest(months: list[Month]) -> float:
    return min(month.seconds for month in months)
