"""Acts of those who decide: an approver, somebody who answers their own request, whoever suspends and resumes."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.rows import status_label
from dataverse.stores.suspending import Suspensions
from local.months.acts import act
from local.months.receiving import transfers
from local.months.taking import bills
from work365.approving.answering import Answer
from work365.handlers import suspending
from work365.jobs import JobKind
from work365.receivables.spreading import Wish
from work365.suspending.suspension import State

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office
    from work365.ports.suspending import Listed

APPROVAL, SUSPENSION = "w365_approval", "w365_suspension"
PROMPT = 0.7
"""How likely it is that a worker, or a person, does at once what can be done now."""


def waiting(office: Office) -> list[dict[str, Any]]:
    """What waits for an approver, the oldest first."""
    rows = [row for row in office.partner.rows(APPROVAL) if status_label(APPROVAL, row) == "Waiting"]
    return sorted(rows, key=lambda row: (row["w365_askedon"], row["w365_key"]))


def answers(office: Office, approval: str, answer: Answer, *, own: bool = False) -> None:
    """The approver answers; `own`: whoever asked tries to."""
    arguments = {"approval": approval, "answer": answer.value, "reason": "Looked at"}
    office.asks(JobKind.ANSWER, arguments=arguments, by=None if own else office.partner.approver.entra)


def suspensions(office: Office) -> list[Listed]:
    """Those that are open, as whoever decides sees them."""
    book = Suspensions(office.partner.quiet)
    return sorted(office.reads(lambda: list(book.listed(everything=False))) or [], key=lambda one: one.id)


def decides(office: Office, suspension: str, state: State) -> None:
    """A person decides about a suspension, if that can be decided; a worker does what follows."""
    book, clock = Suspensions(office.partner.guarded), office.application.clock
    for one in suspensions(office):
        if one.id == suspension:
            decide = partial(suspending.decide, one, state, "Talked to them", book=book, clock=clock)
            office.tries("the account manager", decide)
    office.work()


@act(16)
def an_approver_answers(office: Office, dice: Random) -> str | None:
    """Mostly yes; and mostly one more request is changed by what happens before the worker comes back to it."""
    found = waiting(office)
    if not found:
        return None
    row, answer = dice.choice(found), dice.choice((Answer.APPROVE, Answer.APPROVE, Answer.REFUSE))
    answers(office, row["w365_approvalid"], answer)
    if dice.random() < PROMPT:
        office.work()
    return f"{answer.value} {row['w365_what']}"


@act(3)
def somebody_approves_their_own(office: Office, dice: Random) -> str | None:
    """Whoever asked is an administrator, and no approver of this."""
    found = waiting(office)
    if not found:
        return None
    row = dice.choice(found)
    answers(office, row["w365_approvalid"], Answer.APPROVE, own=True)
    office.work()
    return str(row["w365_what"])


@act(14)
def somebody_decides_on_a_suspension(office: Office, dice: Random) -> str | None:
    """Confirms or declines it, or resumes what was suspended; a worker does what follows."""
    choices = [(one, state) for one in suspensions(office) for state, before in suspending.FROM.items() if one.state in before]
    if not choices:
        return None
    one, state = dice.choice(choices)
    decides(office, one.id, state)
    return f"{one.subscription} {state.value}"


@act(12)
def a_suspended_customer_pays(office: Office, dice: Random) -> str | None:
    """By a transfer for the invoice that was late; the sweep sees it, and mostly somebody resumes what was suspended."""
    rows = [row for row in office.partner.rows(SUSPENSION) if status_label(SUSPENSION, row) == "Confirmed"]
    found = sorted(rows, key=lambda row: str(row["w365_suspensionid"]))
    if not found:
        return None
    row = dice.choice(found)
    bill = next(one for one in bills(office) if one["w365_invoiceid"] == row["_w365_invoice_value"])
    transfers(office, max(Decimal(bill["w365_balance"]), Decimal("0.01")), (Wish(bill["w365_number"]),))
    office.sweep()
    if dice.random() < PROMPT:
        decides(office, row["w365_suspensionid"], State.RESUMED)
    return str(bill["w365_number"])
