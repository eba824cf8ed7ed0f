"""What the rows of one subscription say about its seats, day by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from local.fakes.small_partner import charges
from work365.provisioning.days import seat_days
from work365.provisioning.ledger import rows_to_append, seats_by_day
from work365.subscriptions.ledger import Event

MARCH = """
    new            2022-03-05..2022-04-04 +10 @12 a
    addQuantity    2022-03-07..2022-04-04 -10 @12 b
    addQuantity    2022-03-07..2022-04-04 +15 @12 b
    addQuantity    2022-03-10..2022-04-04 -15 @12 c
    addQuantity    2022-03-10..2022-04-04 +25 @12 c
    removeQuantity 2022-03-12..2022-04-04 -25 @12 d
    removeQuantity 2022-03-12..2022-04-04 +23 @12 d
    removeQuantity 2022-03-14..2022-04-04 -23 @12 e
    removeQuantity 2022-03-14..2022-04-04 +20 @12 e
    addQuantity    2022-03-25..2022-04-04 -20 @12 f
    addQuantity    2022-03-25..2022-04-04 +30 @12 f
"""


def test_microsofts_series_of_march_2022_gives_the_seats_of_every_change() -> None:
    """Six events in one cycle: 10, 15, 25, 23, 20 and 30 seats, whatever the order of the rows."""
    lines = charges(MARCH)
    for order in (lines, lines[::-1]):
        days = seat_days(order)
        assert [(day.day.day, day.after) for day in days] == [(5, 10), (7, 15), (10, 25), (12, 23), (14, 20), (25, 30)]
        assert [day.before for day in days] == [None, 10, 15, 25, 23, 20]
        assert [day.net for day in days] == [10, 5, 10, -2, -3, 10]


@pytest.mark.parametrize(
    ("rows", "before", "after", "net"),
    [
        ("cycleCharge 2026-02-01..2026-02-28 +10 @12 a", None, 10, 10),
        ("renew 2026-02-01..2026-02-28 +4 @12 a\nrenew 2026-02-01..2026-02-28 +6 @12 a", None, 10, 10),
        (
            """cycleCharge 2026-02-01..2026-02-28 +10 @12 a
               addQuantity 2026-02-01..2026-02-28 -10 @12 b
               addQuantity 2026-02-01..2026-02-28 +15 @12 b""",
            *(None, 15, 15),
        ),
        (
            """addQuantity 2026-02-07..2026-02-28 -15 @12 c
               addQuantity 2026-02-07..2026-02-28 +25 @12 c
               addQuantity 2026-02-07..2026-02-28 -10 @12 b
               addQuantity 2026-02-07..2026-02-28 +15 @12 b""",
            *(10, 25, 15),
        ),
        (
            (
                "addQuantity 2026-02-07..2026-02-28 -4 @12 a\naddQuantity 2026-02-07..2026-02-28 -6 @12 a\n"
                "addQuantity 2026-02-07..2026-02-28 +12 @12 a"
            ),
            10,
            12,
            2,
        ),
        ("addQuantity 2026-02-07..2026-02-28 +5 @12 a", None, None, 5),
        ("removeQuantity 2026-02-07..2026-02-28 -2 @12 a", None, None, -2),
        ("addQuantity 2026-02-07..2026-02-28 -10 @12 -\naddQuantity 2026-02-07..2026-02-28 +15 @12 -", 10, 15, 5),
        ("cancelImmediate 2026-02-03..2026-02-28 -10 @12 a", 10, 0, -10),
        ("new 2026-02-03..2026-03-02 +10 @12 a\ncancelImmediate 2026-02-03..2026-03-02 -10 @12 b", None, 0, 0),
        ("changeBillingPlan 2026-02-07..2026-02-28 -10 @12 a\nchangeBillingPlan 2026-02-07..2027-02-06 +10 @120 a", 10, 10, 0),
        ("changeBillingPlan 2026-02-07..2026-02-28 -10 @12 -\nchangeBillingPlan 2026-02-07..2027-02-06 +10 @120 -", 10, 10, 0),
        ("addQuantity 2026-02-07..2026-02-28 +10 @0 a\naddQuantity 2026-02-07..2026-02-28 +15 @0 a", 10, 15, 5),
        ("removeQuantity 2026-02-07..2026-02-28 +15 @0 a\nremoveQuantity 2026-02-07..2026-02-28 +10 @0 a", 15, 10, -5),
        ("cancelImmediate 2026-02-07..2026-02-28 +15 @0 a", 15, 0, -15),
    ],
)
def test_a_day_states_all_seats_or_a_difference(rows: str, before: int | None, after: int | None, net: int) -> None:
    """New cycles state all seats, wipe-and-recreate states old and new, a lone row states a difference."""
    (day,) = seat_days(charges(rows))
    assert (day.before, day.after, day.net) == (before, after, net)


def test_a_product_that_is_charged_in_two_parts_has_its_seats_once() -> None:
    """E5-like products give two rows (telephony apart) under one reference."""
    first, second = charges("renew 2026-02-01..2026-02-28 +10 @40 a\nrenew 2026-02-01..2026-02-28 +10 @7 a")
    (day,) = seat_days(
        [first, second.__class__(**{n: getattr(second, n) for n in second.__slots__} | {"product_name": "E5 (telephony)"})]
    )
    assert day.after == 10


def test_an_upgrade_inside_one_subscription_keeps_its_seats() -> None:
    """`convert` credits the old product and charges the new one on the same subscription."""
    old, new = charges("convert 2026-02-07..2026-02-28 -10 @12 a\nconvert 2026-02-07..2026-02-28 +10 @22 a")
    new = new.__class__(**{n: getattr(new, n) for n in new.__slots__} | {"product": "PRE:1"})
    (day,) = seat_days([old, new])
    assert (day.before, day.after) == (10, 10)


def test_the_ledger_names_what_happened() -> None:
    """Create, Quantity, Cancel and Reactivate follow from the rows."""
    days = seat_days(
        charges("""
            new             2026-01-05..2026-02-04 +10 @12 a
            addQuantity     2026-01-20..2026-02-04 -10 @12 b
            addQuantity     2026-01-20..2026-02-04 +12 @12 b
            cancelImmediate 2026-01-22..2026-02-04 -12 @12 c
            new             2026-03-01..2026-03-31 +3  @12 d
        """)
    )
    seats, disputes = seats_by_day((), days)
    rows = rows_to_append((), seats, dict.fromkeys(seats, Decimal(12)), days)
    assert [(row.event, row.quantity, row.delta) for row in rows] == [
        (Event.CREATE, 10, 10),
        (Event.QUANTITY, 12, 2),
        (Event.CANCEL, 0, -12),
        (Event.REACTIVATE, 3, 3),
    ]
    assert disputes == []


def test_earlier_knowledge_is_appended_and_taken_back_on_the_next_known_day() -> None:
    """The February file first, then January's: every day's sum is right, and no row was edited."""
    february = seat_days(charges("renew 2026-02-05..2026-03-04 +10 @12 b"))
    seats, _ = seats_by_day((), february)
    rows = rows_to_append((), seats, dict.fromkeys(seats, Decimal(12)), february)
    january = seat_days(charges("new 2026-01-05..2026-02-04 +8 @12 a"))
    seats, _ = seats_by_day(rows, january)
    rows += rows_to_append(rows, seats, dict.fromkeys(seats, Decimal(12)), january)
    assert [(row.effective, row.quantity, row.delta) for row in rows] == [
        (date(2026, 2, 5), 10, 10),
        (date(2026, 1, 5), 8, 8),
        (date(2026, 2, 5), 10, -8),
    ]
