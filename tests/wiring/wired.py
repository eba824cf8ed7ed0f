"""The real application over a tenant and a queue in memory, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import settings
import wiring
from dataverse.rows import choice_value
from work365.ports.books import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from local.azure.memory_queue import MemoryQueue
    from local.desks.billing import BillingDesk
    from work365.accounting.deciding import BooksSystem
    from work365.handlers.jobs import Doer
    from work365.jobs import JobKind

TOLD = settings.read(
    {
        "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
        "W365_VAULT_URL": "https://partner.vault.azure.net",
        "AzureWebJobsStorage__accountName": "partner",
    }
)


@dataclass
class Unsettled:
    """Payments whose outcome is open, and books of companies where nothing was ever sent."""

    payments: Iterable[str] = ("p1", "p2")
    companies: tuple[BooksSystem, ...] = ()
    asked_before: datetime | None = None
    read: list[str] = field(default_factory=list)

    def unsettled(self, *, sent_before: datetime) -> Iterable[str]:
        self.asked_before = sent_before
        return self.payments

    def systems(self) -> tuple[BooksSystem, ...]:
        return self.companies

    def position(self, system: str) -> Position:
        self.read.append(system)
        return Position(next(company for company in self.companies if company.id == system), None, None)


class Wired(wiring.Application):
    """The real application over a tenant and a queue in memory."""

    def __init__(self, desk: BillingDesk, other: Unsettled, doers: Mapping[JobKind, Doer] | None = None) -> None:
        super().__init__(TOLD, desk.clock)
        replaced: dict[str, Any] = {
            "api": desk.api,
            "queue": desk.queue,
            "payments": other,
            "books": other,
            "doers": dict(doers or {}),
        }
        vars(self).update(replaced)


def asked(desk: BillingDesk, kind: str = "Send") -> str:
    """A waiting job."""
    row = {"w365_name": kind, "w365_key": f"test:{kind}", "w365_kind": choice_value("w365_job", "w365_kind", kind)}
    return desk.api.create("w365_job", {**row, "w365_attempts": 0})


def waiting(queue: MemoryQueue, name: str) -> list[Mapping[str, str]]:
    """The messages of a queue, whenever they may be taken."""
    return [sent.message for sent in queue.sent if sent.queue == name]
