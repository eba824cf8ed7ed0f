"""One difference between our ledger, a gateway and the books: what differs, by how much, since when, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.findings import Severity
from work365.money import zero

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.money import Currency, Money


class Code(Enum):
    """What differs. The values are the codes of findings; docs/reference/findings.md explains each."""

    NOT_HERE = "money-not-here"
    NOT_AT_GATEWAY = "money-not-at-gateway"
    AMOUNT = "money-amount-differs"
    TWICE = "money-twice"
    UNDER_WAY = "money-under-way"
    UNANSWERED = "money-unanswered"
    PAYOUT_PARTS = "payout-parts-differ"
    PAYOUT_FAILED = "payout-failed"
    BOOKS_NO_DOCUMENT = "books-document-missing"
    BOOKS_NO_PAYMENT = "books-payment-missing"
    BOOKS_TOTAL = "books-total-differs"
    BOOKS_BALANCE = "books-balance-differs"
    BOOKS_PAYMENT = "books-payment-differs"
    BOOKS_TWICE = "books-counted-twice"
    BOOKS_NOT_HERE = "books-not-here"
    NOT_CHECKED = "money-not-checked"


@dataclass(frozen=True, slots=True)
class Difference:
    """One of them.

    Attributes:
        about: what was compared, the same every night; `part` is what of it differs.
        subject: what it is about, in words that a person can search for.
        amount: by how much the two differ: positive when there is more there than here; None where that is not known.
        since: the day from which its age counts.
        here, there: our id, and the one at the gateway or in the books; "" where there is none.
        words, next_step: a sentence that says what is wrong, and what to press, run or ask.
        gaps: by how much the gateway holds more than our ledger, in each currency; empty when the two agree.
        ask: asking the gateway once more may mend it.
    """

    code: Code
    about: str
    part: str
    subject: str
    amount: Money | None
    since: date
    words: str
    next_step: str
    here: str = ""
    there: str = ""
    gaps: tuple[Money, ...] = ()
    severity: Severity = Severity.ERROR
    invoice: str = ""
    ask: bool = False

    @property
    def key(self) -> str:
        """What makes it the same one when it is found again."""
        return f"{self.about}:{self.part}"

    @property
    def message(self) -> str:
        """Both sentences."""
        return f"{self.words} {self.next_step}"


def age_days(since: date, today: date) -> int:
    """How old something is; 0 for what lies ahead, as after a clock that was wrong."""
    return max(0, (today - since).days)


def netted(there: Iterable[Money], here: Iterable[Money]) -> tuple[Money, ...]:
    """By how much there is more there than here, in each currency in which the two differ."""
    sums: dict[Currency, Money] = {}
    for one in (*there, *(-one for one in here)):
        sums[one.currency] = sums.get(one.currency, zero(one.currency)) + one
    return tuple(sums[code] for code in sorted(sums) if sums[code].minor)


def listed(amounts: Iterable[Money]) -> str:
    """Amounts in a sentence: `150.00 EUR and 20.00 USD`."""
    return " and ".join(str(one) for one in amounts) or "nothing"
