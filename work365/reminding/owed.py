"""An open invoice, as whoever reminds of it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import zero

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An open invoice.

    Attributes:
        balance: what is open of it.
        disputed: what of it the customer does not accept; nobody is reminded of that part.
        contract: id of the one that it bills, with its number; "" where it bills none.
        opted_out: it is never reminded of.
        paused_until: the last day of a pause, e.g. because the customer has promised to pay until then.
        collected: its contract is charged by itself.
        on_its_way: a payment of it was begun, and its outcome is open.
        taken: the days of the steps that it has had.
        charged: the fees of these, also of those that were waived; None where there were none.
        interest_to: the last day that one of them has charged interest for.
        fees_before: fees for other invoices that this one bills, with tax; None where it bills none.
        billed_alone: a fee is a document of its own.
        version: of the row that this was read from.
    """

    id: str
    number: str
    account: str
    entity: str
    issued: date
    due: date
    balance: Money
    disputed: Money
    contract: str = ""
    contract_number: str = ""
    opted_out: bool = False
    paused_until: date | None = None
    collected: bool = False
    on_its_way: bool = False
    taken: frozenset[int] = frozenset()
    charged: Money | None = None
    interest_to: date | None = None
    fees_before: Money | None = None
    billed_alone: bool = False
    version: str = ""

    @property
    def asked(self) -> Money:
        """What the customer is reminded of."""
        left = self.balance - self.disputed
        return left if left.minor > 0 else zero(self.balance.currency)

    def paused(self, today: date) -> bool:
        """Nothing is asked for on a day."""
        return self.paused_until is not None and today <= self.paused_until
