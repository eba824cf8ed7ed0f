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
from dataverse.rows import amount, choice_label, day, etag, instant, maybe, status_label
from dataverse.stores.billing_commitments import committed, has_commitment, since
from dataverse.stores.billing_conditions import (
    Conditions,
    first_priced_on,
    is_price,
    price_list_of,
    prices_for,
    repriced,
    tiered,
    unpriced,
)
from dataverse.stores.billing_items import SOURCES
from dataverse.stores.billing_rows import together
from dataverse.stores.billing_source import Around, complete
from dataverse.stores.billing_usage import DatedRates
from dataverse.stores.counted_changes import counting
from work365.commitments.truing import Counted
from work365.contracts.contract import BillingContract, ChangesBilled, Policy, Prorate
from work365.currencies.conversion import Conversion, in_contract_currency
from work365.currencies.rates import ExchangeRates, NoExchangeRate
from work365.errors import BadInput
from work365.invoicing.billing import open_from
from work365.invoicing.catching_up import CatchUp, Decision
from work365.invoicing.drafting import Article, ContractWork, not_billed
from work365.invoicing.keys import parse, prefix
from work365.invoicing.lines import Posted
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, SEMIANNUAL, TRIENNIAL, Period
from work365.ports.billing import Reading
from work365.subscriptions.change_log import Change, Subscription
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row
    from work365.catalogue.quoting import PriceList, Quote
    from work365.commitments.truing import Committed
    from work365.currencies.rates import ExchangeRate
    from work365.findings import Finding
    from work365.invoicing.drafting import Grant
    from work365.invoicing.items import Item
    from work365.money import Money
    from work365.ports.billing import Entity

