"""The supply book over Dataverse: few reads per some hundred subscriptions, one change set per subscription in one batch."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from dataverse.batch import ChangeSet, Failed, Get, Op, Update, in_parts, packed
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq, ge, le
from dataverse.rows import choice_value, status
from dataverse.stores import supplier_bill_rows as bill_rows
from dataverse.stores import supply_rows as rows
from dataverse.stores.findings import keep
from dataverse.webapi import Ref
from work365.errors import BadInput, External, Retry
from work365.ids import derived
from work365.ports.supply import KnownFinding
from work365.provisioning.catalogue import Catalogue, Component
from work365.provisioning.holding import Contract, Held, Order, Provider, Tenant
from work365.supplied.charging import TABLE as SUPPLIER_LINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.catalogue.prices import Price
    from work365.findings import Finding
    from work365.provisioning.holding import Subscription
    from work365.subscriptions.ledger import LogRow
    from work365.supplied.keeping import KeptLine, LineToKeep, SupplierBill

T = TypeVar("T")
VALUES_MAX = 400
"""Ids in one question: its address stays below what a batch may carry."""
OPS_MAX = 900
FINDING = "w365_finding"
FINDING_COLUMNS = ("w365_findingid", "w365_key", "w365_code", "w365_message", "w365_source", "statecode")


class Supply:
    """The rows that an import reads and writes."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    @cached_property
    def _codes(self) -> dict[str, str]:
        query = Query("transactioncurrency", ("transactioncurrencyid", "isocurrencycode"))
        return {row["transactioncurrencyid"]: row["isocurrencycode"] for row in self._api.find(query)}

    def _currency_id(self, code: str) -> str:
        return next(key for key, known in self._codes.items() if known == code)

    def provider(self, code: str | None) -> Provider:
        """The supplier with this code, or the only Partner Center."""
        kind = choice_value("w365_provider", "w365_kind", "Partner Center")
        wanted = eq("w365_kind", kind) if code is None else eq("w365_code", code)
        query = Query(
            "w365_provider", ("w365_providerid", "w365_code"), filter=both(wanted, eq("statecode", 0)), order="w365_code"
        )
        found = list(self._api.find(query))
        if len(found) == 1:
            return Provider(found[0]["w365_providerid"], found[0]["w365_code"])
        if code is not None:
            message = f"There is no provider with the code '{code}'. Create it under Providers, or give the code of another one"
        elif found:
            message = (
                f"There are several Partner Centers ({', '.join(row['w365_code'] for row in found)}); say which with --provider"
            )
        else:
            message = (
                "There is no provider of kind Partner Center. Create one under Providers, or name another one with --provider"
            )
        raise BadInput(message, "provider")

    def tenants(self, provider: Provider, external_ids: Collection[str]) -> dict[str, Tenant]:
        """Provider accounts by the supplier's id."""
        mine = eq("_w365_provider_value", provider.id)
        found = self._by_values(rows.TENANT, rows.TENANT_COLUMNS, "w365_externalid", external_ids, mine)
        return {one.external_id: one for one in map(rows.tenant, found)}

    def contracts(self, accounts: Collection[str]) -> list[Contract]:
        """The active contracts of some accounts."""
        active = eq("statecode", 0)
        found = self._by_values(
            "w365_billingcontract", rows.CONTRACT_COLUMNS, "_w365_account_value", accounts, active, rows.CONTRACT_RULES
        )
        return [rows.contract(row, self._codes) for row in found]

    def catalogue(self, numbers: Collection[str], price_lists: Collection[str]) -> Catalogue:
        """Products by number, with parts and prices."""
        products = [rows.product(row) for row in self._by_values("w365_product", rows.PRODUCT_COLUMNS, "w365_number", numbers)]
        ids = [product.id for product in products]
        expand = rows.COMPONENT_PRODUCT
        components: dict[str, list[Component]] = defaultdict(list)
        for row in self._by_values("w365_productcomponent", rows.COMPONENT_COLUMNS, "_w365_bundle_value", ids, expand=expand):
            components[row["_w365_bundle_value"]].append(rows.component(row))
        parts = [part.product.id for some in components.values() for part in some]
        prices: dict[tuple[str, str], list[Price]] = defaultdict(list)
        lists = both(any_of("_w365_pricelist_value", price_lists), eq("statecode", 0))
        sold = [*ids, *parts]
        for row in self._by_values(rows.PRICE, rows.PRICE_COLUMNS, "_w365_product_value", sold, lists):
            price = rows.price(row)
            prices[price.product, price.price_list].append(price)
        return Catalogue(
            {product.number.lower(): product for product in products},
            {bundle: tuple(sorted(some, key=lambda part: part.product.number)) for bundle, some in components.items()},
            {key: tuple(some) for key, some in prices.items()},
            frozenset(self._codes.values()),
        )

    def subscriptions(self, provider: Provider, external_ids: Collection[str]) -> dict[str, Held]:
        """Subscriptions by the supplier's id, with logs and parts."""
        mine = eq("_w365_provider_value", provider.id)
        found = self._by_values(rows.SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, "w365_externalid", external_ids, mine)
        ids = [row["w365_subscriptionid"] for row in found]
        children = self._by_values(rows.SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, "_w365_parent_value", ids)
        logs = self._logs([*ids, *(row["w365_subscriptionid"] for row in children)])
        parts: dict[str, list[Held]] = defaultdict(list)
        for row in children:
            parts[row["_w365_parent_value"]].append(self._held(row, logs, ()))
        held = [self._held(row, logs, tuple(parts[row["w365_subscriptionid"]])) for row in found]
        return {one.subscription.external_id.lower(): one for one in held}

    def _held(self, row: Row, logs: Mapping[str, list[LogRow]], children: tuple[Held, ...]) -> Held:
        log = sorted(logs.get(row["w365_subscriptionid"], ()), key=lambda change: change.sequence)
        return rows.held(row, tuple(log), children, self._codes)

    def _logs(self, subscriptions: Collection[str]) -> dict[str, list[LogRow]]:
        logs: dict[str, list[LogRow]] = defaultdict(list)
        for row in self._by_values(rows.CHANGE, rows.CHANGE_COLUMNS, "_w365_subscription_value", subscriptions):
            logs[row["_w365_subscription_value"]].append(rows.log_row(row))
        return logs

    def add_tenants(self, provider: Provider, tenants: Sequence[Tenant]) -> None:
        """Create provider accounts, each in a change set of its own, so that one that is there holds nothing up."""
        self._insert([rows.tenant_op(provider, tenant) for tenant in tenants])

    def record(self, orders: Sequence[Order], now: datetime) -> list[External | None]:
        """Write each order as one change set."""
        sets = [[op for write in order.writes for op in rows.write_ops(write, self._currency_id, now)] for order in orders]
        result: list[External | None] = []
        for pack in packed(sets, len, OPS_MAX):
            try:
                outcomes = self._api.batch([ChangeSet(ops) for ops in pack])
            except External as error:
                if error.retry is Retry.NEVER or not result:
                    raise
                outcomes = [Failed(error) for _ in pack]
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def kept_lines(
        self, provider: Provider, subscriptions: Collection[str], starts: tuple[date, date]
    ) -> dict[tuple[str, str], list[KeptLine]]:
        """By subscription and day, whatever number of bills they are of: a distributor may write one for each customer."""
        first, last = starts
        days = both(ge("w365_chargestart", first), le("w365_chargestart", last))
        expand = "w365_ProviderInvoice($select=w365_number,_w365_provider_value)"
        read = self._by_values(SUPPLIER_LINE, bill_rows.COLUMNS, "_w365_subscription_value", subscriptions, days, expand=expand)
        mine = [row for row in read if row["w365_ProviderInvoice"]["_w365_provider_value"] == provider.id]
        found: dict[tuple[str, str], list[KeptLine]] = defaultdict(list)
        for one in sorted(map(bill_rows.kept, mine), key=lambda one: one.part):
            found[one.invoice, one.reference].append(one)
        return found

    def keep_bills(self, provider: Provider, bills: Sequence[SupplierBill], file: str) -> None:
        """Each in a change set of its own, where one that is there is the same."""
        self._insert(bill_rows.bill_ops(provider, bills, file))

    def keep_lines(self, provider: Provider, lines: Sequence[LineToKeep], subscriptions: Mapping[str, Subscription]) -> None:
        """Each in a change set of its own, where one that is there is somebody else's and the same."""
        self._insert([bill_rows.line_op(provider, one, subscriptions, self._currency_id) for one in lines])

    def _insert(self, ops: Sequence[Op]) -> None:
        """Errors: what was not written for another reason than that it is there."""
        for pack in packed([[op] for op in ops], len, OPS_MAX):
            for outcome in self._api.batch([ChangeSet(one) for one in pack]):
                if isinstance(outcome, Failed) and not isinstance(outcome.error, DuplicateKey):
                    raise outcome.error

    def findings(self, keys: Collection[str], codes: Iterable[str]) -> list[KnownFinding]:
        """Findings with these keys, and open ones with these codes."""
        identities = {derived("finding", key): key for key in keys}
        known = self._by_values(FINDING, FINDING_COLUMNS, "w365_findingid", list(identities))
        query = Query(FINDING, FINDING_COLUMNS, filter=both(eq("statecode", 0), any_of("w365_code", codes)))
        by_id = {row["w365_findingid"]: row for row in (*known, *self._api.find(query))}
        return [
            KnownFinding(
                identities.get(found, row["w365_key"]),
                row["w365_code"],
                row["w365_message"] or "",
                row["w365_source"] or "",
                open=row["statecode"] == 0,
            )
            for found, row in by_id.items()
        ]

    def keep_findings(self, found: Sequence[Finding], settled: Sequence[str], source: str) -> None:
        """Write findings and close settled ones."""
        closed = status(FINDING, "Resolved")
        sets: list[list[Op]] = [[keep(finding, source)] for finding in found]
        sets += [[Update(Ref(FINDING, derived("finding", key)), closed)] for key in settled]
        for pack in packed(sets, len, OPS_MAX):
            for outcome in self._api.batch([ChangeSet(ops) for ops in pack]):
                if isinstance(outcome, Failed):
                    raise outcome.error

    def _by_values(
        self, table: str, columns: tuple[str, ...], name: str, values: Collection[str], also: str = "", expand: str = ""
    ) -> list[Row]:
        """The rows whose column has one of many values, in as few requests as their number allows; none asks for nothing."""
        wanted = sorted(set(values))
        gets = [
            Get(Query(table, columns, filter=both(any_of(name, part), also), expand=expand))
            for part in in_parts(wanted, VALUES_MAX)
        ]
        return [row for part in in_parts(gets, 50) for found in self._api.rows(*part) for row in found]
