"""Port to contracts that are amended: one read as a run reads, one change set with everything that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from work365.amending.deciding import Amended
    from work365.amending.listing import Offer, Relisted
    from work365.amending.paying import PayerOffer
    from work365.invoicing.work import ContractWork
    from work365.ports.billing import Entity
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Place


@dataclass(frozen=True, slots=True)
class Noted:
    """One amendment in a contract's history.

    Attributes:
        subscription: what the one is called whose own cycles changed; empty for the contract's terms.
        by: who made it.
    """

    sequence: int
    effective: date
    recorded: datetime | None
    words: str
    reason: str
    subscription: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Amending:
    """An amendment with everything that is written for it, all or nothing.

    Attributes:
        sequence: its number among the contract's amendments.
        prices: the changes of prices that go with it.
        relisted: the subscriptions that another price list prices by it.
        offer: that list; None where the contract keeps its own.
    """

    id: str
    sequence: int
    place: Place
    amended: Amended
    prices: tuple[Recorded, ...]
    now: datetime
    relisted: tuple[Relisted, ...] = ()
    offer: Offer | None = None


class AmendingBook(Protocol):
    """Contracts with their amendments."""

    def contract(self, number: str) -> Place | None:
        """One contract by its number; None when there is none."""

    def entity(self, place: Place) -> Entity:
        """The legal entity that bills a contract. Errors: Refused when it is not active."""

    def read(self, place: Place, entity: Entity, as_of: date, on: date | None, now: datetime) -> ContractWork:
        """The contract as a run reads it, with the whole logs of what is open from the day before `on`.

        Errors: Refused, in the words of the finding, when its rows say too little to be billed.
        """

    def priced_by_list(self, subscriptions: Sequence[str]) -> frozenset[str]:
        """Those of these subscriptions that have no price of their own."""

    def offer(self, place: Place, code: str) -> Offer:
        """A price list, and what it would price of a contract. Errors: Refused when there is no such list."""

    def payer(self, place: Place, named: str) -> PayerOffer:
        """An account that is to pay, by its number, name or id. Errors: Refused when there is none, or several of the name."""

    def record(self, change: Amending) -> None:
        """Write it. Errors: Conflict when the contract or a subscription was written since it was read."""

    def history(self, contract: str) -> Sequence[Noted]:
        """A contract's amendments in the order in which they were made."""
