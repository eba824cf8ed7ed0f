"""Cancelling a document: a note over everything that is left of it, and what it was about is unbilled again.

One that is for several contracts is undone for each of them: each gets back what was its own, and is billed again. Its lines
count for nothing from then on, and their keys are never used again: the next run fills their places with new versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState
from work365.crediting.noting import assembled, refuse_written_off, the_rest
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from work365.crediting.noting import Note
    from work365.crediting.subject import Party, Subject


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling comes to.

    Attributes:
        note: what gives back the rest; None where nothing is left, or where the document had no number yet.
        reopen: each contract's cycles are open again from this day; None where the document billed no cycle of it.
    """

    note: Note | None
    reopen: Mapping[str, date | None]


def cancel(subject: Subject) -> Cancellation:
    """Cancel a document. Errors: Refused with what to do first."""
    _refuse_settled(subject)
    _refuse_corrected(subject)
    if subject.undoes:
        message = f"{subject.called} cancelled {subject.undoes}, which cannot be undone; bill or credit it anew."
        raise Refused(message)
    if ended := [party.number for party in subject.contracts if not party.active]:
        have, them = ("has", "the contract") if len(ended) == 1 else ("have", "these contracts")
        message = (
            f"{listed('Contract', ended)} {have} ended, so no run would bill again what {subject.called} was about. "
            f"Activate {them} first, or credit the lines instead."
        )
        raise Refused(message)
    lines = [the_rest(line) for line in subject.lines if line.rest_net.minor or line.rest_tax.minor] if subject.number else []
    reopen = {party.contract: _reopen(subject, party) for party in subject.contracts}
    return Cancellation(assembled(subject, lines) if lines else None, reopen)


def listed(what: str, names: Sequence[str]) -> str:
    """`Contract C-1`, `Contracts C-1 and C-2`."""
    *others, last = names
    return f"{what}s {', '.join(others)} and {last}" if others else f"{what} {last}"


def _refuse_settled(subject: Subject) -> None:
    if subject.state is DocumentState.CANCELLED:
        message = f"{subject.called} is cancelled already."
        raise Refused(message)
    if subject.paying:
        message = f"A payment of {subject.called} is under way. Wait for its outcome; if it succeeds, refund it first."
        raise Refused(message)
    refuse_written_off(subject)
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


def _reopen(subject: Subject, party: Party) -> date | None:
    mine = (line for line in subject.lines if subject.contract_of(line) == party.contract)
    starts = [line.cycle_start for line in mine if line.cycle_start is not None]
    return min([*starts, *([party.reopened] if party.reopened else [])], default=None)
