"""Late fees over Dataverse: the steps that cost something, with what became of each fee."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get, in_parts
from dataverse.query import Query, any_of, both, eq, ge, not_null
from dataverse.rows import amount, choice_label, choice_value, decimal, instant, maybe
from dataverse.stores.billing_items import ONE_TIME
from dataverse.stores.reminding_rows import CURRENCY, REMINDER
from work365.crediting.excluding import BillingState
from work365.money import currency
from work365.reminding.late_fee import LateFee

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi

LINE, DOCUMENT = "w365_invoiceline", "_w365_invoice_value"
COLUMNS = ("w365_day", "w365_fee", "w365_message", "createdon")
EXPAND = (
    f"w365_Invoice($select=w365_number),w365_Account($select=name),{CURRENCY},"
    f"w365_FeeItem($select={ONE_TIME}id,w365_billingstate,w365_exclusionreason,w365_note,{DOCUMENT};"
    "$expand=w365_Invoice($select=w365_number))"
)
BILLED = eq("w365_kind", choice_value(LINE, "w365_kind", "Fee"))
IDS_AT_ONCE = 200


class LateFees:
    """Late fees that were charged."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def since(self, moment: datetime) -> list[LateFee]:
        """Of steps that were taken since a moment, the newest first."""
        return self._read(ge("createdon", moment))

    def of(self, invoice: str) -> list[LateFee]:
        """Of one invoice, by its number."""
        return self._read(eq("w365_Invoice/w365_number", invoice))

    def _read(self, which: str) -> list[LateFee]:
        query = Query(REMINDER, COLUMNS, both(not_null("w365_fee"), which), "createdon desc,w365_name", EXPAND)
        rows = list(self._api.find(query))
        lines = self._lines({item[DOCUMENT] for row in rows if (item := row.get("w365_FeeItem")) and item[DOCUMENT]})
        credited = self._credited([line["w365_key"] for line in lines.values()])
        return [_fee(row, lines, credited) for row in rows]

    def _lines(self, documents: Iterable[str]) -> dict[str, Row]:
        """Lines of fees by the ids of their items."""
        columns = ("w365_key", "w365_ordinal")
        found: dict[str, Row] = {}
        for part in in_parts(sorted(documents), IDS_AT_ONCE):
            for row in self._api.find(Query(LINE, columns, both(any_of(DOCUMENT, part), BILLED))):
                found[row["w365_key"].removeprefix("item/").partition(".")[0]] = row
        return found

    def _credited(self, keys: Sequence[str]) -> dict[str, Decimal]:
        """What was given back of lines, by their keys."""
        found: dict[str, Decimal] = {}
        for part in in_parts(sorted(keys), IDS_AT_ONCE):
            (rows,) = self._api.rows(Get(Query(LINE, ("w365_origin", "w365_amount"), any_of("w365_origin", part))))
            for row in rows:
                found[row["w365_origin"]] = found.get(row["w365_origin"], Decimal(0)) - decimal(row["w365_amount"])
        return found


def _fee(row: Row, lines: Mapping[str, Row], credited: Mapping[str, Decimal]) -> LateFee:
    item = row.get("w365_FeeItem") or {}
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    line = lines.get(item.get(f"{ONE_TIME}id", ""), {})
    return LateFee(
        invoice=row["w365_Invoice"]["w365_number"],
        customer=(row.get("w365_Account") or {}).get("name") or "",
        day=row["w365_day"],
        taken=instant(row["createdon"]).date(),
        amount=amount(row["w365_fee"], code),
        item=item.get(f"{ONE_TIME}id", ""),
        state=BillingState(choice_label(ONE_TIME, "w365_billingstate", item["w365_billingstate"])) if item else None,
        reason=item.get("w365_exclusionreason") or "",
        document=item.get(DOCUMENT) or "",
        number=(item.get("w365_Invoice") or {}).get("w365_number") or "",
        line=line["w365_ordinal"] + 1 if line else 0,
        credited=maybe(lambda value: amount(value, code), credited.get(line["w365_key"]) if line else None),
        words=item.get("w365_note") or row["w365_message"] or "",
    )
