"""What must be true of approvals: nothing large was done that nobody else has agreed to, with just these facts."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, status_label
from local.months.arranging import THRESHOLD
from local.months.reading import Row, invoices, is_note, numbers
from local.months.taking import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.months.partner import Partner

APPROVAL = "w365_approval"
Deed = tuple[str, str, Decimal]
"""What was done: the matter, of which document (a refund: of which payment), how much."""


def nothing_large_is_done_unasked(partner: Partner) -> Iterator[str]:
    """As often as it was done, somebody else has approved just that; and whoever answered has not asked."""
    approved = Counter(_deed(row) for row in partner.rows(APPROVAL) if status_label(APPROVAL, row) == "Approved")
    done = Counter(deed for deed, code in _done(partner) if code != "EUR" or deed[2] >= THRESHOLD)
    for deed, times in done.items():
        if times > approved[deed]:
            matter, of, amount = deed
            yield f"{matter} of {amount} of {of} was done {times} times and approved {approved[deed]} times"
    for row in partner.rows(APPROVAL):
        state = status_label(APPROVAL, row)
        if state in ("Approved", "Refused") and row["_w365_answeredby_value"] in (None, row["_w365_askedby_value"]):
            yield f"{row['w365_what']} was {state} by whoever asked"
        if state == "Waiting":
            yield f"{row['w365_what']} waits for ever"


def _deed(approval: Row) -> Deed:
    matter = choice_label(APPROVAL, "w365_matter", approval["w365_matter"])
    facts = json.loads(approval["w365_facts"])
    of = facts["payment"] if matter == "Refund" else facts["number"]
    return matter, of, Decimal(approval["w365_amount"]).quantize(Decimal("0.01"))


def _done(partner: Partner) -> Iterator[tuple[Deed, str]]:
    """Refunds that were begun, credit notes that were issued, write-offs that a person asked for; each with its currency."""
    called = numbers(partner)
    for row in partner.rows("w365_refund"):
        if row["_w365_job_value"]:
            yield ("Refund", row["_w365_payment_value"], _amount(row, "w365_amount")), code_of(row)
    for row in invoices(partner):
        if is_note(row):
            yield ("Credit", called[row["_w365_original_value"]], _amount(row, "w365_total")), code_of(row)
    for row in partner.rows("w365_writeoff"):
        if row["_w365_job_value"] and row["w365_amount"] > 0:
            yield ("Write-off", called[row["_w365_invoice_value"]], _amount(row, "w365_amount")), code_of(row)


def _amount(row: Row, column: str) -> Decimal:
    return abs(Decimal(row[column])).quantize(Decimal("0.01"))
