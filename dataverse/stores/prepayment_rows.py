"""Rows of what is paid before a change happens: the item that bills it, and what gives it back. Pure: it calls nobody.

An item that no document has billed is excluded; one on an open document is credited there; one that is paid is taken off by an
item with the opposite sign, on the contract's next document.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Op, Update
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_label, choice_value, etag, status, status_label
from dataverse.stores.job_rows import follow_up
from dataverse.stores.left_out import left_out
from dataverse.webapi import Ref
from work365.approving.deciding import DocumentState
from work365.errors import Refused
from work365.ids import derived
from work365.jobs import JobKind
from work365.subscriptions.prepayment import Prepayment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dataverse.rows import Row
    from work365.subscriptions.held import Held
    from work365.subscriptions.prepaying import Asked
    from work365.subscriptions.scheduling import Scheduled

ITEM, CONTRACT, PRODUCT, INVOICE = "w365_nonrecurringitem", "w365_billingcontract", "w365_product", "w365_invoice"
PLANNED = "w365_scheduledchange"
ASKED = "Prepayment: "
"""What the item is called before the seats and days that it is for."""
NO_ROW = eq("w365_invoicelineid", "00000000-0000-0000-0000-000000000000")
EXPAND = (
    "w365_Prepayment($select=w365_nonrecurringitemid,w365_description,w365_unitprice,_w365_contract_value,_w365_product_value;"
    "$expand=w365_Invoice($select=w365_invoiceid,w365_number,statuscode))"
)


def prepayment(planned: Row) -> Prepayment | None:
    """What is paid before a planned change happens; None where nothing is."""
    item = planned.get("w365_Prepayment")
    if item is None:
        return None
    invoice = item.get("w365_Invoice")
    return Prepayment(
        item=item["w365_nonrecurringitemid"],
        what=item["w365_description"].removeprefix(ASKED),
        amount=Decimal(item["w365_unitprice"]),
        contract=item["_w365_contract_value"],
        product=item["_w365_product_value"],
        invoice=None if invoice is None else invoice["w365_invoiceid"],
        number="" if invoice is None else invoice["w365_number"] or "",
        standing=None if invoice is None else DocumentState(status_label(INVOICE, invoice)),
    )


def asked(planned: str, held: Held, ask: Asked, today: date) -> list[Op]:
    """The item that bills a prepayment, and the planned change that waits for it."""
    item = derived("prepayment", planned)
    row = _item(
        f"prepayment/{planned}", f"{ASKED}{ask.what}", ask.amount.major, today, held.place.contract.id, held.product or ""
    )
    return [Create(ITEM, row, item), Update(Ref(PLANNED, planned), bind("w365_Prepayment", ITEM, item))]


def settled(planned: Scheduled, on: date) -> list[Op]:
    """The item that takes a paid prepayment off again: what it was for is billed, or will not be."""
    paid = planned.prepayment
    if paid is None:
        return []
    text = f"Prepayment of {paid.number} taken off: {paid.what}"
    row = _item(f"prepayment/{planned.id}/back", text, -paid.amount, on, paid.contract, paid.product)
    return [Create(ITEM, row, derived("prepayment taken off", planned.id))]


def questions(paid: Prepayment) -> list[Get]:
    """What giving back needs to know: the item's version, and the lines that billed it."""
    lines = eq("_w365_invoice_value", paid.invoice) if paid.invoice else NO_ROW
    return [
        Get(Ref(ITEM, paid.item), ("w365_billingstate",)),
        Get(Query("w365_invoiceline", ("w365_key",), lines, "w365_ordinal")),
    ]


def given_back(planned: Scheduled, item: Row, lines: Iterable[Row], on: date) -> list[Op]:
    """What ends a wish that was not fulfilled, by where its prepayment stands.

    Shape:  the item and its lines as `questions` found them; the item's version guards against a run that bills it meanwhile.
    Errors: Refused while the document that bills it is a draft.
    """
    paid = planned.prepayment
    if paid is None:
        return []
    if paid.unsent:
        message = f"the prepayment of {planned.name} stands on a draft; issue or cancel that first, then cancel this change"
        raise Refused(message)
    if choice_label(ITEM, "w365_billingstate", item["w365_billingstate"]) == "Unbilled":
        return [Update(Ref(ITEM, paid.item), left_out(ITEM, f"The seats do not come: {paid.what}"), etag(item))]
    if paid.paid or paid.invoice is None:
        return settled(planned, on)
    places = [str(place) for place, line in enumerate(lines, 1) if _stems_from(line["w365_key"], paid.item)]
    arguments = {"lines": ",".join(places), "reason": f"The seats do not come: {paid.what}"[:300]}
    return [follow_up(JobKind.CREDIT, paid.invoice, paid.number, cause=planned.id, arguments=arguments)]


def _stems_from(key: str, item: str) -> bool:
    """The item's own line, and those of its discounts."""
    return key.startswith((f"item/{item}.", f"item/{item}/"))


def _item(key: str, text: str, amount: Decimal, on: date, contract: str, product: str) -> Row:
    return {
        "w365_name": text[:200],
        "w365_key": key,
        "w365_description": text[:300],
        "w365_servicedate": on,
        "w365_quantity": Decimal(1 if amount > 0 else -1),
        "w365_unitprice": abs(amount),
        "w365_source": choice_value(ITEM, "w365_source", "Prepayment"),
        "w365_billingstate": choice_value(ITEM, "w365_billingstate", "Unbilled"),
        **status(ITEM, "Approved"),
        **bind("w365_Contract", CONTRACT, contract),
        **bind("w365_Product", PRODUCT, product),
    }
