"""Prepaid balances: money comes in, a credit note is put on one, and what has expired leaves.

Each is one change set under the balance's version. What expires has a derived id, and a credit note is given once, under its own
version: so both are safe to run again. A top-up is as often there as it is asked for, unless it is asked for under a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput, Conflict
from work365.ids import derived
from work365.money import exactly
from work365.prepaid.balance import Moved, Movement, MovementKind, added, expired
from work365.repeating import Once, refuse_other

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.ports.prepaid import PrepaidBook
    from work365.prepaid.balance import Balance

REASON_MAX = 300


def top_up(
    contract: str,
    amount: Decimal,
    *,
    reason: str,
    expires: date | None,
    today: date,
    moment: str,
    book: PrepaidBook,
    key: str = "",
) -> Moved:
    """Add money to the balance of a contract's customer.

    Shape:  `moment` tells two top-ups of the same words apart; with a `key` they are one, and the first is answered.
    Errors: Refused, also for a key that was used for another top-up; BadInput; Conflict.
    """
    balance, why = book.of_contract(contract), _reason(reason)
    lot = derived("prepaid lot", balance.id, f"once:{key}" if key else moment)
    move = Movement(lot, MovementKind.TOP_UP, exactly(amount, balance.currency), today, lot, expires, reason=why)
    said = Once(key, _words(move)) if key else None
    before = next((one for one in book.movements(balance) if one.id == lot), None) if said else None
    if said and before is not None:
        refuse_other(said, _words(before))
        return Moved(balance, (before,))
    moved = added(balance, move)
    book.move(moved)
    return moved


def _words(move: Movement) -> str:
    """What a top-up says, whenever it is said."""
    until = f", until {move.expires}" if move.expires else ""
    return f"{move.amount}{until}, {move.reason}"


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
