"""What the books accept, and how lines are made to fit."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.books_samples import USD, sample_document, sample_line, usd
from work365.accounting.documents import DocumentKind, as_given
from work365.accounting.rules import BooksRules, check, line_text, sendable
from work365.errors import Refused
from work365.money import Money

RULES = BooksRules("QuickBooks", 21)


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "sent"),
    [
        ("10", "31.68", "316.80", ("10", "31.68")),
        ("10", "7.99", "56.70", ("10", "5.67")),
        ("10", "7.99", "-56.70", ("10", "-5.67")),
        ("3", "7.99", "17.01", ("3", "5.67")),
        ("3", "10", "10.00", ("3", "3.3333333")),
        ("1", "99.995", "100.00", ("1", "99.995")),
        ("0", "7.99", "-3.10", ("1", "-3.10")),
        ("999999999", "1", "0.01", ("1", "0.01")),
    ],
)
def test_sendable_pairs_multiply_to_the_amount(quantity: str, price: str, amount: str, sent: tuple[str, str]) -> None:
    """The printed pair if it fits, else the price that each unit came to, else one unit at the amount."""
    assert sendable(sample_line("e3", quantity, price, usd(amount))) == (Decimal(sent[0]), Decimal(sent[1]))


@given(
    st.decimals("0", "5000", places=2, allow_nan=False),
    st.decimals("0", "900", places=4, allow_nan=False),
    st.integers(-10_000_000, 10_000_000),
)
def test_every_line_can_be_sent(quantity: Decimal, price: Decimal, minor: int) -> None:
    """Whatever was printed, quantity times price rounds to the amount that is owed."""
    line = replace(sample_line("e3", "1", "1", Money(minor, USD)), quantity=quantity, unit_price=price)
    amount, each = sendable(line)
    assert (amount * each).quantize(Decimal("0.01"), ROUND_HALF_UP) == line.amount.major


def test_a_long_number_is_refused_in_words() -> None:
    """QuickBooks takes 21 characters; the sentence says how many there are and what to do."""
    check(sample_document("A" * 21), RULES)
    with pytest.raises(Refused, match=r"has 22 characters; QuickBooks takes 21\. Shorten the prefix"):
        check(sample_document("A" * 22), RULES)


def test_lines_must_sum_to_the_document() -> None:
    """A document whose lines do not sum to it is never sent."""
    with pytest.raises(Refused, match=r"sum to 333\.81 USD plus tax 25\.34 USD, but the invoice says"):
        check(replace(sample_document(), total=usd("359.16")), RULES)
    with pytest.raises(Refused, match="has no lines"):
        check(replace(sample_document(), lines=()), RULES)


def test_a_credit_note_gives_positive_amounts() -> None:
    """The books want what is given back as a positive amount, whichever sign our rows carry."""
    negative = replace(
        sample_document(),
        kind=DocumentKind.CREDIT_NOTE,
        lines=(sample_line("e3", "10", "7.99", usd("-56.70"), "-4.54"),),
        net=usd("-56.70"),
        tax=usd("-4.54"),
        total=usd("-61.24"),
    )
    given_back = as_given(negative)
    assert (given_back.total, given_back.lines[0].amount, given_back.lines[0].tax) == (usd("61.24"), usd("56.70"), usd("4.54"))
    assert sendable(given_back.lines[0]) == (Decimal(10), Decimal("5.67"))
    assert as_given(given_back) == given_back
    assert as_given(sample_document()) == sample_document()


def test_a_line_says_how_its_amount_came_about() -> None:
    """First and last day, and for a part of a cycle the part and the whole price."""
    days = {"start": date(2026, 11, 10), "end_excl": date(2026, 12, 1)}
    part = line_text("E3", **days, fraction=Fraction(7, 10), unit_price=Decimal("7.9900"))
    assert part == "E3, 2026-11-10 to 2026-11-30, 7/10 of 7.99"
    assert line_text("E3", **days, fraction=Fraction(7, 10), unit_price=Decimal("3.3000")).endswith("7/10 of 3.30")
    assert line_text("E3", **days, fraction=Fraction(1), unit_price=Decimal(1)) == "E3, 2026-11-10 to 2026-11-30"
    assert line_text("Setup", start=None, end_excl=None, fraction=None, unit_price=Decimal(1)) == "Setup"
