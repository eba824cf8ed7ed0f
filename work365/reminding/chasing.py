"""Which step of a plan an open invoice has reached, and what holds it back: one pure decision for an invoice and a day.

A step happens once for an invoice. Only the newest one that was reached counts, so a plan that starts late begins where it
stands, and an earlier step never follows a later one. What is announced before the due day is not said after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.money import zero
from work365.reminding.fees import fee_of

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.reminding.fees import Fee
    from work365.reminding.plan import Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An open invoice.

    Attributes:
        balance: what is open of it.
        disputed: what of it the customer does not accept; nobody is reminded of that part.
        contract: id of the one that it bills, with its number; "" where it bills none.
        opted_out: it is never reminded of.
        paused_until: the last day of a pause, e.g. because the customer has promised to pay until then.
        collected: its contract is charged by itself.
        on_its_way: a payment of it was begun, and its outcome is open.
        taken: the days of the steps that it has had.
        charged: the fees of these, also of those that were waived; None where there were none.
        interest_to: the last day that one of them has charged interest for.
        fees_before: fees for other invoices that this one bills, with tax; None where it bills none.
        billed_alone: a fee is a document of its own.
        version: of the row that this was read from.
    """

    id: str
    number: str
    account: str
    entity: str
    issued: date
    due: date
    balance: Money
    disputed: Money
    contract: str = ""
    contract_number: str = ""
    opted_out: bool = False
    paused_until: date | None = None
    collected: bool = False
    on_its_way: bool = False
    taken: frozenset[int] = frozenset()
    charged: Money | None = None
    interest_to: date | None = None
    fees_before: Money | None = None
    billed_alone: bool = False
    version: str = ""

    @property
    def asked(self) -> Money:
        """What the customer is reminded of."""
        left = self.balance - self.disputed
        return left if left.minor > 0 else zero(self.balance.currency)

    def paused(self, today: date) -> bool:
        """Nothing is asked for on a day."""
        return self.paused_until is not None and today <= self.paused_until


@dataclass(frozen=True, slots=True)
class Due:
    """A step that an invoice has reached; `on` is the day that the plan says, `fee` what it costs if it is taken now."""

    owed: Owed
    step: Step
    plan: str
    fee: Fee | None = None

    @property
    def on(self) -> date:
        """The day of the step."""
        return self.owed.due + timedelta(days=self.step.day)

    @property
    def id(self) -> str:
        """The id of its row: an invoice has one for a day, whatever the plan is called."""
        return derived("reminder", self.owed.id, str(self.step.day))


def due_step(owed: Owed, plan: Plan, today: date) -> Due | None:
    """The step that is due on a day; None before the first one, and while the newest has been taken.

    Shape:  whatever holds the invoice back is not looked at; `held_back` says that.
    Errors: BadInput where nobody can say what it costs.
    """
    late = (today - owed.due).days
    reached = [step for step in plan.steps if step.day <= late and (step.day > 0 or late <= 0)]
    if not reached:
        return None
    newest = max(reached, key=lambda step: step.day)
    if owed.taken and newest.day <= max(owed.taken):
        return None
    return Due(owed, newest, plan.code, fee_of(owed, newest, plan, today))


def held_back(owed: Owed, today: date) -> str:
    """Why an invoice is not reminded of on a day; "" where it is."""
    reasons = (
        (owed.balance.minor <= 0, "it is paid"),
        (owed.opted_out, "it is never reminded of"),
        (owed.paused(today), f"it is paused until {owed.paused_until}"),
        (not owed.asked.minor, "all of what is open is disputed"),
        (owed.on_its_way, "a payment of it is on its way"),
        (owed.collected and today <= owed.due, "it is charged by itself"),
    )
    return next((why for holds, why in reasons if holds), "")
