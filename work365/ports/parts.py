"""Parts as they stand and as they are written: subscriptions that stand for another one on a contract that pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.periods import Frequency
    from work365.subscriptions.held import Status
    from work365.subscriptions.ledger import LogRow


@dataclass(frozen=True, slots=True)
class Payer:
    """A contract that pays.

    Attributes:
        frequency: how long its cycles are now.
        start, end: its first day, and the first day after it, as far as that is known.
        ended: somebody has closed it.
        team: id of the team that its legal entity's rows belong to; "" leaves them to the functions.
    """

    id: str
    number: str
    account: str
    frequency: Frequency
    start: date
    end: date | None = None
    prices_include_tax: bool = False
    ended: bool = False
    team: str = ""

    def over(self, day: date) -> bool:
        """Whether nothing is billed by it any more on a day."""
        return self.ended or (self.end is not None and self.end <= day)


@dataclass(frozen=True, slots=True)
class Sold:
    """What a part takes over from its subscription. Shape: ids of rows; `plan` is the number of the choice."""

    product: str | None = None
    printed_name: str | None = None
    currency: str | None = None
    term: str | None = None
    plan: int | None = None
    priced_on: date | None = None
    list_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PartSeen:
    """One payer's part as it stands; `listed`: its contract's list prices it."""

    id: str
    payer: str
    start: date
    end: date | None
    status: Status
    rows: tuple[LogRow, ...]
    held_back: str = ""
    version: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PartChange:
    """What is written for one payer's part.

    Attributes:
        id: of its row, whether it is there or not.
        whole: id of the subscription that it stands for; `name` is what people will call the part.
        seen: None for a part that begins.
        start, end: its first day, and the first day without service.
        listed: its price is that of its contract's list, so neither its row nor its log says one.
        rows: what its log gains; `why` says for each of them how its seats come about.
        held_back: why it cannot be billed; "" lets it be billed.
    """

    id: str
    whole: str
    name: str
    payer: Payer
    seen: PartSeen | None
    start: date
    end: date | None
    status: Status
    sold: Sold
    listed: bool
    rows: tuple[LogRow, ...]
    why: tuple[str, ...]
    held_back: str = ""
