"""The daily check of a company's books: ask what they hold, compare it with what was sent there, write what differs.

Only documents that changed here or there lately are compared, and those of which something stands as a finding; what is asked for
by number is asked for a hundred documents at once. Nothing is written outside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from work365.handlers.checking_money import Checked
from work365.handlers.silence import SilentError, heard, not_checked, reading
from work365.reconciling.booked import books_about, compare_booked, is_young, strangers
from work365.reconciling.difference import Code
from work365.reconciling.standing import decide

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from work365.accounting.held import Held
    from work365.ports.books import Ledger, LedgerFor
    from work365.ports.reconciling import BookedBook, BooksPosition, MoneyFindings
    from work365.reconciling.booked import Booked
    from work365.reconciling.difference import Difference
    from work365.reconciling.standing import Standing

LOOK_BACK = timedelta(days=7)
"""Longer than anything is young."""


def check_all(*, book: BookedBook, findings: MoneyFindings, ledger_for: LedgerFor, now: datetime) -> Iterator[Checked]:
    """Every company's books to which something was sent; one that is silent does not hold up the others. Errors: as `check`."""
    for position in book.positions():
        if position.first is not None:
            yield check(position, book=book, findings=findings, ledger_for=ledger_for, now=now)


def check(position: BooksPosition, *, book: BookedBook, findings: MoneyFindings, ledger_for: LedgerFor, now: datetime) -> Checked:
    """Ask, compare and write what differs. Errors: External of the tenant; running it again does the same."""
    system, standing = position.system, findings.standing()
    try:
        ledger = heard(partial(ledger_for, system))
        differences, examined = _compare(position, standing, book=book, ledger=ledger, now=now)
    except SilentError as error:
        since = (position.checked_to or now).date()
        found = not_checked(system.id, system.code, "What the books hold", str(error), since)
        findings.record(decide([found], standing, {found.about}), today=now.date())
        return Checked(system.code, (found,), silent=str(error))
    findings.record(decide(differences, standing, examined | {reading(system.id)}), today=now.date())
    book.move_on(system.id, now)
    return Checked(system.code, tuple(differences), frozenset(one.key for one in standing if one.explained))


def _compare(
    position: BooksPosition, standing: Sequence[Standing], *, book: BookedBook, ledger: Ledger, now: datetime
) -> tuple[list[Difference], set[str]]:
    """What differs, and the names of what was compared. Errors: SilentError."""
    system, name, today = position.system.id, ledger.rules.name, now.date()
    mine = [one for one in standing if one.about.startswith(books_about(system, ""))]
    since = min(position.checked_to or position.first or now, now) - LOOK_BACK
    held = heard(partial(ledger.held_since, since))
    strange = [one.there for one in mine if one.code == Code.BOOKS_NOT_HERE.value]
    held |= heard(partial(ledger.held, strange, strange))
    stood = {one.about.removeprefix(books_about(system, "")) for one in mine if one.code != Code.BOOKS_NOT_HERE.value}
    invoices = book.touched(system, since) | book.invoices_of(system, held) | stood
    differences: list[Difference] = []
    examined, known, keys = {one.about for one in mine}, set[str](), {one.key for one in mine}
    for documents in book.documents(system, name, invoices):
        numbers = [number for one in documents for number in one.names[0]]
        references = [reference for one in documents for reference in one.names[1]]
        held |= heard(partial(ledger.held, numbers, references))
        known |= {*numbers, *references}
        for one in documents:
            examined.add(one.about)
            differences += [each for each in _differing(one, held, book) if each.key in keys or not is_young(one, today)]
    differences += strangers(_ours(held), known, system=system, books=name, today=today)
    return differences, examined


def _differing(one: Booked, held: Held, book: BookedBook) -> list[Difference]:
    """Each with its step, which depends on what a sync would still do: asked only where something differs."""
    found = compare_booked(one, held)
    return compare_booked(replace(one, sync_due=True), held) if found and book.sync_due(one) else found


def _ours(held: Held) -> Held:
    """Without what others made under the same numbers."""
    return type(held)(tuple(one for one in held.documents if one.ours), held.payments)
