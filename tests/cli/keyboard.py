"""Whoever types commands about one invoice, with a worker that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import typer
from typer.testing import CliRunner

from cli.job_ports import Ports
from dataverse.stores.currencies import Currencies
from local.desks.giving_back import GivingDesk
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from typer.testing import Result

    from work365.receivables.payments import InvoiceId

Desk = TypeVar("Desk", bound=GivingDesk)


class Keyboard(Generic[Desk]):
    """A person whose worker works on each job as it is sent: it is the queue, and a clock without two commands in one moment."""

    def __init__(self, desk: Desk, invoice: InvoiceId, register: Callable[[typer.Typer, Callable[[], Ports]], None]) -> None:
        self.desk, self.invoice, self._register = desk, invoice, register
        self.number = desk.number(invoice)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        """The queue."""
        assert (queue, delay_s) == (JOBS, 0)
        self.desk.run(message["job"])

    def now(self) -> datetime:
        """The clock."""
        self.desk.later(seconds=1)
        return self.desk.now

    def today(self, zone: str) -> date:
        """Its day."""
        assert zone
        return self.desk.now.date()

    def types(self, *words: str) -> Result:
        """One command."""
        app = typer.Typer()
        self._register(app, lambda: Ports(self.desk.quiet, Currencies(self.desk.quiet), self, self))
        return CliRunner().invoke(app, words)
