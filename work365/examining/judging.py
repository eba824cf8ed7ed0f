"""From what was found to a verdict: one pure function per check, with its thresholds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from work365.currencies.publishing import published_days
from work365.examining.seen import Ring
from work365.examining.verdicts import absent, ailing, fine, worst
from work365.installing.deciding import newer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from work365.examining.seen import (
        BillingSeen,
        Drift,
        EntitySeen,
        FailedCalls,
        GatewaySeen,
        JobsSeen,
        RatesSeen,
        RightsSeen,
        Rings,
    )
    from work365.examining.verdicts import Verdict
    from work365.installing.plan import Line
    from work365.installing.seen import AdmissionSeen, EndpointSeen, SeriesSeen, SolutionSeen, StepSeen

CLOCK_DRIFTS, CLOCK_WRONG = timedelta(seconds=30), timedelta(minutes=5)
"""Dataverse's clock is read to the second, and an answer takes a while."""

JOB_SLOW, JOB_STUCK = timedelta(minutes=30), timedelta(hours=2)
QUEUE_LONG = 1000
POISON = "-poison"
TOKEN_OLD, TOKEN_ENDS = timedelta(days=30), timedelta(days=100)
"""Source: developer.intuit.com, "OAuth 2.0": a refresh token that is not used for 100 days ends; in use it changes every day."""

RATES_LATE, PUBLISHED_WITHIN_DAYS = timedelta(hours=8), 10
NAMED_MAX = 5
KINDS = ("Invoice", "Credit note")


