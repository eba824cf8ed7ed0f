"""Who buys from whom, from day to day, and tiers that go round in a circle."""

from __future__ import annotations

from datetime import date

import pytest

from work365.reselling.chain import Circular, Purchase, chains

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def buys(buyer: str, seller: str = "", start: date = MARCH, *, provider: str = "MS") -> Purchase:
    """A purchase by the contract `SELLER>BUYER`, or from the supplier itself."""
    return Purchase(buyer, provider, start, f"{seller}>{buyer}" if seller else "", seller)


def told(*purchases: Purchase, buyer: str = "RES", before: date = date.max) -> list[tuple[date, list[str]]]:
    """The tiers above a legal entity, on each day on which they change."""
    return [(step.day, [one.contract for one in step.tiers]) for step in chains(purchases, buyer, "MS", before)]


@pytest.mark.parametrize(
    ("purchases", "expected"),
    [
        ([], []),
        ([buys("RES", "DIS")], [(MARCH, ["DIS>RES"])]),
        ([buys("RES", "DIS"), buys("DIS", "MAS")], [(MARCH, ["DIS>RES", "MAS>DIS"])]),
        ([buys("RES", "DIS"), buys("DIS", "MAS", APRIL)], [(MARCH, ["DIS>RES"]), (APRIL, ["DIS>RES", "MAS>DIS"])]),
        ([buys("RES", "DIS"), buys("RES", "OTHER", APRIL)], [(MARCH, ["DIS>RES"]), (APRIL, ["OTHER>RES"])]),
        ([buys("RES", "DIS"), buys("RES", start=APRIL)], [(MARCH, ["DIS>RES"]), (APRIL, [])]),
        ([buys("SIB", "DIS"), buys("RES", "DIS", APRIL)], [(APRIL, ["DIS>RES"])]),
        ([buys("RES", "DIS", provider="Other")], []),
    ],
)
def test_the_tiers_above(purchases: list[Purchase], expected: list[tuple[date, list[str]]]) -> None:
    assert told(*purchases) == expected


def test_one_more_tier_below_is_the_same_chain_and_itself() -> None:
    purchases = [buys("SUB", "RES"), buys("RES", "DIS"), buys("DIS", "MAS")]
    assert told(*purchases, buyer="SUB") == [(MARCH, ["RES>SUB", "DIS>RES", "MAS>DIS"])]


@pytest.mark.parametrize(
    ("purchases", "circle"),
    [
        ([buys("RES", "RES")], ("RES", "RES")),
        ([buys("RES", "DIS"), buys("DIS", "RES")], ("RES", "DIS", "RES")),
        ([buys("RES", "DIS"), buys("DIS", "MAS"), buys("MAS", "DIS")], ("DIS", "MAS", "DIS")),
    ],
)
def test_a_circle_is_refused_and_named(purchases: list[Purchase], circle: tuple[str, ...]) -> None:
    with pytest.raises(Circular) as refused:
        told(*purchases)
    assert refused.value.circle == circle


def test_a_circle_to_come_leaves_the_days_before_it() -> None:
    purchases = [buys("RES", "DIS"), buys("DIS", "RES", MAY)]
    with pytest.raises(Circular) as refused:
        told(*purchases)
    assert refused.value.day == MAY
    assert told(*purchases, before=MAY) == [(MARCH, ["DIS>RES"])]
