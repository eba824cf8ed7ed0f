"""Every word that is printed or mailed. A language is one catalogue: its words, and how it writes figures and days."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from work365.documents.page_words import PageWords
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels(PageWords):
    """The catalogue of one language. Words in braces are filled in with `str.format`.

    Attributes:
        language: IETF tag, e.g. "de" or "es-MX".
        events: what the change log calls an event, in this language.
        product_classes: what lines of a product class stand under; "" for those of none.
    """

    language: str
    invoice: str
    credit_note: str
    bill_to: str
    issued: str
    due: str
    period: str
    purchase_order: str
    buyer_reference: str
    contract: str
    preceding: str
    customer_number: str
    tax_number: str
    adjustments: str
    earlier: str
    next_period: str
    past_period: str
    subtotal: str
    description: str
    dates: str
    quantity: str
    unit_price: str
    unit_price_with_tax: str
    list_price: str
    discount: str
    fraction: str
    amount: str
    line_net: str
    taxes: str
    tax_rate: str
    tax_base: str
    tax_amount: str
    no_tax: str
    totals: str
    net: str
    tax: str
    total: str
    charged: str
    balance: str
    credited_total: str
    refunded: str
    balance_in_favour: str
    payment: str
    terms: str
    terms_at_once: str
    terms_due: str
    collected: str
    nothing_due: str
    in_favour: str
    reference: str
    page: str
    days: str
    months_used: str
    days_30: str
    hours: str
    whole_cycle: str
    change: str
    change_quantity: str
    change_price: str
    change_cancel: str
    change_other: str
    events: dict[str, str]
    product_classes: dict[str, str]
    correction: str
    discount_moved: str
    discount_given: str
    discount_named: str
    discount_line: str
    discount_named_line: str
    discount_base: str
    discount_given_on: str
    rounded_by_part: str
    credited_line: str
    own_price: str
    users: str
    mail_subject: str
    mail_hello: str
    mail_intro_invoice: str
    mail_intro_credit_note: str
    mail_total: str
    mail_charged: str
    mail_balance: str
    mail_due: str
    mail_goodbye: str
    file_name: str
    statement: str
    statement_for: str
    statement_period: str
    opening: str
    closing: str
    date: str
    entry: str
    document: str
    charges: str
    payments: str
    running: str
    entry_invoice: str
    entry_invoice_due: str
    entry_credit_note: str
    entry_payment: str
    entry_payment_unapplied: str
    entry_refund: str
    entry_refund_unapplied: str
    entry_return: str
    entry_return_unapplied: str
    entry_write_off: str
    entry_write_off_back: str
    entry_credit_applied: str
    movements: str
    no_movements: str
    ageing: str
    not_due: str
    age_to_30: str
    age_to_60: str
    age_to_90: str
    age_over_90: str
    unapplied: str
    open_documents: str
    open_amount: str
    days_overdue: str
    statement_owed: str
    statement_in_favour: str
    statement_settled: str
    statement_mail_subject: str
    statement_mail_intro: str
    statement_mail_overdue: str
    allocated: str
    prepaid: str


def read_labels(catalogue: Mapping[str, object], source: str) -> Labels:
    """A catalogue out of a file.

    Errors: BadInput naming the file and the words that are missing, unknown, or of another shape.
    """
    shapes = {field.name: str(field.type) for field in fields(Labels)}
    wrong = {
        "lacks": sorted(shapes.keys() - catalogue.keys()),
        "has the unknown": sorted(catalogue.keys() - shapes.keys()),
        "has in another shape": sorted(
            name for name, shape in shapes.items() if name in catalogue and not _fits(catalogue[name], shape)
        ),
    }
    said = [f"{word} {', '.join(names)}" for word, names in wrong.items() if names]
    if said:
        message = f"the catalogue {source} {'; '.join(said)}"
        raise BadInput(message, source)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in catalogue.items()}
    return Labels(**values)


def places_of(word: object) -> tuple[str, ...]:
    """The names in braces that a word of a catalogue fills in, sorted."""
    texts = word.values() if isinstance(word, dict) else word if isinstance(word, list | tuple) else (word,)
    return tuple(sorted(name for text in texts for name in re.findall(r"{(\w+)}", str(text))))


def _fits(value: object, shape: str) -> bool:
    if shape == "int":
        return isinstance(value, int)
    if shape == "str":
        return isinstance(value, str)
    if shape.startswith("tuple"):
        return isinstance(value, list) and len(value) == MONTHS_OF_A_YEAR and all(isinstance(part, str) for part in value)
    return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
