"""Compare a payout with the movements that it is made of: what the bank statement shows is what moved, less the fees. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.findings import Severity
from work365.money import rounded
from work365.reconciling.difference import Code, Difference
from work365.reconciling.movement import MovementKind, PayoutState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from work365.money import Money
    from work365.receivables.payments import Processor
    from work365.reconciling.movement import Movement, Payout


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payout with its parts; None where the gateway does not say them."""

    payout: Payout
    parts: tuple[Movement, ...] | None

    @property
    def fees(self) -> Money | None:
        """What the gateway kept of it, rounded once; None where it does not say."""
        if self.parts is None:
            return None
        return rounded(sum((one.fee for one in self.parts), Decimal(0)), self.payout.amount.currency)

    @property
    def payments(self) -> int:
        """How many payments it brings."""
        return sum(one.kind is MovementKind.PAYMENT for one in self.parts or ())


def payout_about(processor: str, payout: str) -> str:
    """The name of a payout among what is compared."""
    return f"payout:{processor}:{payout}"


def compare_payout(paid: PaidOut, processor: Processor) -> list[Difference]:
    """What is wrong with a payout, if anything is: it did not arrive, or is not the sum of its parts."""
    payout = paid.payout
    if payout.state is PayoutState.FAILED:
        words = f"Payout {payout.id} of {payout.amount} did not arrive: {(payout.reason or 'no reason was given').rstrip('.')}."
        step = f"Mend the bank account at {processor.kind}; when a later payout has brought the money, explain this one."
        return [_difference(paid, processor, Code.PAYOUT_FAILED, "arrival", payout.amount, words, step)]
    if paid.parts is None:
        return []
    parts = rounded(sum((one.net for one in paid.parts), Decimal(0)), payout.amount.currency)
    if parts == payout.amount:
        return []
    words = f"Payout {payout.id} is {payout.amount}, and its {len(paid.parts)} parts come to {parts}."
    step = f"Ask {processor.kind}'s support for the movement that it does not list."
    return [_difference(paid, processor, Code.PAYOUT_PARTS, "parts", payout.amount - parts, words, step)]


def _difference(
    paid: PaidOut,
    processor: Processor,
    code: Code,
    part: str,
    amount: Money,
    words: str,
    step: str,
) -> Difference:
    return Difference(
        code=code,
        about=payout_about(processor.id, paid.payout.id),
        part=part,
        subject=f"{processor.code}: payout {paid.payout.id}",
        amount=amount,
        since=paid.payout.made_at.date(),
        words=words,
        next_step=step,
        there=paid.payout.id,
        severity=Severity.WARNING if code is Code.PAYOUT_FAILED else Severity.ERROR,
    )


def unrecorded(found: Sequence[Payout], kept: Mapping[str, PayoutState]) -> list[Payout]:
    """Payouts that are news: not kept yet with their parts, or in another state by now."""
    return [one for one in found if kept.get(one.id) is not one.state]
