"""Draft → Verified → Issued: which documents wait for a person, and what each step needs.

A legal entity says from which total on its documents wait, and whether two different people must verify and issue. What was
verified is kept as a fingerprint of all that is printed: a document that is another one now falls back to a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused

if TYPE_CHECKING:
    from decimal import Decimal

    from work365.money import Money


class DocumentState(Enum):
    """The status reasons of an invoice. The values are the labels of the table model."""

    DRAFT = "Draft"
    VERIFIED = "Verified"
    ISSUED = "Issued"
    PARTIAL = "Partial"
    PAID = "Paid"
    CANCELLED = "Cancelled"
    WRITTEN_OFF = "Written off"


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """What a legal entity asks for.

    Attributes:
        threshold: documents of this total or more wait, in major units of their own currency; None means that none does.
        two_people: whoever verified may not issue.
    """

    threshold: Decimal | None = None
    two_people: bool = False

    def needs(self, total: Decimal) -> bool:
        """Whether a document of this total, in major units, waits for a person; a credit counts as what it gives back."""
        return self.threshold is not None and abs(total) >= self.threshold


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document on its way to a number.

    Attributes:
        number: "" as long as it has none.
        fingerprint: of what it says now; `verified` is that of what was verified, "" for nothing.
        verified_by: user id; "" for nobody.
    """

    state: DocumentState
    number: str
    total: Money
    fingerprint: str
    verified: str
    verified_by: str
    rule: ApprovalRule


class Step(Enum):
    """What a request to verify or issue comes to."""

    ACT = "act"
    DONE = "done already"
    FALL_BACK = "it is another document than the one that was verified"


def verifying(one: Candidate) -> Step:
    """Whether a document can be verified. Errors: Refused with what to do."""
    if one.state is DocumentState.VERIFIED:
        return Step.DONE if one.verified == one.fingerprint else Step.ACT
    if one.state is not DocumentState.DRAFT:
        message = f"{one.number or 'This document'} is {one.state.value} and cannot be verified any more."
        raise Refused(message)
    return Step.ACT


def issuing(one: Candidate, person: str) -> Step:
    """Whether a person can issue a document. Errors: Refused with what to do."""
    if one.state in (DocumentState.ISSUED, DocumentState.PARTIAL, DocumentState.PAID):
        return Step.DONE
    if one.state is DocumentState.CANCELLED:
        message = "This document was cancelled; the next run bills what it was about."
        raise Refused(message)
    if one.state is DocumentState.VERIFIED and one.verified != one.fingerprint:
        return Step.FALL_BACK
    if one.state is DocumentState.DRAFT and one.rule.needs(one.total.major):
        message = f"A total of {one.total} must be verified first: press Verify, or have somebody else do so."
        raise Refused(message)
    if one.state is DocumentState.VERIFIED and one.rule.two_people and one.verified_by == person:
        message = "You verified this document, so somebody else has to issue it."
        raise Refused(message)
    return Step.ACT
