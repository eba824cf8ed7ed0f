"""From which day on each row of the change log counts: its own, or the end of the cycle that a person excluded it from.

A change that a person excluded bills nothing for the cycle it falls into; its seats count from the next one. What fewer seats
give back is said by the row (`given_back`) and done by the bill (work365/subscriptions/counting.py). Pure: nothing here calls
anybody.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day
from dataverse.stores.log_entries import CHANGE, asked_on, refund_of
from work365.crediting.policy import RefundRule
from work365.subscriptions.change_log import GivenBack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract


def counting(changes: Sequence[Row], contract: BillingContract) -> list[tuple[Row, date]]:
    """The rows that count, each with its day. A row that counts later falls away where another one is in force by then.

    Shape: the rows of one subscription in the order of their sequence.
    """
    days = [(row, day(row["w365_effective"])) for row in changes]
    later = {row["w365_changelogid"]: contract.cadence.containing(on).end for row, on in days if excluded(row)}
    if not later:
        return days
    own = [effective for row, effective in days if row["w365_changelogid"] not in later]
    return [
        (row, later.get(row["w365_changelogid"], effective))
        for row, effective in days
        if row["w365_changelogid"] not in later or not any(effective <= other <= later[row["w365_changelogid"]] for other in own)
    ]


def given_back(row: Row, zone: ZoneInfo) -> GivenBack | None:
    """What a row gives back of its cycle; None for the days that are left, and for a row that is left out of its cycle."""
    rule = refund_of(CHANGE, row)
    if rule is None or rule is RefundRule.DAYS or row["w365_quantitydelta"] > 0 or excluded(row):
        return None
    asked = asked_on(row) or datetime.combine(day(row["w365_effective"]), time(), zone)
    return GivenBack(rule, asked.astimezone(zone))


def excluded(row: Row) -> bool:
    """Whether a person left it out of its cycle."""
    return choice_label(CHANGE, "w365_billingstate", row["w365_billingstate"]) == "Excluded"
