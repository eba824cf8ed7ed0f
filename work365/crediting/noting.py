"""The credit note: lines that give back what a person picked, never more than is left, the last of them the exact rest.

Tax follows the rate of the line that is credited. What is left of a line is what it billed, less every credit since, whether a
person gave it or billing did: so however many notes there are, together they never exceed the line, nor the invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState
from work365.errors import BadInput, Refused
from work365.invoicing.credits import creditable
from work365.money import Money, exactly, rounded, total
from work365.taxing.assessing import tax_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.crediting.asking import Wish
    from work365.crediting.subject import BilledLine, Subject

KEYS = "credit/"
BY_UNITS, BY_AMOUNT = "q", "a"
ONE, WHOLE = Decimal(1), (1, 1)


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a credit note.

    Attributes:
        of: the line that it credits.
        quantity, unit_price, fraction: as printed; times each other they come to the net, but for the residue of earlier credits.
        net, tax: with their sign, opposite to that of the credited line.
        how: whether `quantity` counts units of the credited line.
    """

    of: BilledLine
    quantity: Decimal
    unit_price: Decimal | None
    fraction: tuple[int, int]
    net: Money
    tax: Money
    how: str

    def key(self, note: str, ordinal: int) -> str:
        """Its line key: no slot of billing's, so that no run takes it for its own."""
        return f"{KEYS}{note}/{ordinal}.{self.how}"


@dataclass(frozen=True, slots=True)
class Note:
    """A document that gives back.

    Attributes:
        set_off: what of it is set against what is still open of the original; positive when it lowers an open invoice.
    """

    lines: tuple[NoteLine, ...]
    net: Money
    tax: Money
    set_off: Money
    credit_note: bool

    @property
    def total(self) -> Money:
        """Net and tax."""
        return self.net + self.tax


def refuse_written_off(subject: Subject) -> None:
    """What was given up must not come back as a credit. Errors: Refused."""
    if subject.written_off is not None and subject.written_off.minor:
        message = f"{subject.written_off} of {subject.called} is written off. Take that back first, then credit what is wrong."
        raise Refused(message)


def by_units(key: str) -> bool:
    """Whether a line of a credit note counts units of the line that it credits."""
    return key.startswith(KEYS) and key.endswith(f".{BY_UNITS}")


def note(subject: Subject, wishes: Sequence[Wish]) -> Note:
    """The credit note that a person asks for; no wishes mean all that is left.

    Errors: Refused when the document cannot be credited or nothing is left; BadInput for a line or amount that it does not have.
    """
    _creditable(subject)
    if wishes:
        lines = [_wished(subject, wish) for wish in wishes]
    else:
        lines = [the_rest(line) for line in subject.lines if line.rest_net.minor]
    if not lines:
        message = f"Nothing is left of {subject.called}: all of it was credited already."
        raise Refused(message)
    made = assembled(subject, lines)
    if made.total.minor >= 0:
        message = f"These lines of {subject.called} give nothing back: they come to {made.total}. Choose lines that charge."
        raise Refused(message)
    if (subject.rest_net + made.net).minor < 0 or (subject.rest + made.total).minor < 0:
        message = (
            f"Only {subject.rest} is left of {subject.called}, and these lines come to {-made.total}: "
            "its discounts and credits belong to them. Choose their lines too, or a smaller amount."
        )
        raise Refused(message)
    return made


def assembled(subject: Subject, lines: Sequence[NoteLine]) -> Note:
    """A note out of its lines; what it gives back lowers what is still open of the document."""
    net, tax = (total(column, subject.currency) for column in ([line.net for line in lines], [line.tax for line in lines]))
    return Note(tuple(lines), net, tax, set_off(subject, net + tax), credit_note=not subject.credit_note)


def set_off(subject: Subject, amount: Money) -> Money:
    """What of an amount of the opposite sign meets what is open of a document; with the sign of what is open."""
    open_ = subject.balance.minor
    if open_ * amount.minor >= 0:
        return subject.nothing
    return Money(min(open_, -amount.minor) if open_ > 0 else max(open_, -amount.minor), amount.currency)


