"""A sum in parts: exact to the cent, due month by month, and what is left of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.instalments.plan import REST, Kept, Part, Plan, Rest, ending, missing, standing
from work365.money import Currency, Money, total

EUR = Currency("EUR")
FIRST = date(2026, 1, 31)


def plan(commitment: str = "1200.00", **fields: Any) -> Plan:  # noqa: ANN401  values of fields
    told = {"parts": 12, "first_due": FIRST, **fields}
    return Plan("p", "P-1", "Microsoft 365 E3, one year", EUR, Decimal(commitment), **told)


@pytest.mark.parametrize(
    ("commitment", "surcharge", "parts", "amounts"),
    [
        ("1200.00", "5", 12, ["105.00"] * 12),
        ("1000.00", "0", 12, ["83.34"] * 4 + ["83.33"] * 8),
        ("0.05", "0", 3, ["0.02", "0.02", "0.01"]),
        ("99.99", "3.333", 1, ["103.32"]),
        ("0.00", "5", 2, ["0.00", "0.00"]),
    ],
)
def test_the_parts(commitment: str, surcharge: str, parts: int, amounts: list[str]) -> None:
    """F6's figures, and sums that do not divide."""
    found = plan(commitment, surcharge_percent=Decimal(surcharge), parts=parts).instalments()
    assert [f"{part.amount.major:f}" for part in found] == amounts


@given(st.decimals(0, 10**7, places=2), st.decimals(0, 50, places=4), st.integers(1, 120))
def test_the_parts_sum_to_the_whole_and_differ_by_a_cent_at_most(commitment: Decimal, surcharge: Decimal, parts: int) -> None:
    one = plan(str(commitment), surcharge_percent=surcharge, parts=parts)
    amounts = [part.amount for part in one.instalments()]
    assert total(amounts, EUR) == one.whole
    assert max(amounts).minor - min(amounts).minor <= 1


def test_days_come_back_after_short_months() -> None:
    assert [part.due for part in plan(parts=4).instalments()] == [
        FIRST,
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    assert [part.due for part in plan(parts=2, every_months=3).instalments()] == [FIRST, date(2026, 4, 30)]


def kept(one: Plan, billed: int) -> list[Kept]:
    """The items of a plan of which the first ones are billed."""
    return [
        Kept(one.item(part.number), part.due, part.amount, "Billed" if part.number <= billed else "Unbilled")
        for part in one.instalments()
    ]


@pytest.mark.parametrize(
    ("rest", "taken_out", "part"),
    [(Rest.BILL, 9, Part(REST, date(2026, 4, 1), Money(90000, EUR))), (Rest.WRITE_OFF, 9, None)],
)
def test_an_early_end(rest: Rest, taken_out: int, part: Part | None) -> None:
    """Two of twelve are billed, one is due: the nine that follow are billed at once, or given up."""
    one = plan(ended_on=date(2026, 4, 1), rest=rest, decided_by="Ann")
    out, made = ending(one, kept(one, 2), date(2026, 4, 1))
    assert (len(out), made) == (taken_out, part)


def test_what_was_never_made_counts_for_the_rest() -> None:
    one = plan(ended_on=date(2026, 4, 1), rest=Rest.BILL, decided_by="Ann")
    assert ending(one, [], date(2026, 4, 1)) == ([], Part(REST, date(2026, 4, 1), Money(90000, EUR)))
    assert len(missing(one, [])) == 12
    assert ending(one, [], date(2030, 1, 1)) == ([], None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ended_on": FIRST}, "without a decision"),
        ({"ended_on": FIRST, "rest": Rest.BILL}, "say who decided"),
        ({"parts": 0}, "at least one part"),
        ({"surcharge_percent": Decimal(-1)}, "0 or more"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        plan(**fields)


def test_what_is_left() -> None:
    one = plan(surcharge_percent=Decimal(5))
    found = standing(one, kept(one, 3))
    assert [str(part) for part in (found.commitment, found.billed, found.left)] == ["1260.00 EUR", "315.00 EUR", "945.00 EUR"]
