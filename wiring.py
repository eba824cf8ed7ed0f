"""The only module that reads settings and builds objects: it hands each handler its ports.

`system()` is what the doors talk to; `application()` is the same with its ports in reach, for the command line.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import settings as settings_module
from dataverse.identity import Credential, Identity, Tokens, credential, scope_of
from dataverse.stores.amending import AmendingStore
from dataverse.stores.billing import Billing
from dataverse.stores.books import Books
from dataverse.stores.certificates import Certificates
from dataverse.stores.changing import Changing
from dataverse.stores.closing import Closing
from dataverse.stores.crediting import Crediting
from dataverse.stores.currencies import Currencies
from dataverse.stores.instalments import Instalments
from dataverse.stores.issuing import Issuing
from dataverse.stores.jobs import Jobs
from dataverse.stores.metering import Metering
from dataverse.stores.one_off import OneOffs
from dataverse.stores.payments import Payments
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.renewing import Renewals
from dataverse.stores.sending import Sending
from dataverse.stores.splitting import Splits
from dataverse.stores.statements import StatementRows
from dataverse.stores.tax_rows import TaxRows
from dataverse.stores.telling import Telling
from dataverse.webapi import Http, WebApi
from providers.avalara.engine import TIMEOUTS as AVALARA_TIMEOUTS
from providers.avalara.engine import AvalaraTax
from providers.azure_queue.client import by_connection_string, by_identity
from providers.azure_queue.queues import AzureQueues
from providers.catalogues.languages import Languages
from providers.en16931.writer import En16931
from providers.gocardless import webhooks as gocardless_webhooks
from providers.gocardless.client import TIMEOUTS as GOCARDLESS_TIMEOUTS
from providers.gocardless.client import Client as GoCardlessClient
from providers.gocardless.gateway import GoCardlessGateway
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
from providers.stripe.webhooks import verify
from providers.typst_pdf.renderer import TypstDocuments
from transport.sessions import session
from work365 import VERSION
from work365.errors import Refused, Work365Error
from work365.handlers import (
    billing,
    certificates,
    changing,
    charging,
    closing,
    crediting,
    instalments,
    issuing,
    jobs,
    metering,
    one_off,
    prepaid,
    prepaying,
    reading_back,
    renewing,
    scheduling,
    sending,
    settling_tax,
    splitting,
    straying,
    syncing,
    telling,
)
from work365.handlers.assessing import Engines
from work365.handlers.drawing import Press
from work365.jobs import JobKind, JobResult
from work365.ports.payments import PaymentHint
from work365.ports.platform import JOBS
from work365.telling.thresholds import ThresholdReached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from azure.storage.queue import QueueServiceClient
    from stripe import StripeClient

    from settings import Settings
    from work365.accounting.deciding import BooksSystem
    from work365.handlers.commands import System
    from work365.handlers.events import RowEvent
    from work365.handlers.jobs import Doer
    from work365.ports.books import Ledger
    from work365.ports.payments import Gateway
    from work365.ports.platform import Clock, Queue
    from work365.ports.taxing import EngineChoice, TaxEngine
    from work365.receivables.payments import Processor
    from work365.telling.notice import Occasion

log = logging.getLogger(__name__)
API = "/api/data/v9.2/"
STALE_S = 15 * 60
SWEPT_MAX = 500
KEY_KEPT_S = 60.0

_lock = threading.RLock()
_system: System | None = None


def system() -> System:
    """The application behind the doors, built when the first of them opens.

    Errors: BadInput with a sentence when a setting is missing; the next call tries again.
    """
    global _system  # noqa: PLW0603  one application per process, as the Functions worker has it
    with _lock:
        if _system is None:
            _system = build(settings_module.read(os.environ))
        return _system


def install(other: System | None) -> None:
    """Put another application behind the doors; None builds the real one again at the next call."""
    global _system  # noqa: PLW0603  as above
    with _lock:
        _system = other


def application() -> Application:
    """The application with its ports, for the command line. Errors: BadInput when a setting is missing."""
    found = system()
    if not isinstance(found, Application):
        message = "another application is installed behind the doors"
        raise Refused(message)
    return found


def tenant() -> WebApi:
    """The partner's tenant, for the command line."""
    return application().api


def clock() -> Clock:
    """The clock of this process."""
    return application().clock


def build(settings: Settings, *, clock: Clock | None = None, identity: Credential | None = None) -> Application:
    """Build the application out of settings; `identity` takes the place of the deployment's own, for a person who signed in."""
    return Application(settings, clock or clock_for(settings), identity)


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


