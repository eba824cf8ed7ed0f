"""Split subscriptions over Dataverse: two requests for all of them, one change set for each that is divided anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import ChangeSet, Failed, Get, in_parts, packed
from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.stores import splitting_rows as rows
from dataverse.stores.findings import keep_only
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.part_rows import CHANGE, LOG_COLUMNS, SUBSCRIPTION
from dataverse.stores.splitting_rows import DISCOUNT, SHARE, SPLIT, USER
from dataverse.stores.subscriptions_named import named
from work365.splitting.wording import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.errors import External
    from work365.findings import Finding
    from work365.ports.splitting import SplitChange, SplitSeen

OPS_MAX, SUBSCRIPTIONS_MAX = 900, 50
SOURCE = "splits"


class _Told(NamedTuple):
    """Terms by their subscription, shares by their terms, and what is said above contracts."""

    terms: dict[str, list[Row]]
    shares: dict[str, list[Row]]
    above: Inherited


class Splits:
    """The book of split subscriptions over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies, now: Callable[[], datetime]) -> None:
        self._api = api
        self._currencies = currencies
        self._now = now

    def splits(self, subscription: str = "") -> tuple[list[SplitSeen], list[Finding]]:
        """Split subscriptions; where there are none, the first request is the only one."""
        mine = self._called(subscription) if subscription else None
        active = both(eq("statecode", 0), "" if mine is None else any_of("_w365_subscription_value", mine))
        divided = both(not_null("w365_splitfrom"), "" if mine is None else any_of("w365_subscriptionid", mine))
        shared = both(eq("w365_Split/statecode", 0), eq("statecode", 0))
        terms, shares, applied, said = self._api.rows(
            Get(Query(SPLIT, rows.SPLIT_COLUMNS, filter=active, expand=rows.SPLIT_EXPAND, order="w365_validfrom")),
            Get(Query(SHARE, rows.SHARE_COLUMNS, filter=shared, expand=rows.PAYER_EXPAND, order="w365_ordinal")),
            Get(Query(SUBSCRIPTION, rows.OWNER, filter=divided)),
            SETTINGS,
        )
        told = _Told(grouped(terms, "_w365_subscription_value"), grouped(shares, "_w365_split_value"), Inherited(said))
        owners = [*(row["w365_Subscription"] for row in terms), *applied]
        tenants = {row["w365_subscriptionid"]: row[rows.TENANT] for row in owners}
        seen: list[SplitSeen] = []
        broken: list[Finding] = []
        for ids in in_parts(sorted(tenants), SUBSCRIPTIONS_MAX):
            for read in self._read(ids, {tenants[one] for one in ids} - {None}, told):
                try:
                    seen.append(rows.seen(read, self._currencies.code, self._now().date()))
                except Exception as error:  # noqa: BLE001  whatever breaks on one split's rows leaves the others alone
                    broken.append(rows.broken(read.row, error))
        return seen, broken

    def _called(self, subscription: str) -> list[str]:
        """The subscriptions that a person may mean."""
        return [row["w365_subscriptionid"] for row in self._api.find(Query(SUBSCRIPTION, rows.OWNER, filter=named(subscription)))]

    def _read(self, ids: Sequence[str], tenants: Iterable[str], told: _Told) -> Iterator[rows.Read]:
        """The rows behind some subscriptions, sorted by these."""
        of_parts = either(*(eq("w365_Subscription/_w365_splitof_value", one) for one in ids))
        found, log, parts, part_log, users, discounts = self._api.rows(
            Get(Query(SUBSCRIPTION, rows.COLUMNS, filter=any_of("w365_subscriptionid", ids), expand=rows.EXPAND)),
            Get(Query(CHANGE, LOG_COLUMNS, filter=any_of("_w365_subscription_value", ids), order="w365_sequence")),
            Get(Query(SUBSCRIPTION, rows.PART_COLUMNS, filter=any_of("_w365_splitof_value", ids), expand=rows.PAYER_EXPAND)),
            Get(Query(CHANGE, LOG_COLUMNS, filter=of_parts, order="w365_sequence")),
            Get(Query(USER, rows.USER_COLUMNS, filter=any_of(rows.TENANT, sorted(tenants)))),
            Get(Query(DISCOUNT, rows.DISCOUNT_COLUMNS, filter=both(eq("statecode", 0), any_of("_w365_subscription_value", ids)))),
        )
        logs = grouped((*log, *part_log), "_w365_subscription_value")
        off = grouped(discounts, "_w365_subscription_value")
        own_parts, own_users = grouped(parts, "_w365_splitof_value"), grouped(users, rows.TENANT)
        for row in found:
            one, tenant = row["w365_subscriptionid"], row[rows.TENANT] or ""
            own = told.terms.get(one, []), told.shares, own_parts.get(one, [])
            yield rows.Read(row, *own, logs, own_users.get(tenant, []), told.above, off.get(one, []))

    def write(self, changes: Sequence[SplitChange]) -> list[External | None]:
        """One change set per subscription."""
        result: list[External | None] = []
        now = self._now()
        for pack in packed([rows.writes(change, now) for change in changes], len, OPS_MAX):
            outcomes = self._api.batch([ChangeSet(ops) for ops in pack])
            result += [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]
        return result

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep these, and close those that are not found any more."""
        keep_only(self._api, findings, codes=FINDINGS, source=SOURCE)


def grouped(found: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Rows by what a column says, in their order."""
    sorted_rows: dict[str, list[Row]] = {}
    for row in found:
        sorted_rows.setdefault(row[column] or "", []).append(row)
    return sorted_rows
