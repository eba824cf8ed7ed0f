"""The debit desk with a person who gives money back, the gateways' and banks' part in it, and what the customer then owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.balances import Balances
from dataverse.stores.currencies import Currencies
from dataverse.stores.receipts import Receipts
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.charge import PERSON
from local.desks.debit import DebitDesk
from local.gocardless.enrolling import collect
from local.gocardless.enrolling import control as door
from local.stripe.disputes import held
from local.stripe.enrolling import control
from work365.handlers import balancing, receiving
from work365.ids import derived
from work365.jobs import JobKind
from work365.money import Currency, Money
from work365.periods import days_at
from work365.ports.payments import About, PaymentHint
from work365.receivables.receipts import Method, posted
from work365.receivables.spreading import Wish
from work365.receivables.statement import statement

if TYPE_CHECKING:
    from dataverse.webapi import Row
    from work365.receivables.payments import InvoiceId
    from work365.receivables.statement import Statement

ACCOUNT = "K-1"
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
LONG_S = 3600 * 25
"""Longer than a gateway knows a key."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What our rows say of one payment's invoice, and what the gateways hold of its payments, in hundredths.

    Shape: `refunds` are the states of its refunds, in order; `used` is the sum of its allocations.
    """

    charged: str
    balance: str
    status: str
    used: str
    spare: str
    refunds: tuple[str, ...]
    held: int


class GivingDesk(DebitDesk):
    """Contoso, K-1, whose money comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet.update(Ref("account", self.account), {"accountnumber": ACCOUNT})
        self.balances = Balances(self.quiet, Currencies(self.quiet))
        self.receipts = Receipts(self.guarded, Currencies(self.quiet), self._today)
        self.mandate = self.sign("sepa_core")
        self._wishes = count(1)

    def _today(self) -> date:
        return self.now.date()

    def billed(self, total: str = "150.00", **more: Any) -> InvoiceId:  # noqa: ANN401  columns
        """An invoice that statements know."""
        return self.invoice(total, w365_invoicedate=self.now.date(), w365_duedate=self.now.date(), **more)

    def paid(self, total: str = "150.00", amount: str | None = None, *, debit: bool = False, **more: Any) -> InvoiceId:  # noqa: ANN401
        """An invoice that was charged, all of it or a part. Shape: `more` are columns of the invoice."""
        invoice = self.billed(total, **more)
        self.collect(invoice, amount, debit=debit)
        return invoice

    def collect(self, invoice: InvoiceId, amount: str | None = None, *, debit: bool = False) -> None:
        """Charge an invoice, and let the bank do its part."""
        self.run(self.job(invoice, amount=amount, profile=self.mandate if debit else self.profile))
        if debit:
            for one in self.debits(invoice):
                if one["status"] == "pending_submission":
                    collect(self.gocardless, one["id"])
            self.told(2)

    def credited(self, invoice: InvoiceId, total: str) -> InvoiceId:
        """A credit note on a paid invoice: all of it is still open."""
        kind = choice_value("w365_invoice", "w365_kind", "Credit note")
        original = bind("w365_Original", "w365_invoice", invoice)
        return self.billed(f"-{total}", w365_kind=kind, **original)

    def cash(self, invoice: InvoiceId, amount: str = "150.00") -> None:
        """The bookkeeper takes cash for an invoice, as reading the books writes it."""
        row: Row = {
            "w365_name": "Cash",
            "w365_attempt": 9,
            "w365_amount": Decimal(amount),
            "w365_source": choice_value("w365_payment", "w365_source", "Books"),
            "w365_receivedon": self.now.date(),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("w365_Account", "account", self.account),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
            **status("w365_payment", "Succeeded"),
        }
        payment = self._make("w365_payment", row)
        part = {name: row[name] for name in row if "currency" in name or name in ("w365_name", "w365_amount")}
        part |= bind("w365_Payment", "w365_payment", payment) | bind("w365_Invoice", "w365_invoice", invoice)
        self._make("w365_allocation", part)
        before = self.quiet.read(Ref("w365_invoice", invoice), select=("w365_balance", "w365_amountcharged"))
        charged, balance = before["w365_amountcharged"] + Decimal(amount), before["w365_balance"] - Decimal(amount)
        after = status("w365_invoice", "Partial" if balance else "Paid")
        self.quiet.update(Ref("w365_invoice", invoice), {"w365_amountcharged": charged, "w365_balance": balance, **after})

    def transfer(self, invoice: InvoiceId, amount: int, reference: str) -> None:
        """A bank transfer for an invoice, as far as it is open; in hundredths. Errors: Refused when nothing of it is."""
        day, money = self.now.date(), Money(amount, Currency("EUR"))
        receipt = posted(self.account, self.entity, Method.BANK_TRANSFER, reference, day, money, today=day)
        receiving.post(receipt, [Wish(self.number(invoice))], book=self.receipts, now=self.now)

    def bounce(self, reference: str) -> None:
        """The bank takes a transfer back. Errors: Refused when it did already."""
        receiving.return_whole(self.receipts.find(ACCOUNT, reference), "No funds", book=self.receipts)

    def to_books(self) -> Row:
        """The columns of an invoice whose contract sends to its books by itself."""
        yes = choice_value("w365_billingcontract", "w365_autosync", "Yes")
        row = {"w365_number": "C-1", "w365_autosync": yes, **bind("w365_Account", "account", self.account)}
        return bind("w365_Contract", "w365_billingcontract", self._make("w365_billingcontract", row))

    def wish(
        self,
        invoice: InvoiceId,
        amount: str | None = None,
        reason: str = "Two seats too many",
        *,
        by: str = PERSON,
        payment: str | None = None,
    ) -> str:
        """A person asks for money to be given back, of the payment that is named or the only one of the invoice."""
        number = next(self._wishes)
        row: Row = {
            "w365_key": f"refund-{number}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.REFUND.value),
            "w365_arguments": f'{{"reason": "{reason}"}}',
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        row |= {"w365_amount": Decimal(amount)} if amount else {}
        row |= bind("w365_Payment", "w365_payment", payment) if payment else {}
        person = self.quiet.as_user(by)
        return person.create("w365_job", row, id=derived("desk", "refund", str(number)))

    def refund(self, invoice: InvoiceId, amount: str | None = None) -> tuple[str, str]:
        """Give it back; the job's state and message."""
        job = self.wish(invoice, amount)
        self.run(job)
        return self.state_of(job)

    def ask(self, invoice: InvoiceId, about: About = About.REFUND) -> None:
        """What a sweep does for every payment of an invoice."""
        for row in self.payments_of(invoice):
            self.event(PaymentHint("", row["w365_paymentid"], about))

    def refund_ends(self, invoice: InvoiceId, ends: str, reason: str | None = None) -> None:
        """Stripe's part in the last refund of an invoice, and its webhooks."""
        control(self.stripe, "refund", {"refund": self.last_refund(invoice), "ends": ends, "reason": reason})
        self.stripe.deliver()

    def refund_moves(self, invoice: InvoiceId, *steps: str) -> None:
        """GoCardless' part in the last refund of an invoice, and its webhook."""
        for step in steps:
            door(self.gocardless, "refund", refund=self.last_refund(invoice), to=step)
        self.told(len(steps))

    def last_refund(self, invoice: InvoiceId) -> str:
        """The gateway's id of the last refund of an invoice."""
        return str(self._refunds(invoice)[-1]["w365_gatewayreference"])

    def _refunds(self, invoice: InvoiceId) -> list[Row]:
        mine = eq("w365_Payment/_w365_invoice_value", invoice)
        columns = ("statuscode", "w365_gatewayreference", "w365_message")
        return list(self.quiet.find(Query("w365_refund", columns, mine, "createdon,w365_attempt")))

    def payments_of(self, invoice: InvoiceId) -> list[Row]:
        """The payments of an invoice."""
        columns = ("w365_paymentid", "w365_gatewayreference", "w365_spare", "w365_amount", "statuscode", "_w365_profile_value")
        return list(self.quiet.find(Query("w365_payment", columns, eq("_w365_invoice_value", invoice), "w365_attempt")))

    def number(self, invoice: InvoiceId) -> str:
        """An invoice's number."""
        return str(self.quiet.read(Ref("w365_invoice", invoice), select=("w365_number",))["w365_number"])

    def used(self, invoice: InvoiceId) -> int:
        """What payments through gateways pay of an invoice, and what of them no invoice uses, in hundredths."""
        ours = {row["w365_paymentid"]: row["w365_spare"] or 0 for row in self.payments_of(invoice) if row["_w365_profile_value"]}
        columns = ("w365_amount", "_w365_payment_value")
        found = self.quiet.find(Query("w365_allocation", columns, eq("_w365_invoice_value", invoice)))
        return int((sum(ours.values()) + sum(row["w365_amount"] for row in found if row["_w365_payment_value"] in ours)) * 100)

    def came_less_went(self, invoice: InvoiceId) -> int:
        """What our rows say: payments that came, less what was given back of them and what disputes hold, in hundredths."""
        mine, done = eq("w365_Payment/_w365_invoice_value", invoice), ("Succeeded", "Returned")
        through = [row for row in self.payments_of(invoice) if row["_w365_profile_value"]]
        came = [row["w365_amount"] for row in through if status_label("w365_payment", row) in done]
        refunds = self.quiet.find(Query("w365_refund", ("w365_amount", "statuscode"), mine))
        went = [row["w365_amount"] for row in refunds if status_label("w365_refund", row) == "Succeeded"]
        went += [row["w365_away"] for row in self.quiet.find(Query("w365_dispute", ("w365_away",), mine))]
        return int((sum(came) - sum(went)) * 100)

    def dispute(self, invoice: InvoiceId, amount: int | None = None, *, inquiry: bool = False) -> str:
        """The cardholder's bank disputes the card payment of an invoice; the dispute's id."""
        references = [row["w365_gatewayreference"] or "" for row in self.payments_of(invoice)]
        intent = next(one for one in references if one.startswith("pi_"))
        made = control(self.stripe, "dispute", {"payment_intent": intent, "amount": amount, "inquiry": inquiry})
        self.stripe.deliver()
        return str(made["id"])

    def disputed(self, dispute: str, *steps: str) -> None:
        """It gets on."""
        for step in steps:
            control(self.stripe, "disputed", {"dispute": dispute, "to": step})
        self.stripe.deliver()

    def disputes(self, invoice: InvoiceId) -> list[tuple[str, str, str]]:
        """State, what is away and the last words of each dispute of an invoice."""
        columns = ("statuscode", "w365_away", "w365_message")
        found = self.quiet.find(Query("w365_dispute", columns, eq("_w365_invoice_value", invoice), "createdon"))
        return [(status_label("w365_dispute", row), f"{row['w365_away']:.2f}", row["w365_message"]) for row in found]

    def said(self, invoice: InvoiceId) -> str:
        """The words on the last refund."""
        return str(self._refunds(invoice)[-1]["w365_message"])

    def stand(self, invoice: InvoiceId) -> Stand:
        """Read everything, past the fuse."""
        bill = super().bill(invoice)
        spare = sum((row["w365_spare"] or Decimal(0) for row in self.payments_of(invoice)), Decimal(0))
        used = sum(map(Decimal, bill.allocated), Decimal(0))
        refunds = tuple(status_label("w365_refund", row) for row in self._refunds(invoice))
        return Stand(bill.charged, bill.balance, bill.status, f"{used:.2f}", f"{spare:.2f}", refunds, self.held(invoice))

    def held(self, invoice: InvoiceId) -> int:
        """What the gateways hold for an invoice."""
        cards = [one for one in control(self.stripe, "charges") if one["metadata"].get("w365_invoice") == invoice and one["paid"]]
        mine = {one["id"] for one in cards}
        disputed = sum(held(one) for one in control(self.stripe, "disputes") if one["charge"] in mine)
        debits = [one for one in self.debits(invoice) if one["status"] in ("confirmed", "paid_out")]
        gone = [one for one in self.debits(invoice) if one["status"] not in ("confirmed", "paid_out")]
        given = sum(one["amount"] for one in (*cards, *debits)) - sum(one["amount_refunded"] for one in (*cards, *debits, *gone))
        return int(given) - disputed

    def owed(self) -> tuple[str, str]:
        """What K-1's statement closes with, and what its kept balance says; the same, or something is wrong."""
        balancing.refresh([self.account], book=self.balances, day_in=days_at(self.now))
        kept = self.balances.kept(ACCOUNT)
        return f"{self.statement().closing.major:.2f}", f"{kept[0].balance.balance.major:.2f}" if kept else "0.00"

    def statement(self) -> Statement:
        """K-1's account in euro."""
        (account,) = StatementRows(self.quiet).customer(ACCOUNT, children=False).accounts
        return statement(account.documents, account.payments, account.currency, first=FIRST, last=LAST)

    def settle(self, invoice: InvoiceId, *jobs: str) -> None:
        """Let time pass and the sweep work until no job is open."""
        self.fuse.reset()
        for _ in range(12):
            if all(self.state_of(job)[0] in ("Succeeded", "Refused", "Failed") for job in jobs):
                return
            self.later(seconds=130)
            for job in set(self.jobs.due(self.now, untouched_s=60)).intersection(jobs):
                self.run(job)
            self.ask(invoice)
