"""Everything that counts of some accounts, over Dataverse: what is open, what will be billed, what waits.

The requests do not grow with lines or cycles: one for documents and contracts, one for what waits (two more where something
does), one for the legal entities, those of a preview of billing for every hundred contracts, and one for exchange rates where
there is more than one currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, ne
from dataverse.rows import amount, day, maybe
from dataverse.stores import changed_logs
from dataverse.stores.balances import INVOICE, LEFT, PAYMENT, RECEIPT, SPARE, WITH_ZONE, zone_of
from dataverse.stores.billing import Billing
from dataverse.stores.exchange_rates import exchange_rate, rates_of
from dataverse.stores.exposure_rows import MONEY
from dataverse.stores.waiting_orders import WaitingOrders
from work365.currencies.rates import ExchangeRates
from work365.exposure.drawing import NO_RATES, Sources
from work365.exposure.figure import Kind, Row
from work365.exposure.forecasting import Bound, Uncounted
from work365.exposure.valuing import allowed
from work365.handlers.billing import cut, run_of
from work365.money import currency
from work365.periods import days_at, local_day, zone_named
from work365.ports.billing import ALL, Due

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from dataverse.rows import Row as TableRow
    from dataverse.stores.currencies import Currencies
    from dataverse.stores.waiting_orders import DecidingBook, Waiting
    from dataverse.webapi import WebApi
    from work365.money import Currency
    from work365.periods import DayIn
    from work365.ports.billing import Entity
    from work365.ports.changing import Recorded

CONTRACT, PRODUCT = "w365_billingcontract", "w365_product"
OF, PAYER, OF_CONTRACT = "_w365_account_value", "_w365_payer_value", "_w365_contract_value"
CONTRACT_COLUMNS = ("w365_billingcontractid", "w365_number", OF, PAYER, "_w365_legalentity_value")
DOCUMENT = (OF, "w365_number", "w365_name", "w365_balance", "w365_duedate", "w365_invoicedate")
OWED = both(eq("statecode", 0), ne("w365_balance", 0))
"""Documents of which something is open, also drafts that wait for their number: what they bill is no cycle to come any more."""
PRODUCT_COLUMNS = (
    *("w365_productid", "w365_printedname", "w365_taxcategory", "w365_tiermodel", "w365_packagesize", "w365_freeunits"),
)


class _Contract(NamedTuple):
    """A contract, whose it is and who pays."""

    id: str
    number: str
    accounts: frozenset[str]
    entity: str


class ExposureSources:
    """What is read of accounts to draw their exposure."""

    def __init__(self, api: WebApi, currencies: Currencies, changing: DecidingBook) -> None:
        self._api = api
        self._currencies = currencies
        self._changing = changing
        self._billing = Billing(api, currencies)

    def of(
        self, accounts: Collection[str], codes: Iterable[Currency], today: date, now: datetime, asked: Recorded | None = None
    ) -> Sources:
        """Everything of these accounts. Shape: `codes` are the currencies of the limits; `asked` a change that is looked at."""
        owed, contracts = self._owed(accounts, now, asked)
        waiting = self._waiting(contracts, today, asked)
        entities = self._billing.entities() if contracts else []
        bound, uncounted = self._bound(contracts, entities, waiting, today, now)
        terms = allowed(one.rate_terms for one in entities)
        every = {*codes, *(row.amount.currency for row in owed), *(one.work.contract.currency for one in bound)}
        rates = NO_RATES
        if len(every) > 1:
            (found,) = self._api.rows(Get(rates_of(today, terms, every)))
            rates = ExchangeRates(map(exchange_rate, found))
        orders = tuple(one.order for one in waiting)
        return Sources(tuple(owed), tuple(bound), orders, tuple(uncounted), rates, terms)

    def _owed(self, accounts: Collection[str], now: datetime, asked: Recorded | None) -> tuple[list[Row], list[_Contract]]:
        """Shape:  what a change is about is among the contracts, also where the account pays it from a later day on."""
        mine = any_of(OF, accounts)
        theirs = either(mine, any_of(PAYER, accounts), *(eq(f"{CONTRACT}id", one) for one in _about(asked)))
        documents, receipts, payments, contracts = self._api.rows(
            Get(Query(INVOICE, DOCUMENT, both(mine, OWED), "w365_number", WITH_ZONE)),
            Get(Query(RECEIPT, (OF, "w365_name", "w365_unapplied"), both(mine, LEFT), expand=MONEY)),
            Get(Query(PAYMENT, (OF, "w365_name", "w365_spare"), both(mine, SPARE), expand=MONEY)),
            Get(Query(CONTRACT, CONTRACT_COLUMNS, both(eq("statecode", 0), theirs))),
        )
        owed = [_document(row, days_at(now)) for row in documents]
        owed += [_credit(row, "w365_unapplied") for row in receipts] + [_credit(row, "w365_spare") for row in payments]
        return owed, [_contract(row) for row in contracts]

    def _waiting(self, contracts: Sequence[_Contract], today: date, asked: Recorded | None) -> list[Waiting]:
        if not contracts:
            return []
        orders = WaitingOrders(self._api, self._currencies, self._changing)
        return orders.of({one.id for one in contracts}, today, asked)

    def _bound(
        self,
        contracts: Sequence[_Contract],
        entities: Sequence[Entity],
        waiting: Sequence[Waiting],
        today: date,
        now: datetime,
    ) -> tuple[list[Bound], list[Uncounted]]:
        """What the contracts of each legal entity will be billed by, as a preview of a run of today reads it."""
        also = [row for one in waiting for row in changed_logs.as_read(one.change)]
        begun = self._begun(waiting)
        accounts = {one.id: one.accounts for one in contracts}
        active = {one.id for one in entities}
        bound: list[Bound] = []
        uncounted = [
            Uncounted(one.accounts, f"contract {one.number} is of a legal entity that is not active")
            for one in contracts
            if one.entity not in active
        ]
        for entity in entities:
            local = local_day(now, zone_named(entity.zone))
            mine = [Due(one.id) for one in contracts if one.entity == entity.id]
            for chunk in cut(run_of(entity, today, ALL), mine, 0):
                theirs = [row for row in also if row[OF_CONTRACT] in chunk.contracts]
                fresh = [row for row in begun if row[OF_CONTRACT] in chunk.contracts]
                reading = self._billing.work(chunk, entity, now, claim=False, also=theirs, begun=fresh)
                bound += [Bound(work, entity.taxes, local) for work in reading.works]
                uncounted += [
                    Uncounted(accounts[one.contract], one.message) for one in reading.findings if one.contract in accounts
                ]
        return bound, uncounted

    def _begun(self, waiting: Iterable[Waiting]) -> list[TableRow]:
        fresh = [one.change for one in waiting if one.change.fresh is not None]
        if not fresh:
            return []
        wanted = {change.fresh.product for change in fresh if change.fresh is not None and change.fresh.product}
        (found,) = self._api.rows(Get(Query(PRODUCT, PRODUCT_COLUMNS, any_of("w365_productid", wanted))))
        products = {row["w365_productid"]: row for row in found}
        return [row for change in fresh for row in changed_logs.fresh_as_read(change, products)]


def _about(asked: Recorded | None) -> list[str]:
    """The contracts whose bills a change moves."""
    if asked is None:
        return []
    places = [asked.held.place, *([] if asked.fresh is None else [asked.fresh.place])]
    return sorted({place.contract.id for place in places})


def _contract(row: TableRow) -> _Contract:
    accounts = frozenset(account for account in (row[OF], row[PAYER]) if account)
    return _Contract(row["w365_billingcontractid"], row["w365_number"], accounts, row["_w365_legalentity_value"])


def _document(row: TableRow, day_in: DayIn) -> Row:
    owed = amount(row["w365_balance"], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    due = maybe(day, row["w365_duedate"]) or maybe(day, row["w365_invoicedate"])
    if row["w365_number"] is None:
        return Row(row[OF], Kind.COMMITTED, f"draft {row['w365_name']}", owed)
    if owed.minor < 0:
        return Row(row[OF], Kind.CREDIT, row["w365_number"], owed)
    return Row(row[OF], Kind.OPEN, row["w365_number"], owed, due, overdue=due is not None and due < day_in(zone_of(row)))


def _credit(row: TableRow, column: str) -> Row:
    left = amount(row[column], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    kind = Kind.CREDIT if left.minor > 0 else Kind.OPEN
    return Row(row[OF], kind, row["w365_name"] or "", -left)
