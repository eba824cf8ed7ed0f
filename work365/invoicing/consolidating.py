"""One document for several contracts of a customer: what may stand together, and how their drafts become one.

What must be the same is said by each contract (`ContractWork.together`): always the customer, the currency and how a document is
paid, measured and sent; the purchase order and the payment method where the contract asks for it. Contracts of two legal entities
never meet: a run is for one of them. Keys of lines and schedules stay each contract's own, so what is billed is billed once
whatever document it stands on; all of it is one change set.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.invoicing.drafting import Draft

LINES_MAX, ROWS_MAX, SETTLED_MAX = 500, 150, 700
"""What one document holds at most: lines, schedules with contracts, and what it settles; a change set has 1000 operations."""


def consolidated(drafts: Iterable[Draft], as_of: date) -> list[Draft]:
    """The same drafts, those that may stand together as one; in the order of their first contracts.

    Shape: the documents of missed cycles that are billed one by one stay as they are.
    """
    groups: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        together = "" if draft.earlier else draft.work.together
        groups.setdefault((together, "" if together else draft.contract), []).append(draft)
    return [
        part[0] if len(part) == 1 else _one(part, as_of)
        for (together, _), group in groups.items()
        for part in (_parts(group) if together else [group])
    ]


def _parts(group: Iterable[Draft]) -> Iterator[list[Draft]]:
    """A group by its contracts' numbers, cut where a document would become too long."""
    part: list[Draft] = []
    lines = rows = settled = 0
    for draft in sorted(group, key=lambda one: (one.work.number, one.key)):
        needs = len(draft.cycles) + len(draft.skipped) + 1
        marks = len(draft.settles) + sum(len(item.rows) for item in draft.items)
        full = lines + len(draft.lines) > LINES_MAX or rows + needs > ROWS_MAX or settled + marks > SETTLED_MAX
        if part and full:
            yield part
            part, lines, rows, settled = [], 0, 0, 0
        part.append(draft)
        lines, rows, settled = lines + len(draft.lines), rows + needs, settled + marks
    yield part


def _one(parts: Sequence[Draft], as_of: date) -> Draft:
    lead = parts[0]
    code = lead.net.currency
    digest = hashlib.sha256("\n".join(part.key for part in parts).encode()).hexdigest()
    key = f"{lead.contract}:{as_of}:group:{digest[:16]}"
    orders = {part.work.purchase_order for part in parts}
    lines = [replace(line, contract=part.contract) for part in parts for line in part.lines]
    return replace(
        lead,
        id=derived("invoice", key),
        key=key,
        work=replace(lead.work, purchase_order=lead.work.purchase_order if len(orders) == 1 else None),
        lines=tuple(replace(line, ordinal=ordinal) for ordinal, line in enumerate(lines)),
        net=total((part.net for part in parts), code),
        tax=total((part.tax for part in parts), code),
        settles=(),
        items=(),
        parts=tuple(parts),
    )
