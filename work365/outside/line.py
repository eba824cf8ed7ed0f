"""A charge that somebody else's file asks us to bill on: a domain, a hotel, a freight bill, anything that no rule computes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.ids import derived
from work365.masking import has_card

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

QUANTITY_PLACES, PRICE_PLACES = 4, 10
"""What the tenant's columns keep; a number with more would be billed as another one."""


def said(product: str, description: str, day: date, quantity: Decimal, unit_price: Decimal) -> tuple[str, ...]:
    """What a charge says beside its contract, in words that do not depend on how its numbers are written."""
    return product.lower(), description, day.isoformat(), f"{quantity.normalize():f}", f"{unit_price.normalize():f}"


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """One row of a file, to be billed once.

    Attributes:
        row: as a spreadsheet counts, so the header is row 1.
        contract, product: their numbers.
        unit_price, unit_cost: in major units of the contract's currency.
        currency: what the file says that it is in; "" where it says nothing.
        reference: the other side's own id of the charge; "" where it gives none.

    Errors: BadInput for a number that the tenant cannot keep as it is, a quantity of zero, and a card number in its words.
    """

    row: int
    contract: str
    product: str
    description: str
    day: date
    quantity: Decimal
    unit_price: Decimal
    unit_cost: Decimal | None = None
    currency: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        for name, text in (("Description", self.description), ("Reference", self.reference)):
            if has_card(text):
                message = "It holds a card number, which is kept nowhere here; take it out"
                raise BadInput(message, name)
        if not self.quantity:
            message = "The quantity is 0, so there is nothing to bill"
            raise BadInput(message, "Quantity")
        for name, number, places in (
            ("Quantity", self.quantity, QUANTITY_PLACES),
            ("UnitPrice", self.unit_price, PRICE_PLACES),
            ("UnitCost", self.unit_cost, PRICE_PLACES),
        ):
            if number is not None and round(number, places) != number:
                message = f"{number:f} has more than {places} decimal places"
                raise BadInput(message, name)

    @property
    def said(self) -> tuple[str, ...]:
        """What it says: two lines that say the same are equal here."""
        return said(self.product, self.description, self.day, self.quantity, self.unit_price)

    @property
    def exact(self) -> Fraction:
        """What it comes to, before the one rounding."""
        return Fraction(self.quantity) * Fraction(self.unit_price)

    def id(self, occurrence: int) -> str:
        """The id of its item: from its reference, else from what it says and how often the file has said so before (from 1).

        Neither the file's name nor the row is part of it: a file that is renamed, put right or sorted is still the same charges.
        """
        if self.reference:
            return derived("outside charge", self.contract.lower(), self.reference)
        return derived("outside charge", self.contract.lower(), *self.said, str(occurrence))


@dataclass(frozen=True, slots=True)
class Returned:
    """A row that is not imported, and why."""

    row: int
    reason: str
