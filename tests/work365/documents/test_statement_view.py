"""A statement as it is printed."""

from __future__ import annotations

from datetime import date

import pytest

from local.desks.documents import BUYER, LANGUAGES, SELLER, USD
from work365.documents.statement import StatementParties, StatementView, statement_view
from work365.documents.template import Template
from work365.money import Money
from work365.receivables.statement import Billed, Received, statement

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def shown(documents: list[Billed], payments: list[Received], language: str = "en", **names: str) -> StatementView:
    """The statement of March."""
    made = statement(documents, payments, USD, first=FIRST, last=LAST)
    return statement_view(made, StatementParties(SELLER, BUYER, Template(), names), LANGUAGES.formats(language))


def billed(number: str, minor: int, day: int, due: int | None = None) -> Billed:
    """An invoice of March, or with a negative amount a credit note."""
    until = date(2026, 3, due) if due else None
    return Billed(number, "a", date(2026, 3, day), until, Money(minor, USD), credit_note=minor < 0)


@pytest.mark.parametrize(
    ("paid", "said", "bank"),
    [
        (0, "Please pay 100.00 USD.", True),
        (10000, "Nothing is left to pay.", False),
        (12500, "The balance of 25.00 USD is in your favour.", False),
    ],
)
def test_it_says_what_to_do(paid: int, said: str, bank: bool) -> None:
    """An account to pay to stands there only when something is owed."""
    payments = [Received("a", date(2026, 3, 9), Money(paid, USD), (("A", Money(10000, USD)),))] if paid else []
    view = shown([billed("A", 10000, 1, 15)], payments)
    assert (view.sentence, bool(view.bank_details)) == (said, bank)


def test_every_movement_says_what_it_is() -> None:
    """Kinds, numbers, days, what a payment was for, and the running balance, in words."""
    parts = (("A", Money(6000, USD)), ("B", Money(1000, USD)))
    view = shown(
        [billed("A", 10000, 1, 15), billed("B", 5000, 2), billed("CN", -2000, 3)],
        [
            Received("a", date(2026, 3, 4), Money(7000, USD), parts),
            Received("a", date(2026, 3, 5), Money(500, USD)),
            Received("a", date(2026, 3, 6), Money(300, USD), (("A", Money(300, USD)),), refund=True),
            Received("a", date(2026, 3, 7), Money(200, USD), refund=True),
            Received("a", date(2026, 3, 8), Money(100, USD), (("B", Money(100, USD)),), refund=True, taken=True),
            Received("a", date(2026, 3, 9), Money(50, USD), refund=True, taken=True),
        ],
        a="Fabrikam",
    )
    assert [(one.entry, one.charges, one.payments, one.balance) for one in view.entries] == [
        ("Invoice A, due 15 Mar 2026", "100.00", "", "100.00"),
        ("Invoice B", "50.00", "", "150.00"),
        ("Credit note CN", "", "20.00", "130.00"),
        ("Payment for A, B", "", "70.00", "60.00"),
        ("Payment on account", "", "5.00", "55.00"),
        ("Refund for A", "3.00", "", "58.00"),
        ("Refund", "2.00", "", "60.00"),
        ("Payment returned: B", "1.00", "", "61.00"),
        ("Payment returned", "0.50", "", "61.50"),
    ]
    assert view.entries[3].notes == ("Fabrikam", "A: 60.00", "B: 10.00")
    assert (view.opening, view.closing) == ("0.00", "61.50 USD")
    assert [(one.label, one.value) for one in view.ages][-2:] == [
        ("Credit not applied yet", "-18.50"),
        ("Closing balance", "61.50"),
    ]


def test_it_is_written_in_the_customers_language() -> None:
    """Words, days and figures."""
    view = shown([billed("A", 123456, 1, 15)], [], "de")
    assert view.labels.statement == "Kontoauszug"
    assert view.entries[0].entry == "Rechnung A, fällig am 15. März 2026"
    assert (view.sentence, view.open[0].overdue) == ("Bitte zahlen Sie 1.234,56 USD.", "16")
