"""Port to prepaid balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.money import Money
    from work365.prepaid.balance import Balance, Moved, Movement


class PrepaidBook(Protocol):
    """Prepaid balances and their movements."""

    def of_contract(self, contract: str) -> Balance:
        """The balance of a contract's customer, in the contract's legal entity and currency. Errors: Refused for no contract."""

    def with_expired(self, today: date) -> Sequence[Balance]:
        """Balances with a lot whose day has come."""

    def movements(self, balance: Balance) -> Sequence[Movement]:
        """The whole ledger of a balance, oldest first."""

    def credit_note(self, number: str) -> tuple[Balance, str, Money, str]:
        """An issued credit note's balance row, its id, what is still owed to the customer, and its version.

        Errors: Refused when there is none of this number, or nothing is left of it.
        """

    def move(self, moved: Moved, *, credit_note: tuple[str, str] | None = None) -> None:
        """Write a balance and its movements, all or nothing; `credit_note`, by id and version, has been given to it.

        Errors: Conflict when somebody moved it meanwhile; DuplicateKey when a movement is there already.
        """
