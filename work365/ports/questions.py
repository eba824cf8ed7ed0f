"""Port to questions about documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.questions.thread import Document, Question
    from work365.telling.questions import QuestionSaid


class QuestionBook(Protocol):
    """Questions, and the documents that they are about."""

    def document(self, number: str, line: int | None) -> Document:
        """By its number, with one of its lines. Errors: BadInput when there is none."""

    def question(self, id_: str) -> Question | None:
        """With its document, read afresh."""

    def write(self, before: Question | None, after: Question) -> None:
        """The new messages, the state and what is disputed, wholly or not at all.

        Errors: Conflict when question or document were written since they were read.
        """

    def listed(self, number: str = "", *, closed: bool = False) -> Iterable[Question]:
        """Those about a document, or about all; the oldest first."""


class QuestionNews(Protocol):
    """Messages as far as somebody is told of them."""

    def said(self, since: datetime) -> Iterable[QuestionSaid]:
        """Messages that were written since a moment, about documents of a contract's own customer."""
