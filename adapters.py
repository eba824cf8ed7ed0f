"""Every adapter of a deployment: clients of the tenant and the vendors, stores, clock. Built from settings, when first needed."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dataverse.identity import Credential, Identity, Tokens, credential, scope_of
from dataverse.stores.amending import AmendingStore
from dataverse.stores.balances import Balances
from dataverse.stores.billing import Billing
from dataverse.stores.books import Books
from dataverse.stores.changing import Changing
from dataverse.stores.closing import Closing
from dataverse.stores.crediting import Crediting
from dataverse.stores.currencies import Currencies
from dataverse.stores.disputing import Disputing
from dataverse.stores.exchange_rates import ExchangeRateRows
from dataverse.stores.issuing import Issuing
from dataverse.stores.jobs import Jobs
from dataverse.stores.one_off import OneOffs
from dataverse.stores.payments import Payments
from dataverse.stores.profiles import Profiles
from dataverse.stores.questions import Questions
from dataverse.stores.refunding import Refunding
from dataverse.stores.renewing import Renewals
from dataverse.stores.reselling import Reselling
from dataverse.stores.sending import Sending
from dataverse.stores.splitting import Splits
from dataverse.stores.statement_mail import StatementMail
from dataverse.stores.statements import StatementRows
from dataverse.stores.telling import Telling
from dataverse.stores.telling_approvals import ApprovalNews
from dataverse.stores.telling_cards import CardNews
from dataverse.stores.telling_money import PaymentNews
from dataverse.stores.writing_off import WritingOff
from dataverse.webapi import Http, WebApi
from providers.avalara.engine import TIMEOUTS as AVALARA_TIMEOUTS
from providers.avalara.engine import AvalaraTax
from providers.azure_queue.client import by_connection_string, by_identity
from providers.azure_queue.queues import AzureQueues
from providers.catalogues.languages import Languages
from providers.en16931.writer import En16931
from providers.exchange_rates.ecb import TIMEOUTS as ECB_TIMEOUTS
from providers.exchange_rates.ecb import EcbRates
from providers.exchange_rates.rows import ECB
from providers.gocardless.client import TIMEOUTS as GOCARDLESS_TIMEOUTS
from providers.gocardless.client import Client as GoCardlessClient
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.movements import GoCardlessMoney
from providers.graph_mail.mailer import GraphMailer
from providers.key_vault.vault import Vault
from providers.quickbooks.client import TIMEOUTS as QUICKBOOKS_TIMEOUTS
from providers.quickbooks.client import Client
from providers.quickbooks.ledger import QuickBooksLedger
from providers.quickbooks.tokens import Credentials
from providers.quickbooks.tokens import Tokens as QuickBooksTokens
from providers.sandbox_clock.clock import SandboxClock
from providers.stripe.client import TIMEOUTS as STRIPE_TIMEOUTS
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from providers.stripe.hosted import StripeHostedPages
from providers.stripe.movements import StripeMoney
from providers.stripe.pay_pages import StripePayPages
from providers.typst_pdf.renderer import TypstDocuments
from transport.sessions import session
from work365.errors import Refused
from work365.handlers.assessing import Engines
from work365.handlers.drawing import Press

if TYPE_CHECKING:
    from datetime import date

    from azure.storage.queue import QueueServiceClient
    from stripe import StripeClient

    from settings import Settings
    from work365.accounting.deciding import BooksSystem
    from work365.ports.books import Ledger
    from work365.ports.pay_links import PayPages
    from work365.ports.payments import Gateway
    from work365.ports.platform import Clock, Queue
    from work365.ports.profiles import HostedPages
    from work365.ports.reconciling import GatewayMoney
    from work365.ports.taxing import EngineChoice, TaxEngine
    from work365.receivables.payments import Processor

API = "/api/data/v9.2/"


def clock_for(settings: Settings) -> Clock:
    """The time of this machine; in a sandbox, the time that its clock was moved to."""
    return SystemClock() if settings.test_clock is None else SandboxClock(settings.test_clock)


def identity_of(settings: Settings) -> Identity:
    """Who the settings say we are."""
    kind, client, tenant = settings.identity, settings.client_id, settings.tenant_id
    return Identity(kind, client, tenant, settings.trusted_client_id, settings.authority, settings.ca_file)


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one clock of a deployment

    def today(self, zone: str) -> date:
        """Today in a time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()


