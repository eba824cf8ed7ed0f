"""Usage records that are too many for the change set of their document.

Such records are claimed first: each gets the name of the set that it belongs to, and what it comes to, under the version that was
read. Then the document is written with the same name, in one change set, and the records are marked as billed. Whatever gets lost
on the way is found by the name: claimed records whose document exists are billed, the others are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, Op, Update, in_parts
from dataverse.query import Query, any_of
from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from work365.ids import derived
from work365.usage.charging import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dataverse.webapi import Row
    from work365.invoicing.items import Mark
    from work365.invoicing.outline import Draft

INVOICE = "w365_invoice"
SETTLED_AT_ONCE_MAX = 800
"""A change set has at most 1000 operations; what is more is settled in further ones."""


def claimed_marks(draft: Draft) -> list[Mark]:
    """The records that must be claimed before this document: none where its change set can hold them all."""
    marks = [mark for item in draft.items if item.table == TABLE for mark in item.marks]
    others = sum(len(item.rows) for item in draft.items if item.table != TABLE) + len(draft.settles)
    return marks if len(marks) + others > SETTLED_AT_ONCE_MAX else []


def claim_name(draft: Draft) -> str | None:
    """The name of the set that a document bills; None for one that claims nothing."""
    marks = claimed_marks(draft)
    return derived("usage claim", draft.id, *sorted(f"{mark.row} {mark.version}" for mark in marks)) if marks else None


def claim_sets(draft: Draft) -> Iterator[Sequence[Op]]:
    """The change sets that claim a document's records."""
    name = claim_name(draft)
    ops: list[Op] = [
        Update(Ref(TABLE, mark.row), {"w365_claim": name, "w365_billedamount": mark.amount}, mark.version)
        for mark in claimed_marks(draft)
    ]
    return in_parts(ops, SETTLED_AT_ONCE_MAX)


def documents_of(rows: Iterable[Row]) -> list[Get]:
    """The question for the documents that claimed records belong to; none where nothing is claimed."""
    names = sorted({row["w365_claim"] for row in rows if row["w365_claim"]})
    return [Get(Query(INVOICE, ("w365_invoiceid", "w365_claim"), filter=any_of("w365_claim", names)))] if names else []


def billed_by(rows: Iterable[Row], documents: Sequence[Row]) -> dict[str, str]:
    """The document of each record that is billed and not yet marked so, by the record's id."""
    ids: Mapping[str, str] = {row["w365_claim"]: row["w365_invoiceid"] for row in documents}
    return {row["w365_usageid"]: ids[row["w365_claim"]] for row in rows if row["w365_claim"] in ids}


def mark_billed(record: str, invoice: str) -> Op:
    """A claimed record whose document is written."""
    billed = {"w365_billingstate": choice_value(TABLE, "w365_billingstate", "Billed")}
    return Update(Ref(TABLE, record), {**billed, **bind("w365_Invoice", INVOICE, invoice)})
