"""What others say of the money: gateways, books, a central bank."""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING

from dataverse.stores.booked import BookedRows
from dataverse.stores.reconciling import MoneyRows
from wiring.gateway_events import asking
from wiring.steps.taking import SWEPT_MAX
from work365.handlers import checking_books, checking_money, fetching_rates, reading_back
from work365.ports.payments import About
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from wiring.ports import Ports
    from work365.accounting.deciding import BooksSystem

log = logging.getLogger(__name__)


def follow_disputes(at: Ports) -> None:
    """Ask about every dispute that is not decided: an event of its end may have been lost."""
    for payment in islice(at.disputing.under_way(), SWEPT_MAX):
        at.queue.send(JOBS, {"payment": payment, "about": About.RETURN.value})


def check_money(at: Ports) -> None:
    """Compare our payments with every gateway; what a gateway may know more of is asked about once more."""
    book = MoneyRows(at.api, at.currencies)
    for checked in checking_money.check_all(book=book, money_for=at.money_for, now=at.clock.now()):
        for hint in islice(checked.ask, SWEPT_MAX):
            at.queue.send(JOBS, asking(hint))


def check_books(at: Ports) -> None:
    """Compare what was sent to each company's books with what they hold."""
    findings, now = MoneyRows(at.api, at.currencies), at.clock.now()
    list(checking_books.check_all(book=BookedRows(at.api), findings=findings, ledger_for=at.ledger_for, now=now))


def read_company(at: Ports, system: BooksSystem) -> None:
    """Read from one company's books what was paid there."""
    done = reading_back.read_back(system.id, book=at.books, ledger=at.ledger_for(system), now=at.clock.now())
    at.drawn(*sorted(done.accounts))


def fetch_rates(at: Ports) -> None:
    """Fetch the exchange rates that are out and not here, where the settings say from whom."""
    if not at.settings.rates:
        return
    codes = at.currencies.all()
    found = fetching_rates.fetch_rates(source=at.ecb, book=at.rates, codes=codes, now=at.clock.now())
    if found.waiting:
        log.warning("exchange rates of %s are not published yet", ", ".join(map(str, found.waiting)))
    for finding in found.report.findings if found.report else ():
        log.warning("%s: %s", finding.code, finding.message)
