"""Explain a document on its form: the message of the job is the text that `w365 explain invoice` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.explaining.explained import chosen, in_words
from work365.jobs import JobResult, JobState

if TYPE_CHECKING:
    from work365.jobs import Job
    from work365.ports.explaining import ExplanationBook

TEXT_MAX = 3900
"""What a job's message holds, and room for the sentence that says that there is more."""


def explain(job: Job, *, book: ExplanationBook) -> JobResult:
    """Say why the lines of a document are what they are; the argument `line` names one of them.

    Errors: Refused for a document that is not issued; BadInput for a line that it does not have; External.
    """
    if job.invoice is None:
        message = "an explanation needs an invoice"
        raise BadInput(message, "invoice")
    found = book.of(job.invoice)
    if found is None:
        message = "This document has no number yet; it can be explained once it is issued."
        raise Refused(message)
    texts = list(in_words(found, chosen(found, _line(job.arguments.get("line", "")), "line")))
    return JobResult(JobState.SUCCEEDED, _short(texts, found.number))


def _line(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        message = f"'{text}' is no line; write its number, counted from 1"
        raise BadInput(message, "line")
    return int(text)


def _short(texts: list[str], number: str) -> str:
    """As many whole lines as fit."""
    kept: list[str] = []
    for text in texts:
        if sum(len(one) + 1 for one in kept) + len(text) > TEXT_MAX:
            kept.append(f"… ask for a single line to read on, or `w365 explain invoice {number}`.")
            break
        kept.append(text)
    return "\n".join(kept)
