"""Port to contracts that are amended: one read as a run reads, one change set with everything that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.amending.amended import Amended
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
        id: of its row.
        subscription: what the one is called whose own cycles changed; empty for the contract's terms.
        by: who made it.
    """

    id: str
    sequence: int
    effective: date
    recorded: datetime | None
    words: str
    reason: str
    subscription: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A subscription whose cycles become longer or shorter, with what one of them costs per seat until then and from then on.

    Attributes:
        subscription: its id.
        recorded: the rows of its log that say so; None where the figure is the same one.
    """

    subscription: str
    name: str
    on: date
    before: Decimal
    after: Decimal
    recorded: Recorded | None


@dataclass(frozen=True, slots=True)
class Amending:
    """An amendment with everything that is written for it, all or nothing.

    Attributes:
        sequence: its number among the contract's amendments.
        repriced: the subscriptions whose prices go with their cycles.
        relisted: the subscriptions that another price list prices by it.
        offer: that list; None where the contract keeps its own.
        person: Entra object id of whoever asked for it by a job; None for whoever writes it.
    """

    id: str
    sequence: int
    place: Place
    amended: Amended
    repriced: tuple[NewPrice, ...]
    now: datetime
    relisted: tuple[Relisted, ...] = ()
    offer: Offer | None = None
    person: str | None = None

    @property
    def prices(self) -> tuple[Recorded, ...]:
        """The changes of prices that go with it."""
        return tuple(one.recorded for one in self.repriced if one.recorded is not None)


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
