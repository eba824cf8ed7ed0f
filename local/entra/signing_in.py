"""Signing people in: the authorize endpoint, and tokens for a code, for a refresh token, and on behalf of a person.

    GET  /{tenant}/oauth2/v2.0/authorize   response_type=code with S256 challenge → redirect (or form) with code and state
    POST /{tenant}/oauth2/v2.0/token       authorization_code · refresh_token · jwt-bearer with on_behalf_of

With `directory.mfa_required`, or for a resource of `mfa_resources`, nobody gets a token who has not used a second factor:
AADSTS50076 with a claims challenge, which only interaction can mend. Who is `blocked` gets none at all: AADSTS53003.

Source: learn.microsoft.com, "OAuth 2.0 authorization code flow", "OAuth 2.0 On-Behalf-Of flow", "ID token claims reference".
"""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from local.entra import device_code
from local.entra.device_code import DeviceCodes
from local.entra.people import CHALLENGE_LENGTH, CODE_LIFETIME_S, Code, Person, Refresh, challenge_of
from local.entra.refusals import aadsts, blocked, second_factor
from local.entra.tokens import Principal, encoded, in_time
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.entra.app import Entra
    from local.entra.directory import Application
    from local.http import Request

OPENID = frozenset({"openid", "profile", "offline_access", "email"})
MODES = frozenset({"query", "fragment", "form_post"})
BEHALF = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PERSONAL_PARAMETERS = frozenset(
    {"code", "redirect_uri", "code_verifier", "refresh_token", "assertion", "requested_token_use", "device_code"}
)
AUTHORIZE = frozenset({"client_id", "response_type", "redirect_uri", "response_mode", "scope", "state", "nonce", "prompt"}) | {
    "login_hint",
    "domain_hint",
    "code_challenge",
    "code_challenge_method",
    "client_info",
    "claims",
    "X-AnchorMailbox",
}


