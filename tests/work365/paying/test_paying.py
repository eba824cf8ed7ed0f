"""In which ways may be paid, what a way adds, and what is never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.invoicing.lines import Kind, Line
from work365.money import Money, currency, rounded, total
from work365.paying.rules import NOTHING_SAID, Method, PaymentRule, SurchargeArticle, read_methods
from work365.paying.surcharging import surcharge_line, surcharge_of
from work365.periods import Period

EUR = currency("EUR")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
FEE = SurchargeArticle("p-1", "Card fee", "standard")
CARD_FEE = PaymentRule(surcharges={Method.CARD: Decimal("1.5")}, article=FEE)


@pytest.mark.parametrize(
    ("typed", "allowed"),
    [("", None), (" , ", None), ("card, BANK debit", {Method.CARD, Method.BANK_DEBIT}), ("Transfer", {Method.TRANSFER})],
)
def test_ways_are_read_as_a_person_types_them(typed: str, allowed: set[Method] | None) -> None:
    """Nothing typed means that every way is allowed."""
    assert read_methods(typed, "payment rule R") == allowed


def test_an_unknown_way_is_named() -> None:
    """With where it stands, and what may stand there."""
    with pytest.raises(
        BadInput, match="'Cheque' is no way of paying; payment rule R may list Card, Bank debit, Transfer, separated by commas"
    ):
        read_methods("Card, Cheque", "payment rule R")


@pytest.mark.parametrize("percent", ["-1", "100.5"])
def test_a_surcharge_is_a_percentage(percent: str) -> None:
    """What is taken off is a discount, and is said as one."""
    with pytest.raises(BadInput, match="is not possible; use 0 to 100 under Payment rules"):
        PaymentRule(surcharges={Method.CARD: Decimal(percent)})
    with pytest.raises(BadInput, match="is not possible"):
        PaymentRule(paid_monthly_percent=Decimal(percent))


def test_the_customers_words_go_before_the_price_lists() -> None:
    """Each by itself: what the customer's rule does not say, the price list's says."""
    listed = PaymentRule(frozenset({Method.CARD}), {Method.CARD: Decimal(2), Method.TRANSFER: Decimal(1)}, FEE, paid_first=True)
    assert NOTHING_SAID.before(listed) == listed
    own = PaymentRule(frozenset({Method.TRANSFER}), {Method.CARD: Decimal(0)}, paid_first=False)
    both = own.before(listed)
    assert (both.allowed, both.paid_first, both.article) == (frozenset({Method.TRANSFER}), False, FEE)
    assert both.surcharges == {Method.CARD: Decimal(0), Method.TRANSFER: Decimal(1)}


def test_a_way_that_is_not_agreed_on_is_refused_in_words() -> None:
    """The sentence lists those that are."""
    rule = PaymentRule(frozenset({Method.TRANSFER, Method.BANK_DEBIT}))
    assert rule.refusal(Method.CARD) == "payment by card is not agreed on; allowed: Bank debit, Transfer"
    assert [rule.refusal(Method.TRANSFER), NOTHING_SAID.refusal(Method.CARD)] == ["", ""]


def test_a_surcharge_is_off_until_somebody_enters_it() -> None:
    """It is for the way that is used, and nothing is guessed about that."""
    assert [surcharge_of(NOTHING_SAID, method) for method in (None, Method.CARD)] == [None, None]
    assert surcharge_of(CARD_FEE, Method.TRANSFER) is None
    found = surcharge_of(CARD_FEE, Method.CARD)
    assert found is not None
    assert (found.percent, found.description) == (Decimal("1.5"), "Card fee 1.5 %")
    with pytest.raises(BadInput, match="names no payment profile; choose one on the contract"):
        surcharge_of(CARD_FEE, None)
    with pytest.raises(BadInput, match="enter the surcharge product beside the percentage"):
        surcharge_of(PaymentRule(surcharges={Method.CARD: Decimal(1)}), Method.CARD)
    assert surcharge_of(PaymentRule(surcharges={Method.CARD: Decimal(0)}), None) is None


@given(st.lists(st.integers(-(10**7), 10**7), max_size=5), st.decimals(Decimal(0), Decimal(100), places=4))
def test_a_surcharge_is_its_percentage_of_the_net_rounded_once(amounts: list[int], percent: Decimal) -> None:
    """Its quantity and price give its amount, its key is that of what it is taken of, and nothing is no line."""
    lines = [
        Line(f"c/s/{place}", "s", Kind.CYCLE, None, MARCH, 1, None, (1, 1), Money(minor, EUR), None, MARCH.start)
        for place, minor in enumerate(amounts)
    ]
    found = surcharge_line("c", percent, lines, EUR)
    wanted = rounded(total((line.amount for line in lines), EUR).major * percent / 100, EUR)
    if found is None:
        assert not wanted.minor
        return
    assert found.unit_price is not None
    assert found.amount == wanted == rounded(Decimal(found.quantity) * found.unit_price, EUR)
    assert found == surcharge_line("c", percent, lines, EUR)
    assert found.key != (surcharge_line("c", percent, lines[:-1], EUR) or found._replace(key="")).key
