"""Collect money on a mandate through GoCardless once, and find out what became of it.

A key creates one payment. Sent again it is refused with the id of what it created, so the refusal is an answer: that payment is
read. Our payment's id is in the metadata too, and `find` lists the customer's payments, not the mandate's: a mandate that is
replaced takes its payments along.

Source: GoCardless, API reference, "Idempotency keys" (409, idempotent_creation_conflict, links.conflicting_resource_id), "Create
a payment", "List payments", "List events" (payment and resource_type exclude each other); gocardless.com/blog/idempotency-keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.gocardless.client import SYSTEM, created_before, written
from providers.gocardless.disputes import disputes
from providers.gocardless.outcomes import INACTIVE, STATES, inactive, outcome
from providers.gocardless.refunds import GoCardlessRefunds
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Refused, Rejected
from work365.receivables.charging import idempotency_key
from work365.receivables.marking import CLOCKS_APART, FOUND_MAX, mark, marked, most_telling
from work365.receivables.payments import PaymentState

if TYPE_CHECKING:
    from providers.gocardless.client import Client
    from work365.money import Money
    from work365.receivables.disputes import DisputeNews
    from work365.receivables.payments import Payment, Profile
    from work365.receivables.refunds import Refund, RefundOutcome
    from work365.receivables.settling import Outcome


NO_PAGES = (
    "payment {payment} cannot be made on a page of GoCardless, which takes mandates only; give the customer a link of a "
    "processor of the kind Stripe"
)


class GoCardlessGateway:
    """One GoCardless account.

    Shape: a profile's `customer` is the customer (CU…), its `method` the mandate (MD…); `environment` tells copies of the same
           rows apart.
    """

    def __init__(self, client: Client, *, environment: str) -> None:
        self._client = client
        self._environment = environment
        self._refunds = GoCardlessRefunds(client, environment=environment)

    def charge(self, payment: Payment, profile: Profile, *, about: str) -> Outcome:
        """Create the payment; it is under way then. A mandate that is no longer good is an outcome.

        Errors: External.
        """
        key = idempotency_key(self._environment, payment.id)
        try:
            return outcome(self._client.create("payments", self._body(payment, profile, about), key=key), {})
        except Conflict as error:
            return self._standing(error)
        except Rejected as error:
            if error.code == INACTIVE:
                return inactive()
            raise

    def find(self, payment: Payment, profile: Profile) -> Outcome | None:
        """The payment that carries our id: by its own id if we know it, else among the customer's.

        Errors: External; Unavailable when the customer has too many payments to be sure.
        """
        known = self._retrieved(payment.reference) if payment.reference else None
        if known is not None and self._ours(known, payment):
            return self._outcome(known)
        since = written(payment.sent_on - CLOCKS_APART)
        asked = {"customer": profile.customer, "created_at[gte]": since}
        found = self._client.listed("payments", asked, at_most=FOUND_MAX)
        return most_telling([self._outcome(one) for one in found if self._ours(one, payment)])

    def close(self, payment: Payment, profile: Profile) -> Outcome | None:
        """There is no page to close. Errors: Refused."""
        del profile
        raise Refused(NO_PAGES.format(payment=payment.id))

    def refund(self, refund: Refund, payment: Payment, profile: Profile, *, before: Money) -> RefundOutcome:
        """Create the refund; it is under way then. Errors: External."""
        del profile  # the payment names the account
        return self._refunds.make(refund, payment, before=before)

    def find_refund(self, refund: Refund, payment: Payment, profile: Profile) -> RefundOutcome | None:
        """The refund that carries our id. Errors: External."""
        del profile
        return self._refunds.find(refund, payment)

    def disputes(self, payment: Payment, profile: Profile) -> tuple[DisputeNews, ...]:
        """What is held against the payment now. Errors: External."""
        del profile
        return disputes(self._client, payment)

    def _body(self, payment: Payment, profile: Profile, about: str) -> dict[str, Any]:
        """Without a date it is collected as soon as the scheme allows."""
        return {
            "amount": payment.amount.minor,
            "currency": payment.amount.currency,
            "description": about,
            "retry_if_possible": False,
            "metadata": mark(payment, self._environment),
            "links": {"mandate": profile.method},
        }

    def _standing(self, error: Conflict) -> Outcome:
        """What stands under our key. It, or a request that is still at work, may take money: what cannot be read is unknown."""
        reference = created_before(error)
        message = f"GoCardless has something under our key that could not be read: {error}"
        if not reference:
            raise OutcomeUnknown(message, system=SYSTEM, code=error.code) from error
        try:
            return self._outcome(self._client.get("payments", quote(reference, safe="")))
        except External as lost:
            raise OutcomeUnknown(message, system=SYSTEM, code=error.code) from lost

    def _retrieved(self, reference: str) -> dict[str, Any] | None:
        try:
            return self._client.get("payments", quote(reference, safe=""))
        except NotFound:
            return None

    def _outcome(self, payment: dict[str, Any]) -> Outcome:
        return outcome(payment, self._cause(payment) if STATES.get(payment["status"]) is PaymentState.FAILED else {})

    def _cause(self, payment: dict[str, Any]) -> dict[str, Any]:
        """Why it ended: a payment does not say so itself, its latest event of the same name does."""
        asked = {"payment": payment["id"], "action": payment["status"], "limit": "1"}
        return next(self._client.listed("events", asked, at_most=FOUND_MAX), {}).get("details") or {}

    def _ours(self, found: dict[str, Any], payment: Payment) -> bool:
        return marked(found.get("metadata") or {}, payment, self._environment)
