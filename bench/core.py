"""Speed of the billing core on one core, in memory: lines per second, and whether a contract's age costs anything.

Each contract has five subscriptions, each subscription one quantity change a month, learned of after its cycle was billed. A
month's bill therefore credits and charges five changes and bills five new cycles: 15 lines. As in the monthly run, a bill is
given only the lines and changes of its open cycles. Only `bill` is timed: the first month and the last one in turn, the best of
several times each (it is pure, so repeating it changes nothing), so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from work365.contracts.contract import BillingContract
from work365.invoicing.billing import Bill, bill
from work365.invoicing.rounds import open_from
from work365.money import Currency
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from work365.invoicing.lines import Line

SUBSCRIPTIONS = 5
FIRST_DAY = date(2020, 1, 1)
REPEATS = 9


_Work = Callable[[], Bill]


class Figure(TypedDict):
    """One measured number."""

    name: str
    value: float
    unit: str
    detail: str


@dataclass(slots=True)
class _Customer:
    """A contract and what the store would hold of it: opening states, unsettled changes, the lines of the last cycle."""

    contract: BillingContract
    opening: list[Change]
    pending: list[Change] = field(default_factory=list)
    lines: tuple[Line, ...] = ()
    billed_through: date | None = None

    def subscriptions(self) -> list[Subscription]:
        logs = zip(self.opening, self.pending, strict=True) if self.pending else zip(self.opening, strict=True)
        return [Subscription(f"{self.contract.id}-{index}", FIRST_DAY, Decimal("7.99"), log) for index, log in enumerate(logs)]

    def after(self, result: Bill, month: int) -> None:
        newest = result.cycles[-1].start
        self.lines = tuple(line for line in result.lines if line.cycle_start == newest)
        self.opening = [replace(change, settled=True) for change in self.pending or self.opening]
        effective = newest + timedelta(days=9 + month % 15)
        self.pending = [
            Change(f"c{month}-{index}", effective, 11 + (month + index) % 7, recorded=effective, unit_price=Decimal("7.99"))
            for index in range(SUBSCRIPTIONS)
        ]
        self.billed_through = result.billed_through


def measure(contracts: int = 200, months: int = 60) -> list[Figure]:
    """Live through `months` months; time the bills of the first and of the last one."""
    customers = [_customer(number) for number in range(contracts)]
    works: list[list[_Work]] = []
    for month in range(months + 1):
        work = [_work(one, month) for one in customers]
        works.append(work)
        for one, given in zip(customers, work, strict=True):
            one.after(given(), month)
    lines = [sum(len(given().lines) for given in works[month]) for month in (1, months)]
    times = [(_timed(works[1]), _timed(works[months])) for _ in range(REPEATS)]
    first, last = (min(column) / count for column, count in zip(zip(*times, strict=True), lines, strict=True))
    detail = f"{contracts} contracts, {SUBSCRIPTIONS} subscriptions each, one change per subscription and month, month {months}"
    return [
        {"name": "core_lines_per_second", "value": round(1 / last), "unit": "lines/s", "detail": detail},
        {
            "name": "core_month_60_over_month_1",
            "value": round(last / first, 3),
            "unit": "ratio",
            "detail": "time per line; 1 is flat",
        },
    ]


def _customer(number: int) -> _Customer:
    contract = BillingContract(f"C-{number}", Currency("USD"), FIRST_DAY)
    price = Decimal("7.99")
    opening = [Change(f"c0-{index}", FIRST_DAY, 10 + index, unit_price=price) for index in range(SUBSCRIPTIONS)]
    return _Customer(contract, opening)


def _work(one: _Customer, month: int) -> _Work:
    """One bill, with everything that it reads."""
    opening = open_from(one.contract, one.billed_through, [change.effective for change in one.pending])
    as_of = one.contract.cadence.boundary(month)
    known = one.billed_through
    return partial(bill, one.contract, one.subscriptions(), one.lines, as_of=as_of, billed_through=known, open_from=opening)


def _timed(work: list[_Work]) -> float:
    gc.collect()
    begun = time.process_time()
    for given in work:
        given()
    return time.process_time() - begun


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure['name']}: {figure['value']} {figure['unit']} ({figure['detail']})")  # noqa: T201  a report
