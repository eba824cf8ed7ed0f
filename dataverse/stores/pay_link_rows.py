"""Rows of pay links, and of what their pages are decided on, into values and back. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create
from dataverse.query import Query, both, eq, not_null
from dataverse.rows import bind, instant, status, status_label
from dataverse.stores.payments_rows import INVOICE_TABLE, PAYMENT_TABLE, PROCESSOR_TABLE, PROFILE_TABLE
from work365.receivables.pay_links import PayLink
from work365.receivables.payments import InvoiceId, InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.batch import Op
    from dataverse.rows import Row
    from work365.receivables.pay_links import NewLink

TABLE = "w365_paymentlink"
COLUMNS = ("w365_paymentlinkid", "_w365_invoice_value", "w365_linkhash", "w365_expireson", "statecode")
EXPAND = "w365_Invoice($select=statuscode;$expand=w365_Account($select=w365_language))"
WITHDRAWN = 1
PROCESSORS = Query(
    PROCESSOR_TABLE,
    ("w365_paymentprocessorid", "w365_code", "w365_kind", "w365_secretname", "statecode"),
    eq("statecode", 0),
    "w365_isdefault desc,w365_code",
)
"""Every gateway, the preferred one first."""
CUSTOMER = ("_w365_processor_value", "w365_customerreference")
NAME_MAX = 200


def customers_of(account: str) -> tuple[Query, Query]:
    """What knows a customer at the gateways: stored profiles and earlier payments by link, the newest first."""
    known = both(eq("_w365_account_value", account), not_null("w365_customerreference"))
    latest = Query(PAYMENT_TABLE, CUSTOMER, both(known, not_null("_w365_processor_value")), "createdon desc", top=20)
    return Query(PROFILE_TABLE, CUSTOMER, known, "createdon desc"), latest


def customers(*found: Iterable[Row]) -> dict[str, str]:
    """The gateways' ids of a customer by processor; the first one that is found counts."""
    known: dict[str, str] = {}
    for rows in found:
        for row in rows:
            known.setdefault(row["_w365_processor_value"], row["w365_customerreference"])
    return known


def link(row: Row) -> PayLink:
    """A link with what its invoice says."""
    invoice = row["w365_Invoice"]
    return PayLink(
        id=row["w365_paymentlinkid"],
        invoice=InvoiceId(row["_w365_invoice_value"]),
        link_hash=row["w365_linkhash"],
        expires=instant(row["w365_expireson"]),
        status=InvoiceStatus(status_label(INVOICE_TABLE, invoice)),
        language=invoice["w365_Account"]["w365_language"] or "",
        withdrawn=row["statecode"] == WITHDRAWN,
    )


def made(one: NewLink) -> Op:
    """The row of a link that is about to be mailed."""
    row: Row = {
        "w365_name": one.recipient[:NAME_MAX],
        "w365_linkhash": one.link_hash,
        "w365_expireson": one.expires,
        **bind("w365_Invoice", INVOICE_TABLE, one.invoice),
        **status(TABLE, "Active"),
    }
    if one.delivery:
        row |= bind("w365_Delivery", "w365_delivery", one.delivery)
    if one.notice:
        row |= bind("w365_Notice", "w365_notice", one.notice)
    return Create(TABLE, row, id=one.id)
