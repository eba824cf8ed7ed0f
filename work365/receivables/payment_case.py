"""A payment with what its money is used for, and what went back of it: what refunds and disputes are decided on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total, zero
from work365.receivables.refunds import RefundState

if TYPE_CHECKING:
    from work365.money import Money
    from work365.receivables.disputes import Dispute
    from work365.receivables.payments import Payment, Profile
    from work365.receivables.refunding import Uses
    from work365.receivables.refunds import Refund, RefundId


@dataclass(frozen=True, slots=True)
class PaymentCase:
    """Everything about one payment.

    Shape: `payment` was read before the rest, and whatever writes the rest writes it too: so its version covers all.
    """

    payment: Payment
    uses: Uses
    profile: Profile | None
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def refundable(self) -> Money:
        """What may still be given back: what is left, less what is on its way."""
        under_way = (one.amount for one in self.refunds if not one.state.final)
        left = self.uses.left - total(under_way, self.payment.amount.currency)
        return left if left.minor > 0 else zero(left.currency)

    def refund(self, id_: RefundId) -> Refund:
        """One of its refunds as it stands. Errors: KeyError."""
        return {one.id: one for one in self.refunds}[id_]

    def before(self, refund: Refund) -> Money:
        """What earlier refunds of the payment give back, as the gateway is told to compare with what it knows."""
        counted = (one.amount for one in self.refunds if one.attempt < refund.attempt and one.state is not RefundState.FAILED)
        return total(counted, self.payment.amount.currency)
