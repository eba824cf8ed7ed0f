"""Rows that no document has billed, over Dataverse: one request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, not_null
from dataverse.rows import choice_label, day, maybe, status_label
from dataverse.schema.tables import BY_NAME
from dataverse.stores.billing import UNBILLED_CHANGE
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.billing_source import unbilled
from dataverse.stores.findings import TABLE as FINDING
from work365.crediting.unbilled import Container, Waiting
from work365.invoicing.drafting import HOLDING_BACK

if TYPE_CHECKING:
    from dataverse.webapi import Row, WebApi

CONTRACT, CHANGE = "w365_billingcontract", "w365_changelog"
OF_CONTRACT = "w365_Contract($select=w365_number,w365_nextinvoicedate,w365_changesbilled,statecode)"
OF_SUBSCRIPTION = "w365_Subscription($select=w365_name,w365_printedname)"
NOT_APPROVED = ("Draft", "Submitted", "Waiting for approval")


class UnbilledRows:
    """Changes and items whose billing state is Unbilled."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def waiting(self) -> list[Waiting]:
        """Every one of them, the oldest first."""
        held = both(eq("statecode", 0), any_of("w365_code", HOLDING_BACK), not_null("_w365_contract_value"))
        changes, findings, *items = self._api.rows(
            Get(Query(CHANGE, ("w365_sequence", "w365_effective", "_w365_contract_value"), UNBILLED_CHANGE, expand=_of_change())),
            Get(Query(FINDING, ("_w365_contract_value", "w365_message"), held)),
            *(
                Get(
                    Query(
                        one.table,
                        ("w365_name", one.day, "statuscode", "_w365_contract_value"),
                        unbilled(one.table),
                        expand=OF_CONTRACT,
                    )
                )
                for one in SOURCES
            ),
        )
        why = {row["_w365_contract_value"]: row["w365_message"] or "" for row in findings}
        found = [_change(row, why) for row in changes]
        for source, rows in zip(SOURCES, items, strict=True):
            found += [_item(source.table, source.day, row, why) for row in rows]
        return sorted(found, key=lambda one: (one.day, one.what, one.named))


def _of_change() -> str:
    return f"{OF_CONTRACT},{OF_SUBSCRIPTION}"


def _change(row: Row, why: dict[str, str]) -> Waiting:
    subscription = row["w365_Subscription"]
    named = subscription["w365_printedname"] or subscription["w365_name"] or ""
    return Waiting("Change", f"{named}, change {row['w365_sequence']}", day(row["w365_effective"]), _container(row, why))


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
