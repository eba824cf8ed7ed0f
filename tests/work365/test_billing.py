"""Billing one contract: duplicates, skips, repairs, and what the caller is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.errors import BadInput, CurrencyMismatch, InvariantBroken
from work365.invoicing.billing import Bill, bill
from work365.invoicing.keys import LONGEST_KEY, prefix
from work365.invoicing.lines import Kind, Line, Posted
from work365.invoicing.rounds import open_from
from work365.money import Currency, Money
from work365.periods import ANNUAL, MONTHLY, Period
from work365.subscriptions.change_log import Change, Subscription

USD = Currency("USD")
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
M31 = BillingContract("C-1", USD, MARCH)


def seats(*changes: Change, name: str = "s1", start: date = MARCH, end: date | None = None) -> Subscription:
    return Subscription(name, start, Decimal("31.00"), changes, end)


def told(result: Bill) -> list[tuple[str, str, int, str]]:
    return [(line.kind.value, str(line.period.start), int(line.quantity), str(line.amount.major)) for line in result.lines]


TEN = Change("c1", MARCH, 10)
FIFTEEN = Change("c2", date(2026, 3, 16), 15)


def test_what_the_caller_is_told() -> None:
    """Cycles for schedule rows, changes to mark as billed, the dates of the contract, the total."""
    result = bill(M31, [seats(TEN)], [], as_of=MARCH)
    assert result.cycles == (Period(MARCH, APRIL),)
    assert (result.settles, result.billed_through, result.next_invoice_date) == (("c1",), APRIL, APRIL)
    assert result.total(M31) == Money(31000, USD)
    assert result.findings == ()
    [line] = result.lines
    assert (line.key, line.kind, line.change, line.origin) == ("C-1/s1/2026-03-01/b.0", Kind.CYCLE, None, None)


def test_lines_name_the_line_and_the_change_that_they_come_from() -> None:
    """A credit and a charge lead to the original line and to the change-log row."""
    first = bill(M31, [seats(TEN)], [], as_of=MARCH)
    result = bill(M31, [seats(TEN, FIFTEEN)], first.lines, as_of=date(2026, 3, 16), billed_through=first.billed_through)
    assert [(line.key.rpartition("/")[2], line.change, line.origin) for line in result.lines] == [
        ("2026-03-16-.0", "c2", "C-1/s1/2026-03-01/b.0"),
        ("2026-03-16+.0", "c2", "C-1/s1/2026-03-01/b.0"),
    ]
    assert result.cycles == ()


def test_a_cycle_without_lines_is_billed_too() -> None:
    """A paused month moves the dates on and leaves a schedule row, so it cannot be billed later by mistake."""
    result = bill(M31, [seats(Change("c1", MARCH, 0))], [], as_of=MARCH)
    assert (result.lines, result.cycles, result.billed_through, result.settles) == ((), (Period(MARCH, APRIL),), APRIL, ("c1",))


def test_before_the_contract_starts_there_is_nothing() -> None:
    """Nothing is due, nothing is settled, and the first date is known."""
    result = bill(M31, [seats(TEN)], [], as_of=FEBRUARY)
    assert (result.lines, result.cycles, result.settles) == ((), (), ())
    assert (result.billed_through, result.next_invoice_date) == (MARCH, MARCH)


@pytest.mark.parametrize(("effective", "base", "lines"), [(date(2026, 4, 10), 10, 3), (APRIL, 12, 1)])
def test_a_change_of_a_later_cycle_waits_for_it(effective: date, base: int, lines: int) -> None:
    """It is neither billed nor settled before its cycle is, also when it is effective on that cycle's first day."""
    later = Change("c2", effective, 12, recorded=MARCH)
    result = bill(M31, [seats(TEN, later)], [], as_of=MARCH)
    assert (len(result.lines), result.settles) == (1, ("c1",))
    april = bill(M31, [seats(TEN, later)], result.lines, as_of=APRIL, billed_through=result.billed_through)
    assert (told(april)[0][:3], len(april.lines), april.settles) == (("cycle", "2026-04-01", base), lines, ("c1", "c2"))


