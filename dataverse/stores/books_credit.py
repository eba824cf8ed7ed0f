"""Credit notes of the export book: what the books call those that pay an invoice, and the invoices that wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import status
from dataverse.stores import books_rows as wire
from dataverse.stores import set_off_rows
from dataverse.stores.job_rows import follow_up
from dataverse.webapi import Ref
from work365.accounting.giving_up import memo_id, memo_receipt_id
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.accounting.documents import Document


class There(NamedTuple):
    """Links of what a document names; of credit notes the exports, and what they are used for."""

    links: list[Row]
    notes: list[Row]
    uses: list[Row]


def known_there(api: WebApi, system: str, document: Document, paying: tuple[Sequence[Row], Sequence[Row]]) -> There:
    """What a system calls the parties, the payments, the write-off and the credit notes of a document, in one request.

    Shape: `paying` are its payments and its own credit notes.
    """
    payments, own = paying
    its = [row["w365_invoiceid"] for row in own]
    local_ids = [document.customer.reference, *(item.reference for item in document.items), *its]
    local_ids += [*(row["w365_paymentid"] for row in payments), memo_id(document.id), memo_receipt_id(document.id)]
    asked = [Get(wire.links_query(system, local_ids))]
    notes = sorted({row["_w365_creditnote_value"] for row in payments if row["_w365_creditnote_value"]}.union(its))
    if notes:
        asked += [Get(wire.exports_query(system, notes)), Get(set_off_rows.uses_query(notes))]
    links, *more = api.rows(*asked)
    exports, uses = more or ([], [])
    return There(links, exports, uses)


def waiting_ops(api: WebApi, note: str, system: str, cause: str) -> list[Op]:
    """Another sync of each invoice there that a credit note pays or credits: the note can be applied now."""
    succeeded = eq("statuscode", status(wire.PAYMENT_TABLE, "Succeeded")["statuscode"])
    head, paid = api.rows(
        Get(Ref(wire.INVOICE_TABLE, note), ("_w365_original_value",)),
        Get(Query(wire.PAYMENT_TABLE, ("_w365_invoice_value",), both(eq("_w365_creditnote_value", note), succeeded))),
    )
    ids = {row["_w365_invoice_value"] for row in paid} | {head[0]["_w365_original_value"]} - {None}
    if not ids:
        return []
    there = both(eq("_w365_system_value", system), any_of("_w365_invoice_value", sorted(ids)))
    rows = api.find(Query(wire.EXPORT_TABLE, ("_w365_invoice_value",), there, expand="w365_Invoice($select=w365_number)"))
    named = {row["_w365_invoice_value"]: row["w365_Invoice"]["w365_number"] for row in rows}
    return [follow_up(JobKind.SYNC, id_, number, cause=f"{note}:{cause}:{id_}") for id_, number in sorted(named.items())]
