"""The payment gateways: which one takes a processor's money, shows its pages and says what moved."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from adapters.surroundings import Surroundings
from dataverse.webapi import Http
from providers.gocardless.client import TIMEOUTS as GOCARDLESS_TIMEOUTS
from providers.gocardless.client import Client as GoCardlessClient
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.movements import GoCardlessMoney
from providers.stripe.client import TIMEOUTS as STRIPE_TIMEOUTS
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from providers.stripe.hosted import StripeHostedPages
from providers.stripe.movements import StripeMoney
from providers.stripe.pay_pages import StripePayPages
from transport.sessions import session
from work365.errors import Refused

if TYPE_CHECKING:
    from stripe import StripeClient

    from work365.ports.pay_links import PayPages
    from work365.ports.payments import Gateway
    from work365.ports.profiles import HostedPages
    from work365.ports.reconciling import GatewayMoney
    from work365.receivables.payments import Processor


class Gateways(Surroundings):
    """By the kind of a processor. Its key is read from the vault each time, so a rotated one is used at once."""

    def gateway_for(self, processor: Processor) -> Gateway:
        """The gateway of a processor. Its key is read from the vault each time, so a rotated one is used at once."""
        if processor.kind == "Stripe":
            return StripeGateway(self.stripe(processor), environment=self.settings.environment)
        if processor.kind == "GoCardless":
            return GoCardlessGateway(self.gocardless(processor), environment=self.settings.environment)
        message = f"processor {processor.code} takes no charges; record the payment by hand, or choose another processor"
        raise Refused(message)

    def money_for(self, processor: Processor) -> GatewayMoney:
        """What moved at a processor's gateway. Errors: Refused when it keeps no money."""
        if processor.kind == "Stripe":
            return StripeMoney(self.stripe(processor), environment=self.settings.environment)
        if processor.kind == "GoCardless":
            return GoCardlessMoney(self.gocardless(processor), environment=self.settings.environment)
        message = f"processor {processor.code} is of the kind {processor.kind}, which keeps no money of its own"
        raise Refused(message)

    def pages_for(self, processor: Processor) -> HostedPages:
        """The secure pages of a processor. Errors: Refused when it has none."""
        if processor.kind == "Stripe":
            return StripeHostedPages(self.stripe(processor), environment=self.settings.environment)
        message = (
            f"links are sent for processors of the kind Stripe; {processor.code} is of the kind {processor.kind}: have the "
            "customer sign there, and enter what it shows on the profile's form"
        )
        raise Refused(message)

    def pay_pages_for(self, processor: Processor) -> PayPages:
        """The pages of a processor on which an invoice is paid by a link. Errors: Refused when it has none."""
        if processor.kind == "Stripe":
            return StripePayPages(self.stripe(processor), environment=self.settings.environment)
        message = f"processor {processor.code} is of the kind {processor.kind}, which has no page to pay on; use one of Stripe"
        raise Refused(message)

    def stripe(self, processor: Processor) -> StripeClient:
        """Stripe's client with a processor's key."""
        wire = session(STRIPE_TIMEOUTS, ca=self.settings.ca_file)
        return client(self.secrets.read(processor.secret), base_url=self.settings.stripe_url, own_session=wire)

    def gocardless(self, processor: Processor) -> GoCardlessClient:
        """GoCardless with a processor's token; the connections are shared."""
        return GoCardlessClient(self._gocardless_http, self.secrets.read(processor.secret))

    @cached_property
    def _gocardless_http(self) -> Http:
        return Http("GoCardless", self.settings.gocardless_url, timeouts=GOCARDLESS_TIMEOUTS)
