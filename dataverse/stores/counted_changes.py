"""The rows of a change log that count, from which day (work365/subscriptions/excluding.py), and what each gives back.

Pure: nothing here calls anybody.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day
from dataverse.stores.log_entries import CHANGE, asked_on, refund_of
from work365.crediting.policy import RefundRule
from work365.subscriptions.change_log import GivenBack
from work365.subscriptions.excluding import counted_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract


def counting(changes: Sequence[Row], contract: BillingContract) -> list[tuple[Row, date]]:
    """The rows that count, each with its day.

    Shape: the rows of one subscription in the order of their sequence.
    """
    days = counted_from([(day(row["w365_effective"]), excluded(row)) for row in changes], contract)
    return [(row, since) for row, since in zip(changes, days, strict=True) if since is not None]


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