NO_RATES = ExchangeRates(())
CONTRACT_TABLE, CHANGE_TABLE = "w365_billingcontract", "w365_changelog"
FIRST_CONTRACT = ("_w365_account_value", "w365_startdate")
NO_CONDITIONS = Conditions()
FREQUENCY = {"Monthly": MONTHLY, "Quarterly": QUARTERLY, "Semi-annual": SEMIANNUAL, "Annual": ANNUAL, "Triennial": TRIENNIAL}
POLICY = {"Advance": Policy.ADVANCE, "Arrears": Policy.ARREARS}
PRORATE = {"Days": Prorate.DAYS, "Months": Prorate.MONTHS, "30-day months": Prorate.DAYS30, "None": Prorate.NONE}
CHANGES_BILLED = {"Now": ChangesBilled.NOW, "Next cycle": ChangesBilled.NEXT_CYCLE}
CONTRACT = {
    "w365_startdate": "start date",
    "w365_billday": "bill day",
    "w365_frequency": "frequency",
    "w365_policy": "policy (advance or arrears)",
    "w365_prorate": "way of proration",
    "w365_changesbilled": "choice of when changes are billed",
    "_transactioncurrencyid_value": "currency",
    "_w365_account_value": "customer",
}
SUBSCRIPTION = {"w365_startdate": "start date", "w365_quantity": "quantity"}
CHANGE = {"w365_effective": "effective date", "w365_quantity": "quantity", "w365_sequence": "sequence"}
"""Columns that billing cannot do without, in words. The platform's forms ask for them; its Web API does not."""


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of a chunk, by contract. `lines` and the whole log are read only where a change reaches back."""

    contracts: Sequence[tuple[Row, BillingContract]]
    subscriptions: Mapping[str, Sequence[Row]]
    unbilled: Mapping[str, Sequence[Row]]
    items: Sequence[Mapping[str, Sequence[Row]]] = ()
    prices: Sequence[Row] = ()
    promised: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    log: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    skipped: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    broken: tuple[Finding, ...] = ()
    conditions: Conditions = NO_CONDITIONS
    lists: Mapping[str, PriceList | None] = field(default_factory=dict)
    foreign: Mapping[str, Currency] = field(default_factory=dict)
    rates: ExchangeRates = NO_RATES
    as_of: date = date.max

    @classmethod
    def of(
        cls,
        contracts: Iterable[Row],
        subscriptions: Iterable[Row],
        changes: Iterable[Row],
        currencies: Currencies,
        items: Sequence[Iterable[Row]] = (),
        prices: Sequence[Row] = (),
        conditions: Conditions = NO_CONDITIONS,
    ) -> Material:
        """Sort rows by their contract, and put aside the contracts whose rows say too little. `items` are those of SOURCES."""
        theirs, unbilled = _by_contract(subscriptions), _by_contract(changes)
        read: list[tuple[Row, BillingContract]] = []
        broken: list[Finding] = []
        lists: dict[str, PriceList | None] = {}
        for row in contracts:
            contract = row["w365_billingcontractid"]
            try:
                _complete(row, theirs.get(contract, ()), unbilled.get(contract, ()))
                contract_terms = contract_of(row, currencies.code(row["_transactioncurrencyid_value"]))
                _known_currencies(theirs.get(contract, ()), currencies)
                terms, listed = with_amounts_off(contract_terms, conditions), price_list_of(row, currencies)
                read.append((row, terms))
                lists[contract] = listed
            except Exception as error:  # noqa: BLE001  whatever breaks on one contract's rows parks it alone
                broken.append(not_billed(contract, row["w365_number"], error))
        sorted_items = [_by_contract(rows) for rows in items]
        return cls(read, theirs, unbilled, sorted_items, prices, broken=tuple(broken), conditions=conditions, lists=lists)

    def open_from(self, row: Row, contract: BillingContract) -> date | None:
        """The first day of the earliest cycle that this contract's bill may touch; None for a contract that was never billed."""
        billed = maybe(day, row["w365_billedthrough"])
        if billed is None:
            return None
        changed = [day(change["w365_effective"]) for change in self.unbilled.get(contract.id, ())]
        reopened = maybe(day, row["w365_reopenfrom"])
        return open_from(contract, billed, changed if reopened is None else [*changed, reopened])

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
            if since < contract.cadence.containing(billed).start or older:
                back[contract.id] = since
        return back

    def terms(self) -> dict[str, BillingContract]:
        """The contracts by their ids."""
        return {contract.id: contract for _, contract in self.contracts}

    def committed(self) -> dict[str, date]:
        """Contracts with a minimum or a maximum, and the day from which their lines must be read."""
        return {contract.id: self._since(row, contract) for row, contract in self.contracts if has_commitment(row)}

    def _since(self, row: Row, contract: BillingContract) -> date:
        used = (item["w365_usedon"] for rows in self.items for item in rows.get(contract.id, ()) if "w365_usedon" in item)
        changed = (change["w365_effective"] for change in self.unbilled.get(contract.id, ()))
        return since(row, contract, map(day, (*used, *changed)))

    def with_promises(self, lines: Iterable[Row]) -> Material:
        """The same with the lines that commitments are measured by."""
        return replace(self, promised=_by_contract(lines))

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

    def foreign_usage(self) -> dict[Currency, date]:
        """Currencies of usage that are not its contract's, each with its first day: usage is converted at the rate of its day."""
        first: dict[Currency, date] = {}
        for _, contract in self.contracts:
            found = (item for rows in self.items for item in rows.get(contract.id, ()) if "w365_costcurrency" in item)
            for item in found:
                code, used = Currency(item["w365_costcurrency"]), day(item["w365_usedon"])
                if code != contract.currency:
                    first[code] = min(used, first.get(code, used))
        return first

    def with_rates(self, foreign: Mapping[str, Currency], rates: Iterable[ExchangeRate], as_of: date) -> Material:
        """The same with the exchange rates of the bill's day for the prices that need them."""
        return replace(self, foreign=foreign, rates=ExchangeRates(rates), as_of=as_of)

    def _logs(self, contract: str) -> dict[str, list[Row]]:
        """What was read of each subscription's log, in order."""
        return by_subscription(self.log.get(contract, self.unbilled.get(contract, ())))

    def asked(self) -> list[Get]:
        """What must be asked besides: prices of subscriptions that have none, and who is a new customer."""
        lists = sorted({one.id for one in self.lists.values() if one is not None})
        rows = [row for rows in self.subscriptions.values() for row in rows if row["w365_billable"]]
        wanted = {(row.get("w365_Product") or {}).get("w365_productid") for row in rows if unpriced(row) and not tiered(row)}
        products = sorted(product for product in wanted if product)
        accounts = sorted({row["_w365_account_value"] for row, contract in self.contracts if self._new(contract.id)})
        new = bool(accounts) and self.conditions.asks_who_is_new
        if not (products and lists) and not new:
            return []
        theirs = Query(CONTRACT_TABLE, FIRST_CONTRACT, filter=any_of("_w365_account_value", accounts if new else ()))
        return [Get(prices_for(products, lists)), Get(theirs)]

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
    ) -> Material:
        """The same with what was billed, the whole log, ended subscriptions, skipped cycles, and what was asked besides."""
        subscriptions = {contract: list(rows) for contract, rows in self.subscriptions.items()}
        for contract, rows in _by_contract(ended).items():
            known = {row["w365_subscriptionid"] for row in subscriptions.get(contract, ())}
            subscriptions.setdefault(contract, []).extend(row for row in rows if row["w365_subscriptionid"] not in known)
        conditions = self.conditions.with_prices(prices, contracts)
        return replace(
            self,
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
        logs = self._logs(contract.id)
        zone, prices = ZoneInfo(entity.zone), Prices(self.conditions, self.lists.get(contract.id))
        buyer = row.get("w365_Account") or {}
        conversions = self._conversions(contract, billable, entity)
        subscriptions = [
            self._priced(
                subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), contract, zone, prices), contract, conversions
            )
            for sub in billable
        ]
        grants = self._grants(row, contract, billable, subscriptions)
        return ContractWork(
            contract=contract,
            number=row["w365_number"],
            account=row["_w365_account_value"],
            place=_place(buyer, entity.country),
            subscriptions=tuple(_granted(one, grants) for one in subscriptions),
            articles={sub["w365_subscriptionid"]: _article(sub) for sub in billable},
            posted=tuple(_posted(line, contract.currency) for line in self.lines.get(contract.id, ()) if _made_here(line)),
            reopened=maybe(day, row["w365_reopenfrom"]),
            generation=row["w365_generation"] or 0,
            credited=_credited(self.lines.get(contract.id, ()), contract.currency),
            open_from=self.open_from(row, contract),
            billed_through=maybe(day, row["w365_billedthrough"]),
            next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
            purchase_order=row.get("w365_purchaseorder"),
            items=self._items(Around(row, contract, self.prices, DatedRates(self.rates, entity.rate_terms))),
            conversions=conversions,
            prices_include_tax=bool(row.get("w365_pricesincludetax")),
            tax_number=buyer.get("w365_taxnumber") or "",
            address=(buyer.get("address1_line1") or "", buyer.get("address1_city") or "", buyer.get("address1_postalcode") or ""),
            committed=self._committed(row, contract),
            grants=grants,
            etag=etag(row),
            created=instant(row["createdon"]).astimezone(ZoneInfo(entity.zone)).date(),
            decision=_decision(row),
            together=together(row),
            skipped=frozenset(day(cycle["w365_cyclestart"]) for cycle in self.skipped.get(contract.id, ())),
        )

    def _grants(
        self, row: Row, contract: BillingContract, rows: Sequence[Row], subscriptions: Sequence[Subscription]
    ) -> tuple[Grant, ...]:
        """The promotions of the subscriptions that no bill has seen."""
        new = self._new(contract.id) if self.conditions.promotions else set()
        return tuple(
            grant
            for sub, one in zip(rows, subscriptions, strict=True)
            if one.id in new
            for grant in self.conditions.grants(one, sub, contract, row["_w365_account_value"])
        )

    def _conversions(self, contract: BillingContract, billable: Iterable[Row], entity: Entity) -> dict[str, Conversion]:
        """The rates of subscriptions that are priced in another currency. Errors: NoExchangeRate."""
        found: dict[str, Conversion] = {}
        for subscription in (sub["w365_subscriptionid"] for sub in billable if self.foreign):
            code = self.foreign.get(subscription)
            if code is None:
                continue
            quoted = self.rates.quoted(code, contract.currency, self.as_of, entity.rate_terms)
            if quoted is None:
                raise NoExchangeRate(code, contract.currency, self.as_of)
            found[subscription] = Conversion(code, quoted.rate, self._kept(contract, subscription))
        return found

    def _kept(self, contract: BillingContract, subscription: str) -> dict[date, Decimal]:
        """The rates that lines of a subscription carry, by the first day of their cycle."""
        mine = (line for line in self.lines.get(contract.id, ()) if line["_w365_subscription_value"] == subscription)
        carried = ((day(line["w365_periodstart"]), line["w365_exchangerate"]) for line in mine)
        return {contract.cadence.containing(start).start: Decimal(rate) for start, rate in carried if rate is not None}

    def _priced(self, one: Subscription, contract: BillingContract, conversions: Mapping[str, Conversion]) -> Subscription:
        conversion = conversions.get(one.id)
        return one if conversion is None else in_contract_currency(one, conversion, contract.cadence, as_of=self.as_of)

    def _committed(self, row: Row, contract: BillingContract) -> Committed | None:
        if not has_commitment(row):
            return None
        lines = (line for line in self.promised.get(contract.id, ()) if line["w365_periodstart"] is not None)
        posted = (Counted(line["w365_key"], day(line["w365_periodstart"]), _as_priced(line, contract.currency)) for line in lines)
        return committed(row, self._since(row, contract), posted)

    def _items(self, around: Around) -> tuple[Item, ...]:
        rows = (found.get(around.contract.id, ()) for found in self.items)
        return tuple(item for source, found in zip(SOURCES, rows, strict=False) for item in source.read(found, around))


