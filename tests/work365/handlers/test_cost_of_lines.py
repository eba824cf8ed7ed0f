"""F31: each line of a customer's invoice leads to its provider's cost line, whichever of the two was there first."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli.explaining import register
from dataverse.query import Query
from dataverse.rows import bind, choice_value
from dataverse.stores.explaining import Explanations
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.supplier import LINE, SupplierDesk
from local.sample.generated import ENTITY
from providers.catalogues.languages import Languages
from work365.documents.view import view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
MARCH_BILL = "cycleCharge 2026-03-04..2026-04-03 +10 @20 r-3"


class Desk(SupplierDesk):
    """A contract billed by seats and days, with the supplier's subscription s-1 of ten seats on it."""

    def __init__(self, today: date = MARCH) -> None:
        super().__init__(today)
        self.seats = self.resold(price=Decimal(25), start=today)

    def explained(self, invoice: int = 0, *arguments: str) -> list[dict[str, Any]]:
        """The lines of a document as `w365 explain invoice` says them; documents count from the oldest."""
        found: list[dict[str, Any]] = json.loads(self.text(invoice, *arguments, "--output", "json"))["lines"]
        return found

    def text(self, invoice: int, *arguments: str) -> str:
        app = typer.Typer()
        register(app, lambda: Explanations(self.api))
        number = sorted(one.number for one in self.invoices())[invoice]
        result = CliRunner().invoke(app, ["explain", "invoice", number, *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    def issued(self) -> list[dict[str, Any]]:
        """Every issued line and document with its version: what must not change any more."""
        rows = [*self.api.find(Query("w365_invoice", ("w365_number", "w365_total", "versionnumber")))]
        return [*rows, *self.api.find(Query("w365_invoiceline", ("w365_key", "w365_amount", "versionnumber")))]


def costs(line: dict[str, Any]) -> Sequence[tuple[str, str, str, str]]:
    return [(one["bill"], one["reference"], one["days"], one["amount"]) for one in line["cost"]]


def test_one_invoice_of_three_providers_is_grouped_and_leads_to_each_ones_bill() -> None:
    """F31: Microsoft's, a distributor's and an own service stand by provider with subtotals; each leads to its own bill."""
    desk = Desk()
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": '{"group_by": "provider"}'})
    kind = choice_value("w365_provider", "w365_kind", "Distributor")
    row = {"w365_name": "Distributor", "w365_code": "distributor", "w365_kind": kind}
    distributor = bind("w365_Provider", "w365_provider", desk.api.create("w365_provider", row))
    second = desk.subscription(desk.terms, seats=5, price=Decimal(12), externalid="d-1", start=MARCH)
    desk.api.update(Ref("w365_subscription", second), distributor)
    desk.subscription(desk.terms, seats=1, price=Decimal(80), start=MARCH)
    desk.run(MARCH)
    desk.imports(MARCH_BILL, invoice="G-3")
    desk.imports("cycleCharge 2026-03-01..2026-03-31 +5 @9 r-8", provider="distributor", subscription="d-1", invoice="D-77")
    document = Sending(desk.api).load(desk.invoices()[0].id).document
    assert document is not None
    blocks = view_of(document, Languages().formats("en")).blocks
    assert {(block.title, block.subtotal) for block in blocks} == {
        ("M", "250.00"),
        ("Distributor", "60.00"),
        ("Contoso Cloud", "80.00"),
    }
    assert {line["quantity"]: line["cost"] and costs(line) for line in desk.explained()} == {
        "10": [("G-3", "r-3", "28/31", "180.65")],
        "5": [("D-77", "r-8", "31/31", "45.00")],
        "1": None,
    }


@pytest.mark.parametrize("billed_first", [True, False])
def test_a_line_of_seats_leads_to_the_suppliers_line_whichever_came_first(billed_first: bool) -> None:
    """10 x 20.00 = 200.00 from 4 March to 3 April: 28 of 31 days fall in March's line. The document stays as it was issued."""
    desk = Desk()
    if billed_first:
        desk.run(MARCH)
        before = desk.issued()
        desk.imports(MARCH_BILL, invoice="G-3")
        assert desk.issued() == before
    else:
        desk.imports(MARCH_BILL, invoice="G-3")
        desk.run(MARCH)
    assert (
        "Cost: cycle fee of supplier's bill G-3, line r-3, 4 March 2026 to 3 April 2026: 10 x 20.00 = 200.00 EUR "
        "(28 of its 31 days fall in this line, 180.65 EUR)."
    ) in desk.text(0, "--line", "1")
    (line,) = desk.explained()
    (cost,) = line["cost"]
    assert {name: cost[name] for name in ("charge", "start", "end", "quantity", "unit_cost", "subtotal", "currency")} == {
        "charge": "Cycle fee",
        "start": "2026-03-04",
        "end": "2026-04-04",
        "quantity": "10",
        "unit_cost": "20",
        "subtotal": "200.00",
        "currency": "EUR",
    }
    assert costs(line) == [("G-3", "r-3", "28/31", "180.65")]


def test_a_change_leads_to_the_suppliers_change() -> None:
    """Our credit of ten and charge of fifteen to theirs; the month that was billed before to the cycle fee alone."""
    desk = Desk(JANUARY)
    desk.run(JANUARY)
    desk.imports(
        """
        cycleCharge 2026-01-01..2026-01-31 +10 @20 r-1
        addQuantity 2026-01-16..2026-01-31 -10 @10.3226 r-2
        addQuantity 2026-01-16..2026-01-31 +15 @10.3226 r-2
        """
    )
    desk.run(FEBRUARY)
    assert [costs(line) for line in desk.explained(0)] == [[("G-1", "r-1", "31/31", "200.00")]]
    changed = {line["kind"]: costs(line) for line in desk.explained(1)}
    assert changed == {
        "credit": [("G-1", "r-2", "16/16", "-103.23")],
        "charge": [("G-1", "r-2", "16/16", "154.84")],
        "cycle": [],
    }
    assert "no line of a supplier's bill is known for these days; import the bill" in desk.text(1)


def test_a_credit_that_the_supplier_does_not_give_is_said() -> None:
    """Outside the window: the customer gets seats back, the supplier charges on."""
    desk = Desk(JANUARY)
    desk.run(JANUARY)
    desk.imports("cycleCharge 2026-01-01..2026-01-31 +10 @20 r-1")
    desk.change(desk.terms, desk.seats, date(2026, 1, 16), 8, price=Decimal(25))
    desk.run(FEBRUARY)
    words = {line["kind"]: line["words"][-1] for line in desk.explained(1)}
    assert words["credit"] == "Cost: no supplier's bill credits anything for these days."
    assert words["charge"].endswith("10 x 20.00 = 200.00 EUR (16 of its 31 days fall in this line, 103.23 EUR).")


def test_a_line_that_comes_again_with_another_amount_is_the_cost_as_it_is_now() -> None:
    desk = Desk()
    desk.run(MARCH)
    assert desk.imports(MARCH_BILL).lines_added == 1
    assert desk.imports(MARCH_BILL).lines_added == 0
    assert desk.imports(MARCH_BILL.replace("@20", "@19.50")).lines_corrected == 1
    assert costs(desk.explained()[0]) == [("G-1", "r-3", "28/31", "176.13")]
    assert "10 x 19.50 = 195.00 EUR" in desk.text(0)
    assert len(list(desk.api.find(Query(LINE, ("w365_name",))))) == 1


def test_own_services_have_no_suppliers_cost_and_say_nothing_of_it() -> None:
    desk = Desk()
    desk.subscription(desk.terms, seats=2, start=MARCH)
    desk.run(MARCH)
    desk.imports(MARCH_BILL)
    by_seats = {line["quantity"]: line["cost"] for line in desk.explained()}
    assert by_seats["2"] is None
    assert len(by_seats["10"]) == 1


@pytest.mark.parametrize("column", ["SplitOf", "TierOf", "Parent"])
def test_a_part_leads_to_the_line_of_what_it_is_a_part_of(column: str) -> None:
    """A payer's part of a split, what a tier of resellers is billed, a part of a bundle: the supplier bills the whole."""
    desk = Desk()
    desk.api.update(Ref("w365_subscription", desk.seats), {"w365_printedname": "Microsoft 365 E3"})
    part = desk.subscription(desk.terms, seats=4, price=Decimal(25), start=MARCH)
    desk.api.update(Ref("w365_subscription", part), bind(f"w365_{column}", "w365_subscription", desk.seats))
    desk.run(MARCH)
    desk.imports(MARCH_BILL)
    text = desk.text(0)
    assert "of supplier's bill G-1, line r-3, for Microsoft 365 E3, 4 March 2026" in text
    assert text.count("Cost: ") == 2


def test_a_contract_that_starts_to_be_billed_by_them_bills_the_lines_that_were_kept() -> None:
    """They had been imported as cost; from the day on the contract they are what the customer is billed."""
    desk = Desk(FEBRUARY)
    desk.run(FEBRUARY)
    desk.imports(MARCH_BILL)
    terms = {"w365_supplierlinesfrom": MARCH, "w365_suppliermarkuppercent": Decimal(15)}
    desk.api.update(Ref("w365_billingcontract", desk.terms), terms)
    assert desk.imports(MARCH_BILL).lines_corrected == 1
    desk.run(APRIL)
    assert desk.invoices()[-1].amounts == ["230.00"]
    (line,) = desk.explained(1)
    assert (line["kind"], costs(line)) == ("supplier", [("G-1", "r-3", "31/31", "200.00")])


def test_what_the_supplier_rounded_or_converted_is_not_recomputed() -> None:
    """Its amount is the truth; a sum is shown only where it gives that amount."""
    desk = Desk()
    desk.run(MARCH)
    desk.imports(MARCH_BILL, subtotal=Decimal("199.90"))
    desk.imports(MARCH_BILL.replace("r-3", "r-4"), subtotal=Decimal("184.00"), exchange_rate=Decimal("0.92"), invoice="G-2")
    text = desk.text(0)
    assert "4 March 2026 to 3 April 2026: 10 for 199.90 EUR (28" in text
    assert "4 March 2026 to 3 April 2026: 10 x 20.00 x 0.92 = 184.00 EUR (28" in text


def test_a_bill_in_a_currency_that_is_not_set_up_is_a_finding() -> None:
    """Nothing is kept of it: an amount under another currency's sign would be a lie."""
    desk = Desk()
    report = desk.imports(MARCH_BILL, currency="XXX")
    assert report.lines_added == 0
    assert "unknown-currency" in [one.code for one in report.findings]
