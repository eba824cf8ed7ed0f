"""One document for several contracts of a customer: what may stand together, and how their drafts become one.

What must be the same is said by each contract (`ContractWork.together`): always the customer, the currency and how a document is
paid, measured and sent; the purchase order and the payment method where the contract asks for it. Contracts of two legal entities
never meet: a run is for one of them. Keys of lines and schedules stay each contract's own, so what is billed is billed once
whatever document it stands on; all of it is one change set. Its tax is that of the whole document, not the sum of what each
contract alone would be taxed: rounded per document, the two differ.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.invoicing.drafting import taxed
from work365.money import total
from work365.taxing.assessing import Untaxed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.invoicing.drafting import Draft
    from work365.taxing.assessing import Assessor

LINES_MAX, ROWS_MAX, SETTLED_MAX = 500, 150, 700
"""What one document holds at most: lines, schedules with contracts, and what it settles; a change set has 1000 operations."""


def consolidated(drafts: Iterable[Draft], as_of: date, taxes: Assessor) -> tuple[list[Draft], list[Finding]]:
    """The same drafts, those that may stand together as one; in the order of their first contracts.

    Shape: the documents of missed cycles that are billed one by one stay as they are. A document whose tax is not known is left
           out, with a finding for each of its contracts.
    """
    groups: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        together = "" if draft.earlier else draft.work.together
        groups.setdefault((together, "" if together else draft.contract), []).append(draft)
    made: list[Draft] = []
    findings: list[Finding] = []
    for (together, _), group in groups.items():
        for part in _parts(group) if together else [group]:
            try:
                made.append(part[0] if len(part) == 1 else _one(part, as_of, taxes))
            except Untaxed as held:
                findings += _held(part, held)
    return made, findings


def _held(parts: Sequence[Draft], held: Untaxed) -> Iterator[Finding]:
    """What is wrong with the document, said of each contract on it."""
    lead = parts[0].work.number
    for part in parts:
        number = part.work.number
        for one in held.findings:
            yield replace(
                one,
                subject=one.subject.replace(lead, number, 1),
                message=one.message.replace(f"Contract {lead} ", f"Contract {number} ", 1),
                contract=part.contract,
            )


def _parts(group: Iterable[Draft]) -> Iterator[list[Draft]]:
    """A group by its contracts' numbers, cut where a document would become too long."""
    part: list[Draft] = []
    lines = rows = settled = 0
    for draft in sorted(group, key=lambda one: (one.work.number, one.key)):
        needs = len(draft.cycles) + len(draft.skipped) + len(draft.grants) + 1
        marks = len(draft.settles) + sum(len(item.rows) for item in draft.items)
        full = lines + len(draft.lines) > LINES_MAX or rows + needs > ROWS_MAX or settled + marks > SETTLED_MAX
        if part and full:
            yield part
            part, lines, rows, settled = [], 0, 0, 0
        part.append(draft)
        lines, rows, settled = lines + len(draft.lines), rows + needs, settled + marks
    yield part


def _one(parts: Sequence[Draft], as_of: date, taxes: Assessor) -> Draft:
    """Errors: Untaxed."""
    lead = parts[0]
    code = lead.net.currency
    digest = hashlib.sha256("\n".join(part.key for part in parts).encode()).hexdigest()
    key = f"{lead.contract}:{as_of}:group:{digest[:16]}"
    orders = {part.work.purchase_order for part in parts}
    document = derived("invoice", key)
    asked = replace(lead.asked, key=document, lines=[line for part in parts for line in part.asked.lines])
    assessed = taxes.assess(asked)
    found = zip(((part.contract, line) for part in parts for line in part.lines), assessed.lines, strict=True)
    lines = tuple(
        replace(taxed(line, tax), ordinal=ordinal, contract=contract) for ordinal, ((contract, line), tax) in enumerate(found)
    )
    conversions = {subscription: one for part in parts for subscription, one in part.work.conversions.items()}
    order = lead.work.purchase_order if len(orders) == 1 else None
    return replace(
        lead,
        id=document,
        key=key,
        work=replace(lead.work, purchase_order=order, conversions=conversions),
        lines=lines,
        net=total((line.line.amount for line in lines), code),
        tax=total((line.tax for line in lines), code),
        settles=(),
        items=(),
        grants=(),
        tax_reference=assessed.reference,
        asked=asked,
        parts=tuple(parts),
    )
