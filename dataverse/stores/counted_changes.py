"""From which day each row of the change log counts for billing: its own, or the end of what is paid.

A change that a person excluded bills nothing for the cycle it falls into; its seats count from the next one. A reduction without
refund gives nothing back: what is paid in advance is kept to its end. Pure: nothing here calls anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day
from dataverse.stores.log_entries import asked_on
from work365.contracts.contract import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract

TABLE = "w365_changelog"


def counting(changes: Sequence[Row], contract: BillingContract, zone: ZoneInfo) -> list[tuple[Row, date]]:
    """The rows that count, each with its day. A row that counts later falls away where another one is in force by then.

    Shape: the rows of one subscription in the order of their sequence.
    """
    days = [(row, day(row["w365_effective"])) for row in changes]
    later = _later(days, contract, zone)
    if not later:
        return days
    own = [effective for row, effective in days if row["w365_changelogid"] not in later]
    return [
        (row, later.get(row["w365_changelogid"], effective))
        for row, effective in days
        if row["w365_changelogid"] not in later or not any(effective <= other <= later[row["w365_changelogid"]] for other in own)
    ]


def _later(days: Sequence[tuple[Row, date]], contract: BillingContract, zone: ZoneInfo) -> dict[str, date]:
    """The rows that count later than their own day, with the day from which they do."""
    later = {row["w365_changelogid"]: contract.cadence.containing(on).end for row, on in days if _excluded(row)}
    for row, on, until in _kept(days, contract, zone):
        before = row["w365_quantity"] - row["w365_quantitydelta"]
        for other, effective in days:
            if other is row or (on <= effective < until and other["w365_quantity"] < before and _after(other, row)):
                later.setdefault(other["w365_changelogid"], until)
    return later


def _kept(days: Sequence[tuple[Row, date]], contract: BillingContract, zone: ZoneInfo) -> Iterator[tuple[Row, date, date]]:
    """Reductions without refund of what was paid for when they were asked for, and the end of that."""
    for row, effective in days:
        until = kept_until(row, contract, zone) if without_refund(row) else None
        if until is not None:
            yield row, effective, until


def without_refund(row: Row) -> bool:
    """Whether somebody chose that a reduction gives nothing back. More seats have nothing to give back: they are billed."""
    chosen = row["w365_refund"] is not None and choice_label(TABLE, "w365_refund", row["w365_refund"]) == "No refund"
    return chosen and row["w365_quantitydelta"] <= 0


def kept_until(row: Row, contract: BillingContract, zone: ZoneInfo) -> date | None:
    """The day from which a reduction without refund counts; None where it is its own, because nothing was paid for by then."""
    if contract.policy is not Policy.ADVANCE:
        return None
    effective, moment = day(row["w365_effective"]), asked_on(row)
    asked = effective if moment is None else moment.astimezone(zone).date()
    cycle = contract.cadence.containing(max(effective, asked))
    return None if asked < effective == cycle.start else cycle.end


def _after(other: Row, row: Row) -> bool:
    return bool(other["w365_sequence"] > row["w365_sequence"])


def _excluded(row: Row) -> bool:
    return choice_label(TABLE, "w365_billingstate", row["w365_billingstate"]) == "Excluded"
