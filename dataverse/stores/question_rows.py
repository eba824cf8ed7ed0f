"""Rows of questions and their messages into values, and what changed of them into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Update
from dataverse.query import Query, eq
from dataverse.rows import amount, bind, choice_label, choice_value, etag, instant, status, status_label
from dataverse.webapi import Ref
from work365.ids import derived
from work365.money import zero
from work365.questions.thread import Document, Question, QuestionState, Said, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.payments_rows import CodeOf
    from work365.money import Money

TABLE, MESSAGE, INVOICE, LINE = "w365_question", "w365_questionmessage", "w365_invoice", "w365_invoiceline"
DOCUMENT = (
    *("w365_invoiceid", "w365_number", "_w365_account_value", "statuscode", "w365_balance", "w365_disputedamount"),
    "_transactioncurrencyid_value",
)
COLUMNS = (
    *("w365_questionid", "w365_name", "_w365_invoice_value", "_w365_line_value", "w365_disputed", "statuscode"),
    "createdon",
)
EXPAND = f"w365_Invoice($select={','.join(DOCUMENT)})"
SAID = ("_w365_question_value", "w365_sequence", "w365_side", "w365_by", "w365_saidon", "w365_text")
NAME_MAX = 200


def messages_of(question: str) -> Query:
    """The messages of a question in their order."""
    return Query(MESSAGE, SAID, eq("_w365_question_value", question), "w365_sequence")


def document(row: Row, code_of: CodeOf, line: str = "") -> Document:
    """An invoice or credit note; of a credit note nothing is open. Shape: one that was read with its question has no version."""
    code = code_of(row["_transactioncurrencyid_value"])
    return Document(
        id=row["w365_invoiceid"],
        number=row["w365_number"] or "",
        account=row["_w365_account_value"],
        state=status_label(INVOICE, row),
        open=max(amount(row["w365_balance"], code), zero(code)),
        disputed=amount(row["w365_disputedamount"] or 0, code),
        etag=row.get("@odata.etag", ""),
        line=line,
    )


def question(row: Row, messages: Iterable[Row], code_of: CodeOf) -> Question:
    """A thread with its document. Shape: one that was typed on a form disputes nothing, and asks what it is called."""
    about = document(row["w365_Invoice"], code_of, row["_w365_line_value"] or "")
    return Question(
        id=row["w365_questionid"],
        document=about,
        state=QuestionState(status_label(TABLE, row)),
        disputed=amount(row["w365_disputed"] or 0, about.open.currency),
        said=tuple(_thread(row, messages)),
        etag=etag(row),
    )


def _thread(row: Row, messages: Iterable[Row]) -> Iterator[Said]:
    """The messages, and in front what the question is called, where nobody has written a first one."""
    rows = list(messages)
    if not rows or rows[0]["w365_sequence"] > 1:
        yield Said(Side.CUSTOMER, "", instant(row["createdon"]), row["w365_name"] or "?")
    yield from map(said, rows)


def said(row: Row) -> Said:
    """One message."""
    side = Side(choice_label(MESSAGE, "w365_side", row["w365_side"]))
    return Said(side, row["w365_by"] or "", instant(row["w365_saidon"]), row["w365_text"] or "")


def message_id(question: str, sequence: int) -> str:
    """The place of a message in its thread: two that are written at once cannot both take it."""
    return derived("question message", question, str(sequence))


def writes(before: Question | None, after: Question, currency: Row) -> Iterator[Op]:
    """The question, its new messages and what is disputed of its document, each under the version that it was decided on."""
    disputed = after.document.disputed
    if after.disputed.minor and (before is None or before.document.disputed != disputed):
        yield Update(Ref(INVOICE, after.document.id), _disputed(disputed, after), after.document.etag)
    if before is None:
        yield Create(TABLE, _new_row(after) | currency, after.id)
    else:
        yield Update(Ref(TABLE, after.id), status(TABLE, after.state.value), after.etag)
    known = 0 if before is None else len(before.said)
    for sequence, one in enumerate(after.said[known:], known + 1):
        yield Create(MESSAGE, _message_row(after.id, sequence, one), message_id(after.id, sequence))


def _disputed(amount_now: Money, after: Question) -> Row:
    return {"w365_disputedamount": amount_now.major or None, "w365_remindernote": f"Question: {after.about}"[:300]}


def _new_row(one: Question) -> Row:
    line = {} if not one.document.line else bind("w365_Line", LINE, one.document.line)
    return {
        "w365_name": one.about[:NAME_MAX],
        "w365_disputed": one.disputed.major,
        **status(TABLE, one.state.value),
        **bind("w365_Invoice", INVOICE, one.document.id),
        **bind("w365_Account", "account", one.document.account),
        **line,
    }


def _message_row(question_id: str, sequence: int, one: Said) -> Row:
    return {
        "w365_name": " ".join(one.text.split())[:NAME_MAX],
        "w365_sequence": sequence,
        "w365_side": choice_value(MESSAGE, "w365_side", one.side.value),
        "w365_by": one.by or None,
        "w365_saidon": one.on,
        "w365_text": one.text,
        **bind("w365_Question", TABLE, question_id),
    }
