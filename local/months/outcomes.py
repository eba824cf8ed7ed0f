"""What became of things in a month: counted, so that a printout of many months says what was really tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import choice_label, status_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.months.partner import Partner

STATES = {
    "w365_approval": ("approval", ("Approved", "Refused", "Expired", "Overtaken")),
    "w365_suspension": ("suspension", ("Confirmed", "Resume proposed", "Declined", "Withdrawn", "Resumed")),
    "w365_accountingexport": ("export", ("Done",)),
    "w365_question": ("question", ("Open", "Closed")),
}
"""Tables, what one row is called, and the ends that must be met in many months."""
PAGES = ("complete", "expired")
FEES = ("billed", "left out", "credited")
EXPECTED = (
    *(f"{name} {state.lower()}" for name, states in STATES.values() for state in states),
    *(f"page {state}" for state in PAGES),
    *(f"fee {state}" for state in FEES),
)


def outcomes(partner: Partner) -> Iterator[str]:
    """How everything ended that has an end of its own."""
    for table, (name, _) in STATES.items():
        for row in partner.rows(table):
            yield f"{name} {status_label(table, row).lower()}"
    with partner.stripe.world() as world:
        for page in world.shelf.all("checkout.session"):
            yield f"page {page['status']}"
    yield from _fees(partner)


def _fees(partner: Partner) -> Iterator[str]:
    items = {row["_w365_feeitem_value"] for row in partner.rows("w365_reminder")} - {None}
    for row in partner.rows("w365_nonrecurringitem") if items else ():
        if row["w365_nonrecurringitemid"] in items:
            state = choice_label("w365_nonrecurringitem", "w365_billingstate", row["w365_billingstate"])
            yield f"fee {'left out' if state == 'Excluded' else state.lower()}"
    for row in partner.rows("w365_invoiceline") if items else ():
        if row["w365_origin"] and row["w365_origin"].removeprefix("item/").partition(".")[0] in items:
            yield "fee credited"
