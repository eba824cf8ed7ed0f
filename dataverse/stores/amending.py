"""Contracts that are amended, over Dataverse: read as a run reads them, written as one change set."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Create, Op, Update
from dataverse.query import Query, any_of, both, eq, is_null
from dataverse.rows import bind, day, instant, maybe
from dataverse.stores import amending_lists, amending_payers, changed_logs, changing_ops
from dataverse.stores.billing import Billing
from dataverse.stores.billing_ops import NEVER
from dataverse.stores.changing import Changing
from dataverse.stores.contract_rows import amended_columns, standing_columns
from dataverse.stores.dated_lists import lists_said, standing_list
from dataverse.stores.payers import payers_said, standing_payer
from dataverse.webapi import Ref
from work365.contracts.amendment import touched
from work365.contracts.as_json import amendment_said, schedule_said
from work365.errors import Refused
from work365.handlers.billing import cut, decide, run_of
from work365.ports.amending import Noted
from work365.ports.billing import Due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.amending.listing import Offer
    from work365.amending.paying import PayerOffer
    from work365.handlers.billing import Decided
    from work365.invoicing.work import ContractWork
    from work365.ports.amending import Amending
    from work365.ports.billing import Chunk, Entity
    from work365.subscriptions.held import Place
    from work365.taxing.assessing import Assessor

AMENDMENT, CONTRACT, SUBSCRIPTION = "w365_amendment", "w365_billingcontract", "w365_subscription"
HISTORY = ("w365_amendmentid", "w365_sequence", "w365_effective", "w365_recordedon", "w365_change", "w365_reason")
HISTORY_EXPAND = "w365_Subscription($select=w365_name,w365_printedname),createdby($select=fullname)"
WORDS_MAX, REASON_MAX = 2000, 300


class AmendingStore:
    """The amending book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._billing = Billing(api, currencies)
        self._changing = Changing(api, currencies)
        self._currencies = currencies

    def contract(self, number: str) -> Place | None:
        """One contract by its number."""
        return self._changing.contract(number)

    def entity(self, place: Place) -> Entity:
        """The legal entity that bills a contract."""
        found = next((one for one in self._billing.entities() if one.id == place.entity), None)
        if found is None:
            message = f"the legal entity of contract {place.number} is not active, so nothing of it is billed; activate it first"
            raise Refused(message)
        return found

    def read(self, place: Place, entity: Entity, as_of: date, on: date | None, now: datetime) -> ContractWork:
        """The contract as a run reads it."""
        written: dict[str, Row] = {}
        if on is not None:
            written[place.contract.id] = {"w365_amendedfrom": touched(on).isoformat()}
        reading = self._billing.work(_chunk(place, entity, as_of), entity, now, claim=False, written=written)
        for finding in reading.findings:
            raise Refused(finding.message)
        return reading.works[0]

    def effect(self, change: Amending, entity: Entity, taxes: Assessor, as_of: date) -> tuple[Decided, Decided]:
        """What a run of a day would bill, without an amendment and with it."""
        chunk = _chunk(change.place, entity, as_of)
        also = [*(row for price in change.prices for row in changed_logs.as_read(price)), *amending_lists.as_read(change)]
        written = {identity: _as_read(columns) for identity, columns in _columns(change).items()}
        if change.offer is not None:
            contract = change.place.contract.id
            written[contract] = written[contract] | {
                "w365_PriceList": amending_lists.list_row(self._api, change.offer.price_list.id)
            }
        without = self._billing.work(chunk, entity, change.now, claim=False)
        with_it = self._billing.work(chunk, entity, change.now, claim=False, also=also, written=written)
        return decide(without, taxes, as_of), decide(with_it, taxes, as_of)

    def priced_by_list(self, subscriptions: Sequence[str]) -> frozenset[str]:
        """Those of these subscriptions that have no price of their own."""
        if not subscriptions:
            return frozenset()
        without = both(any_of("w365_subscriptionid", sorted(subscriptions)), is_null("w365_unitprice"))
        return frozenset(row["w365_subscriptionid"] for row in self._api.find(Query(SUBSCRIPTION, (), filter=without)))

    def offer(self, place: Place, code: str) -> Offer:
        """A price list, and what it would price of a contract."""
        return amending_lists.offered(self._api, self._currencies, place, code)

    def payer(self, place: Place, named: str) -> PayerOffer:
        """An account that is to pay, with what stays with whoever pays now."""
        return amending_payers.offered(self._api, place, named)

    def record(self, change: Amending) -> None:
        """The amendment, what it makes of the contract, and the prices that go with it, as the person who asked."""
        amended, contract = change.amended, change.place.contract.id
        writes: list[Op] = [
            Create(AMENDMENT, _row(change), change.id),
            *(op for price in change.prices for op in changing_ops.writes(price)),
            *amending_lists.writes(change),
        ]
        for identity, columns in _columns(change).items():
            table = CONTRACT if identity == contract else SUBSCRIPTION
            writes.append(Update(Ref(table, identity), columns, amended.work.etag if identity == contract else None))
        api = self._api if change.person is None else self._api.as_user(change.person)
        api.change(writes)

    def history(self, contract: str) -> Sequence[Noted]:
        """A contract's amendments."""
        query = Query(
            AMENDMENT, HISTORY, filter=eq("_w365_contract_value", contract), expand=HISTORY_EXPAND, order="w365_sequence"
        )
        return [_noted(row) for row in self._api.find(query)]


