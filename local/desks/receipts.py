"""A crediting desk to which customers transfer money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.rows import status_label
from dataverse.stores.balances import Balances
from dataverse.stores.receipts import Receipts
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk
from local.sample.generated import ENTITY
from work365.handlers import balancing, receiving
from work365.money import Currency, Money
from work365.periods import days_at
from work365.receivables.receipts import Method, posted
from work365.receivables.statement import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.handlers.receiving import Posted
    from work365.receivables.receipts import Applied, TakenBack
    from work365.receivables.spreading import Wish
    from work365.receivables.statement import Statement

JANUARY, YEAR_END = date(2026, 1, 1), date(2026, 12, 31)
ACCOUNT = "K-1"
EUR = Currency("EUR")
BALANCE = ("w365_balance", "w365_openamount", "w365_unapplied", "w365_overdue")
OWED = ("w365_number", "w365_amountcharged", "w365_balance", "statuscode", "w365_paidon")


class ReceiptDesk(CreditingDesk):
    """One customer, K-1, whose contract bills 368.90 EUR on the first of each month, and a bank account."""

    def __init__(self, today: date = JANUARY) -> None:
        super().__init__(today)
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.receipts = Receipts(guarded, self.tenant.currencies, lambda: self.clock.today("UTC"))
        self.balances = Balances(guarded, self.tenant.currencies)
        contract = self.standing("C-1")
        row = self.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))
        self.account = str(row["_w365_account_value"])
        self.api.update(Ref("account", self.account), {"accountnumber": ACCOUNT})

    def months(self, count: int) -> list[str]:
        """Bill so many months from January; the numbers of their invoices."""
        for month in range(1, count + 1):
            self.run(date(2026, month, 1))
        return [str(row["w365_number"]) for row in self.api.find(Query("w365_invoice", ("w365_number",), order="w365_number"))]

    def post(self, amount: str, *, on: date = JANUARY, reference: str = "4711", wishes: Sequence[Wish] | None = ()) -> Posted:
        """A bank transfer of K-1."""
        today = self.clock.today("UTC")
        money = Money(int(Decimal(amount) * 100), EUR)
        receipt = posted(self.account, ENTITY, Method.BANK_TRANSFER, reference, on, money, today=today)
        return receiving.post(receipt, wishes, book=self.receipts, now=self.clock.now())

    def apply(self, wishes: Sequence[Wish] | None, reference: str = "4711") -> Applied:
        """Use what is left of it."""
        receipt = self.receipts.find(ACCOUNT, reference)
        return receiving.apply(receipt, wishes, book=self.receipts, now=self.clock.now())

    def take_back(self, number: str, reason: str = "Paid the wrong invoice", reference: str = "4711") -> TakenBack:
        """Undo what it pays of one invoice."""
        return receiving.take_back(self.receipts.find(ACCOUNT, reference), number, reason, book=self.receipts)

    def bounce(self, reason: str = "Cheque bounced", reference: str = "4711") -> TakenBack:
        """The bank takes it back."""
        return receiving.return_whole(self.receipts.find(ACCOUNT, reference), reason, book=self.receipts)

    def owed(self) -> list[tuple[str, str, str]]:
        """What came in of each invoice, what is open, its status."""
        found = self.api.find(Query("w365_invoice", OWED, order="w365_number"))
        return [
            (f"{row['w365_amountcharged']:.2f}", f"{row['w365_balance']:.2f}", status_label("w365_invoice", row)) for row in found
        ]

    def unapplied(self) -> dict[str, str]:
        """What is left of each receipt, by its reference."""
        found = self.api.find(Query("w365_receipt", ("w365_reference", "w365_unapplied"), order="w365_reference"))
        return {row["w365_reference"]: f"{row['w365_unapplied']:.2f}" for row in found}

    def paid(self) -> list[tuple[str, str]]:
        """Every payment's amount and state, in the order of the amounts."""
        found = self.api.find(Query("w365_payment", ("w365_amount", "statuscode"), order="w365_amount"))
        return [(f"{row['w365_amount']:.2f}", status_label("w365_payment", row)) for row in found]

    def allocated(self) -> Decimal:
        """The sum of all allocations."""
        return sum((row["w365_amount"] for row in self.api.find(Query("w365_allocation", ("w365_amount",)))), Decimal(0))

    def draw(self) -> int:
        """What the night does about balances; how many customers were drawn."""
        return balancing.refresh_all(book=self.balances, day_in=days_at(self.clock.now()))

    def balance(self) -> tuple[str, ...]:
        """K-1's balance, what is open, unapplied, overdue, and what its account says."""
        rows = list(self.api.find(Query("w365_accountbalance", BALANCE)))
        said = self.api.read(Ref("account", self.account), select=("w365_balances",))["w365_balances"]
        return (*(f"{rows[0][name]:.2f}" for name in BALANCE), said or "") if rows else ()

    def statement(self, first: date = JANUARY, last: date = YEAR_END) -> Statement:
        """K-1's account."""
        (account,) = StatementRows(self.api).customer(ACCOUNT, children=False).accounts
        return statement(account.documents, account.payments, account.currency, first=first, last=last)
