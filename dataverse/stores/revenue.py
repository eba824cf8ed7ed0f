"""Issued lines as revenue reads them, over Dataverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, both, either, eq, ge, gt, lt, not_null
from dataverse.rows import amount, day
from dataverse.stores.billing_rows import INVOICE_TABLE, LINE_TABLE
from dataverse.stores.currencies import Currencies
from work365.periods import Period
from work365.revenue.recognising import Booked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dataverse.webapi import Row, WebApi
    from work365.money import Money

LINE = ("w365_ordinal", "w365_description", "w365_periodstart", "w365_periodend", "w365_amount", "_transactioncurrencyid_value")
LINE_EXPAND = (
    "w365_Invoice($select=w365_number,w365_invoicedate;$expand=w365_LegalEntity($select=w365_code)),"
    "w365_Product($select=w365_number)"
)
HEAD = ("w365_number", "w365_net", "_transactioncurrencyid_value")
NUMBERED = not_null("w365_number")


class Revenue:
    """Documents that have a number, and their lines."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._currencies = Currencies(api)

    def lines(self, span: Period, *, document: str = "", contract: str = "") -> Iterator[Booked]:
        """Lines of documents issued before the span's end that have something to earn, or are issued, in it or later.

        Shape: only those of a document, or of a contract, where their numbers are given.
        """
        issued = both(not_null("w365_Invoice/w365_number"), lt("w365_Invoice/w365_invoicedate", span.end))
        open_in = either(gt("w365_periodend", span.start), ge("w365_Invoice/w365_invoicedate", span.start))
        asked = (
            eq("w365_Invoice/w365_number", document) if document else "",
            eq("w365_Contract/w365_number", contract) if contract else "",
        )
        query = Query(LINE_TABLE, LINE, both(issued, open_in, *asked), expand=LINE_EXPAND)
        return map(self._booked, self._api.find(query))

    def nets(self, span: Period) -> dict[str, Money]:
        """The net amounts of the documents issued in a span, by their numbers."""
        dated = both(NUMBERED, ge("w365_invoicedate", span.start), lt("w365_invoicedate", span.end))
        rows = self._api.find(Query(INVOICE_TABLE, HEAD, dated))
        return {row["w365_number"]: self._money(row, "w365_net") for row in rows}

    def _money(self, row: Row, column: str) -> Money:
        return amount(row[column], self._currencies.code(row["_transactioncurrencyid_value"]))

    def _booked(self, row: Row) -> Booked:
        document = row["w365_Invoice"]
        issued = day(document["w365_invoicedate"])
        return Booked(
            entity=(document.get("w365_LegalEntity") or {}).get("w365_code") or "",
            document=document["w365_number"],
            line=row["w365_ordinal"] + 1,
            issued=issued,
            product=(row.get("w365_Product") or {}).get("w365_number") or "",
            description=row["w365_description"] or "",
            period=_period(row, issued),
            amount=self._money(row, "w365_amount"),
        )


def _period(row: Row, issued: date) -> Period:
    """The days of a line; one that names none is earned with its document."""
    start, end = row["w365_periodstart"], row["w365_periodend"]
    return Period(day(start), day(end)) if start and end and start < end else Period(issued, issued)
