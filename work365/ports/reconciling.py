"""Ports of the daily check: what a gateway says of its money, and the rows that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from work365.accounting.deciding import BooksSystem
    from work365.accounting.held import Held
    from work365.money import Money
    from work365.receivables.marking import Owner
    from work365.receivables.payments import Processor
    from work365.reconciling.booked import Booked
    from work365.reconciling.case import MoneyCase
    from work365.reconciling.movement import Movement, Payout, PayoutState
    from work365.reconciling.payouts import PaidOut
    from work365.reconciling.standing import Outcome, Standing


class GatewayMoney(Protocol):
    """What moved at a gateway. Nothing here moves money."""

    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """What moved in `[since, until)`, in any order; nothing where a gateway tells of it with its payouts only.

        Errors: External.
        """

    def payouts(self, since: datetime, until: datetime) -> Iterable[Payout]:
        """Payouts that were made in `[since, until)`, as they stand now, in any order. Errors: External."""

    def parts(self, payout: Payout) -> Sequence[Movement] | None:
        """The movements that a payout is made of, each naming it; None where the gateway does not say, not yet or no longer.

        Errors: External.
        """

    def owner(self, reference: str) -> Owner:
        """Whose mark the payment with this id carries. Errors: External."""


class GatewayMoneyFor(Protocol):
    """Whoever knows how to reach the money of a processor."""

    def __call__(self, processor: Processor) -> GatewayMoney:
        """The gateway, ready to use. Errors: Refused when it is not set up, or keeps no money."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a processor has been read and checked.

    Attributes:
        first: when the first payment through it was sent; None when none ever was.
        read_to: what moved is kept up to here; None when nothing was read yet.
        checked_to: what moved is compared up to here.
    """

    processor: Processor
    first: datetime | None
    read_to: datetime | None = None
    checked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """Payments of which something may have changed, by our ids and by the gateway's."""

    payments: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()

    def __or__(self, other: Touched) -> Touched:
        return Touched(self.payments | other.payments, self.references | other.references)


class MoneyFindings(Protocol):
    """Findings of the daily check."""

    def standing(self) -> Sequence[Standing]:
        """Those that are open or explained."""

    def record(self, outcome: Outcome, *, today: date) -> None:
        """Write findings, each by itself."""

    def explain(self, finding: Standing, reason: str) -> None:
        """Set a finding aside for as long as its figures stay the same."""


class MoneyBook(MoneyFindings, Protocol):
    """Movements and payouts, and the payments that they are about."""

    def positions(self) -> Sequence[Position]:
        """The processors that are in use and have a gateway."""

    def kept_payouts(self, processor: Processor, since: datetime) -> Mapping[str, PayoutState]:
        """Payouts that are kept with their parts, by the gateway's id."""

    def keep(self, processor: Processor, movements: Sequence[Movement], payouts: Sequence[PaidOut]) -> None:
        """Keep what a gateway said. What is kept already stays, but that a movement learns its payout and a payout its state."""

    def touched(self, processor: Processor, since: datetime) -> Touched:
        """Payments that changed here or moved at the gateway since, and those without an end."""

    def cases(self, processor: Processor, touched: Touched) -> Iterator[MoneyCase]:
        """Everything about these payments, each once."""

    def move_on(self, position: Position) -> None:
        """Remember how far a processor has been read and checked."""

    def payouts(self, processors: Collection[str], *, since: datetime) -> Sequence[KeptPayout]:
        """Payouts that were made on or after a day, the latest first; of all processors where no code is named."""


@dataclass(frozen=True, slots=True)
class KeptPayout:
    """A payout as its row has it.

    Attributes:
        processor: its code.
        fees, payments: what the gateway kept of it, and how many payments it brings; None where the gateway does not say.
    """

    processor: str
    payout: Payout
    fees: Money | None
    payments: int | None


@dataclass(frozen=True, slots=True)
class BooksPosition:
    """How far a company's books have been checked. Attributes: `first` is when the first document was sent there, if one was."""

    system: BooksSystem
    first: datetime | None
    checked_to: datetime | None = None


class BookedBook(Protocol):
    """Documents that were sent to books, with what was collected for them."""

    def positions(self) -> Sequence[BooksPosition]:
        """The accounting systems that are in use and not kept by hand."""

    def touched(self, system: str, since: datetime) -> frozenset[str]:
        """Ids of documents sent there that changed here since."""

    def invoices_of(self, system: str, held: Held) -> frozenset[str]:
        """Ids of the documents that what the books hold is of, as far as we know them: by its id there, or by our mark."""

    def documents(self, system: str, books: str, invoices: Collection[str]) -> Iterator[Sequence[Booked]]:
        """These documents, as far as they were sent there, a hundred at once; what is no id of ours is left out."""

    def sync_due(self, one: Booked) -> bool:
        """Whether a sync of this document would send something of it, or of what pays it."""

    def move_on(self, system: str, moment: datetime) -> None:
        """Remember how far the books have been checked."""
