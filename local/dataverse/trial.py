"""A small client of a local Dataverse, a clock and a receiver of webhooks: what tests and benchmarks hold in their hands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.dataverse import seed
from local.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.delivery import Webhook

WEBHOOK_URL = "https://functions.example/api/dataverse"
BASE = "https://org.crm.dynamics.com"
ROOT = f"{BASE}/api/data/v9.2/"
START = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now

    def pass_by(self, **parts: float) -> None:
        """Let time pass."""
        self.now += timedelta(**parts)


@dataclass(slots=True)
class Receiver:
    """Stands where webhooks arrive: keeps them, and answers with the statuses that it was given, then 200."""

    answers: list[int] = field(default_factory=list)
    seen: list[Webhook] = field(default_factory=list)

    def __call__(self, webhook: Webhook) -> int:
        """Keep one, and answer."""
        self.seen.append(webhook)
        return self.answers.pop(0) if self.answers else 200

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What arrived, read."""
        return [json.loads(webhook.body, parse_float=Decimal) for webhook in self.seen]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401  JSON
        """The body, read with exact numbers."""
        return json.loads(self.text, parse_float=Decimal)

    @property
    def id(self) -> str:
        """The id in OData-EntityId."""
        return self.headers["odata-entityid"][-37:-1]

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        return self.status, self.json["error"]["code"]

    @property
    def message(self) -> str:
        """The sentence of a refusal."""
        return str(self.json["error"]["message"])


@dataclass(slots=True)
class Api:
    """A client of one local Dataverse."""

    app: Callable[[Request], Response]
    token: str = "any"  # noqa: S105  not a secret: the server takes every token

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send one request; header names are written with underscores; a body that is not bytes is sent as JSON."""
        target, _, query = path.partition("?")
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body, default=str).encode()
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        url = target if target.startswith("/") else f"/api/data/v9.2/{target}"
        request = Request(method, url, query.replace(" ", "%20"), {"authorization": f"Bearer {self.token}", **named}, sent, BASE)
        response = self.app(request)
        return Answer(response.status, {name.lower(): value for name, value in response.headers}, response.body.decode("utf-8"))

    def create(self, set_name: str, **values: object) -> str:
        """Create a row; its id. A name's double underscore stands for `@odata.`: `w365_Invoice__bind="w365_invoices(…)"`."""
        body = {name.replace("__", "@odata."): value for name, value in values.items()}
        answer = self("POST", set_name, body)
        if answer.status != 204:
            raise AssertionError(answer.text)
        return answer.id

    def rows(self, path: str, **headers: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        answer = self("GET", path, **headers)
        if answer.status != 200:
            raise AssertionError(answer.text)
        return list(answer.json["value"])

    def row(self, path: str) -> dict[str, Any]:
        """One row."""
        answer = self("GET", path)
        if answer.status != 200:
            raise AssertionError(answer.text)
        return dict(answer.json)

    def control(self, method: str, action: str, /, **body: object) -> Answer:
        """Use the control surface."""
        return self(method, f"/_local/{action}", body or None)


def register(
    api: Api, message: str, table: str | None, *, attributes: str = "", autodelete: bool = False, **values: object
) -> str:
    """Register a webhook as an installer does; the step's id. `values` are columns of the step or of its endpoint."""
    own = {name: value for name, value in values.items() if name in {"mode", "stage", "rank"} or name.startswith("impersonating")}
    endpoint: dict[str, object] = {"name": "W", "contract": 8, "authtype": 4, "authvalue": "s3cret/+", "messageformat": 2}
    endpoint |= {"url": WEBHOOK_URL, **{name: value for name, value in values.items() if name not in own}}
    step: dict[str, object] = {
        "mode": 1,
        "stage": 40,
        "rank": 1,
        "asyncautodelete": autodelete,
        "filteringattributes": attributes,
    }
    step |= {"name": f"{message} of {table}", **own, "sdkmessageid__bind": f"sdkmessages({seed.message_id(message)})"}
    if table is not None:
        step["sdkmessagefilterid__bind"] = f"sdkmessagefilters({seed.filter_id(message, table)})"
    hook = api.create("serviceendpoints", **endpoint)
    return api.create("sdkmessageprocessingsteps", eventhandler_serviceendpoint__bind=f"serviceendpoints({hook})", **step)
