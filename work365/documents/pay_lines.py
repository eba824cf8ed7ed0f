"""The lines of a mail that carry pay links, for a mail that names invoices and is written before it leaves.

What is kept of such a mail has a mark in their place: a link is made when the mail is handed over, and stands nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.letter import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.documents.formats import Formats
    from work365.documents.letter import MailedLink
    from work365.money import Money

MARK = "[pay links]"
"""A paragraph of its own."""


@dataclass(frozen=True, slots=True)
class PayLine:
    """One invoice with what is open of it, which its link pays."""

    number: str
    balance: Money
    link: MailedLink


def filled(body: str, lines: Sequence[PayLine], writing: Formats) -> str:
    """A mail with its links in place of the mark; without any, the mark is gone."""
    before, mark, after = body.partition(f"\n\n{MARK}\n\n")
    if not mark:
        return body
    return "\n\n".join((before, *([_paragraph(lines, writing)] if lines else []), after))


def _paragraph(lines: Sequence[PayLine], writing: Formats) -> str:
    return "\n".join((writing.labels.mail_pay_these, *(_line(one, writing) for one in lines)))


def _line(one: PayLine, writing: Formats) -> str:
    return writing.labels.mail_pay_one.format(
        number=one_line(one.number),
        amount=writing.priced(one.balance),
        day=writing.day(one.link.until),
        link=one.link.address,
    )
