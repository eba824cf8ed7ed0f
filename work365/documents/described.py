"""Descriptions of posted lines in the reader's language.

A run and a credit note describe their lines once, in English; what they composed is taken apart here and said again. What a
person or the catalogue named stays as it is.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from work365.documents.document import DocumentLine
    from work365.documents.formats import Formats

NAMED = re.compile(r"(?P<called>.+?) (?P<percent>\d+(?:\.\d+)?) % on (?P<name>.+)", re.DOTALL)
"""How a run describes a percentage."""
SURCHARGED = re.compile(r"(?P<called>.+) (?P<percent>\d+(?:\.\d+)?) %", re.DOTALL)
"""How a run describes a surcharge."""
CREDITED = re.compile(r"(?P<number>\S+), line (?P<ordinal>\d+): (?P<name>.+)", re.DOTALL)
"""How a credit note describes what it gives back."""
UNNAMED = "Discount"
"""What a run calls the contract's percentage, which has no name of its own."""


def percent_off(description: str) -> Decimal | None:
    """The percentage of a discount; None for an amount off."""
    named = NAMED.fullmatch(description)
    return None if named is None else Decimal(named["percent"])


def name_of(discount: str) -> str:
    """What a discount is taken off, as its description says it; "" where it does not."""
    named = NAMED.fullmatch(discount)
    return named["name"] if named else discount.rpartition(" on ")[2] if " on " in discount else ""


def reworded(line: DocumentLine, writing: Formats) -> str:
    """The description of a line; a percentage off says its base where the line carries one."""
    if line.kind is Kind.DISCOUNT:
        return _discount(line.description, writing, "" if line.base is None else writing.money(line.base))
    if line.kind is Kind.SURCHARGE:
        return _surcharge(line.description, writing)
    credited = credits_line(line)
    if credited is None:
        return line.description
    name = _discount(credited["name"], writing) if line.subscription else _surcharge(credited["name"], writing)
    return writing.labels.credited_line.format(number=credited["number"], ordinal=credited["ordinal"], name=name)


def credits_line(line: DocumentLine) -> re.Match[str] | None:
    """Whether the description itself names the line that is given back."""
    return CREDITED.fullmatch(line.description) if line.origin and line.kind in (Kind.CREDIT, Kind.CORRECTION) else None


def _discount(description: str, writing: Formats, base: str = "") -> str:
    named = NAMED.fullmatch(description)
    if named is None:
        return description
    percent, labels = writing.percent(Decimal(named["percent"])), writing.labels
    name = labels.discount_base.format(base=base, name=named["name"]) if base else named["name"]
    if named["called"] == UNNAMED:
        return labels.discount_line.format(percent=percent, name=name)
    return labels.discount_named_line.format(called=named["called"], percent=percent, name=name)


def _surcharge(description: str, writing: Formats) -> str:
    named = SURCHARGED.fullmatch(description)
    return description if named is None else f"{named['called']} {writing.percent(Decimal(named['percent']))}"
