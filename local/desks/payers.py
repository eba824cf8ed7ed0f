"""A contract whose payer changes: Alpha's, with ten seats at 31.00 a month. March is billed to Alpha, today is 10 March.

desk = PayerDesk(); desk.amends(date(2026, 4, 1))
desk.bills(date(2026, 4, 1))  # {"Beta": ["310.00 2026-04-01"]}
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import typer
from typer.testing import CliRunner

from cli import amending, contracts
from dataverse.query import Query, eq
from dataverse.stores.amending import AmendingStore
from dataverse.webapi import Ref
from local.desks.changes import ChangeDesk

if TYPE_CHECKING:
    from local.desks.billing import Billed

MARCH, TODAY = date(2026, 3, 1), date(2026, 3, 10)
CONTRACT, ACCOUNT, INVOICE = "w365_billingcontract", "account", "w365_invoice"


class PayerDesk(ChangeDesk):
    """Alpha's contract, Beta, which may pay it, and somebody at the keyboard; `terms` by their names without prefix."""

    def __init__(self, **terms: Any) -> None:  # noqa: ANN401  values of columns
        super().__init__(MARCH)
        self.alone = self.contract("C-1", start=MARCH, **{"changesbilled": "Now", **terms})
        self.alpha = self.row("_w365_account_value")["_w365_account_value"]
        self.api.update(Ref(ACCOUNT, self.alpha), {"name": "Alpha", "emailaddress1": "pay@alpha.example"})
        self.beta = self.account("Beta", w365_taxcountry="DE", accountnumber="B-7", emailaddress1="pay@beta.example")
        self.seat = self.bought(self.alone, start=MARCH, printedname="Premium")
        self.month(MARCH)
        self.at(TODAY)
        self.app = typer.Typer()
        book = AmendingStore(self.api, self.tenant.currencies)
        contracts.register(self.app, lambda: amending.Ports(book, self.changing, self.clock))

    def account(self, name: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """Another account."""
        return self.api.create(ACCOUNT, {"name": name, **columns})

    def types(self, *arguments: str) -> str:
        """What `w365 contract` answers. Errors: whatever the command raises."""
        result = CliRunner().invoke(self.app, ["contract", *arguments], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    def amends(self, on: date, *arguments: str, payer: str = "Beta") -> Any:  # noqa: ANN401  a JSON document
        """Another payer from a day on."""
        typed = ("--payer", payer, "--on", on.isoformat(), "--reason", "Beta bought Alpha", *arguments, "--output", "json")
        return json.loads(self.types("amend", "C-1", *typed))

    def bills(self, day: date) -> dict[str, list[str]]:
        """What a run of a day bills, by whose document it stands on: amounts with their first days."""
        before = {one.number for one in self.invoices()}
        self.at(day)
        self.run(day)
        fresh = (one for one in self.invoices() if one.number not in before)
        return {
            self.whose(one): [f"{amount} {line['w365_periodstart']}" for amount, line in zip(one.amounts, one.lines, strict=True)]
            for one in fresh
        }

    def whose(self, one: Billed) -> str:
        """Who a document is for."""
        row = self.api.read(Ref(INVOICE, one.id), select=(), expand="w365_Account($select=name)")
        return str(row["w365_Account"]["name"])

    def latest(self, name: str) -> str:
        """The id of the last document of an account."""
        its = eq("w365_Account/name", name)
        (*_, last) = self.api.find(Query(INVOICE, ("w365_invoiceid",), filter=its, order="w365_invoicedate,createdon"))
        return str(last["w365_invoiceid"])

    def row(self, *columns: str) -> Any:  # noqa: ANN401  a row
        """Columns of the contract."""
        return self.api.read(Ref(CONTRACT, self.alone), select=columns)
