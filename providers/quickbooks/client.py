"""The one file that drives python-quickbooks.

The library is kept for what it does well (addresses, minor version, request ids, faults as exceptions, exact numbers in) and kept
from what it does badly: bodies are our own dictionaries, so no member leaves that was never set, and amounts leave as JSON
numbers; its session is replaced by one that has time limits, renews the access token itself, and refuses throttled and
broken answers before the library reads them. `AuthClient`, which calls out from its constructor, is not used.

Source: python-quickbooks 0.9.12, read and run.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from quickbooks.client import QuickBooks

from providers.quickbooks.faults import LIBRARY_ERRORS, fault, refused_status
from transport.client import Timeouts
from transport.exact import dumps
from work365.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import requests

    from providers.quickbooks.tokens import Tokens
    from transport.sessions import BoundedSession

MINOR_VERSION = 75
TIMEOUTS = Timeouts(connect_s=5.0, read_s=125.0, whole_s=150.0)
"""For the session: Intuit ends a request after 120 seconds."""

UNAUTHORISED = 401
PAGE = 1000
PAGES_LIMIT = 200
REQUEST_ID_LENGTH = 40

Entity = dict[str, Any]
"""One entity as QuickBooks says it; numbers are int or Decimal."""


class Client:
    """One company (realm) over the wire."""

    def __init__(self, session: BoundedSession, base_url: str, realm: str, tokens: Tokens) -> None:
        self._library = QuickBooks(company_id=realm, minorversion=MINOR_VERSION, use_decimal=True)
        self._library.api_url_v3 = f"{base_url.rstrip('/')}/v3"
        self._library.session = _Session(session, tokens)
        self.realm = realm

    def __repr__(self) -> str:
        return f"Client(QuickBooks, {self.realm})"

    def query(self, kind: str, where: str = "", *, order: str = "") -> list[Entity]:
        """All entities of a kind that meet a condition, page by page."""
        found: list[Entity] = []
        for page in range(PAGES_LIMIT):
            text = _select(kind, where, order, start=1 + page * PAGE)
            answer = self._ask(lambda text=text: self._library.query(text.encode()))
            rows = answer.get("QueryResponse", {}).get(kind, [])
            found += rows
            if len(rows) < PAGE:
                return found
        message = f"QuickBooks has more than {PAGE * PAGES_LIMIT} {kind} entities that match; narrow the question"
        raise Unavailable(message, system="QuickBooks")

    def read(self, kind: str, entity_id: str) -> Entity:
        """One entity by its id. Errors: NotFound."""
        answer = self._ask(lambda: self._library.get_single_object(kind, entity_id))
        return dict(answer[kind])

    def write(self, kind: str, body: Entity) -> Entity:
        """Create an entity, or update it when the body has an Id; answers it as it is now.

        Shape: the request id is made from the body, so that the same wish has the same id after a crash too. It is a second
               net only: whoever calls this has asked first (Intuit's .NET SDK issue 352: two payments under one id).
        """
        text = dumps(body)
        request_id = hashlib.sha256(kind.encode() + text).hexdigest()[:REQUEST_ID_LENGTH]
        try:
            answer = self._library.create_object(kind, text, request_id=request_id)
        except LIBRARY_ERRORS as error:
            raise fault(error, read=False) from error
        return dict(answer[kind])

    def delete(self, kind: str, entity_id: str) -> None:
        """Delete an entity as it is now, if it is there.

        Source: developer.intuit.com, "Delete a payment": a body with Id and SyncToken and `operation=delete`.
        """
        try:
            row = self.read(kind, entity_id)
        except NotFound:
            return
        body = dumps({"Id": entity_id, "SyncToken": row["SyncToken"]})
        try:
            self._library.delete_object(kind, body)
        except LIBRARY_ERRORS as error:
            raise fault(error, read=False) from error

    def changes(self, kind: str, since: datetime) -> list[Entity]:
        """Entities of one kind that changed since a moment, the deleted ones too; at most 1000, and then it is incomplete."""
        answer = self._ask(lambda: self._library.change_data_capture(kind, since.isoformat()))
        blocks = [block for part in answer.get("CDCResponse", []) for block in part.get("QueryResponse", [])]
        return [row for block in blocks for row in block.get(kind, [])]

    def _ask(self, call: Any) -> Entity:  # noqa: ANN401  a bound call of the untyped library
        try:
            answer = call()
        except LIBRARY_ERRORS as error:
            raise fault(error, read=True) from error
        return dict(answer)


class _Session:
    """What the library takes for its OAuth session."""

    def __init__(self, session: BoundedSession, tokens: Tokens) -> None:
        self._session, self._tokens = session, tokens

    @property
    def access_token(self) -> str:
        """The library puts this into its header."""
        return self._tokens.access()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], params: Mapping[str, str], data: bytes | None
    ) -> requests.Response:
        """Send one request; after a 401, which did nothing, once more with a fresh token."""
        read = method == "GET" or url.endswith("/query")
        response = self._once(method, url, dict(headers), params, data)
        if response.status_code == UNAUTHORISED:
            used = str(headers["Authorization"]).removeprefix("Bearer ")
            fresh = {**headers, "Authorization": f"Bearer {self._tokens.renew(used)}"}
            response = self._once(method, url, fresh, params, data)
        error = refused_status(response.status_code, response.headers, read=read)
        if error is not None:
            raise error
        return response

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], params: Mapping[str, str], data: bytes | None
    ) -> requests.Response:
        return self._session.request(method, url, headers=headers, params=params, data=data or None)


def quoted(text: str) -> str:
    """A text in a query. Source: developer.intuit.com, "Query operations": a quote inside is escaped with a backslash."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def one_of(name: str, values: Sequence[str]) -> str:
    """The condition that a field has one of several values."""
    return f"{name} in ({', '.join(quoted(value) for value in values)})"


def _select(kind: str, where: str, order: str, *, start: int) -> str:
    parts = ["select * from", kind, f"where {where}" if where else "", f"orderby {order}" if order else ""]
    return " ".join([*(part for part in parts if part), f"startposition {start} maxresults {PAGE}"])
