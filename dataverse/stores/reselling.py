"""Tiers of resellers over Dataverse: one request where there are none, one change set for each part that is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import ChangeSet, Failed, Get, packed
from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.stores import reselling_rows as rows
from dataverse.stores.billing_conditions import prices_for
from dataverse.stores.findings import keep_only
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.part_rows import CHANGE, LOG_COLUMNS, SUBSCRIPTION, part_writes
from dataverse.stores.splitting import grouped
from dataverse.stores.subscriptions_named import named
from dataverse.stores.supply_rows import price
from work365.errors import BadInput
from work365.findings import Finding
from work365.ports.reselling import Market
from work365.reselling.wording import FINDINGS, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.errors import External
    from work365.ports.parts import PartChange
    from work365.ports.reselling import ResoldSeen, TierContract

OPS_MAX, SUBSCRIPTIONS_MAX = 900, 100
SOURCE, TIER_OF = "tiers", "w365_TierOf"


class _Above(NamedTuple):
    """What stands above the subscriptions: parts by what they stand for, lists of the tiers, and what is said for contracts."""

    parts: dict[str, list[Row]]
    lists: list[str]
    inherited: Inherited


class Reselling:
    """The book of tiers over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies, now: Callable[[], datetime]) -> None:
        self._api = api
        self._currencies = currencies
        self._now = now

    def market(self, subscription: str = "") -> Market:
        """Tiers, and what is bought by them; where there are none, the first request is the only one."""
        tiers, parts, said = self._api.rows(
            Get(Query(rows.TIER, rows.TIER_COLUMNS, filter=eq("statecode", 0), expand=rows.TIER_EXPAND)),
            Get(Query(SUBSCRIPTION, rows.PART_COLUMNS, filter=not_null("_w365_tierof_value"), expand=rows.CONTRACT_EXPAND)),
            SETTINGS,
        )
        if not tiers and not parts:
            return Market()
        inherited = Inherited(said)
        broken: list[Finding] = []
        contracts = self._contracts((*tiers, *parts), inherited, broken)
        usable = [row for row in tiers if row["w365_Contract"] is None or _contract_id(row) in contracts]
        parts = [part for part in parts if _contract_id(part) in contracts]
        lists = sorted({held.id for one in contracts.values() for held in one.lists.all})
        above = _Above(grouped(parts, "_w365_tierof_value"), lists, inherited)
        found: list[ResoldSeen] = []
        for read in self._read(self._bought(usable, sorted(above.parts), subscription), above):
            try:
                found.append(rows.seen(read, self._currencies))
            except Exception as error:  # noqa: BLE001  whatever breaks on one subscription's rows leaves the others alone
                broken.append(rows.broken(read.row, error))
        return Market(tuple(map(rows.purchase, usable)), contracts, _codes(tiers), tuple(found), tuple(broken))

    def _contracts(self, found: Iterable[Row], inherited: Inherited, broken: list[Finding]) -> dict[str, TierContract]:
        """The contracts of tiers and parts; one that cannot be read is a finding."""
        contracts: dict[str, TierContract] = {}
        for contract in {_contract_id(row): row["w365_Contract"] for row in found if row["w365_Contract"]}.values():
            try:
                contracts[contract["w365_billingcontractid"]] = rows.tier_contract(
                    contract, inherited, self._currencies, self._now().date()
                )
            except BadInput as error:
                message = f"Contract {contract['w365_number']} of a reseller tier cannot be read: {error.message.rstrip('.')}."
                broken.append(Finding(UNREADABLE, contract["w365_number"], message, contract=contract["w365_billingcontractid"]))
        return contracts

    def _bought(self, tiers: Sequence[Row], stood_for: Sequence[str], subscription: str) -> list[Row]:
        """The subscriptions that are bought by tiers, and those that parts above stand for, once each."""
        mine = named(subscription) if subscription else ""
        pairs = {(row["_w365_legalentity_value"], row["_w365_provider_value"]) for row in tiers}
        theirs = [
            both(eq("w365_Contract/_w365_legalentity_value", entity), eq("_w365_provider_value", provider))
            for entity, provider in sorted(pairs)
        ]
        filters = [both(mine, one) for one in theirs]
        filters += [both(mine, any_of("w365_subscriptionid", part)) for part in packed(stood_for, lambda _: 1, SUBSCRIPTIONS_MAX)]
        found: dict[str, Row] = {}
        for which in filters:
            query = Query(SUBSCRIPTION, rows.COLUMNS, filter=which, expand=rows.EXPAND, order="createdon")
            found |= {row["w365_subscriptionid"]: row for row in self._api.find(query)}
        return list(found.values())

    def _read(self, bought: Sequence[Row], above: _Above) -> Iterator[rows.Read]:
        """The rows behind subscriptions: some logs and prices in one request."""
        for some in packed(bought, lambda _: 1, SUBSCRIPTIONS_MAX):
            ids = [row["w365_subscriptionid"] for row in some]
            of_parts = either(*(eq("w365_Subscription/_w365_tierof_value", one) for one in ids))
            products = sorted({row["_w365_product_value"] for row in some if row["_w365_product_value"]})
            log, part_log, prices = self._api.rows(
                Get(Query(CHANGE, LOG_COLUMNS, filter=any_of("_w365_subscription_value", ids), order="w365_sequence")),
                Get(Query(CHANGE, LOG_COLUMNS, filter=of_parts, order="w365_sequence")),
                Get(prices_for(products, above.lists)),
            )
            logs, of_product = grouped((*log, *part_log), "_w365_subscription_value"), grouped(prices, "_w365_product_value")
            for row in some:
                theirs = [price(one) for one in of_product.get(row["_w365_product_value"] or "", ())]
                yield rows.Read(row, above.parts.get(row["w365_subscriptionid"], []), logs, theirs, above.inherited)

    def write(self, changes: Sequence[PartChange]) -> list[External | None]:
        """One change set per part, so that a tier that cannot be written stops no other."""
        result: list[External | None] = []
        now = self._now()
        for pack in packed([part_writes(change, TIER_OF, now) for change in changes], len, OPS_MAX):
            outcomes = self._api.batch([ChangeSet(ops) for ops in pack])
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep these, and close those that are not found any more."""
        keep_only(self._api, findings, codes=FINDINGS, source=SOURCE)


def _contract_id(row: Row) -> str:
    return str(row["w365_Contract"]["w365_billingcontractid"])


def _codes(tiers: Iterable[Row]) -> dict[str, str]:
    """Codes of the legal entities that buy and sell."""
    codes: dict[str, str] = {}
    for row in tiers:
        codes[row["_w365_legalentity_value"]] = row["w365_LegalEntity"]["w365_code"]
        contract = row["w365_Contract"]
        if contract is not None:
            codes[contract["_w365_legalentity_value"]] = contract["w365_LegalEntity"]["w365_code"]
    return codes
