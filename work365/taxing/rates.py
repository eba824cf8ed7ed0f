"""Which tax holds: the seller's dated table by the buyer's place and the product's category, and the buyer's exemptions.

The day that counts is the document's. No row means no tax is known, which is never taken for zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Treatment(Enum):
    """What a rate means to a tax office. The values are the category codes of EN 16931 (UNCL 5305)."""

    STANDARD = "S"
    """Any rate above zero, reduced ones too."""
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    """The buyer accounts for the tax, and has a tax number for that (BR-AE-02)."""
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE_SCOPE = "O"
    UNSAID = ""
    """A rate of zero whose row does not say why it is zero."""


NEEDS_TAX_NUMBER = (Treatment.REVERSE_CHARGE, Treatment.INTRA_COMMUNITY)
REVERSE_CHARGE_NOTE = "Reverse charge"
"""What must stand on the invoice. Source: Council Directive 2006/112/EC, article 226 (11a)."""


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One row of the table.

    Units: percent in percent (19 is 19 %).

    Attributes:
        place: ISO 3166 code of the buyer's country, or of a region in it (``US-CA``).
        valid_to: the first day on which it holds no more; None for one that goes on.
        code: tax code in the books.
        note: printed beside the tax.
        registration: the seller's tax number that the tax is owed under, where it is not the legal entity's own.
        exempt_code: tax code in the books for a buyer with a certificate; empty: the same code.
    """

    place: str
    category: str
    valid_from: date
    percent: Decimal
    code: str = ""
    note: str = ""
    valid_to: date | None = None
    treatment: Treatment = Treatment.UNSAID
    registration: str = ""
    exempt_code: str = ""

    @property
    def meaning(self) -> Treatment:
        """Its treatment; a rate above zero is the standard one, whether its row says so or not."""
        return Treatment.STANDARD if self.percent and self.treatment is Treatment.UNSAID else self.treatment

    @property
    def contradiction(self) -> str:
        """Why its row cannot be true, in words; empty when it can. Source: EN 16931, BR-S-05, BR-Z-05 and their kin."""
        if self.percent < 0:
            return f"{self.percent.normalize():f} % is below zero"
        if bool(self.percent) != (self.meaning is Treatment.STANDARD) and self.meaning is not Treatment.UNSAID:
            return f"VAT category {self.meaning.value} does not go with {self.percent.normalize():f} %"
        return ""

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A certificate that frees one buyer from tax.

    Attributes:
        category: the one tax category that it is for; empty for all.
        valid_to: the first day on which it holds no more; None for one without an expiry.
        reason: printed beside the certificate's number.
    """

    account: str
    certificate: str
    valid_from: date
    valid_to: date | None = None
    category: str = ""
    reason: str = ""

    def frees(self, account: str, category: str, on: date) -> bool:
        """Whether it frees this buyer for this category on a day."""
        mine = self.account == account and self.category in ("", category)
        return mine and self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class TaxTable:
    """The rates of one legal entity, and the certificates of its customers."""

    def __init__(self, rates: Iterable[TaxRate], exemptions: Iterable[Exemption] = ()) -> None:
        self._rates: dict[tuple[str, str], list[TaxRate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.valid_from, reverse=True):
            self._rates.setdefault((rate.place, rate.category), []).append(rate)
        self._exemptions: dict[str, list[Exemption]] = {}
        for one in sorted(exemptions, key=lambda one: (one.category == "", one.valid_from, one.certificate)):
            self._exemptions.setdefault(one.account, []).append(one)

    def rate(self, place: str, category: str, on: date) -> TaxRate | None:
        """The rate in force on a day, the region's before the country's; None when there is none, which is never zero."""
        for where in dict.fromkeys((place, place.partition("-")[0])):
            for rate in self._rates.get((where, category), ()):
                if rate.holds(on):
                    return rate
        return None

    def applied(self, rate: TaxRate, account: str, on: date) -> TaxRate:
        """What a buyer is charged at a rate: nothing with a certificate. One that is not charged anyway stays what it is."""
        if not rate.percent:
            return _noted(rate)
        for one in self._exemptions.get(account, ()):
            if one.frees(account, rate.category, on):
                return _exempt(rate, one)
        return rate


def _noted(rate: TaxRate) -> TaxRate:
    if rate.note or rate.treatment is not Treatment.REVERSE_CHARGE:
        return rate
    return replace(rate, note=REVERSE_CHARGE_NOTE)


def _exempt(rate: TaxRate, one: Exemption) -> TaxRate:
    note = ", ".join(part for part in (one.reason, f"exemption certificate {one.certificate}") if part)
    code = rate.exempt_code or rate.code
    return replace(rate, percent=Decimal(0), treatment=Treatment.EXEMPT, note=note[0].upper() + note[1:], code=code)
