"""Reads the settings, and hands each handler its ports: one method per door and timer.

`system()` is what the doors talk to; `application()` is the same with its ports in reach, for the command line.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import settings as settings_module
from adapters import Adapters, clock_for
from dataverse.stores.approving import Approvals
from dataverse.stores.booked import BookedRows
from dataverse.stores.certificates import Certificates
from dataverse.stores.checklists import Checklists
from dataverse.stores.explaining import Explanations
from dataverse.stores.exposure import Exposures
from dataverse.stores.hold_rule import HoldRules
from dataverse.stores.holding import Holds
from dataverse.stores.instalments import Instalments
from dataverse.stores.metering import Metering
from dataverse.stores.pay_links import PayLinks
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.pricing import Pricing
from dataverse.stores.profile_requests import ProfileRequests
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.reconciling import MoneyRows
from dataverse.stores.reminding import Reminders
from dataverse.stores.renewing import Renewals
from dataverse.stores.retrying import Retries
from dataverse.stores.suspending import Suspensions
from dataverse.stores.tax_rows import TaxRows
from providers.catalogues.languages import Languages
from providers.gocardless import webhooks as gocardless_webhooks
from providers.stripe.webhooks import Ignored, verify
from work365 import VERSION
from work365.errors import External, Refused, Work365Error
from work365.handlers import (
    approving,
    balancing,
    billing,
    certificates,
    changing,
    charging,
    checking_books,
    checking_money,
    checklists,
    closing,
    crediting,
    explaining,
    exposing,
    falling_back,
    fetching_rates,
    hearing,
    holding,
    holding_by_rule,
    instalments,
    issuing,
    jobs,
    lifting,
    mailing_statements,
    metering,
    one_off,
    pay_links,
    pay_pages,
    prepaid,
    pricing_by_job,
    profile_links,
    questions,
    reading_back,
    refunding,
    reminding,
    renewal_policies,
    renewing,
    requesting_profiles,
    reselling,
    retrying,
    scheduling,
    sending,
    settling_tax,
    splitting,
    straying,
    suspending,
    syncing,
    telling,
    telling_money,
    writing_off,
)
from work365.handlers.approving import Gate
from work365.handlers.events import LINE_TABLE
from work365.handlers.hearing import Ears
from work365.handlers.pay_links import PayDesk
from work365.handlers.requesting_profiles import RequestDesk
from work365.jobs import JobKind, JobResult
from work365.ports.payments import About, PaymentHint
from work365.ports.platform import JOBS
from work365.ports.profiles import ProfileHint
from work365.receivables.links import TOKEN_BYTES
from work365.receivables.pay_links import Linking
from work365.receivables.profile_links import ASKED_AGAIN
from work365.telling.thresholds import ThresholdReached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from dataverse.identity import Credential
    from dataverse.webapi import WebApi
    from settings import Settings
    from work365.accounting.deciding import BooksSystem
    from work365.documents.labels import Labels
    from work365.handlers.commands import System
    from work365.handlers.events import RowEvent
    from work365.handlers.jobs import Doer
    from work365.handlers.pay_links import IssuedFile, Shown
    from work365.ports.platform import Clock
    from work365.receivables.payments import InvoiceId
    from work365.telling.notice import Occasion

log = logging.getLogger(__name__)
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


def new_token() -> str:
    """A link's token, which nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


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


