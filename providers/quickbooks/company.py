"""What must be known of a company before anything is posted: its currency, its kind of tax, its tax codes and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.quickbooks.client import quoted
from work365.errors import Refused
from work365.money import Currency

if TYPE_CHECKING:
    from providers.quickbooks.client import Client

US = "US"
US_TAXED, US_UNTAXED = "TAX", "NON"


@dataclass(frozen=True, slots=True)
class Company:
    """One company's ground rules.

    Attributes:
        home: the currency of its books.
        foreign_allowed: it may post in other currencies.
        country: "US" companies have automated sales tax, whose lines say TAX or NON; elsewhere each line names a tax code.
        tax_codes: ids by id and by name in lower case.
    """

    home: Currency
    foreign_allowed: bool
    country: str
    tax_codes: dict[str, str]

    def tax_code(self, code: str, *, taxed: bool) -> str:
        """The id of a tax code, "" to name none.

        Errors: Refused when the company has no such code.
        """
        if self.country == US:
            return US_TAXED if taxed else US_UNTAXED
        if not code and not taxed:
            return ""
        found = self.tax_codes.get(code.strip().lower())
        if found is None:
            what = f"has no tax code '{code}'" if code else "needs a tax code on every taxed line"
            message = (
                f"QuickBooks {what}; enter one of its tax codes in the tax rates, or as the accounting system's default, "
                "then sync again."
            )
            raise Refused(message)
        return found

    def foreign(self, currency: Currency) -> bool:
        """Whether a document in this currency is a foreign one here.

        Errors: Refused when the company keeps its books in one currency only.
        """
        if currency != self.home and not self.foreign_allowed:
            message = (
                f"This QuickBooks company keeps its books in {self.home} only, and the invoice is in {currency}. Switch on "
                "multicurrency there, or choose another accounting system on the contract."
            )
            raise Refused(message)
        return currency != self.home


def read_company(client: Client) -> Company:
    """Ask for a company's ground rules."""
    preferences = client.query("Preferences")
    info = client.query("CompanyInfo")
    country = str(info[0].get("Country", "")) if info else ""
    currency = preferences[0].get("CurrencyPrefs", {}) if preferences else {}
    codes = {} if country == US else _tax_codes(client)
    return Company(
        home=Currency(str(currency.get("HomeCurrency", {}).get("value", "USD" if country == US else ""))),
        foreign_allowed=bool(currency.get("MultiCurrencyEnabled", False)),
        country=country,
        tax_codes=codes,
    )


def _tax_codes(client: Client) -> dict[str, str]:
    rows = client.query("TaxCode")
    by_name = {str(row.get("Name", "")).strip().lower(): str(row["Id"]) for row in rows}
    return by_name | {str(row["Id"]).lower(): str(row["Id"]) for row in rows}


def account_id(client: Client, account: str, kind: str) -> str:
    """The id of an account that items post to, given as its name or its id. Shape: `kind` of account, for the sentence.

    Errors: Refused when there is none.
    """
    rows = client.query("Account", f"Name = {quoted(account)}") if account else []
    if not rows and account.isdigit():
        rows = client.query("Account", f"Id = {quoted(account)}")
    if not rows:
        message = (
            f"QuickBooks has no account '{account}' for new items to post to; enter the name of {kind} on the "
            "accounting system here, then sync again."
        )
        raise Refused(message)
    return str(rows[0]["Id"])
