"""Examine: every check by itself, in order; one that breaks is a verdict, and never stops the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import NotFound, Throttled, Unavailable, Work365Error
from work365.examining import judging
from work365.examining.verdicts import absent, ailing, fine, unread, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from work365.examining.verdicts import Verdict
    from work365.installing.plan import Line
    from work365.ports.examining import Bell, Books, Gateways, Mailbox, Queues, Tenant
    from work365.ports.installing import Admission, Companies, Solutions, Webhooks
    from work365.ports.platform import Clock, Secrets

DAY = timedelta(days=1)
WEBHOOK = "/webhooks/dataverse"


@dataclass(frozen=True, slots=True)
class Patient:
    """Everything that an examination looks at.

    Attributes:
        deployment: the settings' own words for themselves.
        application: application id of the functions' identity, "" when nobody told it: then whoever we are is looked at.
        webhook_secret: the vault's name for the key.
        functions: wanted address of the functions, "" when nobody told it.
        rates: whose exchange rates are fetched, as their rows name the source; "" for nobody's.
        queues, mailbox: None when this process was not told of them.
        undone: what an installation would do; None without a company file.
    """

    deployment: str
    application: str
    webhook_secret: str
    functions: str
    admission: Admission
    solutions: Solutions
    webhooks: Webhooks
    companies: Companies
    tenant: Tenant
    secrets: Secrets
    bell: Bell
    queues: Queues | None
    mailbox: Mailbox | None
    gateways: Gateways
    books: Books
    clock: Clock
    undone: Callable[[], Sequence[Line]] | None = None
    rates: str = ""


def examine(patient: Patient) -> Iterator[Verdict]:
    """Every verdict, in order, as it is found.

    Shape: without a sign-in nothing of the tenant can be seen; then only what can be looked at without it follows.
    """
    yield fine("settings", patient.deployment)
    first = _one(lambda: judging.identity(patient.admission.look()), _signed_out)
    yield first
    if not first.health.is_finding:
        yield from _tenant(patient)
    yield from _others(patient, signed_in=not first.health.is_finding)


def _tenant(patient: Patient) -> Iterator[Verdict]:
    tenant, hooks, now = patient.tenant, patient.webhooks, patient.clock.now()
    key = _key(patient)
    mark = hooks.fingerprint(key) if key else ""
    url = f"{patient.functions}{WEBHOOK}" if patient.functions else ""
    yield _one(lambda: judging.clock(tenant.server_time(), now), _unread("clock"))
    yield _one(lambda: judging.solution(patient.solutions.version, patient.solutions.look()), _unread("solution"))
    yield _one(lambda: judging.schema(tenant.drifts(), tenant.tables), _unread("schema"))
    yield _one(lambda: judging.role(tenant.rights(patient.application)), _unread("role"))
    yield _one(lambda: judging.endpoint(url, mark, hooks.endpoint()), _unread("endpoint"))
    yield _one(lambda: judging.steps(hooks.steps, hooks.look()), _unread("steps"))
    yield _one(lambda: _rung(patient, key), _unread("webhook"))
    yield _one(lambda: judging.deliveries(tenant.failed_calls(hooks.steps, now - DAY)), _unread("deliveries"))


def _others(patient: Patient, *, signed_in: bool) -> Iterator[Verdict]:
    yield _one(lambda: judging.vault(has_key=bool(_read(patient))), _says("vault.closed"))
    yield _one(lambda: _queue(patient), _says("queue.unreachable"))
    if signed_in:
        yield from _work(patient)
    yield _one(lambda: _mail(patient), _says("mail.closed"))
    if signed_in:
        yield _one(lambda: _gateways(patient), _unread("gateway"))
        yield _one(lambda: _books(patient), _unread("accounting"))
        yield _one(lambda: _tokens(patient), _unread("token"))
        if patient.undone is not None:
            undone = patient.undone
            yield _one(lambda: judging.installation(undone()), _unread("installation"))


def _work(patient: Patient) -> Iterator[Verdict]:
    tenant, now = patient.tenant, patient.clock.now()
    yield _one(lambda: judging.jobs(tenant.jobs(now), now), _unread("jobs"))
    yield _one(lambda: judging.billing(tenant.billing(now.date()), now.date()), _unread("billing"))
    yield _one(lambda: _series(patient), _unread("series"))
    yield _one(lambda: judging.company(tenant.entities()), _unread("company"))
    yield _one(lambda: judging.rates(patient.rates, tenant.rates(patient.rates), now), _unread("rates"))


def _series(patient: Patient) -> Verdict:
    entities = patient.tenant.entities()
    todays = {entity.code: patient.clock.today(entity.time_zone) for entity in entities}
    return judging.series(entities, todays, patient.companies.series())


def _one(check: Callable[[], Verdict], otherwise: Callable[[Work365Error], Verdict]) -> Verdict:
    """One check; what goes wrong on purpose becomes a verdict."""
    try:
        return check()
    except Work365Error as error:
        return otherwise(error)


def _unread(check: str) -> Callable[[Work365Error], Verdict]:
    return lambda error: unread(check, str(error))


def _says(ill: str) -> Callable[[Work365Error], Verdict]:
    return lambda error: ailing(ill, str(error))


def _signed_out(error: Work365Error) -> Verdict:
    unreachable = isinstance(error, Unavailable | Throttled)
    return ailing("identity.unreachable" if unreachable else "identity.refused", str(error))


def _read(patient: Patient) -> str:
    try:
        return patient.secrets.read(patient.webhook_secret)
    except NotFound:
        return ""


def _key(patient: Patient) -> str:
    """The vault's key, "" when it cannot be had: the check of the vault says why."""
    try:
        return _read(patient)
    except Work365Error:
        return ""


