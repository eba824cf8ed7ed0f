"""Stories of what being late leads to: a fee of its own, a suspension that is proposed, a question that holds it up."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from local.desks.late_fees import DUE, LateFeeDesk
from local.desks.reminding import ReminderDesk
from local.desks.suspending import SuspensionDesk
from local.pairs.story import Scene, Story
from work365.errors import External, Refused
from work365.handlers import questions
from work365.questions.thread import Question, Said, Side
from work365.suspending.suspension import State

LATE, SUSPENDED_ON = DUE + timedelta(days=10), date(2026, 3, 31)


def charged_late() -> Scene:
    """A customer is ten days late; the fee of that step is a document of its own."""
    desk = LateFeeDesk()
    desk.charges("STD", {10: {"fee": "40", "yearlyinterest": "9"}})
    desk.choose("late-fee-document", "own")
    desk.late(desk.on_time("C-1"), "INV-1", "100.00")

    def night() -> None:
        desk.remind(LATE)
        desk.work_on_jobs()

    def nights() -> None:
        for _ in range(2):
            desk.clock.moment += timedelta(minutes=20)
            night()

    def seen() -> object:
        return [amount for _, amount in desk.lines("Fee")], desk.item_states(), sorted(desk.states("w365_job"))

    return Scene(desk.fuse, act=night, settle=nights, seen=seen)


def suspended() -> Scene:
    """One of two subscriptions was proposed and is confirmed, the other one is to be proposed."""
    desk = SuspensionDesk()
    desk.choose("suspend-overdue-days", "20")
    desk.choose("suspend-warnings", "0")
    contract = desk.on_time("C-1")
    desk.licence(contract, "E3", external="s-1")
    desk.late(contract, "INV-1", "100.00")
    desk.at(SUSPENDED_ON)
    desk.follow()
    desk.clicks("E3", State.CONFIRMED)
    desk.licence(contract, "F1", cost="8.00")

    def recover() -> None:
        with suppress(External):
            desk.recover()
        desk.work_on_changes()

    return Scene(desk.fuse, act=desk.follow, settle=recover, seen=lambda: (desk.shown(), desk.runs(), desk.states("w365_job")))


def questioned() -> Scene:
    """A customer disputes 40.00 of 100.00, is answered, and the question is closed."""
    desk = ReminderDesk()
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)

    def says(text: str, side: Side) -> Said:
        return Said(side, "", desk.clock.now(), text)

    def ask() -> Question:
        return questions.ask("INV-1", None, says("Why seven?", Side.CUSTOMER), Decimal(40), book=desk.questions)

    def all_of_it() -> None:
        one = ask()
        questions.reply(one.id, says("One came in March.", Side.STAFF), book=desk.questions)
        questions.close(one.id, says("Agreed", Side.STAFF), book=desk.questions)

    def again() -> None:
        with suppress(Refused):
            all_of_it()

    def seen() -> object:
        found = desk.questions.listed("INV-1", closed=True)
        return [(one.state.value, str(one.document.disputed), [said.text for said in one.said]) for one in found]

    return Scene(desk.fuse, act=all_of_it, settle=again, seen=seen)


PROPOSED = ["E3 Confirmed 0", "F1 Proposed 0"], {"E3": "Suspended", "F1": "Active"}, ["Succeeded"]
CLOSED = [("Closed", "0.00 EUR", ["Why seven?", "One came in March.", "Agreed"])]
STORIES = (
    Story("charge a late fee", "reminding.remind", charged_late, (["40.25"], ["Billed"], ["Succeeded"])),
    Story("propose and carry out suspensions", "suspending.follow", suspended, PROPOSED),
    Story("ask, answer and close a question", "questions.ask", questioned, CLOSED),
)
