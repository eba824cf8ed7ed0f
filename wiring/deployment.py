"""What the doors call: one method per door and timer, each handed on to the room that knows it."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING

from providers.catalogues.languages import Languages
from wiring import gateway_events, messages, timers
from wiring.job_kinds import DOERS
from wiring.ports import Ports
from wiring.steps.outside import fetch_rates
from work365 import VERSION
from work365.errors import Work365Error
from work365.handlers import pay_links, profile_links
from work365.handlers.events import LINE_TABLE
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.identity import Credential
    from settings import Settings
    from work365.documents.labels import Labels
    from work365.handlers.events import RowEvent
    from work365.handlers.jobs import Doer
    from work365.handlers.pay_links import IssuedFile, Shown
    from work365.jobs import JobKind
    from work365.ports.platform import Clock

KEY_KEPT_S = 60.0


class Application(Ports):
    """One deployment: its ports, and one method per door (`work365.handlers.commands.System`)."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        super().__init__(settings, clock, identity)
        self._key = ("", 0.0)

    @cached_property
    def doers(self) -> Mapping[JobKind, Doer]:
        """The handler of each kind of job, its ports in hand."""
        return {kind: partial(do, self) for kind, do in DOERS.items()}

    def webhook_key(self) -> str:
        """The key that Dataverse sends; kept for a minute, so that a rotated one is soon accepted."""
        key, until = self._key
        if time.monotonic() >= until:
            key = self.secrets.read(self.settings.webhook_secret)
            self._key = (key, time.monotonic() + KEY_KEPT_S)
        return key

    def job_event(self, event: RowEvent) -> None:
        """Put a job's id on the queue."""
        self.queue.send(JOBS, {"job": event.id})

    def document_event(self, event: RowEvent) -> bool:
        """Put the id of what somebody else changed on the queue; our own writes leave no verified document another one."""
        if event.user == self._ourselves:
            return False
        self.queue.send(JOBS, {"line" if event.table == LINE_TABLE else "document": event.id})
        return True

    @cached_property
    def _ourselves(self) -> str:
        """The id of the user that we write as; asked for once, also when every night's documents are told."""
        return str(self.api.who_am_i()["UserId"])

    def gateway_event(self, kind: str, raw: bytes, signature: str) -> None:
        """Check the signature, then put the payments' references on the queue."""
        gateway_events.take(kind, raw, signature, at=self)

    def open_setup(self, token: str) -> str:
        """The gateway's page for a request link."""
        at, now = self.public_url(), self.clock.now()
        return profile_links.open_link(token, book=self.profiles, pages_for=self.pages_for, public_url=at, now=now)

    def show_invoice(self, token: str) -> Shown:
        """The invoice behind a pay link."""
        return pay_links.show(token, desk=self.pay_desk, now=self.clock.now())

    def open_payment(self, token: str) -> str | None:
        """The gateway's page for a pay link's invoice."""
        return pay_links.open_page(token, desk=self.pay_desk, now=self.clock.now())

    def issued_file(self, token: str) -> IssuedFile:
        """The document behind a pay link."""
        return pay_links.issued_file(token, desk=self.pay_desk, now=self.clock.now())

    def labels(self, *tags: str) -> Labels:
        """The words of a language."""
        return Languages().formats(*tags).labels

    def run_job(self, message: Mapping[str, str]) -> None:
        """Work on what a message of the job queue names."""
        messages.work_job(message, at=self, doers=self.doers)

    def run_chunk(self, message: Mapping[str, str]) -> None:
        """Bill one chunk."""
        messages.work_chunk(message, at=self)

    def job_poisoned(self, text: str, why: str) -> None:
        """Mark a job as failed, with the reason."""
        messages.give_up_job(text, why, at=self)

    def chunk_poisoned(self, text: str, why: str) -> None:
        """Mark a chunk as failed, with the reason."""
        messages.give_up_chunk(text, why, at=self)

    def daily_billing(self) -> None:
        """Bring contracts up to date, plan what is due, look ahead."""
        timers.bill_daily(self)

    def sweep(self) -> None:
        """Wake what was lost."""
        timers.sweep(self)

    def read_back(self) -> None:
        """Read from each company's books what was paid there."""
        timers.read_back(self)

    def fetch_rates(self) -> None:
        """Fetch the exchange rates that are out and not here."""
        fetch_rates(self)

    def tell(self) -> None:
        """Tell what is to be told, and mail what waits."""
        timers.tell(self)

    def health(self) -> Mapping[str, str]:
        """Version, and whether the tenant answers."""
        try:
            self.api.who_am_i()
        except Work365Error as error:
            return {"version": VERSION, "status": f"not ready: {error}"}
        return {"version": VERSION, "status": "ready"}
