"""Scenarios that make the lines of a document again, each tried before it is given away.

A contract's lines are made again from its history, as the run made them. Lines that no history makes (what a person gave back,
a one-off invoice), and those of a contract whose past the simulator cannot live through, are written out: each by itself, as the
sum that it is. So every line of every document has a scenario, and none of them comes to another amount.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import Work365Error
from work365.explaining.rerun import scenario_of
from work365.explaining.written_out import written_out
from work365.scenario import scenario
from work365.simulating.taxes import Prices
from work365.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from typing import TypeAlias

    from work365.contracts.as_json import Json
    from work365.explaining.rerun import History
    from work365.explaining.subject import LineBehind
    from work365.invoicing.lines import Kind
    from work365.money import Money
    from work365.periods import Period
    from work365.simulating.taxes import RoundedOn
    from work365.simulation import Invoice

Facts: TypeAlias = "tuple[Kind, Period, object, object, Money, Money | None]"
"""What must be the same of a line: kind, days, quantity, fraction, net and, where it is told, tax."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A scenario, and the lines that its last invoice makes again.

    Attributes:
        contract: the number of the contract whose history it is; "" for lines that are written out.
        lines: their places on the document, from 1.
    """

    contract: str
    lines: tuple[int, ...]
    scenario: Json


def reproductions(
    lines: Sequence[LineBehind], histories: Iterable[History], *, on: date, rounded_on: RoundedOn
) -> list[Reproduction]:
    """A scenario for each contract of a document, and one for the lines that are written out. Together they have every line.

    Shape: `on` is the day of the document.
    """
    made: list[Reproduction] = []
    left = list(lines)
    for history in histories:
        mine = [line for line in left if line.contract == history.number]
        said = _relived(history, mine)
        if said is not None:
            made.append(Reproduction(history.number, tuple(line.ordinal for line in mine), said))
            left = [line for line in left if line not in mine]
    for included in (False, True):
        those = [line for line in left if line.price_includes_tax is included]
        if those:
            made.append(Reproduction("", tuple(line.ordinal for line in those), _written_out(those, on, rounded_on)))
    return made


def _relived(history: History, lines: Sequence[LineBehind]) -> Json | None:
    """The contract's history, if its last invoice has these lines; without the tax where only the net is made again."""
    tries = [replace(history, surprises=None), *([history] if history.surprises else [])]
    if history.tax is not None and history.tax.prices is Prices.NET:
        tries += [replace(one, tax=None) for one in tries]
    for one in tries:
        said = scenario_of(one)
        wanted = Counter(_fact(line, taxed=one.tax is not None) for line in lines)
        if lines and wanted in _last(said, one):
            return said
    return None


def _written_out(lines: Sequence[LineBehind], on: date, rounded_on: RoundedOn) -> Json:
    """Each line as an item; its tax as an amount where it is not what the rate gives."""
    said = written_out(lines, on, rounded_on)
    wanted = [(line.amount, line.tax) for line in lines]
    for last in _invoices(said)[-1:]:
        if [(line.amount, tax) for line, tax in zip(last.lines, last.taxes, strict=True)] == wanted:
            return said
    return written_out(lines, on, rounded_on, stating_tax=True)


def _fact(line: LineBehind, *, taxed: bool) -> Facts:
    return line.kind, line.period, line.quantity, (line.used, line.whole), line.amount, line.tax if taxed else None


def _last(said: Json, history: History) -> list[Counter[Facts]]:
    """What the invoice of the last run has; each of its invoices where it makes several, for payers or for missed cycles."""
    invoices = [one for one in _invoices(said) if one.run == history.runs[-1]]
    several = len(history.contract.payers) > 1 or history.surprises is not None
    return [_facts(one) for one in (invoices if several else invoices[-1:])]


def _facts(invoice: Invoice) -> Counter[Facts]:
    taxes = invoice.taxes or (None,) * len(invoice.lines)
    pairs = zip(invoice.lines, taxes, strict=True)
    return Counter((line.kind, line.period, line.quantity, line.fraction, line.amount, tax) for line, tax in pairs)


def _invoices(said: Json) -> Sequence[Invoice]:
    """What the simulator makes of a scenario; nothing of one that it refuses."""
    try:
        return simulate(scenario(said)).invoices
    except Work365Error:
        return ()
