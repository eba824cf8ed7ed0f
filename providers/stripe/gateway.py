"""Take money through Stripe once, and find out what became of it.

The payment's id is in the idempotency key and in the metadata. The key protects for 24 hours; the metadata for ever: `find` lists
the customer's intents, which unlike Stripe's search is up to date at once.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import stripe

from providers.stripe.amounts import to_stripe
from providers.stripe.disputes import disputes
from providers.stripe.errors import SYSTEM, translated
from providers.stripe.outcomes import declined, gone, outcome
from providers.stripe.pay_pages import StripePayPages
from providers.stripe.refunds import StripeRefunds
from work365.errors import NotFound, Refused, Rejected, Unavailable
from work365.receivables.charging import idempotency_key
from work365.receivables.marking import CLOCKS_APART, FOUND_MAX, mark, marked, most_telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.params import PaymentIntentCreateParams

    from work365.money import Money
    from work365.receivables.disputes import DisputeNews
    from work365.receivables.payments import Payment, Profile
    from work365.receivables.refunds import Refund, RefundOutcome
    from work365.receivables.settling import Outcome

PAGE = 100
TOO_SMALL = "amount_too_small"
"""Source: docs.stripe.com/error-codes: the least depends on the currency, and on what it comes to in that of the account."""


class StripeGateway:
    """One Stripe account.

    Shape: `environment` tells copies of the same rows apart, such as production and a sandbox made from it.
    """

    def __init__(self, client: stripe.StripeClient, *, environment: str) -> None:
        self._client = client
        self._environment = environment
        self._refunds = StripeRefunds(client, environment=environment)
        self._pages = StripePayPages(client, environment=environment)

    def charge(self, payment: Payment, profile: Profile, *, about: str) -> Outcome:
        """Create and confirm a payment intent; a decline is an outcome, and so is a card that was removed at Stripe.

        Errors: Refused for an amount that Stripe does not take; External.
        """
        params = self._params(payment, profile, about)
        key = idempotency_key(self._environment, payment.id)
        try:
            return outcome(self._client.v1.payment_intents.create(params, {"idempotency_key": key}))
        except stripe.CardError as error:
            return declined(error)
        except stripe.StripeError as error:
            if error.code == TOO_SMALL:
                message = f"{payment.amount} is less than Stripe takes in one payment; have it paid otherwise, or write it off"
                raise Refused(message) from error
            external = translated(error, write=True)
            if isinstance(external, Rejected) and self._is_gone(profile):
                return gone()
            raise external from error

    def find(self, payment: Payment, profile: Profile) -> Outcome | None:
        """The intent that carries our payment's id: by its own id if we know it, else among the customer's.

        Shape:  of a payment by link the page says what became of it.
        Errors: External; Unavailable when the customer has too many intents to be sure.
        """
        if payment.page is not None:
            page = self._pages.find(payment)
            return None if page is None else page.outcome
        try:
            if payment.reference:
                known = self._retrieved(payment)
                if known is not None:
                    return outcome(known)
            found = [outcome(intent) for intent in self._customers(payment, profile) if self._ours(intent, payment)]
        except stripe.StripeError as error:
            raise translated(error, write=False) from error
        return most_telling(found)

    def close(self, payment: Payment, profile: Profile) -> Outcome | None:
        """Expire the session. Errors: External."""
        del profile
        return self._pages.close(payment)

    def refund(self, refund: Refund, payment: Payment, profile: Profile, *, before: Money) -> RefundOutcome:
        """Create the refund. Errors: Refused for an amount that Stripe does not take; External."""
        del profile, before  # Stripe knows both by the payment
        return self._refunds.make(refund, payment)

    def find_refund(self, refund: Refund, payment: Payment, profile: Profile) -> RefundOutcome | None:
        """The refund that carries our id. Errors: External."""
        del profile
        return self._refunds.find(refund, payment)

    def disputes(self, payment: Payment, profile: Profile) -> tuple[DisputeNews, ...]:
        """What is held against the payment now. Errors: External."""
        del profile
        return disputes(self._client, payment)

    def _params(self, payment: Payment, profile: Profile, about: str) -> PaymentIntentCreateParams:
        return {
            "amount": to_stripe(payment.amount),
            "currency": payment.amount.currency.lower(),
            "customer": profile.customer,
            "payment_method": profile.method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "confirm": True,
            "off_session": True,
            "description": about,
            "metadata": mark(payment, self._environment),
        }

    def _is_gone(self, profile: Profile) -> bool:
        """Whether what is stored there is no customer's any more, as when the event that told so was lost.

        Shape: False in doubt; one that is not found may be at another account, whose key the vault should hold.
        """
        try:
            return self._client.v1.payment_methods.retrieve(profile.method).customer is None
        except stripe.StripeError:
            return False

    def _retrieved(self, payment: Payment) -> stripe.PaymentIntent | None:
        try:
            intent = self._client.v1.payment_intents.retrieve(payment.reference)
        except stripe.InvalidRequestError as error:
            if isinstance(translated(error, write=False), NotFound):
                return None
            raise
        return intent if self._ours(intent, payment) else None

    def _customers(self, payment: Payment, profile: Profile) -> Iterator[stripe.PaymentIntent]:
        since = int((payment.sent_on - CLOCKS_APART).timestamp())
        listed = self._client.v1.payment_intents.list({"customer": profile.customer, "created": {"gte": since}, "limit": PAGE})
        for count, intent in enumerate(islice(listed.auto_paging_iter(), FOUND_MAX + 1)):
            if count == FOUND_MAX:
                message = f"customer {profile.customer} has more than {FOUND_MAX} payments since {payment.sent_on:%Y-%m-%d}"
                raise Unavailable(message, system=SYSTEM)
            yield intent

    def _ours(self, intent: stripe.PaymentIntent, payment: Payment) -> bool:
        said = intent.metadata.to_dict() if intent.metadata is not None else {}
        return marked(said, payment, self._environment)
