"""A message in the thread of a document is told once to whom it was said: staff's to the customer, the customer's to staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.questions.thread import Side
from work365.telling.notice import A_WEEK, NoticeKind, Wording

if TYPE_CHECKING:
    from datetime import datetime

    from work365.documents.formats import Formats
    from work365.questions.thread import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSaid:
    """One message.

    Attributes:
        message: id of its row.
        contract: the one that the document is for.
        number: of the document.
        asked: what the thread began with, where the message is not that itself.
    """

    message: str
    contract: str
    number: str
    said: Said
    asked: str = ""
    subscription = ""

    @property
    def kind(self) -> NoticeKind:
        """An answer of ours, or a question of the customer."""
        return NoticeKind.ANSWER if self.said.side is Side.STAFF else NoticeKind.QUESTION

    @property
    def event(self) -> str:
        """The message."""
        return self.message

    @property
    def bundle(self) -> str:
        """Itself: each message is a mail of its own."""
        return self.event

    @property
    def until(self) -> datetime:
        """A week later it was read where it stands."""
        return self.said.on + A_WEEK

    @property
    def why(self) -> str:
        """The message."""
        return f"{self.said.side.value} wrote about {self.number} on {self.said.on:%Y-%m-%d}."

    def worded(self, writing: Formats, zone: str) -> Wording:  # noqa: ARG002  it names no moments
        """What was said, and what it answers."""
        labels = writing.labels
        asked = (labels.notice_was_asked.format(text=self.asked),) if self.asked else ()
        sentence = labels.notice_answer if self.said.side is Side.STAFF else labels.notice_question
        return Wording(
            labels.notice_question_subject.format(number=self.number),
            sentence.format(number=self.number),
            (self.said.text, *asked),
        )
