"""Changes that are planned, over Dataverse: written once, moved on under their versions, and read with their contracts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dataverse.batch import Get, Op, Update
from dataverse.errors import DuplicateKey, PrivilegeMissing
from dataverse.names import guid
from dataverse.query import Query, any_of, both, eq, le
from dataverse.rows import status
from dataverse.stores import planned_rows
from dataverse.stores import prepayment_rows as prepayments
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.planned_rows import PLANNED, PLANNED_COLUMNS, PLANNED_EXPAND
from dataverse.webapi import Ref
from work365.errors import BadInput, NotFound, Refused
from work365.ports.changing import planned_id
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Held
    from work365.subscriptions.prepaying import Asked
    from work365.subscriptions.scheduling import Scheduled, Stop

AGAIN = (ScheduleState.FAILED, ScheduleState.WAITING)
"""What is planned again once it is edited."""


class PlannedChanges:
    """The part of the changing book that is about what is still to come."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def plan(
        self, key: str, held: Held, wish: Wish, *, person: str | None, pay_by: date | None = None, stop: Stop | None = None
    ) -> bool:
        """A planned change whose id comes from the job's key."""
        api = self._api if person is None else self._api.as_user(person)
        identity = planned_id(key)
        try:
            api.create(PLANNED, planned_rows.planned_row(held, wish, pay_by, stop), id=identity)
        except DuplicateKey as error:
            if self._there(identity):
                return False
            raise Refused(_twice(held.name, wish)) from error
        return True

    def edit(self, planned: Scheduled, wish: Wish) -> None:
        """Under its version; one that had failed, or waits for an approver, is planned again."""
        again = status(PLANNED, ScheduleState.SCHEDULED.value) if planned.state in AGAIN else {}
        row = {**planned_rows.edited_row(planned.subscription, planned.name, wish), "w365_message": None, **again}
        try:
            self._write(planned, row)
        except DuplicateKey as error:
            raise Refused(_twice(planned.name, wish)) from error

    def prepay(self, key: str, held: Held, ask: Asked, today: date) -> None:
        """The item and what waits for it in one change set, by the functions: who sells need not be able to bill."""
        with suppress(DuplicateKey):
            self._api.change(prepayments.asked(planned_id(key), held, ask, today))

    def release(self, planned: Scheduled, on: date, why: str) -> None:
        """It is planned for a day."""
        self._write(planned, {**status(PLANNED, ScheduleState.SCHEDULED.value), "w365_dueon": on, "w365_message": why})

    def stop(self, planned: Scheduled, stop: Stop) -> None:
        """What was paid for it stays; and its day, but for an approver, who is asked about the one on which it would happen."""
        on = {"w365_dueon": planned.wish.on} if stop.state is ScheduleState.WAITING else {}
        self._write(planned, {**planned_rows.stopped(stop), **on})

    def _there(self, identity: str) -> bool:
        try:
            self._api.read(Ref(PLANNED, identity), select=("w365_key",))
        except NotFound:
            return False
        return True

    def planned(self, *, until: date | None = None, states: Sequence[str] = ()) -> list[Scheduled]:
        """Planned changes with the contracts of their subscriptions; without states those that are still to come."""
        wanted = [status(PLANNED, state)["statuscode"] for state in states or (ScheduleState.SCHEDULED.value,)]
        which = both(any_of("statuscode", wanted), "" if until is None else le("w365_dueon", until))
        return self._planned(which)

    def one_planned(self, planned: str) -> Scheduled | None:
        """One request."""
        try:
            which = eq("w365_scheduledchangeid", guid(planned))
        except BadInput:
            return None
        return next(iter(self._planned(which)), None)

    def _planned(self, which: str) -> list[Scheduled]:
        query = Query(PLANNED, PLANNED_COLUMNS, filter=which, expand=PLANNED_EXPAND, order="w365_dueon,createdon")
        found, said = self._api.rows(Get(query), SETTINGS)
        inherited = Inherited(said)
        return [planned_rows.planned(row, self._currencies.code, inherited) for row in found]

    def tried(self, planned: Scheduled, message: str, *, failed: bool) -> None:
        """Why it has not happened."""
        row = {"w365_attempts": planned.attempts + 1, "w365_message": message[:2000]}
        state = status(PLANNED, ScheduleState.FAILED.value) if failed else {}
        self._write(planned, {**row, **state})

    def close(self, planned: Scheduled, message: str) -> None:
        """It is done."""
        self._api.update(Ref(PLANNED, planned.id), planned_rows.released(planned, ScheduleState.DONE, message), etag=planned.etag)

    def withdraw(self, planned: Scheduled, state: ScheduleState, message: str) -> None:
        """It is over, and what was asked or paid for it is given back in the same change set."""
        ops: list[Op] = [Update(Ref(PLANNED, planned.id), planned_rows.released(planned, state, message), planned.etag)]
        if planned.prepayment is not None:
            (item,), lines = self._api.rows(*prepayments.questions(planned.prepayment))
            ops += prepayments.given_back(planned, item, lines, planned.wish.on)
        self._api.change(ops)

    def retry(self, planned: Scheduled) -> None:
        """It is planned again; what is not paid yet goes on waiting."""
        unpaid = planned.pay_by is not None and (planned.prepayment is None or not planned.prepayment.paid)
        state = ScheduleState.AWAITING if unpaid else ScheduleState.SCHEDULED
        self._write(planned, {**status(PLANNED, state.value), "w365_message": None})

    def _write(self, planned: Scheduled, row: Row) -> None:
        """Under its version, with whoever edited it by hand before.

        Who may not say that is a person at the command line, and by this write the one who has edited it last.
        """
        try:
            self._api.update(Ref(PLANNED, planned.id), {**row, **planned_rows.editor_kept(planned)}, etag=planned.etag)
        except PrivilegeMissing:
            self._api.update(Ref(PLANNED, planned.id), row, etag=planned.etag)


def _twice(name: str, wish: Wish) -> str:
    return f"{name} has a change of this kind planned for {wish.on}; cancel that one first"
