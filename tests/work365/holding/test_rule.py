"""F54: whom the rule holds, whom it releases, and whom it never touches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import Refused
from work365.holding.hold import Action, HoldKind
from work365.holding.limits import Limits, read_amount, read_days
from work365.holding.rule import Verdict, judge
from work365.money import Currency, Money
from work365.receivables.balances import AccountBalance

TODAY = date(2026, 3, 16)
EUR, USD = Currency("EUR"), Currency("USD")
FREE, RULE = None, HoldKind.RULE
OFF = Limits()


def today(_: str) -> date:
    return TODAY


def owes(overdue: int, days: int = 10, *, code: Currency = EUR, unapplied: int = 0, due_later: int = 0) -> AccountBalance:
    none = Money(0, code)
    ages = (Money(overdue * 100, code), none, none, none)
    since = TODAY - timedelta(days=days)
    return AccountBalance("a", Money((overdue + due_later) * 100, code), Money(unapplied * 100, code), ages, since)


def after(days: int) -> Limits:
    return Limits(days=days)


def above(amount: str) -> Limits:
    return Limits(amount=read_amount(amount))


BOTH = Limits(30, Money(50000, EUR))
CASES: list[tuple[str, HoldKind | None, list[AccountBalance], Limits, str]] = [
    ("nothing is said", FREE, [owes(900, 400)], OFF, ""),
    ("so many days are allowed", FREE, [owes(900, 30)], after(30), ""),
    ("one more is not", FREE, [owes(1, 31)], after(30), "Placed: overdue for 31 days, which is more than 30"),
    ("no day is allowed", FREE, [owes(1, 1)], after(0), "Placed: overdue for 1 days, which is more than 0"),
    (
        "the oldest counts",
        FREE,
        [owes(1, 5), owes(1, 40, code=USD)],
        after(30),
        "Placed: overdue for 40 days, which is more than 30",
    ),
    ("so much is allowed", FREE, [owes(500)], above("500.00 EUR"), ""),
    ("more is not", FREE, [owes(501)], above("500.00 EUR"), "Placed: 501.00 EUR overdue, which is more than 500.00 EUR"),
    ("what is not due counts for nothing", FREE, [owes(500, due_later=900)], above("500.00 EUR"), ""),
    ("another currency counts for nothing", FREE, [owes(900, code=USD), owes(2)], above("500.00 EUR"), ""),
    ("either limit", FREE, [owes(501, 3)], BOTH, "Placed: 501.00 EUR overdue, which is more than 500.00 EUR"),
    (
        "both limits",
        FREE,
        [owes(501, 31)],
        BOTH,
        "Placed: overdue for 31 days, which is more than 30; 501.00 EUR overdue, which is more than 500.00 EUR",
    ),
    ("paid, and nobody said for what", FREE, [owes(501, 90, unapplied=501)], BOTH, ""),
    ("a part is paid", FREE, [owes(501, 10, unapplied=1, due_later=900)], BOTH, ""),
    ("held and still over", RULE, [owes(501, 31)], BOTH, ""),
    ("paid", RULE, [], BOTH, "Lifted: nothing is overdue any more"),
    ("paid enough", RULE, [owes(200, 5)], BOTH, "Lifted: within the limits again: 200.00 EUR overdue, the oldest for 5 days"),
    ("switched off", RULE, [owes(900, 90)], OFF, "Lifted: the rule is switched off for this customer"),
    ("a person holds, and it is paid", HoldKind.MANUAL, [], BOTH, ""),
    ("a person holds, and it is over", HoldKind.MANUAL, [owes(900, 90)], BOTH, ""),
    ("documents are missing", HoldKind.DOCUMENTS, [], BOTH, ""),
    ("nothing owed", FREE, [], BOTH, ""),
]


@pytest.mark.parametrize(("held", "owed", "limits", "becomes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_whom_the_rule_holds_and_releases(
    held: HoldKind | None, owed: list[AccountBalance], limits: Limits, becomes: str
) -> None:
    verdict = judge(held, owed, limits, today)
    assert ("" if verdict is None else f"{verdict.action.value}: {verdict.reason}") == becomes


DEBTS = st.lists(st.builds(owes, st.integers(1, 2000), st.integers(1, 99), code=st.sampled_from([EUR, USD])), max_size=3)
LIMITS = st.builds(
    Limits,
    st.none() | st.integers(0, 99),
    st.none() | st.builds(Money, st.integers(0, 200000), st.sampled_from([EUR, USD])),
)


@given(DEBTS, LIMITS, st.sampled_from([None, *HoldKind]))
def test_twice_on_one_day_is_once(owed: list[AccountBalance], limits: Limits, held: HoldKind | None) -> None:
    verdict = judge(held, owed, limits, today)
    after_it = held if verdict is None else RULE if verdict.action is Action.PLACED else None
    assert judge(after_it, owed, limits, today) is None
    if held in {HoldKind.MANUAL, HoldKind.DOCUMENTS}:
        assert verdict is None
    assert not isinstance(verdict, Verdict) or 0 < len(verdict.reason) <= 300


@pytest.mark.parametrize(("text", "days"), [("off", None), ("0", 0), ("30", 30), ("365", 365)])
def test_days(text: str, days: int | None) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize(
    ("text", "amount"),
    [("off", None), ("500.00 EUR", Money(50000, EUR)), ("500 EUR", Money(50000, EUR)), ("0 USD", Money(0, USD))],
)
def test_amounts(text: str, amount: Money | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize("text", ["", "-1", "366", "soon", "1.5", "٣"])
def test_what_is_no_number_of_days(text: str) -> None:
    with pytest.raises(Refused, match="is not days from 0 to 365, or off"):
        read_days(text)


@pytest.mark.parametrize(
    "text", ["", "500", "EUR 500", "500.001 EUR", "-1 EUR", "NaN EUR", "Infinity EUR", "5 EURO", "5 EUR each"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Refused, match=r"is not an amount with its currency, as 500\.00 EUR, or off"):
        read_amount(text)
