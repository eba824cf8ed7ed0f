"""Tiers and packages: F5 and F116."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from work365.errors import BadInput
from work365.pricing import Package, Pricing, Tier, TierModel, Tiers

TEN_NINE_EIGHT = (Tier(50, Decimal("10.00")), Tier(100, Decimal("9.00")), Tier(None, Decimal("8.00")))


def cost(pricing: Pricing, quantity: int) -> Decimal:
    numerator, denominator = pricing.cost(quantity)
    return Decimal(numerator) / denominator


@pytest.mark.parametrize(
    ("model", "quantity", "expected"),
    [
        (TierModel.GRADUATED, 120, "1110"),
        (TierModel.VOLUME, 120, "960"),
        (TierModel.GRADUATED, 50, "500"),
        (TierModel.GRADUATED, 51, "509"),
        (TierModel.VOLUME, 50, "500"),
        (TierModel.VOLUME, 51, "459"),
        (TierModel.GRADUATED, 0, "0"),
        (TierModel.VOLUME, 0, "0"),
    ],
)
def test_tiers(model: TierModel, quantity: int, expected: str) -> None:
    """1-50 at 10.00, 51-100 at 9.00, 101+ at 8.00; limits are inclusive; nothing costs nothing."""
    assert cost(Tiers(model, TEN_NINE_EIGHT), quantity) == Decimal(expected)


def test_an_entered_tier_charges_its_flat_amount() -> None:
    """Graduated: the flat amounts of all tiers entered; volume: only that of the one it falls in; flat: nothing else."""
    tiers = (Tier(10, Decimal(1), Decimal(5)), Tier(None, Decimal(2), Decimal(7)))
    flat = (Tier(10, flat=Decimal(5)), Tier(None, flat=Decimal(7)))
    assert [cost(Tiers(TierModel.GRADUATED, tiers), seats) for seats in (10, 11)] == [15, 24]
    assert [cost(Tiers(TierModel.VOLUME, tiers), seats) for seats in (10, 11)] == [15, 29]
    assert [cost(Tiers(TierModel.FLAT, flat), seats) for seats in (0, 10, 11, 500)] == [0, 5, 7, 7]


def test_a_cap_limits_a_tier() -> None:
    """The first tier stops at 80.00."""
    tiers = Tiers(TierModel.GRADUATED, (Tier(50, Decimal(10), cap=Decimal(80)), Tier(None, Decimal(9))))
    assert [cost(tiers, seats) for seats in (8, 9, 51)] == [80, 80, 89]


def test_the_tiers_that_a_quantity_uses() -> None:
    """What the invoice shows below the line."""
    graduated, volume = (Tiers(model, TEN_NINE_EIGHT) for model in (TierModel.GRADUATED, TierModel.VOLUME))
    assert graduated.parts(120) == ((TEN_NINE_EIGHT[0], 50), (TEN_NINE_EIGHT[1], 50), (TEN_NINE_EIGHT[2], 20))
    assert volume.parts(120) == ((TEN_NINE_EIGHT[2], 120),)
    assert graduated.parts(0) == ()


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ((), "open-ended"),
        ((Tier(10),), "open-ended"),
        ((Tier(None), Tier(None)), "must rise"),
        ((Tier(10), Tier(10), Tier(None)), "must rise"),
        ((Tier(0), Tier(None)), "must rise"),
    ],
)
def test_tiers_that_leave_a_quantity_without_a_price_are_refused(tiers: tuple[Tier, ...], message: str) -> None:
    """Limits rise, and only the last one is open."""
    with pytest.raises(BadInput, match=message):
        Tiers(TierModel.GRADUATED, tiers)


def test_flat_tiers_have_no_unit_price() -> None:
    """A price that would be ignored is refused."""
    with pytest.raises(BadInput, match="use the volume model"):
        Tiers(TierModel.FLAT, (Tier(None, Decimal(1)),))


@pytest.mark.parametrize(
    ("quantity", "free", "expected"), [(0, 0, 0), (1, 0, 100), (10, 0, 100), (11, 0, 200), (11, 5, 100), (3, 5, 0)]
)
def test_packages_begun_count_whole(quantity: int, free: int, expected: int) -> None:
    """Tens at 100.00, some units free."""
    assert cost(Package(10, Decimal("100.00"), free), quantity) == expected


@pytest.mark.parametrize(("size", "free"), [(0, 0), (10, -1)])
def test_impossible_packages_are_refused(size: int, free: int) -> None:
    """A package holds something."""
    with pytest.raises(BadInput, match="a package holds"):
        Package(size, Decimal(1), free)


def test_costs_are_exact() -> None:
    """Thirds of a cent stay what they are until a line is rounded."""
    assert Fraction(*Tiers(TierModel.VOLUME, (Tier(None, Decimal("0.333333333333333333")),)).cost(3)) == Fraction(
        "0.999999999999999999"
    )
