"""Finding rows: what a person must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Update, Upsert, in_parts, raise_failed
from dataverse.query import Query, any_of, both, eq
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from work365.findings import Finding, Severity
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.batch import Op
    from dataverse.webapi import WebApi

TABLE = "w365_finding"
SETS_MAX, MESSAGE_MAX = 900, 4000
SEVERITY = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Information"}


def keep(finding: Finding, source: str) -> Upsert:
    """Write a finding, or open the same one again: its id comes from its key."""
    row = {
        "w365_key": finding.identity[:250],
        "w365_name": finding.subject[:200],
        "w365_code": finding.code,
        "w365_subject": finding.subject[:250],
        "w365_message": finding.message[:MESSAGE_MAX],
        "w365_severity": choice_value(TABLE, "w365_severity", SEVERITY[finding.severity]),
        "w365_source": source[:200],
        **status(TABLE, "Open"),
        **(bind("w365_Contract", "w365_billingcontract", finding.contract) if finding.contract else {}),
    }
    return Upsert(Ref(TABLE, row_id(finding.identity)), row)


def resolve(finding: str) -> Update:
    """Close a finding, by its row's id: what it said does not hold any more."""
    return Update(Ref(TABLE, finding), status(TABLE, "Resolved"))


def row_id(key: str) -> str:
    """The id of a finding's row, by the finding's identity."""
    return derived("finding", key)


def still_open(codes: Sequence[str]) -> Query:
    """The question for the keys of what stands open under some codes."""
    return Query(TABLE, ("w365_key",), both(any_of("w365_code", codes), eq("statecode", 0)))


def keep_only(api: WebApi, findings: Sequence[Finding], *, codes: Sequence[str], source: str) -> None:
    """Keep these findings of a source, and close its others of the same codes; one that stands open with the same words stays.

    Errors: what the first write failed with; those before it are written.
    """
    open_ones = both(any_of("w365_code", codes), eq("w365_source", source), eq("statecode", 0))
    query = Query(TABLE, ("w365_findingid", "w365_message"), filter=open_ones)
    there = {row["w365_findingid"]: row["w365_message"] for row in api.find(query)}
    now = {row_id(finding.identity): finding for finding in findings}
    fresh = [keep(finding, source) for key, finding in now.items() if there.get(key) != finding.message[:MESSAGE_MAX]]
    writes: list[Op] = [*fresh, *(resolve(key) for key in there if key not in now)]
    for part in in_parts(writes, SETS_MAX):
        for outcome in api.batch([ChangeSet([write]) for write in part]):
            raise_failed(outcome)