def test_changes_that_wait_for_the_next_cycle() -> None:
    """Between cycles nothing is billed or settled; when no cycle is left to ride on, they are billed at once."""
    waiting = replace(M31, changes_billed=ChangesBilled.NEXT_CYCLE, end=APRIL)
    first = bill(waiting, [seats(TEN)], [], as_of=MARCH)
    assert first.next_invoice_date is None
    late = bill(waiting, [seats(TEN, FIFTEEN)], first.lines, as_of=date(2026, 3, 20), billed_through=first.billed_through)
    assert (len(late.lines), late.settles) == (2, ("c1", "c2"))
    going_on = replace(waiting, end=None)
    between = bill(going_on, [seats(TEN, FIFTEEN)], first.lines, as_of=date(2026, 3, 20), billed_through=first.billed_through)
    assert between == Bill((), (), (), APRIL, APRIL, ())


def test_a_change_after_the_end_is_a_finding() -> None:
    """It can never be billed; somebody must look. A cancellation after the end is nothing to look at."""
    log = (TEN, Change("c2", date(2026, 3, 25), 12, MARCH), Change("c3", date(2026, 3, 26), 0, MARCH))
    result = bill(M31, [seats(*log, end=date(2026, 3, 20))], [], as_of=MARCH)
    assert result.settles == ("c1", "c2", "c3")
    assert [finding.identity for finding in result.findings] == ["change-after-end:c2"]
    assert "Move the end" in result.findings[0].message
    assert told(result) == [("stub", "2026-03-01", 10, "190.00")]


def test_a_subscription_that_left_the_contract_is_a_finding() -> None:
    """Lines of a subscription that was not read are never credited: the view may be partial (A8)."""
    first = bill(M31, [seats(TEN), seats(TEN, name="s2")], [], as_of=MARCH)
    result = bill(M31, [seats(TEN)], first.lines, as_of=MARCH, billed_through=first.billed_through)
    assert result.lines == ()
    assert [finding.subject for finding in result.findings] == ["s2"]


def test_an_end_that_is_moved_forward_credits_the_days_behind_it() -> None:
    """One line, which shortens what was posted; the next run finds nothing, and moving it back bills the days again."""
    cut = replace(M31, end=date(2026, 3, 21))
    lines = bill(M31, [seats(TEN)], [], as_of=MARCH).lines
    shorter = bill(cut, [seats(TEN)], lines, as_of=MARCH, billed_through=APRIL)
    assert told(shorter) == [("credit", "2026-03-21", 10, "-110.00")]
    assert (shorter.lines[0].key, shorter.lines[0].origin, shorter.lines[0].fraction) == (
        "C-1/s1/2026-03-01/b.1s",
        "C-1/s1/2026-03-01/b.0",
        (11, 31),
    )
    assert bill(cut, [seats(TEN)], [*lines, *shorter.lines], as_of=MARCH, billed_through=APRIL).lines == ()
    longer = bill(M31, [seats(TEN)], [*lines, *shorter.lines], as_of=MARCH, billed_through=APRIL)
    assert told(longer) == [("charge", "2026-03-21", 10, "110.00")]
    everything = [*lines, *shorter.lines, *longer.lines]
    assert bill(M31, [seats(TEN)], everything, as_of=MARCH, billed_through=APRIL).lines == ()
    again = bill(replace(M31, end=date(2026, 3, 26)), [seats(TEN)], everything, as_of=MARCH, billed_through=APRIL)
    assert told(again) == [("credit", "2026-03-26", 10, "-60.00")]


