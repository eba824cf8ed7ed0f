"""A statement of account as it is printed: every figure is text, in the customer's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.printed import Fact, PartyView
from work365.money import zero
from work365.receivables.statement import EntryKind

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.document import Buyer, Seller
    from work365.documents.formats import Formats
    from work365.documents.labels import Labels
    from work365.documents.template import Logo, Template
    from work365.money import Money
    from work365.receivables.statement import Entry, Statement


@dataclass(frozen=True, slots=True)
class EntryView:
    """One movement; `notes` say what a payment was for, or whose it is."""

    date: str
    entry: str
    notes: tuple[str, ...]
    charges: str
    payments: str
    balance: str


@dataclass(frozen=True, slots=True)
class OpenView:
    """One open document."""

    number: str
    issued: str
    due: str
    overdue: str
    open: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement as text. Shape: `issued` is the last day of its period, and the date of the PDF."""

    title: str
    issued: date
    language: str
    seller: PartyView
    buyer: PartyView
    facts: tuple[Fact, ...]
    opening: str
    entries: tuple[EntryView, ...]
    closing: str
    open: tuple[OpenView, ...]
    ages: tuple[Fact, ...]
    sentence: str
    bank_details: tuple[str, ...]
    open_label: str
    footer: tuple[str, ...]
    accent: str
    logo: Logo | None
    labels: Labels


@dataclass(frozen=True, slots=True)
class StatementParties:
    """Who sends a statement to whom. Shape: `names` are the names of the accounts on it, by id, when they are several."""

    seller: Seller
    buyer: Buyer
    template: Template
    names: dict[str, str]


def statement_view(statement: Statement, parties: StatementParties, writing: Formats) -> StatementView:
    """The printed form of a statement."""
    labels, seller = writing.labels, parties.seller
    lines = (*seller.address, *(text for text in (seller.email, seller.phone) if text))
    tax = (Fact(labels.tax_number, seller.tax_number),) if seller.tax_number else ()
    number = (Fact(labels.customer_number, parties.buyer.account_number),) if parties.buyer.account_number else ()
    owed = statement.closing > zero(statement.currency)
    return StatementView(
        title=f"{labels.statement} {parties.buyer.name}",
        issued=statement.last,
        language=labels.language,
        seller=PartyView(seller.name, lines, tax),
        buyer=PartyView(parties.buyer.name, parties.buyer.address, number),
        facts=(
            Fact(labels.statement_period, period_of(statement, writing)),
            Fact(labels.opening, writing.priced(statement.opening)),
            Fact(labels.closing, writing.priced(statement.closing)),
        ),
        opening=writing.money(statement.opening),
        entries=tuple(_entry(one, parties, writing) for one in statement.entries),
        closing=writing.priced(statement.closing),
        open=_open(statement, parties, writing),
        ages=_ages(statement, writing),
        sentence=sentence_of(statement.closing, writing),
        bank_details=seller.bank_details if owed else (),
        open_label=labels.open_amount.format(currency=statement.currency),
        footer=parties.template.footer or (seller.name,),
        accent=parties.template.accent,
        logo=parties.template.logo,
        labels=labels,
    )


def _entry(one: Entry, parties: StatementParties, writing: Formats) -> EntryView:
    charge = one.amount > zero(one.amount.currency)
    several = len(one.applied) > 1
    notes = (
        *((parties.names[one.account],) if one.account in parties.names else ()),
        *(
            writing.labels.allocated.format(number=number, amount=writing.money(amount))
            for number, amount in one.applied
            if several
        ),
    )
    return EntryView(
        date=writing.short_day(one.day),
        entry=_called(one, writing),
        notes=notes,
        charges=writing.money(one.amount) if charge else "",
        payments="" if charge else writing.money(-one.amount),
        balance=writing.money(one.balance),
    )


def _called(one: Entry, writing: Formats) -> str:
    labels = writing.labels
    numbers = ", ".join(number for number, _ in one.applied)
    if one.kind is EntryKind.INVOICE:
        pattern = labels.entry_invoice_due if one.due else labels.entry_invoice
        return pattern.format(number=one.number, due=writing.short_day(one.due) if one.due else "")
    if one.kind is EntryKind.CREDIT_NOTE:
        return labels.entry_credit_note.format(number=one.number)
    if one.kind is EntryKind.WRITE_OFF:
        pattern = labels.entry_write_off_back if one.amount.minor > 0 else labels.entry_write_off
        return pattern.format(numbers=numbers)
    if one.kind is EntryKind.CREDIT_APPLIED:
        return labels.entry_credit_applied.format(numbers=numbers)
    of_documents, alone = {
        EntryKind.REFUND: (labels.entry_refund, labels.entry_refund_unapplied),
        EntryKind.RETURN: (labels.entry_return, labels.entry_return_unapplied),
    }.get(one.kind, (labels.entry_payment, labels.entry_payment_unapplied))
    return of_documents.format(numbers=numbers) if numbers else alone


def _open(statement: Statement, parties: StatementParties, writing: Formats) -> tuple[OpenView, ...]:
    return tuple(
        OpenView(
            number=f"{one.number} ({parties.names[one.account]})" if one.account in parties.names else one.number,
            issued=writing.short_day(one.issued),
            due=writing.short_day(one.due),
            overdue=str(one.overdue) if one.overdue > 0 else "",
            open=writing.money(one.open),
        )
        for one in statement.open
    )


def _ages(statement: Statement, writing: Formats) -> tuple[Fact, ...]:
    labels = writing.labels
    words = (labels.not_due, labels.age_to_30, labels.age_to_60, labels.age_to_90, labels.age_over_90)
    ages = [Fact(word, writing.money(amount)) for word, amount in zip(words, statement.ages, strict=True)]
    if statement.unapplied.minor:
        ages.append(Fact(labels.unapplied, writing.money(statement.unapplied)))
    return (*ages, Fact(labels.closing, writing.money(statement.closing)))


def period_of(statement: Statement, writing: Formats) -> str:
    """Its first and last day, in short."""
    return f"{writing.short_day(statement.first)} {writing.labels.until} {writing.short_day(statement.last)}"


def sentence_of(closing: Money, writing: Formats) -> str:
    """What a closing balance asks of the customer."""
    labels = writing.labels
    if closing.minor > 0:
        return labels.statement_owed.format(amount=writing.priced(closing))
    if closing.minor < 0:
        return labels.statement_in_favour.format(amount=writing.priced(-closing))
    return labels.statement_settled
