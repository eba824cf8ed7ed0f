"""The state of one account: mandates, payments and events, and what may become of each.

    pending_customer_approval → pending_submission | customer_approval_denied
    pending_submission → submitted → confirmed → paid_out
                     ↘ cancelled  ↘ failed   ↘ failed (late) | charged_back      paid_out ↘ failed (late) | charged_back
    charged_back → confirmed, when the charge-back is cancelled

A payment waits for the banks: nothing moves but through the door (`control.py`), or when it is cancelled before it is submitted.

Source: GoCardless, API reference, "Payments" and "Mandates" (statuses; a payment needs a mandate in one of four), "Events"
(actions of payments and their causes); a confirmed payment may fail late. The lead time to the first possible date is ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from local.gocardless.faults import invalid, missing, misuse, state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

Object = dict[str, Any]

CREDITOR: Object = {"id": "CR000000000001", "created_at": "2015-07-06T00:00:00.000Z"}
SCHEMES = {
    "ach": "USD",
    "autogiro": "SEK",
    "bacs": "GBP",
    "becs": "AUD",
    "becs_nz": "NZD",
    "betalingsservice": "DKK",
    "faster_payments": "GBP",
    "pad": "CAD",
    "pay_to": "AUD",
    "sepa_core": "EUR",
}
"""The one currency of each scheme. Source: "Payments", `scheme` and `currency`."""

GOOD = frozenset({"pending_customer_approval", "pending_submission", "submitted", "active"})
MANDATES = GOOD | {"failed", "cancelled", "expired", "consumed", "blocked", "suspended_by_payer"}
MOVES = {
    "pending_customer_approval": {"pending_submission", "customer_approval_denied", "cancelled"},
    "pending_submission": {"submitted", "cancelled"},
    "submitted": {"confirmed", "failed"},
    "confirmed": {"paid_out", "failed", "charged_back"},
    "paid_out": {"failed", "charged_back"},
}
ACTIONS = {"pending_submission": "customer_approval_granted"}
"""Names of events that differ from the status which they bring."""

LEAD = timedelta(days=3)
SATURDAY = 5


class World:
    """Everything that the account holds. Not locked: the app answers one request at a time.

    Attributes:
        keys: idempotency keys, each with the id of what it created.
        refunds_enabled: GoCardless lets this merchant refund.
        payout_items: by the id of their payout.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.mandates: dict[str, Object] = {}
        self.payments: dict[str, Object] = {}
        self.refunds: dict[str, Object] = {}
        self.refunds_enabled = True
        self.payouts: dict[str, Object] = {}
        self.payout_items: dict[str, list[Object]] = {}
        self.events: list[Object] = []
        self.keys: dict[str, str] = {}
        self._count = 0

    def new_id(self, prefix: str) -> str:
        """`PM000000000001`."""
        self._count += 1
        return f"{prefix}{self._count:012d}"

    @property
    def now(self) -> str:
        """As GoCardless writes moments."""
        return f"{self.clock():%Y-%m-%dT%H:%M:%S.000Z}"

    def mandate(self, *, scheme: str, status: str = "active", approval: bool = False) -> Object:
        """A customer who signed on GoCardless' own page."""
        if scheme not in SCHEMES or status not in MANDATES:
            raise misuse(400, "unknown_scheme", f"{scheme} in {status} is no mandate of GoCardless")
        id_, customer = self.new_id("MD"), self.new_id("CU")
        made = {
            "id": id_,
            "created_at": self.now,
            "reference": f"W365-{id_}",
            "status": status,
            "scheme": scheme,
            "next_possible_charge_date": str(working_day(self.clock().date() + LEAD)),
            "payments_require_approval": approval,
            "metadata": {},
            "links": {"customer": customer, "creditor": CREDITOR["id"]},
        }
        self.mandates[id_] = made
        return made

    def pay(self, given: Mapping[str, Any]) -> Object:
        """Create a payment. Errors: Fault when the mandate does not allow it."""
        mandate = self.mandates.get(given["links"]["mandate"])
        if mandate is None:
            raise invalid("links.mandate", "does not exist")
        if mandate["status"] not in GOOD:
            raise state("mandate_is_inactive", "Mandate is failed, cancelled or expired")
        if given["currency"] != SCHEMES[mandate["scheme"]]:
            raise invalid("currency", f"must be {SCHEMES[mandate['scheme']]} for {mandate['scheme']}")
        approval = mandate["payments_require_approval"]
        made = {
            "id": self.new_id("PM"),
            "created_at": self.now,
            "charge_date": _charge_date(given.get("charge_date"), mandate),
            "amount": given["amount"],
            "amount_refunded": 0,
            "currency": given["currency"],
            "description": given.get("description"),
            "reference": None,
            "status": "pending_customer_approval" if approval else "pending_submission",
            "metadata": dict(given.get("metadata", {})),
            "retry_if_possible": given.get("retry_if_possible", False),
            "links": {"mandate": mandate["id"], "creditor": mandate["links"]["creditor"]},
        }
        self.payments[made["id"]] = made
        self.happened("payments", made, "created", {"origin": "api", "cause": "payment_created"})
        return made

    def payment(self, id: str) -> Object:  # noqa: A002  GoCardless' word
        """One payment. Errors: Fault 404."""
        if id not in self.payments:
            raise missing(id)
        return self.payments[id]

    def move(self, payment: Object, to: str, details: Mapping[str, Any]) -> Object:
        """Bring a payment into another status. Errors: Fault when it cannot get there."""
        if to not in MOVES.get(payment["status"], ()):
            raise state("invalid_move", f"a payment that is {payment['status']} does not become {to}")
        payment["status"] = to
        self.happened("payments", payment, ACTIONS.get(to, to), details)
        return payment

    def chargeback(self, payment: Object, ends: str) -> Object:
        """A charge-back ends: settled out of a payout, or cancelled, and then the money is there again."""
        if payment["status"] != "charged_back" or ends not in ("settled", "cancelled"):
            raise state("invalid_move", f"the charge-back of a payment that is {payment['status']} is not {ends}")
        if ends == "cancelled":
            payment["status"] = "confirmed"
        self.happened("payments", payment, f"chargeback_{ends}", {"origin": "gocardless", "cause": f"chargeback_{ends}"})
        return payment

    def cancel(self, payment: Object) -> Object:
        """Take a payment back. Source: "Cancel a payment": only while it is pending submission."""
        if payment["status"] != "pending_submission":
            raise state("cancellation_failed", "This payment cannot be cancelled")
        return self.move(payment, "cancelled", {"origin": "api", "cause": "payment_cancelled"})

    def happened(self, kind: str, thing: Object, action: str, details: Mapping[str, Any]) -> None:
        """Keep an event of a payment, a refund or a payout; `kind` is its resource type."""
        event = {
            "id": self.new_id("EV"),
            "created_at": self.now,
            "resource_type": kind,
            "action": action,
            "details": dict(details),
            "metadata": {},
            "resource_metadata": thing["metadata"],
            "links": {kind.removesuffix("s"): thing["id"]},
        }
        self.events.append(event)

    def customer_of(self, payment: Object) -> str:
        """Whose payment it is; the payment itself names only the mandate."""
        return str(self.mandates[payment["links"]["mandate"]]["links"]["customer"])


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend; bank holidays are not drawn."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _charge_date(asked: str | None, mandate: Object) -> str:
    """Source: "Create a payment", `charge_date`: before the next possible one it fails; no working day → rolled forward."""
    first = str(mandate["next_possible_charge_date"])
    if asked is None:
        return first
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise invalid("charge_date", "is not a date") from None
    if asked < first:
        raise invalid("charge_date", f"must be on or after mandate's next_possible_charge_date: {first}")
    return str(working_day(day))
