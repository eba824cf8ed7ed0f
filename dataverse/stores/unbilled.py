"""Rows that no document has billed, over Dataverse: one request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, not_null
from dataverse.rows import choice_label, day, maybe, status_label
from dataverse.schema.tables import BY_NAME
from dataverse.stores import billing_rows
from dataverse.stores.billing import UNBILLED_CHANGE
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.billing_source import complete, unbilled
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_TERMS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.counted_changes import kept_until, without_refund
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.inheriting import SETTINGS, Inherited
from work365.crediting.unbilled import Container, Waiting
from work365.errors import BadInput
from work365.invoicing.drafting import HOLDING_BACK
from work365.money import currency

if TYPE_CHECKING:
    from dataverse.webapi import Row, WebApi

CONTRACT, CHANGE = "w365_billingcontract", "w365_changelog"
OF_CONTRACT = "w365_Contract($select=w365_number,w365_nextinvoicedate,w365_changesbilled,statecode)"
TERMS = (*billing_rows.CONTRACT, "statecode")
OF_CHANGED = (
    f"w365_Contract($select={','.join(TERMS)};$expand=transactioncurrencyid($select=isocurrencycode),"
    "w365_LegalEntity($select=w365_timezone))"
)
CHANGED = (
    *("w365_sequence", "w365_effective", "w365_recordedon", "w365_askedon", "w365_quantitydelta", "w365_refund"),
    "_w365_contract_value",
)
OF_SUBSCRIPTION = "w365_Subscription($select=w365_name,w365_printedname)"
NOT_APPROVED = ("Draft", "Submitted", "Waiting for approval")


class UnbilledRows:
    """Changes and items whose billing state is Unbilled."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def waiting(self, contract: str | None = None) -> list[Waiting]:
        """Every one of them, or those of a contract, the oldest first."""
        theirs = "" if contract is None else eq("_w365_contract_value", contract)
        held = both(theirs, eq("statecode", 0), any_of("w365_code", HOLDING_BACK), not_null("_w365_contract_value"))
        said, changes, findings, *items = self._api.rows(
            SETTINGS,
            Get(Query(CHANGE, CHANGED, both(theirs, UNBILLED_CHANGE), expand=f"{OF_CHANGED},{OF_SUBSCRIPTION}")),
            Get(Query(FINDING, ("_w365_contract_value", "w365_message"), held)),
            *(
                Get(
                    Query(
                        one.table,
                        ("w365_name", one.day, "statuscode", "_w365_contract_value"),
                        both(theirs, unbilled(one.table)),
                        expand=OF_CONTRACT,
                    )
                )
                for one in SOURCES
            ),
        )
        why = {row["_w365_contract_value"]: row["w365_message"] or "" for row in findings}
        inherited = Inherited(said)
        found = [_change(row, why, inherited) for row in changes]
        for source, rows in zip(SOURCES, items, strict=True):
            found += [_item(source.table, source.day, row, why) for row in rows]
        return sorted(found, key=lambda one: (one.day, one.what, one.named))


def _change(row: Row, why: dict[str, str], inherited: Inherited) -> Waiting:
    subscription = row["w365_Subscription"]
    named = subscription["w365_printedname"] or subscription["w365_name"] or ""
    which, on = f"{named}, change {row['w365_sequence']}", day(row["w365_effective"])
    return Waiting("Change", which, on, _container(row, why), kept_until=_kept_until(row, inherited))


def _kept_until(row: Row, inherited: Inherited) -> date | None:
    """None also where the contract's row says too little: the run that stumbles over it has a finding of its own."""
    own = row["w365_Contract"]
    if own is None or not without_refund(row):
        return None
    try:
        contract = inherited.terms(own)
        complete(contract, CONTRACT_TERMS, "it")
        terms = contract_of(contract, currency(contract["transactioncurrencyid"]["isocurrencycode"]))
    except BadInput:
        return None
    return kept_until(row, terms, ZoneInfo(contract["w365_LegalEntity"]["w365_timezone"]))


def _item(table: str, column: str, row: Row, why: dict[str, str]) -> Waiting:
    approved = status_label(table, row) not in NOT_APPROVED
    counted = maybe(day, row[column]) or date.max
    return Waiting(BY_NAME[table].label, row["w365_name"] or "", counted, _container(row, why), approved)


def _container(row: Row, why: dict[str, str]) -> Container | None:
    contract = row.get("w365_Contract")
    if contract is None:
        return None
    next_invoice = maybe(day, contract["w365_nextinvoicedate"])
    return Container(
        number=contract["w365_number"],
        active=contract["statecode"] == 0,
        next_invoice=None if next_invoice == NEVER else next_invoice,
        rides=choice_label(CONTRACT, "w365_changesbilled", contract["w365_changesbilled"]) == "Next cycle",
        held_back=why.get(row["_w365_contract_value"], ""),
    )
