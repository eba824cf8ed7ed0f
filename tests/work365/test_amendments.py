"""Terms that change on a day: where cycles are cut, how they are counted on, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from work365.contracts.amendment import Amendment, Schedule, ScheduledBy
from work365.contracts.amount_off import AmountOff
from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy, Prorate
from work365.errors import BadInput
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, Frequency, Unit

START = date(2026, 1, 1)


def contract(*amendments: Amendment, **terms: object) -> BillingContract:
    """A contract from 1 January, monthly unless its terms say otherwise."""
    return BillingContract("C-1", Currency("EUR"), START, amendments=amendments, **terms)  # type: ignore[arg-type]  # table rows


def amended(day: str, **terms: object) -> Amendment:
    """An amendment from a day on that every run sees."""
    return Amendment(day, date.fromisoformat(day), **terms)  # type: ignore[arg-type]  # table rows


BOUNDARIES = [
    ("another frequency begins on its day", [amended("2026-03-15", frequency=ANNUAL)], "03-01 03-15 2027-03-01"),
    ("on the anchor's day", [amended("2026-03-15", frequency=ANNUAL, bill_day=15)], "03-01 03-15 2027-03-15"),
    ("counted to a common end", [amended("2026-03-15", anchor=date(2026, 9, 10))], "03-01 03-15 04-10 05-10"),
    ("another bill day", [amended("2026-03-01", bill_day=20)], "02-01 03-01 03-20 04-20"),
    ("the same cycles are not cut", [amended("2026-03-15", frequency=MONTHLY, bill_day=1)], "02-01 03-01 04-01 05-01"),
    ("policy cuts nothing", [amended("2026-03-15", policy=Policy.ARREARS)], "02-01 03-01 04-01 05-01"),
    ("weeks", [amended("2026-03-04", frequency=Frequency(2, Unit.WEEK), anchor=date(2026, 3, 4))], "03-01 03-04 03-18 04-01"),
    (
        "the last of one day counts",
        [amended("2026-03-15", frequency=ANNUAL), amended("2026-03-15", frequency=MONTHLY)],
        "02-01 03-01 04-01",
    ),
]


@pytest.mark.parametrize(("amendments", "days"), [case[1:] for case in BOUNDARIES], ids=[case[0] for case in BOUNDARIES])
def test_the_first_days_of_cycles(amendments: list[Amendment], days: str) -> None:
    """Cycles are cut where new ones begin, and nowhere else; each day lies in one."""
    one = contract(*amendments)
    expected = [date.fromisoformat(day if len(day) > len("03-01") else f"2026-{day}") for day in days.split()]
    first = one.cadence.number(expected[0])
    assert [one.cadence.boundary(first + index) for index in range(len(expected))] == expected
    for start, end in pairwise(expected):
        assert one.cadence.number(start) == one.cadence.number(date.fromordinal(end.toordinal() - 1))


def test_another_bill_day_keeps_the_months() -> None:
    """A quarterly contract whose bill day moves in February still begins its quarters in January, April and July."""
    one = contract(amended("2026-02-10", bill_day=15), frequency=QUARTERLY)
    assert one.cadence.containing(date(2026, 5, 1)).start == date(2026, 4, 15)


def test_policy_holds_from_the_next_cycle() -> None:
    """The running cycle stays due as it was; the next one is due when it is over."""
    one = contract(amended("2026-03-15", policy=Policy.ARREARS))
    march, april = one.cadence.number(date(2026, 3, 1)), one.cadence.number(date(2026, 4, 1))
    assert (one.due_on(march), one.due_on(april)) == (date(2026, 3, 1), date(2026, 5, 1))


@pytest.mark.parametrize("prorate", [Prorate.MONTHS, Prorate.NONE])
def test_what_counts_whole_is_not_cut(prorate: Prorate) -> None:
    """A month or a cycle that was begun counts whole, so a cut inside it is refused; on its first day it is not."""
    with pytest.raises(BadInput, match="use one of these two days"):
        contract(amended("2026-03-15", frequency=ANNUAL), prorate=prorate)
    assert contract(amended("2026-03-01", frequency=ANNUAL), prorate=prorate).on(date(2026, 3, 1)).frequency == ANNUAL


def test_an_item_goes_its_own_way_only_on_a_contract_by_item() -> None:
    """Before the contract is by item the schedule says nothing; from then on the item has its own cycles."""
    one = contract(amended("2026-06-01", scheduled_by=ScheduledBy.ITEM))
    own = one.item(date(2026, 3, 14), None, (Schedule(ANNUAL, anchor=date(2026, 3, 14)),))
    assert own.cadence.containing(date(2026, 4, 20)).start == date(2026, 4, 1)
    assert own.cadence.containing(date(2026, 7, 20)).start == date(2026, 6, 1)
    assert own.cadence.containing(date(2027, 4, 1)).start == date(2027, 3, 14)
    assert contract().item(date(2026, 3, 14), None, (Schedule(ANNUAL),)).cadence == contract().cadence


def test_an_amount_off_needs_one_cycle() -> None:
    """A contract by item has no cycle that an amount off the whole contract could be for."""
    off = (AmountOff("o1", "Welcome", Decimal(5)),)
    with pytest.raises(BadInput, match="give it to a subscription"):
        contract(scheduled_by=ScheduledBy.ITEM, amounts_off=off)
