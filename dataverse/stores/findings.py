"""Finding rows: what a person must look at."""

from __future__ import annotations

from dataverse.batch import Upsert
from dataverse.rows import choice_value, status
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
    }
    return Upsert(Ref(TABLE, derived("finding", finding.identity)), row)