def test_an_end_before_a_change_corrects_its_credit_and_its_charge() -> None:
    """Each line that ran past the end is corrected; together they are the remaining days of the last state."""
    log = seats(TEN, FIFTEEN)
    lines = bill(M31, [log], [], as_of=date(2026, 3, 16)).lines
    result = bill(replace(M31, end=date(2026, 3, 21)), [log], lines, as_of=date(2026, 3, 21), billed_through=APRIL)
    assert told(result) == [
        ("credit", "2026-03-21", 10, "-110.00"),
        ("correction", "2026-03-21", 10, "110.00"),
        ("credit", "2026-03-21", 15, "-165.00"),
    ]


def test_a_subscription_that_ends_before_its_cycle_loses_everything() -> None:
    """All lines and the discount are taken out once, and may come back."""
    ten_off = replace(M31, discount_percent=Decimal(10))
    lines = bill(ten_off, [seats(TEN)], [], as_of=MARCH).lines
    gone = bill(ten_off, [seats(TEN, end=MARCH)], lines, as_of=MARCH, billed_through=APRIL)
    assert [(line.kind, str(line.amount.major)) for line in gone.lines] == [(Kind.CREDIT, "-310.00"), (Kind.DISCOUNT, "31.00")]
    after = [*lines, *gone.lines]
    assert bill(ten_off, [seats(TEN, end=MARCH)], after, as_of=MARCH, billed_through=APRIL).lines == ()
    back = bill(ten_off, [seats(TEN)], after, as_of=MARCH, billed_through=APRIL)
    assert [(line.kind, line.key[-3:]) for line in back.lines] == [(Kind.CHARGE, "b.2"), (Kind.DISCOUNT, "d.2")]
    partly = bill(M31, [seats(TEN, end=date(2026, 3, 11))], [after[0], after[2]], as_of=MARCH, billed_through=APRIL)
    assert [(one.kind, one.period) for one in partly.lines] == [(Kind.CHARGE, Period(MARCH, date(2026, 3, 11)))]


def test_other_seats_for_the_same_money_are_shown() -> None:
    """Twenty at half the price: nothing is owed, but the invoice must not go on saying ten."""
    first = bill(M31, [seats(TEN)], [], as_of=MARCH)
    halved = Change("c2", MARCH, 20, MARCH, Decimal("15.50"))
    result = bill(M31, [seats(TEN, halved)], first.lines, as_of=MARCH, billed_through=APRIL)
    assert told(result) == [("credit", "2026-03-01", 10, "-310.00"), ("charge", "2026-03-01", 20, "310.00")]
    assert bill(M31, [seats(TEN, halved)], [*first.lines, *result.lines], as_of=MARCH, billed_through=APRIL).lines == ()


def test_free_seats_are_shown_and_never_trip_a_run() -> None:
    """A price of zero gives a line of zero; a price that comes later is charged without a credit (E1)."""
    free = replace(TEN, unit_price=Decimal(0))
    first = bill(M31, [seats(free)], [], as_of=MARCH)
    assert told(first) == [("cycle", "2026-03-01", 10, "0.00")]
    assert bill(M31, [seats(free)], first.lines, as_of=MARCH, billed_through=APRIL).lines == ()
    priced = Change("c2", MARCH, 10, MARCH, Decimal("31.00"))
    second = bill(M31, [seats(free, priced)], first.lines, as_of=MARCH, billed_through=APRIL)
    assert told(second) == [("charge", "2026-03-01", 10, "310.00")]
    everything = [*first.lines, *second.lines]
    assert bill(M31, [seats(free, priced)], everything, as_of=MARCH, billed_through=APRIL).lines == ()


def test_up_and_back_on_one_day_bills_nothing() -> None:
    """The last record of a day counts (D8)."""
    back = Change("c3", FIFTEEN.effective, 10)
    lines = bill(M31, [seats(TEN)], [], as_of=MARCH).lines
    result = bill(M31, [seats(TEN, FIFTEEN, back)], lines, as_of=date(2026, 3, 16), billed_through=APRIL)
    assert (result.lines, result.settles) == ((), ("c1", "c2", "c3"))