def _chunk(place: Place, entity: Entity, as_of: date) -> Chunk:
    return cut(run_of(entity, as_of, place.number), [Due(place.contract.id)], 0)[0]


def _columns(change: Amending) -> Mapping[str, Row]:
    """What the amendment writes on the contract, and on the subscription whose own cycles change; by their ids."""
    amended, contract = change.amended, change.place.contract.id
    row: Row = {"w365_amendedfrom": amended.amended_from}
    if amended.work.billed_through is not None:
        row["w365_nextinvoicedate"] = amended.next_invoice_date or NEVER
        row["w365_billedthrough"] = amended.billed_through
    if amended.amendment is not None:
        today = change.now.astimezone(ZoneInfo(change.place.zone)).date()
        kept = amended_columns(amended.contract, lists_said(amended.lists) | payers_said(amended.payers))
        standing = {
            **standing_columns(amended.contract, today),
            **standing_list(amended.lists, today),
            **standing_payer(amended.contract, amended.work.customer, today),
        }
        return {contract: {**row, **kept, **standing}}
    own = next(one for one in amended.subscriptions if one.id == amended.wish.subscription)
    later = [schedule_said(one) for one in own.schedules if one.since is not None]
    return {contract: row, own.id: {"w365_schedules": json.dumps(later)}}


def _as_read(columns: Row) -> Row:
    """Columns as the Web API returns them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in columns.items()}


def _row(change: Amending) -> Row:
    amended = change.amended
    said = amendment_said(amended.amendment) if amended.amendment else schedule_said(amended.schedule) if amended.schedule else {}
    if change.offer is not None:
        said |= {"price_list": change.offer.price_list.code}
    subscription, payer = amended.wish.subscription, amended.amendment.payer if amended.amendment else None
    return {
        "w365_name": f"{change.place.number} {amended.on.isoformat()}",
        "w365_sequence": change.sequence,
        "w365_effective": amended.on,
        "w365_recordedon": change.now,
        "w365_change": amended.words[:WORDS_MAX],
        "w365_reason": amended.wish.reason.strip()[:REASON_MAX],
        "w365_terms": json.dumps(said),
        **bind("w365_Contract", CONTRACT, change.place.contract.id),
        **(bind("w365_Subscription", SUBSCRIPTION, subscription) if subscription else {}),
        **(bind("w365_Payer", "account", payer) if payer else {}),
    }


def _noted(row: Row) -> Noted:
    subscription = row.get("w365_Subscription") or {}
    return Noted(
        row["w365_amendmentid"],
        row["w365_sequence"],
        day(row["w365_effective"]),
        maybe(instant, row["w365_recordedon"]),
        row["w365_change"] or "",
        row["w365_reason"],
        str(subscription.get("w365_printedname") or subscription.get("w365_name") or ""),
        (row.get("createdby") or {}).get("fullname") or "",
    )
