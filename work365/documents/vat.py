"""What an e-invoice has to say about a tax: its category, its exemption reason, and whose tax numbers must stand there.

Source: EN 16931-1, BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G and BR-O; code lists UNCL 5305 and VATEX of the European Commission.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.document import VatRule
from work365.documents.einvoice import ETax
from work365.errors import Refused
from work365.money import rounded, total, zero

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from work365.documents.document import Document, DocumentLine
    from work365.money import Money

STANDARD, ZERO, EXEMPT, REVERSE, COMMUNITY, EXPORT, OUTSIDE = "S", "Z", "E", "AE", "K", "G", "O"
CATEGORIES = (STANDARD, ZERO, EXEMPT, REVERSE, COMMUNITY, EXPORT, OUTSIDE)
REASON_CODES = {REVERSE: "VATEX-EU-AE", COMMUNITY: "VATEX-EU-IC", EXPORT: "VATEX-EU-G", OUTSIDE: "VATEX-EU-O"}
VAT_COUNTRIES = "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI"
VAT_ID = re.compile(rf"(?:{VAT_COUNTRIES.replace(' ', '|')})[0-9A-Z]{{2,15}}")
TOLERANCE_MAJOR = 1
"""BR-CO-17 and its kin allow less than one unit of the currency between the tax and base times rate."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The category and rate of a line. Shape: `percent` is None in category O, which has no rate."""

    category: str
    percent: Decimal | None


def vat_id(number: str) -> str:
    """A VAT id without blanks and dots; empty when the number is none (a local number, or one without its country)."""
    plain = re.sub(r"[\s./-]", "", number).upper()
    return plain if VAT_ID.fullmatch(plain) else ""


def rated(line: DocumentLine, document: Document) -> Rated:
    """What a line's tax means. Errors: Refused naming the rate that does not say so, and where to enter it."""
    if line.tax_percent is None:
        message = (
            f"'{line.description}' on {document.number} has no tax rate, and an e-invoice has to name one; "
            "add it under Tax rates before the next run"
        )
        raise Refused(message)
    category = _rule(line, document).category
    if category not in CATEGORIES:
        named = f"'{line.tax_code}' at {line.tax_percent.normalize():f} %"
        message = (
            f"The tax rate {named} does not say what it means to the tax office; enter its VAT category "
            f"({', '.join(CATEGORIES)}) under Tax rates"
        )
        raise Refused(message)
    if (category == STANDARD) != (line.tax_percent > 0):
        message = (
            f"The tax rate '{line.tax_code}' has VAT category {category} and {line.tax_percent.normalize():f} %; only S has a "
            "rate above zero. Correct it under Tax rates"
        )
        raise Refused(message)
    return Rated(category, None if category == OUTSIDE else line.tax_percent)


def _rule(line: DocumentLine, document: Document) -> VatRule:
    """What stands on the line is what was applied; rates that somebody edits later say nothing about it."""
    if line.vat is not None:
        return line.vat
    found = document.vat.get((line.tax_code, line.tax_percent)) if line.tax_percent is not None else None
    if found is not None:
        return found
    return VatRule(STANDARD if line.tax_percent else "")


def breakdown(document: Document) -> tuple[ETax, ...]:
    """The VAT breakdown: bases sum to the net and taxes to the tax, because both are sums of the posted lines.

    Errors: Refused as `rated` says; when a category needs a reason that nobody has entered; when the posted tax is a whole unit
            away from base times rate; when O stands beside another category.
    """
    groups: dict[Rated, list[DocumentLine]] = {}
    for line in document.lines:
        groups.setdefault(rated(line, document), []).append(line)
    if len(groups) > 1 and any(group.category == OUTSIDE for group in groups):
        message = (
            f"{document.number} has lines outside the scope of VAT (O) beside others; an e-invoice cannot hold both (BR-O-11)"
        )
        raise Refused(message)
    return tuple(_row(group, lines, document) for group, lines in sorted(groups.items(), key=_order))


def _order(item: tuple[Rated, object]) -> tuple[str, Decimal | int]:
    return item[0].category, item[0].percent or 0


def _row(group: Rated, lines: list[DocumentLine], document: Document) -> ETax:
    base = total((line.amount for line in lines), document.currency)
    tax = total((line.tax for line in lines), document.currency)
    _near(group, base, tax, document.number)
    reason = "" if group.category in (STANDARD, ZERO) else " ".join(_notes(lines, document))
    code = REASON_CODES.get(group.category, "")
    if group.category == EXEMPT and not reason:
        message = (
            f"A tax rate of {document.number} is exempt (E) without a reason; enter the sentence as its note under Tax rates"
        )
        raise Refused(message)
    return ETax(group.category, group.percent, base, tax, reason, code)


def _notes(lines: Iterable[DocumentLine], document: Document) -> list[str]:
    notes = (_rule(line, document).note or document.tax_notes.get(line.tax_code, "") for line in lines)
    return list(dict.fromkeys(note for note in notes if note))


def _near(group: Rated, base: Money, tax: Money, number: str) -> None:
    wanted = rounded(base.major * (group.percent or 0) / 100, base.currency)
    if abs((tax - wanted).major) >= TOLERANCE_MAJOR or (not group.percent and tax != zero(tax.currency)):
        message = (
            f"The tax of {number}, rounded line by line, is {tax}; base times rate is {wanted}. An e-invoice allows less than "
            f"{TOLERANCE_MAJOR} {base.currency} between them (BR-CO-17), so this document has none"
        )
        raise Refused(message)
