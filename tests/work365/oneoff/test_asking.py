"""What a person writes as a line of a one-off invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from work365.errors import BadInput
from work365.oneoff.asking import LineWish, line_wishes


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("GEN-1", LineWish("GEN-1")),
        ("2 x GEN-1", LineWish("GEN-1", Decimal(2))),
        ("1.5 x CFQ7TTC0LCHC:0002", LineWish("CFQ7TTC0LCHC:0002", Decimal("1.5"))),
        ("GEN-1 at 120.00", LineWish("GEN-1", Decimal(1), Decimal("120.00"))),
        ("GEN-1 - Müllabfuhr - März", LineWish("GEN-1", text="Müllabfuhr - März")),
        (
            "2 x GEN-1 at 120.00 less 10 % - Workshop at 9 x 3",
            LineWish("GEN-1", Decimal(2), Decimal("120.00"), Decimal(10), "Workshop at 9 x 3"),
        ),
        ("-1 x GEN-1 at 5", LineWish("GEN-1", Decimal(-1), Decimal(5))),
    ],
)
def test_a_line_says_what_and_how_many_at_which_price(text: str, wish: LineWish) -> None:
    assert line_wishes(text) == (wish,)


def test_each_line_of_a_text_is_one_and_blank_ones_are_none() -> None:
    assert [one.product for one in line_wishes("A\n\n 2 x B \n")] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "say what is to be billed"),
        ("two GEN-1", "is no line"),
        ("2 x GEN-1 at 1,50", "is no line"),
        ("0 x GEN-1", "quantity 0"),
        ("0.00001 x GEN-1", "at most 4 decimal places"),
        ("GEN-1 - " + "x" * 301, "has 301 characters"),
        ("A\n" * 101, "101 lines are too many"),
    ],
)
def test_what_is_no_line_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        line_wishes(text)
