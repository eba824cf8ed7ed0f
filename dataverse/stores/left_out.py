"""Rows that no document is to bill: the filters that find them, and the columns that make a row one. Pure: calls nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import both, eq, is_null, not_null
from dataverse.rows import bind, choice_value
from work365.crediting.excluding import REASON_MAX, BillingState

if TYPE_CHECKING:
    from dataverse.rows import Row

STATE, REASON = "w365_billingstate", "w365_exclusionreason"
EXCLUDED_BY = "_w365_excludedby_value"


def excluded(table: str) -> str:
    """The filter for rows that are left out."""
    return eq(STATE, choice_value(table, STATE, BillingState.EXCLUDED.value))


def excluded_silently(table: str) -> str:
    """The filter for rows whose state somebody set to Excluded without saying why."""
    return both(excluded(table), is_null(REASON))


def excluded_with_reason(table: str) -> str:
    """The filter for rows that are left out for a reason, by people or by Work365 itself."""
    return both(excluded(table), not_null(REASON))


def left_out(table: str, reason: str, person: str | None = None) -> Row:
    """The columns of a row that is left out for a reason; by a person where one said so of the row that it comes from."""
    by = bind("w365_ExcludedBy", "systemuser", person) if person else {}
    return {STATE: choice_value(table, STATE, BillingState.EXCLUDED.value), REASON: reason[:REASON_MAX] or None, **by}
