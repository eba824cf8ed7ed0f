"""Intuit's OAuth: the discovery document, and refresh tokens that change.

A refresh is answered with the same refresh token for a day, then with a new one. The old one goes on working until the new one,
or an access token that came with it, is used; then it is refused. Unused for 100 days, a connection ends.
Source: developer.intuit.com, "OAuth 2.0"; form and error names RFC 6749.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from local.http import Request, Response
from local.quickbooks.faults import JSON, unauthenticated
from transport.exact import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.quickbooks.books import Books

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=100)
NEW_VALUE_AFTER = timedelta(hours=24)
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105  an address
DISCOVERY_PATH = "/.well-known/openid_configuration"


class Connections:
    """The connections that companies have granted to our app."""

    def __init__(self, books: Books, clock: Callable[[], datetime], client_id: str, client_secret: str) -> None:
        self._books, self._clock = books, clock
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()

    def grant(self, realm: str) -> str:
        """What consent leaves behind: a refresh token."""
        state = self._state(realm)
        state.update(current=_drawn(state, realm, "refresh"), previous="", born=self._now(), used=self._now())
        self._books.keep(realm, state)
        return str(state["current"])

    def revoke(self, realm: str) -> None:
        """What happens when a person disconnects the app."""
        self._books.keep(realm, {**self._state(realm), "current": "", "previous": "", "access": {}})

    def check(self, realm: str, request: Request) -> None:
        """Refuse a request without a good access token for this company; using one retires the refresh token before its own."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        state = self._state(realm)
        access = state["access"].get(token)
        if access is None:
            raise unauthenticated("Token invalid")
        if self._moment(access["until"]) <= self._clock():
            raise unauthenticated("Token expired")
        if access["refresh"] == state["current"] and state["previous"]:
            self._books.keep(realm, {**state, "previous": ""})

    def token(self, request: Request, realms: list[str]) -> Response:
        """The token endpoint."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if request.headers.get("authorization") != f"Basic {self._basic}":
            return _refused(401, "invalid_client")
        if form.get("grant_type") != "refresh_token":
            return _refused(400, "unsupported_grant_type")
        offered = form.get("refresh_token", "")
        for realm in realms:
            state = self._state(realm)
            if offered and offered in (state["current"], state["previous"]):
                return self._refreshed(realm, state, offered)
        return _refused(400, "invalid_grant")

    def _refreshed(self, realm: str, state: dict[str, Any], offered: str) -> Response:
        now = self._clock()
        if now - self._moment(state["used"]) >= REFRESH_LIFE:
            return _refused(400, "invalid_grant")
        if offered == state["current"]:
            state["previous"] = ""
            if now - self._moment(state["born"]) >= NEW_VALUE_AFTER:
                state.update(previous=offered, current=_drawn(state, realm, "refresh"), born=self._now())
        access = _drawn(state, realm, "access")
        good = {name: value for name, value in state["access"].items() if self._moment(value["until"]) > now}
        state["access"] = {**good, access: {"until": (now + ACCESS_LIFE).isoformat(), "refresh": state["current"]}}
        state["used"] = self._now()
        self._books.keep(realm, state)
        body = {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": state["current"],
            "x_refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
        }
        return Response(200, JSON, dumps(body))

    def _state(self, realm: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._books.state(realm)
        return found or {"current": "", "previous": "", "born": self._now(), "used": self._now(), "access": {}, "drawn": 0}

    def _now(self) -> str:
        return self._clock().isoformat()

    @staticmethod
    def _moment(text: str) -> datetime:
        return datetime.fromisoformat(text)


def _drawn(state: dict[str, Any], realm: str, kind: str) -> str:
    """The next token value: made up, different every time, the same in every run."""
    state["drawn"] = int(state["drawn"]) + 1
    digest = hashlib.sha256(f"{realm}:{state['drawn']}".encode()).hexdigest()
    return f"{kind[0].upper()}T{state['drawn']}-{digest[:32]}"


def discovery(request: Request) -> Response:
    """The discovery document that intuit-oauth reads in its constructor."""
    base = request.base
    body = {
        "issuer": base,
        "authorization_endpoint": f"{base}/connect/oauth2",
        "token_endpoint": f"{base}{TOKEN_PATH}",
        "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
        "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
        "jwks_uri": f"{base}/v1/openid_connect/jwks",
    }
    return Response(200, JSON, dumps(body))


def _refused(status: int, error: str) -> Response:
    return Response(status, JSON, dumps({"error": error}))