class Application:
    """Every adapter of one deployment, built when it is first needed, and one method per door."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self._signed_in = identity
        self._key = ("", 0.0)
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
    def sending(self) -> Sending:
        """Rows about what is sent."""
        return Sending(self.api)

    @cached_property
    def telling(self) -> Telling:
        """Rows of what people are told."""
        return Telling(self.api)

    @cached_property
    def statements(self) -> StatementRows:
        """Rows that statements of account are drawn up from."""
        return StatementRows(self.api)

    @cached_property
    def doers(self) -> dict[JobKind, Doer]:
        """The handler of each kind of job, its ports in hand."""
        now = self.clock.now
        charge = partial(charging.charge, book=self.payments, gateway_for=self.gateway_for)
        confirm = partial(charging.confirm, book=self.payments, gateway_for=self.gateway_for)
        sync = partial(syncing.sync, book=self.books, ledger_for=self.ledger_for)
        send = partial(sending.send, book=self.sending, press=self.press, mailer=self.mailer)
        return {
            JobKind.CHARGE: lambda job: charge(job, now=now()),
            JobKind.CONFIRM_PAYMENT: lambda job: confirm(job, now=now()),
            JobKind.SYNC: lambda job: sync(job, now=now()),
            JobKind.SEND: lambda job: send(job, now=now()),
            JobKind.VERIFY: partial(issuing.verify, book=self.issuing, clock=self.clock),
            JobKind.CREDIT: partial(crediting.credit, book=self.crediting, issuing=self.issuing, clock=self.clock),
            JobKind.CANCEL: partial(crediting.cancel, book=self.crediting, issuing=self.issuing, clock=self.clock),
            JobKind.ISSUE: partial(issuing.issue, book=self.issuing, clock=self.clock),
            JobKind.SETTLE_TAX: partial(settling_tax.settle_tax, book=TaxRows(self.api), engine_for=self.tax_engine_for),
            JobKind.ONE_OFF: partial(
                one_off.bill_once, book=self.one_offs, issuing=self.issuing, clock=self.clock, engines=self.tax_engines
            ),
            JobKind.CHANGE: partial(changing.change, book=self.changing, clock=self.clock),
            JobKind.CLOSE: partial(closing.close, book=self.closing, billing=self.billing, queue=self.queue, clock=self.clock),
        }

    def webhook_key(self) -> str:
        """The key that Dataverse sends; kept for a minute, so that a rotated one is soon accepted."""
        key, until = self._key
        if time.monotonic() >= until:
            key = self.secrets.read(self.settings.webhook_secret)
            self._key = (key, time.monotonic() + KEY_KEPT_S)
        return key

    def job_event(self, event: RowEvent) -> None:
        """Put a job's id on the queue."""
        self.queue.send(JOBS, {"job": event.id})

    def gateway_event(self, kind: str, raw: bytes, signature: str) -> None:
        """Check the signature, then put the payments' references on the queue."""
        for hint in self._hints(kind, raw, signature):
            self.queue.send(JOBS, {"reference": hint.reference, "payment": hint.payment})

    def _hints(self, kind: str, raw: bytes, signature: str) -> tuple[PaymentHint, ...]:
        if kind == "GoCardless":
            return gocardless_webhooks.verify(raw, signature, self.secrets.read(self.settings.gocardless_webhook_secret))
        hint = verify(raw, signature, self.secrets.read(self.settings.stripe_webhook_secret), now=self.clock.now())
        return (hint,) if isinstance(hint, PaymentHint) else ()

    def run_job(self, message: Mapping[str, str]) -> None:
        """Work on a job, or on what a gateway's event names; look again later where the outcome is open."""
        now = self.clock.now()
        result: JobResult | None = None
        if job := message.get("job"):
            result = jobs.run_job(job, book=self.jobs, doers=self.doers, now=now)
        elif "reference" in message or "payment" in message:
            hint = PaymentHint(message.get("reference", ""), message.get("payment", ""))
            result = charging.gateway_event(hint, book=self.payments, gateway_for=self.gateway_for, now=now)
        if result is not None and result.again_in_s is not None and not result.state.final:
            self.queue.send(JOBS, message, delay_s=result.again_in_s)

    def run_chunk(self, message: Mapping[str, str]) -> None:
        """Bill one chunk."""
        if chunk := message.get("chunk"):
            billing.work(chunk, book=self.billing, now=self.clock.now(), engines=self.tax_engines)

    def job_poisoned(self, text: str, why: str) -> None:
        """Mark a job as failed, with the reason."""
        job = _named(text, "job")
        if job:
            jobs.give_up(job, why, book=self.jobs, now=self.clock.now())

    def chunk_poisoned(self, text: str, why: str) -> None:
        """Mark a chunk as failed, with the reason."""
        chunk = _named(text, "chunk")
        if chunk:
            billing.give_up(chunk, why, book=self.billing, now=self.clock.now())

    def daily_billing(self) -> None:
        """Bring plans, changes, terms, closings and splits up to date, plan what is due in each entity's zone, look ahead."""
        steps = (
            *(self._expire_prepaid, self._keep_plans, self._look_for_payments, self._apply_planned, self._renew),
            *(self._carry_on_closing, self._divide_seats, self._list_strays, self._plan_billing),
            *(self._check_usage, self._tell_renewals, self._watch_certificates),
        )
        _each("daily_billing", steps)

    def _expire_prepaid(self) -> None:
        prepaid.expire_due(today=self.clock.today("UTC"), book=Prepaid(self.api, self.currencies))

    def _keep_plans(self) -> None:
        instalments.keep_plans(book=Instalments(self.api, self.currencies))

    def _apply_planned(self) -> None:
        scheduling.apply_due(book=self.changing, clock=self.clock)

    def _look_for_payments(self) -> None:
        if prepaying.look_for_payments(book=self.changing, clock=self.clock).released:
            self._apply_planned()

    def _renew(self) -> None:
        renewing.renew_due(book=self.renewals, clock=self.clock)

    def _watch_certificates(self) -> None:
        certificates.watch(book=Certificates(self.api), today=self.clock.today("UTC"))

    def _carry_on_closing(self) -> None:
        closing.carry_on(book=self.closing, clock=self.clock)

    def _divide_seats(self) -> None:
        splitting.divide_seats(book=self.splits, today=self.clock.today("UTC"))

    def _list_strays(self) -> None:
        rows = ReadinessRows(self.api, self.currencies)
        straying.list_strays(readiness=rows, book=rows, today=self.clock.today("UTC"))

    def _check_usage(self) -> None:
        checked = metering.check_lately(book=Metering(self.api, self.currencies), today=self.clock.today("UTC"))
        self._queue_notices(map(ThresholdReached, checked.reached))

    def _tell_renewals(self) -> None:
        self._queue_notices(telling.renewals_ahead(book=self.renewals, clock=self.clock))

    def _plan_billing(self) -> None:
        billing.plan(book=self.billing, queue=self.queue, clock=self.clock)

    def sweep(self) -> None:
        """Wake what was lost: chunks, runs, jobs, payments whose outcome is open; what cannot be read holds up nothing else."""
        _each("sweep", (self._sweep_billing, self._sweep_jobs, self._sweep_payments, self._look_for_payments))

    def _sweep_billing(self) -> None:
        billing.sweep(book=self.billing, queue=self.queue, now=self.clock.now(), untouched_s=STALE_S)

    def _sweep_jobs(self) -> None:
        for job in islice(self.jobs.due(self.clock.now(), untouched_s=STALE_S), SWEPT_MAX):
            self.queue.send(JOBS, {"job": job})

    def _sweep_payments(self) -> None:
        since = self.clock.now() - timedelta(seconds=STALE_S)
        for payment in islice(self.payments.unsettled(sent_before=since), SWEPT_MAX):
            self.queue.send(JOBS, {"payment": payment})

    def read_back(self) -> None:
        """Read from each company's books what was paid there; one that cannot be reached does not hold up the others."""
        _each("read_back", [partial(self._read_back, system) for system in self.books.systems()])

    def _read_back(self, system: BooksSystem) -> None:
        reading_back.read_back(system.id, book=self.books, ledger=self.ledger_for(system), now=self.clock.now())

    def tell(self) -> None:
        """Tell what changes within hours, and hand over every mail that waits; the night has written what takes days."""
        _each("tell", (self._tell_windows, self._deliver_notices))

    def _tell_windows(self) -> None:
        self._queue_notices(telling.closing_windows(book=self.renewals, clock=self.clock))

    def _queue_notices(self, occasions: Iterable[Occasion]) -> None:
        telling.queue(occasions, book=self.telling, catalogues=Languages())

    def _deliver_notices(self) -> None:
        telling.deliver(book=self.telling, mailer_for=lambda: self.mailer, clock=self.clock)

    def health(self) -> Mapping[str, str]:
        """Version, and whether the tenant answers."""
        try:
            self.api.who_am_i()
        except Work365Error as error:
            return {"version": VERSION, "status": f"not ready: {error}"}
        return {"version": VERSION, "status": "ready"}

    def gateway_for(self, processor: Processor) -> Gateway:
        """The gateway of a processor. Its key is read from the vault each time, so a rotated one is used at once."""
        if processor.kind == "Stripe":
            return StripeGateway(self.stripe(processor), environment=self.settings.environment)
        if processor.kind == "GoCardless":
            return GoCardlessGateway(self.gocardless(processor), environment=self.settings.environment)
        message = f"processor {processor.code} takes no charges; record the payment by hand, or choose another processor"
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


def _each(what: str, steps: Iterable[Callable[[], None]]) -> None:
    """Take every step, then raise the first error: the timer's run counts as failed, and its next one tries again."""
    failed: list[Work365Error] = []
    for step in steps:
        try:
            step()
        except Work365Error as error:
            log.warning("a part of %s was not done: %s", what, error)
            failed.append(error)
    if failed:
        raise failed[0]


def _named(text: str, name: str) -> str:
    """An id out of a message that may be anything."""
    with suppress(ValueError):
        read = json.loads(text)
        if isinstance(read, dict):
            return str(read.get(name) or "")
    return ""
