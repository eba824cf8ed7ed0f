"""The monthly run against a local Dataverse in a process of its own: requests per invoice, lines per second, memory.

Two thousand contracts with five lines each, month after month, one worker; and one reseller with five thousand subscriptions on
one contract. What these figures are held to: no more than 0.06 requests to Dataverse per invoice, no more of them in the last
month than in the first, and two seconds for the reseller's month.
"""

from __future__ import annotations

import resource
from datetime import date
from typing import TYPE_CHECKING

from bench.tenants import Month, billed, served
from local.sample.generated import Shape

if TYPE_CHECKING:
    from bench.__main__ import Figure

CONTRACTS, LINES, MONTHS = 2000, 5, 3
RESELLER, RESELLER_MONTHS = 5000, 4
START = date(2026, 1, 1)


def measure() -> list[Figure]:
    """The figures of the monthly run."""
    return [
        *_figures(_months(Shape(CONTRACTS, LINES, START), MONTHS)),
        *_reseller(_months(Shape(1, RESELLER, START), RESELLER_MONTHS)),
    ]


def _months(shape: Shape, months: int) -> list[Month]:
    with served(shape) as address:
        return [billed(address, date(START.year, START.month + month, 1)) for month in range(months)]


def _reseller(months: list[Month]) -> list[Figure]:
    shape = f"one contract x {RESELLER} subscriptions, planning to number"
    first, *later = months
    best = min(later, key=lambda month: month.seconds)
    return [
        {"name": "run_one_reseller", "value": best.seconds, "unit": "s", "detail": f"{shape}, best of {len(later)}; aim 2 s"},
        {"name": "run_one_reseller_worker", "value": best.cpu_s, "unit": "s", "detail": f"{shape}: our own part of it"},
        {
            "name": "run_one_reseller_first_month",
            "value": first.seconds,
            "unit": "s",
            "detail": f"{shape}, {RESELLER} changes settled too",
        },
    ]


def _figures(months: list[Month]) -> list[Figure]:
    requests, invoices, seconds = (
        sum(column) for column in zip(*((m.requests, m.invoices, m.seconds) for m in months), strict=True)
    )
    first, last = (month.requests / month.invoices for month in (months[0], months[-1]))
    shape = f"{CONTRACTS} contracts x {LINES} lines, {MONTHS} months, one worker"
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        {"name": "dataverse_requests_per_invoice", "value": requests / invoices, "unit": "requests", "detail": shape},
        {"name": "dataverse_requests_growth", "value": last / first, "unit": "ratio", "detail": f"month {MONTHS} over month 1"},
        {"name": "run_lines_per_second", "value": invoices * LINES / seconds, "unit": "lines/s", "detail": shape},
        {"name": "run_peak_memory", "value": peak_mib, "unit": "MiB", "detail": "the worker's process"},
    ]
