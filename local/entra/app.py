"""The directory as a server: the managed identity endpoint of App Service and the token endpoint of the identity platform.

- `GET /msi/token` is what IDENTITY_ENDPOINT names inside a Functions app: api-version 2019-08-01, the header X-IDENTITY-HEADER,
  `resource`, and `client_id` for a user assigned identity. Source: learn.microsoft.com, "How to use managed identities for App
  Service and Azure Functions", REST endpoint reference.
- `POST /{tenant}/oauth2/v2.0/token` takes client_credentials with a client assertion that a federated credential of the
  application trusts. Source: "OAuth 2.0 client credentials flow", "Important considerations for federated identity credentials".
- The flows of people are in signing_in.py.

Tokens live for an hour of the given clock. Microsoft's libraries compare with the machine's clock, so give this one that clock.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local.entra.directory import EXCHANGE, Application, Directory
from local.entra.refusals import Refusal, aadsts
from local.entra.signing_in import PERSONAL_PARAMETERS, SignIn
from local.entra.tokens import Principal, Signer, in_time, principal
from local.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

LIFETIME_S = 3600
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MSI_VERSION = "2019-08-01"
MSI_PARAMETERS = frozenset({"api-version", "resource", "client_id", "principal_id", "mi_res_id", "object_id"})
TOKEN_PARAMETERS = (
    frozenset({"grant_type", "client_id", "client_assertion_type", "client_assertion", "scope", "claims", "client_info"})
    | PERSONAL_PARAMETERS
)


class Entra:
    """A stand-in for Microsoft Entra ID, for one tenant."""

    def __init__(self, directory: Directory, clock: Callable[[], datetime], signer: Signer | None = None) -> None:
        self.directory, self.clock = directory, clock
        self.signer = signer or Signer()
        self.issued = 0
        self.lifetime_s = LIFETIME_S
        self.address = "https://login.microsoftonline.com"
        self._sign_in = SignIn(self)

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        tenant = self.directory.tenant_id
        self.address = request.base
        routes: dict[tuple[str, str], Callable[[Request], dict[str, object]]] = {
            ("GET", "/msi/token"): self._managed_identity,
            ("POST", f"/{tenant}/oauth2/v2.0/token"): self._token,
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
                "exp": now + LIFETIME_S,
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

    def _managed_identity(self, request: Request) -> dict[str, object]:
        if request.headers.get("x-identity-header") != self.directory.header:
            raise Refusal(401, {"statusCode": 401, "message": "X-IDENTITY-HEADER is missing or wrong"})
        asked = dict(parse_qsl(request.query))
        if asked.get("api-version") != MSI_VERSION or not asked.get("resource") or set(asked) - MSI_PARAMETERS:
            raise Refusal(
                400, {"statusCode": 400, "message": f"api-version {MSI_VERSION} and resource are needed, nothing unknown"}
            )
        identity = self.directory.identity(asked.get("client_id", ""))
        if identity is None:
            raise Refusal(
                400,
                {
                    "statusCode": 400,
                    "message": "No User Assigned or Delegated Managed Identity found for specified ClientId.",
                },
            )
        if not self.directory.knows(asked["resource"]):
            raise Refusal(500, {"statusCode": 500, "message": "An unexpected error occured while fetching the AAD Token."})
        who = Principal(self.directory.tenant_id, identity.object_id, identity.client_id)
        return {
            "access_token": self.issue(who, asked["resource"]),
            "expires_on": str(int(self.clock().timestamp()) + LIFETIME_S),
            "resource": asked["resource"],
            "token_type": "Bearer",
            "client_id": identity.client_id,
        }

    def _token(self, request: Request) -> dict[str, object]:
        form = dict(parse_qsl(request.body.decode("latin-1")))
        grant = self._sign_in.grants.get(form.get("grant_type", ""))
        if set(form) - TOKEN_PARAMETERS or (grant is None and form.get("grant_type") != "client_credentials"):
            raise aadsts(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type")
        application = self.directory.application(form.get("client_id", ""))
        if application is None:
            raise aadsts(
                400, "unauthorized_client", 700016, f"Application '{form.get('client_id')}' was not found in the directory"
            )
        if grant is None or not application.public:
            self._check_assertion(form, application)
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
            "expires_in": LIFETIME_S,
            "ext_expires_in": LIFETIME_S,
            "access_token": self.issue(who, resource),
        }

    def _check_assertion(self, form: dict[str, str], application: Application) -> None:
        if form.get("client_assertion_type") != ASSERTION or not form.get("client_assertion"):
            raise aadsts(
                401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion'"
            )
        claims = self.signer.claims(form["client_assertion"])
        if claims is None:
            raise aadsts(401, "invalid_client", 700027, "The client assertion failed signature validation")
        if not in_time(claims, self.clock()):
            raise aadsts(401, "invalid_client", 700024, "Client assertion is not within its valid time range")
        if claims.get("aud") != EXCHANGE:
            raise aadsts(
                401, "invalid_client", 700212, "No matching federated identity record found for presented assertion audience"
            )
        trusted = {(credential.issuer, credential.subject, credential.audience) for credential in application.federated}
        if (claims["iss"], claims["sub"], claims["aud"]) not in trusted:
            raise aadsts(
                401, "invalid_client", 700213, "No matching federated identity record found for presented assertion subject"
            )

    def _configuration(self, request: Request) -> dict[str, object]:
        root = f"{request.base}/{self.directory.tenant_id}"
        return {
            "issuer": f"{root}/v2.0",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
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
