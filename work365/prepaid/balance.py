"""A customer's prepaid balance: lots with their expiry, and the movements that make it what it is.

Every change is a movement that is written once and never changed; the balance is their sum, kept beside its open lots in one row
whose version guards both. An invoice takes from the lot that expires first, of equal ones from the oldest; lots that never
expire come last. Expired money is never used: it leaves the balance as a movement of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.ids import derived
from work365.money import total, zero

if TYPE_CHECKING:
    from work365.money import Currency, Money

LOTS_MAX = 60
"""Open lots of one balance: what a change set can use up at once, and what its row can hold."""


class MovementKind(Enum):
    """Why a balance moved. The values are the labels of the choice in the table model."""

    TOP_UP = "Top-up"
    CREDIT = "Credit"
    DRAWN = "Drawn"
    EXPIRED = "Expired"


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one top-up. `expires` is the first day on which it can no longer be used; None for never."""

    id: str
    left: Money
    since: date
    expires: date | None = None

    @property
    def order(self) -> tuple[date, date, str]:
        """Which lot is used before which."""
        return self.expires or date.max, self.since, self.id

    def usable(self, on: date) -> bool:
        """Whether an invoice of a day may take from it."""
        return self.expires is None or on < self.expires


@dataclass(frozen=True, slots=True)
class Balance:
    """The money of one customer with one legal entity in one currency.

    Shape: `lots` are those with something left, in the order in which they are used; `etag` is the version that was read, "" for
           a balance that has no row yet.
    """

    id: str
    account: str
    entity: str
    currency: Currency
    lots: tuple[Lot, ...] = ()
    etag: str = ""

    @property
    def total(self) -> Money:
        """What is left; never below zero."""
        return total((lot.left for lot in self.lots), self.currency)


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger. `amount` is negative for what leaves the balance; `invoice` is the document that it is about."""

    id: str
    kind: MovementKind
    amount: Money
    on: date
    lot: str
    expires: date | None = None
    invoice: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A balance as it is afterwards, and what made it so; written together under the version that was read."""

    balance: Balance
    movements: tuple[Movement, ...] = ()

    @property
    def moved(self) -> Money:
        """The sum of the movements."""
        return total((one.amount for one in self.movements), self.balance.currency)


@dataclass(frozen=True, slots=True)
class Draw:
    """What one document took, and what was left on the customer's balance then."""

    amount: Money
    left: Money


def balance_id(account: str, entity: str, currency: str) -> str:
    """The id of a balance's row."""
    return derived("prepaid balance", account, entity, currency)


def added(balance: Balance, movement: Movement) -> Moved:
    """A top-up or a credit becomes a lot. Errors: Refused when it cannot."""
    if movement.amount <= zero(balance.currency):
        message = f"{movement.amount} cannot be added; the balance takes amounts above zero"
        raise Refused(message)
    if movement.expires is not None and movement.expires <= movement.on:
        message = f"the money would expire on {movement.expires}, before it could be used; choose a later day"
        raise Refused(message)
    if len(balance.lots) >= LOTS_MAX:
        message = f"the balance has {LOTS_MAX} open top-ups already; let some be used up or expire first"
        raise Refused(message)
    lot = Lot(movement.lot, movement.amount, movement.on, movement.expires)
    lots = sorted((*balance.lots, lot), key=lambda one: one.order)
    return Moved(replace(balance, lots=tuple(lots)), (movement,))


def expired(balance: Balance, today: date) -> Moved:
    """Lots whose day has come leave the balance."""
    movements = tuple(
        Movement(_id(MovementKind.EXPIRED, lot, ""), MovementKind.EXPIRED, -lot.left, today, lot.id)
        for lot in balance.lots
        if not lot.usable(today)
    )
    return Moved(replace(balance, lots=tuple(lot for lot in balance.lots if lot.usable(today))), movements)


def drawn(balance: Balance, wanted: Money, today: date, invoice: str) -> Moved:
    """What an invoice takes: as much as it asks for and there is, from the lots in their order. Expired lots leave first."""
    before = expired(balance, today)
    rest, movements, lots = wanted, list(before.movements), []
    for lot in before.balance.lots:
        taken = max(zero(balance.currency), min(lot.left, rest, key=_minor), key=_minor)
        rest -= taken
        if taken.minor:
            move = _id(MovementKind.DRAWN, lot, invoice)
            movements.append(Movement(move, MovementKind.DRAWN, -taken, today, lot.id, invoice=invoice))
        if taken < lot.left:
            lots.append(replace(lot, left=lot.left - taken))
    return Moved(replace(balance, lots=tuple(lots)), tuple(movements))


def _minor(money: Money) -> int:
    return money.minor


def _id(kind: MovementKind, lot: Lot, invoice: str) -> str:
    return derived("prepaid movement", kind.value, lot.id, invoice)
