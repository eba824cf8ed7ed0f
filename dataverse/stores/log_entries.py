"""A new row of the change log, whoever appends it. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import Row, bind, choice_label, choice_value, instant, maybe
from dataverse.stores.left_out import left_out
from work365.crediting.policy import RefundRule

if TYPE_CHECKING:
    from datetime import datetime

    from work365.subscriptions.ledger import LogRow, Source

CHANGE = "w365_changelog"
REFUNDS = {
    RefundRule.NONE: "No refund",
    RefundRule.DAYS: "Refund",
    RefundRule.HOURS: "Refund by hours",
    RefundRule.FULL: "Full refund",
}
REFUND_NAMED = {label: rule for rule, label in REFUNDS.items()}
NOT_BY_ITSELF = "Its subscription is not billed by itself"


def log_entry(
    change: LogRow,
    subscription: str,
    contract: str | None,
    *,
    source: Source,
    now: datetime,
    billable: bool,
    note: str = "",
    refund: RefundRule | None = None,
    asked: datetime | None = None,
) -> Row:
    """The columns of a row that is not billed yet; what is not billed itself is left out for good.

    Shape: `refund` says how much of what is paid for them fewer seats give back; None where nobody was asked. `asked` is when the
           change was planned; None for one that was asked for when it is recorded.
    """
    waits = {"w365_billingstate": choice_value(CHANGE, "w365_billingstate", "Unbilled")}
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
        **(waits if billable else left_out(CHANGE, NOT_BY_ITSELF)),
        "w365_note": note or None,
        "w365_refund": refund_value(change, refund),
        **bind("w365_Subscription", "w365_subscription", subscription),
    }
    return row | (bind("w365_Contract", "w365_billingcontract", contract) if contract else {})


def asked_on(row: Row) -> datetime | None:
    """When a change was asked for: when it was planned, else when it was recorded; a job that is late changes nothing of it."""
    return maybe(instant, row["w365_askedon"] or row["w365_recordedon"])


def refund_value(change: LogRow, refund: RefundRule | None) -> int | None:
    """The choice that a row keeps; one that adds seats gives nothing back and keeps none."""
    return None if refund is None or change.delta >= 0 else refund_choice(CHANGE, refund)


def refund_choice(table: str, refund: RefundRule, column: str = "w365_refund") -> int:
    """The choice that a row keeps for what fewer seats give back: a change, a planned one, a contract that is being closed."""
    return choice_value(table, column, REFUNDS[refund])


def refund_of(table: str, row: Row, column: str = "w365_refund") -> RefundRule | None:
    """What a row says that fewer seats give back; None where nobody was asked."""
    value = row[column]
    return None if value is None else REFUND_NAMED[choice_label(table, column, value)]
