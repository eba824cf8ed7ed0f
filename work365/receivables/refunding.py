"""What of our ledger moves when money of a payment goes back to its customer, and when it comes again.

Money that goes is taken first from what the payment pays nothing with (`spare`), then from what credit notes have freed of its
invoice, at last from the invoice, which is open again by that much; what other payments of it have left over pays that
(`left_over`). Money that comes again pays what is open of its invoice then; what that does not need is spare. So whatever happens
in whatever order:

    what came - what went back = what the invoice uses + spare

Spare is below zero where more went back than had come: a bank may take back a debit that was refunded. The customer owes that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import Money, zero
from work365.receivables.left_over import reused
from work365.receivables.settling import open_for, owing

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    """

    debt: Debt
    used: Money
    spare: Money
    notes: tuple[Debt, ...] = ()
    others: tuple[Share, ...] = ()

    @property
    def left(self) -> Money:
        """What is left of the payment."""
        return self.used + self.spare


@dataclass(frozen=True, slots=True)
class Moved:
    """What money that went, or came again, changed.

    Attributes:
        uses: afterwards; of the credit notes and other payments only those that changed, the versions as they were read.
        spared: of the amount, what was spare before or is now.
        freed: what credit notes had freed.
        turned: by how much the invoice is open again, or is paid again.
        covered: what of that other payments had left over, so that it is paid at once.
    """

    uses: Uses
    spared: Money
    freed: Money
    turned: Money
    covered: Money


def goes_out(uses: Uses, amount: Money) -> Moved:
    """Take an amount, above zero, out of a payment."""
    spared = _least(amount, _not_below_zero(uses.spare))
    rest = _least(amount - spared, uses.used)
    notes, freed = _taken(uses.notes, rest)
    turned = rest - freed
    over = amount - spared - rest
    opened = owing(uses.debt, turned)
    debt, others = reused(opened, uses.others)
    after = Uses(debt, uses.used - rest, uses.spare - spared - over, notes, others)
    return Moved(after, spared + over, freed, turned, opened.balance - debt.balance)


def comes_in(uses: Uses, amount: Money) -> Moved:
    """Put an amount, above zero, into a payment from which it had gone."""
    here = amount + uses.spare if uses.spare.minor < 0 else amount
    turned = _least(_not_below_zero(here), open_for(uses.debt))
    after = Uses(owing(uses.debt, -turned), uses.used + turned, uses.spare + amount - turned)
    nothing = zero(amount.currency)
    return Moved(after, amount - turned, nothing, turned, nothing)


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
