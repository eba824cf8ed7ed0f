"""A strict stand-in for the mail part of Microsoft Graph: sendMail, and the search for what was sent.

Mails end in an outbox instead of the world: `GET /_local/outbox` lists them, `GET /_local/outbox/{n}/{file}` gives an attachment.
A mail is a draft when it is accepted and lies in the sent items `settle_s` seconds later, as in Exchange Online.
Source: learn.microsoft.com, "Send mail by using the Microsoft Graph API" (the steps of sending), "Throttling guidance".
"""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from local.graph.faults import GraphFault, answer
from local.graph.message import check_send_body
from local.graph.search import search_of
from local.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

BODY_LIMIT = 4 * 1024 * 1024
"""Of one request; with base64 that leaves about 3 MB for attachments."""
SEND, READ = "Mail.Send", "Mail.Read"
ALL_ROLES = frozenset({SEND, READ})


def any_token(_token: str) -> Collection[str] | None:
    """Accept every token, with both permissions."""
    return ALL_ROLES


class Graph:
    """The stand-in.

    Shape: `roles` reads an access token and answers its application permissions, None for an invalid token;
           `mailboxes` None means that every address is a mailbox.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        path: str = ":memory:",
        mailboxes: Collection[str] | None = None,
        roles: Callable[[str], Collection[str] | None] = any_token,
        settle_s: float = 0,
    ) -> None:
        self._clock, self._roles, self._settle = clock, roles, timedelta(seconds=settle_s)
        self._mailboxes = None if mailboxes is None else {name.casefold() for name in mailboxes}
        self._lock = threading.Lock()
        self._throttled: list[float] = []
        self._requests = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute(
            "create table if not exists message (n integer primary key, mailbox text, created text, saved int, json text)"
        )

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            self._requests += 1
            request_id = str(uuid5(NAMESPACE_URL, f"graph/{self._requests}"))
            if request.path.startswith("/_local/"):
                return self._local(request)
            try:
                return self._answer(request, request_id)
            except GraphFault as fault:
                return fault.response(request_id, request.headers.get("client-request-id", ""))

    def throttle(self, count: int, after_s: float) -> None:
        """Answer the next `count` requests with 429 and this Retry-After."""
        with self._lock:
            self._throttled = [after_s] * count

    def outbox(self) -> list[dict[str, Any]]:
        """Every accepted mail, oldest first, as it was sent, with `mailbox` and `createdDateTime`."""
        with self._lock:
            return [
                {"mailbox": mailbox, "createdDateTime": created, **message}
                for _, mailbox, created, _, message in self._messages()
            ]

    def _answer(self, request: Request, request_id: str) -> Response:
        if self._throttled:
            after_s = self._throttled.pop(0)
            raise GraphFault(429, "TooManyRequests", "Too many requests.", (("retry-after", f"{after_s:g}"),))
        roles = self._permissions(request)
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match request.method, parts:
            case "POST", ["v1.0", "users", mailbox, "sendMail"]:
                _need(SEND, roles)
                return self._send(self._mailbox(mailbox), request, request_id)
            case "GET", ["v1.0", "users", mailbox, "messages"]:
                _need(READ, roles)
                return self._search(self._mailbox(mailbox), request.query, request_id, sent_only=False)
            case "GET", ["v1.0", "users", mailbox, "mailFolders", folder, "messages"] if folder.casefold() == "sentitems":
                _need(READ, roles)
                return self._search(self._mailbox(mailbox), request.query, request_id, sent_only=True)
        message = f"Resource not found for the segment '{parts[-1]}'."
        raise GraphFault(404 if request.method == "GET" else 405, "BadRequest", message)

    def _permissions(self, request: Request) -> Collection[str]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        roles = self._roles(token) if scheme == "Bearer" and token else None
        if roles is None:
            raise GraphFault(401, "InvalidAuthenticationToken", "Access token is empty or not valid.")
        return roles

    def _mailbox(self, name: str) -> str:
        if self._mailboxes is not None and name.casefold() not in self._mailboxes:
            message = f"The requested user '{name}' is invalid."
            raise GraphFault(404, "ErrorInvalidUser", message)
        return name.casefold()

    def _send(self, mailbox: str, request: Request, request_id: str) -> Response:
        if request.query:
            raise GraphFault(400, "BadRequest", "Query options are not supported for this action.")
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise GraphFault(415, "UnsupportedMediaType", "The content type must be application/json.")
        if len(request.body) > BODY_LIMIT:
            raise GraphFault(413, "RequestEntityTooLarge", "Maximum request length exceeded.")
        try:
            body = json.loads(request.body)
        except ValueError as exc:
            raise GraphFault(400, "BadRequest", "Unable to read JSON request payload.") from exc
        message = check_send_body(body)
        saved = body.get("saveToSentItems", True)
        row = (mailbox, self._clock().isoformat(), int(saved), json.dumps(message))
        self._db.execute("insert into message (mailbox, created, saved, json) values (?, ?, ?, ?)", row)
        return Response(202, (("request-id", request_id), ("client-request-id", request.headers.get("client-request-id", ""))))

    def _search(self, mailbox: str, query: str, request_id: str, *, sent_only: bool) -> Response:
        asked = search_of(query)
        now, found = self._clock(), []
        for number, owner, created, saved, message in self._messages():
            sent = now >= datetime.fromisoformat(created) + self._settle
            there = saved if sent else not sent_only
            if owner == mailbox and there and asked.matches(message.get("singleValueExtendedProperties", [])):
                found.append(_described(number, created, message, sent=sent))
        value = [{name: one[name] for name in asked.select} for one in found[: asked.top]]
        return answer(200, {"value": value}, (("request-id", request_id),))

    def _messages(self) -> Iterator[tuple[int, str, str, bool, dict[str, Any]]]:
        for number, mailbox, created, saved, text in self._db.execute(
            "select n, mailbox, created, saved, json from message order by n"
        ):
            yield number, mailbox, created, bool(saved), json.loads(text)

    def _local(self, request: Request) -> Response:
        rows = list(self._messages())
        match [unquote(part) for part in request.path.strip("/").split("/")]:
            case ["_local", "outbox"]:
                mails = [{"mailbox": row[1], "createdDateTime": row[2], **row[4]} for row in rows]
                return answer(200, {"value": mails})
            case ["_local", "outbox", number, name] if number.isdigit() and 1 <= int(number) <= len(rows):
                for attachment in rows[int(number) - 1][4].get("attachments", ()):
                    if attachment["name"] == name:
                        kind = attachment.get("contentType", "application/octet-stream")
                        return Response(200, (("content-type", kind),), base64.b64decode(attachment["contentBytes"]))
        return Response(404)


def _need(role: str, roles: Collection[str]) -> None:
    if role not in roles:
        raise GraphFault(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _described(number: int, created: str, message: dict[str, Any], *, sent: bool) -> dict[str, Any]:
    when = datetime.fromisoformat(created).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"AAMk{number:08d}",
        "subject": message.get("subject"),
        "internetMessageId": f"<{uuid5(NAMESPACE_URL, f'message/{number}')}@prod.outlook.com>",
        "createdDateTime": when,
        "sentDateTime": when,
        "isDraft": not sent,
        "parentFolderId": "sentitems" if sent else "drafts",
        "hasAttachments": bool(message.get("attachments")),
    }
