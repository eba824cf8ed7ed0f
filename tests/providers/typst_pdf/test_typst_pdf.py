"""The printed invoice as a file: its text, its bytes, its pages, its marks."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import facturx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from local.desks.documents import BUYER, ENGLISH, JPY, LANGUAGES, MARCH, SELLER, cycle, invoice, line, seats_added, viewed
from providers.en16931.writer import En16931
from providers.typst_pdf.facturx import NAMESPACE, marked
from providers.typst_pdf.renderer import FONTS, HERE, TypstDocuments
from tests.work365.documents.test_bundles import ONE, PACKAGE
from work365.documents.document import DocumentKind
from work365.documents.statement import StatementParties, statement_view
from work365.documents.template import Template, read_logo, read_template
from work365.documents.terms import e_invoice_of
from work365.errors import InvariantBroken
from work365.invoicing.lines import Kind
from work365.money import Money
from work365.receivables.statement import Billed, statement

if TYPE_CHECKING:
    from pathlib import Path

    from work365.documents.document import Document

DASH = "\N{EN DASH}"
DOCUMENTS = TypstDocuments()
HOSTILE = (
    '#panic("x")',
    "$ 1/0 $ *bold* _it_ `raw` @ref <label> // no comment /* nor this */",
    'quote " backslash \\ brace } bracket ] #sys.inputs',
    "= Heading\n- list\n+ enum",
    "O'Brien & Söhne <b>GmbH</b>",
)
PROGRAM = """
import hashlib
from local.desks.documents import cycle, invoice, seats_added, viewed
from providers.typst_pdf.renderer import TypstDocuments
document = invoice(*seats_added(), cycle("A", "12", "22.00"), charged="100")
print(hashlib.sha256(TypstDocuments().render(viewed(document))).hexdigest())
"""


def pages(document: Document) -> list[str]:
    """The text of each page, runs of white space as one space."""
    reader = PdfReader(io.BytesIO(DOCUMENTS.render(viewed(document))))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_everything_that_a_finance_department_looks_for_is_there() -> None:
    """Parties, numbers, inclusive dates, fraction, blocks, taxes, totals, bank details, in this order."""
    [text] = pages(invoice(*seats_added(), cycle("Exchange Online (Plan 1)", "40", "4.00"), charged="100"))
    place = 0
    for wanted in (
        "Contoso Cloud Ltd",
        "GB123456789",
        "Invoice INV-2026-00012",
        "Fabrikam GmbH",
        "DE811234567",
        "Issued 1 March 2026",
        "Due 15 March 2026",
        f"Period 1 {DASH} 31 Mar 2026",
        "PO-77812",
        "CT-0031",
        "Adjustments for the past period",
        "quantity 10 → 12 from 10 Feb 2026",
        f"10 {DASH} 28 Feb 2026 10 22.00 19/28 days -149.29",
        "Subtotal 29.85",
        "Next period",
        f"Exchange Online (Plan 1) 1 {DASH} 31 Mar 2026 40 4.00 160.00",
        "Subtotal 160.00",
        "20% 189.85 37.97",
        "Net 189.85",
        "Tax 37.97",
        "Total 227.82 USD",
        "Amount charged 100.00",
        "Balance 127.82 USD",
        "Payment is due within 14 days, on 15 March 2026.",
        "IBAN GB33 BUKB 2020 1555 5555 55",
        "Page 1 / 1",
    ):
        found = text.find(wanted, place)
        assert found >= 0, f"{wanted!r} is missing after {text[:place][-60:]!r}"
        place = found


def test_a_currency_without_cents_prints_none() -> None:
    """Yen are whole, and Japanese names are readable text."""
    [text] = pages(
        invoice(cycle("サーバー保守", "120", "1874", code=JPY), code=JPY, buyer=replace(BUYER, name="株式会社日本商事"))
    )
    assert "株式会社日本商事" in text.replace(" ", "")
    assert "Balance 269,856 JPY" in text


def test_the_header_is_repeated_on_every_page_of_lines() -> None:
    """Forty lines fill two pages: each has the column headings, the second also the number, and both say which page they are."""
    first, second = pages(invoice(*(cycle(f"Product {index}", "1", "5.00") for index in range(40))))
    assert "Description Dates Quantity Unit price Amount (USD)" in first
    assert second.startswith("Contoso Cloud Ltd Invoice INV-2026-00012 Description Dates")
    assert (first.endswith("Page 1 / 2"), second.endswith("Page 2 / 2")) == (True, True)


def test_five_hundred_lines_are_all_there() -> None:
    """The largest invoice keeps every line."""
    text = " ".join(pages(invoice(*(cycle(f"Product {index:03}.", "1", "1.00") for index in range(500)))))
    assert [index for index in range(500) if f"Product {index:03}." not in text] == []
    assert "Balance 600.00 USD" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_name_is_just_a_name(text: str) -> None:
    """Data never becomes part of the template: it is printed as it was typed."""
    document = invoice(line(Kind.CYCLE, text, "1.00"), buyer=replace(BUYER, name=text), purchase_order=text)
    assert "".join(pages(document)[0].split()).count("".join(text.split())) == 3


@pytest.mark.parametrize("name", ["Contoso\u200b", "1.\u0323", "5\u20e3", "\u202eosotnoC", "a\x00b\ud800c", "Co\u00adntoso"])
def test_invisible_marks_do_not_spoil_what_is_copied(name: str) -> None:
    """Zero-width spaces, keycaps, turned writing, soft hyphens: figures come out of the PDF as they went in."""
    [page] = pages(invoice(cycle("Any", "15", "1.50"), seller=replace(SELLER, name=name), buyer=replace(BUYER, name=name)))
    assert "15 1.50 22.50" in page
    assert not set(page) & set("\u200b\u0323\u20e3\u202e\u00ad\x00")


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300))
def test_no_text_stops_an_invoice(text: str) -> None:
    """Control characters, emoji, right-to-left marks, words of 300 characters: a PDF with the right balance comes out."""
    [page, *_] = pages(invoice(line(Kind.CYCLE, text, "1.00"), buyer=replace(BUYER, name=text)))
    plain = "".join(char for char in unicodedata.normalize("NFD", page) if char.isascii())
    assert "1.20 USD" in plain


def test_a_long_word_stays_in_its_column() -> None:
    """A name without spaces is broken across lines, and comes out of the PDF without characters that nobody typed."""
    reader = PdfReader(io.BytesIO(DOCUMENTS.render(viewed(invoice(cycle("Supercalifragilistic" * 12, "1", "5.00"))))))
    text = reader.pages[0].extract_text()
    assert "Supercalifragilistic" * 12 in text.replace("\n", "")
    assert max(len(row) for row in text.splitlines() if "califragi" in row) < 80


def test_the_same_data_give_the_same_bytes_in_every_process() -> None:
    """Resend and audit depend on it: two processes with different hash seeds draw the same file."""
    drawn = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=HERE.parents[1],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    here = DOCUMENTS.render(viewed(invoice(*seats_added(), cycle("A", "12", "22.00"), charged="100")))
    assert drawn == {hashlib.sha256(here).hexdigest()}


def test_another_figure_gives_other_bytes() -> None:
    """The bytes follow from the data, not from the number."""
    one, other = (DOCUMENTS.render(viewed(invoice(cycle("A", quantity, "1.00")))) for quantity in ("1", "2"))
    assert one != other


def test_it_is_tagged_titled_and_made_for_the_archive() -> None:
    """PDF/A-3b and PDF/UA-1, language, title, tags, and the invoice's own date."""
    reader = PdfReader(io.BytesIO(DOCUMENTS.render(viewed(invoice(cycle("A", "1", "1.00"))))))
    root: Any = reader.trailer["/Root"].get_object()
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert ("<pdfaid:part>3</pdfaid:part>" in xmp, "pdfuaid:part" in xmp) == (True, True)
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"].lower()[:2]) == (True, "en")
    assert reader.metadata is not None
    assert (reader.metadata.title, str(reader.metadata.creation_date)[:10]) == ("Invoice INV-2026-00012", "2026-03-01")


