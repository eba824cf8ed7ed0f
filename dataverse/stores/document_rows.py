"""What a document needs beside its invoice: rates and what they mean, the template, and what only some documents ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.query import Query, any_of
from dataverse.rows import FORMATTED, day
from work365.documents.document import Preceding, VatRule
from work365.documents.template import read_logo, read_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.rows import Row
    from work365.documents.template import Template

TAX_RATE = (
    *("_w365_legalentity_value", "w365_place", "w365_code", "w365_validfrom", "w365_note", "w365_percent", "w365_vatcategory"),
)


def valid_rates(invoice: Row, rows: Iterable[Row]) -> list[Row]:
    """The rates with a code that the invoice's company had on its date, the newest of each code and percentage last."""
    mine = [row for row in rows if row["_w365_legalentity_value"] == invoice["_w365_legalentity_value"] and row["w365_code"]]
    valid = [row for row in mine if row["w365_validfrom"] <= invoice["w365_invoicedate"]]
    return sorted(valid, key=lambda row: str(row["w365_validfrom"]))


def vat_rule(rate: Row) -> VatRule:
    """What a rate means: every rate above zero is the standard one unless its row says otherwise."""
    return VatRule(rate["w365_vatcategory"] or ("S" if rate["w365_percent"] else ""), rate["w365_note"] or "")


def template(entity: Row, of_contract: str = "") -> Template:
    """How documents look: as their contract's own or inherited template says, else as the company's. Errors: BadInput."""
    return replace(read_template(of_contract or entity["w365_template"] or ""), logo=read_logo(entity["w365_logo"] or ""))


def earlier(keys: Sequence[str]) -> Query:
    """The question for the documents that hold some posted lines."""
    return Query(
        "w365_invoiceline", ("w365_key",), any_of("w365_key", keys), expand="w365_Invoice($select=w365_number,w365_invoicedate)"
    )


def preceding(rows: Iterable[Row]) -> tuple[Preceding, ...]:
    """The issued documents of those lines, each once, by number."""
    invoices = [row["w365_Invoice"] for row in rows if row.get("w365_Invoice")]
    issued = [one for one in invoices if one["w365_number"] and one["w365_invoicedate"]]
    found = {one["w365_number"]: day(one["w365_invoicedate"]) for one in issued}
    return tuple(Preceding(number, at) for number, at in sorted(found.items()))


def extra_values(row: Row, columns: Iterable[str]) -> dict[str, str]:
    """What the template's own columns say, as a person reads them."""
    said = {column: row.get(f"{column}{FORMATTED}", row.get(column)) for column in columns}
    return {column: str(value) for column, value in said.items() if value not in (None, "")}
