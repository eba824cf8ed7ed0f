"""The QuickBooks adapter connected to a stand-in in process, without a socket: for tests and crash suites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.http import RequestsAdapter, httpx_transport
from providers.quickbooks.client import TIMEOUTS, Client
from providers.quickbooks.ledger import QuickBooksLedger
from providers.quickbooks.tokens import Credentials, Tokens
from transport.client import Http
from transport.sessions import session
from work365.accounting.deciding import BooksSystem
from work365.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.http import App
    from local.quickbooks.app import QuickBooks
    from work365.ports.platform import Secrets

BASE = "http://quickbooks.local"
CLIENT_SECRET, REFRESH_TOKEN = "quickbooks-app", "quickbooks-refresh"


class MemoryVault:
    """A vault in memory; `writes` keeps every value that was written, in order."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = dict(values)
        self.writes: list[tuple[str, str]] = []

    def copy(self) -> dict[str, str]:
        """Everything as it is now."""
        return dict(self._values)

    def restore(self, values: dict[str, str]) -> None:
        """Everything as it was."""
        self._values, self.writes = dict(values), []

    def read(self, name: str) -> str:
        """The current value."""
        if name not in self._values:
            message = f"no secret {name}"
            raise NotFound(message, system="vault")
        return self._values[name]

    def write(self, name: str, value: str) -> None:
        """A new version."""
        self._values[name] = value
        self.writes.append((name, value))


def vault_for(quickbooks: QuickBooks, realm: str) -> MemoryVault:
    """What consent leaves in the vault."""
    return MemoryVault({CLIENT_SECRET: "local-secret", REFRESH_TOKEN: quickbooks.connections.grant(realm)})


def system_for(realm: str, **changes: str) -> BooksSystem:
    """The accounting system row of a company."""
    values = {"id": "11111111-1111-4111-8111-111111111111", "code": "QBO", "kind": "QuickBooks Online", "company": realm}
    account = {"income_account": "Sales of Product Income", "token_secret": REFRESH_TOKEN}
    return BooksSystem(**{**values, **account, **changes})


def tokens_for(app: App, vault: Secrets, now: Callable[[], datetime]) -> Tokens:
    """The tokens of the stand-in's app."""
    http = Http("quickbooks", BASE, transport=httpx_transport(app), sleep=lambda _: None)
    credentials = Credentials("local-app", CLIENT_SECRET, REFRESH_TOKEN)
    return Tokens(http, "oauth2/v1/tokens/bearer", credentials, vault, now)


def client_for(app: App, realm: str, vault: Secrets, now: Callable[[], datetime]) -> Client:
    """The client of one company; `app` is the stand-in, guarded or not."""
    wire = session(TIMEOUTS)
    wire.mount("http://", RequestsAdapter(app))
    return Client(wire, BASE, realm, tokens_for(app, vault, now))


def ledger_for(app: App, system: BooksSystem, vault: Secrets, now: Callable[[], datetime]) -> QuickBooksLedger:
    """The ledger of one company, as a fresh process would build it."""
    return QuickBooksLedger(client_for(app, system.company, vault, now), system, now)