def _decision(row: Row) -> Decision | None:
    chosen = row["w365_catchup"]
    if chosen is None:
        return None
    choice = CatchUp(choice_label(CONTRACT_TABLE, "w365_catchup", chosen))
    return Decision(choice, row["w365_catchupreason"] or "", maybe(day, row["w365_catchupuntil"]))


def _place(buyer: Row, otherwise: str) -> str:
    """Where the buyer is taxed: its country, with the region where it has one; the legal entity's country where it has none."""
    country, region = buyer.get("w365_taxcountry") or "", buyer.get("w365_taxregion") or ""
    return f"{country}-{region}" if country and region else country or otherwise


def _by_contract(found: Iterable[Row]) -> dict[str, list[Row]]:
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row["_w365_contract_value"], []).append(row)
    return sorted_rows


def _complete(contract: Row, subscriptions: Iterable[Row], changes: Iterable[Row]) -> None:
    complete(contract, CONTRACT, "it")
    for subscription in subscriptions:
        complete(subscription, SUBSCRIPTION, f"subscription {_called(subscription)}")
    for change in changes:
        complete(change, CHANGE, f"a change of subscription {change['_w365_subscription_value']}")


def _known_currencies(subscriptions: Iterable[Row], currencies: Currencies) -> None:
    """Currencies of an environment may be made up ones, as for points; nothing can be billed in those. Errors: BadInput."""
    for one in subscriptions:
        if one["w365_billable"] and one["_transactioncurrencyid_value"] is not None:
            currencies.code(one["_transactioncurrencyid_value"])


