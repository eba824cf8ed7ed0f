"""Every night before the run: what no run will ever bill becomes a finding, and stays one for as long as it is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.readiness.judging import STRAYS, of_tenant

if TYPE_CHECKING:
    from datetime import date

    from work365.findings import Finding
    from work365.ports.readiness import ReadinessBook, StrayBook


def list_strays(*, readiness: ReadinessBook, book: StrayBook, today: date) -> list[Finding]:
    """Keep a finding for each thing without an active contract and each unusable setting; close those that are mended."""
    found = [blocker.finding for blocker in of_tenant(readiness.tenant(today)) if blocker.finding.code in STRAYS]
    book.keep_strays(found)
    return found
