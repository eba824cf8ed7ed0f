"""Orders that wait, as billing would read them once they have happened: planned changes into orders and rows of logs.

What is paid before it happens is none of them: its invoice counts by itself. Nor is what the rules refuse by now, which adds
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, is_null
from dataverse.rows import status
from dataverse.stores import changing_rows as rows
from dataverse.stores.changing_rows import PLANNED
from dataverse.stores.inheriting import SETTINGS, Inherited
from work365.errors import Work365Error
from work365.exposure.ordering import LAST, Order
from work365.handlers.changing import decided, planned_key
from work365.holding.hold import brings_more
from work365.ports.changing import planned_id
from work365.subscriptions.scheduling import ScheduleState, entered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from dataverse.stores.changing import Changing
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.ports.changing import Recorded
    from work365.subscriptions.scheduling import Scheduled

STATES = (ScheduleState.SCHEDULED, ScheduleState.WAITING, ScheduleState.HELD, ScheduleState.LIMITED)
NAMED_MAX = 50
"""So many contracts are named in a question; for more of them all that waits is read, as every sweep does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order, and the change that it will be."""

    order: Order
    change: Recorded


class WaitingOrders:
    """Planned changes that give a customer more."""

    def __init__(self, api: WebApi, currencies: Currencies, changing: Changing) -> None:
        self._api = api
        self._currencies = currencies
        self._changing = changing

    def of(self, contracts: Collection[str], today: date, asked: Recorded | None = None) -> list[Waiting]:
        """Those of the subscriptions on these contracts; one request for the plans, one for their subscriptions.

        Shape:  `asked` is a change that somebody looks at: it is among them, whether it was planned or is asked for just now.
        """
        planned = [one for one in self._planned(contracts) if one.pay_by is None]
        own = None if asked is None else order_id(asked)
        others = [one for one in planned if one.id != own]
        found = list(self._decided(others, today))
        if asked is not None:
            moment = next((entered(one) for one in planned if one.id == own), LAST)
            found.append(Waiting(_order(order_id(asked), asked, moment), asked))
        return found

    def _planned(self, contracts: Collection[str]) -> list[Scheduled]:
        states = any_of("statuscode", [status(PLANNED, state.value)["statuscode"] for state in STATES])
        named = sorted(contracts) if len(contracts) <= NAMED_MAX else ()
        theirs = either(*(eq("w365_Subscription/_w365_contract_value", one) for one in named))
        query = Query(
            PLANNED, rows.PLANNED_COLUMNS, both(states, is_null("w365_payby"), theirs), "createdon", rows.PLANNED_EXPAND
        )
        found, said = self._api.rows(Get(query), SETTINGS)
        read = (rows.planned(row, self._currencies.code, Inherited(said)) for row in found)
        return [one for one in read if one.place is not None and one.place.contract.id in contracts]

    def _decided(self, planned: Sequence[Scheduled], today: date) -> Iterator[Waiting]:
        held = self._changing.several({one.subscription for one in planned}) if planned else {}
        for one in planned:
            subject, wish = held.get(one.subscription), replace(one.wish, on=max(one.wish.on, today))
            if subject is None or one.asked is None or not brings_more(subject, wish):
                continue
            try:
                change = decided(planned_key(one.id), subject, wish, book=self._changing, now=one.asked)
            except Work365Error:
                continue
            yield Waiting(_order(one.id, change, entered(one)), replace(change, planned=one))


def order_id(change: Recorded) -> str:
    """The id of a planned change; of what is asked for just now the id that it is planned under if it has to wait."""
    return planned_id(change.key) if change.planned is None else change.planned.id


def _order(identity: str, change: Recorded, moment: tuple[str, ...]) -> Order:
    wish, place = change.wish, change.held.place if change.fresh is None else change.fresh.place
    seats = "" if wish.quantity is None else f" {wish.quantity} seats"
    source = f"{place.number}, {wish.event.value} of {change.held.name}{seats} from {wish.on}"
    return Order(identity, place.payer_on(wish.on), source, rows.appended_ids(change), moment)
