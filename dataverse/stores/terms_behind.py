"""The terms that a posted line follows from: those of its subscription on its first day, and whether they had just changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.rows import day
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.payers import by_name
from dataverse.stores.subscription_rows import item_terms
from work365.explaining.subject import TermsBehind
from work365.invoicing.proration import ruler

if TYPE_CHECKING:
    from datetime import date

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract
    from work365.money import Currency

CONTRACT_TERMS = (
    *(
        "w365_billingcontractid",
        "w365_number",
        "w365_startdate",
        "w365_enddate",
        "w365_termend",
        "w365_autorenew",
        "w365_billday",
    ),
    *("w365_frequency", "w365_frequencycount", "w365_cycleanchor", "w365_scheduledby", "w365_amendments", "w365_policy"),
    *("w365_prorate", "w365_changesbilled", "w365_offsetdays", "w365_discountpercent"),
)
"""What is read of a line's contract."""
ITEM_TERMS = (
    *("w365_subscriptionid", "w365_startdate", "w365_enddate", "w365_commitmentend", "w365_atend", "w365_frequency"),
    *("w365_frequencycount", "w365_cycleanchor", "w365_schedules"),
)
"""What is read of a line's subscription."""


def terms_behind(contract: Row, subscription: Row | None, line: Row, code: Currency) -> TermsBehind:
    """The terms of one line.

    Shape:  the contract's row as it counts, what is inherited filled in.
    Errors: BadInput when they contradict each other.
    """
    first = day(line["w365_periodstart"])
    agreed = by_name(contract_of(contract, code), contract)
    terms = item_terms(agreed, subscription) if subscription else agreed
    held, changed_on = terms.on(first), _changed_on(terms, line, first)
    return TermsBehind(
        number=contract["w365_number"],
        frequency=held.frequency.words,
        policy=held.policy,
        prorate=held.prorate,
        discount_percent=agreed.discount_percent,
        changed_on=changed_on,
        payers=None if changed_on is None else _payers(terms, changed_on),
    )


def _payers(terms: BillingContract, day: date) -> tuple[str, str] | None:
    before, after = terms.on(day - timedelta(days=1)).payer, terms.on(day).payer
    return (before, after) if before != after else None


def _changed_on(terms: BillingContract, line: Row, first: date) -> date | None:
    """The day on which other terms began, if the line follows from that: it begins there, or was measured by the terms before."""
    days = [*(one.effective for one in terms.amendments), *(one.since for one in terms.schedules if one.since)]
    past = max((one for one in days if one <= first), default=None)
    if past is None:
        return None
    cycle = terms.cadence.containing(first)
    measured = line["w365_fractiondenominator"] == ruler(terms, terms.cadence.number(first)).length
    return past if past == first == cycle.start or not measured else None
