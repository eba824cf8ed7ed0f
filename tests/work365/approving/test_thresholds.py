"""From where on something waits: how settings say it, and what reaches it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataverse.schema.work import APPROVAL
from work365.approving.matters import BY_LABEL, Matter
from work365.approving.thresholds import Size, Thresholds, caught, read_percent
from work365.errors import Refused
from work365.money import Currency, Money
from work365.settings.catalogue import BY_NAME

EUR, USD = Currency("EUR"), Currency("USD")
OFF = Thresholds({}, {}, 7)
RULES = Thresholds({Matter.CREDIT: Money(50000, EUR), Matter.REFUND: Money(0, USD)}, {Matter.DISCOUNT: Decimal("7.5")}, 7)


def no_rate(_amount: Money, _to: Currency) -> Money | None:
    """Nobody has said a rate."""
    return None


def double(amount: Money, to: Currency) -> Money | None:
    """Two dollars for a euro."""
    return Money(amount.minor * 2, to)


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (Size(Matter.CREDIT, Money(49999, EUR)), ""),
        (
            Size(Matter.CREDIT, Money(50000, EUR)),
            "500.00 EUR credited waits for an approver: 500.00 EUR or more does.",
        ),
        (Size(Matter.CREDIT), "What is credited is not known, and 500.00 EUR or more waits for an approver."),
        (
            Size(Matter.CREDIT, Money(1, USD)),
            (
                "0.01 USD credited cannot be compared with 500.00 EUR, from which on it waits for an approver: there is no "
                "exchange rate from USD to EUR."
            ),
        ),
        (Size(Matter.PURCHASE, Money(10**9, EUR)), ""),
        (Size(Matter.PURCHASE), ""),
        (Size(Matter.DISCOUNT, percent=Decimal("7.4999")), ""),
        (Size(Matter.DISCOUNT, percent=Decimal("7.5")), "7.5 % off the price waits for an approver: 7.5 % or more does."),
        (Size(Matter.DISCOUNT), "What is off the price is not known, and 7.5 % or more waits for an approver."),
    ],
)
def test_what_reaches_its_threshold_waits_and_so_does_what_cannot_be_compared(size: Size, why: str) -> None:
    assert [said for _, said in caught([size], RULES, no_rate)] == ([why] if why else [])


def test_another_currency_is_converted() -> None:
    """249.99 USD would be 499.98 EUR here."""
    assert caught([Size(Matter.CREDIT, Money(24999, USD))], RULES, double) == []
    ((_, why),) = caught([Size(Matter.CREDIT, Money(25000, USD))], RULES, double)
    assert why == "250.00 USD credited, which is 500.00 EUR, waits for an approver: 500.00 EUR or more does."


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from([EUR, USD]))
def test_a_threshold_of_nothing_lets_nothing_pass_and_no_threshold_lets_all(minor: int, currency: Currency) -> None:
    size = Size(Matter.REFUND, Money(minor, currency))
    assert len(caught([size], RULES, double)) == len(caught([size], RULES, no_rate)) == 1
    assert caught([size], OFF, no_rate) == []


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=10**6))
def test_what_is_larger_waits_wherever_the_smaller_does(one: int, other: int) -> None:
    small, large = sorted((one, other))
    waits = [bool(caught([Size(Matter.CREDIT, Money(minor, EUR))], RULES, no_rate)) for minor in (small, large)]
    assert waits in ([False, False], [False, True], [True, True])


@pytest.mark.parametrize(("text", "found"), [("off", None), ("10", "10"), ("7.5 %", "7.5"), ("0", "0"), ("100%", "100")])
def test_percentages_are_read(text: str, found: str | None) -> None:
    assert read_percent(text) == (None if found is None else Decimal(found))


@pytest.mark.parametrize("text", ["", "101", "-1", "ten", "NaN", "10 % of it"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not a percentage from 0 to 100"):
        read_percent(text)


def test_every_matter_has_a_setting_and_a_choice_in_the_tenant() -> None:
    """One line of data is a matter: the setting follows from it, the choice must say the same word."""
    assert [option.label for option in APPROVAL.choice("w365_matter").options] == list(BY_LABEL)
    assert {matter.setting for matter in Matter} <= set(BY_NAME)
    assert all(BY_NAME[matter.setting].default == "off" for matter in Matter)
