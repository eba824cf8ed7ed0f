"""Signing in with a code on another device.

    POST /{tenant}/oauth2/v2.0/devicecode   client_id, scope → device_code, user_code, verification_uri, expires_in, interval
    POST /{tenant}/oauth2/v2.0/token        grant_type urn:ietf:params:oauth:grant-type:device_code

Nobody types into a page here: `enter` says that a person did. Until then the token endpoint answers authorization_pending.

Source: learn.microsoft.com, "OAuth 2.0 device authorization grant" (parameters, errors authorization_pending, expired_token,
bad_verification_code); RFC 8628.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local.entra.refusals import aadsts

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.entra.app import Entra
    from local.entra.directory import Application
    from local.entra.people import Person
    from local.http import Request

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFETIME_S, INTERVAL_S = 900, 1
ASKED = frozenset({"client_id", "scope", "client_info"})


@dataclass(slots=True)
class Waiting:
    """One sign-in that waits for a person to type its code."""

    client_id: str
    scope: str
    user_code: str
    until_s: float
    person: Person | None = None


class DeviceCodes:
    """The flow. `tokens` makes the answer for a person who has typed the code; `secret` makes something nobody can guess."""

    def __init__(
        self,
        entra: Entra,
        tokens: Callable[[Application, Person, str, str], dict[str, object]],
        secret: Callable[[str], str],
    ) -> None:
        self._entra, self._tokens, self._secret = entra, tokens, secret
        self._waiting: dict[str, Waiting] = {}

    def begin(self, request: Request) -> dict[str, object]:
        """A code for a person and one for the application."""
        form = dict(parse_qsl(request.body.decode("latin-1")))
        if set(form) - ASKED or not form.get("scope"):
            raise aadsts(400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'")
        application = self._entra.directory.application(form.get("client_id", ""))
        if application is None:
            raise aadsts(400, "unauthorized_client", 700016, f"Application '{form.get('client_id')}' was not found")
        if not application.public:
            raise aadsts(401, "invalid_client", 7000218, "The application is not a public client")
        device = self._secret("device")
        user_code = f"W365{len(self._waiting) + 1:05d}"
        until_s = self._entra.clock().timestamp() + LIFETIME_S
        self._waiting[device] = Waiting(application.client_id, form["scope"], user_code, until_s)
        address = f"{self._entra.address}/device"
        message = f"To sign in, use a web browser to open the page {address} and enter the code {user_code} to authenticate."
        return {
            "device_code": device,
            "user_code": user_code,
            "verification_uri": address,
            "expires_in": LIFETIME_S,
            "interval": INTERVAL_S,
            "message": message,
        }

    def enter(self, user_code: str, person: Person) -> None:
        """A person opens the page and types the code. Errors: KeyError for a code that nobody was given."""
        waiting = {one.user_code: one for one in self._waiting.values()}
        waiting[user_code].person = person

    def redeem(self, form: dict[str, str], application: Application) -> dict[str, object]:
        """Tokens, once a person has typed the code; each code is good once."""
        device = form.get("device_code", "")
        held = self._waiting.get(device)
        if held is None or held.client_id != application.client_id:
            raise aadsts(400, "bad_verification_code", 501181, "The device_code was not recognised")
        if self._entra.clock().timestamp() > held.until_s:
            raise aadsts(400, "expired_token", 70020, "The provided value for the input parameter 'device_code' is not valid")
        if held.person is None:
            raise aadsts(400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending.")
        del self._waiting[device]
        return self._tokens(application, held.person, held.scope, "")
