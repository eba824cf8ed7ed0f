"""Stripe's own page for paying one invoice: Checkout in payment mode.

The payment's id is in the idempotency key and in the metadata of the session and of its payment intent. The session's end is
fixed by the attempt's beginning, so a repeated request has the same parameters, and Stripe refuses one that comes too late. The
intent does not exist before the customer confirms, and a declined card leaves the page open: what counts is the session.

Source: docs.stripe.com/api/checkout/sessions, docs.stripe.com/checkout/fulfillment (payment_status of delayed methods),
docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session, docs.stripe.com/payments/checkout/adaptive-pricing
(switched off: the amount is the balance, in its currency), docs.stripe.com/api/checkout/sessions/expire (only while it is open).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import stripe

from providers.stripe.amounts import from_stripe, to_stripe
from providers.stripe.customers import gateway_customer
from providers.stripe.errors import SYSTEM, translated
from providers.stripe.hosted import locale
from providers.stripe.outcomes import outcome
from work365.errors import NotFound, Rejected, Unavailable
from work365.receivables.charging import idempotency_key
from work365.receivables.gateways import PAGE_DEBITS
from work365.receivables.marking import CLOCKS_APART, FOUND_MAX, mark, marked
from work365.receivables.pay_pages import LASTS, PageNow, closed, page_of
from work365.receivables.payments import PaymentState, ProfileKind
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.params.checkout import SessionCreateParams

    from work365.ports.pay_links import PageWanted
    from work365.receivables.payments import Payment

PAGE = 100
INTENT: Final = "payment_intent"
ON_PAGE: Final = "the customer has the payment page open"
Offered = Literal["card", "sepa_debit", "bacs_debit", "us_bank_account"]


class StripePayPages:
    """The pages of one Stripe account. Shape: `environment` tells copies of the same rows apart."""

    def __init__(self, client: stripe.StripeClient, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def customer(self, account: str, name: str) -> str:
        """A customer with the account's name and our id of it."""
        return gateway_customer(self._client, account, name, environment=self._environment)

    def open(self, payment: Payment, wanted: PageWanted) -> PageNow:
        """A session over one item: the balance."""
        params = self._params(payment, wanted)
        key = idempotency_key(self._environment, payment.id)
        try:
            return _now(self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}))
        except stripe.StripeError as error:
            raise translated(error, write=True) from error

    def find(self, payment: Payment) -> PageNow | None:
        """The session that carries our payment's id."""
        found = self._session(payment)
        return None if found is None else _now(found)

    def close(self, payment: Payment) -> Outcome | None:
        """Expire the session; when it is not open any more, say what it is."""
        found = self._session(payment)
        if found is None or found.status != "open":
            return None if found is None else _now(found).outcome
        try:
            return _now(self._client.v1.checkout.sessions.expire(found.id, {"expand": [INTENT]})).outcome
        except stripe.StripeError as error:
            external = translated(error, write=True)
            if not isinstance(external, Rejected):
                raise external from error
        return _now(self._retrieved(found.id)).outcome

    def _params(self, payment: Payment, wanted: PageWanted) -> SessionCreateParams:
        amount, metadata = payment.amount, mark(payment, self._environment)
        product: Any = {"name": wanted.about}
        return {
            "mode": "payment",
            "customer": page_of(payment).customer,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": to_stripe(amount),
                        "product_data": product,
                    },
                }
            ],
            "payment_intent_data": {"metadata": metadata, "description": wanted.about},
            "allowed_payment_method_types": _offered(payment, wanted),
            "adaptive_pricing": {"enabled": False},
            "submit_type": "pay",
            "expires_at": int((payment.sent_on + LASTS).timestamp()),
            "success_url": wanted.done,
            "cancel_url": wanted.back,
            "locale": cast("Literal['de', 'en', 'es', 'auto']", locale(wanted.language)),
            "metadata": metadata,
        }

    def _session(self, payment: Payment) -> stripe.checkout.Session | None:
        """By its own id if we know it, else among the customer's, whose list is up to date at once."""
        known = page_of(payment).session
        try:
            if known:
                return self._retrieved(known)
            return next((one for one in self._customers(payment) if self._ours(one, payment)), None)
        except stripe.StripeError as error:
            external = translated(error, write=False)
            if known and isinstance(external, NotFound):
                return None
            raise external from error

    def _retrieved(self, session: str) -> stripe.checkout.Session:
        return self._client.v1.checkout.sessions.retrieve(session, {"expand": [INTENT]})

    def _customers(self, payment: Payment) -> Iterator[stripe.checkout.Session]:
        since, customer = int((payment.sent_on - CLOCKS_APART).timestamp()), page_of(payment).customer
        asked: Any = {"customer": customer, "created": {"gte": since}, "limit": PAGE, "expand": [f"data.{INTENT}"]}
        for count, session in enumerate(islice(self._client.v1.checkout.sessions.list(asked).auto_paging_iter(), FOUND_MAX + 1)):
            if count == FOUND_MAX:
                message = f"customer {customer} has more than {FOUND_MAX} pages since {payment.sent_on:%Y-%m-%d}"
                raise Unavailable(message, system=SYSTEM)
            yield session

    def _ours(self, session: stripe.checkout.Session, payment: Payment) -> bool:
        said = session.metadata.to_dict() if session.metadata is not None else {}
        return marked(said, payment, self._environment)


def _offered(payment: Payment, wanted: PageWanted) -> list[Offered | str]:
    debit = PAGE_DEBITS.get(payment.amount.currency)
    names = {ProfileKind.CARD: "card", ProfileKind.BANK_DEBIT: debit}
    return [name for way in wanted.offered if (name := names[way])]


def _now(session: stripe.checkout.Session) -> PageNow:
    """What a session says of our payment; while it is open, a declined card does not count."""
    if session.status == "open":
        amount = from_stripe(session.amount_total or 0, session.currency or "")
        waits = Outcome(PaymentState.NEEDS_ACTION, "", amount, words=ON_PAGE, session=session.id)
        return PageNow(waits, session.url or "")
    if session.status == "expired":
        return PageNow(closed(session.id))
    return PageNow(_paid(session))


def _paid(session: stripe.checkout.Session) -> Outcome:
    """A page that was finished: its intent says whether the money is there, on its way, or did not come after all."""
    intent = session.payment_intent
    if not isinstance(intent, stripe.PaymentIntent):
        return Outcome(PaymentState.UNKNOWN, session=session.id)
    said = outcome(intent)
    return Outcome(said.state, said.reference, said.amount, said.code, said.words, said.decline, session.id)
