"""A partner whose month is played: one process with the real application, its tenant, two gateways and a mail system.

Invoices come from the monthly run, which charges them by itself, and from people. Whatever the application asks of somebody else
passes one fuse; what laws read does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import settings
import wiring
from dataverse.rows import bind, choice_value
from dataverse.stores.currencies import Currencies
from dataverse.webapi import Ref, WebApi
from local.azure.memory_queue import MemoryQueue
from local.dataverse import seed
from local.desks.billing import add_subscription
from local.desks.charge import ROOT
from local.desks.debit import SECRET
from local.desks.giving_back import GivingDesk
from local.desks.statements import WordsAlone
from local.graph.app import Graph
from local.http import httpx_transport
from local.quickbooks.connect import MemoryVault
from local.sample.generated import ENTITY, Shape, fill
from providers.graph_mail.mailer import GraphMailer
from transport.client import NO_RETRIES, Http
from work365.errors import Work365Error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dataverse.rows import Row
    from local.http import App
    from work365.receivables.payments import ProfileId

TOLD = settings.read(
    {
        "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
        "W365_VAULT_URL": "https://partner.vault.azure.net",
        "W365_MAILBOX": "billing@contoso.example",
        f"{settings.STORAGE}__accountName": "partner",
        "W365_PUBLIC_URL": "https://app.example",
    }
)
CONTRACT, SETTING = "w365_billingcontract", "w365_setting"
MORNING = time(3, 15, tzinfo=UTC)
REMINDED = (-3, 3, 10)
"""Days before and after an invoice is due on which its customer is reminded."""


class Now:
    """The clock of the application: the time of the desk."""

    def __init__(self, desk: GivingDesk) -> None:
        self._desk = desk

    def now(self) -> datetime:
        """The moment it is."""
        return self._desk.now

    def today(self, zone: str) -> date:
        """Its date; whoever asks, the partner lives in UTC."""
        del zone
        return self._desk.now.date()


class Partner(GivingDesk):
    """Contoso, K-1, is billed by contracts: C-1 is charged by card, C-2 by mandate, C-USD and C-JPY bill what people write."""

    def __init__(self, first: date) -> None:
        super().__init__()
        self.now = datetime.combine(first, MORNING)
        self.graph = Graph(lambda: self.now, settle_s=60)
        self.queue = MemoryQueue(lambda: self.now)
        self.listen()
        fill(self.quiet, Currencies(self.quiet), Shape(contracts=0))
        self.entity = ENTITY
        self._settle_in(first)
        self.application = self._application()

    def _api(self, app: App) -> WebApi:
        """As at the charge desk, but waiting takes the same time whenever a month is played."""
        http = Http("dataverse", ROOT, transport=httpx_transport(app), sleep=self._sleep, jitter=lambda: 0.5)
        return WebApi(http, lambda: "token")

    def _application(self) -> wiring.Application:
        """The application as it is deployed, its adapters in this process."""
        graph = Http("graph", "https://graph.example", transport=httpx_transport(self.fuse.guard(self.graph)), retries=NO_RETRIES)
        secrets = {TOLD.stripe_webhook_secret: self.signing_secret, TOLD.gocardless_webhook_secret: SECRET}
        replaced: dict[str, Any] = {
            "api": self.guarded,
            "queue": self.queue,
            "secrets": MemoryVault(secrets),
            "gateway_for": self.gateway_for,
            "mailer": GraphMailer(graph, lambda: "token", mailbox=TOLD.mailbox),
            "documents": WordsAlone(),
        }
        built = wiring.build(TOLD, clock=Now(self))
        vars(built).update(replaced)
        return built

    def _settle_in(self, first: date) -> None:
        """The customer's contracts, a plan of reminders, and the rule of holds."""
        self.quiet.update(Ref("account", self.account), {"emailaddress1": "ap@k-1.example", "w365_taxcountry": "DE"})
        for number, profile in (("C-1", self.profile), ("C-2", self.mandate)):
            contract = self._make(CONTRACT, self._contract(number, first, profile=profile))
            add_subscription(self.quiet, contract, seats=10, start=first)
        for code in ("USD", "JPY"):
            self._make(CONTRACT, self._contract(f"C-{code}", first, code=code))
        plan = self._make("w365_reminderplan", {"w365_name": "STD", "w365_code": "STD"})
        channel = choice_value("w365_reminderstep", "w365_channel", "Mail")
        for day in REMINDED:
            step = {"w365_name": f"{day:+d}", "w365_day": day, "w365_channel": channel}
            self._make("w365_reminderstep", step | bind("w365_Plan", "w365_reminderplan", plan))
        level = choice_value(SETTING, "w365_level", "Company")
        for setting, value in (("reminder-plan", "STD"), ("hold-overdue-days", "20")):
            said = {"w365_name": setting, "w365_level": level, "w365_subject": "-", "w365_setting": setting, "w365_value": value}
            self._make(SETTING, said)

    def _contract(self, number: str, first: date, *, profile: ProfileId | None = None, code: str = "EUR") -> Row:
        """One that is charged by itself where it names a profile."""
        said = {"frequency": "Monthly", "policy": "Advance", "prorate": "Days", "changesbilled": "Next cycle"}
        said |= {"autocharge": "Yes" if profile else "No"}
        return {
            "w365_name": number,
            "w365_number": number,
            "w365_startdate": first,
            "w365_billday": 1,
            "w365_nextinvoicedate": first,
            "w365_billingemail": f"ap@{number.lower()}.example",
            **{f"w365_{name}": choice_value(CONTRACT, f"w365_{name}", label) for name, label in said.items()},
            **bind("w365_Account", "account", self.account),
            **bind("w365_LegalEntity", "w365_legalentity", ENTITY),
            **(bind("w365_PaymentProfile", "w365_paymentprofile", profile) if profile else {}),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id(code)),
        }

    @property
    def signing_secret(self) -> str:
        """What Stripe signs its webhooks with."""
        return self._signing_secret

    def _webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Stripe calls the real door; what the door cannot take now, Stripe sends again."""
        del url
        try:
            self.application.gateway_event("Stripe", body, headers["stripe-signature"])
        except Work365Error:
            return 500
        return 200

    def today(self) -> date:
        """The day that it is."""
        return self.now.date()

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, past the fuse."""
        return self.dataverse.rows(table)
