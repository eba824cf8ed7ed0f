"""Usage of an open cycle: its running total, and the shares of a threshold that it has reached."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from work365.money import Money
    from work365.periods import Period
    from work365.usage.charging import UsageTerms
    from work365.usage.records import Metered

STEPS_PERCENT = (80, 100)
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Running:
    """A running total, each part rounded by itself; `name` is the group's."""

    name: str
    confirmed: Money
    unconfirmed: Money


def running(records: Iterable[Metered], terms: UsageTerms, by: Callable[[Metered], str]) -> list[Running]:
    """The priced usage of each group, by name. Errors: BadInput as for billing."""
    sums: dict[str, list[Decimal]] = {}
    for rated in terms.book.rated(records):
        parts = sums.setdefault(by(rated.record), [Decimal(0), Decimal(0)])
        parts[not rated.record.confirmed] += rated.amount
    code = terms.contract.currency
    return [Running(name, rounded(parts[0], code), rounded(parts[1], code)) for name, parts in sorted(sums.items())]


@dataclass(frozen=True, slots=True)
class Watched:
    """A subscription with a threshold, and what it has used in a cycle."""

    subscription: str
    name: str
    cycle: Period
    threshold: Decimal
    records: Sequence[Metered]
    terms: UsageTerms


@dataclass(frozen=True, slots=True)
class Reached:
    """A share of a threshold that was reached, with what was used."""

    watched: Watched
    percent: int
    used: Money


def reached(watched: Watched) -> list[Reached]:
    """Each share of the threshold that is reached, the smallest first. Errors: BadInput as for billing."""
    used = sum((rated.amount for rated in watched.terms.book.rated(watched.records)), Decimal(0))
    total = rounded(used, watched.terms.contract.currency)
    return [
        Reached(watched, step, total) for step in STEPS_PERCENT if Fraction(used) * _HUNDRED >= Fraction(watched.threshold) * step
    ]


def crossed(one: Reached) -> Finding:
    """The finding that says so; the same one for the same cycle."""
    watched, step = one.watched, one.percent
    return Finding(
        "usage-threshold",
        f"{watched.name} {watched.cycle.start} {step} %",
        f"{watched.name} has used {one.used} since {watched.cycle.start}, {step} % or more of its threshold of "
        f"{rounded(watched.threshold, one.used.currency)}. Tell the customer, or raise the threshold on the subscription.",
        Severity.WARNING,
        key=f"usage-threshold:{watched.subscription}:{watched.cycle.start}:{step}",
        contract=watched.terms.contract.id,
    )


def not_watched(watched: Watched, why: str) -> Finding:
    """A threshold that cannot be watched, because usage has no price."""
    message = f"The threshold of {watched.name} cannot be watched: {why.rstrip('.')}."
    return Finding(
        "usage-not-priced",
        watched.name,
        message,
        Severity.WARNING,
        key=f"usage-not-priced:{watched.subscription}:{watched.cycle.start}",
        contract=watched.terms.contract.id,
    )
