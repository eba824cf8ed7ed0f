"""Port to prepaid balances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.money import Money
    from work365.prepaid.balance import Balance, Moved, Movement


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note of which something is owed to the customer, with the balance that it may go to.

    Shape: `total` is below zero, `owed` above; `etag` is its version.
    """

    id: str
    number: str
    total: Money
    owed: Money
    balance: Balance
    etag: str


class PrepaidBook(Protocol):
    """Prepaid balances and their movements."""

    def of_contract(self, contract: str) -> Balance:
        """The balance of a contract's customer, in the contract's legal entity and currency. Errors: Refused for no contract."""

    def with_expired(self, today: date) -> Sequence[Balance]:
        """Balances with a lot whose day has come."""

    def movements(self, balance: Balance) -> Sequence[Movement]:
        """The whole ledger of a balance, oldest first."""

    def credit_note(self, number: str) -> CreditNote:
        """An issued credit note. Errors: Refused when there is none of this number, or nothing is left of it."""

    def move(self, moved: Moved, *, given: CreditNote | None = None) -> None:
        """Write a balance and its movements, all or nothing; `given` is a credit note that has been put on it.

        Errors: Conflict when somebody moved it meanwhile; DuplicateKey when a movement is there already.
        """
