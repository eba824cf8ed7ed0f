"""What a command does at once, or asks for by a job where somebody has to approve it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.waiting import wait_for
from dataverse.stores.wishes import Wishes
from work365.approving.request import Whose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.output import Output
    from dataverse.webapi import WebApi
    from wiring import Application
    from work365.approving.request import Request
    from work365.handlers.approving import Gate
    from work365.jobs import JobKind
    from work365.ports.platform import Clock, Queue


COMPANY = Whose()
"""What concerns no single customer."""
LABEL_MAX = 80
"""Of a job's name and key."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever is at the keyboard, and the gate that their requests pass."""

    api: WebApi
    queue: Queue
    clock: Clock
    gate: Gate

    def asks(
        self,
        kind: JobKind,
        arguments: Mapping[str, str],
        request: Callable[[], Request],
        wait_s: int,
        output: Output,
        *,
        whose: Whose = COMPANY,
    ) -> int | None:
        """Ask for something by a job, where a threshold catches it: the exit code. None to do it at once."""
        if not self.gate.catches(whose, request):
            return None
        asked = Wishes(self.api)
        job = asked.ask(kind, None, request().what[:LABEL_MAX], arguments, moment=self.clock.now().isoformat())
        return wait_for(job, asked, self.queue, wait_s, output)


def asker_of(application: Application) -> Asker:
    """Whoever is signed in."""
    return Asker(application.api, application.queue, application.clock, application.gate)
