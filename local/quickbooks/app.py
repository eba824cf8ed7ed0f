"""The stand-in: addresses, sign-in, limits, replays, and what a bookkeeper does by hand.

    POST /oauth2/v1/tokens/bearer                       refresh
    GET  /.well-known/openid_configuration              discovery
    POST /v3/company/{realm}/{entity}                   create; update with Id and SyncToken; ?operation=delete
    GET  /v3/company/{realm}/{entity}/{id}              read
    POST /v3/company/{realm}/query                      query, text body
    GET  /v3/company/{realm}/cdc                        change data capture
    POST /_local/pay                                    control: a bookkeeper enters a payment

Source: developer.intuit.com, "REST API features" and entity pages. `requestid` answers a repeated request with the first answer.
Minor versions below 75 count as 75 at Intuit since August 2025; here they are refused, so that nobody relies on one.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from local.http import Request, Response
from local.quickbooks import oauth, query, schema
from local.quickbooks.books import Books
from local.quickbooks.company import CompanySetup, found
from local.quickbooks.faults import (
    JSON,
    Refusal,
    bad_query,
    invalid_query,
    not_found,
    too_long,
    unauthenticated,
    unsupported,
)
from local.quickbooks.posting import Posting
from local.quickbooks.throttle import Limits, Throttle
from transport.exact import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from local.quickbooks.books import Entity

MINOR_VERSION = 75
WRITABLE = {kind.lower(): kind for kind in ("Customer", "Item", "Invoice", "CreditMemo", "Payment")}
READABLE = {kind.lower(): kind for kind in query.FILTERABLE}
KNOWN_PARAMETERS = {"minorversion", "requestid", "operation", "entities", "changedSince"}
REQUEST_ID_LIMIT = 50
CHANGES_REACH, CHANGES_LIMIT = timedelta(days=30), 1000
COMPANY_PARTS = 4
LIMITS = Limits()


class QuickBooks:
    """A `local.http.App`.

    Attributes:
        limits: None switches throttling off, for a demo that puts a month into seconds.
        replays: False forgets request ids, as Intuit's .NET SDK issue 352 describes: one id, two payments.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        companies: Sequence[CompanySetup] = (CompanySetup(),),
        client_id: str = "local-app",
        client_secret: str = "local-secret",  # noqa: S107  made up
        path: Path | str = ":memory:",
        limits: Limits | None = LIMITS,
        replays: bool = True,
    ) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._replays = replays
        self._companies = {company.realm: company for company in companies}
        self.books = Books(path, clock)
        self.connections = oauth.Connections(self.books, clock, client_id, client_secret)
        self._throttle = Throttle(limits)
        for company in companies:
            found(company, self.books)

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            try:
                return self._route(request)
            except Refusal as refusal:
                return refusal.answer(self._clock())

    def _route(self, request: Request) -> Response:
        if request.path == oauth.TOKEN_PATH and request.method == "POST":
            return self.connections.token(request, list(self._companies))
        if request.path == oauth.DISCOVERY_PATH:
            return oauth.discovery(request)
        if request.path == "/_local/pay" and request.method == "POST":
            return self._control(request)
        parts = request.path.strip("/").split("/")
        if len(parts) < COMPANY_PARTS or parts[:2] != ["v3", "company"]:
            raise not_found(request.path)
        setup = self._companies.get(parts[2])
        if setup is None:
            raise unauthenticated(f"no company {parts[2]}")
        self.connections.check(setup.realm, request)
        self._throttle.count(setup.realm, self._clock())
        return self._company(setup, request, parts[3:])

    def _company(self, setup: CompanySetup, request: Request, parts: list[str]) -> Response:
        asked = _parameters(request)
        if "application/json" not in request.headers.get("accept", ""):
            raise unsupported("Accept: only application/json is part of this stand-in")
        match request.method, parts:
            case "POST", ["query"]:
                return self._query(setup, request)
            case "GET", ["cdc"]:
                return self._changes(setup, asked)
            case "GET", [name, entity_id] if name in READABLE:
                row = self.books.find(setup.realm, READABLE[name], entity_id)
                if row is None:
                    raise not_found(f"{READABLE[name]} {entity_id}")
                return self._answer({READABLE[name]: row})
            case "POST", [name] if name in WRITABLE:
                return self._write(setup, WRITABLE[name], request, asked)
        raise not_found(f"{request.method} {request.path}")

    def _write(self, setup: CompanySetup, kind: str, request: Request, asked: dict[str, str]) -> Response:
        request_id = asked.get("requestid", "")
        if len(request_id) > REQUEST_ID_LIMIT:
            raise too_long("requestid", REQUEST_ID_LIMIT)
        before = self.books.replayed(setup.realm, request_id) if request_id and self._replays else None
        if before is not None:
            return Response(before[0], JSON, before[1])
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise unsupported("Content-Type: application/json is needed")
        answer = self._stored(setup, kind, request.body, asked.get("operation", ""))
        if request_id:
            self.books.remember(setup.realm, request_id, answer.status, answer.body)
        return answer

    def _stored(self, setup: CompanySetup, kind: str, text: bytes, operation: str) -> Response:
        try:
            body = loads(text)
        except ValueError:
            raise unsupported("the body is not JSON") from None
        schema.check(kind, text)
        entity = Posting(setup, self.books).post(kind, body, operation)
        return self._answer({kind: entity})

    def _query(self, setup: CompanySetup, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/text"):
            raise bad_query("Content-Type: application/text is needed")
        question = query.parse(request.body.decode())
        rows = query.select(question, self.books.all(setup.realm, question.kind))
        if question.count:
            return self._answer({"QueryResponse": {"totalCount": len(rows)}})
        page = rows[question.start - 1 : question.start - 1 + question.results]
        block = {question.kind: page, "startPosition": question.start, "maxResults": len(page)} if page else {}
        return self._answer({"QueryResponse": block})

    def _changes(self, setup: CompanySetup, asked: dict[str, str]) -> Response:
        since = _moment(asked.get("changedSince", ""))
        if self._clock() - since > CHANGES_REACH:
            raise invalid_query("changedSince goes back 30 days at most")
        left, blocks = CHANGES_LIMIT, []
        for kind in asked.get("entities", "").split(","):
            if kind not in query.FILTERABLE:
                raise invalid_query(f"Metadata not found for Entity: {kind}")
            rows = self.books.all(setup.realm, kind, deleted=True)
            changed = [row for row in rows if _moment(row["MetaData"]["LastUpdatedTime"]) >= since][:left]
            left -= len(changed)
            blocks.append({kind: changed, "startPosition": 1, "maxResults": len(changed)} if changed else {})
        return self._answer({"CDCResponse": [{"QueryResponse": blocks}]})

    def _answer(self, body: Entity) -> Response:
        return Response(200, JSON, dumps({**body, "time": self._clock().isoformat(timespec="milliseconds")}))

    def _control(self, request: Request) -> Response:
        wish = loads(request.body)
        amount = Decimal(str(wish["amount"])) if "amount" in wish else None
        entity = self.pay(wish["realm"], wish["number"], amount, reference=wish.get("reference", ""))
        return self._answer({"Payment": entity})

    def pay(self, realm: str, number: str, amount: Decimal | None = None, *, reference: str = "") -> Entity:
        """A bookkeeper enters a payment of an invoice by hand: of its whole balance, if no amount is said."""
        with self._lock:
            return Posting(self._companies[realm], self.books).pay(number, amount, reference)

    def unpay(self, realm: str, payment_id: str) -> None:
        """A bookkeeper deletes a payment."""
        with self._lock:
            entity = self.books.refer(realm, "Payment", {"value": payment_id}, "Payment")
            Posting(self._companies[realm], self.books).post("Payment", entity, "delete")

    def close(self) -> None:
        """Close the file."""
        self.books.close()


def _parameters(request: Request) -> dict[str, str]:
    asked = {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    unknown = set(asked) - KNOWN_PARAMETERS
    if unknown:
        raise unsupported(f"query parameter {min(unknown)}")
    version = asked.get("minorversion", "")
    if not version.isdigit() or int(version) < MINOR_VERSION:
        raise unsupported(f"minorversion {version or 'missing'}: {MINOR_VERSION} is the lowest")
    return asked


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_query(f"value {text} is not a dateTime") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
