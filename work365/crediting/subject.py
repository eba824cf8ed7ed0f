"""A document that a person credits or cancels: its lines, and what of each is still there to be given back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.money import Money, total, zero

if TYPE_CHECKING:
    from datetime import date

    from work365.approving.deciding import DocumentState
    from work365.money import Currency
    from work365.periods import Period


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of another document, not cancelled, that names one of ours as its origin.

    Attributes:
        document: its number, or "a draft".
        net, tax: with their sign.
        by_hand: a person credited it; else billing credited, replaced or corrected it.
        units: how many were credited, for a line that was credited by quantity; else 0.
    """

    document: str
    net: Money
    tax: Money
    by_hand: bool
    units: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a line's tax was called when it was posted; a line that credits it says the same.

    Attributes:
        category: EN 16931; "" for none.
        note: printed beside the tax.
        registration: the seller's number that it is owed under, if not the legal entity's own.
    """

    percent: Decimal
    code: str = ""
    category: str = ""
    note: str = ""
    registration: str = ""


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line as it was posted, with what happened to it since.

    Attributes:
        ordinal: its place on the document, from 1.
        net, tax: as posted, with their sign.
        origin: key of the line that it credits, replaces or corrects, on this document or an earlier one.
        cycle_start: first day of its cycle; of its own days for what is billed once; None for a line that a person credited.
        replaced: a later line took out everything that its slot held.
        carried: what people gave back of the lines that it took the place of; billing has not taken it back.
        contract: whose it is; a document may be for several.
        price_includes_tax: its unit price is with the tax.
    """

    key: str
    ordinal: int
    description: str
    period: Period | None
    quantity: Decimal
    unit_price: Decimal | None
    fraction: tuple[int, int]
    net: Money
    tax: Money
    applied: Applied
    product: str | None = None
    subscription: str | None = None
    origin: str = ""
    cycle_start: date | None = None
    mentions: tuple[Mention, ...] = ()
    replaced: bool = False
    carried: tuple[Mention, ...] = ()
    contract: str | None = None
    price_includes_tax: bool = False

    @property
    def credits(self) -> tuple[Mention, ...]:
        """The mentions that gave back, whoever made them: those of the opposite sign."""
        return tuple(one for one in self.mentions if one.net.minor * self.net.minor < 0)

    @property
    def rest_net(self) -> Money:
        """What is not given back yet; zero once everything is, never beyond."""
        return self._rest(self.net, [one.net for one in self.credits])

    @property
    def rest_tax(self) -> Money:
        """The tax that is not given back yet."""
        return self._rest(self.tax, [one.tax for one in self.credits])

    @property
    def rest_units(self) -> Decimal:
        """The quantity that is not credited by quantity yet."""
        return self.quantity - sum((one.units for one in self.credits), Decimal(0))

    def _rest(self, whole: Money, given: list[Money]) -> Money:
        return zero(whole.currency) if self.replaced else _towards_zero(whole, total(given, whole.currency))


def _towards_zero(whole: Money, given: Money) -> Money:
    """What is left of an amount after some of the opposite sign; never beyond zero."""
    left = whole + given
    return left if left.minor * whole.minor > 0 else zero(whole.currency)


@dataclass(frozen=True, slots=True)
class Party:
    """A contract on a document, at the version that was read.

    Attributes:
        active: runs bill it.
        generation: how many of its documents were cancelled.
        reopened: what it has open already from an earlier cancellation.
    """

    contract: str
    number: str = ""
    active: bool = True
    generation: int = 0
    reopened: date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One document, read afresh.

    Attributes:
        number: "" for a draft.
        total, balance, charged: as the row says.
        written_off: what of it was given up; None is nothing.
        paid: what payments brought in; credits that were set off against it are not among these.
        paying: a payment is under way whose outcome is open.
        undoes: number of the cancelled document that this one gave back; "" for any other.
        restated_by: number of a document that billed the difference to usage of this one; "" for none.
        zone: of the legal entity, whose date is today.
        team: id of the team that the legal entity's documents belong to; "" leaves them to the functions.
        contracts: what it bills, the contract that it is filed under first; none for a document without one.
        at_engine: a tax engine knows it, or is to be told of it.
    """

    id: str
    number: str
    state: DocumentState
    credit_note: bool
    currency: Currency
    lines: tuple[BilledLine, ...]
    total: Money
    balance: Money
    charged: Money
    paid: Money
    paying: bool
    entity: str
    zone: str
    account: str
    contracts: tuple[Party, ...] = ()
    undoes: str = ""
    restated_by: str = ""
    purchase_order: str = ""
    etag: str = ""
    at_engine: bool = False
    team: str = ""
    written_off: Money | None = None

    @property
    def contract(self) -> str | None:
        """The contract that it is filed under."""
        return self.contracts[0].contract if self.contracts else None

    def contract_of(self, line: BilledLine) -> str | None:
        """Whose a line is."""
        return line.contract or self.contract

    @property
    def called(self) -> str:
        """Its number, or what a draft is called."""
        return self.number or "This draft"

    @property
    def rest_net(self) -> Money:
        """What of the whole document is not given back yet."""
        return total((line.rest_net for line in self.lines), self.currency)

    def left_of(self, line: BilledLine) -> tuple[Money, Money]:
        """Net and tax of a line that a person may still give back by itself, without what its own document gives back of it."""
        own = [one for one in self.lines if one.origin == line.key and one.net.minor * line.net.minor < 0]
        carried = [one for one in line.carried if one.net.minor * line.net.minor < 0]
        net = total([one.rest_net for one in own] + [one.net for one in carried], self.currency)
        tax = total([one.rest_tax for one in own] + [one.tax for one in carried], self.currency)
        return _towards_zero(line.rest_net, net), _towards_zero(line.rest_tax, tax)

    @property
    def rest(self) -> Money:
        """The same with tax."""
        return self.rest_net + total((line.rest_tax for line in self.lines), self.currency)

    @property
    def nothing(self) -> Money:
        """Zero in its currency."""
        return zero(self.currency)