def _called(subscription: Row) -> str:
    return str(subscription.get("w365_printedname") or subscription["w365_subscriptionid"])


def contract_of(row: Row, code: Currency) -> BillingContract:
    """A contract's terms. Errors: BadInput when they contradict each other."""

    def label(column: str) -> str:
        return choice_label(CONTRACT_TABLE, column, row[column])

    return BillingContract(
        id=row["w365_billingcontractid"],
        currency=code,
        start=day(row["w365_startdate"]),
        frequency=FREQUENCY[label("w365_frequency")],
        bill_day=row["w365_billday"],
        policy=POLICY[label("w365_policy")],
        prorate=PRORATE[label("w365_prorate")],
        changes_billed=CHANGES_BILLED[label("w365_changesbilled")],
        end=_first_of(row.get("w365_enddate"), None if row.get("w365_autorenew") else row.get("w365_termend")),
        discount_percent=Decimal(row.get("w365_discountpercent") or 0),
        offset_days=row.get("w365_offsetdays") or 0,
    )


def with_amounts_off(contract: BillingContract, conditions: Conditions) -> BillingContract:
    """The contract with the amounts that it has off."""
    off = conditions.amounts_off(contract.id)
    return replace(contract, amounts_off=off) if off else contract


def _granted(subscription: Subscription, grants: Iterable[Grant]) -> Subscription:
    given = tuple(grant.discount for grant in grants if grant.subscription == subscription.id)
    return replace(subscription, discounts=(*subscription.discounts, *given)) if given else subscription


@dataclass(frozen=True, slots=True)
class Prices:
    """Where the prices of a contract's subscriptions come from when they have none of their own."""

    conditions: Conditions = NO_CONDITIONS
    price_list: PriceList | None = None


NO_PRICES = Prices()


def by_subscription(changes: Iterable[Row]) -> dict[str, list[Row]]:
    """A contract's changes, subscription by subscription, each log in its order."""
    logs: dict[str, list[Row]] = {}
    for change in sorted(changes, key=_sequence):
        logs.setdefault(change["_w365_subscription_value"], []).append(change)
    return logs