def _rung(patient: Patient, key: str) -> Verdict:
    seen = patient.webhooks.endpoint()
    url = f"{patient.functions}{WEBHOOK}" if patient.functions else seen.url if seen else ""
    return judging.webhook(patient.bell.ring(url, key) if url and key else None)


def _queue(patient: Patient) -> Verdict:
    if patient.queues is None:
        return absent("queue", "this process was told of no storage account")
    return judging.queue(patient.queues.counts())


def _mail(patient: Patient) -> Verdict:
    if patient.mailbox is None:
        return absent("mail", "no billing mailbox is set")
    patient.mailbox.open()
    return fine("mail", "opens")


def _gateways(patient: Patient) -> Verdict:
    seen = patient.webhooks.endpoint()
    origin = patient.functions or (seen.url.removesuffix(WEBHOOK) if seen else "")
    verdicts = [_gateway(patient, name, origin) for name in patient.gateways.names()]
    return worst(verdicts, absent("gateway", "no payment processor takes charges"))


def _gateway(patient: Patient, name: str, origin: str) -> Verdict:
    try:
        return judging.gateway(patient.gateways.look(name), origin)
    except Work365Error as error:
        return ailing("gateway.unreachable" if _later(error) else "gateway.key", f"{name}: {error}")


def _books(patient: Patient) -> Verdict:
    return worst(_opened(patient), absent("accounting", "no books that this version can reach"))


def _opened(patient: Patient) -> Iterable[Verdict]:
    for name in patient.books.names():
        try:
            patient.books.open(name)
        except Work365Error as error:
            yield ailing("accounting.unreachable" if _later(error) else "accounting.closed", f"{name}: {error}")
        else:
            yield fine("accounting", f"{name} opens")


def _later(error: Work365Error) -> bool:
    return isinstance(error, Unavailable | Throttled)


def _tokens(patient: Patient) -> Verdict:
    written = {name: patient.books.renewed(name) for name in patient.books.rotating()}
    return judging.token(written, patient.clock.now())
