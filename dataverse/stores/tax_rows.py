"""Documents whose tax an engine computed, and the notes about them, over Dataverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import amount, day, status_label
from dataverse.stores import billing_rows
from dataverse.webapi import Ref
from work365.money import currency
from work365.ports.taxing import EngineState, TaxedDocument, ToldLine, ToldNote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dataverse.rows import Row
    from dataverse.webapi import WebApi

INVOICE, LINE = "w365_invoice", "w365_invoiceline"
COLUMNS = (
    *("w365_invoiceid", "w365_number", "w365_taxreference", "w365_taxstate", "w365_invoicedate", "_w365_account_value"),
    "statuscode",
)
EXPAND = (
    f"w365_LegalEntity($select={','.join(billing_rows.ENTITY)}),{billing_rows.BUYER},"
    "w365_Original($select=w365_number,w365_invoicedate),transactioncurrencyid($select=isocurrencycode)"
)
SAID = ("w365_amount", "w365_tax", "w365_taxcode", "w365_description")
CANCELLED = "Cancelled"


class TaxRows:
    """The tax book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def load(self, invoice: str) -> TaxedDocument:
        """The document with its legal entity's engine in one request, and in another one the lines of a note to be told."""
        ((row,),) = self._api.rows(Get(Ref(INVOICE, invoice), COLUMNS, EXPAND))
        issued = EngineState.COMMITTED if row["w365_number"] else None
        return TaxedDocument(
            id=row["w365_invoiceid"],
            number=row["w365_number"] or "the draft",
            reference=row["w365_taxreference"] or "",
            engine=billing_rows.engine_choice(row["w365_LegalEntity"]),
            wanted=EngineState.VOIDED if issued is None and status_label(INVOICE, row) == CANCELLED else issued,
            recorded=EngineState(row["w365_taxstate"]) if row["w365_taxstate"] else None,
            note=self._note(row) if _is_untold(row) else None,
        )

    def _note(self, row: Row) -> ToldNote:
        its = eq("_w365_invoice_value", row["w365_invoiceid"])
        (lines,) = self._api.rows(Get(Query(LINE, SAID, filter=its, order="w365_ordinal")))
        return _told(row, lines)

    def record(self, one: TaxedDocument, state: EngineState, reference: str) -> None:
        """What the engine says."""
        self._api.update(Ref(INVOICE, one.id), {"w365_taxstate": state.value, "w365_taxreference": reference or None})


def _is_untold(row: Row) -> bool:
    return bool(row["w365_number"]) and not row["w365_taxreference"] and row["w365_taxstate"] == EngineState.ABSENT.value


def _told(row: Row, lines: Iterable[Row]) -> ToldNote:
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    original = row["w365_Original"]
    return ToldNote(
        key=row["w365_invoiceid"],
        number=row["w365_number"],
        of=original["w365_number"],
        buyer=billing_rows.buyer(row, row["w365_LegalEntity"]["w365_country"]),
        on=day(row["w365_invoicedate"]),
        taxed_on=day(original["w365_invoicedate"]),
        currency=code,
        lines=[
            ToldLine(
                amount(line["w365_amount"], code),
                amount(line["w365_tax"], code),
                line["w365_taxcode"] or "",
                line["w365_description"],
            )
            for line in lines
        ],
    )
