"""The charge desk with a second gateway: the local GoCardless, chosen by the kind of the profile's processor as `wiring` does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.rows import bind, choice_value
from local.desks.charge import Bill, ChargeDesk
from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import control
from local.http import httpx_transport
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.webhooks import verify
from transport.client import Http
from work365.receivables.payments import ProfileId

if TYPE_CHECKING:
    from dataverse.webapi import Row
    from work365.ports.payments import Gateway
    from work365.receivables.payments import InvoiceId, Processor

ADDRESS = "https://api.gocardless.com"
SECRET = "an endpoint's secret"  # noqa: S105  a stand-in's
ENDED = frozenset({"failed", "cancelled", "customer_approval_denied", "charged_back"})


class DebitDesk(ChargeDesk):
    """Contoso also signs mandates."""

    def __init__(self) -> None:
        super().__init__()
        self.gocardless = GoCardless(clock=lambda: self.now)
        transport = httpx_transport(self.fuse.guard(self.gocardless))
        http = Http("GoCardless", ADDRESS, transport=transport, sleep=self._sleep)
        self._debits = GoCardlessGateway(Client(http, TOKEN), environment="local")
        kind = choice_value("w365_paymentprocessor", "w365_kind", "GoCardless")
        self._processor = self._make(
            "w365_paymentprocessor", {"w365_code": "debits", "w365_kind": kind, "w365_secretname": "gocardless-token"}
        )

    def gateway_for(self, processor: Processor) -> Gateway:
        """By the kind of the processor's row."""
        return self._debits if processor.kind == "GoCardless" else super().gateway_for(processor)

    def sign(self, scheme: str) -> ProfileId:
        """A payment profile of Contoso with a mandate."""
        mandate = control(self.gocardless, "mandate", scheme=scheme)
        row: Row = {
            "w365_name": f"Contoso by {scheme}",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Bank debit"),
            "w365_customerreference": mandate["links"]["customer"],
            "w365_methodreference": mandate["id"],
            "w365_brand": "Bank of Contoso",
            "w365_lastfour": "1100",
            **bind("w365_Account", "account", self.account),
            **bind("w365_Processor", "w365_paymentprocessor", self._processor),
        }
        return ProfileId(self._make("w365_paymentprofile", row))

    def told(self, last: int) -> None:
        """GoCardless' webhook about the last events: the door and the worker in one."""
        said = control(self.gocardless, "webhook", secret=SECRET, last=last)
        for hint in verify(said["body"].encode(), said["signature"], SECRET):
            self.event(hint)

    def debits(self, invoice: InvoiceId) -> list[Row]:
        """What GoCardless holds for an invoice."""
        return [one for one in control(self.gocardless, "payments") if one["metadata"].get("w365_invoice") == invoice]

    def bill(self, invoice: InvoiceId) -> Bill:
        """As at the charge desk; a debit that has not failed counts as a charge, because it takes, or took, the money."""
        said = super().bill(invoice)
        return replace(said, taken=said.taken + sum(one["status"] not in ENDED for one in self.debits(invoice)))
