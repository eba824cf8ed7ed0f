"""A company's template: what it may say, and the sentence when it cannot be read."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from local.desks.documents import cycle, invoice, viewed
from work365.documents.template import PLAIN, ExtraField, Template, read_logo, read_template
from work365.errors import BadInput

FULL = """{"accent": "#7A1F3D", "language": "de", "columns": ["discount"], "footer": ["HRB 12345 Berlin"],
           "fields": [{"column": "cr1_project", "label": "Project", "labels": {"de": "Projekt"}}]}"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def test_everything_that_a_template_can_say() -> None:
    """Colour, language, columns, footer, and the partner's own fields."""
    assert read_template(FULL) == Template(
        accent="#7A1F3D",
        language="de",
        columns=("discount",),
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
        ('{"columns": ["price"]}', "it may list discount"),
        ('{"group_by": "colour"}', "groups by 'colour'; it may group by provider"),
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
