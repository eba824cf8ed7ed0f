"""Stripe's own secure page for storing a card or a bank account: Checkout in setup mode.

A page lives 24 hours, as long as an idempotency key: its time is not sent, so that a repeated request has the same parameters and
gets the same page. Our profile's id is in the metadata of the session and of its setup intent, for the events of both.

Source: docs.stripe.com/api/checkout/sessions, docs.stripe.com/payments/checkout/save-and-reuse, docs.stripe.com/changelog/endive
(`payment_method_types` cannot be written; setup mode wants `currency` or `allowed_payment_method_types`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, cast

import stripe

from providers.stripe.customers import gateway_customer
from providers.stripe.errors import translated
from work365.errors import NotFound
from work365.receivables.gateways import PAGE_DEBITS
from work365.receivables.marking import ENVIRONMENT
from work365.receivables.payments import ProfileKind
from work365.receivables.profile_links import Page, PageState, Stored, page_key

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

    from work365.receivables.profile_links import Request

PROFILE: Final = "w365_profile"
LANGUAGES = frozenset({"en", "de", "es"})
BANK_NAMES = {"us_bank_account": "bank_name", "sepa_debit": "bank_code", "bacs_debit": "sort_code"}
"""What of a bank account is shown as its brand. Source: docs.stripe.com/api/payment_methods/object."""
INACTIVE = "inactive"
Offered = Literal["card", "sepa_debit", "bacs_debit", "us_bank_account"]


class StripeHostedPages:
    """The pages of one Stripe account. Shape: `environment` tells copies of the same rows apart."""

    def __init__(self, client: stripe.StripeClient, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def customer(self, request: Request) -> str:
        """A customer with the account's name and our id of it."""
        return gateway_customer(self._client, request.account, request.name, environment=self._environment)

    def open(self, request: Request, *, done: str, back: str) -> Page:
        """A session for cards and for the bank debit of the currency."""
        metadata = {PROFILE: request.id, ENVIRONMENT: self._environment}
        offered: list[Offered | str] = ["card", *([PAGE_DEBITS[request.currency]] if request.currency in PAGE_DEBITS else [])]
        params: SessionCreateParams = {
            "mode": "setup",
            "customer": request.customer,
            "currency": request.currency.lower(),
            "allowed_payment_method_types": offered,
            "success_url": done,
            "cancel_url": back,
            "locale": cast("Literal['de', 'en', 'es', 'auto']", locale(request.language)),
            "metadata": metadata,
            "setup_intent_data": {"metadata": metadata},
        }
        key = page_key(self._environment, request)
        try:
            return _page(self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}))
        except stripe.StripeError as error:
            raise translated(error, write=True) from error

    def find(self, session: str) -> Page | None:
        """The session with its setup intent, payment method and mandate."""
        wanted = ["setup_intent.payment_method", "setup_intent.mandate"]
        try:
            return _page(self._client.v1.checkout.sessions.retrieve(session, {"expand": wanted}))
        except stripe.StripeError as error:
            external = translated(error, write=False)
            if isinstance(external, NotFound):
                return None
            raise external from error

    def held(self, stored: Stored) -> Stored | None:
        """The payment method and, of a bank account, its mandate. None when either is gone."""
        try:
            method = self._client.v1.payment_methods.retrieve(stored.method)
            mandate = self._client.v1.mandates.retrieve(stored.mandate) if stored.mandate else None
        except stripe.StripeError as error:
            external = translated(error, write=False)
            if isinstance(external, NotFound):
                return None
            raise external from error
        if method.customer is None or (mandate is not None and mandate.status == INACTIVE):
            return None
        return _stored(method, stored.mandate)


def locale(language: str) -> str:
    """The language of Stripe's pages: ours where we have it too, else what the browser asks for."""
    base = language.split("-", 1)[0].casefold()
    return base if base in LANGUAGES else "auto"


def _page(session: stripe.checkout.Session) -> Page:
    if session.status == "open":
        return Page(session.id, PageState.OPEN, session.url or "")
    if session.status == "expired":
        return Page(session.id, PageState.EXPIRED)
    intent = session.setup_intent
    if not isinstance(intent, stripe.SetupIntent) or intent.status != "succeeded":
        return Page(session.id, PageState.WAITING)
    method, mandate = intent.payment_method, intent.mandate
    if not isinstance(method, stripe.PaymentMethod):
        return Page(session.id, PageState.WAITING)
    reference = mandate.id if isinstance(mandate, stripe.Mandate) else mandate or ""
    return Page(session.id, PageState.DONE, stored=_stored(method, reference))


def _stored(method: stripe.PaymentMethod, mandate: str) -> Stored:
    """What may be shown. A card's number never comes here: Stripe does not say it."""
    card = getattr(method, "card", None)
    if card is not None:
        return Stored(method.id, ProfileKind.CARD, card.brand.title(), card.last4, (card.exp_year, card.exp_month), mandate)
    shown = getattr(method, method.type)
    brand = getattr(shown, BANK_NAMES.get(method.type, ""), None)
    return Stored(method.id, ProfileKind.BANK_DEBIT, brand or "", getattr(shown, "last4", None) or "", None, mandate)
