"""What a QuickBooks company holds of our documents and payments, a hundred of them, or a thousand that changed, at once.

Source: developer.intuit.com, "Query operations and syntax" (in, like, at most 1000 results a page), entity pages of Invoice,
CreditMemo and Payment: DocNumber, PaymentRefNum and MetaData.LastUpdatedTime can be filtered by, PrivateNote cannot.
"""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from providers.quickbooks.bodies import KINDS
from providers.quickbooks.client import one_of, quoted
from work365.accounting.documents import RECEIPT_PREFIX
from work365.accounting.held import Held, HeldDocument, HeldPayment
from work365.money import exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from providers.quickbooks.client import Client, Entity
    from work365.accounting.documents import DocumentKind, Posted
    from work365.money import Currency

AT_ONCE = 100


class QuickBooksHeld:
    """Asks one company in bulk. Shape: `posted` and `currency` read an entity as its ledger does."""

    def __init__(self, client: Client, *, posted: Callable[[Entity], Posted], currency: Callable[[Entity], Currency]) -> None:
        self._client, self._posted, self._currency = client, posted, currency

    def named(self, numbers: Sequence[str], references: Sequence[str]) -> Held:
        """Documents by number and payments by reference. Errors: External."""
        documents = [one for part in _chunks(numbers) for one in self._documents(one_of("DocNumber", part))]
        payments = [one for part in _chunks(references) for one in self._payments(one_of("PaymentRefNum", part))]
        return Held(tuple(documents), tuple(payments))

    def since(self, moment: datetime) -> Held:
        """What carries our mark and changed since. Errors: External."""
        changed = f"MetaData.LastUpdatedTime >= {quoted(moment.astimezone(UTC).isoformat(timespec='seconds'))}"
        ours = f"{changed} and PaymentRefNum like {quoted(RECEIPT_PREFIX + '%')}"
        documents = tuple(one for one in self._documents(changed) if one.ours)
        return Held(documents, tuple(self._payments(ours)))

    def _documents(self, which: str) -> Iterator[HeldDocument]:
        kinds: dict[DocumentKind, str] = KINDS
        for kind, entity in kinds.items():
            for row in self._client.query(entity, which):
                yield HeldDocument(kind, self._posted(row))

    def _payments(self, which: str) -> Iterator[HeldPayment]:
        for row in self._client.query("Payment", which):
            yield HeldPayment(
                external_id=str(row["Id"]),
                reference=str(row.get("PaymentRefNum", "")),
                note=str(row.get("PrivateNote", "")),
                amount=exactly(
                    Decimal(row["TotalAmt"]) or sum((part for _, part in paid_there(row)), Decimal(0)), self._currency(row)
                ),
            )


def paid_there(row: Entity) -> Iterator[tuple[str, Decimal]]:
    """What a payment pays of each invoice, by the invoice's id there."""
    for line in row.get("Line", []):
        for linked in line.get("LinkedTxn", []):
            if linked.get("TxnType") == "Invoice":
                yield str(linked["TxnId"]), Decimal(line.get("Amount", 0))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
