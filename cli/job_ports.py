"""What commands work on that show what would happen, then ask for it by a job and wait for its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.handlers.assessing import Engines
    from work365.ports.platform import Clock, Queue


@dataclass(frozen=True, slots=True)
class Ports:
    """The tenant, as whoever is at the keyboard, and the queue that wakes a worker.

    Attributes:
        engines: who says the tax of what is only shown; None where no legal entity has a tax engine.
    """

    api: WebApi
    currencies: Currencies
    queue: Queue
    clock: Clock
    engines: Engines | None = None


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(at.api, at.currencies, at.queue, at.clock, at.tax_engines)
