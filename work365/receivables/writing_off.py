"""What of an invoice may be given up, and what of that taken back: pure decisions over the invoice and its payments.

Never while money is on its way: it could arrive, and the customer would then have paid what was given up. Never a part that the
customer disputes without saying so: whoever was wrong about it is not decided by giving it up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.money import EXPONENT, exactly
from work365.receivables.charging import CHARGEABLE
from work365.receivables.payments import InvoiceStatus
from work365.receivables.settling import status_after
from work365.receivables.write_offs import REASON_MAX, WriteOff, write_off_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.jobs import Job
    from work365.money import Money
    from work365.receivables.payments import Debt, Payment

DISPUTED_TOO = "disputed"
"""The argument of a job that gives up a disputed part; any text but an empty one says so."""


@dataclass(frozen=True, slots=True)
class WriteOffCase:
    """Everything that the decisions look at.

    Shape: `debt` was read before `payments`: a charge that began in between is seen among these, and one that begins later finds
           another version of the invoice than it was decided on. `movements` are those of the invoice, the oldest first.
    """

    debt: Debt
    payments: Sequence[Payment]
    disputed: Money
    movements: Sequence[WriteOff] = ()

    def made_by(self, job: str) -> WriteOff | None:
        """What a job has moved already."""
        return next((one for one in self.movements if one.job == job), None)


@dataclass(frozen=True, slots=True)
class Moved:
    """An invoice as it is afterwards and the movement that made it so; written together under the version that was read."""

    debt: Debt
    movement: WriteOff
    words: str


def write_off(job: Job, case: WriteOffCase, *, today: date) -> Moved:
    """Give up what a job asks for: its amount, or all that is open.

    Errors: Refused with a sentence that says why not, and what to do; BadInput without a reason.
    """
    debt, reason = case.debt, worded(job.arguments.get("reason", ""))
    _refuse_status(debt)
    _refuse_under_way(case)
    amount = _wanted(job, debt.balance, debt, f"Write off at most {debt.balance}.")
    if not job.arguments.get(DISPUTED_TOO):
        _refuse_disputed(amount, case)
    return _moved(job, debt, amount, reason, today)


def take_back(job: Job, case: WriteOffCase, *, today: date) -> Moved:
    """Claim again what a job asks for: its amount, or all that is written off. Errors: as `write_off`."""
    debt, reason = case.debt, worded(job.arguments.get("reason", ""))
    if not debt.written_off.minor:
        message = f"Nothing of {debt.label} is written off."
        raise Refused(message)
    amount = _wanted(job, debt.written_off, debt, f"Take back at most {debt.written_off}.")
    return _moved(job, debt, -amount, reason, today)


def worded(reason: str) -> str:
    """The reason that is kept with a movement. Errors: BadInput when there is none, or too long a one."""
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        message = f"say why, in at most {REASON_MAX} characters; the reason is kept with the write-off"
        raise BadInput(message, "reason")
    return why


def told(movement: WriteOff, balance: Money) -> str:
    """`40.00 EUR of invoice INV-7 is written off: Insolvent. Balance 110.00 EUR.`"""
    why = movement.reason.rstrip(".")
    if movement.amount.minor > 0:
        return f"{movement.amount} of invoice {movement.number} is written off: {why}. Balance {balance}."
    return f"{-movement.amount} of invoice {movement.number} is owed again: {why}. Balance {balance}."


def _moved(job: Job, debt: Debt, amount: Money, reason: str, today: date) -> Moved:
    """Shape: `amount` is below zero for what is taken back."""
    balance, written_off = debt.balance - amount, debt.written_off + amount
    status = status_after(debt.status, balance, debt.charged, written_off)
    after = replace(debt, balance=balance, written_off=written_off, status=status)
    id_ = write_off_id(debt.id, job.id)
    movement = WriteOff(id_, debt.id, debt.number, debt.account, amount, reason, today, job=job.id)
    return Moved(after, movement, told(movement, balance))


def _refuse_status(debt: Debt) -> None:
    if debt.credit_note:
        message = f"{debt.label} is a credit note; it is owed to the customer, so there is nothing to write off."
        raise Refused(message)
    if debt.status is InvoiceStatus.CANCELLED:
        message = f"{debt.label} is cancelled; nothing of it is owed."
        raise Refused(message)
    if debt.status in (InvoiceStatus.DRAFT, InvoiceStatus.VERIFIED):
        message = f"{debt.label} is still a draft; change or cancel it instead of writing it off."
        raise Refused(message)
    if debt.status not in CHARGEABLE or debt.balance.minor <= 0:
        message = f"Nothing of {debt.label} is open: it is {debt.status.value.lower()}."
        raise Refused(message)


def _refuse_under_way(case: WriteOffCase) -> None:
    for payment in case.payments:
        if not payment.state.final:
            message = (
                f"A payment of {payment.amount} for {case.debt.label.lower() if not case.debt.number else case.debt.label} is on "
                "its way. Wait for its result: if it fails, write off then."
            )
            raise Refused(message)


def _refuse_disputed(amount: Money, case: WriteOffCase) -> None:
    free = case.debt.balance - case.disputed
    if case.disputed.minor and free < amount:
        most = f"Write off at most {free}, or say" if free.minor > 0 else "Say"
        message = f"{case.disputed} of {case.debt.label} is disputed. {most} that the disputed part is given up too."
        raise Refused(message)


def _wanted(job: Job, most: Money, debt: Debt, at_most: str) -> Money:
    if job.amount is None:
        return most
    if job.currency and job.currency != most.currency:
        message = f"{debt.label} is in {most.currency}, not in {job.currency}. {at_most}"
        raise Refused(message)
    try:
        wanted = exactly(job.amount, most.currency)
    except BadInput as error:
        message = (
            f"{job.amount.normalize():f} has too many decimal places; {most.currency} has {EXPONENT[most.currency]}. {at_most}"
        )
        raise Refused(message) from error
    if wanted.minor <= 0 or most < wanted:
        message = f"{wanted} of {debt.label} is not possible; the amount must be above zero and not above {most}. {at_most}"
        raise Refused(message)
    return wanted
