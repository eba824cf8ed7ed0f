"""What a template adds to a document under names of its own: columns of the invoice, and links; a name may differ by language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote

from work365.errors import BadInput

COLUMN = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]{1,60}")
ADDRESS = re.compile(r"https://[a-z0-9.-]+(:\d+)?(/[^\s<>\"{}|\\^`]*)?", re.IGNORECASE)
FIELDS_MAX, LINKS_MAX = 10, 3
PLACES = ("{number}", "{id}")
"""What the address of a link may hold: the document's number, and the id of its row."""


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


def refuse(what: str) -> NoReturn:
    """Errors: BadInput that says what is wrong with a template, and where it stands."""
    message = f"the template {what}; correct it under Legal entities, or where the customer or the contract says it"
    raise BadInput(message, "w365_template")


def read_fields(value: object) -> tuple[ExtraField, ...]:
    """The columns that a template adds. Errors: BadInput."""
    if not isinstance(value, list) or len(value) > FIELDS_MAX:
        refuse(f"must list at most {FIELDS_MAX} fields")
    return tuple(_field(one) for one in value)


def _field(value: Any) -> ExtraField:  # noqa: ANN401  whatever the JSON holds
    if not isinstance(value, dict) or not value.keys() <= {"column", "label", "labels"}:
        refuse('has a field that is not {"column": …, "label": …, "labels": {…}}')
    column = value.get("column")
    if not isinstance(column, str) or not COLUMN.fullmatch(column):
        refuse(f"has a field for the column {column!r}; write the logical name of one, such as cr1_project")
    return ExtraField(column, *_labelled(value, f"a field for {column}"))


def _labelled(value: dict[str, Any], what: str) -> tuple[str, dict[str, str]]:
    label, labels = value.get("label"), value.get("labels", {})
    if not isinstance(label, str) or not label:
        refuse(f"has {what} without a label")
    if not isinstance(labels, dict) or not all(isinstance(one, str) for one in labels.values()):
        refuse(f"has {what} whose labels are not one text per language")
    return label, dict(labels)


def read_links(value: object) -> tuple[Link, ...]:
    """The links of a template. Errors: BadInput."""
    if not isinstance(value, list) or len(value) > LINKS_MAX:
        refuse(f"must list at most {LINKS_MAX} links")
    return tuple(_link(one) for one in value)


def _link(value: Any) -> Link:  # noqa: ANN401  whatever the JSON holds
    if not isinstance(value, dict) or not value.keys() <= {"address", "label", "labels"}:
        refuse('has a link that is not {"address": …, "label": …, "labels": {…}}')
    address = value.get("address")
    plain = address if isinstance(address, str) else ""
    for place in PLACES:
        plain = plain.replace(place, "x")
    if not ADDRESS.fullmatch(plain):
        refuse(f"has a link to {address!r}; write an address as https://pay.example.com/{{number}}, which may hold {{id}} too")
    return Link(str(address), *_labelled(value, f"a link to {address}"))
