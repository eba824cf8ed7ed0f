"""Products, price lists, prices, discounts and promotions in a tenant: what tests of prices arrange."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value, status

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi

LONG_AGO = date(2020, 1, 1)


class CatalogueDesk:
    """Writes rows of the catalogue by short words."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self.api = api
        self.currencies = currencies

    def product(self, number: str, *, tiers: str | None = None, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A product; `tiers` says how its tiers are read, as the label of the choice."""
        row: Row = {
            "w365_name": number,
            "w365_number": number,
            "w365_printedname": f"The {number}",
            "w365_billingtype": _choice("w365_product", "billingtype", "Tiered" if tiers else "License"),
            "w365_taxcategory": "standard",
            **({"w365_tiermodel": _choice("w365_product", "tiermodel", tiers)} if tiers else {}),
            **{f"w365_{name}": value for name, value in columns.items()},
        }
        return self.api.create("w365_product", row)

    def price_list(self, code: str, currency: str = "EUR", **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A price list."""
        own = {f"w365_{name}": value for name, value in columns.items()}
        row: Row = {"w365_name": code, "w365_code": code, **own, **self.currencies.bind(currency)}
        return self.api.create("w365_pricelist", row)

    def price(
        self,
        product: str,
        price_list: str,
        amount: str,
        *,
        tier: int = 1,
        term: str = "P1M",
        plan: str = "Monthly",
        since: date = LONG_AGO,
        cost: str | None = None,
        until: date | None = None,
    ) -> str:
        """A row of a price list."""
        row: Row = {
            "w365_name": f"{term} {plan} {tier}",
            "w365_term": term,
            "w365_billingplan": _choice("w365_price", "billingplan", plan),
            "w365_tierfrom": tier,
            "w365_validfrom": since,
            "w365_validto": until,
            "w365_unitprice": Decimal(amount),
            "w365_unitcost": None if cost is None else Decimal(cost),
            **bind("w365_Product", "w365_product", product),
            **bind("w365_PriceList", "w365_pricelist", price_list),
        }
        return self.api.create("w365_price", row)

    def discount(
        self,
        contract: str,
        value: str,
        *,
        subscription: str | None = None,
        kind: str = "Percentage",
        name: str = "Loyalty",
        until: date | None = None,
    ) -> str:
        """A discount on a contract, or on one of its subscriptions."""
        row: Row = {
            "w365_name": name,
            "w365_printedname": name,
            "w365_kind": _choice("w365_discount", "kind", kind),
            "w365_value": Decimal(value),
            "w365_enddate": until,
            **bind("w365_Contract", "w365_billingcontract", contract),
            **(bind("w365_Subscription", "w365_subscription", subscription) if subscription else {}),
        }
        return self.api.create("w365_discount", row)

    def promotion(
        self,
        product: str,
        value: str,
        *,
        code: str = "SPRING",
        kind: str = "Percentage",
        eligibility: str = "Everyone",
        since: date = LONG_AGO,
        state: str = "Active",
        **columns: Any,  # noqa: ANN401  values of columns
    ) -> str:
        """A promotion."""
        row: Row = {
            "w365_name": f"Promotion {code}",
            "w365_key": f"{code} {product} {since}",
            "w365_code": code,
            "w365_kind": _choice("w365_promotion", "kind", kind),
            "w365_value": Decimal(value),
            "w365_eligibility": _choice("w365_promotion", "eligibility", eligibility),
            "w365_startdate": since,
            **status("w365_promotion", state),
            **bind("w365_Product", "w365_product", product),
            **{f"w365_{name}": value for name, value in columns.items()},
        }
        return self.api.create("w365_promotion", row)

    def discounts(self) -> list[tuple[str, str, Decimal, str | None, str | None]]:
        """Every discount: name, kind, value and days."""
        columns = ("w365_printedname", "w365_kind", "w365_value", "w365_startdate", "w365_enddate")
        return [
            (
                row["w365_printedname"],
                choice_label("w365_discount", "w365_kind", row["w365_kind"]),
                Decimal(row["w365_value"]),
                row["w365_startdate"],
                row["w365_enddate"],
            )
            for row in self.api.find(Query("w365_discount", columns, order="w365_printedname"))
        ]

    def prices(self) -> list[tuple[str, int, str, Decimal, Decimal | None, str | None]]:
        """Every row of every list: term, tier, first day, price, cost, first day without it."""
        columns = ("w365_term", "w365_tierfrom", "w365_validfrom", "w365_unitprice", "w365_unitcost", "w365_validto")
        found = self.api.find(Query("w365_price", columns, order="w365_term,w365_tierfrom,w365_validfrom"))
        return [
            (row[columns[0]], row[columns[1]], row[columns[2]], row[columns[3]], row[columns[4]], row[columns[5]])
            for row in found
        ]


def _choice(table: str, column: str, label: str) -> int:
    return choice_value(table, f"w365_{column}", label)
