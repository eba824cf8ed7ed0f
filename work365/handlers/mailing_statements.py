"""Mail statements of account: decide from the books who gets one for a period, draw it, write a notice for each address.

A statement is told once: its notices have ids that come from customer, company, currency, period and address, and are written
with their file, all of a statement's or none, before anything leaves. The mails themselves go with the other notices
(work365/handlers/telling.py), at most once each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.documents.statement import statement_view
from work365.documents.statement_letter import statement_letter
from work365.errors import BadInput
from work365.handlers.statements import parties_of, writing_of
from work365.periods import FIRST_ZONE, Period, days_at
from work365.receivables.statement import ACCOUNTS_MAX, statement
from work365.telling.notice import Enclosure
from work365.telling.statements import Asked, Draft, readings, unsent, worth_sending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from work365.handlers.drawing import Press
    from work365.ports.platform import Clock
    from work365.ports.statement_mail import StatementMailBook
    from work365.ports.statements import Customer
    from work365.telling.notice import Notice
    from work365.telling.statements import LeftOut, Reading

READ_AT_ONCE = 20
WRITTEN_AT_ONCE = 10
"""Statements whose files travel in one request."""
A_NIGHT_MAX = 2000
"""Statements that one run of the timer draws; the next night goes on."""
SETTLED_AFTER = timedelta(days=2)
"""What was paid in the last days of a month has been read from the books by then."""
OF_USE = timedelta(days=30)
"""How long a statement that could not be sent is still worth sending."""
ZONE = "UTC"
"""Where days are counted while no company is known yet."""
NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The statements that are to be mailed, who is left out and why, and how many were told already.

    Attributes:
        broken: what keeps some from being drawn up at all; the others are not held up by it.
    """

    drafts: tuple[Draft, ...]
    left: tuple[LeftOut, ...]
    told: int
    broken: tuple[BadInput, ...] = ()


def prepare(
    period: Period, asked: Asked, *, book: StatementMailBook, clock: Clock, settled_after: timedelta = NO_WAIT
) -> Prepared:
    """Who gets which statement for a period, and has not got it yet. Nothing is drawn or written.

    Shape:  by the days of each company's zone. By setting, a company for which the period has not been over for so long waits.
    Errors: BadInput when the period is not over, or no account has the number; External.
    """
    day_in, last = days_at(clock.now() - settled_after), period.end - timedelta(days=1)
    if period.end > day_in(FIRST_ZONE):
        raise _not_over(last)
    wanted, left = readings(book.correspondents(last, asked), asked)
    made = list(_drafts(wanted, period, asked, book))
    early = [one for one in made if isinstance(one, Draft) and period.end > day_in(one.zone)]
    if early and not asked.by_setting:
        raise _not_over(last, f" for {early[0].parties.seller.code}")
    drafts = [one for one in made if isinstance(one, Draft) and one not in early]
    broken = {one.message: one for one in made if isinstance(one, BadInput)}
    told = book.told({one.reading.to.account for one in drafts}, last) if drafts else frozenset()
    new = tuple(unsent(drafts, told))
    return Prepared(new, tuple(left), len(drafts) - len(new), tuple(broken.values()))


def queue(drafts: Sequence[Draft], *, book: StatementMailBook, press: Press, clock: Clock) -> int:
    """Draw these statements and write their notices; how many are new. Errors: External; running it again writes the rest."""
    new = 0
    until = clock.now() + OF_USE
    for start in range(0, len(drafts), WRITTEN_AT_ONCE):
        new += book.queue([notices(one, press, until=until) for one in drafts[start : start + WRITTEN_AT_ONCE]])
    return new


def queue_month(*, book: StatementMailBook, press: Press, clock: Clock) -> int:
    """What the timer does every night: last month's statements, for whoever's setting asks for them.

    Errors: BadInput once all others are written, where a company's template keeps its statements from being drawn; External.
    """
    today = days_at(clock.now() - SETTLED_AFTER)(FIRST_ZONE)
    prepared = prepare(month_before(today), Asked(), book=book, clock=clock, settled_after=SETTLED_AFTER)
    new = queue(prepared.drafts[:A_NIGHT_MAX], book=book, press=press, clock=clock)
    if prepared.broken:
        raise prepared.broken[0]
    return new


def month_before(day: date) -> Period:
    """The calendar month before that of a day."""
    end = day.replace(day=1)
    return Period((end - timedelta(days=1)).replace(day=1), end)


def notices(draft: Draft, press: Press, *, until: datetime) -> tuple[Notice, ...]:
    """The notices of a statement, each with the same file; one without an address has none."""
    parties = draft.parties
    writing = writing_of(parties, press)
    letter = statement_letter(draft.statement, parties, writing)
    made = draft.notices(letter, writing.labels.language, until)
    if not made[0].recipient:
        return made
    pdf = press.documents.statement(statement_view(draft.statement, parties, writing))
    return tuple(replace(one, enclosure=Enclosure(letter.file_name, pdf)) for one in made)


def _not_over(last: date, whom: str = "") -> BadInput:
    return BadInput(f"{last} is not over yet{whom}, and a statement that was sent must not change", "--to")


def _drafts(wanted: Sequence[Reading], period: Period, asked: Asked, book: StatementMailBook) -> Iterator[Draft | BadInput]:
    for start in range(0, len(wanted), READ_AT_ONCE):
        part = wanted[start : start + READ_AT_ONCE]
        for reading, customer in zip(part, book.customers([_read(one) for one in part]), strict=True):
            if isinstance(customer, BadInput):
                yield customer
            else:
                yield from _of_customer(reading, customer, period, asked)


def _read(reading: Reading) -> Sequence[str]:
    """The accounts whose rows are read: of too many as many as can be, so that what is not sent is seen to fail."""
    return reading.accounts[:ACCOUNTS_MAX]


def _of_customer(reading: Reading, customer: Customer, period: Period, asked: Asked) -> Iterator[Draft]:
    last = period.end - timedelta(days=1)
    for account in customer.accounts:
        if account.company.seller.code not in reading.companies:
            continue
        made = statement(account.documents, account.payments, account.currency, first=period.start, last=last)
        if worth_sending(made, asked):
            yield Draft(reading, made, parties_of(customer, account.company), asked.why, account.company.zone)
