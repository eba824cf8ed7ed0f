"""A crediting desk whose company has its taxes computed by AvaTax."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import choice_value
from dataverse.stores.tax_rows import TaxRows
from dataverse.webapi import Ref
from local.avalara.app import AvaTax
from local.desks.crediting import CreditingDesk
from local.http import httpx_transport
from local.sample.generated import ENTITY
from providers.avalara.engine import AvalaraTax
from transport.client import NO_RETRIES, Http
from work365.handlers.assessing import Engines
from work365.handlers.settling_tax import settle_tax
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from local.http import Request, Response
    from work365.jobs import JobResult
    from work365.ports.taxing import EngineChoice


class TaxedDesk(CreditingDesk):
    """What AvaTax hears of a company's documents.

    Attributes:
        avatax: the account; it taxes the category `standard` in Germany at 19 %.
        requests: the last step of each request's path, in order.
    """

    def __init__(self, today: date = date(2026, 1, 1)) -> None:
        super().__init__(today)
        self.avatax = AvaTax("1:key")
        self.avatax.rates["DE", "", "standard"] = Decimal(19)
        self.requests: list[str] = []
        self.engines = Engines(self.reach, lambda: 0.0)
        chosen = {"w365_taxengine": choice_value("w365_legalentity", "w365_taxengine", "Avalara"), "w365_taxcompany": "CONTOSO"}
        self.api.update(Ref("w365_legalentity", ENTITY), {**chosen, "w365_taxsecretname": "avalara-key"})
        self._book = TaxRows(self.tenant.webapi(self.fuse.guard(self.tenant.app)))

    def reach(self, choice: EngineChoice) -> AvalaraTax:
        """AvaTax over HTTP."""
        app = httpx_transport(self.fuse.guard(self._counted))
        return AvalaraTax(Http("Avalara", "https://avatax.example", transport=app, retries=NO_RETRIES), choice, "1:key")

    def _counted(self, request: Request) -> Response:
        self.requests.append(request.path.rsplit("/", 1)[-1])
        return self.avatax(request)

    def statuses(self) -> dict[str, str]:
        """Where each transaction stands, by its code."""
        return {code: str(one["status"]) for (_, _, code), one in self.avatax.transactions.items()}

    def settle(self, invoice: str) -> JobResult:
        """The job about one document."""
        return settle_tax(Job("j", "j", JobKind.SETTLE_TAX, JobState.RUNNING, invoice), book=self._book, engine_for=self.reach)

    def to_settle(self) -> list[str]:
        """The documents that a job was created for, oldest first."""
        wanted = eq("w365_kind", choice_value("w365_job", "w365_kind", "Settle tax"))
        found = self.api.find(Query("w365_job", ("_w365_invoice_value",), filter=wanted, order="createdon"))
        return [str(row["_w365_invoice_value"]) for row in found]

    def settle_all(self) -> list[str]:
        """Every such job; what they answer."""
        return [self.settle(invoice).message for invoice in self.to_settle()]
