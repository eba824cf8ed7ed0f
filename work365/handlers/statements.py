"""Draw up a customer's statements of account: load, compute, draw. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.statement import StatementParties, statement_view
from work365.errors import BadInput
from work365.receivables.statement import Statement, statement

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.formats import Formats
    from work365.handlers.drawing import Press
    from work365.ports.statements import Company, Customer, StatementBook


@dataclass(frozen=True, slots=True)
class DrawnStatement:
    """One statement with its file. Shape: one per company and currency, because their balances never meet."""

    company: str
    statement: Statement
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one customer."""

    customer: Customer
    drawn: tuple[DrawnStatement, ...]


def draw_up(number: str, *, first: date, last: date, children: bool, book: StatementBook, press: Press) -> Statements:
    """The statements of the account with this number, for days `first` to `last`, both included.

    Errors: BadInput when the period ends before it begins, or no account has the number.
    """
    if last < first:
        message = f"the period ends on {last}, before it begins on {first}"
        raise BadInput(message, "--to")
    customer = book.customer(number, children=children)
    drawn = []
    for account in customer.accounts:
        made = statement(account.documents, account.payments, account.currency, first=first, last=last)
        parties = parties_of(customer, account.company)
        pdf = press.documents.statement(statement_view(made, parties, writing_of(parties, press)))
        drawn.append(DrawnStatement(parties.seller.code, made, pdf))
    return Statements(customer, tuple(drawn))


def parties_of(customer: Customer, company: Company) -> StatementParties:
    """Who sends a statement to whom."""
    return StatementParties(company.seller, customer.buyer, company.template, dict(customer.names))


def writing_of(parties: StatementParties, press: Press) -> Formats:
    """The customer's language, else the company's, else English."""
    return press.catalogues.formats(parties.buyer.language, parties.template.language)
