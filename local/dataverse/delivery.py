"""Sending webhooks: Dataverse's asynchronous service.

A webhook is written with the row that caused it (`asyncoperation` and the outbox), sent after the commit, and survives the
death of the server. Success is any 2xx within 60 s; one more attempt follows only 502, 503 and 504; anything else fails for
good (statecode 3, statuscode 31). Source: Microsoft Learn, "Use webhooks to create external handlers", "Asynchronous service".
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx2

from local.dataverse import codec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.dataverse.codec import Sql
    from local.dataverse.storage import Row, Storage

TIMEOUT_S = 60.0
TRY_AGAIN = frozenset({502, 503, 504})
WORKERS = 4
CLOSE_WAIT_S = 2.0
WEBHOOK_KEY, HTTP_HEADER, QUERY_STRING = 4, 5, 6
_NO_ANSWER = "The webhook call failed because there was no answer."


@dataclass(frozen=True, slots=True)
class Webhook:
    """One call to make: a POST."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    operation_id: str
    step_id: str
    timeout_s: float = TIMEOUT_S


Deliver = "Callable[[Webhook], int]"


def post(webhook: Webhook) -> int:
    """Send a webhook over HTTP; the status of its answer. Errors: httpx2's for no answer."""
    with httpx2.Client(timeout=webhook.timeout_s, trust_env=False) as client:
        return client.post(webhook.url, headers=dict(webhook.headers), content=webhook.body).status_code


class Courier:
    """Takes webhooks from the outbox and sends them, in the background or on the spot."""

    def __init__(
        self, storage: Storage, now: Callable[[], datetime], deliver: Callable[[Webhook], int], *, background: bool
    ) -> None:
        self._storage = storage
        self._now = now
        self._deliver = deliver
        self._background = background
        self._waiting: deque[str] = deque()
        self._work: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._open = 0
        self._changed = threading.Condition()
        self.drop = 0
        self.repeat = 0

    def expect(self, operation_id: str) -> None:
        """A webhook was put into the outbox; it is sent at the next `flush`, if its transaction was committed."""
        self._waiting.append(operation_id)

    def recover(self) -> None:
        """Send what an earlier process left."""
        with self._storage.lock:
            self._waiting.extend(str(row[0]) for row in self._storage.rows('SELECT id FROM "~outbox" ORDER BY id'))
        self.flush()

    def flush(self) -> None:
        """Send what has been committed."""
        while self._waiting:
            try:
                operation_id = self._waiting.popleft()
            except IndexError:
                return
            if self._background:
                self._hand_over(operation_id)
            else:
                self._send(operation_id)

    def _hand_over(self, operation_id: str) -> None:
        with self._changed:
            self._open += 1
            if len(self._workers) < WORKERS:
                worker = threading.Thread(target=self._run, name="webhook", daemon=True)
                self._workers.append(worker)
                worker.start()
        self._work.put(operation_id)

    def _run(self) -> None:
        while (operation_id := self._work.get()) is not None:
            try:
                self._send(operation_id)
            except sqlite3.ProgrammingError:
                return  # the database was closed meanwhile: the webhook stays in the outbox for the next start
            finally:
                with self._changed:
                    self._open -= 1
                    self._changed.notify_all()

    def drain(self, timeout_s: float = 30.0) -> bool:
        """Wait until nothing is being sent; whether that was reached. Only for callers that no receiver waits for."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, timeout_s)

    def close(self) -> None:
        """Stop sending; what is not sent by then stays in the outbox."""
        for _ in self._workers:
            self._work.put(None)
        for worker in self._workers:
            worker.join(CLOSE_WAIT_S)

    def _send(self, operation_id: str) -> None:
        webhook, autodelete = self._load(operation_id)
        if webhook is None:
            return
        copies = 1
        if self.drop > 0:
            self.drop, copies = self.drop - 1, 0
        elif self.repeat > 0:
            self.repeat, copies = self.repeat - 1, 2
        status, message, attempts = 200, "", 0
        for _ in range(copies):
            status, message, attempts = self._attempt(webhook)
        self._finish(operation_id, status, message, attempts, autodelete=autodelete)

    def _attempt(self, webhook: Webhook) -> tuple[int, str, int]:
        status, message = 0, _NO_ANSWER
        for attempt in (1, 2):
            try:
                status = self._deliver(webhook)
                message = (
                    ""
                    if 200 <= status < 300
                    else f"The webhook call failed because the http request received an invalid response code ({status})."
                )
            except Exception as error:  # noqa: BLE001  whatever the receiver does, the system job records it
                status, message = 0, f"{_NO_ANSWER} {error}"
            if status not in TRY_AGAIN:
                return status, message, attempt
        return status, message, 2

    def _load(self, operation_id: str) -> tuple[Webhook | None, bool]:
        storage = self._storage
        with storage.lock:
            found = storage.db.execute('SELECT body, headers FROM "~outbox" WHERE id = ?', (operation_id,)).fetchone()
            operation = storage.find(storage.catalog["asyncoperation"], operation_id) if found else None
            step = (
                storage.find(storage.catalog["sdkmessageprocessingstep"], str(operation["owningextensionid"]))
                if operation
                else None
            )
            endpoint = storage.find(storage.catalog["serviceendpoint"], str(step["eventhandler"])) if step else None
        if not found or operation is None:
            return None, False
        if step is None or endpoint is None:
            self._finish(operation_id, 0, "The webhook of this step no longer exists.", 0, autodelete=False)
            return None, False
        url, headers = _addressed(endpoint, json.loads(found[1]))
        return Webhook(url, headers, bytes(found[0]), operation_id, str(step["sdkmessageprocessingstepid"])), bool(
            step["asyncautodelete"]
        )

    def _finish(self, operation_id: str, status: int, message: str, attempts: int, *, autodelete: bool) -> None:
        storage = self._storage
        done = 200 <= status < 300
        entity = storage.catalog["asyncoperation"]
        now = codec.moment_sql(self._now())
        with storage.transaction():
            storage.db.execute('DELETE FROM "~outbox" WHERE id = ?', (operation_id,))
            if done and autodelete:
                storage.db.execute("DELETE FROM asyncoperation WHERE asyncoperationid = ?", (operation_id,))
                return
            changes: dict[str, Sql] = {
                "statecode": 3,
                "statuscode": 30 if done else 31,
                "completedon": now,
                "modifiedon": now,
                "retrycount": max(attempts - 1, 0),
                "friendlymessage": message or None,
                "errorcode": None if done else -2147200910,
                "versionnumber": storage.next_version(),
            }
            storage.update(entity, operation_id, changes)


def _addressed(endpoint: Row, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Where to and with which proof. The values of the last two kinds are `name=value` pairs separated by `&` here."""
    url, secret = str(endpoint["url"] or ""), str(endpoint["authvalue"] or "")
    kind = endpoint["authtype"]
    mark = "&" if urlsplit(url).query else "?"
    if kind == WEBHOOK_KEY:
        return f"{url}{mark}code={quote(secret, safe='')}", headers
    pairs = [pair.partition("=") for pair in secret.split("&") if pair]
    if kind == HTTP_HEADER:
        return url, headers | {name: value for name, _, value in pairs}
    if kind == QUERY_STRING:
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, _, value in pairs)
        return (f"{url}{mark}{query}" if query else url), headers
    return url, headers
