"""What a step costs: table of cases with figures that can be redone by hand, and what holds for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.money import EXPONENT, Money, currency
from work365.reminding.chasing import due_step
from work365.reminding.fees import Fee, fee_of
from work365.reminding.owed import Owed
from work365.reminding.plan import FeeTerms, Plan, Step

EUR, JPY = currency("EUR"), currency("JPY")
DUE = date(2026, 3, 10)
OWED = Owed(
    id="i-1",
    number="INV-1",
    account="a",
    entity="e",
    issued=DUE - timedelta(days=14),
    due=DUE,
    balance=Money(100_00, EUR),
    disputed=Money(0, EUR),
    contract="c",
)
TERMS = FeeTerms(product="p", currency="EUR")


def charged(step: dict[str, str], terms: dict[str, Any], owed: dict[str, Any], late: int = 10) -> Fee | None:
    """The fee of a step so many days after the due day."""
    costs: dict[str, Any] = {name: Decimal(value) for name, value in step.items()}
    made = Step(late, **costs)
    return fee_of(replace(OWED, **owed), made, Plan("STD", (made,), replace(TERMS, **terms)), DUE + timedelta(days=late))


CASES: list[tuple[str, dict[str, str], dict[str, Any], dict[str, Any], str | None]] = [
    ("the flat sum of directive 2011/7/EU", {"fee": "40"}, {}, {}, "40.00 EUR"),
    ("a share of what is asked for", {"fee_percent": "1.5"}, {}, {}, "1.50 EUR"),
    ("interest of ten days: 100 x 9 % x 10 / 365 = 0.2466", {"yearly_interest": "9"}, {}, {}, "0.25 EUR"),
    ("all three, rounded once", {"fee": "40", "fee_percent": "1.5", "yearly_interest": "9"}, {}, {}, "41.75 EUR"),
    ("half a cent goes up", {"fee_percent": "0.005"}, {}, {}, "0.01 EUR"),
    ("less than half a cent is nothing", {"fee_percent": "0.0049"}, {}, {}, None),
    ("of what is not disputed alone", {"fee_percent": "10"}, {}, {"disputed": Money(30_00, EUR)}, "7.00 EUR"),
    ("nothing of what is disputed in full", {"fee": "40"}, {}, {"disputed": Money(100_00, EUR)}, None),
    ("of what is left of a part payment", {"fee_percent": "10"}, {}, {"balance": Money(45_00, EUR)}, "4.50 EUR"),
    ("never of fees that the invoice bills", {"fee_percent": "10"}, {}, {"fees_before": Money(40_00, EUR)}, "6.00 EUR"),
    ("nothing for an invoice of fees alone", {"fee": "40"}, {}, {"fees_before": Money(100_00, EUR)}, None),
    ("grace holds up to and including its last day", {"fee": "40"}, {"grace_days": 10}, {}, None),
    ("and not on the next", {"fee": "40"}, {"grace_days": 9}, {}, "40.00 EUR"),
    ("interest since the last that was charged", {"yearly_interest": "36.5"}, {}, {"interest_to": date(2026, 3, 15)}, "0.50 EUR"),
    ("the cap holds for all steps together", {"fee": "40"}, {"cap": Decimal(60)}, {"charged": Money(25_00, EUR)}, "35.00 EUR"),
    ("a lower cap gives nothing back", {"fee": "40"}, {"cap": Decimal(20)}, {"charged": Money(25_00, EUR)}, None),
    ("a cap that is reached leaves nothing", {"fee": "40"}, {"cap": Decimal(60)}, {"charged": Money(60_00, EUR)}, None),
    ("a cap out of reach changes nothing", {"fee": "40"}, {"cap": Decimal(60)}, {"charged": Money(10_00, EUR)}, "40.00 EUR"),
    ("no step costs anything by itself", {}, {"product": ""}, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("step", "terms", "owed", "amount"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_a_step_costs(step: dict[str, str], terms: dict[str, Any], owed: dict[str, Any], amount: str | None) -> None:
    """F140: amount or percentage, grace days, cap, yearly interest; nothing on disputed amounts."""
    fee = charged(step, terms, owed)
    assert (None if fee is None else str(fee.amount)) == amount


def test_a_leap_year_has_365_days_too() -> None:
    """2028 has a 29 February: a whole year from it is 366 days of 365."""
    owed = replace(OWED, due=date(2028, 1, 1))
    step = Step(366, yearly_interest=Decimal(10))
    fee = fee_of(owed, step, Plan("STD", (step,), TERMS), date(2029, 1, 1))
    assert fee is not None
    assert str(fee.amount) == "10.03 EUR"


def test_yen_have_no_places() -> None:
    """1.5 % of 1,033 JPY is 15.495."""
    yen = {"balance": Money(1033, JPY), "disputed": Money(0, JPY)}
    fee = charged({"fee_percent": "1.5"}, {"currency": "JPY"}, yen)
    assert fee is not None
    assert str(fee.amount) == "15 JPY"


def test_the_words_can_be_redone_by_hand() -> None:
    """What `w365 explain invoice` says of the line."""
    fee = charged({"fee": "40", "fee_percent": "1.5", "yearly_interest": "9"}, {"cap": Decimal(30)}, {})
    assert fee is not None
    assert fee.words == (
        "Reminder +10 of INV-1: 40.00 EUR, 1.5 % of 100.00 EUR, 9 % a year on 100.00 EUR for 10 of 365 days (11 March 2026 to "
        "20 March 2026). That is 41.75 EUR; all reminders of an invoice together cost at most 30.00 EUR."
    )


@pytest.mark.parametrize(
    ("step", "terms", "owed", "said"),
    [
        ({"fee": "40"}, {"product": ""}, {}, "has no fee product"),
        ({"fee": "40"}, {"currency": "USD"}, {}, "says its fees in USD; invoices in EUR need a plan in EUR"),
        ({"yearly_interest": "9"}, {"currency": "", "cap": Decimal(5)}, {}, "says its fees without a currency"),
        ({"fee": "40.001"}, {}, {}, "40.001 is not an amount in EUR"),
        ({"fee": "40"}, {"cap": Decimal("1.005")}, {}, "1.005 is not an amount in EUR"),
        ({"fee": "-1", "fee_percent": "9"}, {}, {}, "charges less than nothing"),
    ],
)
def test_what_nobody_can_charge_is_said(step: dict[str, str], terms: dict[str, Any], owed: dict[str, Any], said: str) -> None:
    """An amount that cannot be told is never guessed; nothing is taken until it is mended."""
    with pytest.raises(BadInput, match=said):
        charged(step, terms, owed)


def test_a_share_needs_no_currency() -> None:
    """A percentage and interest are of what the invoice says."""
    assert charged({"fee_percent": "1", "yearly_interest": "9"}, {"currency": ""}, {}) is not None


@given(
    balance=st.integers(1, 10**9),
    disputed=st.integers(0, 10**9),
    percent=st.decimals(0, 100, places=4),
    interest=st.decimals(0, 100, places=4),
    days=st.lists(st.integers(1, 120), min_size=1, max_size=6, unique=True).map(sorted),
    cap=st.none() | st.integers(0, 10**7),
)
def test_steps_in_a_row_charge_what_one_step_would(
    balance: int, disputed: int, percent: Decimal, interest: Decimal, days: list[int], cap: int | None
) -> None:
    """Interest of several steps covers each day once; nothing is below zero, over the cap, or of disputed money."""
    terms = replace(TERMS, cap=None if cap is None else Decimal(cap).scaleb(-EXPONENT[EUR]))
    steps = tuple(Step(day, yearly_interest=interest, fee_percent=percent) for day in days)
    plan, owed = Plan("STD", steps, terms), replace(OWED, balance=Money(balance, EUR), disputed=Money(disputed, EUR))
    whole, exact = Money(0, EUR), Fraction(0)
    for late in days:
        due = due_step(owed, plan, DUE + timedelta(days=late))
        assert due is not None
        exact += Fraction(owed.asked.minor) * Fraction(percent) / 100
        owed = replace(owed, taken=owed.taken | {late})
        if due.fee is not None:
            assert due.fee.amount.minor > 0
            whole += due.fee.amount
            owed = replace(owed, charged=whole, interest_to=due.fee.interest_to or owed.interest_to)
    exact += Fraction(owed.asked.minor) * Fraction(interest) / 100 * Fraction(days[-1], 365)
    assert cap is None or whole.minor <= cap
    if cap is None:
        assert abs(whole.minor - exact) <= Fraction(len(days), 2)
    assert disputed < balance or not whole.minor
