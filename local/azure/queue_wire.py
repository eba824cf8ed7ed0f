"""The XML and the headers of the Storage Queue service.

Source: docs "Queue Storage REST API"; the error codes are those of "Queue Storage error codes" and "Common REST API error codes".
"""

from __future__ import annotations

import secrets
from email.utils import formatdate
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.azure.queue_store import Message

VERSION: Final = "2021-12-02"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_MESSAGES: Final = {
    "AuthenticationFailed": (403, "Server failed to authenticate the request. Make sure the Authorization header is correct."),
    "InvalidQueryParameterValue": (400, "Value for one of the query parameters specified in the request URI is invalid."),
    "InvalidResourceName": (400, "The specified resource name contains invalid characters."),
    "InvalidUri": (400, "The requested URI does not represent any resource on the server."),
    "InvalidXmlDocument": (400, "XML specified is not syntactically valid."),
    "InvalidMetadata": (400, "The metadata specified is invalid. It has characters that are not permitted."),
    "MessageNotFound": (404, "The specified message does not exist."),
    "MissingRequiredHeader": (400, "An HTTP header that's mandatory for this request is not specified."),
    "MissingRequiredQueryParameter": (400, "A query parameter that's mandatory for this request is not specified."),
    "OutOfRangeQueryParameterValue": (400, "One of the query parameters in the request URI is outside the permissible range."),
    "PopReceiptMismatch": (400, "The specified pop receipt did not match the pop receipt for a dequeued message."),
    "QueueAlreadyExists": (409, "The specified queue already exists."),
    "QueueNotFound": (404, "The specified queue does not exist."),
    "RequestBodyTooLarge": (413, "The request body is too large and exceeds the maximum permissible limit."),
    "UnsupportedHttpVerb": (405, "The resource doesn't support the specified HTTP verb."),
    "UnsupportedQueryParameter": (400, "One of the query parameters specified in the request URI is not supported."),
}


class QueueFault(Exception):
    """The service refuses a request, with one of its documented codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.status, self.message = _MESSAGES[code]
        self.code = code
        self.detail = detail
        super().__init__(code)


def answer(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """An answer with the headers that the service always sends."""
    pairs = {
        "x-ms-request-id": secrets.token_hex(16),
        "x-ms-version": VERSION,
        "date": formatdate(usegmt=True),
        **(headers or {}),
    }
    if body:
        pairs["content-type"] = "application/xml"
    return Response(status, tuple(pairs.items()), (_DECLARATION + body).encode() if body else b"")


def fault(error: QueueFault) -> Response:
    """The XML form of a refusal."""
    detail = f"<AuthenticationErrorDetail>{escape(error.detail)}</AuthenticationErrorDetail>" if error.detail else ""
    body = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message>{detail}</Error>"
    return answer(error.status, body, {"x-ms-error-code": error.code})


def put_message(message: Message) -> str:
    """What the service says about a message that was just added: everything but its text."""
    return f"<QueueMessagesList><QueueMessage>{_identity(message)}{_receipt(message)}</QueueMessage></QueueMessagesList>"


def messages(found: Iterable[Message], *, peeked: bool) -> str:
    """Messages that were taken, or only looked at: then without receipts."""
    rows = "".join(
        f"<QueueMessage>{_identity(message)}{'' if peeked else _receipt(message)}"
        f"<DequeueCount>{message.dequeued}</DequeueCount><MessageText>{escape(message.text)}</MessageText></QueueMessage>"
        for message in found
    )
    return f"<QueueMessagesList>{rows}</QueueMessagesList>"


def queues(
    endpoint: str, found: Iterable[tuple[str, Mapping[str, str] | None]], *, prefix: str, marker: str, limit: int, following: str
) -> str:
    """A page of queues; metadata None leaves the element out."""
    rows = "".join(f"<Queue><Name>{name}</Name>{_metadata(metadata)}</Queue>" for name, metadata in found)
    return (
        f'<EnumerationResults ServiceEndpoint="{escape(endpoint)}"><Prefix>{escape(prefix)}</Prefix>'
        f"<Marker>{escape(marker)}</Marker><MaxResults>{limit}</MaxResults><Queues>{rows}</Queues><NextMarker>{following}</NextMarker></EnumerationResults>"
    )


def service_properties() -> str:
    """Logging and metrics, all off, as on a new account."""
    off = "<Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>"
    logging = (
        "<Logging><Version>1.0</Version><Delete>false</Delete><Read>false</Read><Write>false</Write>"
        "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>"
    )
    return (
        f"<StorageServiceProperties>{logging}<HourMetrics>{off}</HourMetrics><MinuteMetrics>{off}</MinuteMetrics><Cors />"
        "</StorageServiceProperties>"
    )


def read_message(body: bytes) -> str:
    """The text of a message that a client sent."""
    try:
        root = ET.fromstring(body)  # noqa: S314  loopback only, and expat refuses entity bombs since 2.4
    except ET.ParseError:
        raise QueueFault("InvalidXmlDocument") from None
    text = root.find("MessageText")
    if root.tag != "QueueMessage" or text is None:
        raise QueueFault("InvalidXmlDocument")
    return text.text or ""


def stamp(moment_s: float) -> str:
    """An instant as in HTTP headers."""
    return formatdate(moment_s, usegmt=True)


def _identity(message: Message) -> str:
    return (
        f"<MessageId>{message.id}</MessageId><InsertionTime>{stamp(message.inserted_s)}</InsertionTime>"
        f"<ExpirationTime>{stamp(message.expires_s)}</ExpirationTime>"
    )


def _receipt(message: Message) -> str:
    return f"<PopReceipt>{message.receipt}</PopReceipt><TimeNextVisible>{stamp(message.visible_s)}</TimeNextVisible>"


def _metadata(metadata: Mapping[str, str] | None) -> str:
    if metadata is None:
        return ""
    return "<Metadata>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in metadata.items()) + "</Metadata>"