def test_a_change_on_the_last_day() -> None:
    """One day is charged (D8)."""
    result = bill(M31, [seats(TEN, Change("c2", date(2026, 3, 31), 11, MARCH))], [], as_of=MARCH)
    assert told(result)[1:] == [("credit", "2026-03-31", 10, "-10.00"), ("charge", "2026-03-31", 11, "11.00")]


def test_months_in_arrears() -> None:
    """Pieces of whole months: the dearest state of a month is billed for all of it."""
    yearly = BillingContract("C-1", USD, JANUARY, ANNUAL, policy=Policy.ARREARS, prorate=Prorate.MONTHS)
    log = (Change("c1", JANUARY, 10), Change("c2", date(2026, 7, 10), 5), Change("c3", date(2026, 7, 20), 8))
    result = bill(yearly, [seats(*log, start=JANUARY)], [], as_of=date(2027, 1, 1))
    assert [(line.quantity, line.fraction) for line in result.lines] == [(10, (7, 12)), (8, (5, 12))]
    nothing = bill(yearly, [seats(Change("c1", JANUARY, 0), start=JANUARY)], [], as_of=date(2027, 1, 1))
    assert nothing.lines == ()


def test_months_begin_on_their_first_day() -> None:
    """A change on a month's first day belongs to that month, and among equally dear states of a month the last one counts."""
    yearly = BillingContract("C-1", USD, JANUARY, ANNUAL, prorate=Prorate.MONTHS)
    log = (Change("c1", JANUARY, 10, JANUARY), Change("c2", date(2026, 7, 1), 12, JANUARY))
    result = bill(yearly, [seats(*log, start=JANUARY)], [], as_of=JANUARY)
    assert [(line.period.start, line.fraction) for line in result.lines[1:]] == [(date(2026, 7, 1), (6, 12))] * 2
    same = Change("c2", date(2026, 1, 20), 20, JANUARY, Decimal("15.50"))
    assert told(bill(yearly, [seats(log[0], same, start=JANUARY)], [], as_of=JANUARY)) == [("cycle", "2026-01-01", 20, "310.00")]


def test_arrears_from_zero_and_to_zero() -> None:
    """Days without seats are no piece (D8)."""
    arrears = BillingContract("C-1", USD, MARCH, policy=Policy.ARREARS)
    log = (Change("c1", date(2026, 3, 11), 10), Change("c2", date(2026, 3, 21), 0))
    assert told(bill(arrears, [seats(*log)], [], as_of=APRIL)) == [("charge", "2026-03-11", 10, "100.00")]


def test_where_reading_begins() -> None:
    """The first day of the cycle of the earliest date that matters, never before the contract."""
    assert open_from(M31, None) == MARCH
    assert open_from(M31, date(2026, 6, 1)) == date(2026, 6, 1)
    assert open_from(M31, date(2026, 6, 1), [date(2026, 4, 20), date(2026, 5, 2)]) == APRIL
    assert open_from(M31, date(2026, 6, 1), [date(2025, 1, 1)]) == MARCH
    assert open_from(replace(M31, bill_day=15), date(2026, 6, 15), [date(2026, 3, 2)]) == date(2026, 2, 15)


def test_reading_too_little_is_refused() -> None:
    """Cycles that are neither billed nor read would be skipped for good."""
    with pytest.raises(InvariantBroken, match="history is read from"):
        bill(M31, [seats(TEN)], [], as_of=APRIL, billed_through=MARCH, open_from=APRIL)


def test_lines_of_closed_cycles_are_left_alone() -> None:
    """Lines that were read without need are not taken for too many."""
    lines = bill(M31, [seats(TEN)], [], as_of=MARCH).lines
    opening = Change("c1", MARCH, 10, settled=True)
    result = bill(M31, [seats(opening)], lines, as_of=APRIL, billed_through=APRIL, open_from=APRIL)
    assert told(result) == [("cycle", "2026-04-01", 10, "310.00")]
    assert result.settles == ()