class Application(Adapters):
    """One deployment: its adapters, and one method per door."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        super().__init__(settings, clock, identity)
        self._key = ("", 0.0)

    @cached_property
    def doers(self) -> dict[JobKind, Doer]:
        """The handler of each kind of job, its ports in hand."""
        now = self.clock.now
        charge = partial(charging.charge, book=self.payments, gateway_for=self.gateway_for)
        confirm = partial(charging.confirm, book=self.payments, gateway_for=self.gateway_for)
        refund = partial(refunding.refund, book=self.refunding, gateway_for=self.gateway_for, gate=self.gate)
        sync = partial(syncing.sync, book=self.books, ledger_for=self.ledger_for)
        linking = Linking(self.settings.public_url, new_token)
        send = partial(sending.send, book=self.sending, press=self.press, mailer=self.mailer, linking=linking)
        noting: dict[str, Any] = {"book": self.crediting, "issuing": self.issuing, "clock": self.clock, "gate": self.gate}
        today = partial(self.clock.today, "UTC")
        write_off = partial(writing_off.write_off, book=self.writing_off, gate=self.gate)
        balanced = partial(balancing.kept_after, book=self.balances, clock=self.clock)
        cleared = partial(pay_pages.cleared_before, book=self.payments, gateway_for=self.gateway_for, clock=self.clock)
        return {
            JobKind.CHARGE: balanced(lambda job: charge(job, now=now())),
            JobKind.CONFIRM_PAYMENT: balanced(lambda job: confirm(job, now=now())),
            JobKind.EXPLAIN: partial(explaining.explain, book=Explanations(self.api)),
            JobKind.REFUND: balanced(lambda job: refund(job, now=now())),
            JobKind.WRITE_OFF: cleared(balanced(lambda job: write_off(job, today=today()))),
            JobKind.TAKE_BACK_WRITE_OFF: balanced(lambda job: writing_off.take_back(job, book=self.writing_off, today=today())),
            JobKind.SYNC: lambda job: sync(job, now=now()),
            JobKind.SEND: lambda job: send(job, now=now()),
            JobKind.VERIFY: partial(issuing.verify, book=self.issuing, clock=self.clock),
            JobKind.CREDIT: cleared(balanced(partial(crediting.credit, **noting))),
            JobKind.CANCEL: cleared(balanced(partial(crediting.cancel, **noting))),
            JobKind.ISSUE: balanced(partial(issuing.issue, book=self.issuing, clock=self.clock)),
            JobKind.SETTLE_TAX: partial(settling_tax.settle_tax, book=TaxRows(self.api), engine_for=self.tax_engine_for),
            JobKind.ONE_OFF: partial(
                one_off.bill_once, book=self.one_offs, issuing=self.issuing, clock=self.clock, engines=self.tax_engines
            ),
            JobKind.CHANGE: partial(changing.change, book=self.changing, clock=self.clock, gate=self.gate),
            JobKind.APPROVE_PRICES: partial(pricing_by_job.approve_prices, book_for=self.pricing_for, gate=self.gate),
            JobKind.REPRICE: partial(pricing_by_job.reprice, book_for=self.pricing_for, gate=self.gate, clock=self.clock),
            JobKind.SET_RENEWALS: partial(
                renewal_policies.set_renewals, book_for=self.renewals_for, gate=self.gate, clock=self.clock
            ),
            JobKind.REQUEST_PROFILE: lambda job: requesting_profiles.request_profile(job, desk=self.request_desk, now=now()),
            JobKind.RELEASE: partial(lifting.release, book=Holds(self.api), changes=self.changing, clock=self.clock),
            JobKind.ANSWER: partial(approving.answer, book=self.approvals, queue=self.queue, clock=self.clock),
            JobKind.CLOSE: partial(
                closing.close, book=self.closing, billing=self.billing, queue=self.queue, clock=self.clock, gate=self.gate
            ),
        }

    @cached_property
    def approvals(self) -> Approvals:
        """Requests that wait for an approver."""
        return Approvals(self.api, self.currencies)

    @cached_property
    def gate(self) -> Gate:
        """What lets a request go on, or wait for an approver."""
        return Gate(self.approvals, self.clock)

    def pricing_for(self, person: str | None) -> Pricing:
        """Price lists and prices as somebody may write them; None for the system itself."""
        return Pricing(self.api if person is None else self.api.as_user(person), self.currencies)

    def renewals_for(self, person: str | None) -> Renewals:
        """Terms as somebody may write them; None for the system itself."""
        return Renewals(self.api if person is None else self.api.as_user(person), self.currencies)

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

    def document_event(self, event: RowEvent) -> bool:
        """Put the id of what somebody else changed on the queue; our own writes leave no verified document another one."""
        if event.user == self._ourselves:
            return False
        self.queue.send(JOBS, {"line" if event.table == LINE_TABLE else "document": event.id})
        return True

    @cached_property
    def _ourselves(self) -> str:
        """The id of the user that we write as; asked for once, also when every night's documents are told."""
        return str(self.api.who_am_i()["UserId"])

    def gateway_event(self, kind: str, raw: bytes, signature: str) -> None:
        """Check the signature, then put the payments' references on the queue."""
        for hint in self._hints(kind, raw, signature):
            if isinstance(hint, ProfileHint):
                self.queue.send(JOBS, {"profile": hint.profile, "method": hint.method})
                continue
            self.queue.send(JOBS, {"reference": hint.reference, "payment": hint.payment, "about": hint.about.value})

    def _hints(self, kind: str, raw: bytes, signature: str) -> tuple[PaymentHint | ProfileHint, ...]:
        if kind == "GoCardless":
            return gocardless_webhooks.verify(raw, signature, self.secrets.read(self.settings.gocardless_webhook_secret))
        hint = verify(raw, signature, self.secrets.read(self.settings.stripe_webhook_secret), now=self.clock.now())
        return () if isinstance(hint, Ignored) else (hint,)

    def open_setup(self, token: str) -> str:
        """The gateway's page for a request link."""
        at, now = self.public_url(), self.clock.now()
        return profile_links.open_link(token, book=self.profiles, pages_for=self.pages_for, public_url=at, now=now)

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

    def show_invoice(self, token: str) -> Shown:
        """The invoice behind a pay link."""
        return pay_links.show(token, desk=self.pay_desk, now=self.clock.now())

    def open_payment(self, token: str) -> str | None:
        """The gateway's page for a pay link's invoice."""
        return pay_links.open_page(token, desk=self.pay_desk, now=self.clock.now())

    def issued_file(self, token: str) -> IssuedFile:
        """The document behind a pay link."""
        return pay_links.issued_file(token, desk=self.pay_desk, now=self.clock.now())

    def close_page(self, invoice: InvoiceId) -> None:
        """Close the payment page of an invoice, if one may be open."""
        pay_pages.clear(invoice, book=self.payments, gateway_for=self.gateway_for, now=self.clock.now())

    def public_url(self) -> str:
        """Where customers reach us. Errors: Refused where the settings do not say."""
        if not self.settings.public_url:
            message = "no links are sent: the setting W365_PUBLIC_URL does not say where customers reach this deployment"
            raise Refused(message)
        return self.settings.public_url

    def labels(self, *tags: str) -> Labels:
        """The words of a language."""
        return Languages().formats(*tags).labels

    def run_job(self, message: Mapping[str, str]) -> None:
        """Work on a job, on what a gateway's event names, or on a document that somebody changed; look again while it is open."""
        now = self.clock.now()
        result: JobResult | None = None
        if job := message.get("job"):
            result = jobs.run_job(job, book=self.jobs, doers=self.doers, now=now)
        elif "reference" in message or "payment" in message:
            about = About(message.get("about", About.PAYMENT.value))
            result = self._hear(PaymentHint(message.get("reference", ""), message.get("payment", ""), about), now)
        elif "profile" in message or "method" in message:
            named = ProfileHint(message.get("profile", ""), message.get("method", ""))
            profile_links.look(named, book=self.profiles, pages_for=self.pages_for, now=now)
        elif account := message.get("account"):
            self.drawn(account)
        elif document := message.get("document"):
            falling_back.look_at(document, book=self.issuing)
        elif line := message.get("line"):
            falling_back.look_at_line(line, book=self.issuing)
        if result is not None and result.again_in_s is not None and not result.state.final:
            self.queue.send(JOBS, message, delay_s=result.again_in_s)

    def _hear(self, hint: PaymentHint, now: datetime) -> JobResult | None:
        heard = hearing.hear(hint, Ears(self.payments, self.refunding, self.disputing, self.gateway_for), now=now)
        if heard is not None and heard.account:
            self.drawn(heard.account)
        return None if heard is None else heard.result

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
        """Bring plans, changes, terms, closings, splits and tiers up to date, plan what is due in each zone, look ahead."""
        steps = (
            *(self._expire_prepaid, self._keep_plans, self._look_at_waiting, self._apply_planned, self._renew),
            *(self._carry_on_closing, self._divide_seats, self._follow_tiers, self._list_strays, self._plan_billing),
            *(
                self._draw_balances,
                self._draw_exposures,
                self._hold_by_rule,
                self._retry_declined,
                self._check_usage,
                self._tell_renewals,
            ),
            *(self._queue_statements, self._watch_certificates, self._follow_disputes, self._remind, self._suspend),
            *(self._check_money, self._check_books),
        )
        _each("daily_billing", steps)

    def _expire_prepaid(self) -> None:
        prepaid.expire_due(today=self.clock.today("UTC"), book=Prepaid(self.api, self.currencies))

    def _keep_plans(self) -> None:
        instalments.keep_plans(book=Instalments(self.api, self.currencies))

    def _apply_planned(self) -> None:
        scheduling.apply_due(book=self.changing, clock=self.clock)

    def _look_at_waiting(self) -> None:
        if holding.look_at_waiting(book=self.changing, clock=self.clock).payments.released:
            self._apply_planned()

    def _renew(self) -> None:
        renewing.renew_due(book=self.renewals, clock=self.clock)

    def _watch_certificates(self) -> None:
        certificates.watch(book=Certificates(self.api), today=self.clock.today("UTC"))

    def _carry_on_closing(self) -> None:
        closing.carry_on(book=self.closing, clock=self.clock)

    def _divide_seats(self) -> None:
        splitting.divide_seats(book=self.splits, today=self.clock.today("UTC"))

    def _follow_tiers(self) -> None:
        reselling.follow_tiers(book=self.reselling, today=self.clock.today("UTC"))

    def _list_strays(self) -> None:
        rows = ReadinessRows(self.api, self.currencies)
        straying.list_strays(readiness=rows, book=rows, today=self.clock.today("UTC"))

    def _check_usage(self) -> None:
        checked = metering.check_lately(book=Metering(self.api, self.currencies), today=self.clock.today("UTC"))
        self._queue_notices(map(ThresholdReached, checked.reached))

    def _draw_balances(self) -> None:
        balancing.refresh_all(book=self.balances, today=self.clock.today("UTC"))

    def _follow_checklists(self) -> None:
        checklists.follow(book=Checklists(self.api), now=self.clock.now())

    def _draw_exposures(self) -> None:
        _raise_first(exposing.refresh_all(book=Exposures(self.api, self.currencies), clock=self.clock).broken)

    def _keep_exposures(self) -> None:
        book, since = Exposures(self.api, self.currencies), self.clock.now() - timedelta(seconds=2 * STALE_S)
        _raise_first(exposing.refresh_moved(since=since, book=book, clock=self.clock).broken)

    def _hold_by_rule(self) -> None:
        """What waited for those who are released happens at once."""
        followed = holding_by_rule.follow(self.clock.today("UTC"), book=HoldRules(self.api))
        if followed.released:
            self._look_at_waiting()
        _raise_first(followed.broken)

    def _retry_declined(self) -> None:
        retrying.retry_due(book=Retries(self.api, self.currencies), now=self.clock.now())

    def _remind(self) -> None:
        reminding.remind(book=Reminders(self.api, self.currencies), catalogues=Languages(), clock=self.clock)

    def _suspend(self) -> None:
        self._follow_suspensions(usage=True)

    def _keep_suspensions(self) -> None:
        """Metered usage is looked at once a day: there may be a lot of it."""
        self._follow_suspensions(usage=False)

    def _follow_suspensions(self, *, usage: bool) -> None:
        """What people have decided first: the rule then sees it."""
        book = Suspensions(self.api)
        suspending.carry_out(book=book, clock=self.clock)
        followed = suspending.follow(self.clock.today(suspending.ZONE), book=book, usage=usage)
        self._queue_notices(suspending.told(book=book))
        if followed.broken:
            raise followed.broken[0]

    def _follow_disputes(self) -> None:
        """Ask about every dispute that is not decided: an event of its end may have been lost."""
        for payment in islice(self.disputing.under_way(), SWEPT_MAX):
            self.queue.send(JOBS, {"payment": payment, "about": About.RETURN.value})

    def _check_money(self) -> None:
        """Compare our payments with every gateway; what a gateway may know more of is asked about once more."""
        book = MoneyRows(self.api, self.currencies)
        for checked in checking_money.check_all(book=book, money_for=self.money_for, now=self.clock.now()):
            for hint in islice(checked.ask, SWEPT_MAX):
                self.queue.send(JOBS, {"reference": hint.reference, "payment": hint.payment, "about": hint.about.value})

    def _check_books(self) -> None:
        """Compare what was sent to each company's books with what they hold."""
        findings, now = MoneyRows(self.api, self.currencies), self.clock.now()
        list(checking_books.check_all(book=BookedRows(self.api), findings=findings, ledger_for=self.ledger_for, now=now))

    def _tell_renewals(self) -> None:
        self._queue_notices(telling.renewals_ahead(book=self.renewals, clock=self.clock))

    def _queue_statements(self) -> None:
        mailing_statements.queue_month(book=self.statement_mail, press=self.press, clock=self.clock)

    def _plan_billing(self) -> None:
        billing.plan(book=self.billing, queue=self.queue, clock=self.clock)

    def sweep(self) -> None:
        """Wake what was lost: chunks, runs, jobs, payments whose outcome is open; what cannot be read holds up nothing else."""
        steps = (
            *(self._sweep_billing, self._sweep_jobs, self._sweep_payments, self._look_at_waiting),
            *(self._follow_checklists, self._keep_balances, self._keep_exposures, self._hold_by_rule, self._sweep_documents),
            *(self._sweep_profiles, self._follow_approvals, self._keep_suspensions),
        )
        _each("sweep", steps)

    def _sweep_billing(self) -> None:
        billing.sweep(book=self.billing, queue=self.queue, now=self.clock.now(), untouched_s=STALE_S)

    def _sweep_jobs(self) -> None:
        for job in islice(self.jobs.due(self.clock.now(), untouched_s=STALE_S), SWEPT_MAX):
            self.queue.send(JOBS, {"job": job})

    def _sweep_payments(self) -> None:
        since = self.clock.now() - timedelta(seconds=STALE_S)
        for payment in islice(self.payments.unsettled(sent_before=since), SWEPT_MAX):
            self.queue.send(JOBS, {"payment": payment})
        for payment in islice(self.refunding.unsettled(sent_before=since), SWEPT_MAX):
            self.queue.send(JOBS, {"payment": payment, "about": About.REFUND.value})

    def _sweep_profiles(self) -> None:
        now = self.clock.now()
        profile_links.sweep(book=self.profiles, pages_for=self.pages_for, untouched_since=now - ASKED_AGAIN, now=now)

    def _sweep_documents(self) -> None:
        falling_back.look_at_all(book=self.issuing)

    def ask_drawn(self, account: str) -> None:
        """Have a worker draw a customer's balance: whoever books money need not be allowed to write what is kept of it."""
        try:
            self.queue.send(JOBS, {"account": account})
        except External as error:
            log.warning("a balance is drawn by the next sweep: %s", error)

    def drawn(self, *accounts: str) -> None:
        """Draw the balances of customers to whom something has just happened."""
        balancing.draw_after(lambda: accounts, book=self.balances, clock=self.clock)

    def _follow_approvals(self) -> None:
        approving.follow(book=self.approvals, queue=self.queue, clock=self.clock)

    def _keep_balances(self) -> None:
        since = self.clock.now() - timedelta(seconds=2 * STALE_S)
        balancing.refresh_changed(since=since, book=self.balances, today=self.clock.today("UTC"))

    def read_back(self) -> None:
        """Read from each company's books what was paid there; one that cannot be reached does not hold up the others."""
        _each("read_back", [partial(self._read_back, system) for system in self.books.systems()])

    def _read_back(self, system: BooksSystem) -> None:
        done = reading_back.read_back(system.id, book=self.books, ledger=self.ledger_for(system), now=self.clock.now())
        self.drawn(*sorted(done.accounts))

    def fetch_rates(self) -> None:
        """Fetch the exchange rates that are out and not here, where the settings say from whom."""
        if not self.settings.rates:
            return
        codes = self.currencies.all()
        found = fetching_rates.fetch_rates(source=self.ecb, book=self.rates, codes=codes, now=self.clock.now())
        if found.waiting:
            log.warning("exchange rates of %s are not published yet", ", ".join(map(str, found.waiting)))
        for finding in found.report.findings if found.report else ():
            log.warning("%s: %s", finding.code, finding.message)

    def tell(self) -> None:
        """Tell what changes within hours, and hand over every mail that waits; the night has written what takes days."""
        _each("tell", (self._tell_windows, self._tell_payments, self._tell_cards, self._tell_messages, self._deliver_notices))

    def _tell_windows(self) -> None:
        self._queue_notices(telling.closing_windows(book=self.renewals, clock=self.clock))

    def _tell_payments(self) -> None:
        self._queue_notices(telling_money.payments_received(book=self.payment_news, clock=self.clock))

    def _tell_cards(self) -> None:
        self._queue_notices(telling_money.cards_expiring(book=self.card_news, clock=self.clock))

    def _tell_messages(self) -> None:
        self._queue_notices(questions.messages(book=self.questions, clock=self.clock))

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


def _each(what: str, steps: Iterable[Callable[[], None]]) -> None:
    """Take every step, then raise the first error: the timer's run counts as failed, and its next one tries again."""
    failed: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as error:
            log.warning("a part of %s was not done: %s", what, error, exc_info=not isinstance(error, Work365Error))
            failed.append(error)
    if failed:
        raise failed[0]


def _raise_first(errors: Sequence[Work365Error]) -> None:
    """What kept a step from looking at some rows; it has looked at all the others."""
    if errors:
        raise errors[0]


def _named(text: str, name: str) -> str:
    """An id out of a message that may be anything."""
    with suppress(ValueError):
        read = json.loads(text)
        if isinstance(read, dict):
            return str(read.get(name) or "")
    return ""
