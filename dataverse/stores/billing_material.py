"""What a chunk read, sorted by contract, as the work that billing needs. Pure: nothing here calls anybody.

A contract whose rows cannot be billed (an empty column, dates that contradict each other, a subscription without a product)
becomes a finding; the other contracts of the chunk go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, any_of
from dataverse.rows import day, etag, instant, maybe
from dataverse.stores.billing_commitments import committed, has_commitment, since
from dataverse.stores.billing_conditions import (
    NO_CONDITIONS,
    Conditions,
    prices_for,
    with_amounts_off,
)
from dataverse.stores.billing_incomplete import complete_contract, complete_usage, known_currencies, let_go
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_list_prices import listed, needs_the_list, prints_list_prices
from dataverse.stores.billing_rows import buyer as buyer_of
from dataverse.stores.billing_rows import together
from dataverse.stores.billing_source import Around, cost_day
from dataverse.stores.billing_supplied import needing_no_price, supplied_since, without_supplied
from dataverse.stores.billing_usage import DatedRates
from dataverse.stores.catching_up import decided_cycles
from dataverse.stores.contract_rows import CONTRACT_TABLE, contract_of, decision_of
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.payers import accounts_of, named_payers, payers_of
from dataverse.stores.payment_rule_rows import agreed, method_of
from dataverse.stores.posted_rows import as_priced, cancelled, credited, made_here, posted_of
from dataverse.stores.subscription_rows import (
    Prices,
    article_of,
    by_subscription,
    entered_late,
    item_terms,
    priced_by_list,
    subscription_of,
)
from work365.commitments.truing import Counted
from work365.currencies.conversion import Conversion, in_contract_currency
from work365.currencies.rates import ExchangeRates, NoExchangeRate
from work365.invoicing.holding_back import not_billed
from work365.invoicing.rounds import open_from, terms_of
from work365.invoicing.work import ContractWork
from work365.money import Currency
from work365.paying.surcharging import surcharge_of
from work365.ports.billing import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.stores.currencies import Currencies
    from dataverse.stores.in_entity import InEntity
    from dataverse.webapi import Row
    from work365.catalogue.dated_lists import DatedLists
    from work365.commitments.truing import Committed
    from work365.contracts.contract import BillingContract
    from work365.currencies.rates import ExchangeRate
    from work365.findings import Finding
    from work365.invoicing.items import Item
    from work365.invoicing.payer import Payer
    from work365.invoicing.work import Grant
    from work365.ports.billing import Entity
    from work365.subscriptions.change_log import Subscription
    from work365.subscriptions.discount import Discount

EDITED = ("w365_reopenfrom", "w365_amendedfrom")
"""Days of a contract from which its cycles must be looked at again."""
NO_RATES = ExchangeRates(())
FIRST_CONTRACT = ("_w365_account_value", "w365_startdate")


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of a chunk, by contract. `lines` and the whole log are read only where a change reaches back.

    Attributes:
        paid_by_others: contracts with other payers than their customer, as they were read; `accounts` are theirs by id.
        settings: what contracts inherit.
    """

    contracts: Sequence[tuple[Row, BillingContract]]
    subscriptions: Mapping[str, Sequence[Row]]
    unbilled: Mapping[str, Sequence[Row]]
    items: Sequence[Mapping[str, Sequence[Row]]] = ()
    prices: Sequence[Row] = ()
    promised: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    log: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    skipped: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    decided: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    broken: tuple[Finding, ...] = ()
    conditions: Conditions = NO_CONDITIONS
    lists: Mapping[str, DatedLists] = field(default_factory=dict)
    foreign: Mapping[str, Currency] = field(default_factory=dict)
    rates: ExchangeRates = NO_RATES
    as_of: date = date.max
    settings: InEntity | None = None
    paid_by_others: Mapping[str, Row] = field(default_factory=dict)
    accounts: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        contracts: Iterable[Row],
        subscriptions: Iterable[Row],
        changes: Iterable[Row],
        currencies: Currencies,
        settings: InEntity,
        items: Sequence[Iterable[Row]] = (),
        prices: Sequence[Row] = (),
        conditions: Conditions = NO_CONDITIONS,
    ) -> Material:
        """Sort rows by their contract, and put aside the contracts whose rows say too little. `items` are those of SOURCES."""
        contracts = list(contracts)
        theirs, unbilled = _by_contract(needing_no_price(contracts, subscriptions)), _by_contract(changes)
        sorted_items = [_by_contract(rows) for rows in items]
        read: list[tuple[Row, BillingContract]] = []
        broken: list[Finding] = []
        lists: dict[str, DatedLists] = {}
        others: dict[str, Row] = {}
        for own in contracts:
            contract = own["w365_billingcontractid"]
            try:
                row = settings.filled(own)
                complete_contract(row, theirs.get(contract, ()), unbilled.get(contract, ()))
                contract_terms = contract_of(row, currencies.code(row["_transactioncurrencyid_value"]))
                known_currencies(theirs.get(contract, ()), currencies)
                for found in sorted_items:
                    complete_usage(found.get(contract, ()))
                terms, listed = with_amounts_off(contract_terms, conditions), lists_of(row, currencies)
                read.append((row, terms))
                lists[contract] = listed
                if own["w365_amendments"] and named_payers(own):
                    others[contract] = own
            except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
                broken.append(not_billed(contract, own["w365_number"], error))
        return cls(
            read,
            theirs,
            unbilled,
            sorted_items,
            prices,
            broken=tuple(broken),
            conditions=conditions,
            lists=lists,
            settings=settings,
            paid_by_others=others,
        )

    def open_from(self, row: Row, contract: BillingContract) -> date | None:
        """The first day of the earliest cycle that this contract's bill may touch; None for a contract that was never billed."""
        billed = maybe(day, row["w365_billedthrough"])
        if billed is None:
            return None
        changed = [day(change["w365_effective"]) for change in self.unbilled.get(contract.id, ())]
        changed += self._supplied_on(row, contract)
        edited = [day(row[name]) for name in EDITED if row[name] is not None]
        items = [item_terms(contract, sub) for sub in self.subscriptions.get(contract.id, ())] if contract.by_item else ()
        return open_from(contract, billed, [*changed, *edited], items)

    def _supplied_on(self, row: Row, contract: BillingContract) -> list[date]:
        """The days of unbilled supplier's lines: what was billed for them by seats and days must be read, to be given back."""
        since = supplied_since(row)
        if since is None:
            return []
        found = (item for rows in self.items for item in rows.get(contract.id, ()) if "w365_chargestart" in item)
        return [started for item in found if (started := day(item["w365_chargestart"])) >= since]

    def reaching_back(self) -> dict[str, date]:
        """Contracts whose open cycles are not all ahead, or whose older subscriptions changed; and how far each reaches back."""
        back = {}
        for row, contract in self.contracts:
            since, billed = self.open_from(row, contract), maybe(day, row["w365_billedthrough"])
            if since is None or billed is None:
                continue
            changes = self.unbilled.get(contract.id, ())
            new = {change["_w365_subscription_value"] for change in changes if change["w365_sequence"] == 1}
            older = any(change["_w365_subscription_value"] not in new for change in changes)
            whole = billed if contract.by_item else contract.cadence.containing(billed).start
            if since < whole or older:
                back[contract.id] = since
        return back

    def terms(self) -> dict[str, BillingContract]:
        """The contracts by their ids."""
        return {contract.id: contract for _, contract in self.contracts}

    def committed(self) -> dict[str, date]:
        """Contracts with a minimum or a maximum, and the day from which their lines must be read."""
        return {contract.id: self._since(row, contract) for row, contract in self.contracts if has_commitment(row)}

    def _since(self, row: Row, contract: BillingContract) -> date:
        used = (used for rows in self.items for item in rows.get(contract.id, ()) if (used := cost_day(item)) is not None)
        changed = (change["w365_effective"] for change in self.unbilled.get(contract.id, ()))
        edited = (row[name] for name in EDITED if row[name] is not None)
        return since(row, contract, (*used, *map(day, (*changed, *edited))))

    def with_decisions(self, decided: Iterable[Row]) -> Material:
        """The same with what people decided about single missed cycles."""
        return replace(self, decided=_by_contract(decided))

    def with_promises(self, lines: Iterable[Row], skipped: Iterable[Row]) -> Material:
        """The same with the lines that commitments are measured by, and the cycles that are left out of these."""
        return replace(self, promised=_by_contract(lines), skipped={**self.skipped, **_by_contract(skipped)})

    def unknown_subscriptions(self) -> list[str]:
        """Subscriptions that changed and are not among those read: they are not active any more."""
        known = {row["w365_subscriptionid"] for rows in self.subscriptions.values() for row in rows}
        changed = {row["_w365_subscription_value"] for rows in self.unbilled.values() for row in rows}
        return sorted(changed - known)

    def foreign_prices(self, currencies: Currencies) -> dict[str, Currency]:
        """Subscriptions priced in another currency than their contract, and which; one without a currency has the contract's.

        What the contract's price list prices is priced in its currency.
        """
        found: dict[str, Currency] = {}
        for row, contract in self.contracts:
            own = (None, row["_transactioncurrencyid_value"])
            others = [
                sub
                for sub in self.subscriptions.get(contract.id, ())
                if sub["w365_billable"] and sub["_transactioncurrencyid_value"] not in own
            ]
            logs = self._logs(contract.id) if others else {}
            for sub in others:
                if not priced_by_list(sub, logs.get(sub["w365_subscriptionid"], ())):
                    found[sub["w365_subscriptionid"]] = currencies.code(sub["_transactioncurrencyid_value"])
        return found

    def foreign_costs(self) -> dict[Currency, date]:
        """Currencies of costs that are not their contract's, each with its first day: the rate of that day converts a cost."""
        first: dict[Currency, date] = {}
        for _, contract in self.contracts:
            for item in (item for rows in self.items for item in rows.get(contract.id, ())):
                used = cost_day(item)
                if used is not None and (code := Currency(item["w365_costcurrency"])) != contract.currency:
                    first[code] = min(used, first.get(code, used))
        return first

    def with_rates(self, foreign: Mapping[str, Currency], rates: Iterable[ExchangeRate], as_of: date) -> Material:
        """The same with the exchange rates of the bill's day for the prices that need them."""
        return replace(self, foreign=foreign, rates=ExchangeRates(rates), as_of=as_of)

    def _logs(self, contract: str) -> dict[str, list[Row]]:
        """What was read of each subscription's log, in order."""
        return by_subscription(self.log.get(contract, self.unbilled.get(contract, ())))

    def asked(self, template: str) -> list[Get]:
        """What must be asked besides: prices of subscriptions that have none, or to print; who is a new customer; who else pays.

        Shape: `template` is that of the legal entity.
        """
        lists, products = self._lists(), sorted(self._unpriced(template))
        accounts = sorted({row["_w365_account_value"] for row, contract in self.contracts if self._new(contract.id)})
        new = bool(accounts) and self.conditions.asks_who_is_new
        payers = self.asked_payers()
        if not (products and lists) and not new and not payers:
            return []
        theirs = Query(CONTRACT_TABLE, FIRST_CONTRACT, filter=any_of("_w365_account_value", accounts if new else ()))
        return [Get(prices_for(products, lists)), Get(theirs), *payers]

    def asked_payers(self) -> list[Get]:
        """The question for the accounts that pay instead of customers; none where nobody does."""
        return accounts_of(self.paid_by_others.values())

    def with_payers(self, accounts: Iterable[Row]) -> Material:
        """The same with these accounts."""
        return replace(self, accounts={row["accountid"]: row for row in accounts})

    def lacking(self, before: Material, template: str) -> list[Get]:
        """The prices that subscriptions need which were not there before, because they have ended."""
        products, lists = sorted(self._unpriced(template) - before._unpriced(template)), self._lists()
        return [Get(prices_for(products, lists))] if products and lists else []

    def with_prices(self, prices: Iterable[Row]) -> Material:
        """The same with more prices of lists."""
        return replace(self, conditions=self.conditions.with_prices(prices))

    def _lists(self) -> list[str]:
        return sorted({one.id for dated in self.lists.values() for one in dated.all})

    def _unpriced(self, template: str) -> set[str]:
        """The products whose prices in the lists are needed, to bill or to print them."""
        printing = {contract.id for row, contract in self.contracts if prints_list_prices(template, row["w365_template"] or "")}
        changed = self._with_logs()
        wanted = {
            (row.get("w365_Product") or {}).get("w365_productid")
            for contract, rows in self.subscriptions.items()
            for row in rows
            if row["w365_billable"] and needs_the_list(row, printed=contract in printing, changed=contract in changed)
        }
        return {product for product in wanted if product}

    def _with_logs(self) -> set[str]:
        """Contracts whose logs may be read, if that matters to any subscription: to one that its list priced before."""
        if not any(row["w365_ownpricefrom"] for rows in self.subscriptions.values() for row in rows):
            return set()
        return {*self.unbilled, *self.reaching_back()}

    def _new(self, contract: str) -> set[str]:
        """Subscriptions that no bill has seen."""
        return {row["_w365_subscription_value"] for row in self.unbilled.get(contract, ()) if row["w365_sequence"] == 1}

    def with_history(
        self,
        lines: Iterable[Row],
        log: Iterable[Row],
        ended: Iterable[Row],
        skipped: Iterable[Row] = (),
        prices: Iterable[Row] = (),
        contracts: Iterable[Row] = (),
        accounts: Iterable[Row] = (),
    ) -> Material:
        """The same with what was billed, the whole log, ended subscriptions, skipped cycles, and what was asked besides."""
        subscriptions = {contract: list(rows) for contract, rows in self.subscriptions.items()}
        theirs = needing_no_price((row for row, _ in self.contracts), ended)
        for contract, rows in _by_contract(theirs).items():
            known = {row["w365_subscriptionid"] for row in subscriptions.get(contract, ())}
            subscriptions.setdefault(contract, []).extend(row for row in rows if row["w365_subscriptionid"] not in known)
        conditions = self.conditions.with_prices(prices, contracts)
        return replace(
            self.with_payers(accounts),
            subscriptions=subscriptions,
            lines=_by_contract(lines),
            log=_by_contract(log),
            skipped=_by_contract(skipped),
            conditions=conditions,
        )

    def reading(self, entity: Entity) -> Reading:
        """One piece of work per contract that can be billed, one finding per contract that cannot."""
        works: list[ContractWork] = []
        broken = list(self.broken)
        for row, contract in self.contracts:
            try:
                works.append(self._work(row, contract, entity))
            except NoExchangeRate as error:
                broken.append(error.finding(contract.id, row["w365_number"]))
            except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
                broken.append(not_billed(contract.id, row["w365_number"], error))
        return Reading(tuple(works), tuple(broken))

    def _work(self, row: Row, contract: BillingContract, entity: Entity) -> ContractWork:
        billable = [sub for sub in self.subscriptions.get(contract.id, ()) if sub["w365_billable"]]
        let_go(billable)
        logs = self._logs(contract.id)
        printed = prints_list_prices(entity.template, row["w365_template"] or "")
        zone, prices = ZoneInfo(entity.zone), Prices(self.conditions, self.lists[contract.id])
        buyer = buyer_of(row, entity.country)
        conversions = self._conversions(contract, billable, entity)
        subscriptions = [
            self._priced(
                subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), contract, zone, prices), contract, conversions
            )
            for sub in billable
        ]
        subscriptions, handed = without_supplied(subscriptions, billable, supplied_since(row))
        grants = self._grants(row, contract, billable, subscriptions)
        return ContractWork(
            contract=contract,
            number=row["w365_number"],
            account=buyer.account,
            place=buyer.place,
            subscriptions=_granted(subscriptions, grants),
            articles={
                sub["w365_subscriptionid"]: article_of(sub, listed(sub, contract, prices.lists, self.conditions, printed=printed))
                for sub in billable
            },
            posted=tuple(
                posted_of(line, contract.currency, entity.id) for line in self.lines.get(contract.id, ()) if made_here(line)
            ),
            reopened=maybe(day, row["w365_reopenfrom"]),
            amended_from=maybe(day, row["w365_amendedfrom"]),
            generation=row["w365_generation"] or 0,
            credited=credited(self.lines.get(contract.id, ()), contract.currency),
            open_from=self.open_from(row, contract),
            billed_through=maybe(day, row["w365_billedthrough"]),
            next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
            purchase_order=row.get("w365_purchaseorder"),
            items=self._items(Around(row, contract, self.prices, DatedRates(self.rates, entity.rate_terms))),
            conversions=conversions,
            lists=prices.lists,
            payers=self._payers(row, contract.id),
            billed_to=self._billed_to(contract.id),
            prices_include_tax=bool(row.get("w365_pricesincludetax")),
            tax_number=buyer.tax_number,
            address=(buyer.street, buyer.city, buyer.postal_code),
            committed=self._committed(row, contract),
            surcharge=surcharge_of(agreed(row.get("w365_Account"), row.get("w365_PriceList")), method_of(row)),
            grants=grants,
            handed_over=handed,
            etag=etag(row),
            created=instant(row["createdon"]).astimezone(ZoneInfo(entity.zone)).date(),
            decision=decision_of(row),
            entered=self._entered(contract, billable, zone),
            decided=decided_cycles(self.decided.get(contract.id, ())),
            together=together(row),
            team=entity.team,
            skipped=frozenset(day(cycle["w365_cyclestart"]) for cycle in self.skipped.get(contract.id, ())),
        )

    def _entered(self, contract: BillingContract, rows: Iterable[Row], zone: ZoneInfo) -> dict[str, date]:
        """When the subscriptions that no bill has seen were entered, where that was late."""
        first = {
            change["_w365_subscription_value"]: change
            for change in self.unbilled.get(contract.id, ())
            if change["w365_sequence"] == 1
        }
        found = ((sub["w365_subscriptionid"], entered_late(sub, first.get(sub["w365_subscriptionid"]), zone)) for sub in rows)
        return {subscription: on for subscription, on in found if on is not None} if first else {}

    def _payers(self, row: Row, contract: str) -> dict[str, Payer]:
        """Everybody who pays for some day of a contract; nobody where that is always its customer."""
        own = self.paid_by_others.get(contract)
        return {} if own is None or self.settings is None else payers_of(own, row, self.settings, self.accounts)

    def _billed_to(self, contract: str) -> dict[str, str]:
        """Whose documents the posted lines stand on, where several pay; who pays for no day any more is left out."""
        own = self.paid_by_others.get(contract)
        if own is None:
            return {}
        payers = {one.account for one in named_payers(own)}
        accounts = ((line["w365_key"], line["w365_Invoice"]["_w365_account_value"]) for line in self.lines.get(contract, ()))
        return {key: account for key, account in accounts if account in payers}

    def _grants(
        self, row: Row, contract: BillingContract, rows: Sequence[Row], subscriptions: Sequence[Subscription]
    ) -> tuple[Grant, ...]:
        """The promotions of the subscriptions that no bill has seen; a part is sold already."""
        new = self._new(contract.id) if self.conditions.promotions else set()
        return tuple(
            grant
            for sub, one in zip(rows, subscriptions, strict=True)
            if one.id in new and sub["_w365_splitof_value"] is None and sub["_w365_tierof_value"] is None
            for grant in self.conditions.grants(one, sub, contract, row["_w365_account_value"])
        )

    def _conversions(self, contract: BillingContract, billable: Sequence[Row], entity: Entity) -> dict[str, Conversion]:
        """The rates of subscriptions that are priced in another currency. Errors: NoExchangeRate."""
        found: dict[str, Conversion] = {}
        for subscription in (sub["w365_subscriptionid"] for sub in billable if self.foreign):
            code = self.foreign.get(subscription)
            if code is None:
                continue
            quoted = self.rates.quoted(code, contract.currency, self.as_of, entity.rate_terms)
            if quoted is None:
                raise NoExchangeRate(code, contract.currency, self.as_of)
            terms = next(item_terms(contract, sub) for sub in billable if sub["w365_subscriptionid"] == subscription)
            found[subscription] = Conversion(code, quoted.rate, self._kept(terms, subscription))
        return found

    def _kept(self, contract: BillingContract, subscription: str) -> dict[date, Decimal]:
        """The rates that lines of a subscription carry, by the first day of their cycle."""
        mine = (line for line in self.lines.get(contract.id, ()) if line["_w365_subscription_value"] == subscription)
        carried = ((day(line["w365_periodstart"]), line["w365_exchangerate"]) for line in mine)
        return {contract.cadence.containing(start).start: Decimal(rate) for start, rate in carried if rate is not None}

    def _priced(self, one: Subscription, contract: BillingContract, conversions: Mapping[str, Conversion]) -> Subscription:
        conversion = conversions.get(one.id)
        if conversion is None:
            return one
        return in_contract_currency(one, conversion, terms_of(contract, one).cadence, as_of=self.as_of)

    def _committed(self, row: Row, contract: BillingContract) -> Committed | None:
        if not has_commitment(row):
            return None
        lines = (line for line in self.promised.get(contract.id, ()) if line["w365_periodstart"] is not None)
        posted = (
            Counted(line["w365_key"], day(line["w365_periodstart"]), as_priced(line, contract.currency), cancelled(line))
            for line in lines
        )
        return committed(row, self._since(row, contract), posted)

    def _items(self, around: Around) -> tuple[Item, ...]:
        rows = (found.get(around.contract.id, ()) for found in self.items)
        return tuple(item for source, found in zip(SOURCES, rows, strict=False) for item in source.read(found, around))


def _by_contract(found: Iterable[Row]) -> dict[str, list[Row]]:
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row["_w365_contract_value"], []).append(row)
    return sorted_rows


def _granted(subscriptions: Iterable[Subscription], grants: Iterable[Grant]) -> tuple[Subscription, ...]:
    """The subscriptions with the discounts that promotions have just given them."""
    given: dict[str, list[Discount]] = {}
    for grant in grants:
        given.setdefault(grant.subscription, []).append(grant.discount)
    return tuple(replace(one, discounts=(*one.discounts, *given[one.id])) if one.id in given else one for one in subscriptions)
