"""Sentences about refunds, for the form and for the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.money import zero
from work365.receivables.refunds import RefundState
from work365.receivables.wording import NEVER_ARRIVED

if TYPE_CHECKING:
    from work365.money import Money
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.refunding import Moved
    from work365.receivables.refunds import Refund


def begun(refund: Refund) -> str:
    """While the gateway is being asked."""
    return f"Being given back: {refund.amount}, refund {refund.attempt}"


def not_allowed(label: str) -> str:
    """The person who asked may not give money back."""
    return (
        f"Nothing of {label} was given back: your roles do not let you. That needs the right to create refunds, which the roles "
        "Work365 Billing and Work365 Administrator give. Ask a colleague in billing, or an administrator for one of them."
    )


def given(refund: Refund, case: PaymentCase, moved: Moved) -> str:
    """A success: `Refunded 40.00 EUR to Visa ending 4242: two seats too many. Invoice INV-7 is open again by 40.00 EUR`."""
    return f"Refunded {refund.amount}{_to(case)}: {refund.reason.rstrip('.')}. {where_from(case, moved)}"


def where_from(case: PaymentCase, moved: Moved) -> str:
    """What the money had been used for."""
    debt = moved.uses.debt
    parts = []
    if moved.turned.minor:
        covered = f", of which other money that was left over pays {moved.covered}" if moved.covered.minor else ""
        parts.append(f"{debt.label} is open again by {moved.turned}{covered}; its balance is {debt.balance}")
    if moved.freed.minor:
        notes = " and ".join(note.number for note in moved.uses.notes)
        parts.append(f"{moved.freed} had been credited by {notes}")
    if moved.fetched.minor:
        numbers = " and ".join(one.debt.number for one in moved.undone)
        parts.append(f"{moved.fetched} had been left over and paid {numbers}, open again by as much")
    twice = _twice(moved.uses.spare) - _twice(case.uses.spare)
    if moved.spared != twice:
        parts.append(f"{moved.spared - twice} had paid nothing of {case.uses.debt.number or 'it'}")
    if twice.minor:
        parts.append(f"{twice} had gone back before: the customer has that twice, and owes it besides")
    return ". ".join(parts)


def _twice(spare: Money) -> Money:
    """By how much more went back than had come."""
    return max(zero(spare.currency), -spare)


def came_back(refund: Refund, case: PaymentCase, moved: Moved, words: str) -> str:
    """A refund that did not reach the customer after all."""
    return f"The refund of {refund.amount}{_to(case)} came back: {_why(words)}. {where_to(case, moved)}"


def where_to(case: PaymentCase, moved: Moved) -> str:
    """What money that is there again is used for."""
    debt = moved.uses.debt
    parts = []
    if moved.turned.minor:
        parts.append(f"{moved.turned} pays {case.uses.debt.label} again; its balance is {debt.balance}")
    twice = _twice(case.uses.spare) - _twice(moved.uses.spare)
    if twice.minor:
        parts.append(f"{twice} had gone back twice, which the customer no longer owes")
    if moved.spared != twice:
        parts.append(f"{moved.spared - twice} is not needed for {case.uses.debt.label}: give it back")
    return ". ".join(parts)


def other(refund: Refund, case: PaymentCase, words: str) -> str:
    """Everything that moves no money."""
    if refund.state is RefundState.FAILED:
        again = " Ask for it again." if refund.code == NEVER_ARRIVED else ""
        return f"{refund.amount} was not refunded{_to(case)}: {_why(words)}.{again}"
    if refund.state is RefundState.PROCESSING:
        waits = f" ({words})" if words else ""
        return f"{refund.amount} is on its way back{_to(case)}{waits}; balances follow when it has arrived"
    return f"No clear answer came for the refund of {refund.amount}; we are asking the gateway whether it was made"


def _why(words: str) -> str:
    return words.rstrip(".") or "no reason was given"


def _to(case: PaymentCase) -> str:
    return f" to {case.profile.label}" if case.profile is not None else ""
