"""How far back a chunk's contracts reach: from which day what was billed, or counts towards a commitment, must be read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import day, maybe
from dataverse.stores import billing_commitments as commitments
from dataverse.stores.billing_commitments import has_commitment
from dataverse.stores.billing_source import cost_day
from dataverse.stores.billing_supplied import supplied_since
from dataverse.stores.subscription_rows import item_terms
from work365.invoicing import rounds

if TYPE_CHECKING:
    from datetime import date

    from dataverse.stores.billing_material import Material
    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract

EDITED = ("w365_reopenfrom", "w365_amendedfrom")
"""Days of a contract from which its cycles must be looked at again."""


def open_from(read: Material, row: Row, contract: BillingContract) -> date | None:
    """The first day of the earliest cycle that this contract's bill may touch; None for a contract that was never billed."""
    billed = maybe(day, row["w365_billedthrough"])
    if billed is None:
        return None
    changed = [day(change["w365_effective"]) for change in read.unbilled.get(contract.id, ())]
    changed += _supplied_on(read, row, contract)
    edited = [day(row[name]) for name in EDITED if row[name] is not None]
    items = [item_terms(contract, sub) for sub in read.subscriptions.get(contract.id, ())] if contract.by_item else ()
    return rounds.open_from(contract, billed, [*changed, *edited], items)


def _supplied_on(read: Material, row: Row, contract: BillingContract) -> list[date]:
    """The days of unbilled supplier's lines: what was billed for them by seats and days must be read, to be given back."""
    since = supplied_since(row)
    if since is None:
        return []
    found = (item for rows in read.items for item in rows.get(contract.id, ()) if "w365_chargestart" in item)
    return [started for item in found if (started := day(item["w365_chargestart"])) >= since]


def reaching_back(read: Material) -> dict[str, date]:
    """Contracts whose open cycles are not all ahead, or whose older subscriptions changed; and how far each reaches back."""
    back = {}
    for row, contract in read.contracts:
        since, billed = open_from(read, row, contract), maybe(day, row["w365_billedthrough"])
        if since is None or billed is None:
            continue
        changes, new = read.unbilled.get(contract.id, ()), read.unseen(contract.id)
        older = any(change["_w365_subscription_value"] not in new for change in changes)
        whole = billed if contract.by_item else contract.cadence.containing(billed).start
        if since < whole or older:
            back[contract.id] = since
    return back


def committed(read: Material) -> dict[str, date]:
    """Contracts with a minimum or a maximum, and the day from which their lines must be read."""
    return {contract.id: counted_since(read, row, contract) for row, contract in read.contracts if has_commitment(row)}


def counted_since(read: Material, row: Row, contract: BillingContract) -> date:
    """The day from which the lines of a contract count towards what it has committed itself to."""
    used = (used for rows in read.items for item in rows.get(contract.id, ()) if (used := cost_day(item)) is not None)
    changed = (change["w365_effective"] for change in read.unbilled.get(contract.id, ()))
    edited = (row[name] for name in EDITED if row[name] is not None)
    return commitments.since(row, contract, (*used, *map(day, (*changed, *edited))))
