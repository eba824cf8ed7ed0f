"""What `w365 install` and `w365 doctor` work on, out of the settings, the company file and a sign-in."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import settings
import wiring
from adapters import identity_of
from cli.output import tell
from dataverse.install.admission import DataverseAdmission
from dataverse.install.bell import DoorBell
from dataverse.install.companies import DataverseCompanies
from dataverse.install.health import DataverseHealth
from dataverse.install.identities import DataverseIdentities
from dataverse.install.solutions import DataverseSolutions
from dataverse.install.variables import DataverseVariables
from dataverse.install.webhooks import DataverseWebhooks
from dataverse.sign_in import SignIn, signed_in
from providers.azure_queue.depth import QueueDepths
from providers.gocardless.account import sign_in
from providers.stripe.account import reports_to
from work365.errors import BadInput, Refused
from work365.examining.seen import GatewaySeen
from work365.handlers import installing
from work365.handlers.examining import Patient
from work365.handlers.installing import Site
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dataverse.install.package import Package
    from work365.accounting.deciding import BooksSystem
    from work365.installing.wanted import Wanted
    from work365.receivables.payments import Processor

KEY_BYTES = 32
NOT_TOLD = "no storage account was named"
"""Stands where a person's own machine has no setting for the queues, which an installation does not need."""


def connected(how: SignIn, wanted: Wanted | None, environment: Mapping[str, str] = os.environ) -> wiring.Application:
    """The application of the settings, as whoever signed in; addresses come from the company file where there is one.

    Errors: BadInput when a setting is missing, or names another place than the file.
    """
    told = dict(environment)
    if wanted is not None:
        _agree(told, "W365_DATAVERSE_URL", wanted.environment)
        _agree(told, "W365_VAULT_URL", wanted.vault)
        if not any(name.startswith(settings.STORAGE) for name in told):
            told[settings.STORAGE] = NOT_TOLD
    read = settings.read(told)
    identity = None if how is SignIn.IDENTITY else signed_in(how, identity_of(read), tell)
    return wiring.build(read, identity=identity)


def _agree(told: dict[str, str], name: str, wanted: str) -> None:
    if told.setdefault(name, wanted).rstrip("/") != wanted:
        message = f"this setting names {told[name]}, and the company file {wanted}: correct one, so that nothing lands elsewhere"
        raise BadInput(message, name)


def site(application: wiring.Application, package: Package) -> Site:
    """What an installation works on."""
    api = application.api
    return Site(
        admission=DataverseAdmission(api),
        solutions=DataverseSolutions(api, package.content, package.version),
        identities=DataverseIdentities(api),
        webhooks=DataverseWebhooks(api),
        variables=DataverseVariables(api),
        companies=DataverseCompanies(api),
        secrets=application.secrets,
        clock=application.clock,
        draw=lambda: secrets.token_urlsafe(KEY_BYTES),
        pause=time.sleep,
        tell=tell,
    )


def patient(application: wiring.Application, package: Package, wanted: Wanted | None) -> Patient:
    """What an examination looks at; with a company file also whether everything is as it wants it."""
    told, equipped = application.settings, site(application, package)
    queues = None if told.storage == NOT_TOLD else QueueDepths(application.queue_service, (JOBS, CHUNKS))
    return Patient(
        deployment=f"environment {told.environment}, tenant {told.dataverse_url}",
        application=wanted.application if wanted else told.client_id,
        webhook_secret=wanted.webhook_secret if wanted else told.webhook_secret,
        functions=wanted.functions if wanted else "",
        admission=equipped.admission,
        solutions=equipped.solutions,
        webhooks=equipped.webhooks,
        companies=equipped.companies,
        tenant=DataverseHealth(application.api),
        secrets=application.secrets,
        bell=DoorBell(),
        queues=queues,
        mailbox=application.mailer if told.mailbox else None,
        gateways=Gateways(application),
        books=Ledgers(application),
        clock=application.clock,
        rates=application.ecb.name if told.rates else "",
        undone=None if wanted is None else lambda: installing.prepare(wanted, equipped).plan.lines,
    )


@dataclass(frozen=True)
class Gateways:
    """Implements work365.ports.examining.Gateways over the tenant's processors."""

    application: wiring.Application

    def names(self) -> list[str]:
        """Codes of processors."""
        return list(self._known())

    def look(self, name: str) -> GatewaySeen:
        """Use a processor's key."""
        processor = self._known()[name]
        if processor.kind == "GoCardless":
            sign_in(self.application.gocardless(processor))
            return GatewaySeen(processor.kind, name, None)
        return GatewaySeen(processor.kind, name, reports_to(self.application.stripe(processor)))

    def _known(self) -> dict[str, Processor]:
        return {one.code: one for one in DataverseHealth(self.application.api).processors()}


@dataclass(frozen=True)
class Ledgers:
    """Implements work365.ports.examining.Books over the tenant's accounting systems."""

    application: wiring.Application

    def names(self) -> list[str]:
        """Codes of systems."""
        return list(self._known())

    def rotating(self) -> list[str]:
        """Codes of the systems with a rotating key."""
        return [code for code, system in self._known().items() if system.token_secret]

    def open(self, name: str) -> None:
        """Read the company."""
        system = self._known()[name]
        self.application.ledger_for(system)
        if not self.application.quickbooks(system).query("CompanyInfo"):
            message = f"QuickBooks shows no company to our connection of {name}; connect it again"
            raise Refused(message)

    def renewed(self, name: str) -> datetime | None:
        """When the vault's newest version was stored."""
        return self.application.secrets.written_on(self._known()[name].token_secret)

    def _known(self) -> dict[str, BooksSystem]:
        return {system.code: system for system in self.application.books.systems()}
