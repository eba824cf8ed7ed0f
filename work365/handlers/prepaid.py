"""Prepaid balances: money comes in, a credit note is put on one, and what has expired leaves.

Each is one change set under the balance's version. What expires has a derived id, and a credit note is given once, under its own
version: so both are safe to run again. A top-up is as often there as it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict
from work365.ids import derived
from work365.money import exactly
from work365.prepaid.balance import Movement, MovementKind, added, expired

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.ports.prepaid import PrepaidBook
    from work365.prepaid.balance import Balance, Moved

REASON_MAX = 300


def top_up(
    contract: str, amount: Decimal, *, reason: str, expires: date | None, today: date, moment: str, book: PrepaidBook
) -> Moved:
    """Add money to the balance of a contract's customer. Errors: Refused, BadInput, Conflict."""
    balance, why = book.of_contract(contract), _reason(reason)
    lot = derived("prepaid lot", balance.id, moment)
    move = Movement(lot, MovementKind.TOP_UP, exactly(amount, balance.currency), today, lot, expires, reason=why)
    moved = added(balance, move)
    book.move(moved)
    return moved


def credit(number: str, *, reason: str, expires: date | None, today: date, book: PrepaidBook) -> Moved:
    """Put what is still owed of a credit note on its customer's balance. Errors: Refused, BadInput, Conflict."""
    note = book.credit_note(number)
    lot = derived("prepaid lot", note.balance.id, note.id)
    move = Movement(lot, MovementKind.CREDIT, note.owed, today, lot, expires, note.id, _reason(reason))
    moved = added(note.balance, move)
    book.move(moved, given=note)
    return moved


def expire_due(*, today: date, book: PrepaidBook) -> list[Moved]:
    """Take what has expired off its balances; one that is moved meanwhile is left to the next run."""
    done = []
    for balance in book.with_expired(today):
        moved = expired(balance, today)
        try:
            book.move(moved)
        except Conflict:
            continue
        done.append(moved)
    return done


def proven(balance: Balance, book: PrepaidBook) -> bool:
    """Whether a balance is the sum of its movements."""
    return sum(one.amount.minor for one in book.movements(balance)) == balance.total.minor


def _reason(text: str) -> str:
    if not text.strip() or len(text) > REASON_MAX:
        message = f"say why, in at most {REASON_MAX} characters: where the money came from, such as the bank statement's line"
        raise BadInput(message, "reason")
    return text.strip()
