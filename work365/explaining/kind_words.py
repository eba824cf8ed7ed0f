"""What each kind of line is called, and why there is a line of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.commitments.truing import KEYS as COMMITMENTS
from work365.contracts.policy import Policy
from work365.documents.formats import Plain
from work365.explaining.day_words import said_days
from work365.invoicing.lines import Kind
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.explaining.subject import LineBehind

_PLAIN = Plain()
NAMES = {
    Kind.CYCLE: "Charge of a whole cycle",
    Kind.STUB: "Charge of part of a cycle",
    Kind.CREDIT: "Credit",
    Kind.CHARGE: "Charge",
    Kind.CORRECTION: "Correction",
    Kind.DISCOUNT: "Discount",
    Kind.MINIMUM: "Minimum commitment",
    Kind.ONE_TIME: "One-time charge",
    Kind.USAGE: "Usage",
    Kind.TIME: "Time",
    Kind.SURCHARGE: "Surcharge",
    Kind.SUPPLIER: "Supplier's charge",
    Kind.FEE: "Late fee",
}
SELF_SAID = (Kind.DISCOUNT, Kind.MINIMUM, Kind.USAGE, Kind.TIME)
"""Kinds whose descriptions say themselves what they are."""


def _cycle(line: LineBehind) -> str:
    when = "in arrears, once they are over" if line.terms and line.terms.policy is Policy.ARREARS else "in advance"
    return f"The contract is billed {_often(line)}{when}; this line is for {said_days(line)}."


def _stub(line: LineBehind) -> str:
    return f"Only a part of the cycle is billed, {said_days(line)}, because something starts or ends in it."


def _credit(line: LineBehind) -> str:
    return f"What had been charged for {said_days(line)} before the change is given back."


def _charge(line: LineBehind) -> str:
    return f"What {said_days(line)} cost after the change is charged."


def _correction(line: LineBehind) -> str:
    return f"An earlier credit for {said_days(line)} turned out to be too high or too low; this line is the difference."


def _discount(line: LineBehind) -> str:
    if line.key.startswith(COMMITMENTS):
        more = "more was charged than the contract's maximum"
        if line.amount.minor > 0:
            return f"For {said_days(line)} {more}; since then less is, and what was taken off too much is charged again."
        return f"For {said_days(line)} {more}; what is above it is taken off."
    if line.origin is not None and line.terms is not None:
        moved = f"The charges of {said_days(line)} have changed, so their discount moves with them: this line is the difference."
        return f"{moved} {line.source}".rstrip()
    return f"It is taken off what is charged for {said_days(line)}. {line.source}".rstrip()


def _minimum(line: LineBehind) -> str:
    if line.amount.minor < 0:
        more = "since then more was charged, and what is missing no more is given back"
        return f"A shortfall was billed for {said_days(line)}; {more}."
    return f"For {said_days(line)} less was charged than the contract's minimum; this line is what is missing."


def _once(line: LineBehind) -> str:
    return f"It is billed once, for {said_days(line)}, and never prorated. {line.source}".rstrip()


def _usage(line: LineBehind) -> str:
    if line.amount.minor < 0:
        taken = "The provider has revised what was metered, or took it back; this line is the difference to what was billed"
        return f"{taken} for {said_days(line)}."
    when = "on" if line.period.days <= 1 else "from"
    return (
        f"It is what was metered {when} {said_days(line)}: the provider's cost and the mark-up, or the price of the meter. The "
        "usage records that name this document keep what each of them comes to, to ten decimals; this line is their sum."
    )


def _time(line: LineBehind) -> str:
    return f"It is approved time of {said_days(line)}: hours times the price per hour. The time entries name this document."


def _surcharge(line: LineBehind) -> str:
    net = _PLAIN.money(rounded(line.quantity, line.amount.currency))
    return f"How the document is paid adds to it: {line.description}, of the {net} that the contract's other lines come to."


def _supplier(line: LineBehind) -> str:
    return f"The contract is billed by what the supplier bills; this line is for {said_days(line)}. {line.source}".rstrip()


def _fee(line: LineBehind) -> str:
    return f"It is charged because an invoice was paid late, and no discount is taken off it. {line.source}".rstrip()


REASONS: dict[Kind, Callable[[LineBehind], str]] = {
    Kind.CYCLE: _cycle,
    Kind.STUB: _stub,
    Kind.CREDIT: _credit,
    Kind.CHARGE: _charge,
    Kind.CORRECTION: _correction,
    Kind.DISCOUNT: _discount,
    Kind.MINIMUM: _minimum,
    Kind.ONE_TIME: _once,
    Kind.USAGE: _usage,
    Kind.TIME: _time,
    Kind.SURCHARGE: _surcharge,
    Kind.SUPPLIER: _supplier,
    Kind.FEE: _fee,
}


def _often(line: LineBehind) -> str:
    return f"{line.terms.frequency}, " if line.terms else ""
