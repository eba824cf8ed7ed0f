"""A work place for reminders: customers with open invoices, plans, a mail system, and a worker behind the fuse.

desk = ReminderDesk(); desk.reminder_plan("STD", (-3, 3, 10)); desk.say("reminder-plan", "STD")
invoice = desk.open(desk.customer("A-1"), "INV-1", "100.00", due=date(2026, 3, 10)); desk.night(date(2026, 3, 13)); desk.deliver()
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.stores.reminding import Reminders
from dataverse.webapi import Ref
from local.desks.statements import StatementDesk
from local.desks.telling import LANGUAGES
from work365.errors import External
from work365.handlers import reminding

if TYPE_CHECKING:
    from datetime import date

    from dataverse.rows import Row

STEP, PLAN, INVOICE = "w365_reminderstep", "w365_reminderplan", "w365_invoice"
A_FORTNIGHT = timedelta(days=14)


class ReminderDesk(StatementDesk):
    """The desk."""

    def __init__(self) -> None:
        super().__init__()
        guarded = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.reminders = Reminders(guarded, self.tenant.currencies)

    def reminder_plan(self, code: str, days: tuple[int, ...] = (), **last: str) -> str:
        """A plan of mails; `last` are columns of its last step, choices by their labels."""
        made = self.api.create(PLAN, {"w365_name": code, "w365_code": code})
        for day in days:
            self.step(made, day, **(last if day == max(days) else {}))
        return made

    def step(self, plan: str, day: int, *, by: str = "Mail", **columns: str | Decimal) -> None:
        """One step of a plan."""
        row = {
            "w365_name": f"{day:+d}",
            "w365_day": day,
            "w365_channel": choice_value(STEP, "w365_channel", by),
            **{f"w365_{name}": self._value(f"w365_{name}", value) for name, value in columns.items()},
            **bind("w365_Plan", PLAN, plan),
        }
        self.api.create(STEP, row)

    def open(self, account: str, number: str, total: str, *, due: date, **columns: object) -> str:
        """An issued invoice that is due on a day, a fortnight after its issue."""
        invoice = self.issued(account, number, total, due - A_FORTNIGHT)
        self.api.update(Ref(INVOICE, invoice), {"w365_duedate": due, **columns})
        return invoice

    def settle(self, invoice: str) -> None:
        """Nothing is open of it any more."""
        self.api.update(Ref(INVOICE, invoice), {"w365_balance": 0})

    def charged(self, invoice: str, amount: str, state: str) -> str:
        """A charge of an invoice, which has come so far."""
        payment: Row = {
            "w365_name": "payment",
            "w365_attempt": 1,
            "w365_amount": Decimal(amount),
            "w365_source": choice_value("w365_payment", "w365_source", "Charge"),
            **status("w365_payment", state),
            **bind("w365_Invoice", INVOICE, invoice),
            **self._money("EUR"),
        }
        return self.api.create("w365_payment", payment)

    def held_by_bank(self, invoice: str, amount: str) -> str:
        """A dispute at a gateway that is not decided, over a payment that was made first; the invoice is open already."""
        row: Row = {
            "w365_name": "dispute",
            "w365_gatewayreference": "dp_1",
            **{f"w365_{name}": Decimal(amount) for name in ("amount", "away", "taken")},
            **bind("w365_Payment", "w365_payment", self.charged(invoice, amount, "Returned")),
            **bind("w365_Invoice", INVOICE, invoice),
            **self._money("EUR"),
        }
        return self.api.create("w365_dispute", row)

    def remind(self, on: date) -> int:
        """The night's step of a day; how many bundles are new."""
        self.at(on)
        return reminding.remind(book=self.reminders, catalogues=LANGUAGES, clock=self.clock)

    def day(self, on: date) -> list[tuple[str, str]]:
        """A day with its mails; recipient and subject of those that left on it."""
        before = len(self.mails())
        self.remind(on)
        self.deliver()
        return self.mails()[before:]

    def recover(self) -> None:
        """The timers come back every few minutes until long after every doubt is cleared up."""
        for _ in range(4):
            self.clock.moment += timedelta(minutes=6)
            with suppress(External):
                reminding.remind(book=self.reminders, catalogues=LANGUAGES, clock=self.clock)
                self.deliver()

    def taken(self) -> list[str]:
        """The steps that were taken: invoice and day."""
        return sorted(row["w365_name"] for row in self.api.find(Query("w365_reminder", ("w365_name",))))

    def on_hold(self, account: str) -> bool:
        """Whether a customer is on credit hold."""
        return bool(self.api.read(Ref("account", account), select=("creditonhold",))["creditonhold"])

    @staticmethod
    def _value(column: str, value: str | Decimal) -> int | str | Decimal:
        return choice_value(STEP, column, str(value)) if column in ("w365_credithold", "w365_suspend") else value
