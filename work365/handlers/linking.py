"""Put pay links into mails as they leave: a link of its own for each invoice of each mail, of which we keep the hash alone.

The rows of the links are written with the note that the mail begins. A mail that has not left after all gets other links next
time; the earlier ones open the same invoices, and nobody knows them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.documents.letter import MailedLink
from work365.documents.pay_lines import PayLine, filled
from work365.receivables.links import hashed, pay_link
from work365.receivables.mailed_links import offer_for
from work365.receivables.pay_links import NewLink, link_id
from work365.telling.payment_details import ELIDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from work365.ports.documents import Catalogues
    from work365.ports.telling import NoticeBook
    from work365.receivables.mailed_links import Payable
    from work365.receivables.pay_links import Linking
    from work365.telling.notice import Notice


@dataclass(frozen=True, slots=True)
class Carried:
    """A mail as it leaves.

    Attributes:
        body: with its links.
        kept: the same without what opens them.
        links: what is kept of these.
        without: why invoices have none that were to have one; "" where all have.
    """

    body: str
    kept: str
    links: tuple[NewLink, ...] = ()
    without: str = ""


def new_link(
    invoice: str, recipient: str, good_for: timedelta, linking: Linking, now: datetime, *, delivery: str = "", notice: str = ""
) -> tuple[NewLink, MailedLink]:
    """A link of one mail: what is kept of it, and what is mailed. Shape: `delivery` or `notice` is the mail's row."""
    token, until = linking.token(), now + good_for
    digest = hashed(token)
    kept = NewLink(link_id(digest), invoice, digest, until, recipient, delivery, notice)
    return kept, MailedLink(pay_link(linking.public_url, token), until.date())


def carried(
    notices: Sequence[Notice], *, book: NoticeBook, linking: Linking, catalogues: Catalogues, now: datetime
) -> dict[str, Carried]:
    """These mails as they leave, by their ids. Errors: External when their invoices could not be read."""
    named = {invoice for one in notices for invoice in one.pay}
    known = book.payable(named) if named else {}
    return {one.id: _carried(one, known, linking, catalogues, now) if one.pay else Carried(one.body, one.body) for one in notices}


def _carried(one: Notice, known: Mapping[str, Payable], linking: Linking, catalogues: Catalogues, now: datetime) -> Carried:
    kept: list[NewLink] = []
    lines: list[PayLine] = []
    without: dict[str, None] = {}
    for invoice in one.pay:
        if invoice not in known:
            continue
        payable = known[invoice]
        offer = offer_for(payable, linking.public_url, now.date())
        if offer.good_for is None:
            without[offer.without] = None
            continue
        link, mailed = new_link(invoice, one.recipient, offer.good_for, linking, now, notice=one.id)
        kept.append(link)
        lines.append(PayLine(payable.number, payable.balance, mailed))
    said = " ".join(f"It carries no link to pay by: {why.rstrip('.')}." for why in without if why)
    writing = catalogues.formats(one.language)
    elided = [replace(line, link=replace(line.link, address=ELIDED)) for line in lines]
    return Carried(filled(one.body, lines, writing), filled(one.body, elided, writing), tuple(kept), said)
