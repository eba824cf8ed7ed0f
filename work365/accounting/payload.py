"""Fingerprints: a hash of exactly what was sent, and the note by which we find our own document again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from work365.accounting.documents import Customer, Document, Item, Receipt

NOTE_WORD = "Work365"
SHORT_HASH = 12


def fingerprint(value: Customer | Item | Document | Receipt) -> str:
    """SHA-256 of a value's content; 7.9900 and 7.99 are the same price. A document counts its customer by reference only."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def document_note(document: Document) -> str:
    """The private note of a document in the books: whose it is, and which content it was made from."""
    return f"{NOTE_WORD} invoice {document.id} {fingerprint(document)[:SHORT_HASH]}"


def customer_note(customer: Customer) -> str:
    """The note of a customer that we made."""
    return f"{NOTE_WORD} customer {customer.reference}"


def receipt_note(receipt: Receipt) -> str:
    """The note of a receipt that we entered."""
    by = receipt.gateway_reference if receipt.credit is None else f"by credit note {receipt.credit.number}"
    return f"{NOTE_WORD} payment {receipt.id} {by}".rstrip()


def _plain(value: Any) -> Any:  # noqa: ANN401  any member of our own frozen values
    if is_dataclass(value):
        members = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        if "customer" in members:
            members["customer"] = value.customer.reference  # type: ignore[union-attr]  # only Document has one
        return members
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
