"""What the books hold of our documents and payments, as the daily check compares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.accounting.documents import RECEIPT_PREFIX
from work365.accounting.payload import NOTE_WORD

if TYPE_CHECKING:
    from work365.accounting.documents import DocumentKind, Posted
    from work365.money import Money


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """An invoice or credit note as the books have it."""

    kind: DocumentKind
    posted: Posted

    @property
    def ours(self) -> str:
        """The id of our invoice that its note names; "" where it names none."""
        return _named(self.posted.note, "invoice")


@dataclass(frozen=True, slots=True)
class HeldPayment:
    """A payment as the books have it. Attributes: `amount` is all of it, applied or not; without money what credit it applies."""

    external_id: str
    reference: str
    note: str
    amount: Money

    @property
    def ours(self) -> str:
        """The id of our payment that its note names; "" where it names none."""
        return _named(self.note, "payment")


@dataclass(frozen=True, slots=True)
class Held:
    """Documents and payments of ours in the books."""

    documents: tuple[HeldDocument, ...] = ()
    payments: tuple[HeldPayment, ...] = ()

    def __or__(self, other: Held) -> Held:
        """Both, each once."""
        documents = {(one.kind, one.posted.external_id): one for one in (*self.documents, *other.documents)}
        payments = {one.external_id: one for one in (*self.payments, *other.payments)}
        return Held(tuple(documents.values()), tuple(payments.values()))


def entered_by_us(payment: HeldPayment) -> bool:
    """Whether a payment in the books is one that we entered."""
    return payment.reference.startswith(RECEIPT_PREFIX)


def _named(note: str, what: str) -> str:
    words = note.split()
    return words[2] if len(words) > 2 and words[:2] == [NOTE_WORD, what] else ""  # noqa: PLR2004  two words, then the id
