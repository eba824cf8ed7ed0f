"""Open an invoice by its link, and the gateway's page on which its balance is paid.

Whoever comes has not signed in: the link's token alone says which invoice may be seen, and that one only. Showing it writes
nothing but what the gateway says of a page that was open already. Paying goes as a charge does: decide → record the intent → ask
the gateway for its page, with the intent's id as key → record that it is open. Two who press at once find one intent, one page.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.letter import file_named
from work365.documents.view import view_of
from work365.errors import Conflict, Refused, Rejected
from work365.handlers import pay_pages
from work365.handlers.recording import TRIES, record
from work365.ports.pay_links import PageWanted
from work365.receivables import settling, wording
from work365.receivables.links import LinkClosed, LinkTrouble, digest_of
from work365.receivables.pay_links import PaidElsewhere, PayCase, Standing, offered, processor_for, refuse_closed, standing_of
from work365.receivables.pay_pages import attempt, may_open, open_page_of, page_of, still_right, turned_down_lately
from work365.receivables.payments import PaymentState, PayPage

if TYPE_CHECKING:
    from datetime import datetime

    from work365.documents.document import Document
    from work365.documents.printed import DocumentView
    from work365.handlers.drawing import Press
    from work365.ports.mail import Outgoing, SendingBook
    from work365.ports.pay_links import PayLinkBook, PayPagesFor
    from work365.ports.payments import GatewayFor, PaymentBook
    from work365.receivables.charging import Attempts
    from work365.receivables.pay_links import PayLink
    from work365.receivables.pay_pages import PageNow
    from work365.receivables.payments import Payment


@dataclass(frozen=True, slots=True)
class PayDesk:
    """What paying by a link works on. `public_url` is where customers reach us."""

    links: PayLinkBook
    payments: PaymentBook
    sending: SendingBook
    press: Press
    gateway_for: GatewayFor
    pages_for: PayPagesFor
    public_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An invoice as whoever has its link sees it, in the customer's language. Shape: `balance` is written out."""

    view: DocumentView
    standing: Standing
    balance: str


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """The document as it was issued."""

    name: str
    content: bytes


def show(token: str, *, desk: PayDesk, now: datetime) -> Shown:
    """The invoice behind a link, and whether it can be paid there. Errors: LinkClosed; External; Conflict."""
    link = _linked(token, desk.links, now)
    tried = _followed(link, desk, now)
    document = _document(desk.sending.load(link.invoice))
    writing = desk.press.writing(document)
    return Shown(view_of(document, writing), _offered(link, tried, desk), writing.priced(tried.debt.balance))


def _followed(link: PayLink, desk: PayDesk, now: datetime) -> Attempts:
    """The invoice and its attempts, once the gateway was asked about a page that may be open: who was through is told at once."""
    tried = desk.payments.attempts(link.invoice)
    page = open_page_of(tried.payments)
    if page is None:
        return tried
    pay_pages.follow(page, book=desk.payments, gateway_for=desk.gateway_for, now=now)
    return desk.payments.attempts(link.invoice)


def _offered(link: PayLink, tried: Attempts, desk: PayDesk) -> Standing:
    """What the page offers; only what could be paid is asked for its gateway."""
    standing = standing_of(tried.debt, tried.payments)
    if standing is Standing.PAYABLE and open_page_of(tried.payments) is None:
        case = desk.links.case(link.invoice)
        try:
            processor_for(case.processors, case.rule, case.debt.balance.currency)
        except PaidElsewhere:
            return Standing.ELSEWHERE
    return standing


def issued_file(token: str, *, desk: PayDesk, now: datetime) -> IssuedFile:
    """The stored document, or else as it would be sent now. Errors: LinkClosed; External."""
    link = _linked(token, desk.links, now)
    outgoing = desk.sending.load(link.invoice)
    document = _document(outgoing)
    writing = desk.press.writing(document)
    content = outgoing.stored if outgoing.stored is not None else desk.press.draw(document).pdf
    return IssuedFile(file_named(writing.labels.invoice, document.number, writing), content)


