"""What a sendMail body must be.

Unknown properties and wrong types are refused as Graph's OData reader refuses them.
Source: learn.microsoft.com, Graph v1.0: "user: sendMail", "message resource type", "fileAttachment resource type" (name and
contentBytes are required), "Outlook extended properties overview"; learn.microsoft.com/answers 762243 (at most 5 headers);
"Set custom message headers" (names begin with x-).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from local.graph.faults import GraphFault

if TYPE_CHECKING:
    from collections.abc import Callable

HEADERS_MAX = 5
EXTENDED_ID = re.compile(r"String \{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\} Name \S+")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
SYSTEM = "microsoft.graph"


def check_send_body(body: object) -> dict[str, Any]:
    """The message of a sendMail body. Errors: GraphFault."""
    fields = _object(body, "Action parameters", {"message": _message, "saveToSentItems": _boolean})
    if "message" not in fields:
        raise GraphFault(400, "ErrorInvalidParameter", "Required parameter 'message' is missing.")
    message: dict[str, Any] = fields["message"]
    to = [*message.get("toRecipients", ()), *message.get("ccRecipients", ()), *message.get("bccRecipients", ())]
    if not to:
        raise GraphFault(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
    return message


def _read_fault(message: str) -> GraphFault:
    return GraphFault(400, "RequestBodyRead", message)


def _object(value: object, kind: str, fields: dict[str, Callable[[Any, str], None]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        message = f"An unexpected value was found; an object of type '{kind}' was expected."
        raise _read_fault(message)
    for name, part in value.items():
        if name not in fields:
            message = (
                f"The property '{name}' does not exist on type '{kind}'. "
                "Make sure to only use property names that are defined by the type."
            )
            raise _read_fault(message)
        fields[name](part, name)
    return value


def _list_of(check: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def every(value: object, name: str) -> None:
        if not isinstance(value, list):
            message = f"The value of property '{name}' must be a collection."
            raise _read_fault(message)
        for part in value:
            check(part, name)

    return every


def _text(value: object, name: str) -> None:
    if not isinstance(value, str):
        message = f"Cannot convert the value of property '{name}' to the expected type 'Edm.String'."
        raise _read_fault(message)


def _boolean(value: object, name: str) -> None:
    if not isinstance(value, bool):
        message = f"Cannot convert the value of property '{name}' to the expected type 'Edm.Boolean'."
        raise _read_fault(message)


def _one_of(*allowed: str) -> Callable[[Any, str], None]:
    def check(value: object, name: str) -> None:
        _text(value, name)
        if str(value).lower() not in allowed:
            message = f"Requested value '{value}' was not found for property '{name}'."
            raise _read_fault(message)

    return check


def _body(value: object, _name: str) -> None:
    _object(value, f"{SYSTEM}.itemBody", {"contentType": _one_of("text", "html"), "content": _text})


def _recipient(value: object, _name: str) -> None:
    _object(value, f"{SYSTEM}.recipient", {"emailAddress": _email_address})
    if "emailAddress" not in value:  # type: ignore[operator]  # _object has seen that it is a dict
        raise GraphFault(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")


def _email_address(value: object, _name: str) -> None:
    fields = _object(value, f"{SYSTEM}.emailAddress", {"address": _text, "name": _text})
    address = fields.get("address", "")
    if not ADDRESS.fullmatch(address):
        message = f"At least one recipient is not valid., Recipient '{address}' is not resolved. All recipients must be resolved."
        raise GraphFault(400, "ErrorInvalidRecipients", message)


def _attachment(value: object, _name: str) -> None:
    fields = _object(
        value,
        f"{SYSTEM}.fileAttachment",
        {
            "@odata.type": _text,
            "name": _text,
            "contentType": _text,
            "contentBytes": _base64,
            "isInline": _boolean,
            "contentId": _text,
        },
    )
    if fields.get("@odata.type") != f"#{SYSTEM}.fileAttachment":
        message = "The attachment needs '@odata.type': '#microsoft.graph.fileAttachment'; an attachment is an abstract type."
        raise _read_fault(message)
    for required in ("name", "contentBytes"):
        if not fields.get(required):
            message = f"Required property '{required}' of the attachment is missing."
            raise GraphFault(400, "ErrorInvalidPropertySet", message)


def _base64(value: object, name: str) -> None:
    _text(value, name)
    try:
        base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError) as exc:
        message = f"Cannot convert the value of property '{name}' to the expected type 'Edm.Binary'."
        raise _read_fault(message) from exc


def _headers(value: object, name: str) -> None:
    _list_of(_header)(value, name)
    if isinstance(value, list) and len(value) > HEADERS_MAX:
        message = f"Maximum number of headers in one message should be less than or equal to {HEADERS_MAX}."
        raise GraphFault(400, "InvalidInternetMessageHeaderCollection", message)


def _header(value: object, _name: str) -> None:
    fields = _object(value, f"{SYSTEM}.internetMessageHeader", {"name": _text, "value": _text})
    name = fields.get("name", "")
    if not name.lower().startswith("x-") or not fields.get("value"):
        message = f"The internet message header name '{name}' should start with 'x-' or 'X-'."
        raise GraphFault(400, "InvalidInternetMessageHeader", message)


def _extended(value: object, _name: str) -> None:
    fields = _object(value, f"{SYSTEM}.singleValueLegacyExtendedProperty", {"id": _text, "value": _text})
    if not EXTENDED_ID.fullmatch(fields.get("id", "")) or "value" not in fields:
        raise GraphFault(400, "ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid.")


def _message(value: object, _name: str) -> None:
    _object(
        value,
        f"{SYSTEM}.message",
        {
            "subject": _text,
            "body": _body,
            "toRecipients": _list_of(_recipient),
            "ccRecipients": _list_of(_recipient),
            "bccRecipients": _list_of(_recipient),
            "replyTo": _list_of(_recipient),
            "importance": _one_of("low", "normal", "high"),
            "categories": _list_of(_text),
            "isDeliveryReceiptRequested": _boolean,
            "isReadReceiptRequested": _boolean,
            "attachments": _list_of(_attachment),
            "internetMessageHeaders": _headers,
            "singleValueExtendedProperties": _list_of(_extended),
        },
    )
