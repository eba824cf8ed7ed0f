"""What customers owe and how much of their limit is used, who gets no more, who is charged again, reminded or suspended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.stores.exposure import Exposures
from dataverse.stores.hold_rule import HoldRules
from dataverse.stores.reminding import Reminders
from dataverse.stores.retrying import Retries
from dataverse.stores.suspending import Suspensions
from providers.catalogues.languages import Languages
from wiring.steps.contracts import look_at_waiting
from wiring.steps.notices import queue_notices
from wiring.steps.taking import STALE_S, raise_first
from work365.handlers import balancing, exposing, holding_by_rule, reminding, retrying, suspending
from work365.periods import days_at

if TYPE_CHECKING:
    from datetime import datetime

    from wiring.ports import Ports


def draw_balances(at: Ports) -> None:
    """Every customer's balance."""
    balancing.refresh_all(book=at.balances, day_in=days_at(at.clock.now()))


def keep_balances(at: Ports) -> None:
    """The balances of customers to whom something happened lately."""
    balancing.refresh_changed(since=_lately(at), book=at.balances, day_in=days_at(at.clock.now()))


def draw_exposures(at: Ports) -> None:
    """How much of its limit every customer uses."""
    raise_first(exposing.refresh_all(book=Exposures(at.api, at.currencies), clock=at.clock).broken)


def keep_exposures(at: Ports) -> None:
    """The same of customers to whom something happened lately."""
    book = Exposures(at.api, at.currencies)
    raise_first(exposing.refresh_moved(since=_lately(at), book=book, clock=at.clock).broken)


def _lately(at: Ports) -> datetime:
    return at.clock.now() - timedelta(seconds=2 * STALE_S)


def hold_by_rule(at: Ports) -> None:
    """Who is held and who is released; what waited for those who are released happens at once."""
    followed = holding_by_rule.follow(days_at(at.clock.now()), book=HoldRules(at.api))
    if followed.released:
        look_at_waiting(at)
    raise_first(followed.broken)


def retry_declined(at: Ports) -> None:
    """Charges that were declined and are due once more."""
    retrying.retry_due(book=Retries(at.api, at.currencies), now=at.clock.now())


def remind(at: Ports) -> None:
    """Whoever is late."""
    reminding.remind(book=Reminders(at.api, at.currencies), catalogues=Languages(), clock=at.clock)


def suspend(at: Ports) -> None:
    """What is to rest, metered usage included."""
    _follow_suspensions(at, usage=True)


def keep_suspensions(at: Ports) -> None:
    """Metered usage is looked at once a day: there may be a lot of it."""
    _follow_suspensions(at, usage=False)


def _follow_suspensions(at: Ports, *, usage: bool) -> None:
    """What people have decided first: the rule then sees it."""
    book = Suspensions(at.api)
    suspending.carry_out(book=book, clock=at.clock)
    followed = suspending.follow(days_at(at.clock.now()), book=book, usage=usage)
    queue_notices(suspending.told(book=book), at=at)
    raise_first(followed.broken)