def test_a_character_that_no_font_has_costs_the_marks_not_the_invoice() -> None:
    """An emoji in a product's name: the archive forbids a missing glyph, so this file is a plain PDF with the same figures."""
    content = DOCUMENTS.render(viewed(invoice(cycle("Party \N{PARTY POPPER}", "1", "5.00"))))
    reader = PdfReader(io.BytesIO(content))
    assert b"pdfaid" not in content
    assert "Balance 6.00 USD" in reader.pages[0].extract_text()


def test_a_broken_template_is_our_fault_and_named(tmp_path: Path) -> None:
    """A partner's own template that does not compile stops with its name."""
    broken = tmp_path / "own.typ"
    broken.write_text("#unknown-function()", encoding="utf-8")
    with pytest.raises(InvariantBroken, match=r"own\.typ does not compile"):
        TypstDocuments(template=broken).render(viewed(invoice(cycle("A", "1", "1.00"))))


def test_every_font_file_has_its_licence_beside_it() -> None:
    """What we ship, we may ship."""
    licences = {path.name for path in FONTS.iterdir()} & {"NOTICE", "OFL-SourceSans3.txt"}
    assert {path.name for path in FONTS.glob("*.ttf")} == {
        "DroidSansFallbackFull.ttf",
        "SourceSans3-Regular.ttf",
        "SourceSans3-SemiBold.ttf",
    }
    assert len(licences) == 2