def subscription_of(
    row: Row, mine: Sequence[Row], contract: BillingContract, zone: ZoneInfo, prices: Prices = NO_PRICES
) -> Subscription:
    """What its own log says, given in order, or its present state where nothing is unbilled and nothing reaches back.

    Errors: BadInput when it has no price of its own and its contract's list has none for it either.
    """
    start, price, pricing = day(row["w365_startdate"]), Decimal(row["w365_unitprice"] or 0), None
    counted = counting(mine, contract, zone)
    log = tuple(_change(change, since, zone) for change, since in counted)
    if priced_by_list(row, mine):
        quote = _quoted(row, contract, prices, first_priced_on(row, with_log=bool(mine)))
        price, pricing = quote.unit_price or Decimal(0), quote.pricing
        later = {day(change["w365_effective"]) for change, _ in counted if is_price(change)}
        quotes = {on: _quoted(row, contract, prices, on) for on in later} if tiered(row) else {}
        log = repriced(zip(log, (change for change, _ in counted), strict=True), quotes)
    over = row.get("w365_commitmentend") if _ends_with_its_term(row) else None
    discounts = prices.conditions.discounts_of(contract.id, row["w365_subscriptionid"])
    return Subscription(
        row["w365_subscriptionid"],
        start,
        price,
        log or (Change("", start, row["w365_quantity"], unit_price=price, settled=True),),
        _first_of(row["w365_enddate"], over),
        pricing,
        discounts,
    )


def priced_by_list(row: Row, changes: Sequence[Row]) -> bool:
    """Whether the price list prices a subscription, because neither it nor its log, given in order, has a price."""
    return tiered(row) or (unpriced(row) and not (changes and changes[0]["w365_unitprice"] is not None))


def _quoted(row: Row, contract: BillingContract, prices: Prices, on: date) -> Quote:
    """What the list says. Errors: BadInput, with the subscription's name and what to do."""
    try:
        return prices.conditions.quote(row, contract, prices.price_list, on)
    except BadInput as error:
        message = f"subscription {_called(row)} has no price of its own, and {error.message}; 0 if it is free."
        raise BadInput(message) from None


def _ends_with_its_term(row: Row) -> bool:
    label = row.get("w365_atend")
    return label is not None and choice_label("w365_subscription", "w365_atend", label) == AtEnd.END.value


def _first_of(*days: str | None) -> date | None:
    """The earliest of some ends; None when there is none."""
    return min((day(text) for text in days if text is not None), default=None)


def _sequence(row: Row) -> int:
    return int(row["w365_sequence"])


def _change(row: Row, since: date, zone: ZoneInfo) -> Change:
    recorded = maybe(instant, row["w365_recordedon"])
    state = choice_label(CHANGE_TABLE, "w365_billingstate", row["w365_billingstate"])
    return Change(
        row["w365_changelogid"],
        since,
        row["w365_quantity"],
        None if recorded is None else recorded.astimezone(zone).date(),
        maybe(Decimal, row["w365_unitprice"]),
        settled=state != "Unbilled",
    )


def _article(row: Row) -> Article:
    product = row.get("w365_Product")
    if product is None:
        message = f"subscription {_called(row)} has no product; choose one on its form."
        raise BadInput(message)
    name = row["w365_printedname"] or product["w365_printedname"]
    return Article(product["w365_productid"], name, product["w365_taxcategory"], maybe(Decimal, row["w365_listprice"]))


def _made_here(line: Row) -> bool:
    """Lines that a person wrote on an invoice by hand are not billing's to compare."""
    return str(line["w365_key"]).startswith(prefix(line["_w365_contract_value"], line["_w365_subscription_value"] or ""))


def _credited(lines: Sequence[Row], code: Currency) -> dict[str, int]:
    """What people gave back of lines that billing made, by slot; neither side of it on a document that was cancelled."""
    standing = [line for line in lines if not _cancelled(line)]
    slots = {line["w365_key"]: parse(line["w365_key"])[0] for line in standing if _made_here(line)}
    given: dict[str, int] = {}
    for line in standing:
        slot = slots.get(line["w365_origin"] or "")
        if slot is not None and not _made_here(line):
            given[slot] = given.get(slot, 0) - amount(line["w365_amount"], code).minor
    return {slot: minor for slot, minor in given.items() if minor > 0}


def _cancelled(line: Row) -> bool:
    return status_label("w365_invoice", line["w365_Invoice"]) == "Cancelled"


def _posted(row: Row, code: Currency) -> Posted:
    return Posted(
        key=row["w365_key"],
        subscription=row["_w365_subscription_value"],
        period=Period(day(row["w365_periodstart"]), day(row["w365_periodend"])),
        quantity=int(row["w365_quantity"]),
        unit_price=maybe(Decimal, row["w365_unitprice"]),
        amount=_as_priced(row, code),
        cancelled=_cancelled(row),
    )


def _as_priced(row: Row, code: Currency) -> Money:
    """What was billed in terms of the price: with the tax where the price includes it, as a later bill compares it."""
    net = amount(row["w365_amount"], code)
    return net + amount(row["w365_tax"], code) if row["w365_priceincludestax"] else net
