"""A company's template: what it may say, and the sentence when it cannot be read."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from local.desks.documents import cycle, invoice, lettered, seats_added, viewed
from work365.documents.labelled import ExtraField, Link
from work365.documents.template import PLAIN, Bundles, Template, joined, read_logo, read_template
from work365.errors import BadInput

FULL = """{"accent": "#7A1F3D", "language": "de", "columns": ["discount"], "hide": ["dates"], "footer": ["HRB 12345 Berlin"],
           "links": [{"address": "https://pay.example.com/{number}", "label": "Pay", "labels": {"de": "Bezahlen"}}],
           "bundles": "parts", "fields": [{"column": "cr1_project", "label": "Project", "labels": {"de": "Projekt"}}]}"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def test_everything_that_a_template_can_say() -> None:
    """Colour, language, columns, footer, and the partner's own fields."""
    assert read_template(FULL) == Template(
        accent="#7A1F3D",
        language="de",
        columns=("discount",),
        hide=("dates",),
        bundles=Bundles.PARTS,
        links=(Link("https://pay.example.com/{number}", "Pay", {"de": "Bezahlen"}),),
        footer=("HRB 12345 Berlin",),
        fields=(ExtraField("cr1_project", "Project", {"de": "Projekt"}),),
    )
    assert read_template(" ") == PLAIN


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "must be an object"),
        ('{"colour": 1}', "unknown word 'colour'"),
        ('{"accent": "red"}', "the accent 'red'; write a colour as #7a1f3d"),
        ('{"language": 1}', "the language 1"),
        ('{"hide": ["totals"]}', "says hide .'totals'.; it may list dates, quantity, unit_price, fraction, notes"),
        ('{"bundles": "none"}', "prints bundles as 'none'; it may say one line or parts"),
        ('{"links": {}}', "at most 3 links"),
        ('{"links": ["x"]}', "has a link that is not"),
        ('{"links": [{"address": "http://pay.example.com", "label": "Pay"}]}', "write an address as https://pay.example.com"),
        ('{"links": [{"address": "https://pay.example.com/{total}", "label": "Pay"}]}', "which may hold {id} too"),
        ('{"links": [{"address": "https://pay.example.com"}]}', "a link to https://pay.example.com without a label"),
        ('{"columns": ["price"]}', "it may list discount"),
        ('{"group_by": "colour"}', "groups by 'colour'; it may group by provider, class"),
        ('{"footer": "x"}', "at most 6 lines of text as its footer"),
        ('{"fields": {}}', "at most 10 fields"),
        ('{"fields": [{"colum": "x"}]}', "has a field that is not"),
        ('{"fields": [{"column": "name", "label": "x"}]}', "field for the column 'name'"),
        ('{"fields": [{"column": "cr1_x"}]}', "field for cr1_x without a label"),
        ('{"fields": [{"column": "cr1_x", "label": "x", "labels": {"de": 1}}]}', "not one text per language"),
    ],
)
def test_what_is_wrong_is_named(typed: str, said: str) -> None:
    """One sentence, with the place to correct it."""
    with pytest.raises(BadInput, match=said) as caught:
        read_template(typed)
    assert "correct it under Legal entities" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "kind"), [(PNG, "png"), (b"\xff\xd8\xff\xe0", "jpg"), (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "svg")]
)
def test_a_logo_is_known_by_its_first_bytes(data: bytes, kind: str) -> None:
    """PNG, JPEG and SVG, with line breaks in the base64."""
    logo = read_logo(base64.encodebytes(data).decode())
    assert logo is not None
    assert (logo.format, base64.b64decode(logo.data)) == (kind, data)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("?", "not base64"),
        (base64.b64encode(b"GIF89a").decode(), "neither PNG, JPEG nor SVG"),
        (base64.b64encode(PNG + bytes(200_000)).decode(), "200,028 bytes"),
    ],
)
def test_a_logo_that_cannot_be_printed_is_named(typed: str, said: str) -> None:
    """As the template is."""
    with pytest.raises(BadInput, match=said):
        read_logo(typed)
    assert read_logo("") is None


def test_the_template_is_seen_on_the_document() -> None:
    """Colour, footer, and a custom field under its name in the reader's language, if it has a value."""
    document = invoice(cycle("A", "1", "1.00"), template=read_template(FULL), extra={"cr1_project": "Apollo"})
    view = viewed(document, "de")
    assert (view.accent, view.footer) == ("#7A1F3D", ("HRB 12345 Berlin",))
    assert [fact.value for fact in view.facts if fact.label == "Projekt"] == ["Apollo"]
    assert "Projekt" not in [fact.label for fact in viewed(replace(document, extra={}), "de").facts]
    assert "Project" in [fact.label for fact in viewed(document, "es").facts]


def test_the_words_of_the_nearest_template_go_first() -> None:
    """A customer's template says what is different; an empty list takes a list away; what is none is left to its reader."""
    company, customer = '{"accent": "#7a1f3d", "columns": ["discount"]}', '{"columns": [], "hide": ["dates"]}'
    assert read_template(joined(company, customer)) == Template(accent="#7a1f3d", hide=("dates",))
    assert (joined(), joined("", " "), joined(company, "{", "")) == ("", "", "{")
    with pytest.raises(BadInput, match="must be an object"):
        read_template(joined("[]", customer))


@pytest.mark.parametrize(
    ("hidden", "gone"),
    [
        ("dates", ["10 \N{EN DASH} 28 Feb 2026"]),
        ("quantity", ["12"]),
        ("unit_price", ["22.00"]),
        ("fraction", ["19/28 days"]),
        ("notes", ["Change 2: quantity 10 → 12 from 10 Feb 2026"]),
        ("subtotals", ["29.85"]),
        ("period", ["Period', value='1 \N{EN DASH} 31 Mar 2026"]),
        ("references", ["PO-77812", "CT-0031"]),
        ("payment", ["Payment is due within 14 days, on 15 March 2026."]),
        ("bank_details", ["BIC BUKBGB22"]),
    ],
)
def test_what_a_template_hides_is_not_there(hidden: str, gone: list[str]) -> None:
    """Everything else is as it was; the figures that matter cannot be hidden."""
    document = invoice(*seats_added(), cycle("A", "1", "1.00"))
    plain, less = (repr(viewed(replace(document, template=Template(hide=hide)))) for hide in ((), (hidden,)))
    assert [f"'{text}'" in plain for text in gone] == [True] * len(gone)
    assert [f"'{text}'" in less for text in gone] == [False] * len(gone)
    assert viewed(replace(document, template=Template(hide=(hidden,)))).totals == viewed(document).totals


def test_a_document_opens_what_its_template_links_to() -> None:
    """The address holds the document's number and the id of its row; print and mail call it in the reader's language."""
    link = Link("https://pay.example.com/{number}?row={id}", "Pay online", {"de": "Online bezahlen"})
    document = invoice(cycle("A", "1", "1.00"), template=Template(links=(link,)), number="INV 7/2026", id="11-22")
    [shown] = viewed(document, "de").links
    assert (shown.label, shown.value) == ("Online bezahlen", "https://pay.example.com/INV%207%2F2026?row=11-22")
    assert "Pay online: https://pay.example.com/INV%207%2F2026?row=11-22\n" in lettered(document).body
    assert "15 March 2026" in lettered(document).body
    assert "15 March 2026" not in lettered(replace(document, template=Template(hide=("payment",)))).body
