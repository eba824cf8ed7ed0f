"""Finding rows: what a person must look at."""

from __future__ import annotations

from dataverse.batch import Update, Upsert
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from work365.findings import Finding, Severity
from work365.ids import derived

TABLE = "w365_finding"
SEVERITY = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Information"}


def keep(finding: Finding, source: str) -> Upsert:
    """Write a finding, or open the same one again: its id comes from its key."""
    row = {
        "w365_key": finding.identity[:250],
        "w365_name": finding.subject[:200],
        "w365_code": finding.code,
        "w365_subject": finding.subject[:250],
        "w365_message": finding.message[:4000],
        "w365_severity": choice_value(TABLE, "w365_severity", SEVERITY[finding.severity]),
        "w365_source": source[:200],
        **status(TABLE, "Open"),
        **(bind("w365_Contract", "w365_billingcontract", finding.contract) if finding.contract else {}),
    }
    return Upsert(Ref(TABLE, row_id(finding)), row)


def resolve(finding: str) -> Update:
    """Close a finding, by its row's id: what it said does not hold any more."""
    return Update(Ref(TABLE, finding), status(TABLE, "Resolved"))


def row_id(finding: Finding) -> str:
    """The id of a finding's row."""
    return derived("finding", finding.identity)
