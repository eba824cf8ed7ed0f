"""What nobody touched for a while is woken: chunks, jobs, payments whose outcome is open, customers' pages, documents."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from wiring.steps.taking import STALE_S, SWEPT_MAX
from work365.handlers import approving, billing, falling_back, profile_links
from work365.ports.payments import About
from work365.ports.platform import JOBS
from work365.receivables.profile_links import ASKED_AGAIN

if TYPE_CHECKING:
    from wiring.ports import Ports


def wake_chunks(at: Ports) -> None:
    """Chunks that nobody works on, runs that nobody finished."""
    billing.sweep(book=at.billing, queue=at.queue, now=at.clock.now(), untouched_s=STALE_S)


def wake_jobs(at: Ports) -> None:
    """Open jobs without a worker."""
    for job in islice(at.jobs.due(at.clock.now(), untouched_s=STALE_S), SWEPT_MAX):
        at.queue.send(JOBS, {"job": job})


def wake_payments(at: Ports) -> None:
    """Payments and refunds whose outcome is open."""
    since = at.clock.now() - timedelta(seconds=STALE_S)
    for payment in islice(at.payments.unsettled(sent_before=since), SWEPT_MAX):
        at.queue.send(JOBS, {"payment": payment})
    for payment in islice(at.refunding.unsettled(sent_before=since), SWEPT_MAX):
        at.queue.send(JOBS, {"payment": payment, "about": About.REFUND.value})


def look_at_profiles(at: Ports) -> None:
    """Profiles whose event was lost, and links that have expired."""
    now = at.clock.now()
    profile_links.sweep(book=at.profiles, pages_for=at.pages_for, untouched_since=now - ASKED_AGAIN, now=now)


def look_at_documents(at: Ports) -> None:
    """Verified documents that somebody has changed since."""
    falling_back.look_at_all(book=at.issuing)


def follow_approvals(at: Ports) -> None:
    """Requests that were answered, or that nobody answered in time."""
    approving.follow(book=at.approvals, queue=at.queue, clock=at.clock)
