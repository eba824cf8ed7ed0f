"""What became of a credit note, and what should be open of it in the books. Pure.

The books know what is open of a credit note by what is applied of it there. Ours counts more: credit that went to a prepaid
balance, or that pays a document of which they were not told. So the two are compared by way of what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total

if TYPE_CHECKING:
    from work365.accounting.held import Held
    from work365.money import Money


@dataclass(frozen=True, slots=True)
class Spent:
    """What a credit note was used for here.

    Attributes:
        paying: what of it pays documents; the one that it credits is among them.
        ahead: what of it is on the prepaid balance of its customer, of which the books hear nothing.
        references: under which the books hold what applies it, or did once.
    """

    paying: Money
    ahead: Money
    references: frozenset[str] = frozenset()

    def open_there(self, balance: Money, held: Held) -> Money:
        """What should be open of it in the books. Shape: `balance` is what is open here; `held` has all of its references."""
        code = balance.currency
        applied = (each.amount for each in held.payments if each.reference in self.references and each.amount.currency == code)
        return balance + self.ahead + self.paying - total(applied, code)
