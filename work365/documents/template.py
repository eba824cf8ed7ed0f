"""How documents look: what a template says, as JSON that a person can write. The legal entity has one; what that of a customer or
a contract says goes before it, word by word.

{"accent": "#7a1f3d", "language": "de", "columns": ["discount"], "footer": ["Registered in Berlin, HRB 12345"],
"fields": [{"column": "cr1_project", "label": "Project", "labels": {"de": "Projekt"}}]}
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn
from urllib.parse import quote

from work365.errors import BadInput

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
COLUMN = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]{1,60}")
DISCOUNT, LIST_PRICE = "discount", "list_price"
COLUMNS = (DISCOUNT, LIST_PRICE)
"""Columns that a template may ask for: `discount` shows discounts on the line that they are taken off, `list_price` what the list
says, with what the customer's own price is below it."""


class Bundles(Enum):
    """How bundles are printed. The values are what a template says."""

    AS_SOLD = ""
    """Each part as the catalogue says."""
    ONE_LINE = "one line"
    """Every part in the line of its bundle."""
    PARTS = "parts"
    """Every part that costs something, one by one."""


HIDEABLE = (
    "dates",
    "quantity",
    "unit_price",
    "fraction",
    "notes",
    "subtotals",
    "period",
    "references",
    "payment",
    "bank_details",
)
"""Columns and sections that a document can do without; who, what, how much and which tax are never hidden."""
PLACES = ("{number}", "{id}")
"""What the address of a link may hold: the document's number, and the id of its row."""
GROUPS = ("provider",)
"""What lines may be grouped by, with a subtotal each."""
WORDS = ("accent", "language", "columns", "hide", "group_by", "bundles", "footer", "fields", "links")
WHERE = "the template"
FIELDS_MAX, FOOTER_MAX, LINKS_MAX, LOGO_BYTES_MAX = 10, 6, 3, 200_000
ADDRESS = re.compile(r"https://[a-z0-9.-]+(:\d+)?(/[^\s<>\"{}|\\^`]*)?", re.IGNORECASE)
IMAGES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A column of the invoice that the partner added, and what it is called on paper, by language."""

    column: str
    label: str
    labels: dict[str, str] = field(default_factory=dict)

    def called(self, language: str) -> str:
        """Its label in a language."""
        return _called(self.label, self.labels, language)


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a document opens, such as a page to pay on; what it is called, by language."""

    address: str
    label: str
    labels: dict[str, str] = field(default_factory=dict)

    def called(self, language: str) -> str:
        """Its label in a language."""
        return _called(self.label, self.labels, language)

    def to(self, number: str, row: str) -> str:
        """The address for one document."""
        return self.address.replace("{number}", quote(number, safe="")).replace("{id}", quote(row, safe=""))


