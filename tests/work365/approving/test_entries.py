"""What people enter by hand: how large it is, which facts make an approver think again, and when it takes effect. Tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.approving.approval import Approval, ApprovalState, Person
from work365.approving.entered import (
    Begun,
    Logged,
    Off,
    Place,
    fall,
    of_discount,
    of_log_row,
    of_percent,
    of_subscription,
)
from work365.approving.entries import Entry, Subject
from work365.approving.request import Request, Whose
from work365.approving.reviewing import Ask, review
from work365.contracts.amount_off import AmountOff
from work365.jobs import JobState
from work365.money import Currency
from work365.subscriptions.discount import Discount
from work365.subscriptions.ledger import Event

EUR = Currency("EUR")
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
START, END = date(2026, 4, 1), date(2026, 10, 1)
PLACE = Place("s-1", "c-1", "Microsoft 365 E3 on contract C-1", EUR, "monthly")


def off(percent: str | None = None, amount: str | None = None, price: Fraction | None = Fraction(31)) -> Off:
    """A discount of one subscription."""
    discount = Discount("d-1", "Spring", percent and Decimal(percent), amount and Decimal(amount), START, END)  # type: ignore[arg-type]
    return Off(discount, "c-1", "s-1", PLACE.on, EUR, price)


@pytest.mark.parametrize(
    ("one", "size"),
    [
        (off("15"), "15 %"),
        (off(amount="3.10"), "10 %"),
        (off(amount="40"), "100 %"),
        (off(amount="1", price=None), "not known"),
        (off(amount="1", price=Fraction(0)), "100 %"),
        (off(amount="0", price=Fraction(0)), "0 %"),
        (Off(AmountOff("d-2", "Loyal", Decimal(31)), "c-1", "", "contract C-1", EUR, Fraction(310)), "10 %"),
    ],
)
def test_a_discount_is_as_large_as_its_share_of_the_price(one: Off, size: str) -> None:
    assert [str(found) for found in of_discount(one).sizes] == [size]


def test_a_discount_says_what_was_entered() -> None:
    request = of_discount(off("15"))
    assert request.what == "Discount Spring: 15 % off Microsoft 365 E3 on contract C-1 from 2026-04-01 until 2026-10-01"
    assert request.facts == {
        "name": "Spring",
        "off": "15 %",
        "contract": "c-1",
        "subscription": "s-1",
        "from": "2026-04-01",
        "until": "2026-10-01",
    }
    assert Subject.read(request.subject) == ("w365_discount", "d-1")


def test_the_percentage_of_a_contract() -> None:
    request = of_percent("c-1", "C-1", Decimal("12.50"))
    assert (request.what, [str(one) for one in request.sizes]) == ("Discount of 12.5 % off contract C-1", ["12.5 %"])


BEGUN = Begun(PLACE, "p-1", START, 20, Decimal("31.00"), Fraction(620))
LOGGED = Logged("l-1", PLACE, 2, Event.QUANTITY, START, 30, 20, Decimal(31), "", Fraction(620))


@pytest.mark.parametrize(
    ("request_", "sizes"),
    [
        (of_subscription(BEGUN), [("PURCHASE", "620.00 EUR")]),
        (of_subscription(replace(BEGUN, price_off=Decimal("22.5"))), [("PURCHASE", "620.00 EUR"), ("DISCOUNT", "22.5 %")]),
        (of_subscription(replace(BEGUN, seats=0, month=Fraction(0))), []),
        (of_log_row(LOGGED), [("PURCHASE", "620.00 EUR")]),
        (of_log_row(replace(LOGGED, month=Fraction(-217))), [("REDUCTION", "217.00 EUR")]),
        (
            of_log_row(replace(LOGGED, month=Fraction(-31), price_off=Decimal(10))),
            [("REDUCTION", "31.00 EUR"), ("DISCOUNT", "10 %")],
        ),
    ],
)
def test_seats_are_measured_a_month(request_: Request, sizes: list[tuple[str, str]]) -> None:
    assert [(size.matter.name, str(size)) for size in request_.sizes] == sizes


FALLS = [("31", "31", None), ("31", "32", None), ("40", "31", "22.5"), ("31", "0", "100"), ("0", "0", None)]


@pytest.mark.parametrize(("before", "after", "percent"), FALLS)
def test_by_how_much_a_price_falls(before: str, after: str, percent: str | None) -> None:
    assert fall(Decimal(before), Decimal(after)) == (None if percent is None else Decimal(percent))


@given(st.sampled_from(["seats", "price", "start", "product"]), st.integers(1, 10_000))
def test_other_facts_are_another_fingerprint_and_other_sums_or_names_are_not(name: str, value: int) -> None:
    """So a product that is renamed, or a price list that changes, asks nobody again."""
    changes: dict[str, Any] = {
        "seats": 20 + value,
        "price": Decimal(31 + value),
        "start": START + timedelta(days=value),
        "product": f"p{value}",
    }
    was = of_subscription(BEGUN).fingerprint
    assert of_subscription(replace(BEGUN, **{name: changes[name]})).fingerprint != was
    assert of_subscription(replace(BEGUN, month=Fraction(value), price_off=Decimal(1))).fingerprint == was
    assert of_subscription(replace(BEGUN, place=replace(PLACE, on=f"renamed {value}"))).fingerprint == was


ENTRY = Entry(Whose("a", "e"), of_discount(off("15")), "c-1")


def answered(state: ApprovalState, percent: str = "15", job: JobState | None = JobState.AWAITING_APPROVAL) -> Approval:
    """An approval of the discount, as it is or as it was."""
    request = of_discount(off(percent))
    return Approval(
        *("a-1", "j-1", 1, state, request.what, "15 % waits.", request.fingerprint, "wish", Person("u-1", "Sally"), NOW),
        NOW + timedelta(days=7),
        facts=request.facts,
        job_state=job,
        answered_by=Person("u-2", "Ann"),
        reason="Too much",
    )


A = ApprovalState
WHY = "15 % off the price waits."


@pytest.mark.parametrize(
    ("known", "why", "ask"),
    [
        ([], WHY, Ask.ANEW),
        ([answered(A.APPROVED)], "", Ask.NOBODY),
        ([answered(A.WAITING)], "It waits for an answer until 2026-03-23 12:00 UTC. 15 % waits.", Ask.NOBODY),
        ([answered(A.REFUSED)], "Ann refused it: Too much", Ask.NOBODY),
        ([answered(A.EXPIRED)], "Nobody approved it by 2026-03-23 12:00 UTC.", Ask.NOBODY),
        ([answered(A.OVERTAKEN)], WHY, Ask.ANEW),
        ([answered(A.REFUSED), answered(A.APPROVED)], "", Ask.NOBODY),
        ([answered(A.APPROVED), answered(A.REFUSED)], "", Ask.NOBODY),
        ([answered(A.WAITING, "10")], WHY, Ask.AGAIN),
        ([answered(A.WAITING, "10", JobState.CANCELLED)], WHY, Ask.ANEW),
        ([answered(A.WAITING, "10", None)], WHY, Ask.ANEW),
        ([answered(A.REFUSED, "10")], WHY, Ask.ANEW),
        ([answered(A.APPROVED, "10")], f"{WHY} It was approved with other facts: off 15 % instead of 10 %.", Ask.ANEW),
    ],
)
def test_an_entry_takes_effect_once_just_its_facts_are_approved(known: list[Approval], why: str, ask: Ask) -> None:
    found = review(ENTRY, WHY, known)
    assert (found.why, found.ask) == (why, ask)


@pytest.mark.parametrize("text", ["", "w365_discount", ":", "w365_discount:"])
def test_a_subject_that_names_no_row(text: str) -> None:
    assert Subject.read(text).id == ""
