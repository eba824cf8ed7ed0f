"""Entries on contracts over Dataverse: read as a run reads the contract, so that what is approved is what is billed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dataverse.names import guid
from dataverse.webapi import Ref
from work365.approving.entries import Subject
from work365.errors import BadInput, NotFound, Refused
from work365.handlers.billing import cut, run_of
from work365.ports.billing import Due

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from work365.approving.entries import Entry
    from work365.ports.billing import BillingBook, Reading
    from work365.ports.platform import Clock
    from work365.ports.reviewing import Loader

CONTRACT = "w365_billingcontract"
COLUMN = "_w365_contract_value"
ON = {"w365_discount": COLUMN}
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
        found = self._read(row[ON[table]])
        return None if found is None else next((one for one in found.entries if one.subject == subject), None)

    def _read(self, contract: str | None) -> Reading | None:
        """A contract as today's run reads it; None for one that no legal entity bills. Errors: Refused."""
        if contract is None:
            return None
        legal = self._api.read(Ref(CONTRACT, contract), select=("_w365_legalentity_value",))["_w365_legalentity_value"]
        for entity in self._billing.entities():
            if entity.id == legal:
                run = run_of(entity, self._clock.today(entity.zone))
                reading = self._billing.work(cut(run, [Due(contract)], 0)[0], entity, self._clock.now(), claim=False)
                for finding in reading.findings:
                    raise Refused(finding.message)
                return reading
        return None
