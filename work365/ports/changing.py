"""Port to subscriptions that are changed: one read with everything that decides, one change set with everything that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.exposure.drawing import Check
    from work365.money import Currency
    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Agreed, Held, Place
    from work365.subscriptions.moving import Fresh
    from work365.subscriptions.parts import Followed
    from work365.subscriptions.prepaying import Asked
    from work365.subscriptions.scheduling import Scheduled, ScheduleState, Stop


@dataclass(frozen=True, slots=True)
class Guard:
    """A credit limit that an order was held to. `version` is that of the debtor's row, which was read before what it owes."""

    check: Check
    version: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One change with everything that is written for it, all or nothing.

    Attributes:
        key: what the ids of its rows are derived from: the same change met again is the same rows.
        into: the existing subscription that seats go to, with what happens to it.
        parts: the parts of a bundle that change with it.
        planned: the planned change that it fulfils.
        agreed: the term that it is in afterwards, where that changes.
        person: Entra object id of whoever asked; None for the system itself.
        asked: when it was planned; None for what was asked for now.
        override: why it happens although its customer is on credit hold, or has no credit left; written to the hold log with it.
        guards: the credit limits that it was held to; it is written only while nothing else was ordered on them.
    """

    key: str
    held: Held
    wish: Wish
    decision: Decision
    now: datetime
    into: tuple[Held, Decision] | None = None
    fresh: Fresh | None = None
    parts: tuple[Followed, ...] = ()
    planned: Scheduled | None = None
    agreed: Agreed | None = None
    person: str | None = None
    asked: datetime | None = None
    override: str = ""
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """What a subscription costs per seat and cycle at present, in its currency; None where its price list does not say."""

    amount: Decimal | None
    currency: Currency


def row_id(key: str, subscription: str, index: int) -> str:
    """The id of a change's row in a subscription's log."""
    return derived("change", key, subscription, str(index))


def planned_id(key: str) -> str:
    """The id of the planned change that a job with this key writes."""
    return derived("planned change", key)


class ChangingBook(Protocol):
    """Subscriptions with their logs, and planned changes."""

    def load(self, subscription: str) -> Held:
        """One subscription afresh. Errors: NotFound; BadInput when its rows say too little."""

    def place(self, contract: str) -> Place:
        """One contract afresh. Errors: NotFound."""

    def price(self, held: Held) -> Price:
        """What a subscription costs per seat and cycle at present: its own price, or that of its price list."""

    def record(self, change: Recorded) -> None:
        """Write it. Errors: Conflict when the subscription changed since it was read, or the rows are there already."""

    def plan(
        self, key: str, held: Held, wish: Wish, *, person: str | None, pay_by: date | None = None, stop: Stop | None = None
    ) -> bool:
        """Write a planned change; False when it is there already.

        Shape:  with `pay_by` it waits for a payment until that day, with `stop` until that is over.

        Errors: Refused when its day has one of its kind.
        """

    def prepay(self, key: str, held: Held, ask: Asked, today: date) -> None:
        """Write the one-time item that bills the prepayment of the planned change with this key, once. Errors: Conflict."""

    def release(self, planned: Scheduled, on: date, why: str) -> None:
        """What waited for its payment, or for the end of a hold, is planned for a day. Errors: Conflict."""

    def stop(self, planned: Scheduled, stop: Stop) -> None:
        """It waits until something is over, or somebody agrees to it; then for the day of its wish. Errors: Conflict."""

    def limits(self, change: Recorded, today: date) -> Sequence[Guard]:
        """The credit limits of whoever pays for a change and of the account above it, and how each debtor stands before it.

        Shape:  none where neither has a limit. A planned change counts behind those that were asked for earlier, a new one
                behind all.
        """

    def planned(self, *, until: date | None = None, states: Sequence[str] = ()) -> list[Scheduled]:
        """Planned changes in the order of their days; `until` a day, None for all."""

    def one_planned(self, planned: str) -> Scheduled | None:
        """A planned change by its id, whatever became of it; None where there is none."""

    def tried(self, planned: Scheduled, message: str, *, failed: bool) -> None:
        """Say why a planned change has not happened. Errors: Conflict."""

    def close(self, planned: Scheduled, message: str) -> None:
        """Mark one as done whose rows are there already. Errors: Conflict."""

    def withdraw(self, planned: Scheduled, state: ScheduleState, message: str) -> None:
        """End a planned change; its day is free for another, and what was paid for it is given back. Errors: Conflict."""

    def edit(self, planned: Scheduled, wish: Wish) -> None:
        """Plan something else in its place. Errors: Conflict; Refused when its day has one of its kind."""

    def retry(self, planned: Scheduled) -> None:
        """Plan a failed one again. Errors: Conflict."""
