"""The real function_app.py, loaded by an engine, over a system that only writes down what it is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import wiring
from local.azure.engine import Call, HttpAnswer, HttpCall, Result, Text, installed, load
from local.desks.documents import cycle, invoice
from providers.catalogues.languages import Languages
from work365.documents.view import view_of
from work365.handlers.pay_links import IssuedFile, Shown
from work365.receivables.pay_links import PaidElsewhere, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.azure.engine import Engine
    from work365.documents.document import Document
    from work365.documents.labels import Labels
    from work365.handlers.events import RowEvent

ROOT = Path(__file__).resolve().parents[2]
KEY = "the key & the secret"
OURSELVES = "6f1d7a52-3333-4e38-9a31-000d3a5a54dc"


@dataclass
class Recorder:
    """A work365.handlers.commands.System that records each call, and raises what a test tells it to."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    failing: Exception | None = None
    key: str = KEY
    words: Mapping[str, str] = field(default_factory=lambda: {"version": "1.2.3", "status": "ready"})
    document: Document = field(default_factory=lambda: invoice(cycle("Business Premium", "12", "22.00")))
    language: str = "en"
    standing: Standing = Standing.PAYABLE
    page: str | None = "https://gateway.example/page"
    elsewhere: str = ""

    @staticmethod
    def document_called(name: str) -> Document:
        """An invoice over something that a person called so."""
        return invoice(cycle(name, "12", "22.00"))

    def _note(self, *what: Any) -> None:  # noqa: ANN401  any arguments
        self.asked.append(what)
        if self.failing is not None:
            raise self.failing

    def webhook_key(self) -> str:
        return self.key

    def job_event(self, event: RowEvent) -> None:
        self._note("job_event", event)

    def document_event(self, event: RowEvent) -> bool:
        self._note("document_event", event)
        return event.user != OURSELVES

    def gateway_event(self, kind: str, raw: bytes, signature: str) -> None:
        self._note("gateway_event", kind, raw, signature)

    def open_setup(self, token: str) -> str:
        self._note("open_setup", token)
        return "https://gateway.example/page"

    def show_invoice(self, token: str) -> Shown:
        self._note("show_invoice", token)
        writing = Languages().formats(self.language)
        return Shown(view_of(self.document, writing), self.standing, writing.priced(self.document.balance))

    def open_payment(self, token: str) -> str | None:
        self._note("open_payment", token)
        if self.elsewhere:
            raise PaidElsewhere(self.elsewhere)
        return self.page

    def issued_file(self, token: str) -> IssuedFile:
        self._note("issued_file", token)
        return IssuedFile("Rechnung für INV-7.pdf", b"%PDF-1.7 as issued")

    def labels(self, *tags: str) -> Labels:
        return Languages().formats(*tags).labels

    def run_job(self, message: Mapping[str, str]) -> None:
        self._note("run_job", message)

    def run_chunk(self, message: Mapping[str, str]) -> None:
        self._note("run_chunk", message)

    def job_poisoned(self, text: str, why: str) -> None:
        self._note("job_poisoned", text, why)

    def chunk_poisoned(self, text: str, why: str) -> None:
        self._note("chunk_poisoned", text, why)

    def daily_billing(self) -> None:
        self._note("daily_billing")

    def sweep(self) -> None:
        self._note("sweep")

    def read_back(self) -> None:
        self._note("read_back")

    def fetch_rates(self) -> None:
        self._note("fetch_rates")

    def tell(self) -> None:
        self._note("tell")

    def health(self) -> Mapping[str, str]:
        self._note("health")
        return self.words


@dataclass
class Doors:
    """Calls the doors as the host would."""

    engine: Engine
    system: Recorder

    def http(
        self,
        function: str,
        body: bytes = b"",
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        route: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        call = HttpCall(method, f"https://app.example/{function}", headers or {}, query or {}, route or {}, body)
        result = self.engine.invoke(Call(function, "invocation-1", call))
        assert result.ok, result.error
        assert result.answer is not None
        return result.answer

    def message(self, function: str, text: str) -> Result:
        metadata = {"Id": '"m1"', "DequeueCount": "1", "PopReceipt": '"p1"'}
        return self.engine.invoke(Call(function, "invocation-1", Text("string", text), metadata))

    def tick(self, function: str) -> Result:
        return self.engine.invoke(Call(function, "invocation-1", Text("json", '{"IsPastDue": false}')))


def problem(answer: HttpAnswer) -> dict[str, Any]:
    """The problem+json of an answer; checks what every problem has."""
    assert dict(answer.headers)["content-type"].startswith("application/problem+json")
    found = json.loads(answer.body)
    assert isinstance(found, dict)
    assert (found["status"], found["reference"]) == (answer.status, "invocation-1")
    assert found["detail"].endswith(".") or "\n" not in found["detail"]
    assert "Traceback" not in found["detail"]
    return found


@pytest.fixture(scope="module", params=installed())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The real app, once per engine that this Python has."""
    found = load(ROOT, request.param)
    yield found
    found.stop()


@pytest.fixture
def doors(engine: Engine) -> Iterator[Doors]:
    """The doors over a fresh recorder."""
    recorder = Recorder()
    wiring.install(recorder)
    yield Doors(engine, recorder)
    wiring.install(None)
