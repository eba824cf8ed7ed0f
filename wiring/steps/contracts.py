"""What contracts, subscriptions and their terms become, and when they are billed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.stores.certificates import Certificates
from dataverse.stores.checklists import Checklists
from dataverse.stores.instalments import Instalments
from dataverse.stores.prepaid import Prepaid
from dataverse.stores.readiness import ReadinessRows
from work365.handlers import (
    billing,
    certificates,
    checklists,
    closing,
    holding,
    instalments,
    letting_stand,
    prepaid,
    renewing,
    reselling,
    scheduling,
    splitting,
    straying,
)

if TYPE_CHECKING:
    from wiring.ports import Ports

LATELY = timedelta(days=2)
"""How far back what people entered is looked through; every run looks at all of it."""


def expire_prepaid(at: Ports) -> None:
    """What was paid in advance and has expired is taken off its balance."""
    prepaid.expire_due(today=at.clock.today("UTC"), book=Prepaid(at.api, at.currencies))


def keep_plans(at: Ports) -> None:
    """Every active plan of instalments has its items."""
    instalments.keep_plans(book=Instalments(at.api, at.currencies))


def look_at_waiting(at: Ports) -> None:
    """What waited for a payment, for credit or for an approver, and may go on now, happens at once."""
    if holding.look_at_waiting(book=at.changing, clock=at.clock, reviewer=at.plan_reviewer).payments.released:
        apply_planned(at)


def apply_planned(at: Ports) -> None:
    """Changes that were planned for today or before."""
    scheduling.apply_due(book=at.changing, clock=at.clock, reviewer=at.plan_reviewer)


def follow_entries(at: Ports) -> None:
    """What people entered by hand has its approver asked long before a run; what stood before a threshold is let stand."""
    since = at.clock.now() - LATELY
    letting_stand.follow_entries(reviewer=at.reviewer, sources=at.entry_sources, since=since)


def renew(at: Ports) -> None:
    """Everything whose term is over goes on, changes or stops."""
    renewing.renew_due(book=at.renewals, clock=at.clock)


def carry_on_closing(at: Ports) -> None:
    """The next step with every contract that is being closed."""
    closing.carry_on(book=at.closing, clock=at.clock)


def divide_seats(at: Ports) -> None:
    """The parts of every split subscription."""
    splitting.divide_seats(book=at.splits, today=at.clock.today("UTC"))


def follow_tiers(at: Ports) -> None:
    """What each tier of resellers is billed for."""
    reselling.follow_tiers(book=at.reselling, today=at.clock.today("UTC"))


def list_strays(at: Ports) -> None:
    """What is in no active contract and would never be billed, and settings that cannot be used."""
    rows = ReadinessRows(at.api, at.currencies)
    straying.list_strays(readiness=rows, book=rows, today=at.clock.today("UTC"))


def plan_billing(at: Ports) -> None:
    """What is due in each zone and not billed."""
    billing.plan(book=at.billing, queue=at.queue, clock=at.clock)


def watch_certificates(at: Ports) -> None:
    """Tax certificates that run out."""
    certificates.watch(book=Certificates(at.api), today=at.clock.today("UTC"))


def follow_checklists(at: Ports) -> None:
    """Whoever is new is asked, and what ticks itself is ticked."""
    checklists.follow(book=Checklists(at.api), now=at.clock.now())
