"""The stand-in as one function: authenticate, find the route, check the parameters, act once per key, answer.

gocardless = GoCardless(clock=clock)
Http("GoCardless", URL, transport=httpx_transport(gocardless))    # in process
with Server(gocardless) as server: ...                            # over a socket

Source: GoCardless, API reference, "Authentication", "Versions" (the header is required), "Idempotency keys", "Cursor pagination".
"""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local.gocardless import checks, control, payouts, refunds
from local.gocardless.faults import Fault, created_before, missing, misuse, not_drawn
from local.gocardless.world import CREDITOR, World
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from local.gocardless.world import Object
    from local.http import Request

TOKEN = "sandbox_local"  # noqa: S105  a stand-in's
VERSION = "2015-07-06"
KEY_MAX = 128


class GoCardless:
    """A local GoCardless account.

    Attributes:
        world: what it holds.
        faults: answers that the next POST requests get, before the work or after it.
    """

    def __init__(self, *, clock: Callable[[], datetime], tokens: Iterable[str] = (TOKEN,)) -> None:
        self.world: World = World(clock)
        self.faults: list[control.PlannedFault] = []
        self._tokens = frozenset(tokens)
        self._lock = threading.RLock()

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            try:
                if request.path.startswith(control.PREFIX):
                    return _response(200, control.act(self, request))
                self._authenticate(request)
                return self._faulty(request)
            except Fault as fault:
                return _response(fault.status, fault.body)

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            raise misuse(401, "access_token_not_found", "The access token you've used is not valid")
        version = request.headers.get("gocardless-version")
        if version is None:
            raise misuse(400, "missing_version_header", "The GoCardless-Version header is missing")
        if version != VERSION:
            raise misuse(400, "version_not_found", f"Version {version} does not exist")

    def _faulty(self, request: Request) -> Response:
        planned = self.faults.pop(0) if self.faults and request.method == "POST" else None
        if planned is not None and planned.when == "before":
            return planned.response()
        status, body = self._route(request)
        return _response(status, body) if planned is None else planned.response()

    def _route(self, request: Request) -> tuple[int, Any]:
        where = request.path.strip("/").split("/")
        match (request.method, *where):
            case ("POST", "payments"):
                return 201, {"payments": self._create(request, "payments", checks.check_payment, self.world.pay)}
            case ("POST", "refunds"):
                return 201, {
                    "refunds": self._create(request, "refunds", checks.check_refund, partial(refunds.create, self.world))
                }
            case ("POST", "payments", id_, "actions", "cancel"):
                return 200, {"payments": self.world.cancel(self.world.payment(id_))}
            case ("GET", "payments" | "refunds" | "mandates" | "payouts", id_):
                return 200, {where[0]: self._one(where[0], id_)}
            case ("GET", "payments" | "refunds" | "events" | "creditors" | "payouts" | "payout_items"):
                return 200, self._page(where[0], request)
        raise not_drawn(f"{request.method} {request.path}")

    def _create(
        self, request: Request, resource: str, check: Callable[[Object], None], make: Callable[[Object], Object]
    ) -> Object:
        """A key creates one thing; whatever else is asked under it, the answer is that thing's id."""
        key = request.headers.get("idempotency-key", "")
        if len(key) > KEY_MAX:
            raise misuse(400, "invalid_idempotency_key", f"an idempotency key has at most {KEY_MAX} characters")
        try:
            given = checks.enveloped(json.loads(request.body), resource)
        except ValueError:
            raise misuse(400, "invalid_document_structure", "the body is not JSON") from None
        check(given)
        if key in self.world.keys:
            raise created_before(self.world.keys[key])
        made = make(given)
        if key:
            self.world.keys[key] = made["id"]
        return made

    def _one(self, resource: str, id_: str) -> Object:
        at = self.world
        held = {"payments": at.payments, "refunds": at.refunds, "mandates": at.mandates, "payouts": at.payouts}[resource]
        if id_ not in held:
            raise missing(id_)
        return held[id_]

    def _page(self, resource: str, request: Request) -> Object:
        asked = dict(parse_qsl(request.query, keep_blank_values=True))
        limit = checks.check_list(resource, asked)
        held = self._held(resource, asked)
        rows = [row for row in reversed(held) if self._wanted(row, asked)]
        if "after" in asked:
            ids = [row["id"] for row in rows]
            if asked["after"] not in ids:
                raise misuse(400, "invalid_cursor", "after is no cursor of this list")
            rows = rows[ids.index(asked["after"]) + 1 :]
        page = rows[:limit]
        after = page[-1]["id"] if len(rows) > limit else None
        said = [payouts.shown(row) for row in page] if resource == "payout_items" else page
        return {resource: said, "meta": {"cursors": {"before": None, "after": after}, "limit": limit}}

    def _held(self, resource: str, asked: dict[str, str]) -> list[Object]:
        match resource:
            case "payments":
                return [*self.world.payments.values()]
            case "refunds":
                return [*self.world.refunds.values()]
            case "payouts":
                return [*self.world.payouts.values()]
            case "payout_items":
                return payouts.items_of(self.world, asked.get("payout", ""))
            case "events":
                return self.world.events
        return [CREDITOR]

    def _wanted(self, row: Object, asked: dict[str, str]) -> bool:
        links = row.get("links", {})
        tests: dict[str, Callable[[str], bool]] = {
            "customer": lambda value: self.world.customer_of(row) == value,
            "mandate": lambda value: links["mandate"] == value,
            "payment": lambda value: links.get("payment") == value,
            "created_at[gt]": lambda value: _at(row) > checks.moment(value, "created_at"),
            "created_at[gte]": lambda value: _at(row) >= checks.moment(value, "created_at"),
            "created_at[lt]": lambda value: _at(row) < checks.moment(value, "created_at"),
            "created_at[lte]": lambda value: _at(row) <= checks.moment(value, "created_at"),
        }
        plain = ("status", "currency", "action", "resource_type")
        return all(tests[name](asked[name]) for name in tests.keys() & asked.keys()) and all(
            row[name] == asked[name] for name in plain if name in asked
        )


def _at(row: Object) -> datetime:
    return checks.moment(row["created_at"], "created_at")


def _response(status: int, body: Any) -> Response:  # noqa: ANN401  JSON
    return Response(status, (("content-type", "application/json"),), json.dumps(body).encode())
