"""What the two gateways hold and ever asked for, invoice by invoice, in minor units: read from their own objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.stripe.disputes import held

if TYPE_CHECKING:
    from local.months.partner import Partner

COLLECTED = ("confirmed", "paid_out")
UNDER_WAY = ("pending_customer_approval", "pending_submission", "submitted", *COLLECTED, "charged_back")


@dataclass(frozen=True, slots=True)
class Gateways:
    """By invoice.

    Attributes:
        holds: what is there now: taken, less given back, less what disputes hold.
        asked: what was ever taken or is on its way, less everything that ever went back, even if it came again.
        offered: what may be paid at this moment on pages that are open.
    """

    holds: Counter[str]
    asked: Counter[str]
    offered: Counter[str]


def look(partner: Partner) -> Gateways:
    """Ask both."""
    found = Gateways(Counter(), Counter(), Counter())
    _stripe(partner, found)
    _gocardless(partner, found)
    return found


def _stripe(partner: Partner, found: Gateways) -> None:
    with partner.stripe.world() as world:
        charges, disputes = world.shelf.all("charge"), world.shelf.all("dispute")
        refunds, intents = world.shelf.all("refund"), world.shelf.all("payment_intent")
        pages, now = world.shelf.all("checkout.session"), world.now
    invoices = {charge["id"]: charge["metadata"].get("w365_invoice", "") for charge in charges}
    for charge in charges:
        if charge["paid"]:
            found.holds[invoices[charge["id"]]] += charge["amount"] - charge["amount_refunded"]
            found.asked[invoices[charge["id"]]] += charge["amount"]
    for dispute in disputes:
        found.holds[invoices[dispute["charge"]]] -= held(dispute)
        found.asked[invoices[dispute["charge"]]] -= dispute["amount"]
    for refund in refunds:
        found.asked[invoices[refund["charge"]]] -= refund["amount"]
    for intent in intents:
        if intent["status"] == "processing":
            found.asked[intent["metadata"].get("w365_invoice", "")] += intent["amount"]
    for page in pages:
        if page["status"] == "open" and page["mode"] == "payment" and page["expires_at"] > now:
            found.offered[page["metadata"].get("w365_invoice", "")] += page["amount_total"]


def _gocardless(partner: Partner, found: Gateways) -> None:
    world = partner.gocardless.world
    back = {event["links"]["payment"] for event in world.events if event["action"] == "charged_back"}
    for id_, debit in world.payments.items():
        invoice = debit["metadata"].get("w365_invoice", "")
        found.holds[invoice] += (debit["amount"] if debit["status"] in COLLECTED else 0) - debit["amount_refunded"]
        if debit["status"] in UNDER_WAY and id_ not in back:
            found.asked[invoice] += debit["amount"]
    for refund in world.refunds.values():
        payment: dict[str, Any] = world.payments[refund["links"]["payment"]]
        found.asked[payment["metadata"].get("w365_invoice", "")] -= refund["amount"]
