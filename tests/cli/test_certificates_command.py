"""`w365 certificate`: attach, list, fetch; the timer's findings; and who may do it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from cli import certificates as commands
from dataverse.query import Query
from dataverse.rows import bind, status_label
from dataverse.stores.certificates import Certificates
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.charge import ChargeDesk
from work365.errors import BadInput, NotAuthorised
from work365.handlers.certificates import watch
from work365.taxing.certificates import Document

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

TODAY = date(2026, 6, 1)


@pytest.fixture
def desk() -> BillingDesk:
    """A customer with certificate C-9, which ends on 20 June."""
    made = BillingDesk(TODAY)
    account = made.api.create("account", {"name": "Charity", "w365_taxcountry": "DE"})
    add(made, account, "C-9", date(2026, 6, 20))
    return made


def add(desk: BillingDesk, account: str, number: str, end: date | None = None, start: date = date(2025, 1, 1)) -> str:
    row = {"w365_name": number, "w365_certificate": number, "w365_validfrom": start, "w365_validto": end}
    return desk.api.create("w365_taxexemption", {**row, **bind("w365_Account", "account", account)})


def types(desk: BillingDesk, *words: str) -> Result:
    """What a person types."""
    app = typer.Typer()
    app.callback()(lambda: None)
    commands.register(app, lambda: commands.Ports(Certificates(desk.api), TODAY))
    return CliRunner().invoke(app, ["certificate", *words])


def test_a_document_goes_in_and_comes_out_as_it_was(desk: BillingDesk, tmp_path: Path) -> None:
    """Attached twice it is kept once; fetched it stands beside a file of its name."""
    scan = tmp_path / "c9.pdf"
    scan.write_bytes(b"%PDF-1.7 \x00\xff")
    assert "c9.pdf is kept with certificate C-9 of Charity" in types(desk, "attach", "C-9", str(scan)).stderr
    assert "already" in types(desk, "attach", "C-9", str(scan)).stderr
    said = json.loads(types(desk, "list", "--output", "json").stdout)["certificates"]
    assert [(one["certificate"], one["documents"], one["valid_to"]) for one in said] == [("C-9", ["c9.pdf"], "2026-06-20")]
    fetched = types(desk, "fetch", "C-9", "--to", str(tmp_path))
    assert fetched.exit_code == 0, fetched.output
    assert (tmp_path / "c9 (2).pdf").read_bytes() == scan.read_bytes()


def test_a_name_leads_nowhere_else(desk: BillingDesk, tmp_path: Path) -> None:
    """A note may say any file name; what is written stays in the folder."""
    book = Certificates(desk.api)
    (one,) = book.all()
    for name in ("../../evil.pdf", "..\\evil.pdf"):
        book.attach(one, Document(name, name.encode()))
    types(desk, "fetch", "C-9", "--to", str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["evil (2).pdf", "evil.pdf"]


def test_a_list_that_needs_somebody_ends_1(desk: BillingDesk) -> None:
    """It ends soon, and has no document; both are said."""
    shown = types(desk, "list")
    assert (shown.exit_code, "C-9" in shown.stdout) == (1, True)
    assert "ends on 2026-06-20" in shown.stderr
    assert "No document is kept" in shown.stderr


def test_what_was_typed_wrong(desk: BillingDesk, tmp_path: Path) -> None:
    """No such certificate, two of one number, no such file, nothing to fetch."""
    scan = tmp_path / "c9.pdf"
    scan.write_bytes(b"x")
    other = desk.api.create("account", {"name": "Other"})
    assert isinstance(types(desk, "attach", "C-1", str(scan)).exception, BadInput)
    assert isinstance(types(desk, "attach", "C-9", str(tmp_path / "none.pdf")).exception, BadInput)
    assert isinstance(types(desk, "attach", "C-9", __file__).exception, BadInput)
    assert types(desk, "fetch", "C-9", "--to", str(tmp_path)).exit_code == 1
    second = add(desk, other, "C-9")
    assert "several certificates" in str(types(desk, "attach", "C-9", str(scan)).exception)
    assert "with certificate C-9 of Other" in types(desk, "attach", second, str(scan)).stderr


def test_the_timer_says_it_once_and_closes_what_is_mended(desk: BillingDesk) -> None:
    """A document is attached, and another certificate takes the place of the one that ends."""
    book = Certificates(desk.api)
    for _ in range(2):
        watch(book=book, today=TODAY)
    query = Query("w365_finding", ("w365_code", "statuscode"), order="w365_code")

    def findings() -> list[tuple[str, str]]:
        return [(row["w365_code"], status_label("w365_finding", row)) for row in desk.api.find(query)]

    assert findings() == [("exemption-ends", "Open"), ("exemption-without-document", "Open")]
    (one,) = book.all()
    book.attach(one, Document("c9.pdf", b"x"))
    watch(book=book, today=TODAY)
    assert findings() == [("exemption-ends", "Open"), ("exemption-without-document", "Resolved")]
    next_one = add(desk, one.account, "C-10", start=date(2026, 6, 20))
    book.attach(next(each for each in book.all() if each.id == next_one), Document("c10.pdf", b"y"))
    assert watch(book=book, today=TODAY) == []
    assert {state for _, state in findings()} == {"Resolved"}


def test_notes_of_two_tables_do_not_mix(desk: BillingDesk) -> None:
    """A note of an invoice is about that invoice; the certificate's is not among it."""
    desk.standing("C-1", start=TODAY)
    desk.run(TODAY)
    (invoice,) = desk.invoices()
    desk.api.create(
        "annotation", {"subject": "x", "filename": "i.pdf", **bind("objectid_w365_invoice", "w365_invoice", invoice.id)}
    )
    book = Certificates(desk.api)
    book.attach(book.all()[0], Document("c9.pdf", b"x"))
    found = desk.api.find(Query("annotation", ("filename", "_objectid_value"), order="filename"))
    assert [(row["filename"], row["_objectid_value"] == invoice.id) for row in found] == [("c9.pdf", False), ("i.pdf", True)]
    desk.api.delete(Ref("w365_taxexemption", book.all()[0].id))
    assert [row["filename"] for row in desk.api.find(Query("annotation", ("filename",)))] == ["i.pdf"]


@pytest.mark.parametrize(
    ("role", "may"),
    [("Work365 Administrator", True), ("Work365 Billing", True), ("Work365 Sales", False), ("Work365 Auditor", False)],
)
def test_who_may_keep_a_document(role: str, *, may: bool) -> None:
    """Whoever may write certificates; others of the company read them at most."""
    tenant = ChargeDesk()
    account = tenant.quiet.create("account", {"name": "Charity"})
    row = {"w365_name": "C-9", "w365_certificate": "C-9", "w365_validfrom": TODAY}
    tenant.quiet.create("w365_taxexemption", {**row, **bind("w365_Account", "account", account)})
    (one,) = Certificates(tenant.quiet).all()
    book = Certificates(tenant.quiet.as_user(tenant.hire(role)))
    if may:
        assert book.attach(one, Document("c9.pdf", b"x"))
        assert [each.documents for each in book.all()] == [("c9.pdf",)]
    else:
        with pytest.raises(NotAuthorised):
            book.attach(one, Document("c9.pdf", b"x"))
    tenant.close()
