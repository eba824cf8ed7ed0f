"""Ask new customers for their documents, tick what is there, and keep the account's own words in step.

Whatever ticks or opens an entry writes the account, too: so a release, which holds to the account's version, never follows a
checklist that has changed meanwhile. Entries have derived ids; asking again finds them asked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from work365.errors import Conflict, Refused
from work365.handlers.receiving import again
from work365.holding import checklist as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from work365.holding.checklist import Entry, Item
    from work365.jobs import Job
    from work365.ports.checklists import Checklist, ChecklistBook
    from work365.ports.holding import Customer


def follow(*, book: ChecklistBook, now: datetime) -> int:
    """Ask whoever is new, and tick what ticks itself; how many accounts were written. Whom it misses, the next sweep does."""
    items = book.items()
    new = book.new(min(one.since for one in items)) if items else ()
    begun = [_quietly(partial(_begin, one.customer, rules.asked_of(items, one.entered), book)) for one in new]
    return sum(begun) + sum(_tick_itself(one, book, now) for one in book.waiting())


def start(number: str, *, book: ChecklistBook) -> Checklist:
    """Ask a customer that is not new. Errors: Refused when it was asked already, or nothing is asked for; BadInput; Conflict."""
    customer, items = book.customer(number).customer, book.items()
    if book.checklist(customer).entries:
        message = f"{customer.name} has a checklist already"
        raise Refused(message)
    if not items:
        message = "nothing is asked of customers: enter it under Checklist items first"
        raise Refused(message)
    _begin(customer, items, book)
    return _read(number, book)


def shown(number: str, *, book: ChecklistBook, now: datetime) -> Checklist:
    """A customer's checklist, with everything ticked that ticks itself. Errors: BadInput."""
    found = _read(number, book)
    return _read(number, book) if _tick_itself(found, book, now) else found


def tick(number: str, code: str, note: str, *, book: ChecklistBook, now: datetime) -> Checklist:
    """A person has seen to an entry. Errors: BadInput; Refused when it is ticked; Conflict."""
    change(lambda: _read(number, book), lambda entries: rules.ticked(entries, code, note), book=book, now=now)
    return _read(number, book)


def untick(number: str, code: str, reason: str, *, book: ChecklistBook, now: datetime) -> Checklist:
    """A person wants an entry to be seen to again. Errors: as `tick`."""
    change(lambda: _read(number, book), lambda entries: rules.opened(entries, code, reason), book=book, now=now)
    return _read(number, book)


def change(
    read: Callable[[], Checklist],
    decide: Callable[[Sequence[Entry]], Entry | None],
    *,
    book: ChecklistBook,
    now: datetime,
    job: Job | None = None,
) -> list[Entry]:
    """A person changes an entry of a checklist, decided anew when rows changed in between; the checklist's entries afterwards.

    Shape:  `decide` says the entry as it is to be, None where it is so already; for a job it is written as whoever created that.
    Errors: what both raise; Conflict; NotAuthorised.
    """

    def decided() -> tuple[Checklist, list[Entry]]:
        found = read()
        changed = decide(found.entries)
        return found, [] if changed is None else [changed]

    def write(one: tuple[Checklist, list[Entry]]) -> None:
        if one[1]:
            book.change(*one, now=now, by_person=True, job=job)

    found, changed = again(decided, write)
    return rules.with_changed(found.entries, changed)


def _read(number: str, book: ChecklistBook) -> Checklist:
    return book.checklist(book.customer(number).customer)


def _begin(customer: Customer, items: Sequence[Item], book: ChecklistBook) -> None:
    required = [one.name for one in items if not one.optional]
    held = f"New customer; to come: {', '.join(required)}"[: rules.NOTE_MAX] if required else ""
    book.begin(customer, items, held=held)


def _tick_itself(one: Checklist, book: ChecklistBook, now: datetime) -> bool:
    """Whether something was ticked."""
    changed = rules.ticking_themselves(one.entries, one.evidence)
    return bool(changed) and _quietly(lambda: book.change(one, changed, now=now, by_person=False))


def _quietly(write: Callable[[], None]) -> bool:
    """Whether it was written; what changed meanwhile is done by whoever comes next."""
    try:
        write()
    except Conflict:
        return False
    return True
