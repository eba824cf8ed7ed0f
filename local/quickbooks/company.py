"""How a company is set up: country, currencies, tax codes, accounts and preferences."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.quickbooks.books import Books


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code of a company outside the United States."""

    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class CompanySetup:
    """One company (realm).

    Attributes:
        country: "US" has automated sales tax, which honours an explicit tax amount; elsewhere QuickBooks computes tax from the
            code of each line, rounds it per line, and ignores an amount that was sent.
        rates: home currency per unit of each foreign one, used when a document names no rate.
        unique_numbers: the preference that refuses a document number twice.
    """

    realm: str = "9130347596842384"
    name: str = "Northwind Cloud Partners"
    country: str = "US"
    home: str = "USD"
    multicurrency: bool = True
    unique_numbers: bool = True
    tax_codes: tuple[TaxCode, ...] = ()
    rates: dict[str, Decimal] = field(default_factory=lambda: {"EUR": Decimal("1.08"), "GBP": Decimal("1.27"), "USD": Decimal(1)})
    accounts: tuple[str, ...] = ("Sales of Product Income",)
    expenses: tuple[str, ...] = ()

    @property
    def american(self) -> bool:
        """Automated sales tax."""
        return self.country == "US"


def found(setup: CompanySetup, books: Books) -> None:
    """Write what every company has from its first day, once."""
    if books.all(setup.realm, "Preferences"):
        return
    currency = {"MultiCurrencyEnabled": setup.multicurrency, "HomeCurrency": {"value": setup.home}}
    tax = {"UsingSalesTax": True, "PartnerTaxEnabled": setup.american}
    sales = {"CustomTxnNumbers": True}
    books.add(setup.realm, "Preferences", {"CurrencyPrefs": currency, "TaxPrefs": tax, "SalesFormsPrefs": sales})
    books.add(setup.realm, "CompanyInfo", {"CompanyName": setup.name, "Country": setup.country})
    kinds = [(name, "Income") for name in setup.accounts] + [(name, "Expense") for name in setup.expenses]
    for name, kind in kinds:
        account = {"Name": name, "FullyQualifiedName": name, "AccountType": kind, "Active": True}
        books.add(setup.realm, "Account", account)
    for code in setup.tax_codes:
        books.add(setup.realm, "TaxCode", {"Name": code.name, "Active": True, "Taxable": bool(code.percent)})


def percent_of(setup: CompanySetup, books: Books, code_id: str) -> Decimal | None:
    """The rate behind a tax code's id; None when there is no such code."""
    entity: dict[str, Any] | None = books.find(setup.realm, "TaxCode", code_id)
    if entity is None:
        return None
    return next(code.percent for code in setup.tax_codes if code.name == entity["Name"])
