"""A tenant in memory, seen through the real client and the real stores: what tests of handlers and crash suites run against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.stores.billing import Billing
from dataverse.stores.currencies import Currencies
from dataverse.stores.jobs import Jobs
from dataverse.webapi import Http, WebApi
from local.dataverse.app import DataverseApp
from local.http import httpx_transport
from transport.waiting import Retries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.dataverse.delivery import Webhook
    from local.faults import Fuse
    from local.http import App

URL = "https://org.crm.dynamics.com"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tenant holds after a run, as far as a copy or a hole would show; `counted` is what the runs say they issued."""

    invoices: int
    numbers: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    schedules: int
    jobs: tuple[str, ...]
    unbilled: int
    next_dates: tuple[str, ...]
    counted: int


def _nobody_home(_: Webhook) -> int:
    return 202


class Tenant:
    """One organisation with our tables, in memory. What its webhooks call is the `door`, which answers with a status."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.door: Callable[[Webhook], int] = _nobody_home
        self.app = DataverseApp(clock=clock, any_token=True, deliver=self._ring)
        self.api = self.webapi(self.app)
        self.currencies = Currencies(self.api)

    def _ring(self, webhook: Webhook) -> int:
        return self.door(webhook)

    def webapi(self, app: App, *, user: str = "token") -> WebApi:
        """A client of this tenant through `app`, which a fuse may guard. Reads are not repeated, so each request counts.

        Shape: `user` is the Entra object id of somebody who has signed in, as on a form; else it is the application.
        """
        http = Http("dataverse", f"{URL}/api/data/v9.2/", retries=Retries(attempts=1), transport=httpx_transport(app))
        return WebApi(http, lambda: user)

    def billing(self, fuse: Fuse) -> Billing:
        """The billing book, its requests counted by a fuse."""
        return Billing(self.webapi(fuse.guard(self.app)), self.currencies)

    def jobs(self) -> Jobs:
        """The job book."""
        return Jobs(self.api, self.currencies)

    def shape(self) -> Shape:
        """What is there now."""
        invoices = list(self.api.find(Query("w365_invoice", ("w365_key", "w365_number", "w365_total"), order="w365_key")))
        lines = self.api.find(Query("w365_invoiceline", ("w365_key", "w365_amount"), order="w365_key"))
        contracts = self.api.find(Query("w365_billingcontract", ("w365_nextinvoicedate",), order="w365_number"))
        return Shape(
            len(invoices),
            tuple(sorted(str(row["w365_number"]) for row in invoices)),
            tuple((row["w365_key"], str(row["w365_amount"])) for row in lines),
            self.count("w365_billingschedule"),
            tuple(row["w365_key"] for row in self.api.find(Query("w365_job", ("w365_key",), order="w365_key"))),
            self._unbilled(),
            tuple(row["w365_nextinvoicedate"] for row in contracts),
            sum(row["w365_invoices"] or 0 for row in self.api.find(Query("w365_billingrun", ("w365_invoices",)))),
        )

    def _unbilled(self) -> int:
        return sum(row["_w365_invoice_value"] is None for row in self.api.find(Query("w365_changelog", ("_w365_invoice_value",))))

    def open_work(self) -> tuple[int, int]:
        """How many chunks and runs are still open."""
        return self.count("w365_billingchunk", eq("statecode", 0)), self.count("w365_billingrun", eq("statecode", 0))

    def count(self, table: str, which: str = "") -> int:
        """How many rows of a table meet a filter."""
        return sum(1 for _ in self.api.find(Query(table, (f"{table}id",), filter=which)))
