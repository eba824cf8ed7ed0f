"""The books desk with people who take money back, use credit notes and write off after the books were told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, both, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.applying_credit import Credits
from dataverse.stores.receipts import Receipts
from dataverse.stores.writing_off import WritingOff
from dataverse.webapi import Ref
from local.desks.books import NUMBER, TOTAL, BooksDesk
from local.quickbooks.company import CompanySetup
from work365.handlers import applying_credit, receiving, writing_off
from work365.ids import derived
from work365.jobs import Job, JobKind, JobState
from work365.money import Currency, Money
from work365.receivables.receipts import Method, posted
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from dataverse.rows import Row

NOTE = "CN-2026-00001"
USD = Currency("USD")
BAD_DEBTS = "Bad Debts"


class CorrectedBooksDesk(BooksDesk):
    """One invoice of 352.62 USD, a credit note of 50.00, and a company with an account for bad debts."""

    def __init__(self) -> None:
        super().__init__(CompanySetup(unique_numbers=False, expenses=(BAD_DEBTS,)))
        self.api.update(Ref("w365_accountingsystem", self.system.id), {"w365_baddebtaccount": BAD_DEBTS})
        self.receipts = Receipts(self.api, self.tenant.currencies, self._today)
        self.credits = Credits(self.api, self.tenant.currencies, self._today)
        self.write_offs = WritingOff(self.api, self.tenant.currencies)
        self._asked = 0

    def _today(self) -> date:
        return self.clock.now().date()

    def resync(self) -> str:
        """Ask for another sync, and run it; the job's id."""
        job = self.ask()
        self.sync(job)
        return job

    def ask(self) -> str:
        """Ask for another sync."""
        self._asked += 1
        return self.job(derived("job", f"resync {self._asked}"))

    def transfer(self, amount: str, reference: str = "4711") -> None:
        """The customer pays by bank."""
        money = Money(int(Decimal(amount) * 100), USD)
        receipt = posted(
            self.made.account, self.made.entity, Method.BANK_TRANSFER, reference, self._today(), money, today=self._today()
        )
        receiving.post(receipt, [Wish(NUMBER)], book=self.receipts, now=self.clock.now())

    def bounce(self, reference: str = "4711") -> None:
        """The bank takes it back."""
        number = str(self.api.read(Ref("account", self.made.account), select=("accountnumber",))["accountnumber"])
        receiving.return_whole(self.receipts.find(number, reference), "No funds", book=self.receipts)

    def refund(self, left: str) -> None:
        """Of the charge only so much is left, as the refund handler leaves it."""
        part, payment = Decimal(left), derived("payment", self.made.invoice, "1")
        [allocation] = self.api.find(Query("w365_allocation", ("w365_allocationid",), eq("_w365_payment_value", payment)))
        self.api.update(Ref("w365_allocation", allocation["w365_allocationid"]), {"w365_amount": part})
        self.api.update(Ref("w365_payment", payment), {"w365_spare": Decimal(0)})
        lost = self.invoice()["w365_writtenoff"] or Decimal(0)
        self.api.update(Ref("w365_invoice", self.made.invoice), {"w365_amountcharged": part, "w365_balance": TOTAL - part - lost})

    def note(self) -> None:
        """A credit note of 50.00 for the same customer, of which all is open; the books have it."""
        amounts: Row = {f"w365_{name}": Decimal(-50) for name in ("net", "total", "balance")}
        row: Row = {
            "w365_name": NOTE,
            "w365_key": NOTE,
            "w365_number": NOTE,
            "w365_kind": choice_value("w365_invoice", "w365_kind", "Credit note"),
            "w365_invoicedate": date(2026, 3, 1),
            "w365_tax": Decimal(0),
            "w365_amountcharged": Decimal(0),
            **amounts,
            **bind("w365_Contract", "w365_billingcontract", self.made.contract),
            **bind("w365_Account", "account", self.made.account),
            **bind("w365_LegalEntity", "w365_legalentity", self.made.entity),
            **self.money,
            **status("w365_invoice", "Issued"),
        }
        note = self.api.create("w365_invoice", row, id=derived("desk", NOTE))
        line: Row = {
            "w365_name": NOTE,
            "w365_key": f"{NOTE}:1",
            "w365_ordinal": 1,
            "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Credit"),
            "w365_description": "An outage",
            "w365_quantity": Decimal(1),
            "w365_unitprice": Decimal(-50),
            "w365_amount": Decimal(-50),
            "w365_tax": Decimal(0),
            **bind("w365_Invoice", "w365_invoice", note),
            **self.money,
        }
        self.api.create("w365_invoiceline", line)

    def set_off(self) -> None:
        """The note credits the invoice, and is taken off what is open of it."""
        self.note()
        used: Row = {"w365_amountcharged": Decimal(-50), "w365_balance": Decimal(0), **status("w365_invoice", "Paid")}
        original = bind("w365_Original", "w365_invoice", self.made.invoice)
        self.api.update(Ref("w365_invoice", derived("desk", NOTE)), used | original)
        owed = self.invoice()
        left: Row = {"w365_amountcharged": owed["w365_amountcharged"] + 50, "w365_balance": owed["w365_balance"] - 50}
        self.api.update(Ref("w365_invoice", self.made.invoice), left | status("w365_invoice", "Partial"))

    def open_syncs(self) -> list[str]:
        """The syncs that are still to do."""
        sync = choice_value("w365_job", "w365_kind", "Sync")
        waiting = Query("w365_job", ("w365_jobid",), both(eq("w365_kind", sync), eq("statecode", 0)))
        return [row["w365_jobid"] for row in self.api.find(waiting)]

    def sync_note(self) -> None:
        """Send the credit note to the books."""
        self.sync(self.ask_for_note())

    def ask_for_note(self) -> str:
        """Ask for a sync of the credit note."""
        job = derived("job", "sync the note")
        row = {"w365_name": "Sync", "w365_key": job, "w365_kind": choice_value("w365_job", "w365_kind", "Sync")}
        self.api.create("w365_job", {**row, **bind("w365_Invoice", "w365_invoice", derived("desk", NOTE))}, id=job)
        return job

    def use_note(self, amount: str | None = None) -> None:
        """Pay the invoice with it."""
        part = Money(int(Decimal(amount) * 100), USD) if amount else None
        applying_credit.apply(NOTE, [Wish(NUMBER, part)], book=self.credits, now=self.clock.now())

    def give_note_back(self) -> None:
        """Undo that."""
        applying_credit.take_back(NOTE, NUMBER, "Meant otherwise", book=self.credits)

    def give_up(self, amount: str | None = None) -> None:
        """Write off so much, or all that is open."""
        writing_off.write_off(self._wish(JobKind.WRITE_OFF, amount), book=self.write_offs, today=self._today())

    def claim(self, amount: str | None = None) -> None:
        """Take a write-off back."""
        writing_off.take_back(self._wish(JobKind.TAKE_BACK_WRITE_OFF, amount), book=self.write_offs, today=self._today())

    def _wish(self, kind: JobKind, amount: str | None) -> Job:
        self._asked += 1
        id_ = derived("desk", "wish", str(self._asked))
        row = {"w365_name": "Wish", "w365_key": id_, "w365_kind": choice_value("w365_job", "w365_kind", kind.value)}
        self.api.create("w365_job", row, id=id_)
        wanted = None if amount is None else Decimal(amount)
        return Job(id_, id_, kind, JobState.RUNNING, self.made.invoice, amount=wanted, arguments={"reason": "Insolvent"})

    def in_the_books(self) -> tuple[str, list[tuple[str, str]], list[tuple[str, str]]]:
        """What is open of the invoice there; total and applied of each payment, sorted; total and rest of each credit memo."""
        [invoice] = self.entities("Invoice")
        payments = [(row["TotalAmt"], sum(_applied(row), Decimal(0))) for row in self.entities("Payment")]
        memos = [(row["TotalAmt"], row["Balance"]) for row in self.entities("CreditMemo")]
        return _two(invoice["Balance"]), sorted(map(_both, payments)), list(map(_both, memos))

    def said(self, job: str) -> tuple[str, str]:
        """A job's status and message."""
        row = self.api.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
        return status_label("w365_job", row), row["w365_message"] or ""

    def here(self) -> str:
        """What is open of the invoice here."""
        return _two(self.invoice()["w365_balance"])


def _applied(payment: Row) -> list[Decimal]:
    return [line["Amount"] for line in payment["Line"] for linked in line["LinkedTxn"] if linked["TxnType"] == "Invoice"]


def _both(amounts: tuple[Decimal, Decimal]) -> tuple[str, str]:
    return _two(amounts[0]), _two(amounts[1])


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"
