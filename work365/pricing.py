"""What a quantity costs for one whole cycle: per seat, by tiers, or by packages.

A price is an exact decimal; the answer is an exact ratio of integers in major units, so that proration and rounding happen later,
once (docs/adr/0001-money.md). A quantity of 0 costs nothing in every model.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from work365.errors import BadInput

_ZERO = Decimal(0)


class TierModel(Enum):
    """How tiers are read."""

    GRADUATED = "graduated"
    """Each part of the quantity pays its own tier; a tier's flat amount is due once the tier is entered."""
    VOLUME = "volume"
    """Every seat pays the tier that the quantity falls in, and that tier's flat amount."""
    FLAT = "flat"
    """Only the flat amount of the tier that the quantity falls in."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a price list.

    Attributes:
        up_to: the last quantity in this tier; None for the open-ended last one.
        unit: price per block of `size` units; a block begun counts whole.
        flat: due once when the tier applies.
        cap: the most that this tier may amount to; None for no limit.
    """

    up_to: int | None
    unit: Decimal = _ZERO
    flat: Decimal = _ZERO
    cap: Decimal | None = None
    size: int = 1

    def amount(self, quantity: int) -> Fraction:
        """What `quantity` units of this tier cost."""
        full = Fraction(self.unit) * -(-quantity // self.size) + Fraction(self.flat)
        return full if self.cap is None else min(full, Fraction(self.cap))


@dataclass(frozen=True, slots=True)
class Tiers:
    """Prices by tiers.

    Shape:  at least one tier, limits rising, only the last open-ended.
    Errors: BadInput for any other tiers, or for unit prices in flat tiers.
    """

    model: TierModel
    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        limits = [tier.up_to for tier in self.tiers]
        if not limits or limits[-1] is not None:
            message = "the last tier must be open-ended (up_to null), so that every quantity has a price"
            raise BadInput(message)
        floor = 0
        for limit in limits[:-1]:
            if limit is None or limit <= floor:
                message = "tiers must rise: each up_to higher than the one before, and only the last one open-ended"
                raise BadInput(message)
            floor = limit
        if self.model is TierModel.FLAT and any(tier.unit for tier in self.tiers):
            message = "flat tiers have no unit price; give the amount as 'flat', or use the volume model"
            raise BadInput(message)

    def cost(self, quantity: int) -> tuple[int, int]:
        """The price of a quantity for a whole cycle, as numerator and denominator in major units."""
        return sum((tier.amount(part) for tier, part in self.parts(quantity)), Fraction(0)).as_integer_ratio()

    def parts(self, quantity: int) -> tuple[tuple[Tier, int], ...]:
        """The tiers that a quantity uses, with the units that each one prices: what an invoice can show below the line."""
        if quantity == 0:
            return ()
        used = [part for part in self._slices(quantity) if part[1] > 0]
        if self.model is TierModel.GRADUATED:
            return tuple(used)
        return ((used[-1][0], quantity if self.model is TierModel.VOLUME else 0),)

    def _slices(self, quantity: int) -> list[tuple[Tier, int]]:
        slices, floor = [], 0
        for tier in self.tiers:
            top = quantity if tier.up_to is None else min(quantity, tier.up_to)
            slices.append((tier, top - floor))
            floor = max(floor, top)
        return slices


@dataclass(frozen=True, slots=True)
class Package:
    """A price per package of `size` units, the first `free` units aside; a package begun counts whole.

    Errors: BadInput when the size is not positive or `free` is negative.
    """

    size: int
    price: Decimal
    free: int = 0

    def __post_init__(self) -> None:
        if self.size < 1 or self.free < 0:
            message = "a package holds 1 unit or more, and its free units are 0 or more"
            raise BadInput(message)

    def cost(self, quantity: int) -> tuple[int, int]:
        """The price of a quantity for a whole cycle, as numerator and denominator in major units."""
        packages = -(-max(0, quantity - self.free) // self.size)
        return (Fraction(self.price) * packages).as_integer_ratio()


Pricing: TypeAlias = Tiers | Package
"""Every way to price a quantity other than a plain price per seat."""


def price_text(price: Decimal, places: int = 2) -> str:
    """A price in digits: at least so many places, more where the price has more."""
    exponent = price.normalize().as_tuple().exponent
    return f"{price:.{max(places, -exponent if isinstance(exponent, int) else 0)}f}"
