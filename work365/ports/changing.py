"""Port to subscriptions that are changed: one read with everything that decides, one change set with everything that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from work365.approving.changes import Price
    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Agreed, Held, Place
    from work365.subscriptions.moving import Fresh
    from work365.subscriptions.parts import Followed
    from work365.subscriptions.prepaying import Asked
    from work365.subscriptions.scheduling import Scheduled, ScheduleState


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
        override: why it happens although its customer is on credit hold; written to the hold log with it.
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


def row_id(key: str, subscription: str, index: int) -> str:
    """The id of a change's row in a subscription's log."""
    return derived("change", key, subscription, str(index))


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
        self, key: str, held: Held, wish: Wish, *, person: str | None, pay_by: date | None = None, waits: bool = False
    ) -> bool:
        """Write a planned change; False when it is there already.

        Shape:  with `pay_by` it waits for a payment until that day, with `waits` for the end of a credit hold.

        Errors: Refused when its day has one of its kind.
        """

    def prepay(self, key: str, held: Held, ask: Asked, today: date) -> None:
        """Write the one-time item that bills the prepayment of the planned change with this key, once. Errors: Conflict."""

    def release(self, planned: Scheduled, on: date, why: str) -> None:
        """What waited for its payment, or for the end of a hold, is planned for a day. Errors: Conflict."""

    def hold(self, planned: Scheduled, why: str) -> None:
        """It waits for the end of a credit hold. Errors: Conflict."""

    def planned(self, *, until: date | None = None, states: Sequence[str] = ()) -> list[Scheduled]:
        """Planned changes in the order of their days; `until` a day, None for all."""

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
