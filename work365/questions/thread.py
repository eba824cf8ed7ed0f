"""A question about an issued document or one of its lines: who said what, and what of the invoice is not accepted meanwhile.

Open → Answered → Closed. Whoever speaks last decides between the first two: staff's words answer it, the customer's open it
again. Closed is the end; what comes up later is another question. Until then nobody is reminded of the amount that it names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.money import zero

if TYPE_CHECKING:
    from datetime import datetime

    from work365.money import Money

TEXT_MAX, NAME_MAX = 2000, 100
ANSWERABLE = ("Issued", "Partial", "Paid", "Written off", "Cancelled")
"""The states of a document that its customer has seen."""


class QuestionState(Enum):
    """The values are the labels of the status reasons."""

    OPEN = "Open"
    ANSWERED = "Answered"
    CLOSED = "Closed"


class Side(Enum):
    """Who speaks. The values are the labels of the choice."""

    CUSTOMER = "Customer"
    STAFF = "Staff"


@dataclass(frozen=True, slots=True)
class Said:
    """One message; none is ever edited. `by` is a name, "" where the row's creator says it."""

    side: Side
    by: str
    on: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice or credit note, as far as questions care.

    Attributes:
        state: the label of its status reason.
        open: what is unpaid; nothing of a credit note.
        disputed: what of that is not accepted already, by whichever question or person.
        line: id of the line that the question is about; "" for the document.
    """

    id: str
    number: str
    account: str
    state: str
    open: Money
    disputed: Money
    etag: str
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A thread. Shape: the messages in their order, the first one is what was asked."""

    id: str
    document: Document
    state: QuestionState
    disputed: Money
    said: tuple[Said, ...]
    etag: str = ""

    @property
    def about(self) -> str:
        """The question in words of one line."""
        return " ".join(self.said[0].text.split())


def id_of(document: Document, first: Said) -> str:
    """The same words about the same line are the same question, however often they arrive."""
    return derived("question", document.id, document.line, first.side.value, first.text)


def ask(document: Document, first: Said, disputed: Money) -> Question:
    """A new question.

    Errors: Refused for a document that its customer has not seen, or more than is open and not disputed yet; BadInput for words
            that are none or too many.
    """
    _checked(first)
    if document.state not in ANSWERABLE:
        message = f"{document.number or 'the document'} is {document.state.lower()}: its customer has not seen it yet"
        raise Refused(message)
    nothing = zero(disputed.currency)
    left = max(document.open - document.disputed, nothing)
    if disputed < nothing or left < disputed:
        message = f"{disputed} cannot be disputed of {document.number}: {left} of it is open and not disputed yet"
        raise Refused(message)
    asked = replace(document, disputed=document.disputed + disputed)
    return Question(id=id_of(document, first), document=asked, state=QuestionState.OPEN, disputed=disputed, said=(first,))


def reply(question: Question, next_one: Said) -> Question:
    """One more message. Shape: the last words said again change nothing. Errors: Refused when it is closed; BadInput as above."""
    _checked(next_one)
    if _repeats(question, next_one):
        return question
    _refuse_closed(question)
    state = QuestionState.ANSWERED if next_one.side is Side.STAFF else QuestionState.OPEN
    return replace(question, state=state, said=(*question.said, next_one))


def close(question: Question, last: Said) -> Question:
    """The end, with its reason as the last message; what was disputed is not any more. Shape: closed again is closed."""
    _checked(last)
    if question.state is QuestionState.CLOSED and _repeats(question, last):
        return question
    _refuse_closed(question)
    nothing = zero(question.disputed.currency)
    freed = replace(question.document, disputed=max(question.document.disputed - question.disputed, nothing))
    return replace(question, document=freed, state=QuestionState.CLOSED, said=(*question.said, last))


def _repeats(question: Question, said: Said) -> bool:
    last = question.said[-1]
    return (last.side, last.text) == (said.side, said.text)


def _refuse_closed(question: Question) -> None:
    if question.state is QuestionState.CLOSED:
        message = f"the question about {question.document.number} is closed; ask a new one"
        raise Refused(message)


def _checked(said: Said) -> None:
    if not said.text.strip():
        message = "say something; a message without words helps nobody"
        raise BadInput(message, "--text")
    if len(said.text) > TEXT_MAX:
        message = f"{len(said.text)} characters are too many; {TEXT_MAX} fit into one message"
        raise BadInput(message, "--text")
    if len(said.by) > NAME_MAX:
        message = f"a name has at most {NAME_MAX} characters"
        raise BadInput(message, "--by")
