"""The Storage Queue service: a stand-in that the unmodified azure-storage-queue client works against.

Path-style addresses as the emulators have them: ``/devstoreaccount1/QUEUE/messages``. Every request must carry a Shared Key
signature of the account. Unknown parameters are refused. Not modelled: access policies and SAS, CORS and metrics settings (read
only), the 30 seconds during which a deleted queue's name is taken.

Source: docs "Queue Storage REST API" (each operation's page); held to Azurite by tests/local/azure/test_queue_service.py.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote

from local.azure import queue_wire as wire
from local.azure.account import DEVELOPMENT, Account, authorised
from local.azure.queue_store import NEVER_S, Message, QueueStore
from local.azure.queue_wire import QueueFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.http import Request, Response

WEEK_S: Final = 7 * 24 * 3600
MESSAGE_LIMIT = 64 * 1024
BODY_LIMIT = 2 * MESSAGE_LIMIT  # the text may grow when it is escaped as XML
PAGE_LIMIT = 5000
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_METADATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Parameters = dict[str, str]


def real_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)  # noqa: TID251  a stand-in is its own world and has its own clock


class QueueService:
    """The app: `Request -> Response`. `clock` drives visibility and expiry; it is the real clock unless a test says otherwise."""

    def __init__(
        self, path: str = ":memory:", *, clock: Callable[[], datetime] = real_clock, account: Account = DEVELOPMENT
    ) -> None:
        self.store = QueueStore(path)
        self._clock = clock
        self._account = account

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except QueueFault as error:
            return wire.fault(error)

    def _answer(self, request: Request) -> Response:
        if not authorised(self._account, request, self._clock()):
            raise QueueFault("AuthenticationFailed", "The Shared Key signature or the date is missing, old or wrong.")
        if "x-ms-version" not in request.headers:
            raise QueueFault("MissingRequiredHeader")
        account, *rest = [unquote(part) for part in request.path.strip("/").split("/")]
        parameters = _parameters(request)
        match rest:
            case _ if account != self._account.name:
                raise QueueFault("InvalidUri")
            case []:
                return self._service(request, parameters)
            case [queue]:
                return self._queue(request, queue, parameters)
            case [queue, "messages"]:
                return self._messages(request, self._existing(queue), parameters)
            case [queue, "messages", message_id]:
                return self._message(request, self._existing(queue), message_id, parameters)
            case _:
                raise QueueFault("InvalidUri")

    # The account ------------------------------------------------------------------------------------------------------

    def _service(self, request: Request, parameters: Parameters) -> Response:
        match request.method, parameters.pop("comp", ""), parameters.pop("restype", ""):
            case "GET", "list", "":
                return self._list(request, parameters)
            case "GET", "properties", "service":
                _nothing_more(parameters)
                return wire.answer(200, wire.service_properties())
            case _:
                raise QueueFault("UnsupportedHttpVerb")

    def _list(self, request: Request, parameters: Parameters) -> Response:
        prefix, marker = parameters.pop("prefix", ""), parameters.pop("marker", "")
        limit = _whole(parameters.pop("maxresults", str(PAGE_LIMIT)), 1, PAGE_LIMIT)
        include = parameters.pop("include", "")
        _nothing_more(parameters)
        if include not in {"", "metadata"}:
            raise QueueFault("InvalidQueryParameterValue")
        found = self.store.queues(prefix, marker, limit + 1)
        following = found[limit][0] if len(found) > limit else ""
        rows = [(name, metadata if include else None) for name, metadata in found[:limit]]
        endpoint = f"{request.base}/{self._account.name}"
        return wire.answer(200, wire.queues(endpoint, rows, prefix=prefix, marker=marker, limit=limit, following=following))

    # A queue ----------------------------------------------------------------------------------------------------------

    def _queue(self, request: Request, queue: str, parameters: Parameters) -> Response:
        component = parameters.pop("comp", "")
        _nothing_more(parameters)
        match request.method, component:
            case "PUT", "":
                return self._create(queue, _metadata(request))
            case "DELETE", "":
                self.store.delete_queue(self._existing(queue))
                return wire.answer(204)
            case (("GET" | "HEAD"), "metadata"):
                return self._describe(self._existing(queue))
            case "PUT", "metadata":
                self.store.put_queue(self._existing(queue), _metadata(request))
                return wire.answer(204)
            case _, ("" | "metadata"):
                raise QueueFault("UnsupportedHttpVerb")
            case _:
                raise QueueFault("UnsupportedQueryParameter")

    def _create(self, queue: str, metadata: Parameters) -> Response:
        if not _QUEUE_NAME.fullmatch(queue):
            raise QueueFault("InvalidResourceName")
        held = self.store.metadata(queue)
        if held is None:
            self.store.put_queue(queue, metadata)
            return wire.answer(201)
        if held != metadata:
            raise QueueFault("QueueAlreadyExists")
        return wire.answer(204)

    def _describe(self, queue: str) -> Response:
        metadata = self.store.metadata(queue) or {}
        headers = {f"x-ms-meta-{name}": value for name, value in metadata.items()}
        return wire.answer(200, "", headers | {"x-ms-approximate-messages-count": str(self.store.count(queue, self._now_s()))})

    def _existing(self, queue: str) -> str:
        if self.store.metadata(queue) is None:
            raise QueueFault("QueueNotFound")
        return queue

    # Its messages -----------------------------------------------------------------------------------------------------

    def _messages(self, request: Request, queue: str, parameters: Parameters) -> Response:
        match request.method:
            case "POST":
                return self._put(request, queue, parameters)
            case "GET":
                return self._get(queue, parameters)
            case "DELETE":
                _nothing_more(parameters)
                self.store.clear(queue)
                return wire.answer(204)
            case _:
                raise QueueFault("UnsupportedHttpVerb")

    def _put(self, request: Request, queue: str, parameters: Parameters) -> Response:
        hidden_s = _whole(parameters.pop("visibilitytimeout", "0"), 0, WEEK_S)
        lives_s = _whole(parameters.pop("messagettl", str(WEEK_S)), -1, 2**31 - 1)
        _nothing_more(parameters)
        if lives_s == 0 or 0 < lives_s <= hidden_s:
            raise QueueFault("InvalidQueryParameterValue")
        now_s = self._now_s()
        expires_s = NEVER_S if lives_s < 0 else now_s + lives_s
        added = self.store.put(queue, _text(request.body), now_s=now_s, visible_s=now_s + hidden_s, expires_s=expires_s)
        return wire.answer(201, wire.put_message(added))

    def _get(self, queue: str, parameters: Parameters) -> Response:
        limit = _whole(parameters.pop("numofmessages", "1"), 1, 32)
        peeked = parameters.pop("peekonly", "false").lower() == "true"
        hidden = None if peeked else parameters.pop("visibilitytimeout", "30")
        _nothing_more(parameters)
        now_s = self._now_s()
        if hidden is None:
            return wire.answer(200, wire.messages(self.store.peek(queue, limit, now_s), peeked=True))
        taken = self.store.get(queue, limit, now_s=now_s, visible_s=now_s + _whole(hidden, 1, WEEK_S))
        return wire.answer(200, wire.messages(taken, peeked=False))

    def _message(self, request: Request, queue: str, message_id: str, parameters: Parameters) -> Response:
        if request.method not in {"PUT", "DELETE"}:
            raise QueueFault("UnsupportedHttpVerb")
        if "popreceipt" not in parameters:
            raise QueueFault("MissingRequiredQueryParameter")
        held = self.store.find(queue, message_id, self._now_s())
        if held is None:
            raise QueueFault("MessageNotFound")
        if held.receipt != parameters.pop("popreceipt"):
            raise QueueFault("PopReceiptMismatch")
        if request.method == "PUT":
            return self._update(request, held, parameters)
        _nothing_more(parameters)
        if not self.store.delete(held.id, held.receipt):
            raise QueueFault("PopReceiptMismatch")
        return wire.answer(204)

    def _update(self, request: Request, held: Message, parameters: Parameters) -> Response:
        if "visibilitytimeout" not in parameters:
            raise QueueFault("MissingRequiredQueryParameter")
        visible_s = self._now_s() + _whole(parameters.pop("visibilitytimeout"), 0, WEEK_S)
        _nothing_more(parameters)
        if visible_s > held.expires_s:
            raise QueueFault("OutOfRangeQueryParameterValue")
        receipt = self.store.update(held, visible_s=visible_s, text=_text(request.body) if request.body else None)
        if receipt is None:
            raise QueueFault("PopReceiptMismatch")
        return wire.answer(204, "", {"x-ms-popreceipt": receipt, "x-ms-time-next-visible": wire.stamp(visible_s)})

    def _now_s(self) -> float:
        return self._clock().timestamp()


def _parameters(request: Request) -> Parameters:
    found = dict(parse_qsl(request.query, keep_blank_values=True))
    found.pop("timeout", None)  # the service's own time limit; every operation takes it
    return found


def _nothing_more(parameters: Parameters) -> None:
    if parameters:
        raise QueueFault("UnsupportedQueryParameter")


def _whole(text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        raise QueueFault("InvalidQueryParameterValue") from None
    if not low <= value <= high:
        raise QueueFault("OutOfRangeQueryParameterValue")
    return value


def _text(body: bytes) -> str:
    if len(body) > BODY_LIMIT:
        raise QueueFault("RequestBodyTooLarge")
    text = wire.read_message(body)
    if len(text.encode()) > MESSAGE_LIMIT:
        raise QueueFault("RequestBodyTooLarge")
    return text


def _metadata(request: Request) -> Parameters:
    prefix = "x-ms-meta-"
    found = {name.removeprefix(prefix): value for name, value in request.headers.items() if name.startswith(prefix)}
    if not all(_METADATA_NAME.fullmatch(name) for name in found):
        raise QueueFault("InvalidMetadata")
    return found
