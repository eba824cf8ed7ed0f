"""What is paid before seats come, as the row of their change names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What is paid before a change happens.

    Attributes:
        item: id of the one-time item that bills it.
        what: the seats and days that it is for, as printed.
        amount: net, in major units.
        contract, product: ids of what it is billed on and as.
        invoice, number: the document that has billed it; None and "" until one has.
        standing: where that document stands.
    """

    item: str
    what: str
    amount: Decimal
    contract: str
    product: str
    invoice: str | None = None
    number: str = ""
    standing: DocumentState | None = None

    @property
    def paid(self) -> bool:
        """Nothing of its document is left to pay."""
        return self.standing is DocumentState.PAID

    @property
    def unsent(self) -> bool:
        """Its document is a draft: nobody was asked to pay yet."""
        return self.standing in (DocumentState.DRAFT, DocumentState.VERIFIED)
