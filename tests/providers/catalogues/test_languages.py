"""Languages are files: each complete, each with the same places to fill in."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.desks.documents import BUYER, LANGUAGES, cycle, invoice, lettered, viewed
from providers.catalogues.languages import HERE, Languages
from work365.documents.document import DocumentKind
from work365.documents.labels import places_of
from work365.errors import BadInput
from work365.money import Currency, Money
from work365.periods import Period

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = asdict(LANGUAGES.formats("en").labels)
DASH = "\N{EN DASH}"
PATTERNS = {"long_day", "short_day", "day_and_month", "day_alone"}
"""How a day is written: a language may do without the month or the day."""


def test_there_are_three_languages() -> None:
    """At least English, German and Spanish."""
    assert {"en", "de", "es"} <= set(LANGUAGES.tags)


@pytest.mark.parametrize("tag", LANGUAGES.tags)
def test_a_catalogue_fills_in_what_english_fills_in(tag: str) -> None:
    """A place that is missing would lose a number, one too many would stop the document."""
    words = asdict(LANGUAGES.formats(tag).labels)
    different = [name for name in words if name not in PATTERNS and places_of(words[name]) != places_of(ENGLISH[name])]
    assert different == []
    assert words["events"].keys() == ENGLISH["events"].keys()
    assert words["language"] == tag


@pytest.mark.parametrize(
    ("tags", "found"),
    [(("de-AT", "es"), "de"), (("", "es"), "es"), (("fi", "DE_ch"), "de"), (("fi",), "en"), ((), "en")],
)
def test_the_first_known_language_is_taken(tags: tuple[str, ...], found: str) -> None:
    """The customer's, else the company's, else English; a region without a catalogue takes its language's."""
    assert LANGUAGES.formats(*tags).labels.language == found


def test_a_file_more_is_a_language_more(tmp_path: Path) -> None:
    """Nothing but the catalogue is needed."""
    french = json.loads((HERE / "es.json").read_text()) | {"language": "fr", "invoice": "Facture"}
    (tmp_path / "fr.json").write_text(json.dumps(french))
    writing = Languages([tmp_path]).formats("fr-BE")
    assert (writing.labels.invoice, writing.labels.language) == ("Facture", "fr")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"invoice": None}, "has in another shape invoice"),
        ({"months": ["Januar"]}, "has in another shape months"),
        ({"colour": "rot"}, "has the unknown colour"),
        ({"days": ...}, "lacks days"),
    ],
)
def test_a_catalogue_that_is_not_complete_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    """The sentence names the file and the words."""
    words = json.loads((HERE / "de.json").read_text()) | change
    (tmp_path / "xx.json").write_text(json.dumps({name: value for name, value in words.items() if value is not ...}))
    with pytest.raises(BadInput, match=rf"xx.json .*{said}"):
        Languages([tmp_path]).formats("xx")


def test_a_catalogue_that_is_no_json_is_named(tmp_path: Path) -> None:
    """As above."""
    (tmp_path / "xx.json").write_text("{")
    with pytest.raises(BadInput, match=r"xx.json is no JSON"):
        Languages([tmp_path]).formats("xx")


@pytest.mark.parametrize(
    ("tag", "money", "small", "percent", "day", "period"),
    [
        ("en", "-1,234,567.89 EUR", "1,234.50", "7.5%", "1 March 2026", f"1 {DASH} 31 Mar 2026"),
        ("de", "-1.234.567,89 EUR", "1.234,50", "7,5\N{NO-BREAK SPACE}%", "1. März 2026", f"1. {DASH} 31. März 2026"),
        ("es", "-1.234.567,89 EUR", "1234,50", "7,5\N{NO-BREAK SPACE}%", "1 de marzo de 2026", f"1 {DASH} 31 mar 2026"),
    ],
)
def test_figures_and_days_are_written_as_the_language_writes_them(
    tag: str, money: str, small: str, percent: str, day: str, period: str
) -> None:
    """Exact amounts in, text out: nothing is rounded on the way. Source: CLDR, which groups four digits in Spanish no more."""
    writing, euro = LANGUAGES.formats(tag), Currency("EUR")
    assert writing.priced(Money(-123456789, euro)) == money
    assert writing.money(Money(123450, euro)) == small
    assert writing.percent(Decimal("7.50")) == percent
    assert writing.day(date(2026, 3, 1)) == day
    assert writing.period(Period(date(2026, 3, 1), date(2026, 4, 1))) == period


@pytest.mark.parametrize(
    ("tag", "title", "credit", "balance"),
    [
        ("en", "Invoice INV-2026-00012", "Credit note INV-2026-00012", "Balance"),
        ("de", "Rechnung INV-2026-00012", "Rechnungskorrektur INV-2026-00012", "Offener Betrag"),
        ("es", "Factura INV-2026-00012", "Factura rectificativa INV-2026-00012", "Saldo pendiente"),
    ],
)
def test_a_document_is_called_by_its_name(tag: str, title: str, credit: str, balance: str) -> None:
    """On paper and in the mail's subject."""
    document = invoice(cycle("A", "1", "1.00"), buyer=replace(BUYER, language=tag))
    view = viewed(document, tag)
    assert (view.title, view.totals.balance_label, view.language) == (title, balance, tag)
    assert lettered(document, tag).subject.startswith(title)
    assert viewed(replace(document, kind=DocumentKind.CREDIT_NOTE), tag).title == credit
