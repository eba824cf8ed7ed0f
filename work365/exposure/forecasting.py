"""What contracts will be billed up to a horizon, by the code that will bill it. Pure.

A contract is drafted as of today with every cycle that is due by the horizon; its changes without waiting for the next cycle, and
what was metered whenever its cycle is due. What its documents come to, with the tax of the legal entity's table, are the rows:
one for each cycle or day, one for all usage and time. Where the table does not say the tax (an engine computes it, or a rate is
missing) a document counts without. Missed cycles that wait for a decision count as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Work365Error
from work365.exposure.figure import Kind, Row
from work365.invoicing.drafting import draft, outside_cycles
from work365.invoicing.lines import Kind as LineKind
from work365.money import Money
from work365.taxing.assessing import Untaxed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from work365.invoicing.items import Item
    from work365.invoicing.outline import Outline
    from work365.invoicing.work import ContractWork
    from work365.taxing.assessing import Assessor

METERED = (LineKind.USAGE, LineKind.TIME)


@dataclass(frozen=True, slots=True)
class Bound:
    """A contract that will be billed.

    Attributes:
        taxes: the table of its legal entity.
        today: the day where that is.
    """

    work: ContractWork
    taxes: Assessor
    today: date

    @property
    def accounts(self) -> frozenset[str]:
        """Its customer, and whoever else pays for some of its days."""
        return frozenset({self.work.customer, *(payer.account for payer in self.work.payers.values())})


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Why a contract of some accounts could not be counted."""

    accounts: frozenset[str]
    sentence: str


def forecast(one: Bound, until: date) -> list[Row] | Uncounted:
    """What a contract will be billed by a day, of all its payers."""
    try:
        made = draft(one.work.at_once(), one.today, due=until).outline
        documents = () if made is None else made.documents
        later = _metered_later(one, documents)
    except Work365Error as error:
        return Uncounted(one.accounts, f"contract {one.work.number} cannot be billed: {error}")
    return [row for document in (*documents, *later) for row in _rows(document, one.taxes)]


def _metered_later(one: Bound, documents: Iterable[Outline]) -> list[Outline]:
    """What was metered and waits for a cycle behind the horizon, for whoever pays for its days."""
    billed = {item.key for document in documents for item in document.items}
    waiting: dict[str, list[Item]] = {}
    for item in one.work.items:
        if item.kind in METERED and item.key not in billed:
            waiting.setdefault(one.work.payer_on(item.period.start), []).append(item)
    works = {account: one.work.paid_by(account) if one.work.payers else one.work for account in waiting}
    return [
        outside_cycles(works[account], tuple(items), one.today, document="", key=account) for account, items in waiting.items()
    ]


def _rows(document: Outline, taxes: Assessor) -> Iterator[Row]:
    sums: dict[tuple[Kind, str], int] = {}
    number, code = document.work.number, document.asked.currency
    for entry, gross in zip(document.entries, _gross(document, taxes), strict=True):
        metered = entry.line.kind in METERED
        source = f"{number}, usage and time" if metered else f"{number}, from {entry.line.cycle_start}"
        key = Kind.USAGE if metered else Kind.COMMITTED, source
        sums[key] = sums.get(key, 0) + gross.minor
    for (kind, source), minor in sums.items():
        if minor:
            yield Row(document.work.account, kind, source, Money(minor, code))


def _gross(document: Outline, taxes: Assessor) -> list[Money]:
    try:
        return [line.net + line.tax for line in taxes.assess(document.asked, trial=True).lines]
    except Untaxed:
        return [line.amount for line in document.asked.lines]
