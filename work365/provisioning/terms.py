"""Terms and billing plans, and what they say in a reconciliation file.

`TermAndBillingCycle` is prose ("One-Year commitment for monthly/yearly billing"); `BillingFrequency` is exact but often blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.periods import plus_months
from work365.terms.term import Term

if TYPE_CHECKING:
    from datetime import date

    from work365.provisioning.lines import ChargeLine


class Plan(Enum):
    """How often the supplier charges. The values are the labels of the choice in the table model."""

    MONTHLY = "Monthly"
    ANNUAL = "Annual"
    TRIENNIAL = "Triennial"

    @property
    def months(self) -> int:
        """The length of one charge."""
        return _PLAN_MONTHS[self]


_PLAN_MONTHS = {Plan.MONTHLY: 1, Plan.ANNUAL: 12, Plan.TRIENNIAL: 36}

_TERM = re.compile(r"\b(one|three|1|3)(?:-\d)?[\s-]*(month|year)", re.IGNORECASE)
_PLAN_WORDS = (
    (Plan.TRIENNIAL, ("triennial", "three-yearly", "3-yearly")),
    (Plan.ANNUAL, ("annual", "yearly")),
    (Plan.MONTHLY, ("monthly",)),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with the supplier. `term` is P1M, P1Y or P3Y, "" when the file does not say."""

    term: str
    plan: Plan


def term_of(text: str) -> str:
    """The term behind the prose, "" if there is none in it."""
    found = _TERM.search(text)
    if found is None:
        return ""
    count, unit = found.group(1).lower(), found.group(2).lower()
    return f"P{'3' if count in ('three', '3') else '1'}{unit[0].upper()}"


def _plans_in(text: str) -> set[Plan]:
    lower = text.lower()
    return {plan for plan, words in _PLAN_WORDS if any(word in lower for word in words)}


def plan_of(line: ChargeLine) -> Plan:
    """The billing plan: BillingFrequency if it names one, else the prose if it names one, else the length of the charge."""
    for text in (line.frequency_text, line.term_text):
        named = _plans_in(text)
        if len(named) == 1:
            return named.pop()
    days = (line.end - line.start).days
    if days <= 31:  # noqa: PLR2004  the longest month
        return Plan.MONTHLY
    return Plan.ANNUAL if days <= 366 else Plan.TRIENNIAL  # noqa: PLR2004  the longest year


def terms_of(line: ChargeLine) -> Terms:
    """Term and plan of one line; a trial is a month."""
    return Terms(term_of(line.term_text) or ("P1M" if line.trial else ""), plan_of(line))


def whole_cycle(line: ChargeLine, plan: Plan) -> bool:
    """The line charges one full billing-plan period, so its effective price is the price of the period."""
    return plus_months(line.start, plan.months) == line.end


def commitment_end_of(line: ChargeLine, term: str) -> date | None:
    """First day after the commitment: from the file, else computed from the term's start, else unknown."""
    if line.commitment_end is not None:
        return line.commitment_end
    known = Term.named(term)
    if known is None or line.commitment_start is None:
        return None
    return known.starting(line.commitment_start).end
