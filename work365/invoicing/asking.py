"""What a person is asked about missed cycles, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.invoicing.decision import CatchUp
from work365.invoicing.holding_back import LATE_SUBSCRIPTION, MISSED_CYCLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.invoicing.choosing import Chosen
    from work365.invoicing.missed import Missed
    from work365.invoicing.work import ContractWork
    from work365.periods import Period

NAMED_MAX = 40
"""Cycles that one sentence names."""

BECOMES = {CatchUp.BILL_EACH: "bill", CatchUp.COMBINE: "combine", CatchUp.SKIP: "skip", CatchUp.ASK: "?", None: "as always"}
"""A decision in one word."""

_DAY = timedelta(days=1)


def last_day(period: Period) -> date:
    """The printed end of a period."""
    return period.end - _DAY


def ask_about_contract(work: ContractWork, cycles: Sequence[Missed], decided: Sequence[Chosen]) -> Finding:
    """The contract is not billed: some of its cycles wait for a decision."""
    message = (
        f"Contract {work.number} was not billed: its dates make {len(cycles)} cycles due at once "
        f"({_named(cycles, decided)}; {_with_tax(work)}). "
        f"Decide with `w365 contract catch-up {work.number}`, or on the contract's form, whether to bill, to combine or to skip "
        "each; nothing of it is billed before the last one is decided, and the next run does it."
    )
    return Finding(MISSED_CYCLES, work.number, message, contract=work.contract.id)


def ask_about_past(work: ContractWork, late: dict[str, tuple[Sequence[Missed], Sequence[Chosen]]]) -> Finding:
    """The contract is billed without the past of some subscriptions, which waits for a decision."""
    told = (f"{work.articles[name].name} ({_named(*cycles)})" for name, cycles in late.items())
    message = (
        f"Contract {work.number} is billed without the cycles that were over when a subscription was entered: {'; '.join(told)}; "
        f"{_with_tax(work)}. Decide with `w365 contract catch-up {work.number}` whether to bill, to combine or to skip each; "
        "everything else is billed meanwhile."
    )
    return Finding(LATE_SUBSCRIPTION, work.number, message, Severity.WARNING, contract=work.contract.id)


def _named(cycles: Sequence[Missed], decided: Sequence[Chosen]) -> str:
    """`2025-10-01 to 2025-10-31 310.00 EUR (skip); 2025-11-01 to …`."""
    named = [
        f"{one.cycle.start} to {last_day(one.cycle)} {one.amount}{_said(choice)}"
        for one, choice in zip(cycles[:NAMED_MAX], decided, strict=False)
    ]
    more = f"; and {len(cycles) - NAMED_MAX} more" if len(cycles) > NAMED_MAX else ""
    return f"{'; '.join(named)}{more}"


def _said(one: Chosen) -> str:
    return "" if one.choice in (None, CatchUp.ASK) else f" ({BECOMES[one.choice]})"


def _with_tax(work: ContractWork) -> str:
    return "with tax" if work.prices_include_tax else "without tax"
