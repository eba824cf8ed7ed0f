"""`w365 contract amend --payer`: another account pays from a day on, and each day is billed to one of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import typer
from typer.testing import CliRunner

from cli import amending, contracts
from dataverse.query import Query
from dataverse.stores.amending import AmendingStore
from dataverse.webapi import Ref
from local.desks.changes import ChangeDesk

FEBRUARY, MARCH, MID, APRIL, MAY = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 15), date(2026, 4, 1), date(2026, 5, 1))
CONTRACT, ACCOUNT, INVOICE = "w365_billingcontract", "account", "w365_invoice"


class Office:
    """Alpha's monthly contract with ten seats at 31.00; March is billed to Alpha, today is 10 March. Beta is another account."""

    def __init__(self, **terms: Any) -> None:  # noqa: ANN401  values of columns
        self.desk = ChangeDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH, **{"changesbilled": "Now", **terms})
        self.alpha = self.row("_w365_account_value")["_w365_account_value"]
        self.desk.api.update(Ref(ACCOUNT, self.alpha), {"name": "Alpha", "emailaddress1": "pay@alpha.example"})
        self.beta = self.account("Beta", w365_taxcountry="DE", accountnumber="B-7", emailaddress1="pay@beta.example")
        self.seat = self.desk.bought(self.contract, start=MARCH, printedname="Premium")
        self.desk.month(MARCH)
        self.desk.at(date(2026, 3, 10))
        self.book = AmendingStore(self.desk.api, self.desk.tenant.currencies)
        self.app = typer.Typer()
        contracts.register(self.app, lambda: amending.Ports(self.book, self.desk.changing, self.desk.clock))

    def account(self, name: str, **columns: Any) -> str:  # noqa: ANN401  values of columns
        return self.desk.api.create(ACCOUNT, {"name": name, **columns})

    def types(self, *arguments: str) -> str:
        result = CliRunner().invoke(self.app, ["contract", *arguments], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    def amends(self, on: date, *arguments: str, payer: str = "Beta") -> Any:  # noqa: ANN401  a JSON document
        typed = ("--payer", payer, "--on", on.isoformat(), "--reason", "Beta bought Alpha", *arguments, "--output", "json")
        return json.loads(self.types("amend", "C-1", *typed))

    def bills(self, day: date) -> dict[str, list[str]]:
        """What a run of a day bills, by whose document it stands on: amounts with their first days."""
        before = {one.number for one in self.desk.invoices()}
        self.desk.at(day)
        self.desk.run(day)
        names = {row["accountid"]: row["name"] for row in self.desk.api.find(Query(ACCOUNT, ("accountid", "name")))}
        owners = {
            row["w365_number"]: names[row["_w365_account_value"]]
            for row in self.desk.api.find(Query(INVOICE, ("w365_number", "_w365_account_value")))
        }
        found: dict[str, list[str]] = {}
        for one in (one for one in self.desk.invoices() if one.number not in before):
            lines = [f"{amount} {line['w365_periodstart']}" for amount, line in zip(one.amounts, one.lines, strict=True)]
            assert owners[one.number] not in found
            found[owners[one.number]] = lines
        return found

    def row(self, *columns: str) -> Any:  # noqa: ANN401  a row
        return self.desk.api.read(Ref(CONTRACT, self.contract), select=columns)


def test_from_the_next_month_on_the_other_one_pays() -> None:
    """F110: what is billed stays; April is billed once, to Beta; the history says so."""
    office = Office()
    before = office.desk.tenant.shape()
    said = office.amends(APRIL, "--dry-run")
    assert office.desk.tenant.shape() == before
    assert said["change"] == "billed to Beta instead of Alpha"
    office.amends(APRIL)
    assert office.bills(date(2026, 3, 11)) == {}
    assert office.row("_w365_payer_value")["_w365_payer_value"] is None
    assert office.bills(APRIL) == {"Beta": ["310.00 2026-04-01"]}
    assert office.row("_w365_payer_value")["_w365_payer_value"] == office.beta
    assert office.bills(MAY) == {"Beta": ["310.00 2026-05-01"]}
    (noted,) = json.loads(office.types("history", "C-1", "--output", "json"))
    assert (noted["from"], noted["change"], noted["reason"]) == (
        "2026-04-01",
        "billed to Beta instead of Alpha",
        "Beta bought Alpha",
    )


def test_within_a_billed_month_both_get_a_document() -> None:
    """F110: Alpha gets back 17 of 31 days, and Beta pays them; one run, two documents, each day once."""
    office = Office()
    said = office.amends(MID, "--dry-run")
    assert [(one["amount"], one["start"], one["payer"]) for one in said["next_invoice"]["lines"]] == [
        ("-170.00", "2026-03-15", "Alpha"),
        ("170.00", "2026-03-15", "Beta"),
    ]
    office.amends(MID)
    assert office.bills(MID) == {"Alpha": ["-170.00 2026-03-15"], "Beta": ["170.00 2026-03-15"]}
    assert office.bills(date(2026, 3, 16)) == {}
    assert office.bills(APRIL) == {"Beta": ["310.00 2026-04-01"]}


def test_a_late_change_is_for_whoever_paid_then() -> None:
    """Two more seats from 11 March, learned of in April: Alpha pays four days of them, Beta the rest; a credit is not netted."""
    office = Office()
    office.amends(MID)
    office.bills(MID)
    office.bills(APRIL)
    office.desk.change(office.contract, office.seat, date(2026, 3, 11), 8, recorded=date(2026, 4, 2))
    assert office.bills(date(2026, 4, 2)) == {
        "Alpha": ["-40.00 2026-03-11", "32.00 2026-03-11"],
        "Beta": ["-170.00 2026-03-15", "136.00 2026-03-15", "-310.00 2026-04-01", "248.00 2026-04-01"],
    }
