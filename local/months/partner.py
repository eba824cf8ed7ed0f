"""A partner whose month is played: one process with the real application, its tenant, two gateways and a mail system.

Invoices come from the monthly run, which charges them by itself, and from people. Whatever the application asks of somebody else
passes one fuse; what laws read does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import requests

import settings
import wiring
from dataverse.stores.currencies import Currencies
from dataverse.webapi import WebApi
from local.azure.memory_queue import MemoryQueue
from local.desks.approvals import APPROVERS, hired
from local.desks.charge import ROOT
from local.desks.debit import SECRET
from local.desks.giving_back import GivingDesk
from local.desks.statements import WordsAlone
from local.graph.app import Graph
from local.http import RequestsAdapter, httpx_transport
from local.months.arranging import BAD_DEBTS, arrange
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup
from local.quickbooks.connect import ledger_for, system_for, vault_for
from local.sample.generated import ENTITY, Shape, fill
from local.stripe.server import KEY
from providers.graph_mail.mailer import GraphMailer
from providers.stripe.client import client
from providers.stripe.movements import StripeMoney
from providers.stripe.pay_pages import StripePayPages
from transport.client import NO_RETRIES, Http
from work365.errors import Refused, Work365Error
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dataverse.rows import Row
    from local.http import App, Request, Response
    from work365.ports.reconciling import GatewayMoney
    from work365.receivables.payments import Processor

TOLD = settings.read(
    {
        "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
        "W365_VAULT_URL": "https://partner.vault.azure.net",
        "W365_MAILBOX": "billing@contoso.example",
        f"{settings.STORAGE}__accountName": "partner",
        "W365_PUBLIC_URL": "https://app.example",
    }
)
MORNING = time(3, 15, tzinfo=UTC)


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
    """Contoso, K-1, is billed by contracts: C-1 is charged by card, C-2 by mandate, C-USD and C-JPY bill what people write.

    Attributes:
        approver: whoever answers what waits.
        booked_by_hand: the id of C-1, whose documents go to the books when somebody presses Sync; those of C-2 go by themselves.
    """

    booked_by_hand: str

    def __init__(self, first: date) -> None:
        super().__init__()
        self.now = datetime.combine(first, MORNING)
        self.graph = Graph(lambda: self.now, settle_s=60)
        self.queue = MemoryQueue(lambda: self.now)
        self.listen()
        fill(self.quiet, Currencies(self.quiet), Shape(contracts=0))
        self.entity = ENTITY
        self.company = CompanySetup(home="EUR", expenses=(BAD_DEBTS,))
        self.quickbooks = QuickBooks(lambda: self.now, companies=(self.company,), limits=None)
        self.books = system_for(self.company.realm, id=derived("months", "books"))
        self.approver = hired(self.quiet, "Ann Approver", *APPROVERS)
        arrange(self, first)
        self.application = self._application()

    def _api(self, app: App) -> WebApi:
        """As at the charge desk, but waiting takes the same time whenever a month is played."""
        http = Http("dataverse", ROOT, transport=httpx_transport(app), sleep=self._sleep, jitter=lambda: 0.5)
        return WebApi(http, lambda: "token")

    def _application(self) -> wiring.Application:
        """The application as it is deployed, its adapters in this process."""
        graph = Http("graph", "https://graph.example", transport=httpx_transport(self.fuse.guard(self.graph)), retries=NO_RETRIES)
        vault = vault_for(self.quickbooks, self.company.realm)
        vault.write(TOLD.stripe_webhook_secret, self.signing_secret)
        vault.write(TOLD.gocardless_webhook_secret, SECRET)
        ledger = ledger_for(self._books, self.books, vault, lambda: self.now)
        replaced: dict[str, Any] = {
            "api": self.guarded,
            "queue": self.queue,
            "secrets": vault,
            "gateway_for": self.gateway_for,
            "pay_pages_for": self.pages_for,
            "money_for": self.money_for,
            "ledger_for": lambda _: ledger,
            "mailer": GraphMailer(graph, lambda: "token", mailbox=TOLD.mailbox),
            "documents": WordsAlone(),
        }
        built = wiring.build(TOLD, clock=Now(self))
        vars(built).update(replaced)
        return built

    def _books(self, request: Request) -> Response:
        """The books. A second worker in this process cannot come while the first one signs in, which a lock keeps for one."""
        app = self.quickbooks if request.path.startswith("/oauth2/") else self.fuse.guard(self.quickbooks)
        return app(request)

    def reach_stripe_by(self, app: App) -> None:
        """The gateway, its pages, and what it says of its money."""
        super().reach_stripe_by(app)
        session = requests.Session()
        session.mount("https://", RequestsAdapter(app))
        stripe = client(KEY, own_session=session)
        self._pages, self._cards = StripePayPages(stripe, environment="local"), StripeMoney(stripe, environment="local")

    def pages_for(self, processor: Processor) -> StripePayPages:
        """The pages of the one gateway that has any."""
        del processor
        return self._pages

    def money_for(self, processor: Processor) -> GatewayMoney:
        """What moved at a gateway. Errors: Refused of the mandates: their payouts are another story."""
        if processor.kind == "GoCardless":
            message = "nothing is paid out in these months"
            raise Refused(message)
        return self._cards

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

    def made(self, table: str, row: Row) -> str:
        """A row at an id that is the same in each of these months."""
        return self._make(table, row)

    def today(self) -> date:
        """The day that it is."""
        return self.now.date()

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, past the fuse."""
        return self.dataverse.rows(table)
