"""Make a tax engine's document what ours is: reported once it is issued, taken back where it never was.

A document with a number stands in the books for good: what undoes it is its credit note, which is reported in the period of its
own day. So the engine is told of the note, and keeps the document; taken back is only what was cancelled as a draft. A period
that is closed at the engine is thus never touched.

The job is the intent; the engine is always asked where its document stands before anything is sent, so the job may run again from
any point, also after an answer that never came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.jobs import JobResult, JobState
from work365.ports.taxing import EngineState

if TYPE_CHECKING:
    from work365.jobs import Job
    from work365.ports.taxing import EngineFor, TaxBook, TaxedDocument, TaxEngine


def settle_tax(job: Job, *, book: TaxBook, engine_for: EngineFor) -> JobResult:
    """Commit or void what the engine knows, or tell it. Errors: Refused in words; External: the job goes on later."""
    if job.invoice is None:
        message = "Choose the document."
        raise BadInput(message, "invoice")
    one = book.load(job.invoice)
    if not one.reference and one.recorded is None:
        return JobResult(JobState.SUCCEEDED, "Its tax comes from the legal entity's own table; there is nothing to report.")
    if one.wanted is None:
        message = "The document has no number yet; its tax is reported once it is issued."
        raise Refused(message)
    if one.recorded is not one.wanted:
        _bring(one, one.wanted, book, engine_for)
    return JobResult(JobState.SUCCEEDED, f"The tax engine has {one.number} as {one.wanted.value.lower()}.")


def _bring(one: TaxedDocument, wanted: EngineState, book: TaxBook, engine_for: EngineFor) -> None:
    if one.engine is None:
        message = f"{one.number} was taxed by an engine that its legal entity has no more; choose it again on its form."
        raise Refused(message)
    engine = engine_for(one.engine)
    reference = engine.reference(one.note) if one.note else one.reference
    state = engine.state(reference) if reference else EngineState.ABSENT
    if state is not wanted:
        _act(one, reference, state, wanted, engine)
    book.record(one, wanted, reference)


def _act(one: TaxedDocument, reference: str, state: EngineState, wanted: EngineState, engine: TaxEngine) -> None:
    if wanted is EngineState.VOIDED:
        if state is not EngineState.ABSENT:
            engine.void(reference)
    elif state is EngineState.SAVED:
        engine.commit(reference)
    elif state is EngineState.ABSENT and one.note is not None:
        engine.tell(one.note)
    else:
        message = (
            f"The tax engine has {one.number} as {state.value.lower()} under {reference}, so it cannot be reported; "
            "enter it there by hand, and say so in a note."
        )
        raise Refused(message)
