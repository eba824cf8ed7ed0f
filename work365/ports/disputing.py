"""Port to the rows of disputes, and of what they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.receivables.disputes import Dispute
    from work365.receivables.disputing import DisputeSettlement
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.payments import PaymentId


@dataclass(frozen=True, slots=True)
class ListedDispute:
    """A dispute with what a person knows it by."""

    dispute: Dispute
    invoice: str
    customer: str


class DisputeBook(Protocol):
    """Disputes, and the payments that they are of."""

    def case(self, payment: PaymentId) -> PaymentCase:
        """A payment, its invoice, what it pays, what went back of it: the payment first. Errors: NotFound."""

    def record(self, settlement: DisputeSettlement) -> None:
        """Write news: dispute, payment, allocation, invoice and credit notes, all or nothing.

        Errors: Conflict when one of them changed since they were read.
        """

    def under_way(self) -> Iterable[PaymentId]:
        """Payments with disputes that are not decided."""

    def listed(self, *, ended: bool) -> Iterable[ListedDispute]:
        """Those that are not decided, the one whose evidence is due first on top; `ended` all, the newest first."""
