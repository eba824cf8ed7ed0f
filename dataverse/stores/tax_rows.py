"""Documents whose tax an engine computed, over Dataverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.rows import status_label
from dataverse.stores import billing_rows
from dataverse.webapi import Ref
from work365.ports.taxing import EngineState, TaxedDocument

if TYPE_CHECKING:
    from dataverse.webapi import WebApi

INVOICE = "w365_invoice"
COLUMNS = ("w365_invoiceid", "w365_number", "w365_taxreference", "w365_taxstate", "statuscode")
EXPAND = f"w365_LegalEntity($select={','.join(billing_rows.ENTITY)})"
CANCELLED = "Cancelled"


class TaxRows:
    """The tax book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def load(self, invoice: str) -> TaxedDocument:
        """The document with its legal entity's engine, in one request."""
        ((row,),) = self._api.rows(Get(Ref(INVOICE, invoice), COLUMNS, EXPAND))
        issued = EngineState.COMMITTED if row["w365_number"] else None
        return TaxedDocument(
            id=row["w365_invoiceid"],
            number=row["w365_number"] or "the draft",
            reference=row["w365_taxreference"] or "",
            engine=billing_rows.engine_choice(row["w365_LegalEntity"]),
            wanted=EngineState.VOIDED if status_label(INVOICE, row) == CANCELLED else issued,
            recorded=EngineState(row["w365_taxstate"]) if row["w365_taxstate"] else None,
        )

    def record(self, one: TaxedDocument, state: EngineState) -> None:
        """What the engine says."""
        self._api.update(Ref(INVOICE, one.id), {"w365_taxstate": state.value})
