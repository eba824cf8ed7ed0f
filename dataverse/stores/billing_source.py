"""A source of items that are billed once: one table, the question for its unbilled rows, and the way to read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, eq, le
from dataverse.rows import choice_value, day
from work365.errors import BadInput
from work365.usage.pricing import NO_RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.webapi import Row
    from work365.contracts.contract import BillingContract
    from work365.invoicing.items import Item
    from work365.usage.pricing import Rates

CONTRACT = "_w365_contract_value"


@dataclass(frozen=True, slots=True)
class Around:
    """What a row of items is read with: its contract's row and terms, and what was read with the chunk for all of them.

    Attributes:
        prices: meter prices, also those of other contracts.
        rates: exchange rates for cost in another currency; where none is known, such a contract is held.
    """

    row: Row
    contract: BillingContract
    prices: Sequence[Row] = ()
    rates: Rates = NO_RATES


@dataclass(frozen=True, slots=True)
class Source:
    """One table of items.

    Attributes:
        table: logical name; its rows have a contract (`w365_Contract`) and a billing state (`w365_billingstate`).
        columns, expand, order: what is read of a row.
        unbilled: the filter for rows that are to be billed.
        day: the column whose day must have come.
        read: the items of one contract's rows. Errors: BadInput when a row says too little to be billed.
        with_cycle: its rows wait for the invoice of a cycle, so between cycles no contract is looked at for them.
        apart: the filter for those of its rows that do not, where some do.
    """

    table: str
    columns: tuple[str, ...]
    unbilled: str
    day: str
    read: Callable[[Sequence[Row], Around], Iterable[Item]]
    expand: str = ""
    order: str = ""
    with_cycle: bool = False
    apart: str = ""

    def of(self, contracts: Sequence[str]) -> Get:
        """The unbilled rows of these contracts."""
        theirs = both(any_of(CONTRACT, contracts), self.unbilled)
        return Get(Query(self.table, (*self.columns, CONTRACT), filter=theirs, expand=self.expand, order=self.order))

    def contracts_with(self, which: str, as_of: date) -> Query:
        """The contracts that have rows to bill by a day; `which` is a filter on the contract behind the row."""
        return Query(self.table, (CONTRACT,), filter=both(self.unbilled, le(self.day, as_of), which))


def cost_day(row: Row) -> date | None:
    """The day whose exchange rate converts a row's cost; None for a row that has no cost in a currency of its own."""
    if row.get("w365_costcurrency") is None:
        return None
    return day(row["w365_usedon"] if "w365_usedon" in row else row["w365_chargestart"])


def unbilled(table: str) -> str:
    """The filter for rows that no document has billed."""
    return eq("w365_billingstate", choice_value(table, "w365_billingstate", "Unbilled"))


def complete(row: Row, columns: Mapping[str, str], who: str) -> None:
    """Errors: BadInput that names the first column that billing cannot do without and that is empty."""
    for column, words in columns.items():
        if row[column] is None:
            message = f"{who} has no {words}; enter one on its form."
            raise BadInput(message)
