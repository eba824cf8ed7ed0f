"""What is open of a credit note pays invoices of the same customer, company and currency; and is open again when taken back.

A credit note is a debt turned round: its balance is below zero by what the customer may still have of it. Whatever uses it up, an
invoice, a refund or the prepaid balance, moves that balance under the note's version, so no credit is used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.money import zero
from work365.receivables import spreading
from work365.receivables.charging import CHARGEABLE
from work365.receivables.payments import PaymentSource
from work365.receivables.settling import owing
from work365.receivables.spreading import Purse, Undone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.money import Money
    from work365.receivables.payments import Debt
    from work365.receivables.settling import Settlement
    from work365.receivables.spreading import OpenInvoice, Part, Wish


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note that may pay. Shape: `entity` is the id of its legal entity."""

    note: Debt
    entity: str

    @property
    def label(self) -> str:
        """How a person knows it: `Credit note CN-1`."""
        return f"Credit note {self.note.number}"

    @property
    def left(self) -> Money:
        """What nothing has used of it yet; never below zero."""
        return max(zero(self.note.balance.currency), -self.note.balance)


@dataclass(frozen=True, slots=True)
class CreditApplied:
    """A credit note as it is afterwards, and what each invoice took; written together under the versions that were read."""

    note: Debt
    payments: tuple[Settlement, ...]


@dataclass(frozen=True, slots=True)
class CreditTakenBack:
    """A credit note as it is afterwards, and what no longer pays; written together under the versions that were read."""

    note: Debt
    part: Undone
    reason: str


def apply(credit: Credit, invoices: Sequence[OpenInvoice], wishes: Sequence[Wish] | None, *, now: datetime) -> CreditApplied:
    """Pay invoices with a credit note, in the order of the wishes; None pays the oldest first.

    Shape:  `invoices` are the open ones of its customer, in its company and currency.
    Errors: Refused with a sentence when it cannot; nothing is half done.
    """
    _usable(credit)
    purse = Purse(credit.label, credit.left, PaymentSource.CREDIT_NOTE, now.date())
    chosen = spreading.oldest_first(credit.left, invoices) if wishes is None else wishes
    if not chosen:
        message = f"The customer owes nothing that {credit.label} could pay; {credit.left} of it stays open."
        raise Refused(message)
    left, payments = spreading.spread(purse, invoices, chosen, now=now)
    return CreditApplied(owing(credit.note, credit.left - left), payments)


def take_back(credit: Credit, parts: Iterable[Part], number: str, reason: str) -> CreditTakenBack:
    """Undo what a credit note pays of one invoice: that is open again, and so is as much of the note.

    Shape:  `parts` are what it pays now.
    Errors: Refused when it pays nothing of it; BadInput without a reason.
    """
    why = spreading.worded(reason)
    found = spreading.part_of(parts, number, label=credit.label, command="credit-note")
    return CreditTakenBack(owing(credit.note, -found.payment.amount), spreading.undone(found, why), why)


def _usable(credit: Credit) -> None:
    note = credit.note
    if not note.credit_note:
        message = f"{note.label} is no credit note."
        raise Refused(message)
    if not credit.left.minor:
        message = f"Nothing is left of {credit.label}: it is {note.status.value.lower()}."
        raise Refused(message)
    if note.status not in CHARGEABLE:
        message = f"{credit.label} is {note.status.value.lower()}; only an issued one pays."
        raise Refused(message)
