"""The stand-in as one function: authenticate, find the route, check the parameters, replay or act, answer.

stripe = StripeStandIn(clock=clock)
session.mount("https://", RequestsAdapter(stripe))           # in process
with Server(stripe) as server: ...                           # over a socket
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.http import Request, Response
from local.stripe import (
    charges,
    checkout,
    control,
    customers,
    disputes,
    events,
    hosted_page,
    idempotency,
    intents,
    mandates,
    movements,
    payouts,
    refunds,
)
from local.stripe.events import API_VERSION, Post
from local.stripe.faults import Fault
from local.stripe.forms import decode
from local.stripe.shelf import Shelf
from local.stripe.typed import checked
from local.stripe.world import PAGES, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from local.stripe.shelf import Object

KEY = "sk_test_local"
Said = tuple[int, Any, tuple[tuple[str, str], ...]]
"""Status, JSON body, more headers."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: where it is, the SDK's type of its parameters, and what it does."""

    method: str
    pattern: re.Pattern[str]
    params: str
    act: Callable[..., Object]


def _route(method: str, path: str, params: str, act: Callable[..., Object]) -> Route:
    return Route(method, re.compile(re.sub(r"\{id\}", r"([A-Za-z0-9_]+)", path) + r"\Z"), params, act)


ROUTES = (
    _route("POST", "/v1/customers", "CustomerCreateParams", customers.create),
    _route("GET", "/v1/customers", "CustomerListParams", customers.listed),
    _route("GET", "/v1/customers/{id}", "CustomerRetrieveParams", customers.retrieve),
    _route("POST", "/v1/payment_methods", "PaymentMethodCreateParams", customers.create_method),
    _route("GET", "/v1/payment_methods", "PaymentMethodListParams", customers.methods),
    _route("GET", "/v1/payment_methods/{id}", "PaymentMethodRetrieveParams", customers.retrieve_method),
    _route("POST", "/v1/payment_methods/{id}/attach", "PaymentMethodAttachParams", customers.attach),
    _route("POST", "/v1/payment_methods/{id}/detach", "PaymentMethodDetachParams", customers.detach),
    _route("POST", "/v1/payment_intents", "PaymentIntentCreateParams", intents.create),
    _route("GET", "/v1/payment_intents", "PaymentIntentListParams", intents.listed),
    _route("GET", "/v1/payment_intents/{id}", "PaymentIntentRetrieveParams", intents.retrieve),
    _route("POST", "/v1/payment_intents/{id}/confirm", "PaymentIntentConfirmParams", intents.confirm),
    _route("POST", "/v1/payment_intents/{id}/cancel", "PaymentIntentCancelParams", intents.cancel),
    _route("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams", checkout.create),
    _route("GET", "/v1/checkout/sessions", "checkout.SessionListParams", checkout.listed),
    _route("GET", "/v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams", checkout.retrieve),
    _route("POST", "/v1/checkout/sessions/{id}/expire", "checkout.SessionExpireParams", checkout.expire),
    _route("GET", "/v1/mandates/{id}", "MandateRetrieveParams", mandates.retrieve),
    _route("POST", "/v1/refunds", "RefundCreateParams", refunds.create),
    _route("GET", "/v1/refunds", "RefundListParams", refunds.listed),
    _route("GET", "/v1/refunds/{id}", "RefundRetrieveParams", refunds.retrieve),
    _route("GET", "/v1/disputes", "DisputeListParams", disputes.listed),
    _route("GET", "/v1/disputes/{id}", "DisputeRetrieveParams", disputes.retrieve),
    _route("GET", "/v1/charges", "ChargeListParams", charges.listed),
    _route("GET", "/v1/balance_transactions", "BalanceTransactionListParams", movements.listed),
    _route("GET", "/v1/balance_transactions/{id}", "BalanceTransactionRetrieveParams", movements.retrieve),
    _route("GET", "/v1/payouts", "PayoutListParams", payouts.listed),
    _route("GET", "/v1/payouts/{id}", "PayoutRetrieveParams", payouts.retrieve),
    _route("GET", "/v1/events", "EventListParams", events.listed),
    _route("GET", "/v1/events/{id}", "EventRetrieveParams", events.retrieve),
    _route("POST", "/v1/webhook_endpoints", "WebhookEndpointCreateParams", events.endpoint),
    _route("GET", "/v1/webhook_endpoints", "WebhookEndpointListParams", events.endpoints),
)


