"""Values of what a gateway says of its money: what moved, and what it paid out to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from work365.money import Currency, Money
    from work365.receivables.marking import Owner


class MovementKind(Enum):
    """What moved the money at a gateway. The values are the labels of the choice.

    Attributes:
        PAYMENT: money of a payment came.
        REFUND: money was given back; or came back, when it did not reach the customer.
        DISPUTE: a bank took a payment back, or gave it back after all: disputes, charge-backs, late failures.
        FEE: what the gateway keeps, where it says so apart.
        PAYOUT: a payout of its own, or one that came back.
        OTHER: anything else that moves a balance.
    """

    PAYMENT = "Payment"
    REFUND = "Refund"
    DISPUTE = "Dispute"
    FEE = "Fee"
    PAYOUT = "Payout"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of money at a gateway.

    Units:  `settled` and `fee` are exact major units of `settled_in`, because gateways count fees in fractions of minor units.

    Attributes:
        id: the gateway's id of it, or one that is the same whenever it is read.
        amount: what moved of a payment, in the payment's own currency; negative for what went. None where it is of no payment.
        settled: by how much the gateway's balance moved, before the fee.
        fee: what the gateway kept of it; negative for a fee that it gave back.
        reference: the gateway's id of the payment, or of the payout that a movement of the kind PAYOUT is of.
        payment: our id of the payment, where the movement carries our mark; else "".
        owner: whose mark it is; None where that must be asked for.
        payout: the gateway's id of the payout that holds it; "" while that is not known.
    """

    id: str
    kind: MovementKind
    amount: Money | None
    settled: Decimal
    fee: Decimal
    settled_in: Currency
    moved_at: datetime
    reference: str = ""
    payment: str = ""
    owner: Owner | None = None
    payout: str = ""

    @property
    def net(self) -> Decimal:
        """What of it a payout carries to the bank, in major units."""
        return self.settled - self.fee


class PayoutState(Enum):
    """Where a payout stands. The values are the labels of its status reason."""

    ON_ITS_WAY = "On its way"
    PAID = "Paid"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Payout:
    """Money that a gateway sends to our bank account.

    Attributes:
        id: the gateway's id.
        amount: what the bank statement shows; negative where the gateway takes money from the account.
        arrives_on: the day on which it should be there; None while that is not known.
        reason: why it failed, in the gateway's words.
    """

    id: str
    amount: Money
    state: PayoutState
    made_at: datetime
    arrives_on: date | None = None
    reason: str = ""
