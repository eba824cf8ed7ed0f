"""A new row of the change log, whoever appends it. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import Row, bind, choice_value, instant, maybe

if TYPE_CHECKING:
    from datetime import datetime

    from work365.subscriptions.ledger import LogRow, Source

CHANGE = "w365_changelog"


def log_entry(
    change: LogRow,
    subscription: str,
    contract: str | None,
    *,
    source: Source,
    now: datetime,
    billable: bool,
    note: str = "",
    refund: bool | None = None,
    asked: datetime | None = None,
) -> Row:
    """The columns of a row that is not billed yet; what is not billed itself is left out for good.

    Shape: `refund` says whether fewer seats give back what is paid for them; None where nobody was asked. `asked` is when the
           change was planned; None for one that was asked for when it is recorded.
    """
    row: Row = {
        "w365_name": f"{change.effective.isoformat()} {change.event.value}: {change.quantity}",
        "w365_sequence": change.sequence,
        "w365_event": choice_value(CHANGE, "w365_event", change.event.value),
        "w365_effective": change.effective,
        "w365_recordedon": now,
        "w365_askedon": asked,
        "w365_quantity": change.quantity,
        "w365_quantitydelta": change.delta,
        "w365_unitprice": change.unit_price,
        "w365_source": choice_value(CHANGE, "w365_source", source.value),
        "w365_reference": change.reference or None,
        "w365_provisioningstate": choice_value(CHANGE, "w365_provisioningstate", "Not applicable"),
        "w365_billingstate": choice_value(CHANGE, "w365_billingstate", "Unbilled" if billable else "Excluded"),
        "w365_note": note or None,
        "w365_refund": refund_value(change, refund),
        **bind("w365_Subscription", "w365_subscription", subscription),
    }
    return row | (bind("w365_Contract", "w365_billingcontract", contract) if contract else {})


def asked_on(row: Row) -> datetime | None:
    """When a change was asked for: when it was planned, else when it was recorded; a job that is late changes nothing of it."""
    return maybe(instant, row["w365_askedon"] or row["w365_recordedon"])


def refund_value(change: LogRow, refund: bool | None) -> int | None:
    """The choice that a row keeps; one that adds seats gives nothing back and keeps none."""
    if refund is None or change.delta >= 0:
        return None
    return choice_value(CHANGE, "w365_refund", "Refund" if refund else "No refund")
