"""The mail that carries a statement of account: its figures, and what they ask of the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.documents.letter import SUBJECT_MAX, Letter, file_named, one_line
from work365.documents.pay_lines import MARK
from work365.documents.statement import period_of, sentence_of
from work365.money import total

if TYPE_CHECKING:
    from work365.documents.formats import Formats
    from work365.documents.statement import StatementParties
    from work365.receivables.statement import Statement


def statement_letter(statement: Statement, parties: StatementParties, writing: Formats) -> Letter:
    """The mail for one statement."""
    labels, seller = writing.labels, parties.seller
    period = period_of(statement, writing)
    days = f"{statement.first.isoformat()} {statement.last.isoformat()}"
    paragraphs = (
        labels.mail_hello.format(buyer=one_line(parties.buyer.name)),
        labels.statement_mail_intro.format(period=period),
        "\n".join(_figures(statement, writing)),
        sentence_of(statement.closing, writing),
        *([MARK] if statement.payable else []),
        "\n".join((labels.mail_goodbye, *(one_line(text) for text in (seller.name, seller.email, seller.phone) if text))),
    )
    return Letter(
        subject=one_line(labels.statement_mail_subject.format(period=period, seller=seller.name))[:SUBJECT_MAX],
        body="\n\n".join(paragraphs) + "\n",
        file_name=file_named(labels.statement, days, writing),
    )


def _figures(statement: Statement, writing: Formats) -> list[str]:
    labels = writing.labels
    figures = [
        f"{labels.opening}: {writing.priced(statement.opening)}",
        f"{labels.closing}: {writing.priced(statement.closing)}",
    ]
    overdue = total(statement.ages[1:], statement.currency)
    if overdue.minor:
        figures.append(labels.statement_mail_overdue.format(amount=writing.priced(overdue)))
    return figures
