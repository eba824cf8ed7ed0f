"""Where money that goes back is taken from, and what money pays that comes again: figures, and sums that always hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import debt_of, money
from work365.money import Currency, Money
from work365.receivables.left_over import Share, made_room
from work365.receivables.payments import Debt, InvoiceId, InvoiceStatus, PaymentId
from work365.receivables.refunding import Uses, comes_in, goes_out
from work365.receivables.settling import owing

EUR = Currency("EUR")


def euros(amount: str) -> Money:
    return money(f"{amount} EUR")


def note_of(balance: str, number: str = "CN-1") -> Debt:
    """A credit note over 100.00 of which so much is open."""
    total, open_ = euros("-100.00"), euros(balance)
    return Debt(
        InvoiceId(number), number, "contoso", InvoiceStatus.PARTIAL, total, total - open_, open_, open_ - open_, credit_note=True
    )


def uses_of(used: str, spare: str = "0.00", notes: tuple[str, ...] = (), *, balance: str = "0.00") -> Uses:
    """A payment on an invoice of which so much is open, and which it pays so much."""
    total = euros(used) + euros(balance)
    debt = debt_of(
        str(total), charged=f"{used} EUR", status=InvoiceStatus.PARTIAL if euros(balance).minor else InvoiceStatus.PAID
    )
    return Uses(debt, euros(used), euros(spare), tuple(note_of(one, f"CN-{at}") for at, one in enumerate(notes, 1)))


def told(uses: Uses) -> tuple[str, ...]:
    return (*(str(one.major) for one in (uses.used, uses.spare, uses.debt.balance)), uses.debt.status.value)


@pytest.mark.parametrize(
    ("uses", "amount", "after", "notes"),
    [
        (uses_of("100.00"), "40.00", ("60.00", "0.00", "40.00", "Partial"), ()),
        (uses_of("100.00"), "100.00", ("0.00", "0.00", "100.00", "Issued"), ()),
        (uses_of("60.00", balance="40.00"), "60.00", ("0.00", "0.00", "100.00", "Issued"), ()),
        (uses_of("60.00", "40.00"), "40.00", ("60.00", "0.00", "0.00", "Paid"), ()),
        (uses_of("60.00", "40.00"), "30.00", ("60.00", "10.00", "0.00", "Paid"), ()),
        (uses_of("60.00", "40.00"), "50.00", ("50.00", "0.00", "10.00", "Partial"), ()),
        (uses_of("0.00", "100.00"), "100.00", ("0.00", "0.00", "0.00", "Paid"), ()),
        (uses_of("100.00", notes=("-40.00",)), "40.00", ("60.00", "0.00", "0.00", "Paid"), (("0.00", "Paid"),)),
        (uses_of("100.00", notes=("-40.00",)), "30.00", ("70.00", "0.00", "0.00", "Paid"), (("-10.00", "Partial"),)),
        (uses_of("100.00", notes=("-40.00",)), "50.00", ("50.00", "0.00", "10.00", "Partial"), (("0.00", "Paid"),)),
        (
            uses_of("100.00", notes=("-40.00", "-30.00")),
            "60.00",
            ("40.00", "0.00", "0.00", "Paid"),
            (("0.00", "Paid"), ("-10.00", "Partial")),
        ),
        (uses_of("70.00", "30.00", ("-40.00",)), "60.00", ("40.00", "0.00", "0.00", "Paid"), (("-10.00", "Partial"),)),
        (uses_of("0.00", "0.00"), "20.00", ("0.00", "-20.00", "0.00", "Paid"), ()),
    ],
    ids=[
        "a part: open by that much",
        "all: open again",
        "all of a part payment",
        "exactly what paid nothing",
        "less than what paid nothing",
        "more than what paid nothing",
        "a payment that was not needed",
        "exactly what was credited",
        "less than what was credited",
        "more than what was credited",
        "two credit notes, the oldest first",
        "what paid nothing before what was credited",
        "more than had come: the customer owes it",
    ],
)
def test_what_goes_is_taken_from(uses: Uses, amount: str, after: tuple[str, ...], notes: tuple[tuple[str, str], ...]) -> None:
    """Spare, then credited, then paid."""
    moved = goes_out(uses, euros(amount))
    assert told(moved.uses) == after
    assert tuple((str(one.balance.major), one.status.value) for one in moved.uses.notes) == notes
    assert moved.spared + moved.freed + moved.turned == euros(amount)


@pytest.mark.parametrize(
    ("uses", "amount", "after"),
    [
        (uses_of("60.00", balance="40.00"), "40.00", ("100.00", "0.00", "0.00", "Paid")),
        (uses_of("60.00", balance="40.00"), "30.00", ("90.00", "0.00", "10.00", "Partial")),
        (uses_of("60.00"), "40.00", ("60.00", "40.00", "0.00", "Paid")),
        (uses_of("60.00", balance="10.00"), "40.00", ("70.00", "30.00", "0.00", "Paid")),
        (uses_of("0.00", "-20.00", balance="100.00"), "100.00", ("80.00", "0.00", "20.00", "Partial")),
        (uses_of("0.00", "-20.00", balance="100.00"), "15.00", ("0.00", "-5.00", "100.00", "Partial")),
    ],
    ids=["open", "open by more", "paid otherwise", "partly paid otherwise", "less than had gone twice", "not even that"],
)
def test_what_comes_again_pays(uses: Uses, amount: str, after: tuple[str, ...]) -> None:
    """What is open of its invoice; the rest is spare."""
    assert told(comes_in(uses, euros(amount)).uses) == after


def test_a_cancelled_invoice_takes_nothing() -> None:
    """Money that comes again is spare then."""
    cancelled = uses_of("0.00", balance="100.00")
    cancelled = replace(cancelled, debt=replace(cancelled.debt, status=InvoiceStatus.CANCELLED))
    assert told(comes_in(cancelled, euros("10.00")).uses) == ("0.00", "10.00", "100.00", "Cancelled")


def share_of(attempt: int, used: str, spare: str) -> Share:
    return Share(PaymentId(f"other {attempt}"), attempt, euros(used), euros(spare))


@pytest.mark.parametrize(
    ("goes", "others", "after", "shares", "covered"),
    [
        ("40.00", [("0.00", "40.00")], ("60.00", "0.00", "0.00", "Paid"), [(1, "40.00", "0.00")], "40.00"),
        ("40.00", [("5.00", "10.00")], ("60.00", "0.00", "30.00", "Partial"), [(1, "15.00", "0.00")], "10.00"),
        ("40.00", [("0.00", "90.00")], ("60.00", "0.00", "0.00", "Paid"), [(1, "40.00", "50.00")], "40.00"),
        (
            "40.00",
            [("0.00", "30.00"), ("0.00", "30.00"), ("0.00", "30.00")],
            ("60.00", "0.00", "0.00", "Paid"),
            [(1, "30.00", "0.00"), (2, "10.00", "20.00")],
            "40.00",
        ),
        ("100.00", [("0.00", "-20.00")], ("0.00", "0.00", "100.00", "Issued"), [], "0.00"),
    ],
    ids=["all of it", "a part of it", "with something left", "the oldest first", "what went back twice covers nothing"],
)
def test_what_others_have_left_over_pays_what_is_open_again(
    goes: str, others: list[tuple[str, str]], after: tuple[str, ...], shares: list[tuple[int, str, str]], covered: str
) -> None:
    """At once, so that beside money left over nothing is open; only those that changed are written."""
    uses = replace(uses_of("100.00"), others=tuple(share_of(at, *one) for at, one in enumerate(others, 1)))
    moved = goes_out(uses, euros(goes))
    assert told(moved.uses) == after
    assert [(one.attempt, str(one.used.major), str(one.spare.major)) for one in moved.uses.others] == shares
    assert moved.covered == euros(covered)


def test_a_cancelled_invoice_is_not_paid_by_what_is_left_over() -> None:
    """It is the customer's, and goes back."""
    uses = replace(uses_of("100.00"), others=(share_of(1, "0.00", "40.00"),))
    uses = replace(uses, debt=replace(uses.debt, status=InvoiceStatus.CANCELLED))
    assert goes_out(uses, euros("40.00")).uses.others == ()


