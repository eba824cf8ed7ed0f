"""Columns of everything that a document can bill: why a row is left out, who said so, and when."""

from __future__ import annotations

from dataverse.schema.build import instant, lookup, memo, text

EXCLUSION = (
    text("ExclusionReason", 300, about="Why no document bills it; Excluded without one waits, and is a finding"),
    lookup("ExcludedBy", "systemuser", kept=True, about="Who left it out; empty where Work365 did, or somebody on the form"),
    instant("ExcludedOn"),
    memo("ExclusionLog", 4000, about="Each time that it was left out or taken back: when, who, why; the newest first"),
)
