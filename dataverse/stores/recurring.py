"""Every subscription with its whole log, and what was invoiced for it: what recurring revenue is drawn up from."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, ge, gt, le, lt, not_null
from dataverse.rows import day, decimal
from dataverse.stores import billing_rows as rows
from dataverse.stores.billing_conditions import Conditions, present, prices_for, was_listed
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.currencies import Currencies
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.exchange_rates import ACTIVE, TERMS, exchange_rate, rate_terms
from dataverse.stores.exchange_rates import COLUMNS as RATE_COLUMNS
from dataverse.stores.exchange_rates import TABLE as RATE
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.subscription_rows import Prices, by_subscription, item_terms, subscription_of
from work365.currencies.rates import ExchangeRates, NoExchangeRate, RateTerms
from work365.errors import BadInput
from work365.periods import Period
from work365.revenue.bridging import Invoiced
from work365.revenue.recurring import Running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from dataverse.webapi import Row, WebApi
    from work365.money import Currency

CONTRACTS_AT_ONCE = 100
CONTRACT_EXPAND = f"w365_Account($select=name),w365_LegalEntity($select=w365_timezone),{rows.CONTRACT_PRICE_LIST}"
LINE = ("_w365_subscription_value", "w365_periodstart", "w365_periodend", "w365_amount", "_transactioncurrencyid_value")
LINE_EXPAND = "w365_Invoice($select=w365_invoicedate)"


class Portfolio(NamedTuple):
    """Everything that runs or ran, and what cannot be valued, in sentences."""

    running: list[Running]
    unvalued: list[str]


class BookRates:
    """The rates of the tenant as the legal entities allow them: the oldest age, and whatever way one of them allows."""

    def __init__(self, rates: ExchangeRates, terms: RateTerms) -> None:
        self._rates, self._terms = rates, terms

    def rate(self, source: Currency, target: Currency, on: date) -> Fraction:
        """Units of `target` for one of `source`. Errors: NoExchangeRate."""
        if source == target:
            return Fraction(1)
        found = self._rates.quoted(source, target, on, self._terms)
        if found is None:
            raise NoExchangeRate(source, target, on)
        return Fraction(found.rate)


class Recurring:
    """Subscriptions, documents and rates, over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._currencies = Currencies(api)

    def portfolio(self) -> Portfolio:
        """Every billable subscription on a contract, also ended ones. A row that cannot be read is a sentence, not a hole."""
        (said,) = self._api.rows(SETTINGS)
        found = Portfolio([], [])
        part: list[Row] = []
        for contract in self._api.find(Query(rows.CONTRACT_TABLE, rows.CONTRACT, order="w365_number", expand=CONTRACT_EXPAND)):
            part.append(contract)
            if len(part) == CONTRACTS_AT_ONCE:
                self._read(part, Inherited(said), found)
                part = []
        if part:
            self._read(part, Inherited(said), found)
        return found

    def _read(self, contracts: Sequence[Row], inherited: Inherited, found: Portfolio) -> None:
        ids = [row["w365_billingcontractid"] for row in contracts]
        theirs = any_of("_w365_contract_value", ids)
        subscriptions, changes, discounts, _, prices = self._api.rows(
            Get(Query("w365_subscription", rows.SUBSCRIPTION, theirs, "createdon", rows.SUBSCRIPTION_PRODUCT)),
            Get(Query("w365_changelog", rows.CHANGE, theirs)),
            *present(ids),
        )
        known = Conditions.of(discounts, (), prices)
        products = {one["w365_Product"]["w365_productid"] for one in subscriptions if was_listed(one) and one.get("w365_Product")}
        lists = {one.id for row in contracts for one in lists_of(row, self._currencies).all}
        if products and lists:
            known = known.with_prices(self._api.find(prices_for(sorted(products), sorted(lists))))
        logs, by_contract = by_subscription(changes), _grouped(subscriptions)
        for row in contracts:
            mine = [one for one in by_contract[row["w365_billingcontractid"]] if one["w365_billable"]]
            for sub in mine:
                try:
                    found.running.append(self._running(inherited.terms(row), sub, logs, known))
                except BadInput as error:
                    found.unvalued.append(f"Contract {row['w365_number']}: {error.message}.")

    def _running(self, row: Row, sub: Row, logs: dict[str, list[Row]], known: Conditions) -> Running:
        code = self._currencies.code(row["_transactioncurrencyid_value"])
        contract, zone = contract_of(row, code), ZoneInfo((row.get("w365_LegalEntity") or {}).get("w365_timezone") or "UTC")
        prices = Prices(known, lists_of(row, self._currencies))
        one = subscription_of(sub, logs.get(sub["w365_subscriptionid"], ()), contract, zone, prices)
        own = sub["_transactioncurrencyid_value"]
        return Running(
            account=(row.get("w365_Account") or {}).get("name") or "",
            contract=row["w365_number"],
            name=sub["w365_printedname"] or (sub.get("w365_Product") or {}).get("w365_printedname") or one.id,
            currency=code if own is None else self._currencies.code(own),
            subscription=one,
            terms=item_terms(contract, sub),
        )

    def invoiced(self, months: Sequence[Period]) -> dict[Period, dict[str, Invoiced]]:
        """What documents with a number say about each subscription, month by month."""
        first, last = months[0].start, months[-1].end
        about = both(gt("w365_periodend", first), lt("w365_periodstart", last))
        dated = both(ge("w365_Invoice/w365_invoicedate", first), lt("w365_Invoice/w365_invoicedate", last))
        issued = both(not_null("_w365_subscription_value"), not_null("w365_Invoice/w365_number"), either(about, dated))
        said: dict[Period, dict[str, Invoiced]] = {month: {} for month in months}
        for row in self._api.find(Query(rows.LINE_TABLE, LINE, issued, expand=LINE_EXPAND)):
            name, code = row["_w365_subscription_value"], self._currencies.code(row["_transactioncurrencyid_value"])
            for month, share, on_time in _shares(row, months):
                before = said[month].get(name, Invoiced(code, Fraction(0), Fraction(0)))
                amount = Fraction(decimal(row["w365_amount"]))
                said[month][name] = Invoiced(code, before.about + amount * share, before.dated + amount * on_time)
        return said

    def rates(self, first: date, last: date) -> BookRates:
        """The rates between two days, and those before them that the legal entities still take."""
        allowed = [rate_terms(row) for row in self._api.find(Query(rows.ENTITY_TABLE, TERMS))]
        terms = RateTerms(
            max((each.age_days for each in allowed), default=0),
            inverse=any(each.inverse for each in allowed),
            cross=any(each.cross for each in allowed),
        )
        days = both(ACTIVE, ge("w365_ratedate", first - timedelta(days=terms.age_days)), le("w365_ratedate", last))
        return BookRates(ExchangeRates(map(exchange_rate, self._api.find(Query(RATE, RATE_COLUMNS, days)))), terms)


def _grouped(subscriptions: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for one in subscriptions:
        found[one["_w365_contract_value"]].append(one)
    return found


def _shares(row: Row, months: Sequence[Period]) -> Iterator[tuple[Period, Fraction, int]]:
    """The months that a line touches: the share of its days in each, and 1 for the month of its document."""
    start, end = row["w365_periodstart"], row["w365_periodend"]
    part = Period(day(start), day(end)) if start and end and start < end else None
    issued = day(row["w365_Invoice"]["w365_invoicedate"])
    for month in months:
        inside = part.overlap(month) if part else None
        share = Fraction(inside.days, part.days) if part and inside else Fraction(0)
        if share or issued in month:
            yield month, share, int(issued in month)
