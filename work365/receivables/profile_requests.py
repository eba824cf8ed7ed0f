"""A request link that somebody asks for from an invoice: whose it is, and what of the same customer is in its way.

A request is written first without a link, in the order of the tenant's row versions; its link and the notice of its mail follow
in one change set. So of two that are asked for at once, the later one sees the earlier one, and waits until that one has a link
or is given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.ids import derived
from work365.receivables.payments import ProfileId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

GIVEN_UP = timedelta(minutes=15)
"""A request that has no link by then gets none in this run: longer than any worker lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Another profile of the customer that is pending.

    Attributes:
        since: when it was written.
        until: how long its link works; None for one that was entered by hand.
        linked: its link was made; without one and with `until`, it is a request that is being mailed, or never was.
        opened: the customer has opened the gateway's page; what became of it is asked of the gateway.
        version: the row's, which orders rows of the whole tenant.
    """

    since: datetime
    until: datetime | None
    linked: bool
    opened: bool
    version: int

    def answers(self, now: datetime) -> bool:
        """The customer or a bank may still answer it."""
        if self.until is None:
            return True
        return self.linked and (self.opened or now < self.until)

    def comes_first(self, version: int, now: datetime) -> bool:
        """It is being mailed, and was asked for before one with this version."""
        return self.until is not None and not self.linked and self.version < version and now < self.since + GIVEN_UP


def requested_by(job: str) -> ProfileId:
    """The id of the profile that a job asks for: one, however often the job is run."""
    return ProfileId(derived("paymentprofile", "job", job))


def refuse_second(name: str, others: Iterable[Waiting], now: datetime) -> None:
    """Errors: Refused, saying since when another request to this customer waits."""
    found = min((one for one in others if one.answers(now)), key=lambda one: one.since, default=None)
    if found is None:
        return
    until = f", and its link works until {found.until:%Y-%m-%d %H:%M} UTC" if found.until and found.until > now else ""
    message = (
        f"Nothing was mailed: a request to {name} waits since {found.since:%Y-%m-%d %H:%M} UTC{until}. To mail another, set that "
        "payment profile Inactive first: its link then opens nothing any more."
    )
    raise Refused(message)