def the_rest(line: BilledLine, left: tuple[Money, Money] | None = None) -> NoteLine:
    """Exactly what is left of a line, net and tax: the last credit carries the residue of the roundings before it.

    Shape: `left` where that is less than the rest of the line, because its own document gives back a part of it.
    """
    rest = (line.rest_net, line.rest_tax)
    net, tax = (-one for one in left or rest)
    if left in (None, rest) and all(one.units for one in line.credits):
        return NoteLine(line, line.rest_units, line.unit_price, line.fraction, net, tax, BY_UNITS)
    return _by_amount(line, net, tax)


def _by_amount(line: BilledLine, net: Money, tax: Money) -> NoteLine:
    """One unit at the amount, with the tax where the line's own price is."""
    return NoteLine(line, ONE, abs_(net + tax if line.price_includes_tax else net).major, WHOLE, net, tax, BY_AMOUNT)


def _creditable(subject: Subject) -> None:
    if subject.credit_note:
        message = f"{subject.called} is a credit note; if it is wrong, cancel it."
        raise Refused(message)
    refuse_written_off(subject)
    if subject.state is DocumentState.CANCELLED:
        message = f"{subject.called} is cancelled: it was given back as a whole."
        raise Refused(message)
    if not subject.number:
        message = "This document has no number yet: change it or cancel it, instead of crediting it."
        raise Refused(message)


def _wished(subject: Subject, wish: Wish) -> NoteLine:
    line = next((line for line in subject.lines if line.ordinal == wish.line), None)
    if line is None:
        message = f"{subject.called} has {len(subject.lines)} lines, counted from 1; there is no line {wish.line}"
        raise BadInput(message, "lines")
    left = subject.left_of(line)
    if not left[0].minor:
        message = f"Nothing is left of line {line.ordinal} of {subject.called}: {_story(line)}."
        raise Refused(message)
    if wish.units is not None:
        return _units(subject, line, left, wish.units)
    if wish.net is not None:
        return _amount(subject, line, left, exactly(wish.net, subject.currency, "lines"))
    return the_rest(line, left)


def _units(subject: Subject, line: BilledLine, left: tuple[Money, Money], units: Decimal) -> NoteLine:
    rest = abs(line.rest_units)
    if units > rest:
        message = f"line {line.ordinal} of {subject.called} has {rest.normalize():f} units left; {units:f} are too many"
        raise BadInput(message, "lines")
    if units == rest:
        return the_rest(line, left)
    asked = rounded(abs(Fraction(line.net.major)) * Fraction(units) / abs(Fraction(line.quantity)), subject.currency)
    net, tax = _within(line, left, asked)
    return NoteLine(line, units if line.quantity > 0 else -units, line.unit_price, line.fraction, net, tax, BY_UNITS)


def _amount(subject: Subject, line: BilledLine, left: tuple[Money, Money], asked: Money) -> NoteLine:
    most = abs_(left[0])
    if asked > most:
        message = f"{most} is left of line {line.ordinal} of {subject.called}, and {asked} is more: {_story(line)}"
        raise BadInput(message, "lines")
    if asked == most:
        return the_rest(line, left)
    net, tax = _within(line, left, asked)
    return _by_amount(line, net, tax)


def _within(line: BilledLine, left: tuple[Money, Money], asked: Money) -> tuple[Money, Money]:
    """Net and tax of a part of a line, turned round and capped by what is left of each."""
    net = creditable(asked, abs_(line.net), abs_(line.net - left[0]))
    tax = creditable(tax_on(net, line.applied.percent), abs_(line.tax), abs_(line.tax - left[1]))
    return (-net, -tax) if line.net.minor > 0 else (net, tax)


def abs_(amount: Money) -> Money:
    """An amount without its sign."""
    return -amount if amount.minor < 0 else amount


def _story(line: BilledLine) -> str:
    """Which documents gave back what."""
    credited = ", ".join(f"{abs_(one.net)} by {one.document}" for one in line.credits)
    return f"{abs_(line.net)} was billed, {credited or 'nothing'} credited"
