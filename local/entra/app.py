"""The directory as a server: the token endpoint of the identity platform, discovery, and where managed identities ask.

- `POST /{tenant}/oauth2/v2.0/token` takes client_credentials of an application that proves itself (credentials.py). Source:
  learn.microsoft.com, "OAuth 2.0 client credentials flow".
- The flows of people are in signing_in.py and device_code.py, the endpoints of managed identities in managed_identity.py.

Tokens live for an hour of the given clock. Microsoft's libraries compare with the machine's clock, so give this one that clock.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local.entra import credentials, managed_identity
from local.entra.refusals import Refusal, aadsts
from local.entra.signing_in import PERSONAL_PARAMETERS, SignIn
from local.entra.tokens import Principal, Signer, in_time, principal
from local.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.entra.directory import Directory
LIFETIME_S = 3600
TOKEN_PARAMETERS = PERSONAL_PARAMETERS | {
    "grant_type",
    "client_id",
    "client_assertion_type",
    "client_assertion",
    "client_secret",
    "scope",
    "claims",
    "client_info",
}


class Entra:
    """A stand-in for Microsoft Entra ID, for one tenant."""

    def __init__(self, directory: Directory, clock: Callable[[], datetime], signer: Signer | None = None) -> None:
        self.directory, self.clock = directory, clock
        self.signer = signer or Signer()
        self.issued = 0
        self.lifetime_s = LIFETIME_S
        self.address = "https://login.microsoftonline.com"
        self._sign_in = SignIn(self)
        self.enter_code = self._sign_in.device_codes.enter

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        tenant = self.directory.tenant_id
        self.address = request.base
        routes: dict[tuple[str, str], Callable[[Request], dict[str, object]]] = {
            ("GET", "/msi/token"): lambda asked: managed_identity.app_service(self, asked),
            ("GET", "/metadata/identity/oauth2/token"): lambda asked: managed_identity.machine(self, asked),
            ("POST", f"/{tenant}/oauth2/v2.0/token"): self._token,
            ("POST", f"/{tenant}/oauth2/v2.0/devicecode"): self._sign_in.device_codes.begin,
            ("GET", f"/{tenant}/v2.0/.well-known/openid-configuration"): self._configuration,
            ("GET", f"/{tenant}/discovery/v2.0/keys"): lambda _: {"keys": [self.signer.jwk]},
        }
        route = routes.get((request.method, request.path))
        if route is None and (request.method, request.path) != ("GET", f"/{tenant}/oauth2/v2.0/authorize"):
            return _answer(
                404, {"error": "not_found", "error_description": f"no {request.method} {request.path} in this directory"}
            )
        try:
            if route is None:
                return self._sign_in.authorize(request)
            return _answer(200, route(request))
        except Refusal as refusal:
            return _answer(refusal.status, refusal.body)

    def verify(self, token: str, audience: str) -> Principal | None:
        """Whom a token speaks for, if it was issued here for this audience and is valid now."""
        claims = self.signer.claims(token)
        if claims is None or not in_time(claims, self.clock()):
            return None
        same = str(claims.get("aud", "")).rstrip("/") == audience.rstrip("/") and claims.get("tid") == self.directory.tenant_id
        return principal(claims) if same else None

    def who(self, token: str, audience: str) -> str:
        """The object id behind a token, "" when it is not good for this audience: what stand-ins of resources ask."""
        found = self.verify(token, audience)
        return found.object_id if found else ""

    def issue(self, who: Principal, audience: str, more: Mapping[str, object] | None = None) -> str:
        """A token for somebody, with `more` claims; tests and the local system's own tools use it directly."""
        now = int(self.clock().timestamp())
        self.issued += 1
        return self.signer.sign(
            {
                "aud": audience,
                "iss": who.issuer or self.issuer,
                "iat": now,
                "nbf": now,
                "exp": now + self.lifetime_s,
                "appid": who.client_id,
                "appidacr": "2",
                "idtyp": "app",
                "oid": who.object_id,
                "sub": who.subject or who.object_id,
                "tid": who.tenant_id,
                "uti": f"{self.issued:022d}",
                "ver": "1.0",
                **(more or {}),
            }
        )

    @property
    def issuer(self) -> str:
        """Who signs tokens of version 1.0."""
        return f"https://sts.windows.net/{self.directory.tenant_id}/"

    def _token(self, request: Request) -> dict[str, object]:
        form = dict(parse_qsl(request.body.decode("latin-1"))) | credentials.basic(request)
        grant = self._sign_in.grants.get(form.get("grant_type", ""))
        if set(form) - TOKEN_PARAMETERS or (grant is None and form.get("grant_type") != "client_credentials"):
            raise aadsts(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type")
        application = self.directory.application(form.get("client_id", ""))
        if application is None:
            raise aadsts(
                400, "unauthorized_client", 700016, f"Application '{form.get('client_id')}' was not found in the directory"
            )
        if grant is None or not application.public:
            credentials.check(self, form, application)
        if grant is not None:
            return grant(form, application)
        resource, _, scope = form.get("scope", "").rpartition("/")
        if scope != ".default" or " " in resource:
            raise aadsts(400, "invalid_scope", 1002012, "The provided value for scope is not valid; it must end in /.default")
        if not self.directory.knows(resource):
            raise aadsts(400, "invalid_resource", 500011, f"The resource principal named {resource} was not found in the tenant")
        who = Principal(self.directory.tenant_id, application.object_id, application.client_id)
        return {
            "token_type": "Bearer",
            "expires_in": self.lifetime_s,
            "ext_expires_in": self.lifetime_s,
            "access_token": self.issue(who, resource, {"appidacr": "1" if "client_secret" in form else "2"}),
        }

    def _configuration(self, request: Request) -> dict[str, object]:
        root = f"{request.base}/{self.directory.tenant_id}"
        return {
            "issuer": f"{root}/v2.0",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }


def _answer(status: int, body: dict[str, object]) -> Response:
    headers = (("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"))
    return Response(status, headers, json.dumps(body).encode())