def open_page(token: str, *, desk: PayDesk, now: datetime) -> str | None:
    """The address of the gateway's page for the balance of a link's invoice; None when there is nothing to pay there: show it.

    Errors: LinkClosed; PaidElsewhere when no gateway takes it; External; Conflict when rows keep changing.
    """
    link = _linked(token, desk.links, now)
    for _ in range(TRIES):
        case = desk.links.case(link.invoice)
        if standing_of(case.debt, case.payments) is not Standing.PAYABLE:
            return None
        try:
            page = _page(case, desk, now)
        except Conflict:
            continue
        if page is not None:
            return page.url or None
    message = f"invoice {link.invoice} changed each time it was read"
    raise Conflict(message)


def _page(case: PayCase, desk: PayDesk, now: datetime) -> PageNow | None:
    """The page that is open, or a new one over the balance; None when the rows have to be read again.

    Shape:  without an address where the customer is through, and the bank has still to confirm the account.
    Errors: Conflict when somebody else was faster; PaidElsewhere; External.
    """
    before = open_page_of(case.payments)
    if before is None:
        return _opened(_begun(case, desk, now), case, desk, now)
    if not still_right(before, case.debt):
        pay_pages.close_open_page([before], book=desk.payments, gateway_for=desk.gateway_for, now=now)
        return None
    found = desk.pages_for(page_of(before).processor).find(before)
    if found is None and may_open(before, now):
        return _opened(before, case, desk, now)
    if found is None or not found.url:
        after = pay_pages.follow(before, book=desk.payments, gateway_for=desk.gateway_for, now=now)
        return found if after.state is PaymentState.NEEDS_ACTION else None
    return _recorded(before, found, desk, now)


def _begun(case: PayCase, desk: PayDesk, now: datetime) -> Payment:
    """The intent, written before the gateway is asked for money; that it knows the customer moves none."""
    processor = processor_for(case.processors, case.rule, case.debt.balance.currency)
    if turned_down_lately(case.payments, case.debt, now):
        message = f"{processor.code} has just refused to open a page over {case.debt.balance}"
        raise PaidElsewhere(message)
    pages = desk.pages_for(processor)
    customer = case.customers.get(processor.id) or pages.customer(case.debt.account, case.name)
    payment = attempt(case.debt, case.payments, PayPage(processor, customer), now)
    desk.links.open(payment, case.debt, note=wording.page_begun(payment))
    return payment


def _opened(payment: Payment, case: PayCase, desk: PayDesk, now: datetime) -> PageNow | None:
    """Ask for the page. A refusal ends the attempt; an answer that got lost leaves it open, to be asked for again."""
    wanted = PageWanted(
        about=case.debt.label,
        language=case.language,
        offered=offered(case.rule, case.debt.balance.currency),
        done=_back(desk, "done"),
        back=_back(desk, "back"),
    )
    try:
        page = desk.pages_for(page_of(payment).processor).open(payment, wanted)
    except (Rejected, Refused) as error:
        code = error.code if isinstance(error, Rejected) else ""
        record(payment, settling.rejected(code, str(error)), None, desk.payments, now)
        raise PaidElsewhere(str(error)) from error
    return _recorded(payment, page, desk, now)


def _recorded(payment: Payment, page: PageNow, desk: PayDesk, now: datetime) -> PageNow | None:
    after = record(payment, page.outcome, payment.by_page, desk.payments, now)
    payable = after.state is PaymentState.NEEDS_ACTION and after.code != wording.OTHER_AMOUNT
    return page if payable and page.url else None


def _back(desk: PayDesk, what: str) -> str:
    """Where the gateway sends the browser afterwards: to the page that asks for the link again. Nothing in it opens anything."""
    return f"{desk.public_url}/api/pay?{what}"


def _linked(token: str, book: PayLinkBook, now: datetime) -> PayLink:
    """The link behind a token: one request, whatever is wrong with it. Errors: LinkClosed."""
    digest = digest_of(token)
    found = book.by_hash(digest)
    if found is None or not hmac.compare_digest(found.link_hash.encode(), digest.encode()):
        raise LinkClosed(LinkTrouble.UNKNOWN)
    refuse_closed(found, now)
    return found


def _document(outgoing: Outgoing) -> Document:
    """Errors: LinkClosed for what is no issued document, which no link was ever made for."""
    if outgoing.document is None or outgoing.state in ("Draft", "Verified"):
        raise LinkClosed(LinkTrouble.UNKNOWN)
    return outgoing.document