def _called(label: str, labels: dict[str, str], language: str) -> str:
    return labels.get(language) or labels.get(language.partition("-")[0]) or label


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture for the letterhead. Shape: `format` is png, jpg or svg; `data` is base64."""

    format: str
    data: str


@dataclass(frozen=True, slots=True)
class Template:
    """What documents look like.

    Attributes:
        hide: columns and sections that are left out.
        links: what its documents open.
        accent: colour of titles and rules, as `#rrggbb`.
        language: what its documents are written in when the customer has no language.
        group_by: what the lines stand together by; empty: by what they are for, or by contract where there are several.
        bundles: whether the parts of a bundle are printed.
        footer: lines at the foot of every page; empty means the company's name.
    """

    accent: str = "#1f3a5f"
    language: str = ""
    columns: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    group_by: str = ""
    bundles: Bundles = Bundles.AS_SOLD
    footer: tuple[str, ...] = ()
    fields: tuple[ExtraField, ...] = ()
    links: tuple[Link, ...] = ()
    logo: Logo | None = None


PLAIN = Template()


def read_template(text: str) -> Template:
    """A template out of the legal entity's column; an empty one is the plain one.

    Errors: BadInput with a sentence that names the word that is wrong.
    """
    if not text.strip():
        return PLAIN
    try:
        said = json.loads(text)
    except ValueError as error:
        _refuse(f"is no JSON: {error}")
    if not isinstance(said, dict):
        _refuse('must be an object such as {"accent": "#7a1f3d"}')
    unknown = sorted(said.keys() - set(WORDS))
    if unknown:
        _refuse(f"has the unknown word '{unknown[0]}'; it knows {', '.join(WORDS[:-1])} and {WORDS[-1]}")
    return Template(
        accent=_accent(said.get("accent", PLAIN.accent)),
        language=_language(said.get("language", "")),
        columns=_listed("columns", said.get("columns", []), COLUMNS),
        hide=_listed("hide", said.get("hide", []), HIDEABLE),
        group_by=_group(said.get("group_by", "")),
        bundles=_bundles(said.get("bundles", "")),
        footer=_texts("footer", said.get("footer", []), FOOTER_MAX),
        fields=_fields(said.get("fields", [])),
        links=_links(said.get("links", [])),
    )


def joined(*texts: str) -> str:
    """Templates that are said one above the other, the nearest last, as one: each word as the nearest of them says it.

    Shape: one that is no JSON object is given back alone, for its reader to refuse in words.
    """
    words: dict[str, Any] = {}
    for text in filter(str.strip, texts):
        try:
            said = json.loads(text)
        except ValueError:
            return text
        if not isinstance(said, dict):
            return text
        words |= said
    return json.dumps(words, ensure_ascii=False) if words else ""


def read_logo(text: str) -> Logo | None:
    """A logo out of base64; none when the column is empty. Errors: BadInput."""
    if not text.strip():
        return None
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        _refuse("has a logo that is not base64")
    if len(data) > LOGO_BYTES_MAX:
        _refuse(f"has a logo of {len(data):,} bytes; at most {LOGO_BYTES_MAX:,} are printed")
    kind = next((kind for start, kind in IMAGES.items() if data.lstrip().startswith(start)), "")
    if not kind:
        _refuse("has a logo that is neither PNG, JPEG nor SVG")
    return Logo(kind, base64.b64encode(data).decode("ascii"))


def _refuse(what: str) -> NoReturn:
    message = f"{WHERE} {what}; correct it under Legal entities, or where the customer or the contract says it"
    raise BadInput(message, "w365_template")


def _accent(value: object) -> str:
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        _refuse(f"has the accent {value!r}; write a colour as #7a1f3d")
    return value


def _language(value: object) -> str:
    if not isinstance(value, str):
        _refuse(f"has the language {value!r}; write a tag such as de")
    return value


def _listed(word: str, value: object, known: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or any(one not in known for one in value):
        _refuse(f"says {word} {value!r}; it may list {', '.join(known)}")
    return tuple(value)


def _group(value: object) -> str:
    if not isinstance(value, str) or value not in ("", *GROUPS):
        _refuse(f"groups by {value!r}; it may group by {', '.join(GROUPS)}")
    return value


def _bundles(value: object) -> Bundles:
    words = [one.value for one in Bundles if one.value]
    if not isinstance(value, str) or value not in ("", *words):
        _refuse(f"prints bundles as {value!r}; it may say {' or '.join(words)}")
    return Bundles(value)


def _texts(word: str, value: object, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
        _refuse(f"must list at most {most} lines of text as its {word}")
    return tuple(value)


def _fields(value: object) -> tuple[ExtraField, ...]:
    if not isinstance(value, list) or len(value) > FIELDS_MAX:
        _refuse(f"must list at most {FIELDS_MAX} fields")
    return tuple(_field(one) for one in value)


def _field(value: Any) -> ExtraField:  # noqa: ANN401  whatever the JSON holds
    if not isinstance(value, dict) or not value.keys() <= {"column", "label", "labels"}:
        _refuse('has a field that is not {"column": …, "label": …, "labels": {…}}')
    column = value.get("column")
    if not isinstance(column, str) or not COLUMN.fullmatch(column):
        _refuse(f"has a field for the column {column!r}; write the logical name of one, such as cr1_project")
    return ExtraField(column, *_labelled(value, f"a field for {column}"))


def _labelled(value: dict[str, Any], what: str) -> tuple[str, dict[str, str]]:
    label, labels = value.get("label"), value.get("labels", {})
    if not isinstance(label, str) or not label:
        _refuse(f"has {what} without a label")
    if not isinstance(labels, dict) or not all(isinstance(one, str) for one in labels.values()):
        _refuse(f"has {what} whose labels are not one text per language")
    return label, dict(labels)


def _links(value: object) -> tuple[Link, ...]:
    if not isinstance(value, list) or len(value) > LINKS_MAX:
        _refuse(f"must list at most {LINKS_MAX} links")
    return tuple(_link(one) for one in value)


def _link(value: Any) -> Link:  # noqa: ANN401  whatever the JSON holds
    if not isinstance(value, dict) or not value.keys() <= {"address", "label", "labels"}:
        _refuse('has a link that is not {"address": …, "label": …, "labels": {…}}')
    address = value.get("address")
    plain = address if isinstance(address, str) else ""
    for place in PLACES:
        plain = plain.replace(place, "x")
    if not ADDRESS.fullmatch(plain):
        _refuse(f"has a link to {address!r}; write an address as https://pay.example.com/{{number}}, which may hold {{id}} too")
    return Link(str(address), *_labelled(value, f"a link to {address}"))
