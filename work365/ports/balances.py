"""Port to what customers owe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from work365.money import Currency
    from work365.receivables.balances import AccountBalance, OpenItem


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the rows of some customers.

    Attributes:
        kept: the balances that are kept, with their versions; read before the items.
        items: what is open of them.
    """

    kept: Mapping[tuple[str, Currency], tuple[AccountBalance, str]]
    items: Sequence[OpenItem]


@dataclass(frozen=True, slots=True)
class NamedBalance:
    """A kept balance with the number and name of its account."""

    number: str
    name: str
    balance: AccountBalance


class BalanceBook(Protocol):
    """Open items, and the balances that are kept of them."""

    def changed(self, since: datetime) -> Iterable[str]:
        """Customers of whom an invoice or a receipt was written since a moment, each once."""

    def owing(self) -> Iterable[str]:
        """Customers who have something open, or a kept balance that is not settled, each once."""

    def standing(self, accounts: Sequence[str]) -> Standing:
        """The kept balances first, then the open items: a balance that is drawn in between has another version."""

    def keep(self, changed: Sequence[AccountBalance], texts: Mapping[str, str], standing: Standing) -> tuple[str, ...]:
        """Write balances under the versions that were read, and their text on each account's row; each customer all or nothing.

        Shape:  `texts` by account. Answers with the accounts that somebody else wrote meanwhile.
        """

    def account_of(self, invoice: str) -> str:
        """The customer of an invoice. Errors: NotFound."""

    def kept(self, account: str) -> Sequence[NamedBalance]:
        """The kept balances that are not settled, the oldest debt first; of one account by its number, or of all for "".

        Errors: BadInput for a number that no account has.
        """
