"""How a company's documents look: what the legal entity's template says, as JSON that a person can write.

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


GROUPS = ("provider",)
"""What lines may be grouped by, with a subtotal each."""
WORDS = ("accent", "language", "columns", "group_by", "bundles", "footer", "fields")
WHERE = "the legal entity's template"
FIELDS_MAX, FOOTER_MAX, LOGO_BYTES_MAX = 10, 6, 200_000
IMAGES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A column of the invoice that the partner added, and what it is called on paper, by language."""

    column: str
    label: str
    labels: dict[str, str] = field(default_factory=dict)

    def called(self, language: str) -> str:
        """Its label in a language."""
        return self.labels.get(language) or self.labels.get(language.partition("-")[0]) or self.label


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture for the letterhead. Shape: `format` is png, jpg or svg; `data` is base64."""

    format: str
    data: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a legal entity's documents look like.

    Attributes:
        accent: colour of titles and rules, as `#rrggbb`.
        language: what its documents are written in when the customer has no language.
        group_by: what the lines stand together by; empty: by what they are for, or by contract where there are several.
        bundles: whether the parts of a bundle are printed.
        footer: lines at the foot of every page; empty means the company's name.
    """

    accent: str = "#1f3a5f"
    language: str = ""
    columns: tuple[str, ...] = ()
    group_by: str = ""
    bundles: Bundles = Bundles.AS_SOLD
    footer: tuple[str, ...] = ()
    fields: tuple[ExtraField, ...] = ()
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
        columns=_columns(said.get("columns", [])),
        group_by=_group(said.get("group_by", "")),
        bundles=_bundles(said.get("bundles", "")),
        footer=_texts("footer", said.get("footer", []), FOOTER_MAX),
        fields=_fields(said.get("fields", [])),
    )


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
    message = f"{WHERE} {what}; correct it under Legal entities"
    raise BadInput(message, "w365_template")


def _accent(value: object) -> str:
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        _refuse(f"has the accent {value!r}; write a colour as #7a1f3d")
    return value


def _language(value: object) -> str:
    if not isinstance(value, str):
        _refuse(f"has the language {value!r}; write a tag such as de")
    return value


def _columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or any(one not in COLUMNS for one in value):
        _refuse(f"has the columns {value!r}; it may list {', '.join(COLUMNS)}")
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
    column, label, labels = value.get("column"), value.get("label"), value.get("labels", {})
    if not isinstance(column, str) or not COLUMN.fullmatch(column):
        _refuse(f"has a field for the column {column!r}; write the logical name of one, such as cr1_project")
    if not isinstance(label, str) or not label:
        _refuse(f"has a field for {column} without a label")
    if not isinstance(labels, dict) or not all(isinstance(one, str) for one in labels.values()):
        _refuse(f"has a field for {column} whose labels are not one text per language")
    return ExtraField(column, label, dict(labels))
