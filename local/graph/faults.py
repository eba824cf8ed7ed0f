"""How Graph says no: one error object with a code and a message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = ("content-type", "application/json")


class GraphFault(Exception):
    """A refusal of this stand-in, with Graph's code."""

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers

    def response(self, request_id: str, client_request_id: str) -> Response:
        """The answer that carries it. Source: learn.microsoft.com, "Microsoft Graph error responses and resource types"."""
        inner = {"request-id": request_id, "client-request-id": client_request_id}
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return answer(self.status, body, (*self.headers, ("request-id", request_id)))


def answer(status: int, body: Mapping[str, object] | None, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """An answer, as JSON when there is a body."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return Response(status, (*headers, *((JSON,) if content else ())), content)
