"""The question book over Dataverse, and what is told of new messages: one or two requests to read, one to write."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, eq, ge, typed
from dataverse.stores import question_rows as rows
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ids import is_id
from work365.telling.questions import QuestionSaid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.questions.thread import Document, Question

NOT_CLOSED = eq("statecode", 0)
NEWS = ("w365_questionmessageid", *rows.SAID)
NEWS_EXPAND = (
    "w365_Question($select=w365_name;$expand=w365_Invoice($select=w365_number,_w365_account_value,_w365_contract_value;"
    "$expand=w365_Contract($select=_w365_account_value)))"
)


class Questions:
    """Questions and the documents that they are about."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def document(self, number: str, line: int | None) -> Document:
        """One request, and one more for a line; lines are counted from 1, as they are printed."""
        row = self._api.first(Query(rows.INVOICE, rows.DOCUMENT, typed("w365_number", number)))
        if row is None or not number:
            message = f"no document has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "INVOICE")
        return rows.document(row, self._currencies.code, "" if line is None else self._line(row, line))

    def _line(self, invoice: Row, line: int) -> str:
        its = both(eq("_w365_invoice_value", invoice["w365_invoiceid"]), eq("w365_ordinal", line - 1))
        found = self._api.first(Query(rows.LINE, ("w365_invoicelineid",), its))
        if found is None:
            message = f"{invoice['w365_number']} has no line {line}; `w365 explain invoice` lists them"
            raise BadInput(message, "--line")
        return str(found["w365_invoicelineid"])

    def question(self, id_: str) -> Question | None:
        """Two requests: a row that is expanded comes without its version."""
        if not is_id(id_):
            return None
        query = Query(rows.TABLE, rows.COLUMNS, eq("w365_questionid", id_))
        found, said = self._api.rows(Get(query), Get(rows.messages_of(id_)))
        if not found:
            return None
        about = self._api.read(Ref(rows.INVOICE, found[0]["_w365_invoice_value"]), select=rows.DOCUMENT)
        return rows.question(found[0] | {"w365_Invoice": about}, said, self._currencies.code)

    def write(self, before: Question | None, after: Question) -> None:
        """One change set."""
        self._api.change(list(rows.writes(before, after, self._currencies.bind(after.disputed.currency))))

    def listed(self, number: str = "", *, closed: bool = False) -> Iterator[Question]:
        """Two queries in one request."""
        of, open_ones = eq("w365_Invoice/w365_number", number) if number else "", "" if closed else NOT_CLOSED
        theirs = f"w365_Question/{of}" if of else ""
        theirs = both(theirs, "" if closed else f"w365_Question/{NOT_CLOSED}")
        found, said = self._api.rows(
            Get(Query(rows.TABLE, rows.COLUMNS, both(of, open_ones), "createdon", rows.EXPAND)),
            Get(Query(rows.MESSAGE, rows.SAID, theirs, "w365_sequence")),
        )
        messages: dict[str, list[Row]] = defaultdict(list)
        for row in said:
            messages[row["_w365_question_value"]].append(row)
        for row in found:
            yield rows.question(row, messages[row["w365_questionid"]], self._currencies.code)

    def said(self, since: datetime) -> Iterator[QuestionSaid]:
        """One query; another payer than the contract's own customer is told nothing, because nobody says how they are reached."""
        for row in self._api.find(Query(rows.MESSAGE, NEWS, ge("createdon", since), "createdon", NEWS_EXPAND)):
            invoice = row["w365_Question"]["w365_Invoice"]
            contract = invoice.get("w365_Contract")
            if contract is not None and contract["_w365_account_value"] == invoice["_w365_account_value"]:
                yield QuestionSaid(
                    message=row["w365_questionmessageid"],
                    contract=invoice["_w365_contract_value"],
                    number=invoice["w365_number"] or "",
                    said=rows.said(row),
                    asked=row["w365_Question"]["w365_name"] if row["w365_sequence"] > 1 else "",
                )
