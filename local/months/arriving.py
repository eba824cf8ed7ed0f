"""How far debits and refunds at GoCardless are on their way, and that a bank brings them to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.gocardless.enrolling import control as door

if TYPE_CHECKING:
    from local.months.partner import Partner

DEBIT_ARRIVES = {"pending_submission": "submitted", "submitted": "confirmed"}
REFUND_ARRIVES = {"created": "submitted", "submitted": "paid"}
"""What comes next; nothing comes after what is missing."""


def debits_arrive(partner: Partner) -> None:
    """All that are on their way."""
    for debit in list(partner.gocardless.world.payments.values()):
        while debit["status"] in DEBIT_ARRIVES:
            door(partner.gocardless, "move", payment=debit["id"], to=DEBIT_ARRIVES[debit["status"]])


def refunds_arrive(partner: Partner) -> None:
    """All that are on their way."""
    for refund in list(partner.gocardless.world.refunds.values()):
        while refund["status"] in REFUND_ARRIVES:
            door(partner.gocardless, "refund", refund=refund["id"], to=REFUND_ARRIVES[refund["status"]])
