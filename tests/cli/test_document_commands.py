"""`w365 invoice` and `w365 statement` over a tenant in memory: files, figures, and sentences."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import facturx
import pytest
import typer
from pypdf import PdfReader
from typer.testing import CliRunner

from cli import invoice as invoice_command
from cli import statement as statement_command
from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.stores.sending import Sending
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.desks.documents import LANGUAGES
from local.desks.issued import Issued, issued
from local.desks.rules import broken
from local.desks.tenants import Tenant
from providers.en16931.writer import En16931
from providers.typst_pdf.renderer import TypstDocuments
from work365.documents.deliveries import Delivery
from work365.documents.printed import Drawn
from work365.errors import BadInput, Refused
from work365.handlers.drawing import Press
from work365.ids import derived
from work365.receivables.statement import ACCOUNTS_MAX

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRESS = Press(TypstDocuments(), En16931(), LANGUAGES)
NUMBER = "INV-2026-00012"


@dataclass
class Desk:
    """A tenant with one issued invoice, and the two commands."""

    tenant: Tenant
    made: Issued
    dollar: str

    def run(self, *words: str) -> Result:
        """One command; what it refuses is raised."""
        app = typer.Typer()
        invoice_command.register(app, lambda: invoice_command.Ports(Sending(self.tenant.api), PRESS))
        statement_command.register(app, lambda: statement_command.Ports(StatementRows(self.tenant.api), PRESS))
        result = CliRunner().invoke(app, list(words))
        if isinstance(result.exception, BadInput | Refused):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result

    def money(self) -> dict[str, object]:
        """The currency of a row."""
        return bind("transactioncurrencyid", "transactioncurrency", self.dollar)

    def add_document(self, number: str, total: str, day: date, *, account: str = "", kind: str = "Invoice") -> str:
        """Another issued document of the same company."""
        row = {
            "w365_name": number,
            "w365_key": number,
            "w365_number": number,
            "w365_kind": choice_value("w365_invoice", "w365_kind", kind),
            "w365_invoicedate": day,
            "w365_net": Decimal(total),
            "w365_tax": Decimal(0),
            "w365_total": Decimal(total),
            "w365_amountcharged": Decimal(0),
            "w365_balance": Decimal(total),
            **status("w365_invoice", "Issued"),
            **bind("w365_Account", "account", account or self.made.account),
            **bind("w365_LegalEntity", "w365_legalentity", self.made.entity),
            **self.money(),
        }
        return self.tenant.api.create("w365_invoice", row)

    def pay(self, invoice: str, amount: str, day: date, *, state: str = "Succeeded") -> str:
        """A payment for an invoice, allocated to it when it succeeded."""
        paid = {
            "w365_name": "payment",
            "w365_amount": Decimal(amount),
            "w365_receivedon": day,
            "w365_attempt": day.toordinal(),
            "w365_source": choice_value("w365_payment", "w365_source", "Manual"),
            **status("w365_payment", state),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **self.money(),
        }
        payment = self.tenant.api.create("w365_payment", paid)
        if state == "Succeeded":
            to = {**bind("w365_Payment", "w365_payment", payment), **bind("w365_Invoice", "w365_invoice", invoice)}
            self.tenant.api.create("w365_allocation", {"w365_name": "a", "w365_amount": Decimal(amount), **to, **self.money()})
        return payment


@pytest.fixture
def desk() -> Desk:
    tenant = Tenant(lambda: NOW)
    dollar = tenant.currencies.id("USD")
    return Desk(tenant, issued(tenant.api, dollar, number=NUMBER), dollar)


def test_pdf_xml_and_ledger_say_the_same_cents(desk: Desk, tmp_path: Path) -> None:
    """The PDF is a Factur-X file whose XML is valid, the UBL is valid, and both say what the row says."""
    pdf, ubl = tmp_path / "a.pdf", tmp_path / "a.xml"
    desk.tenant.api.update(Ref("account", desk.made.account), {"w365_language": "de", "w365_buyerreference": "04011000-1"})
    result = desk.run("invoice", NUMBER, "--pdf", str(pdf), "--ubl", str(ubl), "--output", "json")
    assert json.loads(result.stdout) == {"number": NUMBER, "ubl": str(ubl), "pdf": str(pdf)}
    name, inside = facturx.get_xml_from_pdf(pdf.read_bytes(), check_xsd=True)
    assert name == "factur-x.xml"
    assert (broken(inside), broken(ubl.read_bytes())) == ([], [])
    assert b"<ram:GrandTotalAmount>352.62</ram:GrandTotalAmount>" in inside
    assert b">352.62</cbc:TaxInclusiveAmount>" in ubl.read_bytes()
    assert b"<cbc:BuyerReference>04011000-1</cbc:BuyerReference>" in ubl.read_bytes()
    [page] = PdfReader(io.BytesIO(pdf.read_bytes())).pages
    text = " ".join(page.extract_text().split())
    assert "Rechnung INV-2026-00012" in text
    assert "Ihr Zeichen 04011000-1" in text
    assert "352,62 USD" in text


def test_a_document_that_was_sent_is_the_file_that_was_sent(desk: Desk, tmp_path: Path) -> None:
    """Byte by byte, whatever has changed since."""
    book = Sending(desk.tenant.api)
    delivery = Delivery(id=derived("d", "1"), invoice=desk.made.invoice, recipient="a@x.example", attempt=1, begun=NOW)
    book.begin(book.load(desk.made.invoice), [delivery], Drawn(b"%PDF sent", b"<Invoice/>"), file_name="Invoice 12.pdf")
    desk.run("invoice", NUMBER, "--pdf", str(tmp_path / "a.pdf"), "--ubl", str(tmp_path / "a.xml"))
    assert ((tmp_path / "a.pdf").read_bytes(), (tmp_path / "a.xml").read_bytes()) == (b"%PDF sent", b"<Invoice/>")


def test_what_is_missing_for_an_e_invoice_is_said(desk: Desk, tmp_path: Path) -> None:
    """The PDF is written and says that it carries none; the UBL is refused, and nothing is written."""
    desk.tenant.api.update(Ref("account", desk.made.account), {"w365_taxcountry": None})
    wanted = r"Fabrikam GmbH has no tax country; enter it on the account"
    with pytest.raises(Refused, match=rf"INV-2026-00012 has no e-invoice. {wanted}"):
        desk.run("invoice", NUMBER, "--ubl", str(tmp_path / "a.xml"), "--pdf", str(tmp_path / "a.pdf"))
    assert list(tmp_path.iterdir()) == []
    assert wanted in desk.run("invoice", NUMBER, "--pdf", str(tmp_path / "a.pdf")).stderr
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invoice", NUMBER), "name what to write: --pdf FILE, --ubl FILE, or both"),
        (("invoice", "INV-9", "--pdf", "x.pdf"), "no invoice or credit note has the number 'INV-9'"),
        (("statement", "nobody", "--from", "2026-03-01", "--to", "2026-03-31"), "no account has the number 'nobody'"),
        (("statement", "nobody", "--from", "2026-03-31", "--to", "2026-03-01"), "the period ends on 2026-03-01, before"),
        (("statement", "nobody", "--from", "March", "--to", "2026-03-01"), "'March' is not a day"),
    ],
)
def test_a_wrong_word_is_named(desk: Desk, words: tuple[str, ...], said: str) -> None:
    """A sentence, never a traceback."""
    with pytest.raises(BadInput, match=said):
        desk.run(*words)


def test_the_template_adds_a_column_of_the_partner(desk: Desk) -> None:
    """F94: a column that the template names is read from the invoice and printed under its label."""
    template = {"accent": "#7a1f3d", "fields": [{"column": "w365_accountingreference", "label": "Ledger"}]}
    desk.tenant.api.update(Ref("w365_legalentity", desk.made.entity), {"w365_template": json.dumps(template)})
    desk.tenant.api.update(Ref("w365_invoice", desk.made.invoice), {"w365_accountingreference": "4711"})
    document = Sending(desk.tenant.api).load(desk.made.invoice).document
    assert document is not None
    assert (document.extra, document.template.accent) == ({"w365_accountingreference": "4711"}, "#7a1f3d")


def test_a_credit_note_names_the_invoice_that_it_corrects(desk: Desk) -> None:
    """By the lines that its own lines go back to; they may be more than one question can ask for."""
    day = date(2026, 3, 20)
    note = desk.add_document("CN-1", "-10.00", day, kind="Credit note")
    for index in range(60):
        row = {
            "w365_name": "x",
            "w365_key": f"cn:{index}",
            "w365_ordinal": index,
            "w365_description": "Back",
            "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Credit"),
            "w365_tax": Decimal(0),
            "w365_amount": Decimal("-10.00") if index == 0 else Decimal(0),
            "w365_origin": f"{NUMBER}:{index}",
            **bind("w365_Invoice", "w365_invoice", note),
            **desk.money(),
        }
        desk.tenant.api.create("w365_invoiceline", row)
    document = Sending(desk.tenant.api).load(note).document
    assert document is not None
    assert [(one.number, one.issued) for one in document.preceding] == [(NUMBER, date(2026, 3, 1))]


def test_a_statement_is_drawn_up_from_the_rows(desk: Desk, tmp_path: Path) -> None:
    """Opening, movements and closing; a failed payment moves nothing; the PDF says the same in Spanish."""
    earlier = desk.add_document("INV-2026-00003", "100.00", date(2026, 1, 10))
    desk.pay(earlier, "40.00", date(2026, 2, 1))
    desk.pay(desk.made.invoice, "352.62", date(2026, 3, 20))
    desk.pay(desk.made.invoice, "1.00", date(2026, 3, 21), state="Failed")
    desk.add_document("CN-2026-00001", "-10.00", date(2026, 3, 25), kind="Credit note")
    number = desk.made.account[:8]
    desk.tenant.api.update(Ref("account", desk.made.account), {"w365_language": "es"})
    file = tmp_path / "s.pdf"
    result = desk.run("statement", number, "--from", "2026-03-01", "--to", "2026-03-31", "--pdf", str(file), "--output", "json")
    [said] = json.loads(result.stdout)["statements"]
    assert (said["opening"], said["closing"], said["unapplied"]) == ("60.00", "50.00", "-10.00")
    assert [(one["kind"], one["number"], one["amount"]) for one in said["entries"]] == [
        ("invoice", NUMBER, "352.62"),
        ("payment", "", "-352.62"),
        ("credit note", "CN-2026-00001", "-10.00"),
    ]
    assert said["ages"] == {"not due": "0.00", "1-30": "0.00", "31-60": "0.00", "61-90": "60.00", "over 90": "0.00"}
    assert [one["number"] for one in said["open"]] == ["INV-2026-00003"]
    text = " ".join(PdfReader(file).pages[0].extract_text().split())
    for wanted in ("Extracto de cuenta", "Saldo inicial 60,00", "Pago de INV-2026-00012", "Le rogamos que pague 50,00 USD."):
        assert wanted in text
    shown = desk.run("statement", number, "--from", "2026-03-01", "--to", "2026-03-31").stdout
    assert "closing balance" in shown
    assert "credit not applied: -10.00" in shown


def test_a_parent_is_shown_with_its_children(desk: Desk) -> None:
    """Children's documents stand on the parent's statement when they are asked for, and only then."""
    child = {"name": "Fabrikam Wien", "accountnumber": "child", **desk.money()}
    child |= bind("parentaccountid", "account", desk.made.account)
    daughter = desk.tenant.api.create("account", child)
    bill = desk.add_document("INV-2026-00020", "70.00", date(2026, 3, 5), account=daughter)
    desk.pay(bill, "20.00", date(2026, 3, 6))
    book = StatementRows(desk.tenant.api)
    number = desk.made.account[:8]
    alone = book.customer(number, children=False)
    assert ([one.number for one in alone.accounts[0].documents], dict(alone.names)) == ([NUMBER], {})
    whole = book.customer(number, children=True)
    assert {one.number for one in whole.accounts[0].documents} == {NUMBER, "INV-2026-00020"}
    assert set(whole.names.values()) == {"Fabrikam GmbH", "Fabrikam Wien"}
    assert [one.account for one in whole.accounts[0].payments] == [daughter]


def test_currencies_and_companies_never_meet(desk: Desk, tmp_path: Path) -> None:
    """Two currencies make two statements and two files."""
    euro = replace(desk, dollar=desk.tenant.currencies.id("EUR"))
    euro.add_document("INV-2026-00030", "5.00", date(2026, 3, 3))
    words = ("statement", desk.made.account[:8], "--from", "2026-03-01", "--to", "2026-03-31")
    result = desk.run(*words, "--pdf", str(tmp_path / "s.pdf"))
    company = desk.made.entity[:8]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"s-{company}-EUR.pdf", f"s-{company}-USD.pdf"]
    assert result.exit_code == 0


def test_a_refund_moves_the_balance(desk: Desk) -> None:
    """Money that went back is owed again, unless a credit note took the debt back too."""
    payment = desk.pay(desk.made.invoice, "352.62", date(2026, 3, 2))
    back = {
        "w365_name": "refund",
        "w365_attempt": 1,
        "w365_amount": Decimal("52.62"),
        "w365_reason": "goodwill",
        "w365_givenon": NOW.date(),
        **status("w365_refund", "Succeeded"),
        **bind("w365_Payment", "w365_payment", payment),
        **desk.money(),
    }
    desk.tenant.api.create("w365_refund", back)
    result = desk.run("statement", desk.made.account[:8], "--from", "2026-03-01", "--to", "2026-03-31", "--output", "json")
    [said] = json.loads(result.stdout)["statements"]
    assert [(one["kind"], one["amount"]) for one in said["entries"]] == [
        ("invoice", "352.62"),
        ("refund", "52.62"),
        ("payment", "-352.62"),
    ]
    assert said["closing"] == "52.62"


def test_a_rate_of_zero_says_what_it_means_through_its_row(desk: Desk, tmp_path: Path) -> None:
    """Reverse charge from the tax rate's row to the XML; without its VAT category the sentence names the rate."""
    for line in desk.tenant.api.find(Query("w365_invoiceline", ("w365_invoicelineid",))):
        zero = {"w365_taxpercent": Decimal(0), "w365_tax": Decimal(0), "w365_taxcode": "RC"}
        desk.tenant.api.update(Ref("w365_invoiceline", line["w365_invoicelineid"]), zero)
    totals = {"w365_tax": Decimal(0), "w365_total": Decimal("293.85"), "w365_balance": Decimal("293.85")}
    desk.tenant.api.update(Ref("w365_invoice", desk.made.invoice), totals)
    desk.tenant.api.update(Ref("account", desk.made.account), {"w365_taxnumber": "DE811234567"})
    rate = {
        "w365_name": "RC",
        "w365_place": "DE",
        "w365_category": "standard",
        "w365_validfrom": date(2020, 1, 1),
        "w365_percent": Decimal(0),
        "w365_code": "RC",
        "w365_note": "Reverse charge: the recipient owes the tax",
        **bind("w365_LegalEntity", "w365_legalentity", desk.made.entity),
    }
    key = desk.tenant.api.create("w365_taxrate", rate)
    file = tmp_path / "a.xml"
    with pytest.raises(Refused, match="The tax rate 'RC' at 0 % does not say what it means"):
        desk.run("invoice", NUMBER, "--ubl", str(file))
    desk.tenant.api.update(Ref("w365_taxrate", key), {"w365_vatcategory": "AE"})
    desk.run("invoice", NUMBER, "--ubl", str(file))
    xml = file.read_bytes()
    assert broken(xml) == []
    assert b"<cbc:TaxExemptionReason>Reverse charge: the recipient owes the tax</cbc:TaxExemptionReason>" in xml
    assert b"<cbc:TaxExemptionReasonCode>VATEX-EU-AE</cbc:TaxExemptionReasonCode>" in xml


def test_a_draft_has_no_files(desk: Desk, tmp_path: Path) -> None:
    """A number without a date is no issued document."""
    desk.tenant.api.update(Ref("w365_invoice", desk.made.invoice), {"w365_invoicedate": None})
    with pytest.raises(Refused, match="INV-2026-00012 is still a draft; issue it first"):
        desk.run("invoice", NUMBER, "--pdf", str(tmp_path / "a.pdf"))


def test_more_children_than_one_statement_holds_are_refused(desk: Desk) -> None:
    """Nothing is left out in silence."""
    parent = bind("parentaccountid", "account", desk.made.account)
    desk.tenant.api.create_multiple("account", [{"name": f"Child {index}", **parent} for index in range(ACCOUNTS_MAX)])
    with pytest.raises(BadInput, match="has 50 child accounts or more; draw up a statement of each"):
        StatementRows(desk.tenant.api).customer(desk.made.account[:8], children=True)
