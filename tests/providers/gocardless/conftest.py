"""A gateway to a local account, with a record of what was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.fakes.receivables import BANK, NOW, debt_of, job_of
from local.faults import Fault, Fuse
from local.gocardless.app import TOKEN, GoCardless
from local.gocardless.enrolling import control
from local.http import Request, Response, httpx_transport
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from transport.client import NO_RETRIES, Http
from work365.receivables.charging import ChargeCase, decide
from work365.receivables.payments import Payment, Processor, Profile

if TYPE_CHECKING:
    from work365.receivables.settling import Outcome

GOCARDLESS = Processor("p2", "debits", "GoCardless", "gocardless-token")


class Desk:
    """One customer with one mandate."""

    def __init__(self) -> None:
        self.now = NOW
        self.gocardless = GoCardless(clock=lambda: self.now)
        self.sent: list[Request] = []
        self.fuse = Fuse()
        transport = httpx_transport(self.fuse.guard(self._record))
        self.http = Http("GoCardless", "https://api.gocardless.com", transport=transport, retries=NO_RETRIES)
        self.gateway = GoCardlessGateway(Client(self.http, TOKEN), environment="live")
        self.copy = GoCardlessGateway(Client(self.http, TOKEN), environment="sandbox")
        self.profile = self.mandate("sepa_core")
        self.payment = self.attempt("120.00 EUR")

    def _record(self, request: Request) -> Response:
        self.sent.append(request)
        return self.gocardless(request)

    def mandate(self, scheme: str, **more: Any) -> Profile:  # noqa: ANN401  JSON
        """A profile on a mandate of its own."""
        signed = self.control("mandate", scheme=scheme, **more)
        return replace(BANK, processor=GOCARDLESS, customer=signed["links"]["customer"], method=signed["id"])

    def control(self, name: str, **body: Any) -> Any:  # noqa: ANN401  JSON
        """One call of the control surface."""
        return control(self.gocardless, name, **body)

    def attempt(self, amount: str, job: str = "j1") -> Payment:
        """What a job would collect."""
        return decide(job_of(amount, id=job), ChargeCase((), debt_of(amount), self.profile), now=self.now)

    def charge(self) -> Outcome:
        """Collect it."""
        return self.gateway.charge(self.payment, self.profile, about="Invoice INV-7")

    def lose_the_answer(self) -> None:
        """The next request is done, and nobody hears of it."""
        self.fuse.arm(at=1, fault=Fault.LOSE_ANSWER)

    def held(self) -> list[Any]:
        """Every payment at GoCardless."""
        found: list[Any] = self.control("payments")
        return found


@pytest.fixture
def desk() -> Desk:
    """A fresh account."""
    return Desk()
