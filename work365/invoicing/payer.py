"""Who a contract's documents are for, where that is not one customer for all of its days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.paying.surcharging import Surcharge
    from work365.taxing.assessing import Buyer


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer, with what its documents take from it and not from the contract's other payers.

    Attributes:
        buyer: its account, where it is taxed and under which number.
        purchase_order: what it asks to be named on its documents; None for nothing.
        surcharge: what its way of paying adds to its documents; None for nothing.
        together: what its contracts must agree on to stand on one document; empty: this one stands alone.
    """

    name: str
    buyer: Buyer
    purchase_order: str | None = None
    surcharge: Surcharge | None = None
    together: str = ""

    @property
    def account(self) -> str:
        """The id of its account."""
        return self.buyer.account
