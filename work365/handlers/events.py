"""What arrives from outside, as values: a changed row, and a message that we sent to ourselves.

Events are hints. Only ids are taken out of them; whoever handles one reads the rows again. Dataverse leaves images and input
parameters out of a body over 256 KB, so nothing here looks at them.

Source: docs "Use webhooks to create external handlers for server events" (RemoteExecutionContext as JSON).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB_TABLE: Final = "w365_job"
INVOICE_TABLE: Final = "w365_invoice"
LINE_TABLE: Final = "w365_invoiceline"
TABLE_HEADER: Final = "x-ms-dynamics-entity-name"
MESSAGE_HEADER: Final = "x-ms-dynamics-request-name"
TRUNCATED_HEADER: Final = "x-ms-dynamics-msg-size-exceeded"
NOBODY: Final = UUID(int=0)
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")


@dataclass(frozen=True, slots=True)
class RowEvent:
    """A row was created, changed or deleted in the tenant.

    Attributes:
        message: Dataverse's word for what happened: Create, Update, Delete, or the name of a custom message.
        operation: the id of the asynchronous operation that told us; the same in a second delivery.
        user: the id of whoever did it; where an application acts for a person, the person's.
        truncated: the body was over 256 KB and came without its images.
    """

    table: str
    id: str
    message: str
    operation: str
    user: str
    truncated: bool = False

    @property
    def asks_for_work(self) -> bool:
        """A job was created or changed."""
        return self.table == JOB_TABLE and self.message in {"Create", "Update"}

    @property
    def edits_a_document(self) -> bool:
        """A document or one of its lines was changed: what was verified of it may not hold any more."""
        return (self.table, self.message) in {(INVOICE_TABLE, "Update"), (LINE_TABLE, "Update"), (LINE_TABLE, "Delete")}


def read_row_event(raw: bytes, headers: Mapping[str, str]) -> RowEvent:
    """Read a webhook body.

    Shape:  header names are lower case.
    Errors: BadInput when the body is not a RemoteExecutionContext, or contradicts its headers.
    """
    context = read_object(raw, "Send the RemoteExecutionContext as JSON (message format 2 of the service endpoint).")
    event = RowEvent(
        table=_table(_text(context, "PrimaryEntityName")),
        id=str(_guid(context, "PrimaryEntityId")),
        message=_text(context, "MessageName"),
        operation=str(_guid(context, "OperationId")),
        user=str(_guid(context, "UserId")),
        truncated=TRUNCATED_HEADER in headers,
    )
    _agree(headers.get(TABLE_HEADER), event.table, "PrimaryEntityName")
    _agree(headers.get(MESSAGE_HEADER), event.message, "MessageName")
    if (event.asks_for_work or event.edits_a_document) and UUID(event.id) == NOBODY:
        message = "names no row"
        raise BadInput(message, "PrimaryEntityId")
    return event


def read_message(raw: bytes) -> dict[str, str]:
    """Read a message that we sent to ourselves: a JSON object of texts. Errors: BadInput."""
    found = read_object(raw, "Messages on this queue are JSON objects of texts; this one was not sent by Work365.")
    for name, value in found.items():
        if not isinstance(value, str):
            message = "is not a text"
            raise BadInput(message, name)
    return found


def read_object(raw: bytes, advice: str) -> dict[str, Any]:
    """Read a JSON object. Errors: BadInput, ending with the advice."""
    if not raw.strip():
        message = f"The body is empty. {advice}"
        raise BadInput(message)
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        message = f"The body is not JSON. {advice}"
        raise BadInput(message) from None
    if not isinstance(found, dict):
        message = f"The body is JSON, but not an object. {advice}"
        raise BadInput(message)
    return found


def _text(context: Mapping[str, Any], name: str) -> str:
    value = context.get(name)
    if not isinstance(value, str) or not value:
        message = "is missing or not a text; a RemoteExecutionContext always has it"
        raise BadInput(message, name)
    return value


def _guid(context: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(context, name))
    except ValueError:
        message = "is not a GUID"
        raise BadInput(message, name) from None


def _table(name: str) -> str:
    if not _TABLE_NAME.fullmatch(name):
        message = "is not the logical name of a table"
        raise BadInput(message, "PrimaryEntityName")
    return name


def _agree(header: str | None, body: str, name: str) -> None:
    if header is not None and header.lower() != body.lower():
        message = "differs from what the request's headers say"
        raise BadInput(message, name)
