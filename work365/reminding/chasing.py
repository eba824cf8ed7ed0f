"""Which step of a plan an open invoice has reached, and what holds it back: one pure decision for an invoice and a day.

A step happens once for an invoice. Only the newest one that was reached counts, so a plan that starts late begins where it
stands, and an earlier step never follows a later one. What is announced before the due day is not said after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.reminding.fees import fee_of

if TYPE_CHECKING:
    from datetime import date

    from work365.reminding.fees import Fee
    from work365.reminding.owed import Owed
    from work365.reminding.plan import Plan, Step


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
