"""What a chunk read, sorted by contract. Pure: nothing here calls anybody.

A contract whose rows cannot be billed (an empty column, dates that contradict each other, a subscription without a product)
becomes a finding; the other contracts of the chunk go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from dataverse.stores.billing_conditions import NO_CONDITIONS, Conditions, with_amounts_off
from dataverse.stores.billing_incomplete import complete_contract, complete_usage, known_currencies
from dataverse.stores.billing_supplied import needing_no_price
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.payers import named_payers
from dataverse.stores.subscription_rows import by_subscription
from work365.currencies.rates import ExchangeRates
from work365.invoicing.holding_back import not_billed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.stores.currencies import Currencies
    from dataverse.stores.in_entity import InEntity
    from dataverse.webapi import Row
    from work365.catalogue.dated_lists import DatedLists
    from work365.contracts.contract import BillingContract
    from work365.currencies.rates import ExchangeRate
    from work365.findings import Finding
    from work365.money import Currency

NO_RATES = ExchangeRates(())


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

    def terms(self) -> dict[str, BillingContract]:
        """The contracts by their ids."""
        return {contract.id: contract for _, contract in self.contracts}

    def with_decisions(self, decided: Iterable[Row]) -> Material:
        """The same with what people decided about single missed cycles."""
        return replace(self, decided=_by_contract(decided))

    def with_promises(self, lines: Iterable[Row], skipped: Iterable[Row]) -> Material:
        """The same with the lines that commitments are measured by, and the cycles that are left out of these."""
        return replace(self, promised=_by_contract(lines), skipped={**self.skipped, **_by_contract(skipped)})

    def with_rates(self, foreign: Mapping[str, Currency], rates: Iterable[ExchangeRate], as_of: date) -> Material:
        """The same with the exchange rates of the bill's day for the prices that need them."""
        return replace(self, foreign=foreign, rates=ExchangeRates(rates), as_of=as_of)

    def logs(self, contract: str) -> dict[str, list[Row]]:
        """What was read of each subscription's log, in order."""
        return by_subscription(self.log.get(contract, self.unbilled.get(contract, ())))

    def with_payers(self, accounts: Iterable[Row]) -> Material:
        """The same with these accounts."""
        return replace(self, accounts={row["accountid"]: row for row in accounts})

    def with_prices(self, prices: Iterable[Row]) -> Material:
        """The same with more prices of lists."""
        return replace(self, conditions=self.conditions.with_prices(prices))

    def unseen(self, contract: str) -> set[str]:
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


def _by_contract(found: Iterable[Row]) -> dict[str, list[Row]]:
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row["_w365_contract_value"], []).append(row)
    return sorted_rows
