"""HTTP answers in the shape that the Web API gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.context import Context
    from local.dataverse.errors import DataverseError

JSON_TYPE = "application/json; odata.metadata=minimal"
STREAMED = f"{JSON_TYPE}; odata.streaming=true"
DETAILS = "Microsoft.PowerApps.CDS.ErrorDetails"

Headers = tuple[tuple[str, str], ...]


def json_answer(context: Context, text: str, status: int = 200, headers: Headers = ()) -> Response:
    """A body with JSON text."""
    kind = STREAMED if context.in_batch else JSON_TYPE
    applied = context.preferences.applied
    extra = (("Preference-Applied", applied),) if applied else ()
    return Response(status, (("Content-Type", kind), ("OData-Version", "4.0"), *extra, *headers), text.encode("utf-8", "replace"))


def complex_answer(context: Context, operation: str, members: Mapping[str, Any]) -> Response:
    """What a function or action answers: an object of the type `<operation>Response`."""
    whole = {"@odata.context": f"{context.root}$metadata#Microsoft.Dynamics.CRM.{operation}Response", **members}
    return json_answer(context, json.dumps(whole, default=str))


def entity_answer(context: Context, address: str, etag: str = "") -> Response:
    """204 for a write that names its row."""
    headers: Headers = (("OData-Version", "4.0"), ("OData-EntityId", address))
    if context.in_batch:
        headers = (("OData-Version", "4.0"), ("Location", address), ("OData-EntityId", address))
    return Response(204, headers + ((("ETag", etag),) if etag else ()))


def empty(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(status, (("OData-Version", "4.0"),))


def text_answer(text: str) -> Response:
    """Plain text with a byte order mark, as `$count` answers."""
    return Response(200, (("Content-Type", "text/plain"), ("OData-Version", "4.0")), b"\xef\xbb\xbf" + text.encode())


def error_answer(error: DataverseError, request_id: str, *, annotated: bool = False) -> Response:
    """The body of a refusal; with annotations asked for, it carries the details that Dataverse adds."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if annotated:
        body |= {
            f"@{DETAILS}.OperationStatus": "0",
            f"@{DETAILS}.SubErrorCode": "-2146233088",
            f"@{DETAILS}.HelpLink": "http://go.microsoft.com/fwlink/?LinkID=398563",
            f"@{DETAILS}.TraceText": "",
            "@Microsoft.PowerApps.CDS.InnerError.Message": error.message,
        }
    text = json.dumps({"error": body}, ensure_ascii=True)
    headers = (
        ("Content-Type", JSON_TYPE),
        ("OData-Version", "4.0"),
        ("x-ms-service-request-id", request_id),
        ("REQ_ID", request_id),
        *error.headers,
    )
    return Response(error.status, headers, text.encode())
