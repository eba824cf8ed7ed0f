"""What of our ledger moves when money of a payment goes back to its customer, and when it comes again.

Money that goes is taken first from what the payment pays nothing with (`spare`), then from other invoices that it pays with what
was left over, then from what credit notes have freed of its invoice, at last from the invoice, which is open again by that much;
what other payments of an invoice have left over pays that (`left_over`). Money that comes again pays what is open of its invoice
then; what that does not need is spare. So whatever happens in whatever order:

    what came - what went back = what the invoice uses + what others use + spare

Spare is below zero where more went back than had come: a bank may take back a debit that was refunded. The customer owes that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import Money, total, zero
from work365.receivables.left_over import reused
from work365.receivables.settling import open_for, owing
from work365.receivables.spreading import Part, Undone, undone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.receivables.left_over import Share
    from work365.receivables.payments import Debt


@dataclass(frozen=True, slots=True)
class Uses:
    """What the money of one payment is used for.

    Attributes:
        debt: the invoice that it was made for.
        used: what of it pays that invoice.
        spare: the rest of what is left of it.
        notes: the credit notes of that invoice, the oldest first; what is open of one, negative, is what it has freed.
        others: its other payments that have money left over.
        parts: what other invoices use, the oldest first.
    """

    debt: Debt
    used: Money
    spare: Money
    notes: tuple[Debt, ...] = ()
    others: tuple[Share, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def left(self) -> Money:
        """What is left of the payment."""
        return self.used + self.spare + total((part.payment.amount for part in self.parts), self.used.currency)


@dataclass(frozen=True, slots=True)
class Moved:
    """What money that went, or came again, changed.

    Attributes:
        uses: afterwards; of the credit notes and other payments only those that changed, the versions as they were read.
        spared: of the amount, what was spare before or is now.
        freed: what credit notes had freed.
        turned: by how much the invoice is open again, or is paid again.
        covered: what of that other payments had left over, so that it is paid at once.
        fetched: what other invoices had used.
        undone: the payments of those that are less, or none any more.
    """

    uses: Uses
    spared: Money
    freed: Money
    turned: Money
    covered: Money
    fetched: Money
    undone: tuple[Undone, ...] = ()


def goes_out(uses: Uses, amount: Money) -> Moved:
    """Take an amount, above zero, out of a payment."""
    spared = _least(amount, _not_below_zero(uses.spare))
    parts, undone, fetched = _fetched(uses.parts, amount - spared, why_lost(uses.debt))
    rest = _least(amount - spared - fetched, uses.used)
    notes, freed = _taken(uses.notes, rest)
    turned = rest - freed
    over = amount - spared - fetched - rest
    opened = owing(uses.debt, turned)
    debt, others = reused(opened, uses.others)
    after = Uses(debt, uses.used - rest, uses.spare - spared - over, notes, others, parts)
    return Moved(after, spared + over, freed, turned, opened.balance - debt.balance, fetched, undone)


def why_lost(own: Debt) -> str:
    """What is said of what another invoice loses. Shape: `own` is the invoice that the payment was made for."""
    return f"money went back of the payment of {own.number} that had it left over"


def comes_in(uses: Uses, amount: Money) -> Moved:
    """Put an amount, above zero, into a payment from which it had gone."""
    here = amount + uses.spare if uses.spare.minor < 0 else amount
    turned = _least(_not_below_zero(here), open_for(uses.debt))
    after = Uses(owing(uses.debt, -turned), uses.used + turned, uses.spare + amount - turned, parts=uses.parts)
    nothing = zero(amount.currency)
    return Moved(after, amount - turned, nothing, turned, nothing, nothing)


def _fetched(parts: Sequence[Part], amount: Money, why: str) -> tuple[tuple[Part, ...], tuple[Undone, ...], Money]:
    """What other invoices keep, what they lose, and how much that is: the newest first, as far as they reach."""
    kept, lost, left = list[Part](), list[Undone](), amount
    for part in reversed(parts):
        gone = _least(left, part.payment.amount)
        if not gone.minor:
            kept.insert(0, part)
            continue
        left -= gone
        one = undone(part, why, gone)
        lost.append(one)
        if gone < part.payment.amount:
            kept.insert(0, Part(one.payment, one.debt))
    return tuple(kept), tuple(lost), amount - left


def _taken(notes: Iterable[Debt], amount: Money) -> tuple[tuple[Debt, ...], Money]:
    """The notes that give an amount, as far as they reach, and what they give: it sets them off against their invoice."""
    changed, left = [], amount
    for note in notes:
        part = _least(left, _not_below_zero(-note.balance))
        if part.minor:
            changed.append(owing(note, part))
            left -= part
    return tuple(changed), amount - left


def _least(one: Money, other: Money) -> Money:
    return min(other, one)


def _not_below_zero(amount: Money) -> Money:
    return amount if amount.minor > 0 else zero(amount.currency)
