"""Change logs over Dataverse: subscriptions page by page, and for each few hundred of them their whole logs in one request."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Get, raise_failed
from dataverse.query import Query, any_of, both, eq
from dataverse.stores.findings import TABLE as FINDING
from dataverse.stores.findings import keep, resolve
from dataverse.stores.supply_rows import CHANGE, CHANGE_COLUMNS, log_row
from dataverse.stores.typed_over import COLUMNS as COMPARED
from dataverse.stores.typed_over import NEWEST_ROW, logged, shown
from work365.ids import derived
from work365.ports.ledgers import Book

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dataverse.webapi import Row, WebApi
    from work365.findings import Finding
    from work365.subscriptions.ledger import LogRow

SUBSCRIPTION = "w365_subscription"
COLUMNS = (*COMPARED, "w365_name", "w365_printedname", "_w365_contract_value", "w365_lastsequence")
AT_ONCE = 400
SOURCE = "ledger check"


class Ledgers:
    """The ledger books over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def all(self) -> Iterator[Book]:
        """Every subscription with its log."""
        part: list[Row] = []
        for row in self._api.find(Query(SUBSCRIPTION, COLUMNS, order="w365_subscriptionid", expand=NEWEST_ROW)):
            part.append(row)
            if len(part) == AT_ONCE:
                yield from self._books(part)
                part = []
        if part:
            yield from self._books(part)

    def _books(self, subscriptions: Sequence[Row]) -> Iterator[Book]:
        theirs = any_of("_w365_subscription_value", [row["w365_subscriptionid"] for row in subscriptions])
        (found,) = self._api.rows(Get(Query(CHANGE, CHANGE_COLUMNS, filter=theirs)))
        logs: dict[str, list[LogRow]] = defaultdict(list)
        for change in found:
            logs[change["_w365_subscription_value"]].append(log_row(change))
        for row in subscriptions:
            name = row["w365_printedname"] or row["w365_name"] or row["w365_subscriptionid"]
            log = tuple(logs[row["w365_subscriptionid"]])
            contract = row["_w365_contract_value"] or ""
            yield Book(row["w365_subscriptionid"], name, contract, shown(row), logged(row), row["w365_lastsequence"], log)

    def keep(self, found: Sequence[Finding], mended: Sequence[str]) -> None:
        """Write findings, and close those with these keys; none of them holds up another."""
        writes: Iterable[ChangeSet] = (
            *(ChangeSet([keep(finding, SOURCE)]) for finding in found),
            *(ChangeSet([resolve(derived("finding", key))]) for key in mended),
        )
        for write in writes:
            (outcome,) = self._api.batch([write])
            raise_failed(outcome)

    def open_keys(self) -> list[str]:
        """Keys of the open findings about broken ledgers."""
        query = Query(FINDING, ("w365_key",), filter=both(eq("statecode", 0), eq("w365_code", "ledger-broken")))
        return [row["w365_key"] for row in self._api.find(query)]
