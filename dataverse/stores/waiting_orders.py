"""Orders that wait, as billing would read them once they have happened: plans and jobs into orders and rows of logs.

What is paid before it happens is none of them: its invoice counts by itself. Nor is what the rules refuse by now, which adds
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, is_null
from dataverse.rows import choice_value, instant, status
from dataverse.stores import changed_logs, planned_rows
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.jobs import arguments_of
from dataverse.stores.planned_rows import PLANNED
from work365.errors import InvariantBroken, Refused
from work365.exposure.ordering import LAST, Order
from work365.handlers.changing import decided, planned_key
from work365.holding.orders import brings_more
from work365.jobs import JobKind, JobState
from work365.ports.changing import ChangingBook, planned_id
from work365.subscriptions.scheduling import ScheduleState, entered
from work365.subscriptions.wishes import WHEN_PAID, wish_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.ports.changing import Recorded
    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Held
    from work365.subscriptions.scheduling import Scheduled

JOB = "w365_job"
JOBS = Get(
    Query(
        JOB,
        ("w365_key", "w365_arguments", "createdon"),
        both(
            eq("statuscode", status(JOB, JobState.AWAITING_APPROVAL.value)["statuscode"]),
            eq("w365_kind", choice_value(JOB, "w365_kind", JobKind.CHANGE.value)),
        ),
        "createdon",
    )
)
STATES = (ScheduleState.SCHEDULED, ScheduleState.WAITING, ScheduleState.HELD, ScheduleState.LIMITED)
NAMED_MAX = 100
"""So many contracts are named in a question; for more of them all that waits is read, as every sweep does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order, and the change that it will be."""

    order: Order
    change: Recorded


class DecidingBook(ChangingBook, Protocol):
    """What orders are decided on: subscriptions as the rules see them, also many at once."""

    def several(self, subscriptions: Collection[str]) -> Mapping[str, Held]:
        """Those of these that say enough, by id."""


class WaitingOrders:
    """Planned changes that give a customer more, and jobs that ask for one and wait for an approver."""

    def __init__(self, api: WebApi, currencies: Currencies, changing: DecidingBook) -> None:
        self._api = api
        self._currencies = currencies
        self._changing = changing

    def of(self, contracts: Collection[str], today: date, asked: Recorded | None = None) -> list[Waiting]:
        """Those of the subscriptions on these contracts; one request for what waits, one for its subscriptions.

        Shape:  `asked` is a change that somebody looks at: it is among them, whether it was planned or is asked for just now.
        """
        wanted = self._wanted(contracts)
        own = None if asked is None else order_id(asked)
        found = list(self._decided([one for one in wanted if one.id != own], contracts, today))
        if asked is not None:
            moment = next((one.entered for one in wanted if one.id == own), LAST)
            found.append(Waiting(_order(order_id(asked), asked, moment), asked))
        return found

    def _wanted(self, contracts: Collection[str]) -> list[_Wanted]:
        states = any_of("statuscode", [status(PLANNED, state.value)["statuscode"] for state in STATES])
        named = sorted(contracts) if len(contracts) <= NAMED_MAX else ()
        theirs = either(*(eq("w365_Subscription/_w365_contract_value", one) for one in named))
        unpaid = both(states, is_null("w365_payby"), theirs)
        planned, jobs, said = self._api.rows(
            Get(Query(PLANNED, planned_rows.PLANNED_COLUMNS, unpaid, "createdon", planned_rows.PLANNED_EXPAND)), JOBS, SETTINGS
        )
        inherited = Inherited(said)
        read = (planned_rows.planned(row, self._currencies.code, inherited) for row in planned)
        asked = (_asked(row) for row in jobs)
        return [*(_planned(one) for one in read), *(one for one in asked if one is not None)]

    def _decided(self, wanted: Sequence[_Wanted], contracts: Collection[str], today: date) -> Iterator[Waiting]:
        held = self._changing.several({one.subscription for one in wanted}) if wanted else {}
        for one in wanted:
            subject = held.get(one.subscription)
            if subject is None or subject.place.contract.id not in contracts:
                continue
            try:
                wish = one.wish(subject)
                wish = replace(wish, on=max(wish.on, today))
                if brings_more(subject, wish):
                    change = decided(one.key, subject, wish, book=self._changing, now=one.asked)
                    yield Waiting(_order(one.id, change, one.entered), change)
            except (Refused, InvariantBroken):
                continue


class _Wanted(NamedTuple):
    """What somebody asked for and has not got, before its subscription is known. Shape: as in `Order`; `asked` is when."""

    id: str
    key: str
    subscription: str
    entered: tuple[str, ...]
    asked: datetime
    wish: Callable[[Held], Wish]


def _planned(one: Scheduled) -> _Wanted:
    moment = one.asked or datetime.min.replace(tzinfo=UTC)
    return _Wanted(one.id, planned_key(one.id), one.subscription, entered(one), moment, lambda _: one.wish)


def _asked(row: Row) -> _Wanted | None:
    """A job that an approver has to answer; it has the id of the plan that it would become. None for what is paid first."""
    said, moment = arguments_of(row["w365_arguments"]), instant(row["createdon"])
    if said.get("when") == WHEN_PAID or not said.get("subscription"):
        return None
    key, identity = row["w365_key"], planned_id(row["w365_key"])
    turn = (moment.isoformat(), said.get("on", ""), identity)
    return _Wanted(identity, key, said["subscription"].lower(), turn, moment, lambda held: wish_for(held, said, moment))


def order_id(change: Recorded) -> str:
    """The id of a planned change; of what is asked for just now the id that it is planned under if it has to wait."""
    return planned_id(change.key) if change.planned is None else change.planned.id


def _order(identity: str, change: Recorded, moment: tuple[str, ...]) -> Order:
    wish, place = change.wish, change.held.place if change.fresh is None else change.fresh.place
    seats = "" if wish.quantity is None else f" {wish.quantity} seats"
    source = f"{place.number}, {wish.event.value} of {change.held.name}{seats} from {wish.on}"
    return Order(identity, place.payer_on(wish.on), source, changed_logs.appended_ids(change), moment)
