"""Access to one company: an access token for an hour, from a refresh token that Intuit changes about once a day.

The refresh token rests in the vault. A new one is written there before the access token that came with it is used, because the
first use makes the old one worthless; so a crash at any point leaves a value that works. Several workers may refresh at once: who
is told that its value is worthless reads the vault again, and only a second refusal means that a person must connect again.

Source: developer.intuit.com, "OAuth 2.0": access token 1 hour, refresh token 100 days rolling, its value changes about every
24 hours, hard end after five years (field of May 2026).
"""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from transport.client import body_of
from work365.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from transport.client import Http
    from work365.ports.platform import Secrets

SYSTEM = "QuickBooks"
MARGIN = timedelta(minutes=2)
RECONNECT = (
    "QuickBooks no longer accepts our connection to this company (a connection ends after 100 days without use, "
    "after five years, or when somebody disconnects the app there). Open the accounting system here and connect it again."
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the secrets of one connection rest: names in the vault, never values."""

    client_id: str
    client_secret_name: str
    refresh_token_name: str


@dataclass(frozen=True, slots=True)
class Access:
    """An access token and when to stop using it."""

    token: str = field(repr=False)
    until: datetime


class Tokens:
    """The access token of one company, renewed when it must be; safe to share between threads."""

    def __init__(self, http: Http, path: str, credentials: Credentials, secrets: Secrets, now: Callable[[], datetime]) -> None:
        self._http, self._path = http, path
        self._credentials, self._secrets, self._now = credentials, secrets, now
        self._lock = threading.Lock()
        self._access: Access | None = None

    def __repr__(self) -> str:
        return f"Tokens({self._credentials.refresh_token_name})"

    def access(self) -> str:
        """A token that is good now. Errors: Rejected when a person must connect again; External."""
        with self._lock:
            if self._access is None or self._now() >= self._access.until:
                self._access = self._refreshed()
            return self._access.token

    def renew(self, refused: str) -> str:
        """Another token after `refused` was not accepted; the one that a fellow thread fetched meanwhile will do."""
        with self._lock:
            if self._access is None or self._access.token == refused:
                self._access = self._refreshed()
            return self._access.token

    def _refreshed(self) -> Access:
        name = self._credentials.refresh_token_name
        value = self._secrets.read(name)
        try:
            return self._exchange(value)
        except Rejected as error:
            if not _worthless(error):
                raise
        again = self._secrets.read(name)
        if again == value:
            raise Rejected(RECONNECT, system=SYSTEM, code="invalid_grant")
        try:
            return self._exchange(again)
        except Rejected as error:
            if not _worthless(error):
                raise
            raise Rejected(RECONNECT, system=SYSTEM, code="invalid_grant") from error

    def _exchange(self, value: str) -> Access:
        """One refresh. It may be repeated: the old value is good until a token that came with the new one is used."""
        began = self._now()
        answer = self._http.send(
            "POST",
            self._path,
            headers={
                "Authorization": f"Basic {self._basic()}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            content=urlencode({"grant_type": "refresh_token", "refresh_token": value}).encode(),
            read=True,
        ).json()
        self._keep(value, str(answer["refresh_token"]))
        return Access(str(answer["access_token"]), began + timedelta(seconds=int(answer["expires_in"])) - MARGIN)

    def _keep(self, used: str, new: str) -> None:
        """Store a changed value, unless somebody stored a newer one while we were asking."""
        name = self._credentials.refresh_token_name
        if new != used and self._secrets.read(name) == used:
            self._secrets.write(name, new)

    def _basic(self) -> str:
        secret = self._secrets.read(self._credentials.client_secret_name)
        return base64.b64encode(f"{self._credentials.client_id}:{secret}".encode()).decode()


def _worthless(error: Rejected) -> bool:
    body = body_of(error)
    return isinstance(body, dict) and body.get("error") == "invalid_grant"
