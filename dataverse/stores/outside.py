"""Charges from files over Dataverse: one-time items with the file and row that they came from, and the maps of files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from dataverse.batch import ChangeSet, Create, Failed, in_parts
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import bind, choice_value, day, maybe, status, status_label
from dataverse.stores.billing_items import ONE_TIME
from dataverse.webapi import Ref
from work365.ids import derived
from work365.outside.deciding import Billable, Held
from work365.outside.line import said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.errors import External
    from work365.outside.deciding import NewItem

CONTRACT, PRODUCT, MAP = "w365_billingcontract", "w365_product", "w365_columnmap"
HELD = (
    *("w365_nonrecurringitemid", "w365_description", "w365_servicedate", "w365_quantity", "w365_unitprice"),
    *("w365_importfile", "w365_importrow"),
)
VALUES_MAX, SETS_MAX = 400, 300
T = TypeVar("T")


class OutsideItems:
    """The book of charges from files over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def contracts(self, numbers: Collection[str]) -> dict[str, Billable]:
        """Contracts by number, whatever their state."""
        columns = ("w365_billingcontractid", "w365_number", "_transactioncurrencyid_value", "statuscode")
        rows = self._named(CONTRACT, columns, "w365_number", numbers)
        return {row["w365_number"].lower(): self._billable(row) for row in rows}

    def _billable(self, row: Row) -> Billable:
        code = maybe(self._currencies.code, row["_transactioncurrencyid_value"])
        return Billable(row["w365_billingcontractid"], row["w365_number"], code, status_label(CONTRACT, row) == "Active")

    def products(self, numbers: Collection[str]) -> dict[str, str]:
        """Active products by number."""
        rows = self._named(PRODUCT, ("w365_productid", "w365_number"), "w365_number", numbers, eq("statecode", 0))
        return {row["w365_number"].lower(): row["w365_productid"] for row in rows}

    def held(self, ids: Collection[str]) -> dict[str, Held]:
        """Items by id."""
        rows = self._named(ONE_TIME, HELD, "w365_nonrecurringitemid", ids, expand="w365_Product($select=w365_number)")
        return {row["w365_nonrecurringitemid"]: _held(row) for row in rows}

    def add(self, items: Sequence[NewItem], file: str) -> list[External | None]:
        """One change set per item."""
        result: list[External | None] = []
        for part in in_parts(items, SETS_MAX):
            outcomes = self._api.batch([ChangeSet([Create(ONE_TIME, self._row(item, file), item.id)]) for item in part])
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def _row(self, item: NewItem, file: str) -> Row:
        line, code = item.line, item.contract.currency
        return {
            "w365_name": line.description[:200],
            "w365_key": f"import/{item.id}",
            "w365_description": line.description,
            "w365_servicedate": line.day,
            "w365_quantity": line.quantity,
            "w365_unitprice": line.unit_price,
            "w365_unitcost": line.unit_cost,
            "w365_source": choice_value(ONE_TIME, "w365_source", "Import"),
            "w365_billingstate": choice_value(ONE_TIME, "w365_billingstate", "Unbilled"),
            "w365_importfile": file[:200],
            "w365_importrow": line.row,
            **status(ONE_TIME, "Approved"),
            **bind("w365_Contract", CONTRACT, item.contract.id),
            **bind("w365_Product", PRODUCT, item.product),
            **(bind("transactioncurrencyid", "transactioncurrency", self._currencies.id(code)) if code else {}),
        }

    def _named(
        self, table: str, columns: tuple[str, ...], by: str, values: Collection[str], which: str = "", expand: str = ""
    ) -> Iterator[Row]:
        for part in in_parts(sorted(values), VALUES_MAX):
            named = any_of(by, part)
            yield from self._api.find(Query(table, columns, filter=both(named, which) if which else named, expand=expand))


class Maps:
    """Maps of files over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def read(self, name: str) -> str | None:
        """A map's JSON, by its code."""
        row = self._api.first(Query(MAP, ("w365_map",), filter=both(eq("w365_code", name), eq("statecode", 0))))
        return None if row is None else row["w365_map"]

    def keep(self, name: str, text: str) -> None:
        """One row per code."""
        row = {"w365_name": name, "w365_code": name, "w365_map": text, **status(MAP, "Active")}
        self._api.upsert(Ref(MAP, derived("column map", name)), row)


def _held(row: Row) -> Held:
    product = (row.get("w365_Product") or {}).get("w365_number") or ""
    quantity, price = Decimal(row["w365_quantity"]), Decimal(row["w365_unitprice"])
    words = said(product, row["w365_description"], day(row["w365_servicedate"]), quantity, price)
    return Held(row["w365_importfile"] or "", row["w365_importrow"] or 0, words)
