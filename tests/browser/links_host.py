"""The functions' own doors for customers, served to a browser, over a desk instead of a deployment."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import wiring
from local.azure.engine import Call, HttpCall, installed, load
from local.azure.routes import table
from local.desks.pay_links import PayLinkDesk
from local.http import Response, Server
from tests.doors.conftest import Recorder
from work365.handlers import pay_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure.engine import Engine
    from local.desks.links import LinkDesk
    from local.http import App, Request
    from work365.handlers.pay_links import IssuedFile, Shown

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class DeskSystem(Recorder):
    """What the doors ask is asked of a desk."""

    desk: PayLinkDesk = field(kw_only=True)

    def show_invoice(self, token: str) -> Shown:
        return self.desk.show(token)

    def open_payment(self, token: str) -> str | None:
        return self.desk.open(token)

    def issued_file(self, token: str) -> IssuedFile:
        return pay_links.issued_file(token, desk=self.desk.desk, now=self.desk.now)


@dataclass
class SetupSystem(Recorder):
    """The same of a desk that asks for payment details."""

    desk: LinkDesk = field(kw_only=True)

    def open_setup(self, token: str) -> str:
        return self.desk.open(token)


@contextmanager
def customers(desk: PayLinkDesk | LinkDesk) -> Iterator[str]:
    """Where customers reach the desk; the gateway's pages are served, too."""
    engine = load(ROOT, installed()[0])
    wiring.install(DeskSystem(desk=desk) if isinstance(desk, PayLinkDesk) else SetupSystem(desk=desk))
    with Server(desk.stripe) as gateway, Server(_doors(engine)) as doors:
        desk.stripe.pages, desk.public_url = gateway.url, doors.url
        yield doors.url
    wiring.install(None)
    engine.stop()


def _doors(engine: Engine) -> App:
    routes = table(list(engine.functions.values()), "")

    def answer(request: Request) -> Response:
        found = next((route for route in routes if route.match(request.path) is not None), None)
        if found is None:
            return Response(404)
        call = HttpCall(
            request.method,
            f"{request.base}{request.path}?{request.query}",
            request.headers,
            dict(parse_qsl(request.query, keep_blank_values=True)),
            found.match(request.path) or {},
            request.body,
        )
        said = engine.invoke(Call(found.function.name, "browser", call)).answer
        return Response(500) if said is None else Response(said.status, tuple(said.headers), said.body)

    return answer