def some(things: Sequence[str]) -> str:
    """The first few of many."""
    more = len(things) - NAMED_MAX
    return ", ".join(things[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def identity(seen: AdmissionSeen) -> Verdict:
    """Whoever was let in is known."""
    return fine("identity", f"{seen.user} in {seen.organization}, Dataverse {seen.version}")


def clock(server: datetime | None, now: datetime) -> Verdict:
    """How far the clocks are apart."""
    if server is None:
        return ailing("clock.unknown", "Dataverse's answer had no date")
    apart = abs(server - now)
    words = f"{apart.total_seconds():.0f} s apart"
    if apart > CLOCK_WRONG:
        return ailing("clock.wrong", words)
    return ailing("clock.drifts", words) if apart > CLOCK_DRIFTS else fine("clock", words)


def solution(version: str, seen: SolutionSeen) -> Verdict:
    """The installed version against ours."""
    if seen.running:
        return ailing("solution.importing", f"an import is running; installed is {seen.version or 'nothing'}")
    if not seen.version:
        return ailing("solution.missing", "not installed")
    words = f"installed {seen.version}, this version {version}"
    if newer(version, seen.version):
        return ailing("solution.old", words)
    return ailing("solution.new", words) if newer(seen.version, version) else fine("solution", f"version {seen.version}")


def schema(drifts: Sequence[Drift], tables: int) -> Verdict:
    """Every difference of the tenant's tables from the model."""
    told = [f"{drift.where}: {drift.what}" for drift in drifts]
    if any(not drift.key for drift in drifts):
        return ailing("schema.drift", some(told))
    return ailing("schema.key", some(told)) if drifts else fine("schema", f"{tables} tables as they should be")


def role(seen: RightsSeen) -> Verdict:
    """The application user and what it may do."""
    who = f"application user {seen.application or 'of the functions'}"
    if not seen.there:
        return ailing("role.no-user", f"{who} is missing")
    if seen.disabled:
        return ailing("role.disabled", f"{who} is disabled")
    if not seen.has_role:
        return ailing("role.not-given", f"{who} has not the role Work365 Application user")
    if seen.missing:
        return ailing("role.privileges", f"{who} lacks {some(seen.missing)}")
    return fine("role", f"{who} has its role and every privilege")


def endpoint(url: str, key: str, seen: EndpointSeen | None) -> Verdict:
    """The service endpoint. `url` is the wanted address, "" when nobody told it; `key` is the fingerprint of the vault's key."""
    if seen is None:
        return ailing("endpoint.missing", "there is no service endpoint Work365")
    if not seen.url or (url and seen.url != url) or not seen.complete:
        return ailing("endpoint.url", f"calls {seen.url or 'nobody'}{f', wanted is {url}' if url else ''}")
    if not key or seen.key != key:
        return ailing("endpoint.key", f"calls {seen.url} with another key than the vault's")
    return fine("endpoint", f"calls {seen.url} with the vault's key")


def steps(names: Sequence[str], seen: Mapping[str, StepSeen]) -> Verdict:
    """Each message step."""
    missing = [name for name in names if name not in seen]
    wrong = [f"“{step.name}” {step.wrong}" for step in seen.values() if step.wrong]
    disabled = [step.name for step in seen.values() if not step.enabled]
    if missing:
        return ailing("steps.missing", some(missing))
    if wrong:
        return ailing("steps.wrong", some(wrong))
    return ailing("steps.disabled", some(disabled)) if disabled else fine("steps", f"{len(names)} enabled")


def webhook(seen: Rings | None) -> Verdict:
    """Our door, rung with the right key and with a wrong one."""
    if seen is None:
        return absent("webhook", "there is no address and key to ring with yet")
    words = f"{seen.url}: {seen.words or seen.right.value}"
    if seen.wrong is Ring.TAKEN:
        return ailing("webhook.open", f"{seen.url} took a wrong key")
    ills = {Ring.SILENT: "webhook.unreachable", Ring.REFUSED: "webhook.refused", Ring.FAILING: "webhook.failing"}
    if seen.right in ills:
        return ailing(ills[seen.right], words)
    return fine("webhook", f"{seen.url} took the vault's key and refused another")


def deliveries(seen: FailedCalls) -> Verdict:
    """Calls that did not arrive."""
    if seen.count:
        return ailing("deliveries.failed", f"{seen.count} failed since yesterday, the last: {seen.words or 'no reason given'}")
    return fine("deliveries", "none failed since yesterday")


def vault(*, has_key: bool) -> Verdict:
    """A vault that opened."""
    return (
        fine("vault", "opens, and holds the key") if has_key else ailing("vault.no-key", "opens, but has no key for the webhook")
    )


def queue(counts: Mapping[str, int]) -> Verdict:
    """Messages that wait, and messages that were given up."""
    poison = [f"{name}: {count}" for name, count in counts.items() if name.endswith(POISON) and count]
    waiting = {name: count for name, count in counts.items() if not name.endswith(POISON)}
    if poison:
        return ailing("queue.poison", some(poison))
    words = some([f"{name}: {count}" for name, count in waiting.items()])
    return ailing("queue.long", words) if max(waiting.values(), default=0) > QUEUE_LONG else fine("queue", words)


def jobs(seen: JobsSeen, now: datetime) -> Verdict:
    """How long the oldest open job has waited, and what failed today."""
    age = timedelta() if seen.oldest is None else now - seen.oldest
    words = f"{seen.open} open, the oldest for {age.total_seconds() / 60:.0f} minutes; {seen.failed_today} failed today"
    if age > JOB_STUCK:
        return ailing("jobs.stuck", words)
    if age > JOB_SLOW:
        return ailing("jobs.slow", words)
    return ailing("jobs.failed", words) if seen.failed_today else fine("jobs", f"{seen.open} open, none failed today")


def billing(seen: BillingSeen, today: date) -> Verdict:
    """When billing last ran. A day without anything due makes no run, so only what is overdue shows that none was made."""
    if not seen.overdue and seen.last is None:
        return absent("billing", "nothing is due, and nothing was billed yet")
    if seen.overdue:
        ran = seen.last is not None and seen.last >= today - timedelta(days=1)
        words = f"{seen.overdue} contracts are overdue, the last run was {seen.last or 'never'}"
        return ailing("billing.held" if ran else "billing.late", words)
    if seen.open_chunks:
        return ailing("billing.unfinished", f"{seen.open_chunks} chunks of earlier runs are open")
    return fine("billing", f"last run as of {seen.last}, nothing is overdue")


def series(entities: Sequence[EntitySeen], todays: Mapping[str, date], seen: Collection[SeriesSeen]) -> Verdict:
    """Numbers for the documents of this month and of the next. `todays` holds each entity's own date."""
    there = {(one.entity, one.kind, one.year) for one in seen}
    now = list(_lacking(entities, {code: today.year for code, today in todays.items()}, there))
    soon = list(_lacking(entities, {code: _next_month(today).year for code, today in todays.items()}, there))
    if now:
        return ailing("series.missing", some(now))
    if soon:
        return ailing("series.next", some(soon))
    return fine("series", f"{len(there)} series") if entities else absent("series", "no legal entity yet")


def _lacking(entities: Sequence[EntitySeen], years: Mapping[str, int], there: Collection[tuple[str, str, int]]) -> Iterator[str]:
    for entity in entities:
        for kind in KINDS:
            if (entity.code, kind, years[entity.code]) not in there:
                yield f"{entity.code} {kind} {years[entity.code]}"


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def company(entities: Sequence[EntitySeen]) -> Verdict:
    """What an invoice must say about whoever issues it."""
    if not entities:
        return ailing("company.none", "there is no legal entity")
    empty = [f"{entity.code}: no {', '.join(entity.empty)}" for entity in entities if entity.empty]
    if empty:
        return ailing("company.incomplete", some(empty))
    return fine("company", f"{len(entities)} complete")


def rates(source: str, seen: RatesSeen, now: datetime) -> Verdict:
    """Whether what is fetched is here; `source` is "" where nothing is fetched. A publisher may be some hours late."""
    newest = f"the newest {source or 'imported'} rates are of {seen.newest}" if seen.newest else f"no {source} rates yet"
    if not source:
        return absent("rates", f"none are fetched; {newest}" if seen.newest else "none are fetched, and none are here")
    if seen.newest is None or seen.newest < published_days(now - RATES_LATE, PUBLISHED_WITHIN_DAYS)[-1]:
        return ailing("rates.stale", newest)
    if seen.strict:
        return ailing("rates.strict", f"{newest}; only the rate of the very day is allowed on {some(seen.strict)}")
    return fine("rates", newest)


def gateway(seen: GatewaySeen, origin: str) -> Verdict:
    """A gateway that took our key; `origin` is the functions' address, "" when nobody knows it. Each kind has its own door."""
    named, door = f"{seen.kind} ({seen.name})", f"{origin}/webhooks/{seen.kind.lower()}"
    if not origin:
        return fine("gateway", f"{named} takes our key; nobody knows where it should report to")
    if seen.reports_to is None:
        return fine("gateway", f"{named} takes our key; where it reports to cannot be read, it should be {door}")
    if door not in seen.reports_to:
        return ailing("gateway.silent", f"{named} takes our key, but does not report to {door}")
    return fine("gateway", f"{named} takes our key and reports to {door}")


def token(written: Mapping[str, datetime | None], now: datetime) -> Verdict:
    """When each key to the books was last renewed, by the name of the system; None when the vault has none."""
    nothing = absent("token", "no books that need a rotating key")
    return worst((_token(name, moment, now) for name, moment in written.items()), nothing)


def _token(name: str, written: datetime | None, now: datetime) -> Verdict:
    if written is None:
        return ailing("token.missing", f"{name} was never connected")
    age = now - written
    words = f"{name}: renewed {age.days} days ago"
    if age >= TOKEN_ENDS:
        return ailing("token.ended", words)
    return ailing("token.old", words) if age >= TOKEN_OLD else fine("token", words)


def installation(lines: Sequence[Line]) -> Verdict:
    """Whether an installation would find anything to do."""
    if lines:
        return ailing("installation.differs", some([f"{line.what}: {line.found}" for line in lines]))
    return fine("installation", "nothing to do")
