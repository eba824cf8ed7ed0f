"""Entries on contracts over Dataverse: read as a run reads the contract, so that what is approved is what is billed."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from dataverse.batch import Get, packed
from dataverse.names import guid
from dataverse.query import Query, any_of, both, eq, ge, is_null
from dataverse.webapi import Ref
from work365.approving.entries import Subject
from work365.errors import BadInput, NotFound, Refused
from work365.handlers.billing import CHUNK_CONTRACTS, cut, run_of
from work365.ports.billing import Due

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from dataverse.webapi import WebApi
    from work365.approving.entries import Entry
    from work365.ports.billing import BillingBook, Entity, Reading
    from work365.ports.platform import Clock
    from work365.ports.reviewing import Loader

CONTRACT, ENTITY_COLUMN = "w365_billingcontract", "_w365_legalentity_value"
LATELY_MAX = 500
COLUMN = "_w365_contract_value"
ON = {
    "w365_discount": COLUMN,
    "w365_subscription": COLUMN,
    "w365_changelog": COLUMN,
    "w365_billingcontract": "w365_billingcontractid",
}
"""The tables of entries, each with the column that says on which contract one is."""


class ContractEntries:
    """What people entered on contracts."""

    def __init__(self, api: WebApi, billing: BillingBook, clock: Clock) -> None:
        self._api = api
        self._billing = billing
        self._clock = clock

    @property
    def loaders(self) -> dict[str, Loader]:
        """By table."""
        return {table: partial(self.load, table) for table in ON}

    def load(self, table: str, identity: str) -> Entry | None:
        """Some five requests. Errors: Refused where its contract cannot be read as a bill."""
        try:
            subject = Subject(table, guid(identity))
            row = self._api.read(Ref(*subject), select=(ON[table],))
        except (BadInput, NotFound):
            return None
        found = self._on(row[ON[table]])
        return None if found is None else next((one for one in found.entries if one.subject == subject), None)

    def standing(self) -> Iterator[Entry]:
        """A few requests for each hundred contracts."""
        return self._of(eq("statecode", 0))

    def lately(self, since: datetime) -> Iterator[Entry]:
        """One request, and a few for each hundred contracts; of each table at most the newest five hundred rows count."""
        found = self._api.rows(*(_written(table, column, since) for table, column in ON.items()))
        contracts = {row[column] for column, rows in zip(ON.values(), found, strict=True) for row in rows if row[column]}
        for part in packed(sorted(contracts), lambda _: 1, CHUNK_CONTRACTS):
            yield from self._of(both(eq("statecode", 0), any_of(f"{CONTRACT}id", part)))

    def _of(self, which: str) -> Iterator[Entry]:
        """Those on some contracts, one legal entity after the other."""
        for entity in self._billing.entities():
            mine = Query(CONTRACT, (f"{CONTRACT}id",), both(which, eq(ENTITY_COLUMN, entity.id)), "w365_number")
            ids = (row[f"{CONTRACT}id"] for row in self._api.find(mine))
            while part := list(islice(ids, CHUNK_CONTRACTS)):
                yield from self._read(part, entity).entries

    def _on(self, contract: str | None) -> Reading | None:
        """A contract as today's run reads it; None for one that no legal entity bills. Errors: Refused."""
        if contract is None:
            return None
        legal = self._api.read(Ref(CONTRACT, contract), select=(ENTITY_COLUMN,))[ENTITY_COLUMN]
        entity = next((one for one in self._billing.entities() if one.id == legal), None)
        if entity is None:
            return None
        reading = self._read([contract], entity)
        for finding in reading.findings:
            raise Refused(finding.message)
        return reading

    def _read(self, contracts: Sequence[str], entity: Entity) -> Reading:
        """At most a chunk of contracts, as today's run reads them."""
        run = run_of(entity, self._clock.today(entity.zone))
        return self._billing.work(cut(run, map(Due, contracts), 0)[0], entity, self._clock.now(), claim=False)


def _written(table: str, column: str, since: datetime) -> Get:
    """The newest rows that a person wrote last; what the functions have written to since is left to the run."""
    which = both(ge("modifiedon", since), is_null("modifiedby/applicationid"))
    return Get(Query(table, (column,), which, "modifiedon desc", top=LATELY_MAX))
