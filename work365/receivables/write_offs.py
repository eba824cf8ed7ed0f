"""The ledger of what was given up of invoices: what is a loss, and what of that came after all.

A movement is written once and never changed; their sum is what an invoice has written off. So at any moment, once it is issued:

    total = what came in + what is written off + what is open
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.receivables.payments import Debt, InvoiceId, PaymentId

REASON_MAX = 300


class WriteOffKind(Enum):
    """Which way a movement goes. The values are the labels of the choice."""

    WRITTEN_OFF = "Written off"
    TAKEN_BACK = "Taken back"


@dataclass(frozen=True, slots=True)
class WriteOff:
    """One movement.

    Attributes:
        number: of the invoice.
        amount: negative for what is taken back.
        payment: the late money that took it back; None where a person did.
        job: the wish of the person; None where money did.
    """

    id: str
    invoice: InvoiceId
    number: str
    account: str
    amount: Money
    reason: str
    on: date
    payment: PaymentId | None = None
    job: str | None = None

    @property
    def kind(self) -> WriteOffKind:
        """Which way it goes."""
        return WriteOffKind.WRITTEN_OFF if self.amount.minor > 0 else WriteOffKind.TAKEN_BACK


def write_off_id(invoice: InvoiceId, cause: str) -> str:
    """The id of a movement: one cause, such as a job, moves it once."""
    return derived("write-off", invoice, cause)


def taken_back(before: Debt, after: Debt, payment: PaymentId, cause: str, on: date) -> WriteOff | None:
    """The movement that late money makes; None where it paid nothing that was written off."""
    back = before.written_off - after.written_off
    if not back.minor:
        return None
    reason = f"{back} was paid after all"
    return WriteOff(write_off_id(before.id, cause), before.id, before.number, before.account, -back, reason, on, payment)
