"""What is due for one customer on one day, in one mail: invoices of one company and currency that go to the same addresses.

Steps that are a task for staff alone stand apart: no mail says them, and nobody has to be reached for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.ids import derived
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from work365.money import Currency, Money
    from work365.reminding.chasing import Due

INVOICES_MAX = 50
"""In one mail, and in one change set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Who is reminded, and by whom.

    Attributes:
        addresses: where the invoice went; empty where `problem` says why there is none.
        sender: the lines that a mail is signed with.
        languages: tags, most wanted first: the customer's, the company's.
        team: which owns what is written about its customers; "" where nobody in particular does.
        zone: of the legal entity: its days count.
        awaits_documents: it is on credit hold until its documents are there.
        hold_counts: while it is on credit hold, it gets nothing more.
    """

    account: str
    entity: str
    customer: str
    addresses: tuple[str, ...] = ()
    problem: str = ""
    sender: tuple[str, ...] = ()
    languages: tuple[str, str] = ("", "")
    team: str = ""
    zone: str = "UTC"
    awaits_documents: bool = False
    hold_counts: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """Steps that are taken together, wholly or not at all; by their days, the latest first."""

    debtor: Debtor
    dues: tuple[Due, ...]

    @property
    def mails(self) -> bool:
        """The customer hears of it: of all its steps, or of none."""
        return self.dues[0].step.channel.mails

    @property
    def problem(self) -> str:
        """Why it cannot be taken: nobody could be reached; "" where it can."""
        return self.debtor.problem if self.mails else ""

    @property
    def for_staff(self) -> Bundle | None:
        """Its steps that staff hear of; None where they hear of none."""
        asked = tuple(one for one in self.dues if one.step.channel.asks_staff)
        return replace(self, dues=asked) if asked else None

    @property
    def key(self) -> str:
        """What makes it the same one when it is decided again: its steps."""
        return derived("reminders", *sorted(one.id for one in self.dues))

    @property
    def currency(self) -> Currency:
        """Of all its invoices."""
        return self.dues[0].owed.balance.currency

    @property
    def asked(self) -> Money:
        """What the customer is reminded of in all."""
        return total((one.owed.asked for one in self.dues), self.currency)

    @property
    def fees(self) -> Money | None:
        """What its steps cost in all, as far as it is billed by itself; None where they cost nothing."""
        found = [one.fee.amount for one in self.dues if one.fee is not None and one.owed.contract]
        return total(found, self.currency) if found else None

    @property
    def holds(self) -> bool:
        """Whether one of its steps puts the customer on credit hold."""
        return any(one.step.credit_hold for one in self.dues)


def bundled(found: Iterable[tuple[Debtor, Due]]) -> Iterator[Bundle]:
    """The mails of a day."""
    groups: dict[tuple[Debtor, Currency, bool], list[Due]] = {}
    for debtor, due in found:
        groups.setdefault((debtor, due.owed.balance.currency, due.step.channel.mails), []).append(due)
    for (debtor, _, _), dues in groups.items():
        ordered = sorted(dues, key=lambda one: (-one.step.day, one.owed.due, one.owed.number))
        for first in range(0, len(ordered), INVOICES_MAX):
            yield Bundle(debtor, tuple(ordered[first : first + INVOICES_MAX]))
