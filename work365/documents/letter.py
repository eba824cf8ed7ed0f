"""The mail that carries a document: plain, short, and with the figures that a reader wants before opening the attachment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.document import DocumentKind, as_given
from work365.money import zero

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.document import Document
    from work365.documents.formats import Formats

SUBJECT_MAX = 200


@dataclass(frozen=True, slots=True)
class MailedLink:
    """Where the invoice can be seen and paid, and the day on which that ends."""

    address: str
    until: date


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject, body as plain text, and the attachment's name."""

    subject: str
    body: str
    file_name: str


def letter_for(document: Document, writing: Formats, link: MailedLink | None = None) -> Letter:
    """The mail for one document, with the link that this mail carries."""
    document = as_given(document)
    labels = writing.labels
    kind = labels.invoice if document.kind is DocumentKind.INVOICE else labels.credit_note
    subject = labels.mail_subject.format(kind=kind, number=document.number, seller=document.seller.name)
    return Letter(
        subject=one_line(subject)[:SUBJECT_MAX],
        body=_body(document, writing, link),
        file_name=file_named(kind, document.number, writing),
    )


def file_named(kind: str, number: str, writing: Formats) -> str:
    """An attachment's name, of characters that every file system takes."""
    return re.sub(r"[^\w .()-]", "-", one_line(writing.labels.file_name.format(kind=kind, number=number)))


def _body(document: Document, writing: Formats, link: MailedLink | None) -> str:
    labels = writing.labels
    figures = [labels.mail_total.format(amount=writing.priced(document.total))]
    if document.charged != zero(document.currency):
        figures.append(labels.mail_charged.format(amount=writing.priced(document.charged)))
        figures.append(labels.mail_balance.format(amount=writing.priced(document.balance)))
    owed = document.kind is DocumentKind.INVOICE and zero(document.currency) < document.balance
    if "payment" in document.template.hide:
        owed = False
    if owed and document.collected and link is None:  # with one, the customer is asked for it
        figures.append(labels.collected)
    elif owed and document.due:
        figures.append(labels.mail_due.format(due=writing.day(document.due)))
    intro = labels.mail_intro_invoice if document.kind is DocumentKind.INVOICE else labels.mail_intro_credit_note
    links = (f"{one.called(labels.language)}: {one.to(document.number, document.id)}" for one in document.template.links)
    seller = (document.seller.name, document.seller.email, document.seller.phone)
    paragraphs = (
        labels.mail_hello.format(buyer=one_line(document.buyer.name)),
        intro.format(number=document.number, issued=writing.day(document.issued)),
        "\n".join((*figures, *map(one_line, links))),
        *(() if link is None else (_pay(link, writing),)),
        "\n".join((labels.mail_goodbye, *(one_line(text) for text in seller if text))),
    )
    return "\n\n".join(paragraphs) + "\n"


def _pay(link: MailedLink, writing: Formats) -> str:
    labels = writing.labels
    return f"{labels.mail_pay.format(link=link.address)}\n{labels.mail_pay_until.format(day=writing.day(link.until))}"


def one_line(text: str) -> str:
    """A text that people typed, on one line and without what cannot be printed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
