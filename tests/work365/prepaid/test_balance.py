"""Prepaid balances: whatever happens in whatever order, the movements sum to the balance, and it is never below zero."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import Refused
from work365.money import Money, currency
from work365.prepaid.balance import LOTS_MAX, Balance, Lot, Moved, Movement, MovementKind, added, drawn, expired

EUR = currency("EUR")
TODAY = date(2026, 3, 1)
EMPTY = Balance("b", "account", "entity", EUR)


def euros(cents: int) -> Money:
    return Money(cents, EUR)


def lot(name: str, cents: int, expires: date | None = None, since: date = TODAY) -> Lot:
    return Lot(name, euros(cents), since, expires)


def top_up(name: str, cents: int, on: date = TODAY, expires: date | None = None) -> Movement:
    return Movement(name, MovementKind.TOP_UP, euros(cents), on, name, expires)


def test_the_lot_that_expires_first_is_used_first_and_those_that_never_do_last() -> None:
    """Of equal ones the oldest; 60.00 takes all of the one for April and 35.00 of the older one for May."""
    balance = EMPTY
    for movement in (
        top_up("never", 1000),
        top_up("may, later", 4000, TODAY + timedelta(days=1), date(2026, 5, 1)),
        top_up("may", 4000, TODAY, date(2026, 5, 1)),
        top_up("april", 2500, TODAY, date(2026, 4, 1)),
    ):
        balance = added(balance, movement).balance
    moved = drawn(balance, euros(6000), TODAY, "invoice")
    assert [(move.lot, move.amount.minor) for move in moved.movements] == [("april", -2500), ("may", -3500)]
    assert [(one.id, one.left.minor) for one in moved.balance.lots] == [("may", 500), ("may, later", 4000), ("never", 1000)]


def test_no_more_is_taken_than_there_is() -> None:
    moved = drawn(added(EMPTY, top_up("a", 2500)).balance, euros(6000), TODAY, "invoice")
    assert (moved.moved, moved.balance.total, moved.balance.lots) == (euros(-2500), euros(0), ())


def test_what_has_expired_is_not_used_and_leaves_as_a_movement_of_its_own() -> None:
    """On its day it can no longer be used; a day before it can."""
    balance = added(added(EMPTY, top_up("old", 2500, TODAY, date(2026, 4, 1))).balance, top_up("new", 1000)).balance
    moved = drawn(balance, euros(6000), date(2026, 4, 1), "invoice")
    assert [(move.kind, move.lot, move.amount.minor) for move in moved.movements] == [
        (MovementKind.EXPIRED, "old", -2500),
        (MovementKind.DRAWN, "new", -1000),
    ]
    assert drawn(balance, euros(6000), date(2026, 3, 31), "invoice").moved == euros(-3500)
    assert expired(balance, date(2026, 3, 31)).movements == ()


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        (top_up("a", 0), "takes amounts above zero"),
        (top_up("a", -5), "takes amounts above zero"),
        (top_up("a", 5, TODAY, TODAY), "before it could be used"),
    ],
)
def test_what_cannot_be_added_is_refused(movement: Movement, words: str) -> None:
    with pytest.raises(Refused, match=words):
        added(EMPTY, movement)


def test_a_balance_has_so_many_open_lots_and_no_more() -> None:
    full = Balance("b", "account", "entity", EUR, tuple(lot(str(number), 1) for number in range(LOTS_MAX)))
    with pytest.raises(Refused, match="60 open top-ups"):
        added(full, top_up("more", 1))


DAYS = st.integers(0, 40)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), DAYS, st.integers(1, 10_000), st.one_of(st.none(), st.integers(1, 30))),
        st.tuples(st.just("draw"), DAYS, st.integers(0, 20_000), st.none()),
        st.tuples(st.just("expire"), DAYS, st.just(0), st.none()),
    ),
    max_size=30,
)


@given(STEPS)
def test_the_movements_sum_to_the_balance_and_it_is_never_below_zero(steps: list[tuple[str, int, int, int | None]]) -> None:
    """Nothing is used after its day, no lot gives more than it had, and every movement has an id of its own."""
    balance, ledger = EMPTY, list[Movement]()
    for number, (what, days, cents, until) in enumerate(steps):
        on = TODAY + timedelta(days=days)
        if what == "add":
            expires = None if until is None else on + timedelta(days=until)
            moved = added(balance, top_up(f"lot {number}", cents, on, expires))
        elif what == "draw":
            moved = drawn(balance, euros(cents), on, f"invoice {number}")
            taken = -sum(move.amount.minor for move in moved.movements if move.kind is MovementKind.DRAWN)
            usable = sum(one.left.minor for one in balance.lots if one.usable(on))
            assert taken == min(cents, usable)
        else:
            moved = expired(balance, on)
        ledger += moved.movements
        balance = moved.balance
        assert sum(move.amount.minor for move in ledger) == balance.total.minor >= 0
        assert all(one.left.minor > 0 for one in balance.lots)
        assert list(balance.lots) == sorted(balance.lots, key=lambda one: one.order)
    assert len({move.id for move in ledger}) == len(ledger)
    by_lot = {name: sum(move.amount.minor for move in ledger if move.lot == name) for name in {move.lot for move in ledger}}
    assert by_lot == {**dict.fromkeys(by_lot, 0), **{one.id: one.left.minor for one in balance.lots}}


def test_nothing_moves_where_nothing_is_wanted() -> None:
    assert drawn(added(EMPTY, top_up("a", 2500)).balance, euros(0), TODAY, "invoice") == Moved(
        added(EMPTY, top_up("a", 2500)).balance
    )
