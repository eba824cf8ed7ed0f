"""Usage of an open cycle: the shares of a threshold that it has reached."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.money import Money
    from work365.periods import Period
    from work365.usage.charging import UsageTerms
    from work365.usage.records import Metered

STEPS_PERCENT = (80, 100)
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Watched:
    """A subscription and one of its cycles, whose usage is read on its own; `threshold` is 0 where there is none."""

    subscription: str
    name: str
    cycle: Period
    threshold: Decimal
    terms: UsageTerms


@dataclass(frozen=True, slots=True)
class Reached:
    """A share of a threshold that was reached, with what was used."""

    watched: Watched
    percent: int
    used: Money


def reached(watched: Watched, records: Iterable[Metered]) -> list[Reached]:
    """Each share of the threshold that is reached, the smallest first. Errors: BadInput as for billing."""
    used = sum((rated.amount for rated in watched.terms.book.rating(records)), Decimal(0))
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
