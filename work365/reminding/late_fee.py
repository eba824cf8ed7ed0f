"""A late fee that was charged: where it stands, and how a person waives it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.crediting.excluding import BillingState
from work365.errors import Refused

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money


class Waiving(Enum):
    """How a fee is waived: before it is billed its item is left out, after that the line is credited."""

    LEAVE_OUT = "left out"
    CREDIT = "credited"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFee:
    """A fee of one step.

    Attributes:
        invoice: number of the invoice that was paid late.
        day: of the step, after the due day.
        item: id of what bills it; "" where the invoice is on no contract, and nothing does.
        state: of the item; None where there is none.
        reason: why it was left out.
        document, number: the document that bills it; no number while that is a draft.
        line: its place there, from 1.
        credited: what of that line was given back, without tax.
        words: how it was made.
    """

    invoice: str
    customer: str
    day: int
    taken: date
    amount: Money
    item: str = ""
    state: BillingState | None = None
    reason: str = ""
    document: str = ""
    number: str = ""
    line: int = 0
    credited: Money | None = None
    words: str = ""

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        if self.state is None:
            return "billed nowhere: its invoice is on no contract"
        if self.state is BillingState.EXCLUDED:
            return f"waived: {self.reason}"
        if self.state is not BillingState.BILLED:
            return "waits for its bill"
        if self.credited is not None:
            return f"billed on {self.number}, {self.credited} credited"
        return f"billed on {self.number}" if self.number else "on a draft"

    def left_out_for(self, reason: str) -> bool:
        """It was waived with these words before it was billed: said again, they change nothing."""
        return self.state is BillingState.EXCLUDED and self.reason == reason.strip()


def waiving(fee: LateFee) -> Waiving:
    """How a fee is waived as it stands. Errors: Refused where it cannot be, or is."""
    if fee.state is None:
        message = "it is billed nowhere, so there is nothing to waive; resolve its finding"
        raise Refused(message)
    if fee.state is BillingState.EXCLUDED:
        message = f"it is waived already: {fee.reason}"
        raise Refused(message)
    if fee.state is not BillingState.BILLED:
        return Waiving.LEAVE_OUT
    if not fee.number:
        message = "it stands on a draft; issue that, then waive the fee, or cancel the draft and waive it before the next run"
        raise Refused(message)
    if fee.credited is not None:
        message = f"it was credited already, with {fee.credited}"
        raise Refused(message)
    return Waiving.CREDIT