class SignIn:
    """The flows in which a person takes part."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._codes: dict[str, Code] = {}
        self._refreshes: dict[str, Refresh] = {}
        self._made = 0
        self.device_codes = DeviceCodes(entra, self._tokens, self._secret)

    @property
    def grants(self) -> Mapping[str, Callable[[dict[str, str], Application], dict[str, object]]]:
        """What each grant type answers with."""
        return {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            BEHALF: self._on_behalf,
            device_code.GRANT: self.device_codes.redeem,
        }

    def authorize(self, request: Request) -> Response:
        """Send the browser back with a code, or with an error that the application can read.

        Errors: 400 on a page of our own when it is not certain where the browser may be sent.
        """
        asked = dict(parse_qsl(request.query))
        application = self._entra.directory.application(asked.get("client_id", ""))
        if application is None:
            raise aadsts(400, "unauthorized_client", 700016, f"Application '{asked.get('client_id')}' was not found")
        if asked.get("redirect_uri") not in application.redirects:
            raise aadsts(
                400, "invalid_request", 50011, "The redirect URI specified in the request does not match the application"
            )
        answer = self._answer(asked, application) | ({"state": asked["state"]} if "state" in asked else {})
        return _back(asked["redirect_uri"], answer, asked.get("response_mode", "query"))

    def _answer(self, asked: dict[str, str], application: Application) -> dict[str, str]:
        unknown = set(asked) - AUTHORIZE
        if unknown or asked.get("response_type") != "code":
            return _error("invalid_request", 900144, f"response_type must be code, and nothing unknown asked: {sorted(unknown)}")
        if asked.get("response_mode", "query") not in MODES:
            return _error("invalid_request", 900144, f"response_mode must be one of {', '.join(sorted(MODES))}")
        proven = asked.get("code_challenge_method") == "S256" and len(asked.get("code_challenge", "")) == CHALLENGE_LENGTH
        if not proven and (application.public or not {"code_challenge", "code_challenge_method"}.isdisjoint(asked)):
            return _error("invalid_request", 9002325, "Proof Key for Code Exchange is required, with the method S256")
        person = self._entra.directory.person(asked.get("login_hint", ""))
        if person is None or person.disabled:
            return _error("access_denied", 50057 if person else 50034, "The user account is disabled or does not exist")
        if self._entra.directory.mfa_required and not person.mfa:
            return _error("interaction_required", 50076, "You must use multi-factor authentication to access the resource")
        code = self._secret("code")
        until_s = self._entra.clock().timestamp() + CODE_LIFETIME_S
        redirect, challenge, nonce = asked["redirect_uri"], asked.get("code_challenge", ""), asked.get("nonce", "")
        self._codes[code] = Code(asked["client_id"], redirect, asked.get("scope", ""), person, challenge, nonce, until_s)
        return {"code": code, "client_info": self._client_info(person)}

    def _by_code(self, form: dict[str, str], application: Application) -> dict[str, object]:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.client_id != application.client_id:
            raise aadsts(400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed or does not exist")
        if self._entra.clock().timestamp() > code.until_s:
            raise aadsts(400, "invalid_grant", 70008, "The provided authorization code has expired")
        if form.get("redirect_uri") != code.redirect:
            raise aadsts(400, "invalid_grant", 500112, "The reply address does not match that of the authorization request")
        if code.challenge and challenge_of(form.get("code_verifier", "")) != code.challenge:
            raise aadsts(400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge of the request")
        return self._tokens(application, code.person, form.get("scope") or code.scope, code.nonce)

    def _by_refresh(self, form: dict[str, str], application: Application) -> dict[str, object]:
        held = self._refreshes.get(form.get("refresh_token", ""))
        if held is None or held.client_id != application.client_id:
            raise aadsts(400, "invalid_grant", 70000, "The provided refresh token is not valid for this client")
        return self._tokens(application, self._now(held.person), form.get("scope", ""), "")

    def _on_behalf(self, form: dict[str, str], application: Application) -> dict[str, object]:
        if form.get("requested_token_use") != "on_behalf_of":
            raise aadsts(400, "invalid_request", 900144, "The request body must contain: 'requested_token_use'")
        if application.public:
            raise aadsts(401, "invalid_client", 7000218, "A public client cannot act on behalf of a user")
        claims = self._entra.signer.claims(form.get("assertion", ""))
        if claims is None or not in_time(claims, self._entra.clock()):
            raise aadsts(400, "invalid_grant", 500133, "Assertion is not within its valid time range, or not one of ours")
        if claims.get("aud") not in {application.client_id, application.uri}:
            raise aadsts(400, "invalid_grant", 50013, "Assertion failed audience validation: the token was meant for another API")
        person = self._entra.directory.person(str(claims.get("oid")))
        if "scp" not in claims or person is None:
            raise aadsts(400, "invalid_grant", 50013, "The assertion does not speak for a user")
        return self._tokens(
            application, replace(self._now(person), mfa="mfa" in claims.get("amr", [])), form.get("scope", ""), ""
        )

    def _now(self, person: Person) -> Person:
        """The person as the directory knows him now. Errors: invalid_grant for one who was disabled meanwhile."""
        found = self._entra.directory.person(person.object_id)
        if found is None or found.disabled:
            raise aadsts(400, "invalid_grant", 50057, "The user account is disabled")
        return replace(found, mfa=person.mfa or found.mfa)

    def _tokens(self, application: Application, person: Person, scope: str, nonce: str) -> dict[str, object]:
        words = scope.split()
        audience, rights = self._resource([word for word in words if word not in OPENID], application)
        if person.object_id in self._entra.directory.blocked:
            raise blocked()
        if self._entra.directory.wants_second_factor(audience) and not person.mfa:
            raise second_factor()
        told: dict[str, object] = {
            "token_type": "Bearer",
            "scope": " ".join(words),
            "expires_in": self._entra.lifetime_s,
            "ext_expires_in": self._entra.lifetime_s,
            "access_token": self._access(application, person, audience, rights),
            "client_info": self._client_info(person),
        }
        if "openid" in words:
            told["id_token"] = self._identity(application, person, nonce)
        if "offline_access" in words:
            told["refresh_token"] = self._secret("refresh")
            self._refreshes[str(told["refresh_token"])] = Refresh(application.client_id, person)
        return told

    def _resource(self, words: list[str], application: Application) -> tuple[str, str]:
        """The one resource that scopes name, and what is asked of it."""
        parts = [word.rpartition("/") for word in words]
        resources = {resource for resource, _, _ in parts}
        if not parts:
            return application.client_id, "openid profile"
        if len(resources) != 1:
            raise aadsts(400, "invalid_scope", 28000, "The scopes are for more than one resource")
        [resource] = resources
        if not self._entra.directory.knows(resource):
            raise aadsts(400, "invalid_resource", 500011, f"The resource principal named {resource} was not found in the tenant")
        rights = " ".join("user_impersonation" if right == ".default" else right for _, _, right in parts)
        return resource, rights

    def _access(self, application: Application, person: Person, audience: str, rights: str) -> str:
        who = Principal(self._entra.directory.tenant_id, person.object_id, application.client_id)
        proof = {"appidacr": "0"} if application.public else {}
        more = {**proof, "idtyp": "user", "scp": rights, "amr": person.methods, "upn": person.upn, "name": person.name}
        return self._entra.issue(who, audience, more)

    def _identity(self, application: Application, person: Person, nonce: str) -> str:
        tenant, now = self._entra.directory.tenant_id, int(self._entra.clock().timestamp())
        claims: dict[str, object] = {
            "aud": application.client_id,
            "iss": f"{self._entra.address}/{tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + self._entra.lifetime_s,
            "oid": person.object_id,
            "sub": person.object_id,
            "tid": tenant,
            "name": person.name,
            "preferred_username": person.upn,
            "amr": person.methods,
            "ver": "2.0",
        }
        return self._entra.signer.sign(claims | ({"nonce": nonce} if nonce else {}))

    def _client_info(self, person: Person) -> str:
        return encoded(json.dumps({"uid": person.object_id, "utid": self._entra.directory.tenant_id}).encode())

    def _secret(self, kind: str) -> str:
        self._made += 1
        return self._entra.signer.sign({"kind": kind, "n": self._made}).rpartition(".")[2][:80]


def _error(error: str, number: int, words: str) -> dict[str, str]:
    return {"error": error, "error_description": f"AADSTS{number}: {words}"}


def _back(redirect: str, answer: dict[str, str], mode: str) -> Response:
    if mode == "form_post":
        fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}"/>' for name, value in answer.items())
        page = f'<form method="POST" action="{escape(redirect)}">{fields}</form><script>document.forms[0].submit()</script>'
        return Response(200, (("content-type", "text/html; charset=utf-8"),), page.encode())
    mark = "#" if mode == "fragment" else "&" if "?" in redirect else "?"
    return Response(302, (("location", f"{redirect}{mark}{urlencode(answer)}"),), b"")
