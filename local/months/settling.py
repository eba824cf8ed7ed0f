"""Bring a month to rest: systems work again, banks bring everything to its end, events come, timers come round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.rows import status_label
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control

if TYPE_CHECKING:
    from local.months.office import Office
    from local.months.partner import Partner

ROUNDS = 6
A_DAY_H = 25
"""Longer than a gateway knows a key."""
REFUND_ARRIVES = {"created": "submitted", "submitted": "paid"}
DEBIT_ARRIVES = {"pending_submission": "submitted", "submitted": "confirmed"}
OPEN = ("w365_job", "w365_payment", "w365_refund")


def settle(office: Office) -> None:
    """Until nothing is open, or for so long that whatever is open then is left open for ever."""
    _mend(office.partner)
    for _ in range(ROUNDS):
        office.partner.later(hours=A_DAY_H)
        banks_end(office.partner)
        office.partner.stripe.deliver()
        office.hears_of_debits()
        office.work()
        office.sweep()
        office.hour()
        if _quiet(office.partner):
            return


def _mend(partner: Partner) -> None:
    """No system fails any more."""
    partner.dataverse.faults.clear()
    partner.graph.throttle(0, 0)
    partner.gocardless.faults.clear()
    partner.stripe.mend()


def banks_end(partner: Partner) -> None:
    """Whatever is on its way at a gateway arrives."""
    for debit in list(partner.gocardless.world.payments.values()):
        while debit["status"] in DEBIT_ARRIVES:
            door(partner.gocardless, "move", payment=debit["id"], to=DEBIT_ARRIVES[debit["status"]])
    for refund in list(partner.gocardless.world.refunds.values()):
        while refund["status"] in REFUND_ARRIVES:
            door(partner.gocardless, "refund", refund=refund["id"], to=REFUND_ARRIVES[refund["status"]])
    with partner.stripe.world() as world:
        intents = [one["id"] for one in world.shelf.all("payment_intent") if one["status"] == "processing"]
    for intent in intents:
        control(partner.stripe, "settle", {"payment_intent": intent})


def _quiet(partner: Partner) -> bool:
    under_way = any(row["statecode"] == 0 for table in OPEN for row in partner.rows(table))
    told = {status_label("w365_notice", row) for row in partner.rows("w365_notice")}
    return not under_way and not told & {"Queued", "Unknown"}
