"""Numbers with a decimal comma: what stands between groups of three is no decimal mark, and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from providers.partner_center.cells import number
from work365.errors import BadInput


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"),
        ("1.234,56", "1234.56"),
        ("1 234 567,8", "1234567.8"),
        ("1\u202f234,50", "1234.50"),
        ("-1.000", "-1000"),
        ("0E-20", "0E-20"),
        ("7", "7"),
    ],
)
def test_a_number_with_a_decimal_comma(text: str, value: str) -> None:
    assert number(text, decimal_mark=",") == Decimal(value)


@pytest.mark.parametrize("text", ["12.5", "1.23,5", "1.2345", "1,2,3", "1.234.56", ",", "", "1..234", "12.345.6,7"])
def test_a_point_elsewhere_is_refused(text: str) -> None:
    """`12.5` in such a file was written by somebody else: it is neither 12.5 nor 125."""
    with pytest.raises(BadInput, match=r"write it like 1234,56, or 1\.234,56"):
        number(text, decimal_mark=",")
