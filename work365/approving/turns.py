"""Whose turn it is with a document that has no number yet: a person's, and whose, or the next run's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState

if TYPE_CHECKING:
    from work365.approving.deciding import Candidate


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A document that waits for its number.

    Attributes:
        contract: its number; "" for a document of several contracts.
        verifier: what the directory calls whoever verified it; "" for nobody.
        note: why it is a draft again after it had been verified; "" for one that is not.
        of_a_run: a run made it, so the next one gives it its number if nobody has to approve it.
    """

    id: str
    kind: str
    customer: str
    contract: str
    candidate: Candidate
    verifier: str
    of_a_run: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What has to happen next. `person` says that nothing does until somebody acts."""

    words: str
    person: bool = True


def turn(one: Unnumbered) -> Turn:
    """Whose turn it is, by the rules that the job behind the button follows."""
    document, verifier = one.candidate, one.verifier or "somebody"
    if document.state is DocumentState.VERIFIED and document.verified != document.fingerprint:
        return Turn(f"It was changed after {verifier} had verified it: somebody has to verify it again.")
    if document.state is DocumentState.VERIFIED and document.rule.two_people:
        return Turn(f"Somebody other than {verifier} has to issue it.")
    if document.state is DocumentState.VERIFIED:
        return Turn("Somebody has to issue it.")
    if document.rule.needs(document.total.major):
        return Turn(one.note or "Somebody has to verify it.")
    return Turn("The next run gives it its number.", person=False) if one.of_a_run else Turn("Somebody has to issue it.")
