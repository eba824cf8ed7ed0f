"""What a message of a queue names, and who works on it. A message carries ids; an old version's, or a stranger's, is ignored."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from work365.handlers import billing, falling_back, hearing, jobs, profile_links
from work365.handlers.hearing import Ears
from work365.ports.payments import About, PaymentHint
from work365.ports.platform import JOBS
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wiring.ports import Ports
    from work365.handlers.jobs import Doer
    from work365.jobs import JobKind, JobResult


def work_job(message: Mapping[str, str], *, at: Ports, doers: Mapping[JobKind, Doer]) -> None:
    """Work on a job, on what a gateway's event names, or on a document that somebody changed; look again while it is open."""
    now = at.clock.now()
    result: JobResult | None = None
    if job := message.get("job"):
        result = jobs.run_job(job, book=at.jobs, doers=doers, now=now)
    elif "reference" in message or "payment" in message:
        about = About(message.get("about", About.PAYMENT.value))
        result = _hear(PaymentHint(message.get("reference", ""), message.get("payment", ""), about), at=at, now=now)
    elif "profile" in message or "method" in message:
        named = ProfileHint(message.get("profile", ""), message.get("method", ""))
        profile_links.look(named, book=at.profiles, pages_for=at.pages_for, now=now)
    elif account := message.get("account"):
        at.drawn(account)
    elif document := message.get("document"):
        falling_back.look_at(document, book=at.issuing)
    elif line := message.get("line"):
        falling_back.look_at_line(line, book=at.issuing)
    if result is not None and result.again_in_s is not None and not result.state.final:
        at.queue.send(JOBS, message, delay_s=result.again_in_s)


def _hear(hint: PaymentHint, *, at: Ports, now: datetime) -> JobResult | None:
    heard = hearing.hear(hint, Ears(at.payments, at.refunding, at.disputing, at.gateway_for), now=now)
    if heard is not None and heard.account:
        at.drawn(heard.account)
    return None if heard is None else heard.result


def work_chunk(message: Mapping[str, str], *, at: Ports) -> None:
    """Bill one chunk."""
    if chunk := message.get("chunk"):
        billing.work(chunk, book=at.billing, now=at.clock.now(), engines=at.tax_engines, reviewer=at.reviewer)


def give_up_job(text: str, why: str, *, at: Ports) -> None:
    """Mark a job as failed, with the reason."""
    job = _named(text, "job")
    if job:
        jobs.give_up(job, why, book=at.jobs, now=at.clock.now())


def give_up_chunk(text: str, why: str, *, at: Ports) -> None:
    """Mark a chunk as failed, with the reason."""
    chunk = _named(text, "chunk")
    if chunk:
        billing.give_up(chunk, why, book=at.billing, now=at.clock.now())


def _named(text: str, name: str) -> str:
    """An id out of a message that may be anything."""
    with suppress(ValueError):
        read = json.loads(text)
        if isinstance(read, dict):
            return str(read.get(name) or "")
    return ""
