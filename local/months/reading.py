"""Rows as laws read them: past every fault, in minor units of each currency."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.rows import choice_label, status_label
from local.months.taking import code_of
from work365.handlers.mailing import MAY_HAVE_BEEN_SENT
from work365.money import EXPONENT, Currency

if TYPE_CHECKING:
    from local.months.partner import Partner

Row = dict[str, Any]


def invoices(partner: Partner) -> list[Row]:
    """Every document that has a number."""
    return [row for row in partner.rows("w365_invoice") if row["w365_number"]]


def numbers(partner: Partner) -> dict[str, str]:
    """What documents are called, by their ids."""
    return {row["w365_invoiceid"]: row["w365_number"] for row in invoices(partner)}


def minor(row: Row, column: str) -> int:
    """An amount of a row in minor units of its currency; what is less than one of them would be a defect of its own."""
    amount = Decimal(row[column] or 0).scaleb(EXPONENT[Currency(code_of(row))])
    return int(amount) if amount == int(amount) else -1


def is_note(row: Row) -> bool:
    """Whether a document gives something back."""
    return choice_label("w365_invoice", "w365_kind", row["w365_kind"]) == "Credit note"


def is_a_persons(notice: Row) -> bool:
    """Whether a person has to say of a notice if it was sent: nobody looked for it while timers were away for days."""
    return status_label("w365_notice", notice) == "Unknown" and notice["w365_message"].startswith(MAY_HAVE_BEEN_SENT)
