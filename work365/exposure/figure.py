"""The exposure of a debtor: rows that are listed, and figures that are their sums.

A debtor is an account with a credit limit. What it and the accounts directly below it owe and are bound to counts against the
limit. Each row keeps its own currency and says what it is worth in the limit's, rounded once, so that every figure is the sum of
what is listed. What cannot be told is never taken for nothing: it stands in `unknown`, and nothing fits as long as it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.ids import derived
from work365.money import Money, half_away, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from work365.money import Currency

USED_MAX = Decimal("99999.9")
"""The used share of a limit of nothing, and of what is used more often than anybody reads."""
UNKNOWN_MAX = 2000


class Kind(Enum):
    """What a row is. The values are what people read."""

    OPEN = "Open invoice"
    CREDIT = "Unapplied credit"
    USAGE = "Unbilled usage"
    COMMITTED = "Committed cycle"
    WAITING = "Waiting order"


class Row(NamedTuple):
    """Something that counts.

    Attributes:
        account: whose it is: the debtor, or an account below it.
        source: the document, contract or order, in words.
        amount: gross, in its own currency; negative for a credit.
        due: of an open invoice.
        overdue: it was due before the day that it is where its legal entity is.
    """

    account: str
    kind: Kind
    source: str
    amount: Money
    due: date | None = None
    overdue: bool = False


class Valued(NamedTuple):
    """A row, and what it is worth in the limit's currency."""

    row: Row
    worth: Money


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account whose exposure is looked at.

    Attributes:
        currency: of its limit.
        limit: None for any amount; nothing (0) is a limit.
        members: the account itself and those directly below it: ids with names.
        horizon_days: cycles that are billed within so many days count.
    """

    id: str
    number: str
    name: str
    currency: Currency
    limit: Money | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    horizon_days: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a debtor, without the rows that they are the sums of: what is kept.

    Attributes:
        unapplied: what the customer has with us; never negative, and taken off the exposure.
        available: below zero where the limit is exceeded; None without a limit, as `limit` and `used_percent`.
        unknown: what could not be counted, in words.
    """

    limit: Money | None
    open: Money
    unapplied: Money
    overdue: Money
    usage: Money
    committed: Money
    waiting: Money
    exposure: Money
    available: Money | None
    used_percent: Decimal | None
    unknown: str = ""

    def __str__(self) -> str:
        if self.limit is None:
            return f"{self.exposure}, no limit"
        used = f"{self.exposure.major} of {self.limit} ({self.used_percent} %)"
        return f"at least {used}; not everything could be counted" if self.unknown else used


@dataclass(frozen=True, slots=True)
class Figure:
    """What a debtor owes and is bound to on a day.

    Attributes:
        unknown: sentences about what could not be counted.
    """

    debtor: Debtor
    day: date
    rows: tuple[Valued, ...] = ()
    unknown: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> Money:
        """The sum of the rows of some kinds."""
        return self._sum(one for one in self.rows if one.row.kind in kinds)

    @property
    def overdue(self) -> Money:
        """What of the open invoices is overdue."""
        return self._sum(one for one in self.rows if one.row.kind is Kind.OPEN and one.row.overdue)

    @property
    def exposure(self) -> Money:
        """The sum of all rows; below zero where the customer has more with us."""
        return self._sum(self.rows)

    @property
    def available(self) -> Money | None:
        """What the limit leaves, below zero where it is exceeded; None without a limit."""
        return None if self.debtor.limit is None else self.debtor.limit - self.exposure

    @property
    def used_percent(self) -> Decimal | None:
        """The used share of the limit, to one place, half away from zero; None without a limit."""
        limit, used = self.debtor.limit, max(self.exposure.minor, 0)
        if limit is None or not used:
            return None if limit is None else Decimal("0.0")
        if limit.minor <= 0:
            return USED_MAX
        share = Fraction(used * 1000, limit.minor)
        return min(Decimal(half_away(share.numerator, share.denominator)).scaleb(-1), USED_MAX)

    def shortfall(self, order: Money) -> Money:
        """What an order lacks: nothing where it fits, or there is no limit. Shape: `order` is in the limit's currency."""
        short = 0 if self.available is None else (order - self.available).minor
        return Money(max(short, 0), self.debtor.currency)

    @property
    def summary(self) -> Summary:
        """Its figures."""
        return Summary(
            limit=self.debtor.limit,
            open=self.of(Kind.OPEN),
            unapplied=-self.of(Kind.CREDIT),
            overdue=self.overdue,
            usage=self.of(Kind.USAGE),
            committed=self.of(Kind.COMMITTED),
            waiting=self.of(Kind.WAITING),
            exposure=self.exposure,
            available=self.available,
            used_percent=self.used_percent,
            unknown="; ".join(self.unknown)[:UNKNOWN_MAX],
        )

    def _sum(self, rows: Iterable[Valued]) -> Money:
        return total((one.worth for one in rows), self.debtor.currency)


def figure_id(account: str) -> str:
    """The id of the row that says how a debtor stands."""
    return derived("exposure", account)


def day_id(account: str, day: date) -> str:
    """The id of the row that says how a debtor stood on a day: there is one of each."""
    return derived("exposure", account, day.isoformat())
