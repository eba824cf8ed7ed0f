"""The charge desk with people at a screen: a job that somebody creates is worked at once, by a worker in a thread of its own.

    form → job row → the tenant's webhook → a queue in memory → `run` → payment, allocation, invoice and job

`hold` keeps the worker from beginning anything; what was created meanwhile is worked after `go_on`.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from queue import Queue
from typing import TYPE_CHECKING

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from local.dataverse import seed
from local.dataverse.trial import Api
from local.desks.charge import DONE, ChargeDesk
from local.subscription import subscription
from work365.errors import InvariantBroken
from work365.handlers.events import read_row_event

if TYPE_CHECKING:
    from local.dataverse.delivery import Webhook
    from work365.receivables.payments import InvoiceId

DOOR, KEY = "https://functions.example/webhooks/dataverse", "key-of-the-desk"  # made up: what comes there is read in this process
LINES = (("Microsoft 365 E3, March 2026", "4", "60.00"), ("Azure plan, February 2026", "1", "40.00"))


class ClickDesk(ChargeDesk):
    """Contoso, whose invoices have lines, and Northwind, of whom nothing is stored.

    Attributes:
        northwind: the account without a payment profile.
    """

    def __init__(self) -> None:
        super().__init__()
        self._jobs: Queue[str | None] = Queue()
        self._may_begin = threading.Event()
        self._may_begin.set()
        for path, row in subscription(DOOR, KEY).items():
            answer = Api(self.dataverse)("PATCH", path, row)
            if answer.status != DONE:
                raise InvariantBroken(answer.text)
        self.northwind = self._make("account", {"name": "Northwind Traders", "accountnumber": "CU-2"})
        self._worker = threading.Thread(target=self._work, name="worker", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Let the worker finish, then close the tenant."""
        self.go_on()
        self._jobs.put(None)
        self._worker.join()
        super().close()

    def hold(self) -> None:
        """Keep the worker from beginning a job."""
        self._may_begin.clear()

    def go_on(self) -> None:
        """Let it begin again."""
        self._may_begin.set()

    def paid(self, total: str = "100.00") -> str:
        """A payment by card of a whole invoice; its id."""
        invoice = self.bill_of(total)
        self.job(invoice)
        self._jobs.join()
        return str(self.only_payment(invoice)["w365_paymentid"])

    def bill_of(self, total: str = "100.00", *, account: str = "") -> InvoiceId:
        """An issued invoice with a date, a due date and two lines."""
        of = bind("w365_Account", "account", account) if account else {}
        invoice = self.invoice(total, w365_invoicedate="2026-03-01", w365_duedate="2026-03-31", **of)
        for ordinal, (text, quantity, amount) in enumerate(LINES):
            self._make(
                "w365_invoiceline",
                {
                    "w365_name": f"{invoice[:8]} {ordinal}",
                    "w365_key": f"{invoice}:{ordinal}",
                    "w365_ordinal": ordinal,
                    "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Cycle"),
                    "w365_description": text,
                    "w365_quantity": Decimal(quantity),
                    "w365_amount": Decimal(amount),
                    "w365_tax": Decimal(0),
                    **bind("w365_Invoice", "w365_invoice", invoice),
                    **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
                },
            )
        return invoice

    def request_of(self, account: str) -> None:
        """A profile that waits for its customer."""
        row = {
            "w365_name": "Requested",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Card"),
            **bind("w365_Account", "account", account),
            **bind("w365_Processor", "w365_paymentprocessor", self.processor),
            **status("w365_paymentprofile", "Pending"),
        }
        self._make("w365_paymentprofile", row)

    def jobs_of(self, invoice: InvoiceId) -> list[str]:
        """The ids of every job of an invoice."""
        of_it = Query("w365_job", ("w365_jobid",), eq("_w365_invoice_value", invoice))
        return [row["w365_jobid"] for row in self.quiet.find(of_it)]

    def _delivered(self, webhook: Webhook) -> int:
        """The door: take the id out of the body, hand it over, answer at once."""
        event = read_row_event(webhook.body, {name.lower(): value for name, value in webhook.headers.items()})
        if event.asks_for_work:
            self._jobs.put(event.id)
        return 202

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._may_begin.wait()
            try:
                self.run(job)
            finally:
                self._jobs.task_done()
