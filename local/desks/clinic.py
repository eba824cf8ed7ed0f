"""A work place for examinations: an installed organisation in memory, our real door behind the bell, and much that can break."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import azure.functions as func

from dataverse.install.bell import DoorBell
from dataverse.install.health import DataverseHealth
from doors import webhooks
from doors.problems import problem
from local.desks.installation import CONTOSO, NOW, WANTED, Bench
from local.fakes.examining import MemoryBooks, MemoryGateways, MemoryMailbox, MemoryQueues
from local.faults import NotReached
from local.http import Request, Response, httpx_transport
from transport.client import NO_RETRIES, Http
from work365.errors import Work365Error
from work365.handlers import installing
from work365.handlers.examining import Patient, examine
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.errors import Work365Error as Broken
    from work365.examining.verdicts import Verdict
    from work365.handlers.commands import System
    from work365.handlers.events import RowEvent


COMPLETE = replace(CONTOSO, tax_registration="12-3456789", address="1 Main St", phone="+1 212 555 0100")


class _Door:
    """The part of the application that the webhook's door asks: the key that it knows, and what to do with an event."""

    def __init__(self, key: Callable[[], str]) -> None:
        self.webhook_key = key
        self.events: list[RowEvent] = []

    def job_event(self, event: RowEvent) -> None:
        """Write it down."""
        self.events.append(event)

    def document_event(self, event: RowEvent) -> bool:
        """Write it down too."""
        self.events.append(event)
        return True


class Clinic(Bench):
    """Installed, and healthy until something is done to it.

    Attributes:
        known_key: what the functions take for the key; None for whatever the vault says.
        door_closed: nobody answers at the functions' address.
        door_open_to_all: whatever answers there takes every key.
        door_failing: the functions answer with 500.
        rates: whose exchange rates the functions fetch.
        vault_failing: what reading the vault ends in.
    """

    def __init__(self, *, installed: bool = True) -> None:
        super().__init__()
        self.wanted = replace(WANTED, entities=(COMPLETE,))
        self.known_key: str | None = None
        self.door_closed = False
        self.door_open_to_all = False
        self.door_failing = False
        self.rates = ""
        self.vault_failing: Broken | None = None
        self.queues = MemoryQueues({JOBS: 0, f"{JOBS}-poison": 0, CHUNKS: 3, f"{CHUNKS}-poison": 0})
        self.mailbox = MemoryMailbox()
        self.gateways = MemoryGateways({"stripe-us": (f"{WANTED.functions}/webhooks/stripe",)})
        self.books = MemoryBooks({"qbo-us": NOW - timedelta(hours=3)})
        self.door = _Door(lambda: self.secrets.read(WANTED.webhook_secret) if self.known_key is None else self.known_key)
        if installed:
            self._begin_as(_installed())

    def _begin_as(self, other: Clinic) -> None:
        """What an installation writes is copied: tests open many clinics, and each is installed by the same steps."""
        self.app.storage.load(other.app.storage.db)
        self.secrets, self.solutions, self.told = deepcopy((other.secrets, other.solutions, other.told))

    def patient(self) -> Patient:
        """What the doctor sees."""
        site = self.site()
        return Patient(
            deployment="environment test",
            application=self.wanted.application,
            webhook_secret=self.wanted.webhook_secret,
            functions=self.wanted.functions,
            admission=site.admission,
            solutions=site.solutions,
            webhooks=site.webhooks,
            companies=site.companies,
            tenant=DataverseHealth(self.api()),
            secrets=_Vault(self),
            bell=DoorBell(self._http),
            queues=self.queues,
            mailbox=self.mailbox,
            gateways=self.gateways,
            books=self.books,
            clock=self.clock,
            rates=self.rates,
            undone=lambda: installing.prepare(self.wanted, site).plan.lines,
        )

    def examine(self) -> dict[str, Verdict]:
        """Every verdict by its check."""
        return {verdict.check: verdict for verdict in examine(self.patient())}

    def _http(self, origin: str) -> Http:
        return Http("the functions", origin, retries=NO_RETRIES, transport=httpx_transport(self._answer))

    def _answer(self, request: Request) -> Response:
        """The real door of webhooks, at the address of the functions and nowhere else."""
        if self.door_closed:
            raise NotReached("nobody answers")
        if self.door_failing:
            return Response(500)
        if request.base != self.wanted.functions or request.path != "/webhooks/dataverse":
            return Response(404)
        if self.door_open_to_all:
            return Response(202)
        asked = func.HttpRequest(
            method=request.method,
            url=f"{request.base}{request.path}",
            headers=dict(request.headers),
            params=dict(parse_qsl(request.query)),
            body=request.body,
        )
        answer = self._answered(asked)
        return Response(answer.status_code, (), answer.get_body())

    def _answered(self, asked: func.HttpRequest) -> func.HttpResponse:
        system: System = self.door  # type: ignore[assignment]  # the door asks for two of its methods
        try:
            return webhooks.from_dataverse(asked, system)
        except Work365Error as error:
            return problem(error, "an invocation")


@cache
def _installed() -> Clinic:
    """One that is installed and healthy, to be copied."""
    made = Clinic(installed=False)
    made.install(made.wanted)
    return made


class _Vault:
    """The clinic's vault, which may be down."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def read(self, name: str) -> str:
        """As the vault does."""
        if self._clinic.vault_failing is not None:
            raise self._clinic.vault_failing
        return self._clinic.secrets.read(name)

    def write(self, name: str, value: str) -> None:
        """As the vault does."""
        self._clinic.secrets.write(name, value)
