"""Exchange rates from a file into the book: what is new is added, what is there stays as it is.

A rate that was used must not change behind an invoice, so a row that says something else for a day is a finding, never a change.
Importing a file again adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.findings import Finding
from work365.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.currencies.rates import ExchangeRate
    from work365.ports.currencies import RateBook


@dataclass(frozen=True, slots=True)
class RatesReport:
    """What an import did. `new` were added, or would be; `same` were there already; `plan` stands for what was to be added."""

    rows: int
    new: int
    same: int
    findings: tuple[Finding, ...]
    plan: str


def import_rates(
    read: Iterable[ExchangeRate | Finding], file: str, *, book: RateBook, since: date | None = None, dry_run: bool = False
) -> RatesReport:
    """Add the rates of a file that are new, from a day on.

    Errors: External as the tenant failed; what was written by then stays, and the file can be imported again.
    """
    found = list(read)
    findings = [one for one in found if isinstance(one, Finding)]
    rates = [one for one in found if not isinstance(one, Finding) and (since is None or one.day >= since)]
    good = [rate for rate in rates if not rate.problem]
    findings += [_unusable(rate) for rate in rates if rate.problem]
    days = [rate.day for rate in good]
    known = {_key(row): row for row in (book.between(min(days), max(days)) if days else ())}
    fresh, same, differing = _compared(good, known)
    plan = Plan(f"import rates {file}")
    for rate in fresh:
        plan.add(_named(rate), rate.rate, rate.source, rate.reason)
    added = len(fresh) if dry_run else book.add(fresh)
    return RatesReport(len(rates), added, same, (*findings, *differing), plan.hash)


def _compared(
    rates: Sequence[ExchangeRate], known: dict[tuple[str, str, date], ExchangeRate]
) -> tuple[list[ExchangeRate], int, list[Finding]]:
    fresh: list[ExchangeRate] = []
    differing: list[Finding] = []
    same = 0
    for rate in rates:
        there = known.setdefault(_key(rate), rate)
        if there is rate:
            fresh.append(rate)
        elif there.rate == rate.rate:
            same += 1
        else:
            differing.append(_differs(rate, there))
    return fresh, same, differing


def _key(rate: ExchangeRate) -> tuple[str, str, date]:
    return rate.base, rate.quote, rate.day


def _named(rate: ExchangeRate) -> str:
    return f"{rate.base}/{rate.quote} {rate.day.isoformat()}"


def _unusable(rate: ExchangeRate) -> Finding:
    message = f"The rate {_named(rate)} was not added: {rate.problem}. Correct it in the file and import the file again."
    return Finding("broken-exchange-rate", _named(rate), message)


def _differs(rate: ExchangeRate, there: ExchangeRate) -> Finding:
    message = (
        f"The file says {rate.rate} for {_named(rate)}, but {there.rate} from {there.source} is there and may have been used; it "
        "stays. If it is wrong and no invoice has used it, correct its row by hand."
    )
    return Finding("exchange-rate-differs", _named(rate), message)
