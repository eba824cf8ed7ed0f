"""The sentences of the daily check: what differs between here and a gateway, and what to press, run or ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.reconciling.difference import Code, listed
from work365.reconciling.movement import MovementKind

if TYPE_CHECKING:
    from work365.receivables.payments import Payment
    from work365.receivables.refunds import Refund
    from work365.reconciling.case import MoneyCase
    from work365.reconciling.side import Side

Said = tuple[Code, str, str]
"""The code, the sentence, the next step."""

WENT = {MovementKind.REFUND: "was given back", MovementKind.DISPUTE: "was taken back by a bank"}


def described(case: MoneyCase, side: Side) -> Said:
    """What differs of one payment. Shape: `side` has a gap."""
    if side.kind is MovementKind.PAYMENT:
        return _payment(case, side)
    return _went(case, side)


def _payment(case: MoneyCase, side: Side) -> Said:
    gateway, label = case.processor.kind, case.label
    if not side.said_there:
        words = f"{listed(side.said_here)} of {label} is paid here, and {gateway} has no movement of it."
        step = f"Look it up at {gateway}; if the money never came, see in the payment's audit who set it to paid."
        return Code.NOT_AT_GATEWAY, words, step
    if not side.said_here:
        return _not_here(case, side)
    if sum(one.minor > 0 for one in side.there) > 1:
        words = f"{gateway} took money for {label} more than once: {listed(side.there)}, with {listed(side.said_here)} paid here."
        return Code.TWICE, words, f"Refund what is too much at {gateway}."
    words = f"{gateway} holds {listed(side.said_there)} of {label}, and {listed(side.said_here)} is paid here."
    return Code.AMOUNT, words, f"Look {case.reference} up at {gateway}, and correct the payment or refund the difference."


def _not_here(case: MoneyCase, side: Side) -> Said:
    gateway, amount, payment = case.processor.kind, listed(side.said_there), case.payment
    if payment is None:
        words = f"{amount} came to {gateway} as {case.label}, and no payment here knows of it."
        step = (
            f"If it pays an invoice, post it with `w365 receipt post … --reference {case.reference}`; if it is none of ours, "
            "say so with `w365 money explain`."
        )
        return Code.NOT_HERE, words, step
    words = f"{gateway} holds {amount} of {case.label}, which is '{payment.state.value}' here."
    return Code.NOT_HERE, words, f"{gateway} is asked about it again today; if this stands tomorrow, refund it at {gateway}."


def _went(case: MoneyCase, side: Side) -> Said:
    gateway, label, went = case.processor.kind, case.label, WENT[side.kind]
    there, here = listed(-one for one in side.said_there), listed(-one for one in side.said_here)
    if not side.said_here and case.payment is None:
        words = f"{there} of {label} {went} at {gateway}, and no payment here knows of it."
        return Code.NOT_HERE, words, "If it is none of ours, say so with `w365 money explain`."
    if not side.said_here:
        words = f"{there} of {label} {went} at {gateway}, and nothing of it here."
        step = (
            f"{gateway} is asked about it again today; what was given back there by hand is explained with `w365 money explain`."
        )
        return Code.NOT_HERE, words, step
    if not side.said_there:
        words = f"{here} of {label} {went} here, and {gateway} has no movement of it."
        return Code.NOT_AT_GATEWAY, words, f"Look {case.reference} up at {gateway}; if nothing moved, give it back there."
    words = f"{there} of {label} {went} at {gateway}, and {here} here."
    return Code.AMOUNT, words, f"Look {case.reference} up at {gateway}, and bring the smaller one up to the other."


def waiting(case: MoneyCase, one: Payment | Refund, *, under_way: bool) -> Said:
    """An attempt that takes too long; `one` is the payment of the case, or a refund of it."""
    gateway, sent = case.processor.kind, f"{one.sent_on:%Y-%m-%d}"
    what = case.label if one is case.payment else f"a refund of {case.label}"
    if under_way:
        words = f"{one.amount} of {what} has been on its way since {sent}."
        return Code.UNDER_WAY, words, f"{gateway} is asked about it again today; ask its support where the money is."
    words = f"What became of {what} over {one.amount} has been open since {sent} ('{one.state.value}')."
    return Code.UNANSWERED, words, f"{gateway} is asked about it again today; if this stands tomorrow, look it up there."
