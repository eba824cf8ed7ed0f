"""All findings of one source, as something that looks at everything found them: those that are not found any more are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Get, raise_failed
from dataverse.query import Query, any_of, both, eq
from dataverse.stores.findings import TABLE, keep, resolve, row_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.batch import Op
    from dataverse.webapi import WebApi
    from work365.findings import Finding

OPS_MAX = 900


def report_all(api: WebApi, findings: Sequence[Finding], *, codes: Sequence[str], source: str) -> None:
    """Keep these, and close the open ones of the source with one of the codes that are not among them."""
    still = both(any_of("w365_code", codes), eq("w365_source", source), eq("statecode", 0))
    (there,) = api.rows(Get(Query(TABLE, ("w365_findingid",), filter=still)))
    now = {row_id(finding) for finding in findings}
    gone = [resolve(row["w365_findingid"]) for row in there if row["w365_findingid"] not in now]
    writes: list[Op] = [*(keep(finding, source) for finding in findings), *gone]
    for first in range(0, len(writes), OPS_MAX):
        for outcome in api.batch([ChangeSet([write]) for write in writes[first : first + OPS_MAX]]):
            raise_failed(outcome)
