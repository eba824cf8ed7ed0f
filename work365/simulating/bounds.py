"""How much a scenario may ask for: runs and cycles that a person could mean."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.rounds import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.contracts.contract import BillingContract
    from work365.scenario import Scenario


MOST_CYCLES = 20_000
MOST_PARTS = 500_000
"""Cycles times subscriptions."""


def refuse_endless(scenario: Scenario) -> None:
    """Errors: BadInput when the runs bill more than a person could mean, or leave the calendar."""
    contract = scenario.contract
    try:
        terms = [contract, *(terms_of(contract, one) for one in scenario.subscriptions if contract.by_item)]
        cycles = max(_cycles(one, scenario.runs) for one in terms)
    except (BadInput, OverflowError):
        message = "the runs or the contract's cycles leave the calendar; use dates before the year 9000"
        raise BadInput(message, "runs") from None
    if cycles > MOST_CYCLES or cycles * len(scenario.subscriptions) > MOST_PARTS:
        message = (
            f"the runs bill {cycles} cycles of {len(scenario.subscriptions)} subscriptions, which is too much; use earlier dates"
        )
        raise BadInput(message, "runs")


def _cycles(terms: BillingContract, runs: Sequence[date]) -> int:
    """How many cycles the runs bill. Errors: BadInput or OverflowError outside the calendar."""
    last = max(runs, default=terms.start)
    cycles = terms.due_limit(last) - terms.first_cycle
    terms.cadence.boundary(terms.first_cycle + cycles + 1)
    if terms.by_item and last == date.max:
        message = "a contract by item is billed to the day after its last run, and there is none"
        raise BadInput(message)
    return cycles