def test_a_settled_change_is_known_whatever_the_day() -> None:
    """A run that is dated before an earlier one forgets nothing."""
    late = replace(FIFTEEN, recorded=date(2026, 3, 20), settled=True)
    log = [seats(replace(TEN, settled=True), late)]
    lines = bill(M31, log, [], as_of=date(2026, 3, 20)).lines
    assert bill(M31, log, lines, as_of=date(2026, 3, 17), billed_through=APRIL).lines == ()
    assert bill(M31, log, lines, as_of=date(2026, 2, 1), billed_through=APRIL).lines == ()


def test_a_subscription_is_given_once() -> None:
    """Twice would be billed twice."""
    with pytest.raises(InvariantBroken, match="given twice"):
        bill(M31, [seats(TEN), seats(TEN)], [], as_of=MARCH)


def test_a_line_that_is_posted_twice_stops_the_contract() -> None:
    """The books are corrupt; nothing is billed on top of that."""
    lines = bill(M31, [seats(TEN)], [], as_of=MARCH).lines
    with pytest.raises(InvariantBroken, match="posted twice"):
        bill(M31, [seats(TEN)], [*lines, *lines], as_of=MARCH, billed_through=APRIL)


@pytest.mark.parametrize(
    "key", ["by hand", "C-1/s1/2026-03-01/b.", "C-1/s1/2026-03-01/b.x", "C-1/s1/2026-03-01/b.r", ".0", "b.1q"]
)
def test_a_line_that_billing_did_not_make_is_refused(key: str) -> None:
    """Its amount would be taken for something that it is not."""
    line = Posted(key, "s1", Period(MARCH, APRIL), 1, None, Money(1, USD))
    with pytest.raises(InvariantBroken, match="made by hand"):
        bill(M31, [seats(TEN)], [line], as_of=MARCH)


def test_a_subscription_ends_after_it_starts() -> None:
    """Two dates that contradict each other are refused with a sentence."""
    with pytest.raises(BadInput, match="subscription s1 ends on"):
        seats(TEN, end=FEBRUARY)


def test_one_currency() -> None:
    """Posted lines in another currency stop the contract."""
    line = Posted("C-1/s1/2026-03-01/b.0", "s1", Period(MARCH, APRIL), 1, None, Money(1, Currency("EUR")))
    with pytest.raises(CurrencyMismatch, match="EUR"):
        bill(M31, [seats(TEN)], [line], as_of=MARCH)


def test_keys_of_long_and_doubtful_ids() -> None:
    """Long ids, and ids with a slash, go into the key as digests; the key stays short and cannot be read in two ways."""
    long = "0123456789abcdef" * 9
    assert prefix("a/b", "c") != prefix("a", "b/c")
    assert prefix("C", long) != prefix("C", f"{long}x")
    contract = replace(M31, id=long)
    log = [seats(TEN, FIFTEEN, name=long)]
    first: tuple[Line, ...] = bill(contract, log, [], as_of=date(2026, 3, 16)).lines
    assert max(len(line.key) for line in first) <= LONGEST_KEY
    assert bill(contract, log, first, as_of=date(2026, 3, 16), billed_through=APRIL).lines == ()


def test_monthly_is_the_default_and_whole_cycles_are_not_prorated() -> None:
    """Scenarios D1 and D2: twelve months from an anniversary are twelve whole cycles, and a big price stays what it is."""
    contract = BillingContract("C-1", USD, date(2025, 6, 16), MONTHLY)
    big = Subscription("s1", contract.start, Decimal(1_099_000), (Change("c1", contract.start, 1),))
    lines = bill(contract, [big], [], as_of=date(2026, 5, 16)).lines
    assert [str(line.amount.major) for line in lines] == ["1099000.00"] * 12
