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
from dataclasses import dataclass
from enum import Enum
from typing import Any

from work365.documents.labelled import ExtraField, Link, read_fields, read_links, refuse

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
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
GROUPS = ("provider", "class")
"""What lines may be grouped by, with a subtotal each."""
WORDS = ("accent", "language", "columns", "hide", "group_by", "bundles", "footer", "fields", "links")
FOOTER_MAX, LOGO_BYTES_MAX = 6, 200_000
IMAGES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}


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
        refuse(f"is no JSON: {error}")
    if not isinstance(said, dict):
        refuse('must be an object such as {"accent": "#7a1f3d"}')
    unknown = sorted(said.keys() - set(WORDS))
    if unknown:
        refuse(f"has the unknown word '{unknown[0]}'; it knows {', '.join(WORDS[:-1])} and {WORDS[-1]}")
    return Template(
        accent=_accent(said.get("accent", PLAIN.accent)),
        language=_language(said.get("language", "")),
        columns=_listed("columns", said.get("columns", []), COLUMNS),
        hide=_listed("hide", said.get("hide", []), HIDEABLE),
        group_by=_group(said.get("group_by", "")),
        bundles=_bundles(said.get("bundles", "")),
        footer=_texts("footer", said.get("footer", []), FOOTER_MAX),
        fields=read_fields(said.get("fields", [])),
        links=read_links(said.get("links", [])),
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
        refuse("has a logo that is not base64")
    if len(data) > LOGO_BYTES_MAX:
        refuse(f"has a logo of {len(data):,} bytes; at most {LOGO_BYTES_MAX:,} are printed")
    kind = next((kind for start, kind in IMAGES.items() if data.lstrip().startswith(start)), "")
    if not kind:
        refuse("has a logo that is neither PNG, JPEG nor SVG")
    return Logo(kind, base64.b64encode(data).decode("ascii"))


def _accent(value: object) -> str:
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        refuse(f"has the accent {value!r}; write a colour as #7a1f3d")
    return value


def _language(value: object) -> str:
    if not isinstance(value, str):
        refuse(f"has the language {value!r}; write a tag such as de")
    return value


def _listed(word: str, value: object, known: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or any(one not in known for one in value):
        refuse(f"says {word} {value!r}; it may list {', '.join(known)}")
    return tuple(value)


def _group(value: object) -> str:
    if not isinstance(value, str) or value not in ("", *GROUPS):
        refuse(f"groups by {value!r}; it may group by {', '.join(GROUPS)}")
    return value


def _bundles(value: object) -> Bundles:
    words = [one.value for one in Bundles if one.value]
    if not isinstance(value, str) or value not in ("", *words):
        refuse(f"prints bundles as {value!r}; it may say {' or '.join(words)}")
    return Bundles(value)


def _texts(word: str, value: object, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
        refuse(f"must list at most {most} lines of text as its {word}")
    return tuple(value)
