"""A declined charge is tried again on the days of its plan, never when it cannot pass, never more often than networks bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.fakes.receivables import BANK, VISA, debt_of, money
from work365.errors import Refused
from work365.receivables.charging import ChargeCase, payment_id
from work365.receivables.payments import (
    DeclineClass,
    InvoiceId,
    Payment,
    PaymentSource,
    PaymentState,
    Profile,
    ProfileId,
)
from work365.receivables.retry_plan import Plan, read_plan
from work365.receivables.retrying import Declined, Next, due, next_try

if TYPE_CHECKING:
    from collections.abc import Sequence

MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLAN = Plan((3, 5, 7))
SOFT, HARD = DeclineClass.SOFT, DeclineClass.HARD
OTHER = replace(VISA, id=ProfileId("other"))


def attempts(*declines: tuple[int, DeclineClass | None], profile: Profile = VISA) -> list[Payment]:
    """One attempt on each day of March; None for one that is under way."""
    return [
        Payment(
            payment_id(InvoiceId("i7"), number),
            InvoiceId("i7"),
            number,
            money("150.00 EUR"),
            PaymentSource.AUTO_CHARGE,
            PaymentState.PROCESSING if decline is None else PaymentState.FAILED,
            "a",
            profile.id,
            None,
            MARCH + timedelta(days=day - 1),
            decline=decline,
        )
        for number, (day, decline) in enumerate(declines, start=1)
    ]


def case(payments: Sequence[Payment], profile: Profile | None = VISA, balance: str = "150.00 EUR") -> ChargeCase:
    return ChargeCase(payments, debt_of(balance), profile)


CASES: dict[str, tuple[ChargeCase, Plan, date | None, str]] = {
    "once declined": (case(attempts((1, SOFT))), PLAN, date(2026, 3, 4), "try 2 of 4"),
    "twice": (case(attempts((1, SOFT), (4, SOFT))), PLAN, date(2026, 3, 9), "try 3 of 4"),
    "three times": (case(attempts((1, SOFT), (4, SOFT), (9, SOFT))), PLAN, date(2026, 3, 16), "try 4 of 4"),
    "four times": (case(attempts((1, SOFT), (4, SOFT), (9, SOFT), (16, SOFT))), PLAN, None, "it was tried 4 times"),
    "a hard decline": (case(attempts((1, HARD))), PLAN, None, "does not pass by itself"),
    "a hard one after a soft one": (case(attempts((1, SOFT), (4, HARD))), PLAN, None, "does not pass by itself"),
    "no plan": (case(attempts((1, SOFT))), Plan(), None, "it was tried 1 times"),
    "another card": (case(attempts((1, HARD)), OTHER), PLAN, date(2026, 3, 1), "was not tried yet"),
    "another card that was declined": (
        case([*attempts((1, HARD)), *attempts((1, SOFT), (2, SOFT), profile=OTHER)[1:]], OTHER),
        PLAN,
        date(2026, 3, 5),
        "try 2 of 4",
    ),
    "no card any more": (case(attempts((1, SOFT)), None), PLAN, None, "no payment profile"),
    "a bank account twice": (
        case(attempts((1, SOFT), (4, SOFT), profile=BANK), BANK),
        PLAN,
        date(2026, 3, 9),
        "try 3 of 3",
    ),
    "a debit that came back days later": (
        case([replace(one, declined_on=date(2026, 3, 6)) for one in attempts((1, SOFT), profile=BANK)], BANK),
        PLAN,
        date(2026, 3, 9),
        "try 2 of 3",
    ),
    "a bank account three times": (
        case(attempts((1, SOFT), (4, SOFT), (9, SOFT), profile=BANK), BANK),
        PLAN,
        None,
        "it was tried 3 times",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_when_it_is_tried_again(name: str) -> None:
    one, plan, on, says = CASES[name]
    found = next_try(one, plan, MARCH.date())
    assert found is not None
    assert found.on == on
    assert says in found.why


@pytest.mark.parametrize(
    "payments",
    [[], attempts((1, None)), attempts((1, SOFT), (4, None)), [replace(attempts((1, SOFT))[0], state=PaymentState.SUCCEEDED)]],
)
def test_what_was_not_declined_is_not_tried(payments: list[Payment]) -> None:
    """A bank debit counts only in its final state."""
    assert next_try(case(payments), PLAN, MARCH.date()) is None


def test_a_debit_was_declined_on_the_day_on_which_the_bank_said_so() -> None:
    late = [replace(one, declined_on=date(2026, 3, 6), message="No funds") for one in attempts((1, SOFT), profile=BANK)]
    assert Declined(case(late, BANK), by_itself=True, next=Next(None, "")).last == (date(2026, 3, 6), "No funds")


def declined(amount: str, profile: Profile = VISA, on: date = date(2026, 3, 10), *, by_itself: bool = True) -> Declined:
    return Declined(case(attempts((1, SOFT)), profile, amount), by_itself, Next(on, ""))


TODAY = date(2026, 3, 10)


def declined_before(one: Declined, days: list[date]) -> Declined:
    """The same, of a profile that was declined on these days already."""
    return replace(one, case=replace(one.case, declines=days))


def test_the_largest_come_first_and_only_those_of_today() -> None:
    found = [
        declined("10.00 EUR"),
        declined("30.00 EUR", on=date(2026, 3, 9)),
        declined("20.00 EUR", on=date(2026, 3, 11)),
        declined("40.00 EUR", by_itself=False),
    ]
    assert [str(one.case.debt.balance) for one in due(found, TODAY)] == ["30.00 EUR", "10.00 EUR"]


@pytest.mark.parametrize(
    ("before", "tried"),
    [
        ([], 9),
        ([date(2026, 3, 9)] * 4, 5),
        ([date(2026, 3, 8)] * 9, 5),
        ([date(2026, 2, 7)] * 14, 9),
        ([date(2026, 2, 8)] * 14, 0),
        ([date(2026, 2, 20)] * 14, 0),
    ],
)
def test_a_card_is_never_tried_as_often_as_the_networks_fine(before: list[date], tried: int) -> None:
    """Twelve invoices on one card: at most nine declines in a day and fourteen in thirty days, whatever their plans say."""
    card, account = ([declined(f"{amount}.00 EUR", on) for amount in range(1, 13)] for on in (VISA, BANK))
    assert len(due([declined_before(one, before) for one in card], TODAY)) == tried
    assert len(due([declined_before(one, before) for one in account], TODAY)) == 12


@pytest.mark.parametrize("text", ["", "3;5", "0", "61", "3,,5", "-3", "1,1,1,1,1,1,1,1,1", "three", "3.5", "²"])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="numbers of days from 1 to 60"):
        read_plan(text)


def test_a_plan_as_it_is_typed() -> None:
    assert read_plan("3, 5,7") == PLAN
    assert read_plan("none") == Plan()
