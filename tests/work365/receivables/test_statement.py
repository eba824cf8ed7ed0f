"""A statement of account: opening plus movements is closing, and so is what is open by age less the credit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.money import Currency, Money, total, zero
from work365.receivables.statement import Billed, EntryKind, Means, Received, Statement, statement

EUR = Currency("EUR")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def euros(text: str) -> Money:
    """`12.50`."""
    return Money(int(text.replace(".", "")), EUR)


def read(book: str) -> tuple[list[Billed], list[Received]]:
    """Lines such as `2026-03-01 invoice A 100.00 due 2026-03-15`,
    `2026-03-02 credit N 5.00 of A`, `2026-03-04 payment 60.00 for A 60.00`.
    """
    documents, payments = [], []
    for words in (row.split() for row in book.strip().splitlines()):
        day, kind, rest = date.fromisoformat(words[0]), words[1], words[2:]
        if kind == "invoice":
            due = date.fromisoformat(rest[3]) if len(rest) > 2 else None
            documents.append(Billed(rest[0], "acme", day, due, euros(rest[1])))
        elif kind == "credit":
            original = rest[3] if len(rest) > 2 else ""
            documents.append(Billed(rest[0], "acme", day, None, -euros(rest[1]), credit_note=True, original=original))
        else:
            pairs = rest[2:]
            applied = tuple((pairs[at], euros(pairs[at + 1])) for at in range(0, len(pairs), 2))
            means = {"write-off": Means.WRITE_OFF, "taken-back": Means.WRITE_OFF}.get(kind, Means.MONEY)
            back = kind in ("refund", "taken-back")
            payments.append(Received("acme", day, euros(rest[0]), applied, back, means))
    return documents, payments


def drawn(book: str) -> Statement:
    """The statement of March."""
    return statement(*read(book), EUR, first=FIRST, last=LAST)


CASES = {
    "nothing": ("", "0.00", [], "0.00", ["0.00"] * 5, "0.00"),
    "what was open before, and is paid now": (
        """2026-02-01 invoice A 100.00 due 2026-02-15
           2026-03-04 payment 60.00 for A 60.00""",
        "100.00",
        ["-60.00"],
        "40.00",
        ["0.00", "0.00", "40.00", "0.00", "0.00"],
        "0.00",
    ),
    "a credit note takes off what is open of its invoice; the rest of it is not applied": (
        """2026-02-01 invoice A 100.00 due 2026-02-15
           2026-02-02 invoice B 7.00 due 2026-02-16
           2026-03-02 credit N 30.00 of A
           2026-03-04 payment 60.00 for A 60.00
           2026-03-05 credit O 25.00 of A""",
        "107.00",
        ["-30.00", "-60.00", "-25.00"],
        "-8.00",
        ["0.00", "0.00", "7.00", "0.00", "0.00"],
        "-15.00",
    ),
    "what is written off is not open from its day on, until it is taken back": (
        """2026-02-01 invoice A 100.00 due 2026-02-15
           2026-02-01 invoice B 50.00 due 2026-02-15
           2026-03-04 write-off 100.00 for A 100.00
           2026-03-05 write-off 50.00 for B 50.00
           2026-03-06 taken-back 20.00 for B 20.00
           2026-04-01 taken-back 100.00 for A 100.00""",
        "150.00",
        ["-100.00", "-50.00", "20.00"],
        "20.00",
        ["0.00", "0.00", "20.00", "0.00", "0.00"],
        "0.00",
    ),
    "a credit note takes what was open on its day, also where more is open later": (
        """2026-02-01 invoice A 100.00 due 2026-02-15
           2026-03-04 write-off 60.00 for A 60.00
           2026-03-05 credit N 60.00 of A
           2026-03-06 taken-back 60.00 for A 60.00""",
        "100.00",
        ["-60.00", "-60.00", "60.00"],
        "40.00",
        ["0.00", "0.00", "60.00", "0.00", "0.00"],
        "-20.00",
    ),
    "every age": (
        """2026-03-30 invoice A 1.00 due 2026-04-10
           2026-03-01 invoice B 2.00 due 2026-03-30
           2026-03-01 invoice C 4.00 due 2026-03-01
           2026-02-01 invoice D 8.00 due 2026-02-28
           2026-01-01 invoice E 16.00 due 2026-01-30
           2025-12-01 invoice F 32.00 due 2025-12-31
           2025-12-01 invoice G 64.00 due 2025-12-30""",
        "120.00",
        ["2.00", "4.00", "1.00"],
        "127.00",
        ["1.00", "6.00", "24.00", "32.00", "64.00"],
        "0.00",
    ),
    "due on the last day is not late, without a day it is due at once": (
        """2026-03-01 invoice A 1.00 due 2026-03-31
           2026-03-30 invoice B 2.00""",
        "0.00",
        ["1.00", "2.00"],
        "3.00",
        ["1.00", "2.00", "0.00", "0.00", "0.00"],
        "0.00",
    ),
    "credit that is not applied": (
        """2026-03-01 invoice A 100.00 due 2026-03-15
           2026-03-10 credit CN-1 30.00
           2026-03-11 payment 50.00 for A 20.00""",
        "0.00",
        ["100.00", "-30.00", "-50.00"],
        "20.00",
        ["0.00", "80.00", "0.00", "0.00", "0.00"],
        "-60.00",
    ),
    "credited and refunded": (
        """2026-03-01 invoice A 100.00 due 2026-03-15
           2026-03-02 payment 100.00 for A 100.00
           2026-03-10 credit CN-1 100.00
           2026-03-11 refund 100.00""",
        "0.00",
        ["100.00", "-100.00", "-100.00", "100.00"],
        "0.00",
        ["0.00"] * 5,
        "0.00",
    ),
    "what came later is not known yet": (
        """2026-03-01 invoice A 100.00 due 2026-03-15
           2026-04-01 invoice B 50.00
           2026-04-02 payment 100.00 for A 100.00""",
        "0.00",
        ["100.00"],
        "100.00",
        ["0.00", "100.00", "0.00", "0.00", "0.00"],
        "0.00",
    ),
    "the invoice stands before its payment of the same day": (
        """2026-03-05 payment 10.00 for A 10.00
           2026-03-05 invoice A 10.00""",
        "0.00",
        ["10.00", "-10.00"],
        "0.00",
        ["0.00"] * 5,
        "0.00",
    ),
}


@pytest.mark.parametrize(("book", "opening", "moved", "closing", "ages", "unapplied"), CASES.values(), ids=CASES)
def test_an_account_reads_as_a_bookkeeper_reads_it(
    book: str, opening: str, moved: list[str], closing: str, ages: list[str], unapplied: str
) -> None:
    """Opening balance, movements in order, closing balance, ageing, credit that is not applied."""
    made = drawn(book)
    assert str(made.opening.major) == opening
    assert [str(entry.amount.major) for entry in made.entries] == moved
    assert str(made.closing.major) == closing
    assert [str(age.major) for age in made.ages] == ages
    assert str(made.unapplied.major) == unapplied


def test_an_entry_says_what_it_is() -> None:
    """Number, day to pay, and what a payment was for; the running balance beside it."""
    made = drawn("2026-03-01 invoice A 100.00 due 2026-03-15\n2026-03-04 payment 60.00 for A 60.00")
    assert [(one.kind, one.number, one.due, one.applied, str(one.balance.major)) for one in made.entries] == [
        (EntryKind.INVOICE, "A", date(2026, 3, 15), (), "100.00"),
        (EntryKind.PAYMENT, "", None, (("A", euros("60.00")),), "40.00"),
    ]
    [due] = made.open
    assert (due.number, str(due.open.major), due.overdue) == ("A", "40.00", 16)


DAYS = st.integers(-120, 60).map(lambda days: FIRST + timedelta(days=days))
MINOR = st.integers(1, 10**6)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Billed], list[Received]]:
    """Any documents and payments, allocated in any way."""
    documents = []
    for index in range(draw(st.integers(0, 6))):
        credit, issued = draw(st.booleans()), draw(DAYS)
        money = Money(-draw(MINOR) if credit else draw(MINOR), EUR)
        original = draw(st.sampled_from(["", "D0", "D1"])) if credit else ""
        documents.append(Billed(f"D{index}", "acme", issued, draw(st.none() | DAYS), money, credit, original))
    payments = []
    for _ in range(draw(st.integers(0, 6))):
        applied = draw(
            st.lists(st.tuples(st.sampled_from(["D0", "D1", "D9"]), MINOR.map(lambda minor: Money(minor, EUR))), max_size=3)
        )
        money, means = Money(draw(MINOR), EUR), draw(st.sampled_from(Means))
        payments.append(Received("acme", draw(DAYS), money, tuple(applied), draw(st.booleans()), means))
    return documents, payments


@given(books(), st.integers(0, 90))
def test_opening_and_movements_are_closing(book: tuple[list[Billed], list[Received]], days: int) -> None:
    """The running balance ends at the closing one, the ages less the credit come to it, and no age is negative."""
    last = FIRST + timedelta(days=days)
    made = statement(*book, EUR, first=FIRST, last=last)
    assert made.opening + total((one.amount for one in made.entries), EUR) == made.closing
    assert total(made.ages, EUR) + made.unapplied == made.closing
    assert total(made.ages, EUR) == max(total((one.open for one in made.open), EUR), made.closing)
    assert made.unapplied.minor <= 0
    assert all(FIRST <= one.day <= last for one in made.entries)
    assert all(age >= zero(EUR) for age in made.ages)


@given(books(), st.integers(0, 60))
def test_statements_join(book: tuple[list[Billed], list[Received]], days: int) -> None:
    """One period's closing balance is the next one's opening balance."""
    middle = FIRST + timedelta(days=days)
    before = statement(*book, EUR, first=FIRST, last=middle)
    after = statement(*book, EUR, first=middle + timedelta(days=1), last=middle + timedelta(days=40))
    assert before.closing == after.opening
