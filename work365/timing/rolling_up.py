"""Approved time as items: each entry a line, or what one resource, role or service worked rolled up into one.

Time at two prices is never one line, so that hours times price is always the amount; a rolled-up line is for one cycle's days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.documents.formats import Plain
from work365.errors import BadInput
from work365.ids import derived
from work365.invoicing.items import Item, Mark
from work365.invoicing.lines import Kind
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from work365.contracts.contract import BillingContract

TABLE = "w365_timelog"
_DAY = timedelta(days=1)
_PLAIN = Plain()


class RollUp(Enum):
    """What time is printed by. The values are the words of the table model."""

    NONE = "None"
    RESOURCE = "Resource"
    ROLE = "Role"
    SERVICE = "Service"


@dataclass(frozen=True, slots=True)
class Logged:
    """One approved entry.

    Attributes:
        service: id of the catalogue product that it is sold as; `name` is printed for it.
        price: per hour, in the contract's currency.
        version: the row's version when it was read.

    Errors: BadInput when the hours are negative: an entry that was wrong is rejected, not taken back by another one.
    """

    id: str
    service: str
    name: str
    tax_category: str
    resource: str
    worked: date
    hours: Decimal
    price: Decimal
    role: str = ""
    description: str = ""
    version: str = ""

    def __post_init__(self) -> None:
        if self.hours < 0:
            message = f"the time of {self.resource} on {self.worked} is {self.hours} hours; enter 0 or more"
            raise BadInput(message)


def time_items(logs: Iterable[Logged], contract: BillingContract, roll_up: RollUp = RollUp.NONE) -> Iterator[Item]:
    """One item per printed line, by first day."""
    groups: dict[tuple[object, ...], list[Logged]] = {}
    for log in sorted(logs, key=lambda log: (log.worked, log.resource, log.id)):
        groups.setdefault(_group(log, contract, roll_up), []).append(log)
    for group in groups.values():
        yield _item(group, roll_up)


def _group(log: Logged, contract: BillingContract, roll_up: RollUp) -> tuple[object, ...]:
    if roll_up is RollUp.NONE:
        return (log.id,)
    by = {RollUp.RESOURCE: log.resource, RollUp.ROLE: log.role, RollUp.SERVICE: ""}[roll_up]
    return contract.cadence.containing(log.worked), log.service, by, log.price


def _item(logs: Sequence[Logged], roll_up: RollUp) -> Item:
    first, last = logs[0], logs[-1]
    period = Period(first.worked, last.worked + _DAY)
    named = {
        RollUp.NONE: f"{first.resource}: {first.description}" if first.description else first.resource,
        RollUp.RESOURCE: first.resource,
        RollUp.ROLE: first.role or "no role",
        RollUp.SERVICE: "",
    }[roll_up]
    return Item(
        table=TABLE,
        rows=tuple(log.id for log in logs),
        key=f"time/{derived('time line', *(log.id for log in logs))}",
        kind=Kind.TIME,
        description=", ".join(part for part in (f"Time {_PLAIN.period(period)}: {first.name}", named) if part),
        period=period,
        quantity=sum((log.hours for log in logs), Decimal(0)),
        unit_price=first.price,
        tax_category=first.tax_category,
        product=first.service,
        marks=tuple(Mark(log.id, log.version) for log in logs),
    )
