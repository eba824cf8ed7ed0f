"""A contract that is to be closed, with everything on it that would outlive it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.crediting.policy import RefundRule
    from work365.crediting.unbilled import Waiting
    from work365.money import Money
    from work365.subscriptions.held import Held, Place
    from work365.subscriptions.scheduling import Scheduled


class OpenCredit(NamedTuple):
    """A document of which money is still the customer's. `left` is positive."""

    number: str
    left: Money


class Part(NamedTuple):
    """A payer's part of a split subscription on the contract; `of` is the number of the contract that the subscription is on."""

    name: str
    of: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One contract, read afresh.

    Attributes:
        held: its subscriptions that are not cancelled, without parts of split ones.
        parts: parts of split subscriptions that are not cancelled; they end when these are divided anew.
        planned: their planned changes that have not happened.
        unbilled: what no document has billed, whether a run may bill it or not.
        credits: documents that leave the customer money.
        drafts: documents without a number, by their names.
        instalments: instalment plans that are running, by what they are called.
        closes_on: the day on which it is being closed; None before that. `asked` is when that was asked for, `refund` what for.
        billed_out: a run has billed its last cycle.
        etag: the contract's version when it was read.
    """

    place: Place
    held: tuple[Held, ...] = ()
    parts: tuple[Part, ...] = ()
    planned: tuple[Scheduled, ...] = ()
    unbilled: tuple[Waiting, ...] = ()
    credits: tuple[OpenCredit, ...] = ()
    drafts: tuple[str, ...] = ()
    instalments: tuple[str, ...] = ()
    closes_on: date | None = None
    asked: datetime | None = None
    refund: RefundRule | None = None
    billed_out: bool = False
    etag: str = ""

    @property
    def id(self) -> str:
        """The contract's id."""
        return self.place.contract.id

    @property
    def number(self) -> str:
        """What people call it."""
        return self.place.number
