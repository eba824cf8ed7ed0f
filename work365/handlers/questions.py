"""Ask about a document, answer, and close a question: each one change set, decided again when rows changed meanwhile.

Repeated after an answer that got lost, the same words are found and nothing is added.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict
from work365.money import exactly, zero
from work365.questions import thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from work365.ports.platform import Clock
    from work365.ports.questions import QuestionBook, QuestionNews
    from work365.questions.thread import Question, Said
    from work365.telling.notice import Occasion

TRIES = 4
LOOKED_BACK = timedelta(days=3)
"""How long timers may have been away before a message is old news."""


def ask(number: str, line: int | None, first: Said, disputed: Decimal | None, *, book: QuestionBook) -> Question:
    """A new question about a document or one of its lines; `disputed` in major units of its currency.

    Errors: BadInput, Refused; Conflict when rows keep changing.
    """

    def decide() -> tuple[Question | None, Question]:
        document = book.document(number, line)
        known = book.question(thread.id_of(document, first))
        if known is not None:
            return known, known
        code = document.open.currency
        return None, thread.ask(document, first, zero(code) if disputed is None else exactly(disputed, code, "--dispute"))

    return _written(decide, book)


def reply(question: str, said: Said, *, book: QuestionBook) -> Question:
    """One more message. Errors: as above."""
    return _changed(question, lambda one: thread.reply(one, said), book)


def close(question: str, said: Said, *, book: QuestionBook) -> Question:
    """The end of a question. Errors: as above."""
    return _changed(question, lambda one: thread.close(one, said), book)


def messages(*, book: QuestionNews, clock: Clock) -> Iterable[Occasion]:
    """What was said lately, for whoever it was said to. Errors: External when it could not be read."""
    return book.said(clock.now() - LOOKED_BACK)


def _changed(id_: str, change: Callable[[Question], Question], book: QuestionBook) -> Question:
    def decide() -> tuple[Question | None, Question]:
        known = book.question(id_)
        if known is None:
            message = f"there is no question '{id_}'; `w365 question list` shows them"
            raise BadInput(message, "QUESTION")
        return known, change(known)

    return _written(decide, book)


def _written(decide: Callable[[], tuple[Question | None, Question]], book: QuestionBook) -> Question:
    for _ in range(TRIES):
        before, after = decide()
        if after is before:
            return after
        try:
            book.write(before, after)
        except Conflict:
            continue
        return after
    message = "the question or its document changed each time it was read; try again"
    raise Conflict(message)
