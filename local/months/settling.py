"""Bring a month to rest: systems work again, banks bring everything to its end, events come, timers come round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import status_label
from local.months.arriving import debits_arrive, refunds_arrive
from local.months.deciding import answers, waiting
from local.months.reading import is_a_persons
from local.stripe.enrolling import control
from work365.approving.answering import Answer
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from local.months.office import Office
    from local.months.partner import Partner

ROUNDS = 7
A_DAY_H = 25
"""Longer than a gateway knows a key."""
OPEN = ("w365_job", "w365_payment", "w365_refund")


def settle(office: Office) -> None:
    """Until nothing is open, or for so long that whatever is open then is left open for ever."""
    _mend(office.partner)
    for _ in range(ROUNDS):
        office.partner.later(hours=A_DAY_H)
        banks_end(office.partner)
        _approvers_answer(office)
        office.partner.stripe.deliver()
        office.hears_of_debits()
        office.work()
        office.reads_books()
        office.sweep()
        office.hour()
        if _quiet(office):
            _sync_the_rest(office)
            office.sweep()  # what ended last ends what hangs on it, as a suspension
            office.hour()
            if _quiet(office):
                return


def _sync_the_rest(office: Office) -> None:
    """People have the books told of what goes there by hand, and of its credit notes."""
    partner = office.partner
    sent = {row["_w365_invoice_value"] for row in partner.rows("w365_accountingexport")}
    documents = [row for row in partner.rows("w365_invoice") if row["_w365_contract_value"] == partner.booked_by_hand]
    found = [row["w365_invoiceid"] for row in documents if sent & {row["w365_invoiceid"], row["_w365_original_value"]}]
    for document in found:
        office.asks(JobKind.SYNC, InvoiceId(document))
    office.work()


def _approvers_answer(office: Office) -> None:
    """Nothing waits for ever: an approver says yes or no to all of it."""
    for row in waiting(office):
        answers(office, row["w365_approvalid"], office.dice.choice(tuple(Answer)))


def _mend(partner: Partner) -> None:
    """No system fails any more."""
    partner.dataverse.faults.clear()
    partner.graph.throttle(0, 0)
    partner.gocardless.faults.clear()
    partner.stripe.mend()


def banks_end(partner: Partner) -> None:
    """Whatever is on its way at a gateway arrives."""
    debits_arrive(partner)
    refunds_arrive(partner)
    with partner.stripe.world() as world:
        intents = [one["id"] for one in world.shelf.all("payment_intent") if one["status"] == "processing"]
    for intent in intents:
        control(partner.stripe, "settle", {"payment_intent": intent})


def _quiet(office: Office) -> bool:
    partner = office.partner
    under_way = any(row["statecode"] == 0 for table in OPEN for row in partner.rows(table))
    told = {status_label("w365_notice", row) for row in partner.rows("w365_notice") if not is_a_persons(row)}
    return not under_way and not waiting(office) and not told & {"Queued", "Unknown"}
