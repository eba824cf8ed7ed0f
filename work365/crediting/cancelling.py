"""Cancelling a document: a note over everything that is left of it, and what it was about is unbilled again.

Its lines count for nothing from then on, and their keys are never used again: the next run fills their places with new versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState
from work365.crediting.noting import assembled, the_rest
from work365.errors import Refused

if TYPE_CHECKING:
    from datetime import date

    from work365.crediting.noting import Note
    from work365.crediting.subject import Subject


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling comes to.

    Attributes:
        note: what gives back the rest; None where nothing is left, or where the document had no number yet.
        reopen: the contract's cycles are open again from this day; None when the document billed no cycle.
    """

    note: Note | None
    reopen: date | None


def cancel(subject: Subject) -> Cancellation:
    """Cancel a document. Errors: Refused with what to do first."""
    _refuse_settled(subject)
    _refuse_corrected(subject)
    if subject.undoes:
        message = f"{subject.called} cancelled {subject.undoes}, which cannot be undone; bill or credit it anew."
        raise Refused(message)
    if len({line.contract for line in subject.lines if line.contract}) > 1:
        message = f"{subject.called} is for several contracts, and only one could be billed again; credit its lines instead."
        raise Refused(message)
    if subject.contract and not subject.contract_active:
        message = (
            f"Contract {subject.contract_number} has ended, so no run would bill again what {subject.called} was about. "
            "Activate the contract first, or credit the lines instead."
        )
        raise Refused(message)
    lines = [the_rest(line) for line in subject.lines if line.rest_net.minor or line.rest_tax.minor] if subject.number else []
    return Cancellation(assembled(subject, lines) if lines else None, _reopen(subject))


def _refuse_settled(subject: Subject) -> None:
    if subject.state is DocumentState.CANCELLED:
        message = f"{subject.called} is cancelled already."
        raise Refused(message)
    if subject.paying:
        message = f"A payment of {subject.called} is under way. Wait for its outcome; if it succeeds, refund it first."
        raise Refused(message)
    if subject.paid.minor:
        message = f"{subject.paid} was paid for {subject.called}. Refund it first, or credit the lines instead."
        raise Refused(message)


def _refuse_corrected(subject: Subject) -> None:
    by_billing = [one.document for line in subject.lines for one in line.mentions if not one.by_hand]
    by_billing += [subject.restated_by] if subject.restated_by else []
    if by_billing:
        message = f"{by_billing[0]} corrects lines of {subject.called}: cancel that one first, or credit lines instead."
        raise Refused(message)
    by_hand = [one.document for line in subject.lines for one in line.mentions if one.by_hand]
    if subject.credit_note and by_hand:
        message = f"{by_hand[0]} took back lines of {subject.called}; cancel that one first."
        raise Refused(message)


def _reopen(subject: Subject) -> date | None:
    starts = [line.cycle_start for line in subject.lines if line.cycle_start is not None]
    return min([*starts, *([subject.reopened] if subject.reopened else [])], default=None)
