"""Port of statements of account: what was ever billed to a customer and received from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.documents.document import Buyer, Seller
    from work365.documents.template import Template
    from work365.money import Currency
    from work365.receivables.statement import Billed, Received


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity that a customer owes to, how its documents look, and the time zone whose days count."""

    seller: Seller
    template: Template
    zone: str


@dataclass(frozen=True, slots=True)
class Account:
    """What one customer (and its children, where asked for) has with one company in one currency."""

    company: Company
    currency: Currency
    documents: tuple[Billed, ...]
    payments: tuple[Received, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer that the statement is for.

    Attributes:
        names: names of the accounts on it, by id; empty when it stands alone.
        accounts: one per company and currency, in a fixed order.
    """

    buyer: Buyer
    names: Mapping[str, str]
    accounts: tuple[Account, ...]


class StatementBook(Protocol):
    """Where it is written down."""

    def customer(self, number: str, *, children: bool) -> Customer:
        """Everything that was ever issued to a customer and received from it.

        Errors: BadInput when no account has the number, or more accounts have a part in it than one statement holds.
        """
