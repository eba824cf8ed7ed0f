"""Documents that a person credits or cancels, over Dataverse: two requests to load, one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, in_parts
from dataverse.query import Query, any_of, both, eq
from dataverse.stores import crediting_rows as rows
from dataverse.stores.billing_claims import SETTLED_AT_ONCE_MAX
from dataverse.stores.releasing import held_by, released, restated
from dataverse.webapi import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.batch import Op
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.crediting.cancelling import Cancellation
    from work365.crediting.noting import Note
    from work365.crediting.subject import Subject
    from work365.ports.crediting import Writing

PAYMENT, ALLOCATION = "w365_payment", "w365_allocation"
KEYS_AT_ONCE_MAX = 40


class Crediting:
    """The crediting book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def load(self, invoice: str) -> Subject:
        """The document, its lines and payments; then its contracts, then what names its lines: no version is too new."""
        its = eq("_w365_invoice_value", invoice)
        (head,), lines, paying, paid, later = self._api.rows(
            Get(Ref(rows.INVOICE, invoice), rows.HEAD, rows.HEAD_EXPAND),
            Get(Query(rows.LINE, rows.LINES, filter=its, order="w365_ordinal")),
            Get(Query(PAYMENT, ("w365_paymentid",), filter=both(its, eq("statecode", 0)))),
            Get(Query(ALLOCATION, ("w365_amount",), filter=its)),
            restated(invoice),
        )
        keys, contracts = rows.origins(lines), rows.contracts_of(head, lines)
        gets = [
            Get(Query(rows.LINE, rows.MENTIONS, filter=any_of("w365_origin", part), expand=rows.MENTIONS_EXPAND))
            for part in in_parts(keys, KEYS_AT_ONCE_MAX)
        ]
        versions = [Get(Ref(rows.CONTRACT, one), rows.CONTRACT_COLUMNS) for one in contracts]
        found = self._api.rows(*versions, *gets) if versions or gets else []
        parties = [(one, found.pop(0)[0]) for one in contracts]
        mentions = [row for part in found for row in part]
        return rows.subject(rows.Read(head, parties, lines, mentions, paid, later, bool(paying)))

    def written(self, note: str) -> bool:
        """Whether it is there."""
        return self._api.first(Query(rows.INVOICE, ("w365_invoiceid",), filter=eq("w365_invoiceid", note))) is not None

    def credit(self, subject: Subject, note: Note, writing: Writing) -> None:
        """One change set under the versions of the document and its contracts."""
        money = self._currencies.bind(subject.currency)
        writes = rows.note_ops(subject, note, writing, money)
        self._api.change([*writes, rows.credited_op(subject, note, writing), *rows.unmoved_ops(subject)])

    def cancel(self, subject: Subject, cancellation: Cancellation, writing: Writing) -> None:
        """The same, with what the document had billed; what does not fit into one change set follows in others."""
        released = self._released(subject.id)
        writes = rows.cancelled_ops(subject, cancellation, writing)
        if cancellation.note is not None:
            writes = [*rows.note_ops(subject, cancellation.note, writing, self._currencies.bind(subject.currency)), *writes]
        self._api.change([*writes, *released[:SETTLED_AT_ONCE_MAX]])
        self._in_parts(released[SETTLED_AT_ONCE_MAX:])

    def release(self, invoice: str) -> None:
        """What an earlier attempt left."""
        self._in_parts(self._released(invoice))

    def _released(self, invoice: str) -> list[Op]:
        return released(self._api.rows(*held_by(invoice)))

    def _in_parts(self, writes: Sequence[Op]) -> None:
        for part in in_parts(writes, SETTLED_AT_ONCE_MAX):
            self._api.change(part)
