"""A question about a document: who may say what when, and what of the invoice is disputed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput, Refused
from work365.money import Currency, Money
from work365.questions import thread
from work365.questions.thread import TEXT_MAX, Document, QuestionState, Said, Side

if TYPE_CHECKING:
    from work365.questions.thread import Question

EUR = Currency("EUR")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def euro(cents: int) -> Money:
    return Money(cents, EUR)


INVOICE = Document(
    id="i1", number="INV-1", account="a1", state="Issued", open=euro(100_00), disputed=euro(0), etag="e1", line="l2"
)


def customer(text: str = "Why seven seats?") -> Said:
    return Said(Side.CUSTOMER, "Ann", NOON, text)


def staff(text: str = "One came in March.") -> Said:
    return Said(Side.STAFF, "", NOON + timedelta(hours=1), text)


def asked(cents: int = 40_00, document: Document = INVOICE) -> Question:
    return thread.ask(document, customer(), euro(cents))


def test_staff_answer_and_the_customer_asks_again() -> None:
    """The last words decide whether it waits for an answer."""
    one = asked()
    assert one.state is QuestionState.OPEN
    one = thread.reply(one, staff())
    assert one.state is QuestionState.ANSWERED
    one = thread.reply(one, customer("And why not in April?"))
    assert (one.state, len(one.said)) == (QuestionState.OPEN, 3)


def test_the_amount_is_disputed_until_it_is_closed() -> None:
    """An answer alone does not settle it."""
    one = asked()
    assert one.document.disputed == euro(40_00)
    one = thread.reply(one, staff())
    assert one.document.disputed == euro(40_00)
    closed = thread.close(one, staff("Credited by CN-1"))
    assert (closed.state, closed.document.disputed) == (QuestionState.CLOSED, euro(0))
    assert closed.said[-1].text == "Credited by CN-1"


def test_what_somebody_else_disputes_stays() -> None:
    one = asked(30_00, replace(INVOICE, disputed=euro(20_00)))
    assert one.document.disputed == euro(50_00)
    assert thread.close(one, staff()).document.disputed == euro(20_00)


def test_a_dispute_that_a_person_has_lifted_meanwhile_is_not_taken_below_nothing() -> None:
    one = asked(30_00)
    lifted = replace(one, document=replace(one.document, disputed=euro(10_00)))
    assert thread.close(lifted, staff()).document.disputed == euro(0)


@pytest.mark.parametrize(
    ("document", "cents", "words"),
    [
        (replace(INVOICE, state="Draft", number=""), 0, "the document is draft: its customer has not seen it yet"),
        (replace(INVOICE, state="Verified"), 0, "INV-1 is verified: its customer has not seen it yet"),
        (INVOICE, 100_01, "100.01 EUR cannot be disputed of INV-1: 100.00 EUR of it is open and not disputed yet"),
        (INVOICE, -1, "-0.01 EUR cannot be disputed of INV-1: 100.00 EUR of it is open"),
        (replace(INVOICE, disputed=euro(90_00)), 10_01, "10.01 EUR cannot be disputed of INV-1: 10.00 EUR of it is open"),
        (replace(INVOICE, state="Paid", open=euro(0)), 1, "0.01 EUR cannot be disputed of INV-1: 0.00 EUR of it is open"),
    ],
)
def test_what_cannot_be_asked(document: Document, cents: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        asked(cents, document)


@pytest.mark.parametrize("state", ["Issued", "Partial", "Paid", "Written off", "Cancelled"])
def test_whatever_the_customer_has_seen_can_be_asked_about(state: str) -> None:
    assert asked(0, replace(INVOICE, state=state)).state is QuestionState.OPEN


@pytest.mark.parametrize("text", ["", " \n ", "x" * (TEXT_MAX + 1)])
def test_a_message_has_words_and_not_too_many(text: str) -> None:
    with pytest.raises(BadInput):
        thread.ask(INVOICE, customer(text), euro(0))
    with pytest.raises(BadInput):
        thread.reply(asked(), staff(text))


def test_a_closed_question_is_over() -> None:
    closed = thread.close(asked(), staff("Explained by phone"))
    for go_on in (thread.reply, thread.close):
        with pytest.raises(Refused, match="the question about INV-1 is closed; ask a new one"):
            go_on(closed, customer("One more thing"))


def test_the_same_words_again_change_nothing() -> None:
    """A command whose answer was lost is repeated; it finds what it did."""
    one = thread.reply(asked(), staff())
    assert thread.reply(one, replace(staff(), on=NOON + timedelta(days=1))) is one
    closed = thread.close(one, staff("Over"))
    assert thread.close(closed, staff("Over")) is closed
    assert thread.id_of(INVOICE, customer()) == thread.id_of(INVOICE, replace(customer(), on=NOON + timedelta(days=1)))
    assert thread.id_of(INVOICE, customer()) != thread.id_of(replace(INVOICE, line=""), customer())


@given(st.lists(st.tuples(st.integers(0, 60_00), st.booleans()), max_size=6))
def test_disputed_is_the_sum_of_what_is_not_closed(questions: list[tuple[int, bool]]) -> None:
    """However many are asked and closed, and never more than is open."""
    document = INVOICE
    left = 0
    for cents, closes in questions:
        fits = cents <= 100_00 - left
        if not fits:
            with pytest.raises(Refused):
                thread.ask(document, customer(), euro(cents))
            continue
        one = thread.ask(document, customer(), euro(cents))
        left += 0 if closes else cents
        document = thread.close(one, staff()).document if closes else one.document
    assert document.disputed == euro(left)
