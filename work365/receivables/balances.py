"""What a customer owes: open invoices less unapplied credit, per currency, and since when.

Open and overdue are sums over documents, never carried forward, so a balance that was missed is right the next time it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.money import Money
from work365.receivables.statement import AGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.money import Currency
    from work365.periods import DayIn

TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something that is open of a customer: an invoice, or with a negative amount a credit that nothing has used yet.

    Attributes:
        due: None for a credit, and for money that went back and had not come.
        zone: of its legal entity: the days there count.
    """

    account: str
    amount: Money
    due: date | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What one customer owes in one currency.

    Attributes:
        open: the balances of its invoices, and what went back to it that had not come; never negative.
        unapplied: what is left of its receipts, credit notes and payments; never negative.
        ages: what of the open amount is overdue: up to 30, 60, 90 days, longer.
        oldest_due, zone: of what was due first; in the time zone of its legal entity it is overdue for so many days.
    """

    account: str
    open: Money
    unapplied: Money
    ages: tuple[Money, ...]
    oldest_due: date | None
    zone: str = "UTC"

    @property
    def id(self) -> str:
        """The id of its row."""
        return balance_id(self.account, self.open.currency)

    @property
    def balance(self) -> Money:
        """What is owed; negative when the customer has more with us."""
        return self.open - self.unapplied

    @property
    def overdue(self) -> Money:
        """What of the open amount is overdue."""
        return Money(sum(one.minor for one in self.ages), self.open.currency)

    @property
    def settled(self) -> bool:
        """Nothing is open and nothing unapplied."""
        return not self.open.minor and not self.unapplied.minor

    def __str__(self) -> str:
        return f"{self.balance}" + (f" ({self.overdue.major} overdue)" if self.overdue.minor else "")


def balance_id(account: str, currency: Currency) -> str:
    """The id of a balance's row."""
    return derived("account balance", account, currency)


def draw(items: Iterable[OpenItem], day_in: DayIn) -> dict[tuple[str, Currency], AccountBalance]:
    """Add up what is open, by account and currency; who has nothing open is left out."""
    groups: dict[tuple[str, Currency], list[OpenItem]] = {}
    for item in items:
        groups.setdefault((item.account, item.amount.currency), []).append(item)
    return {key: _drawn(*key, group, day_in) for key, group in groups.items()}


def nothing(account: str, currency: Currency) -> AccountBalance:
    """The balance of a customer who has nothing open any more."""
    none = Money(0, currency)
    return AccountBalance(account, none, none, (none,) * len(AGES), None)


def _drawn(account: str, currency: Currency, items: Iterable[OpenItem], day_in: DayIn) -> AccountBalance:
    open_, unapplied, ages, dues = 0, 0, [0] * len(AGES), []
    for item in items:
        if item.amount.minor < 0:
            unapplied -= item.amount.minor
            continue
        open_ += item.amount.minor
        if item.due is None or not item.amount.minor:
            continue
        dues.append((item.due, item.zone))
        late = (day_in(item.zone) - item.due).days
        if late > 0:
            ages[_age(late)] += item.amount.minor
    owed = tuple(Money(minor, currency) for minor in ages)
    oldest, zone = min(dues, default=(None, "UTC"))
    return AccountBalance(account, Money(open_, currency), Money(unapplied, currency), owed, oldest, zone)


def _age(late: int) -> int:
    """Which of `ages` so many days overdue belong to. `AGES` begins with what is not due, which is none of them."""
    return next((index for index, upper in enumerate(AGES[1:]) if late <= upper), len(AGES) - 1)


def in_words(balances: Iterable[AccountBalance]) -> str:
    """All currencies of one customer, the largest first: `1200.00 EUR (300.00 overdue), 50.00 USD`."""
    owing = sorted((one for one in balances if not one.settled), key=lambda one: (-one.balance.minor, one.open.currency))
    return ", ".join(map(str, owing))[:TEXT_MAX]