class StripeStandIn:
    """A local Stripe account.

    Shape: `path` is a SQLite file or ":memory:"; `keys` are the secret keys it takes; `post` sends webhooks when `deliver` runs.

    Attributes:
        pages: where customers open Checkout's pages; the address of this stand-in, where somebody is to open one in a browser.
    """

    def __init__(
        self, *, clock: Callable[[], datetime], path: str = ":memory:", keys: Iterable[str] = (KEY,), post: Post | None = None
    ) -> None:
        self.pages = PAGES
        self._lock = threading.RLock()
        self._shelf = Shelf(path)
        self._keys = frozenset(keys)
        self._faults: list[control.PlannedFault] = []
        self._post = post
        self.clock = clock

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith("/_local/"):
            return control.answer(self, request)
        if request.path.startswith(hosted_page.PATH):
            return hosted_page.answer(self, request)
        with self._lock:
            try:
                status, body, headers = self._answer(request)
            except Fault as fault:
                status, body, headers = fault.status, fault.body, ()
            return _response(status, body, headers)

    def _answer(self, request: Request) -> Said:
        self._authenticate(request)
        route, ids = _find(request)
        write = request.method == "POST"
        params = checked(route.params, decode(request.body.decode() if write else request.query))
        planned = self._faults.pop(0) if self._faults and write else None
        if planned and planned.when == "before":
            return planned.status, planned.body, planned.headers
        key = request.headers.get("idempotency-key", "") if write else ""
        with self.world() as world:
            intents.settle_due(world)
            payouts.make_due(world)
            first = idempotency.kept(world, key, request.path, params) if key else None
            if first:
                return *first, (("idempotent-replayed", "true"),)
            world.idempotency_key = key or None
            status, body = _acted(world, route, params, ids)
            if planned:
                status, body = planned.status, planned.body
            if key:
                idempotency.keep(world, key, request.path, params, status, body)
            return status, body, ()

    def _authenticate(self, request: Request) -> None:
        """Source: docs.stripe.com/api/authentication; docs.stripe.com/api/versioning."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise Fault(401, "You did not provide an API key. You need to provide your API key in the Authorization header.")
        if key not in self._keys:
            raise Fault(401, f"Invalid API Key provided: {key[:7]}****{key[-4:]}")
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise Fault(400, f"Invalid Stripe API version: {version}; this stand-in checks against {API_VERSION} only.")

    def world(self) -> AbstractContextManager[World]:
        """State for one request; what it changed is kept unless something breaks."""
        return _Transaction(self._lock, self._shelf, World(self._shelf, self.clock, self.pages))

    def plan(self, fault: control.PlannedFault, times: int = 1) -> None:
        """Let the next POST requests fail."""
        self._faults.extend([fault] * times)

    def mend(self) -> None:
        """Let no request fail any more."""
        self._faults.clear()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._shelf.clear()
            self._faults.clear()

    def deliver(self, *, newest_first: bool = False) -> int:
        """Send every webhook that is due; returns how many were taken. Our lock is free while they are sent."""
        if self._post is None:
            return 0
        with self.world() as world:
            intents.settle_due(world)
            payouts.make_due(world)
            parcels = events.due(world, newest_first=newest_first)
        taken = 0
        for delivery, url, headers, body in parcels:
            try:
                status = self._post(url, headers, body)
            except OSError:
                status = 0
            taken += 200 <= status < 300
            with self.world() as world:
                events.answered(world, delivery, status)
        return taken

    def deliver_until(self, stop: threading.Event, every_s: float = 0.2) -> None:
        """Keep delivering; the body of a thread."""
        while not stop.wait(every_s):
            self.deliver()


class _Transaction:
    def __init__(self, lock: threading.RLock, shelf: Shelf, world: World) -> None:
        self._lock, self._shelf, self._world = lock, shelf, world

    def __enter__(self) -> World:
        self._lock.acquire()
        self._shelf.begin()
        return self._world

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._shelf.commit()
        else:
            self._shelf.rollback()
        self._lock.release()


def _acted(world: World, route: Route, params: dict[str, Any], ids: Iterable[str]) -> tuple[int, Object]:
    """What a request did; a decline is an answer that is kept, any other refusal undoes and keeps nothing."""
    try:
        return 200, route.act(world, params, *ids)
    except Fault as fault:
        if fault.status != 402:
            raise
        return fault.status, fault.body


def _find(request: Request) -> tuple[Route, Iterator[str]]:
    for route in ROUTES:
        match = route.pattern.match(request.path)
        if match and route.method == request.method:
            return route, iter(match.groups())
    raise Fault(404, f"Unrecognized request URL ({request.method}: {request.path}).")


def _response(status: int, body: Any, headers: tuple[tuple[str, str], ...]) -> Response:  # noqa: ANN401  JSON
    return Response(
        status, (("content-type", "application/json"), ("stripe-version", API_VERSION), *headers), json.dumps(body).encode()
    )
