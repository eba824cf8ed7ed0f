"""One document for several contracts of a customer: what may stand together, and how their drafts become one.

What must be the same is said by each contract (`ContractWork.together`): always the customer, the currency and how a document is
paid, measured and sent; the purchase order and the payment method where the contract asks for it. Contracts of two legal entities
never meet: a run is for one of them. Keys of lines and schedules stay each contract's own, so what is billed is billed once
whatever document it stands on; all of it is one change set. Nothing is taxed before it stands on its document: rounded per
document, its tax is not the sum of what each contract alone would be taxed, and an engine hears of documents that exist.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.invoicing.outline import Outline

LINES_MAX, ROWS_MAX, SETTLED_MAX = 500, 150, 700
"""What one document holds at most: lines, schedules with contracts, and what it settles; a change set has 1000 operations."""


def consolidated(outlines: Iterable[Outline], as_of: date) -> list[Outline]:
    """The same documents, those that may stand together as one; in the order of their first contracts.

    Shape: the documents of missed cycles that are billed one by one stay as they are.
    """
    groups: dict[tuple[str, str], list[Outline]] = {}
    for one in outlines:
        together = "" if one.earlier else one.work.together
        groups.setdefault((together, "" if together else one.contract), []).append(one)
    return [joined(part, as_of) for (together, _), group in groups.items() for part in (_parts(group) if together else [group])]


def _parts(group: Iterable[Outline]) -> Iterator[list[Outline]]:
    """A group by its contracts' numbers, cut where a document would become too long."""
    part: list[Outline] = []
    lines = rows = settled = 0
    for one in sorted(group, key=lambda one: (one.work.number, one.key)):
        needs = len(one.cycles) + len(one.skipped) + len(one.grants) + 1
        marks = len(one.settles) + sum(len(item.rows) for item in one.items)
        full = lines + len(one.entries) > LINES_MAX or rows + needs > ROWS_MAX or settled + marks > SETTLED_MAX
        if part and full:
            yield part
            part, lines, rows, settled = [], 0, 0, 0
        part.append(one)
        lines, rows, settled = lines + len(one.entries), rows + needs, settled + marks
    yield part


def joined(parts: Sequence[Outline], as_of: date) -> Outline:
    """One document out of those of several contracts, in their order; one alone is itself."""
    lead = parts[0]
    if len(parts) == 1:
        return lead
    digest = hashlib.sha256("\n".join(part.key for part in parts).encode()).hexdigest()
    key = f"{lead.contract}:{as_of}:group:{digest[:16]}"
    document = derived("invoice", key)
    orders = {part.work.purchase_order for part in parts}
    conversions = {subscription: one for part in parts for subscription, one in part.work.conversions.items()}
    order = lead.work.purchase_order if len(orders) == 1 else None
    return replace(
        lead,
        id=document,
        key=key,
        work=replace(lead.work, purchase_order=order, conversions=conversions),
        entries=tuple(entry._replace(contract=part.contract) for part in parts for entry in part.entries),
        asked=replace(lead.asked, key=document, lines=[line for part in parts for line in part.asked.lines]),
        settles=(),
        items=(),
        grants=(),
        parts=tuple(parts),
    )