def test_the_pages_can_be_looked_at() -> None:
    """One PNG per page, for people who change the template."""
    pictures = DOCUMENTS.picture(viewed(invoice(cycle("A", "1", "1.00"))), ppi=40)
    assert [picture[:8] for picture in pictures] == [b"\x89PNG\r\n\x1a\n"]


XML = En16931().cii(e_invoice_of(invoice(*seats_added()), ENGLISH))


def test_the_e_invoice_is_inside_and_named() -> None:
    """PDF/A-3 with the XML attached as an alternative of the pages, and the Factur-X properties in the metadata."""
    pdf = DOCUMENTS.render(viewed(invoice(*seats_added())), XML)
    name, inside = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert (name, inside) == ("factur-x.xml", XML)
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    root: Any = reader.trailer["/Root"]
    [attached] = [entry.get_object() for entry in root["/AF"]]
    assert (attached["/AFRelationship"], attached["/UF"]) == ("/Alternative", "factur-x.xml")
    assert attached["/EF"]["/F"]["/Subtype"] == "/text/xml"
    metadata = etree.fromstring(root["/Metadata"].get_object().get_data())
    said = {etree.QName(one).localname: one.text for one in metadata.iter(f"{{{NAMESPACE}}}*")}
    assert said == {
        "DocumentFileName": "factur-x.xml",
        "DocumentType": "INVOICE",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    assert [one.text for one in metadata.iter("{http://www.aiim.org/pdfa/ns/id/}part")] == ["3"]
    described = {one.text for one in metadata.iter("{http://www.aiim.org/pdfa/ns/property#}name")}
    assert set(said) <= described


def test_every_object_is_where_the_table_says() -> None:
    """The longer metadata has moved what follows; a strict reader finds each object at its place."""
    pdf = DOCUMENTS.render(viewed(invoice(*seats_added())), XML)
    table = re.search(rb"\nxref\n0 (\d+)\n", pdf)
    assert table is not None
    entries = [pdf[table.end() + 20 * at : table.end() + 20 * at + 20] for at in range(int(table.group(1)))]
    for number, entry in enumerate(entries):
        if entry[17:18] == b"n":
            assert pdf[int(entry[:10]) :].startswith(b"%d 0 obj" % number)
    assert pdf[int(pdf.rsplit(b"startxref\n", 1)[1].split()[0]) :].startswith(b"xref")


def test_the_same_e_invoice_gives_the_same_bytes() -> None:
    """Twice the same, and another when one cent differs."""
    view = viewed(invoice(*seats_added()))
    assert DOCUMENTS.render(view, XML) == DOCUMENTS.render(view, XML)
    assert DOCUMENTS.render(view, XML) != DOCUMENTS.render(view, XML.replace(b"29.85", b"29.86"))


def test_a_file_that_is_not_built_as_expected_is_not_marked() -> None:
    """Another version of the typesetter is noticed, not guessed at."""
    for wrong in (b"%PDF-1.7", DOCUMENTS.render(viewed(invoice(*seats_added()))).replace(b"\nxref\n0 ", b"\nxraf\n0 ")):
        with pytest.raises(InvariantBroken, match="replaced by another version"):
            marked(wrong)


def test_the_company_shows_its_logo_its_name_and_its_footer() -> None:
    """A picture alone names nobody: with a logo the name stands above the address."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    template = Template(footer=("Registered in London", "No. 123"), logo=read_logo(base64.b64encode(drawing).decode()))
    pdf = DOCUMENTS.render(viewed(invoice(*seats_added(), template=template)))
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "Contoso Cloud Ltd 1 Harbour Street" in text
    assert "Registered in London No. 123" in text
    assert b"pdfaid:part" in pdf


def test_a_discount_on_a_bundle_says_of_which_sum_on_paper() -> None:
    """What only a hidden part is discounted by: 0.40 beside 84.00, and the 4.00 that it is a tenth of."""
    off = line(Kind.DISCOUNT, "Discount 10 % on Desk", "-0.40", period=MARCH)
    document = invoice(PACKAGE, ONE, replace(off, subscription=ONE.subscription, part=ONE.part))
    [paper] = pages(document)
    assert "Discount 10% on 4.00 of Office package" in paper
    [inline] = pages(replace(document, template=Template(columns=("discount",))))
    assert "10% discount on 4.00" in inline


def test_a_statement_is_archived_too() -> None:
    """The same marks, the same bytes for the same figures, many pages with their heads."""
    billed = [Billed(f"INV-{index:03}", "a", date(2026, 1, 1), None, Money(1000, JPY)) for index in range(80)]
    made = statement(billed, [], JPY, first=date(2026, 1, 1), last=date(2026, 3, 31))
    view = statement_view(made, StatementParties(SELLER, BUYER, Template(), {}), ENGLISH)
    pdf = DOCUMENTS.statement(view)
    assert pdf == DOCUMENTS.statement(view)
    assert b"pdfaid:part" in pdf
    pages_of = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert "Please pay 80,000 JPY." in pages_of[-1]
    assert "Date Entry Charges Payments Balance" in pages_of[1]


KINDS = st.sampled_from([Kind.CYCLE, Kind.CREDIT, Kind.CHARGE, Kind.DISCOUNT])
ROWS = st.lists(st.tuples(KINDS, st.decimals(Decimal(-9999), Decimal(9999), places=2)), min_size=1, max_size=4)


@settings(max_examples=12)
@given(ROWS, st.sampled_from(["en", "de", "es"]), st.sampled_from(list(DocumentKind)))
def test_paper_and_xml_say_the_same_cents(rows: list[tuple[Kind, Decimal]], language: str, kind: DocumentKind) -> None:
    """Every total and every line of the XML stands on the page, as the language writes it."""
    document = invoice(*(line(kind_of, "Any", str(amount)) for kind_of, amount in rows), kind=kind)
    writing = LANGUAGES.formats(language)
    terms = e_invoice_of(document, writing)
    pdf = DOCUMENTS.render(viewed(document, language), En16931().cii(terms))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    inside = etree.fromstring(facturx.get_xml_from_pdf(pdf, check_xsd=False)[1])
    for name, said in (("GrandTotalAmount", document.total), ("TaxTotalAmount", document.tax), ("LineTotalAmount", document.net)):
        xml = [Decimal(one.text or "") for one in inside.iter(f"{{*}}{name}")][-1]
        assert abs(xml) == abs(said.major)
        assert writing.money(Money(int(xml * 100), document.currency)) in text
    for one in terms.lines:
        assert writing.money(one.net) in text


def tags(document: Document) -> dict[str, int]:
    """How often each structure element is in the document, as a screen reader meets it."""
    reader = PdfReader(io.BytesIO(DOCUMENTS.render(viewed(document))))
    root: Any = reader.trailer["/Root"]
    found: dict[str, int] = {}
    waiting = [root["/StructTreeRoot"].get_object()]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, dict):
            continue
        name = str(element.get("/S", ""))
        found[name] = found.get(name, 0) + 1
        children = element.get("/K", [])
        waiting += [one.get_object() for one in (children if isinstance(children, list) else [children])]
    return found


def test_a_hidden_column_leaves_no_gap_for_eyes_or_ears() -> None:
    """Columns are gone with their heads and cells, sections with their headings; nothing empty is left to be read out."""
    document = invoice(*seats_added(), cycle("Exchange", "40", "4.00"))
    hide = ("dates", "fraction", "subtotals", "payment", "bank_details")
    hidden = replace(document, template=Template(hide=hide))
    before, after = tags(document), tags(hidden)
    assert before["/TH"] - after["/TH"] == 2 * 2
    assert before["/TD"] - after["/TD"] == 3 * 2 + 2 * 2  # a cell per line and hidden column, and two subtotals of two cells
    assert before["/H2"] - after["/H2"] == 1
    [page] = pages(hidden)
    assert "Description Quantity Unit price Amount (USD)" in page
    assert "Exchange 40 4.00 160.00" in page
    assert "Payment" not in page


def test_a_link_can_be_followed() -> None:
    """The address is an annotation of the page; the file keeps its marks for the archive and for screen readers."""
    template = read_template('{"links": [{"address": "https://pay.example.com/{number}", "label": "Pay online"}]}')
    content = DOCUMENTS.render(viewed(invoice(cycle("A", "1", "1.00"), template=template)))
    [page] = PdfReader(io.BytesIO(content)).pages
    annotations: Any = page["/Annots"]
    [link] = [one.get_object() for one in annotations]
    assert link["/A"]["/URI"] == "https://pay.example.com/INV-2026-00012"
    assert b"pdfuaid" in content
    assert "Pay online" in page.extract_text()
