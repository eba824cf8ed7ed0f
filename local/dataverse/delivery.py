"""Sending webhooks: during the request for synchronous steps, by the asynchronous service for the others.

An asynchronous webhook is written with the row that caused it (`asyncoperation` and the outbox), sent after the commit, and
survives the death of the server. Success is any 2xx within 60 s; one more attempt follows only 502, 503 and 504; anything else
fails for good (statecode 3, statuscode 31). What failed stays in the outbox, so that it can be resumed (resuming.py).

Source: Microsoft Learn, "Use webhooks to create external handlers", "Asynchronous service".
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from local.dataverse import codec, outcomes
from local.dataverse.endpoints import UnreadableError, addressed
from local.dataverse.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.dataverse.codec import Sql
    from local.dataverse.storage import Row, Storage

TIMEOUT_S = 60.0
WORKERS = 4
CLOSE_WAIT_S = 2.0
READY = """
SELECT o.id FROM "~outbox" AS o JOIN asyncoperation AS a ON a.asyncoperationid = o.id WHERE a.statecode = 0 ORDER BY o.id
"""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One call to make: a POST. A synchronous one has no system job: its `operation_id` is ""."""

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
    """Takes webhooks from the outbox and sends them, in the background or on the spot.

    Attributes:
        timeout_s: how long a receiver may take.
        drop, repeat: how many of the next asynchronous webhooks are lost, or sent twice.
        newest_first: those that wait are sent in the opposite order; no order is promised anyway.
    """

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
        self.timeout_s = TIMEOUT_S
        self.drop = 0
        self.repeat = 0
        self.newest_first = False

    def call(self, step_id: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Call a webhook now and wait for its answer. The storage's lock is held: a receiver that asks this server waits."""
        return self._attempt(step_id, body, headers, "")

    def expect(self, operation_id: str) -> None:
        """A webhook was put into the outbox; it is sent at the next `flush`, if its transaction was committed."""
        self._waiting.append(operation_id)

    def recover(self) -> None:
        """Send what an earlier process left."""
        with self._storage.lock:
            self._waiting.extend(str(row[0]) for row in self._storage.rows(READY))
        self.flush()

    def flush(self) -> None:
        """Send what has been committed; inside a transaction nothing is, and whoever ends it comes here again."""
        while self._waiting and (self._background or not self._storage.is_writing):
            try:
                operation_id = self._waiting.pop() if self.newest_first else self._waiting.popleft()
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
        with self._storage.lock:
            found = self._storage.rows('SELECT body, headers FROM "~outbox" WHERE id = ?', (operation_id,))
            operation = self._storage.find(self._storage.catalog["asyncoperation"], operation_id) if found else None
        if operation is None or operation["statecode"] != 0:
            return
        outcome, body, headers = Outcome(), found[0][0], json.loads(str(found[0][1]))
        for _ in range(self._copies()):
            outcome = self._attempt(str(operation["owningextensionid"]), _bytes(body), headers, operation_id)
        self._finish(operation, outcome)

    def _copies(self) -> int:
        if self.drop > 0:
            self.drop -= 1
            return 0
        if self.repeat > 0:
            self.repeat -= 1
            return 2
        return 1

    def _attempt(self, step_id: str, body: bytes, headers: dict[str, str], operation_id: str) -> Outcome:
        endpoint = self._endpoint(step_id)
        if endpoint is None:
            return Outcome(outcomes.NOT_SENT, "The webhook of this step no longer exists.")
        try:
            url, proven = addressed(endpoint, headers)
        except UnreadableError as error:
            return Outcome(error.code, "The authvalue cannot be read.")
        webhook = Webhook(url, proven, body, operation_id, step_id, self.timeout_s)
        attempts = 0
        while True:
            attempts += 1
            try:
                status = self._deliver(webhook)
            except Exception as error:  # noqa: BLE001  whatever the receiver does, it is the outcome of the call
                return outcomes.unanswered(error, attempts)
            if status not in outcomes.TRY_AGAIN or attempts > 1:
                return outcomes.answered(status, attempts)

    def _endpoint(self, step_id: str) -> Row | None:
        with self._storage.lock:
            step = self._storage.find(self._storage.catalog["sdkmessageprocessingstep"], step_id)
            return self._storage.find(self._storage.catalog["serviceendpoint"], str(step["eventhandler"])) if step else None

    def _finish(self, operation: Row, outcome: Outcome) -> None:
        storage, now, row_id = self._storage, codec.moment_sql(self._now()), str(operation["asyncoperationid"])
        with storage.transaction():
            step = storage.find(storage.catalog["sdkmessageprocessingstep"], str(operation["owningextensionid"]))
            if outcome.is_success:
                storage.db.execute('DELETE FROM "~outbox" WHERE id = ?', (row_id,))
            if outcome.is_success and step is not None and step["asyncautodelete"]:
                storage.db.execute("DELETE FROM asyncoperation WHERE asyncoperationid = ?", (row_id,))
                return
            changes: dict[str, Sql] = {
                "statecode": 3,
                "statuscode": 30 if outcome.is_success else 31,
                "completedon": now,
                "modifiedon": now,
                "retrycount": max(outcome.attempts - 1, 0),
                "friendlymessage": outcome.message or None,
                "message": None if outcome.is_success else outcome.detail,
                "errorcode": None if outcome.is_success else outcome.number,
                "versionnumber": storage.next_version(),
            }
            storage.update(storage.catalog["asyncoperation"], row_id, changes)


def _bytes(body: Sql) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()
