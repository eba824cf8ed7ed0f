"""One payment as our rows and its gateway have it, and for how long the two may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.receivables.disputes import Dispute
    from work365.receivables.marking import Owner
    from work365.receivables.payments import Payment, Processor
    from work365.receivables.refunds import Refund
    from work365.reconciling.movement import Movement


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many days something is merely young.

    Attributes:
        appears_days: until what was paid here has moved at the gateway.
        known_days: until what moved at the gateway is known here; webhooks and sweeps have come by then.
        under_way_days: for how long money of a bank debit may be on its way.
        unanswered_days: for how long the outcome of an attempt may be open.
    """

    appears_days: int
    known_days: int = 2
    under_way_days: int = 14
    unanswered_days: int = 2


PATIENCE = {"Stripe": Patience(appears_days=2), "GoCardless": Patience(appears_days=10)}
"""By the kind of a processor; one that is not listed has no gateway to compare with. GoCardless tells what moved with its
payouts, which come days after the payments."""

LONGEST_DAYS = max(max(one.appears_days, one.known_days, one.under_way_days) for one in PATIENCE.values())


@dataclass(frozen=True, slots=True)
class MoneyCase:
    """Everything about one payment.

    Attributes:
        reference: the gateway's id of the payment; "" when it has never answered.
        payment: our row; None when none knows of it.
        number: of the invoice that it pays; "" when there is none.
        movements: what moved at the gateway.
    """

    processor: Processor
    reference: str
    payment: Payment | None
    number: str = ""
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    movements: tuple[Movement, ...] = ()

    @property
    def owner(self) -> Owner | None:
        """Whose mark it carries; None where no movement says so."""
        return next((one.owner for one in self.movements if one.owner is not None), None)

    @property
    def about(self) -> str:
        """The same name every night."""
        return about(self.processor.id, self.reference if self.payment is None else self.payment.id)

    @property
    def label(self) -> str:
        """How a person knows it: `payment pi_1 for INV-7`."""
        named = f"payment {self.reference}" if self.reference else "an attempt that the gateway never answered"
        return f"{named} for {self.number}" if self.number else named


def about(processor: str, payment: str) -> str:
    """The name of a case: our id of the payment, the gateway's where no row of ours knows it."""
    return f"payment:{processor}:{payment}"
