"""The plan of a billing run: every document with its lines, every contract that only moves on, everything that is held back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.handlers.billing import Preview
    from work365.invoicing.outline import Draft


def plan_of(previews: Iterable[Preview], day: date, scope: str) -> Plan:
    """What a run of a day would write, from its preview."""
    plan = Plan(f"run billing {day} {scope}")
    for preview in previews:
        for draft in preview.decided.documents:
            plan.add(draft.key, draft.net, draft.tax, draft.gross, draft.work.purchase_order, _lines(draft))
        for advance in preview.decided.advances:
            plan.add(advance.contract, advance.next_invoice_date, advance.billed_through, advance.settles, advance.skipped)
        for finding in preview.decided.findings:
            plan.add("finding", finding.identity, finding.message)
    return plan


def _lines(draft: Draft) -> list[str]:
    return [f"{one.line.key} {one.description} {one.line.amount} {one.tax}" for one in draft.lines]
