"""Where items that are billed once come from: one source per table, each with its question and its way to read a row.

A source is asked for a chunk's contracts in the same batch as everything else; its rows are marked as billed in the change set
that writes the document. A new kind of item is a new source in `SOURCES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, le
from dataverse.rows import choice_value, day, status
from work365.errors import BadInput
from work365.invoicing.items import Item, one_day
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row

CONTRACT = "_w365_contract_value"


@dataclass(frozen=True, slots=True)
class Source:
    """One table of items.

    Attributes:
        table: logical name; its rows have a contract (`w365_Contract`) and a billing state (`w365_billingstate`).
        columns, expand, order: what is read of a row.
        unbilled: the filter for rows that are to be billed.
        day: the column whose day must have come.
        read: the items of one contract's rows. Errors: BadInput when a row says too little to be billed.
    """

    table: str
    columns: tuple[str, ...]
    unbilled: str
    day: str
    read: Callable[[Sequence[Row]], Iterable[Item]]
    expand: str = ""
    order: str = ""

    def of(self, contracts: Sequence[str]) -> Get:
        """The unbilled rows of these contracts."""
        theirs = both(any_of(CONTRACT, contracts), self.unbilled)
        return Get(Query(self.table, (*self.columns, CONTRACT), filter=theirs, expand=self.expand, order=self.order))

    def contracts_with(self, which: str, as_of: date) -> Query:
        """The contracts that have rows to bill by a day; `which` is a filter on the contract behind the row."""
        return Query(self.table, (CONTRACT,), filter=both(self.unbilled, le(self.day, as_of), which))


def unbilled(table: str) -> str:
    """The filter for rows that no document has billed."""
    return eq("w365_billingstate", choice_value(table, "w365_billingstate", "Unbilled"))


def complete(row: Row, columns: Mapping[str, str], who: str) -> None:
    """Errors: BadInput that names the first column that billing cannot do without and that is empty."""
    for column, words in columns.items():
        if row[column] is None:
            message = f"{who} has no {words}; enter one on its form."
            raise BadInput(message)


ONE_TIME = "w365_nonrecurringitem"
_NEEDED = {"w365_servicedate": "service date", "w365_quantity": "quantity", "w365_unitprice": "price"}


def _one_time(rows: Sequence[Row]) -> Iterable[Item]:
    for row in rows:
        who = f"the item '{row['w365_description']}'"
        complete(row, _NEEDED, who)
        product = row.get("w365_Product")
        if product is None:
            message = f"{who} has no product; choose one on its form, its tax category decides the tax."
            raise BadInput(message)
        yield Item(
            table=ONE_TIME,
            rows=(row["w365_nonrecurringitemid"],),
            key=f"item/{row['w365_nonrecurringitemid']}",
            kind=Kind.ONE_TIME,
            description=row["w365_description"],
            period=one_day(day(row["w365_servicedate"])),
            quantity=Decimal(row["w365_quantity"]),
            unit_price=Decimal(row["w365_unitprice"]),
            tax_category=product["w365_taxcategory"],
            product=product["w365_productid"],
            discount_percent=Decimal(row.get("w365_discountpercent") or 0),
        )


SOURCES: tuple[Source, ...] = (
    Source(
        table=ONE_TIME,
        columns=(
            *("w365_nonrecurringitemid", "w365_description", "w365_servicedate", "w365_quantity", "w365_unitprice"),
            "w365_discountpercent",
        ),
        unbilled=both(eq("statuscode", status(ONE_TIME, "Approved")["statuscode"]), unbilled(ONE_TIME)),
        day="w365_servicedate",
        read=_one_time,
        expand="w365_Product($select=w365_productid,w365_taxcategory)",
        order="w365_servicedate,w365_key",
    ),
)
"""Items that are still drafts, or wait for approval, are not billed."""
