"""A charge desk whose customer is charged by itself, and the nights in which that is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.currencies import Currencies
from dataverse.stores.job_rows import follow_up
from dataverse.stores.retrying import Retries
from dataverse.webapi import Ref
from local.desks.charge import ChargeDesk
from local.stripe.enrolling import control
from work365.handlers import retrying
from work365.jobs import JobKind

if TYPE_CHECKING:
    from dataverse.rows import Row
    from work365.receivables.payments import InvoiceId

CONTRACT = "w365_billingcontract"


class RetryDesk(ChargeDesk):
    """Contoso's contract is charged by itself, and its card has run dry."""

    def __init__(self) -> None:
        super().__init__()
        self.retries = Retries(self._api(self.fuse.guard(self.dataverse)), Currencies(self.quiet))
        yes = choice_value(CONTRACT, "w365_autocharge", "Yes")
        self.contract = self._make(CONTRACT, {"w365_name": "C-1", "w365_number": "C-1", "w365_autocharge": yes, **self.mine})
        self.behave("insufficient_funds")

    @property
    def mine(self) -> Row:
        """What the contract's row points to."""
        return {
            **bind("w365_Account", "account", self.account),
            **bind("w365_LegalEntity", "w365_legalentity", self.entity),
            **bind("w365_PaymentProfile", "w365_paymentprofile", self.profile),
        }

    def behave(self, how: str) -> None:
        """What the card does from now on."""
        row = self.quiet.read(Ref("w365_paymentprofile", self.profile), select=("w365_methodreference",))
        control(self.stripe, "behaviour", {"payment_method": row["w365_methodreference"], "behaviour": how})

    def owed(self, total: str = "150.00") -> InvoiceId:
        """An invoice of that contract, charged once."""
        invoice = self.invoice(total, **bind("w365_Contract", CONTRACT, self.contract))
        self.run(self.job(invoice))
        return invoice

    def issued(self, total: str = "150.00") -> tuple[InvoiceId, str]:
        """An invoice of that contract, and the job that follows its issue, once a worker has done it."""
        invoice = self.invoice(total, **bind("w365_Contract", CONTRACT, self.contract))
        asked = follow_up(JobKind.CHARGE, invoice, "it", cause=invoice, arguments={"source": "Auto charge"})
        self.quiet.change([asked])
        self.run(asked.id or "")
        return invoice, asked.id or ""

    def night(self) -> int:
        """What the timer does, and the worker with every job that is open; how many attempts were asked for."""
        asked = retrying.retry_due(book=self.retries, now=self.now)
        for row in list(self.quiet.find(Query("w365_job", ("w365_jobid",), eq("statecode", 0)))):
            self.run(row["w365_jobid"])
        return asked

    def nights(self, count: int) -> list[int]:
        """So many nights; what each asked for."""
        asked = []
        for _ in range(count):
            self.later(days=1)
            asked.append(self.night())
        return asked