class Adapters:
    """Every adapter of one deployment, built when it is first needed."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self._signed_in = identity
        self._ledgers: dict[BooksSystem, Ledger] = {}
        self._lock = threading.Lock()

    @cached_property
    def _identity(self) -> Credential:
        return self._signed_in or credential(identity_of(self.settings))

    @cached_property
    def api(self) -> WebApi:
        """The partner's tenant."""
        address = self.settings.dataverse_url
        return WebApi(Http("dataverse", f"{address}{API}"), Tokens(self._identity, scope_of(address)))

    @cached_property
    def secrets(self) -> Vault:
        """The partner's vault."""
        return Vault(self.settings.vault_url, self._identity, ca=self.settings.ca_file)

    @cached_property
    def queue(self) -> Queue:
        """Messages to ourselves."""
        return AzureQueues(self.queue_service)

    @cached_property
    def queue_service(self) -> QueueServiceClient:
        """The storage account of the queues."""
        storage = self.settings.storage
        return by_connection_string(storage) if "=" in storage else by_identity(storage, self._identity)

    @cached_property
    def currencies(self) -> Currencies:
        """Ids and codes of the tenant's currencies."""
        return Currencies(self.api)

    @cached_property
    def billing(self) -> Billing:
        """Rows of the monthly run."""
        return Billing(self.api, self.currencies)

    @cached_property
    def jobs(self) -> Jobs:
        """Job rows."""
        return Jobs(self.api, self.currencies)

    @cached_property
    def payments(self) -> Payments:
        """Payment rows."""
        return Payments(self.api, self.currencies)

    @cached_property
    def profiles(self) -> Profiles:
        """Payment profiles that customers fill themselves."""
        return Profiles(self.api)

    @cached_property
    def refunding(self) -> Refunding:
        """Refunds, and what they change."""
        return Refunding(self.api, self.currencies, self.payments)

    @cached_property
    def writing_off(self) -> WritingOff:
        """What is given up of invoices."""
        return WritingOff(self.api, self.currencies)

    @cached_property
    def disputing(self) -> Disputing:
        """Disputes, and what they change."""
        return Disputing(self.api, self.currencies, self.payments)

    @cached_property
    def balances(self) -> Balances:
        """What customers owe."""
        return Balances(self.api, self.currencies)

    @cached_property
    def books(self) -> Books:
        """Rows about the accounting systems."""
        return Books(self.api)

    @cached_property
    def issuing(self) -> Issuing:
        """Documents that a person verifies and issues."""
        return Issuing(self.api)

    @cached_property
    def crediting(self) -> Crediting:
        """Documents that a person credits or cancels."""
        return Crediting(self.api, self.currencies)

    @cached_property
    def closing(self) -> Closing:
        """Contracts that are closed."""
        return Closing(self.api, self.currencies)

    @cached_property
    def one_offs(self) -> OneOffs:
        """Invoices outside the cycle."""
        return OneOffs(self.api, self.currencies)

    @cached_property
    def amending(self) -> AmendingStore:
        """Contracts that are amended."""
        return AmendingStore(self.api, self.currencies)

    @cached_property
    def changing(self) -> Changing:
        """Subscriptions that are changed, and planned changes."""
        return Changing(self.api, self.currencies)

    @cached_property
    def renewals(self) -> Renewals:
        """Terms that end."""
        return Renewals(self.api, self.currencies)

    @cached_property
    def splits(self) -> Splits:
        """Subscriptions that several contracts pay for."""
        return Splits(self.api, self.currencies, self.clock.now)

    @cached_property
    def reselling(self) -> Reselling:
        """Tiers of resellers, and what each is billed for."""
        return Reselling(self.api, self.currencies, self.clock.now)

    @cached_property
    def rates(self) -> ExchangeRateRows:
        """The book of exchange rates."""
        return ExchangeRateRows(self.api)

    @cached_property
    def ecb(self) -> EcbRates:
        """The exchange rates that the European Central Bank publishes."""
        return EcbRates(Http(ECB, self.settings.ecb_url, timeouts=ECB_TIMEOUTS))

    @cached_property
    def sending(self) -> Sending:
        """Rows about what is sent."""
        return Sending(self.api)

    @cached_property
    def telling(self) -> Telling:
        """Rows of what people are told."""
        return Telling(self.api)

    @cached_property
    def payment_news(self) -> PaymentNews:
        """Rows about payments that their customers are told of."""
        return PaymentNews(self.api, self.currencies)

    @cached_property
    def questions(self) -> Questions:
        """Rows about what customers ask, and who is told of it."""
        return Questions(self.api, self.currencies)

    @cached_property
    def card_news(self) -> CardNews:
        """Rows about cards that expire."""
        return CardNews(self.api)

    @cached_property
    def approval_news(self) -> ApprovalNews:
        """Rows about requests that approvers are told of."""
        return ApprovalNews(self.api)

    @cached_property
    def statements(self) -> StatementRows:
        """Rows that statements of account are drawn up from."""
        return StatementRows(self.api)

    @cached_property
    def statement_mail(self) -> StatementMail:
        """Rows of statements of account that are mailed."""
        return StatementMail(self.api)

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

    @cached_property
    def tax_engines(self) -> Engines:
        """How legal entities reach their tax engines."""
        return Engines(self.tax_engine_for, time.monotonic)

    def tax_engine_for(self, choice: EngineChoice) -> TaxEngine:
        """The engine that a legal entity has chosen. Its secret is read from the vault each time. Errors: Refused; External."""
        if not choice.company or not choice.secret:
            message = (
                f"enter the company code at {choice.kind.value} and the name of the vault's secret on the legal entity's form"
            )
            raise Refused(message)
        http = Http("Avalara", self.settings.avalara_url, timeouts=AVALARA_TIMEOUTS)
        return AvalaraTax(http, choice, self.secrets.read(choice.secret))

    def ledger_for(self, system: BooksSystem) -> Ledger:
        """The ledger of a system; its session and tokens are kept for as long as the system's row stays as it is.

        One for all threads: two that refreshed the same tokens would each make the other's useless.
        """
        if system.kind != "QuickBooks Online":
            message = f"this version cannot post to {system.kind} ({system.code}); choose a QuickBooks company on the contract"
            raise Refused(message)
        with self._lock:
            if system not in self._ledgers:
                self._ledgers[system] = QuickBooksLedger(self.quickbooks(system), system, self.clock.now)
            return self._ledgers[system]

    def quickbooks(self, system: BooksSystem) -> Client:
        """One company at QuickBooks over the wire."""
        told = self.settings
        address = urlsplit(told.quickbooks_token_url)
        http = Http("QuickBooks", f"{address.scheme}://{address.netloc}")
        names = Credentials(told.quickbooks_client_id, told.quickbooks_client_secret, system.token_secret)
        tokens = QuickBooksTokens(http, address.path, names, self.secrets, self.clock.now)
        return Client(session(QUICKBOOKS_TIMEOUTS, ca=told.ca_file), told.quickbooks_url, system.company, tokens)

    @cached_property
    def mailer(self) -> GraphMailer:
        """Mail from the billing mailbox."""
        if not self.settings.mailbox:
            message = "No mail can be sent: the setting W365_MAILBOX does not name the mailbox to send invoices from."
            raise Refused(message)
        address = self.settings.graph_url
        return GraphMailer(Http("graph", address), Tokens(self._identity, scope_of(address)), mailbox=self.settings.mailbox)

    @cached_property
    def documents(self) -> TypstDocuments:
        """Invoices as PDF."""
        return TypstDocuments()

    @cached_property
    def press(self) -> Press:
        """Who draws documents, in every language."""
        return Press(self.documents, En16931(), Languages())
