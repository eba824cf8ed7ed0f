"""A desk of requests whose contracts are amended: `w365 contract amend` at somebody's keyboard, and the job that it asks for.

desk = AmendDesk(); desk.says("approve-discounts", "8")
asked = desk.amends(desk.clerk, "--frequency", "annual", "--price", "Premium=340.00"); desk.answers(desk.approver, "approve")
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import typer
from typer.testing import CliRunner

from cli import amending, contracts
from cli.asking import Asker
from dataverse.stores.amending import AmendingStore
from dataverse.stores.changing import Changing
from local.desks.approvals import START, ApprovalDesk, Member
from work365.handlers import amending_by_job
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer.testing import Result

    from work365.handlers.jobs import Doer

APRIL = date(2026, 4, 1)


class AmendDesk(ApprovalDesk):
    """C-2 has ten seats of Premium at 31.00 a month since 1 March; a clerk may read all that a run does."""

    def __init__(self) -> None:
        super().__init__()
        self.amending = AmendingStore(self.tenant.webapi(self.fuse.guard(self.tenant.app)), self.tenant.currencies)
        self.clerk = self.member("Cleo Clerk", "Work365 Customer Service", "Work365 Billing")
        self.amended, self.premium = self.sold("C-2")

    def sold(self, number: str) -> tuple[str, str]:
        """A contract of this number with ten seats of its own; the ids of both."""
        contract = self.contract(number, start=START)
        return contract, self.bought(contract, start=START, printedname="Premium")

    def doers(self) -> dict[JobKind, Doer]:
        """What the workers of this desk do."""
        amend = partial(amending_by_job.amend, book=self.amending, changing=self.changing, clock=self.clock, gate=self.gate)
        return super().doers() | {JobKind.AMEND: amend}

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """What the queue does, and at once what a worker does."""
        self.queue.send(queue, message, delay_s=delay_s)
        self.deliver()

    def types(self, who: Member, *words: str) -> Result:
        """A command at somebody's keyboard."""
        self.passes(seconds=2)
        app, currencies = typer.Typer(), self.tenant.currencies
        book, changing = AmendingStore(who.api, currencies), Changing(who.api, currencies)
        asker = Asker(who.api, self, self.clock, self.gate)
        contracts.register(app, lambda: amending.Ports(book, changing, self.clock, asker=asker))
        return CliRunner().invoke(app, ["contract", *words])

    def amends(self, who: Member, *words: str, number: str = "C-2", on: date = APRIL) -> Result:
        """Somebody amends a contract from a day on."""
        return self.types(who, "amend", number, "--on", on.isoformat(), "--reason", "agreed", *words)

    def terms(self, number: str = "C-2") -> list[tuple[int, str, str]]:
        """The contract's amendments: number, what changed, and who made it."""
        place = self.amending.contract(number)
        found = () if place is None else self.amending.history(place.contract.id)
        return [(one.sequence, one.words, one.by) for one in found]
