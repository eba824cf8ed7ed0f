"""What handlers work on beyond single adapters: the gate, the desks of links, stores as a person may write them, balances."""

from __future__ import annotations

import logging
import secrets
from functools import cached_property, partial
from typing import TYPE_CHECKING

from adapters import Adapters
from dataverse.stores.approving import Approvals
from dataverse.stores.contract_entries import ContractEntries
from dataverse.stores.pay_links import PayLinks
from dataverse.stores.pricing import Pricing
from dataverse.stores.processors import Processors
from dataverse.stores.profile_requests import ProfileRequests
from dataverse.stores.renewing import Renewals
from dataverse.stores.reviewing import Reviews
from providers.catalogues.languages import Languages
from wiring.signing import Signing
from work365.approving.plans import TABLE as PLANS
from work365.errors import External, Refused
from work365.handlers import balancing, pay_pages, scheduling
from work365.handlers.approving import Gate
from work365.handlers.pay_links import PayDesk
from work365.handlers.requesting_profiles import RequestDesk
from work365.handlers.reviewing import Reviewer
from work365.handlers.reviewing_plans import PlanReviewer
from work365.ports.platform import JOBS
from work365.receivables.links import TOKEN_BYTES
from work365.receivables.pay_links import Linking

if TYPE_CHECKING:
    from dataverse.webapi import WebApi
    from work365.ports.reviewing import EntrySource, Loader
    from work365.receivables.payments import InvoiceId

log = logging.getLogger(__name__)


def new_token() -> str:
    """A link's token, which nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Ports(Adapters):
    """Every adapter of one deployment, and what is put together of several of them."""

    @cached_property
    def approvals(self) -> Approvals:
        """Requests that wait for an approver."""
        return Approvals(self.api, self.currencies)

    @cached_property
    def gate(self) -> Gate:
        """What lets a request go on, or wait for an approver."""
        return Gate(self.approvals, self.clock)

    @cached_property
    def reviewer(self) -> Reviewer:
        """What holds up what people entered by hand until an approver agrees."""
        return Reviewer(Reviews(self.api, self.currencies), self.approvals, self.clock)

    @cached_property
    def contract_entries(self) -> ContractEntries:
        """What people entered by hand on contracts."""
        return ContractEntries(self.api, self.billing, self.clock)

    @property
    def entry_sources(self) -> tuple[EntrySource, ...]:
        """Where to look for what people entered."""
        return (self.contract_entries,)

    @cached_property
    def plan_reviewer(self) -> PlanReviewer:
        """What holds up planned changes on their day until an approver agrees."""
        return PlanReviewer(self.reviewer, self.changing)

    @property
    def entry_loaders(self) -> dict[str, Loader]:
        """What can be reviewed, by its table."""
        plans = partial(scheduling.load_entry, book=self.changing, clock=self.clock, reviewer=self.plan_reviewer)
        return {**self.contract_entries.loaders, PLANS: plans}

    def pricing_for(self, person: str | None) -> Pricing:
        """Price lists and prices as somebody may write them; None for the system itself."""
        return Pricing(self._api_of(person), self.currencies)

    def renewals_for(self, person: str | None) -> Renewals:
        """Terms as somebody may write them; None for the system itself."""
        return Renewals(self._api_of(person), self.currencies)

    def _api_of(self, person: str | None) -> WebApi:
        return self.api if person is None else self.api.as_user(person)

    @cached_property
    def signing(self) -> Signing:
        """With which secrets gateways may have signed what they report."""
        told = {"Stripe": self.settings.stripe_webhook_secret, "GoCardless": self.settings.gocardless_webhook_secret}
        return Signing(told, Processors(self.api).signing_secrets)

    @property
    def linking(self) -> Linking:
        """How the pay links of mails are made."""
        return Linking(self.settings.public_url, new_token)

    def public_url(self) -> str:
        """Where customers reach us. Errors: Refused where the settings do not say."""
        if not self.settings.public_url:
            message = "no links are sent: the setting W365_PUBLIC_URL does not say where customers reach this deployment"
            raise Refused(message)
        return self.settings.public_url

    @property
    def request_desk(self) -> RequestDesk:
        """What mailing request links works on."""
        book = ProfileRequests(self.api, self.currencies)
        rows, mailer = (book, self.profiles, self.telling), lambda: self.mailer
        return RequestDesk(*rows, self.pages_for, mailer, self.public_url, new_token, Languages())

    @property
    def pay_desk(self) -> PayDesk:
        """What paying by a link works on. Errors: Refused where this deployment sends no links."""
        links, pages = PayLinks(self.api, self.payments), self.pay_pages_for
        return PayDesk(links, self.payments, self.sending, self.press, self.gateway_for, pages, self.public_url())

    def close_page(self, invoice: InvoiceId) -> None:
        """Close the payment page of an invoice, if one may be open."""
        pay_pages.clear(invoice, book=self.payments, gateway_for=self.gateway_for, now=self.clock.now())

    def ask_drawn(self, account: str) -> None:
        """Have a worker draw a customer's balance: whoever books money need not be allowed to write what is kept of it."""
        try:
            self.queue.send(JOBS, {"account": account})
        except External as error:
            log.warning("a balance is drawn by the next sweep: %s", error)

    def drawn(self, *accounts: str) -> None:
        """Draw the balances of customers to whom something has just happened."""
        balancing.draw_after(lambda: accounts, book=self.balances, clock=self.clock)