CENTS = st.integers(0, 20_000)


@given(
    CENTS.filter(bool),
    st.lists(st.tuples(CENTS, st.integers(-5_000, 20_000)), max_size=4),
    st.lists(st.tuples(st.integers(1, 9_000), st.booleans()), max_size=6),
)
def test_beside_money_left_over_nothing_is_open(used: int, others: list[tuple[int, int]], steps: list[tuple[int, bool]]) -> None:
    """Whether money goes, or payments give way to other money: no cent is lost, and no payment pays less than nothing."""
    shares = {at: Share(PaymentId(str(at)), at, Money(one, EUR), Money(over, EUR)) for at, (one, over) in enumerate(others, 1)}
    paying = Money(used + sum(one for one, _ in others), EUR)
    debt = debt_of(str(paying), charged=str(paying), status=InvoiceStatus.PAID)
    left, each = Money(used, EUR), {at: one.used + one.spare for at, one in shares.items()}
    for cents, goes in steps:
        amount = Money(cents, EUR)
        if goes and amount <= left:
            uses = goes_out(Uses(debt, left, euros("0.00"), others=tuple(shares.values())), amount).uses
            debt, left, changed = uses.debt, uses.used, uses.others
        else:
            room, changed = made_room(debt, shares.values(), amount)
            debt = owing(room, -min(amount, room.balance))
        shares |= {one.attempt: one for one in changed}
        assert {at: one.used + one.spare for at, one in shares.items()} == each
        assert not debt.balance.minor or all(one.spare.minor <= 0 for one in shares.values())
        assert all(one.used.minor >= 0 for one in shares.values())
        assert debt.balance + debt.charged == debt.total


@given(CENTS, CENTS, CENTS, st.lists(CENTS, max_size=3), st.lists(st.integers(-15_000, 15_000).filter(bool), max_size=8))
def test_no_cent_is_lost(used: int, spare: int, open_: int, freed: list[int], steps: list[int]) -> None:
    """In any order: uses and spare are what is left, and what the customer owes moves by exactly what went or came."""
    start = uses_of(
        f"{used / 100:.2f}", f"{spare / 100:.2f}", tuple(f"{-one / 100:.2f}" for one in freed), balance=f"{open_ / 100:.2f}"
    )
    uses, notes = start, {one.id: one for one in start.notes}
    for step in steps:
        amount = Money(abs(step), EUR)
        moved = goes_out(uses, amount) if step < 0 else comes_in(uses, amount)
        owed = uses.debt.balance.minor + sum(one.balance.minor for one in notes.values()) - uses.spare.minor
        notes |= {one.id: one for one in moved.uses.notes}
        after = moved.uses
        assert after.left.minor == uses.left.minor + step
        assert after.debt.balance.minor + sum(one.balance.minor for one in notes.values()) - after.spare.minor == owed - step
        assert after.used.minor >= 0
        assert after.debt.balance.minor >= 0
        assert all(one.balance.minor <= 0 for one in notes.values())
        assert after.debt.balance + after.debt.charged == start.debt.total
        uses = replace(after, notes=tuple(notes.values()))
