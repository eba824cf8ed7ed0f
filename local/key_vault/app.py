"""The vault as a server.

Every request needs a token for the vault's resource; without one the answer is a challenge that says where to get it. The
resource is the parent domain of the vault's host, as `https://vault.azure.net` is of `https://name.vault.azure.net`, because
Microsoft's client checks just that: a vault at 127.0.0.1 therefore calls its resource `https://0.0.1`. The client speaks https
only: serve this with `local.certificates`.

Source: learn.microsoft.com, Key Vault REST API (Secrets: Set, Get, Update, Delete, Get Secret Versions, Recover and Purge Deleted
Secret), "Authentication, requests and responses", "About Azure Key Vault secrets" (names, 25 KB), "Soft-delete overview".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from local.http import Request, Response
from local.key_vault.bundles import bundle, deleted_bundle, item
from local.key_vault.faults import Fault, bad, conflict, disabled, forbidden, missing, unauthorized
from local.key_vault.store import Store, Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

VERSIONS = frozenset({"7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"})
VALUE_LIMIT = 25 * 1024
PAGE_LIMIT = 25
WRITABLE = frozenset({"value", "contentType", "attributes", "tags"})
ATTRIBUTES = frozenset({"enabled", "nbf", "exp"})
OPTIONS = frozenset({"api-version", "maxresults", "$skiptoken"})
_NAME = re.compile(r"\A[0-9a-zA-Z-]{1,127}\Z")


def resource_of(base: str) -> str:
    """The resource of a vault: the parent domain of its host."""
    parts = urlsplit(base)
    return f"https://{parts.netloc.partition('.')[2] or parts.netloc}"


class KeyVault:
    """A stand-in for one vault.

    Shape: `authorize` says whether a bearer token may act on a resource: "" for no such token, else who it is. `may` says whether
           that caller has a permission (`get`, `set`, `list`, `delete`, `recover`, `purge`).
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        authorize: Callable[[str, str], str],
        *,
        authority: str,
        path: Path | str = ":memory:",
        may: Callable[[str, str], bool] = lambda _who, _permission: True,
    ) -> None:
        self._clock, self._authorize, self._authority, self._may = clock, authorize, authority, may
        self._store = Store(path)
        self._made = 0

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        with self._store.locked():
            try:
                who = self._caller(request)
                asked = dict(parse_qsl(request.query, keep_blank_values=True))
                if asked.get("api-version") not in VERSIONS or set(asked) - OPTIONS:
                    bad("The api-version query parameter is missing or unsupported, or another parameter is unknown")
                return self._route(request, who, asked)
            except Fault as fault:
                return _answer(fault.status, fault.body, fault.headers)

    def _caller(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        who = self._authorize(token, resource_of(request.base)) if kind.lower() == "bearer" and token else ""
        if not who:
            raise unauthorized(self._authority, resource_of(request.base))
        return who

    def _route(self, request: Request, who: str, asked: dict[str, str]) -> Response:
        segments = [segment for segment in request.path.split("/") if segment]
        match (request.method, *segments):
            case ("GET", "secrets"):
                self._need(who, "list")
                return self._page(
                    request, asked, [item(request.base, name, self._store.versions(name)[-1]) for name in self._store.names()]
                )
            case ("GET", "deletedsecrets"):
                self._need(who, "list")
                return self._page(request, asked, [self._deleted(request.base, name) for name in self._store.names(deleted=True)])
            case (method, "secrets", name, *rest):
                return self._secret(request, who, asked, method, _named(name), rest)
            case (method, "deletedsecrets", name, *rest):
                return self._deleted_secret(request, who, method, _named(name), rest)
        raise missing(request.path)

    def _secret(self, request: Request, who: str, asked: dict[str, str], method: str, name: str, rest: list[str]) -> Response:
        match (method, *rest):
            case ("PUT",):
                self._need(who, "set")
                return _answer(200, self._set(request, name))
            case ("GET", "versions"):
                self._need(who, "list")
                found = self._found(name)
                return self._page(
                    request, asked, [item(request.base, self._store.shown(name), one, version=True) for one in found]
                )
            case ("GET",) | ("GET", _):
                self._need(who, "get")
                return _answer(200, self._get(request.base, name, rest[0] if rest else ""))
            case ("PATCH",) | ("PATCH", _):
                self._need(who, "set")
                return _answer(200, self._update(request, name, rest[0] if rest else ""))
            case ("DELETE",):
                self._need(who, "delete")
                self._store.keep(name, self._found(name), self._now())
                return _answer(200, self._deleted(request.base, name))
        raise missing(request.path)

    def _deleted_secret(self, request: Request, who: str, method: str, name: str, rest: list[str]) -> Response:
        versions = self._store.versions(name, deleted=True)
        if not versions:
            raise missing(name)
        match (method, *rest):
            case ("GET",):
                self._need(who, "get")
                return _answer(200, self._deleted(request.base, name))
            case ("POST", "recover"):
                self._need(who, "recover")
                self._store.keep(name, versions)
                return _answer(200, item(request.base, self._store.shown(name), versions[-1]))
            case ("DELETE",):
                self._need(who, "purge")
                self._store.purge(name)
                return Response(204)
        raise missing(request.path)

    def _set(self, request: Request, name: str) -> dict[str, Any]:
        body = _body(request)
        value = body.get("value")
        if not isinstance(value, str):
            bad("The property 'value' is required and must be a string")
        if len(value.encode()) > VALUE_LIMIT:
            bad("Secret value should not exceed 25KB")
        if self._store.deleted_on(name) is not None:
            raise conflict(name)
        self._made += 1
        now = self._now()
        versions = self._store.versions(name)
        fresh = Version(f"{len(versions) + 1:08x}{now:016x}{self._made:08x}", value, now, now)
        _change(fresh, body)
        self._store.keep(name, [*versions, fresh])
        return bundle(request.base, self._store.shown(name), fresh)

    def _get(self, base: str, name: str, version: str) -> dict[str, Any]:
        found = self._version(name, version)
        if not found.enabled:
            raise disabled(name)
        return bundle(base, self._store.shown(name), found)

    def _update(self, request: Request, name: str, version: str) -> dict[str, Any]:
        body = _body(request)
        if "value" in body:
            bad("The value of a version cannot be changed; set the secret to make a new version")
        versions = self._found(name)
        chosen = self._version(name, version)
        changed = next(one for one in versions if one.id == chosen.id)
        _change(changed, body)
        changed.updated = self._now()
        self._store.keep(name, versions)
        return item(request.base, self._store.shown(name), changed, version=True)

    def _found(self, name: str) -> list[Version]:
        versions = self._store.versions(name)
        if not versions:
            raise missing(name)
        return versions

    def _version(self, name: str, version: str) -> Version:
        versions = self._found(name)
        found = versions[-1] if not version else next((one for one in versions if one.id == version), None)
        if found is None:
            raise missing(f"{name}/{version}")
        return found

    def _deleted(self, base: str, name: str) -> dict[str, Any]:
        version = self._store.versions(name, deleted=True)[-1]
        return deleted_bundle(base, self._store.shown(name), version, self._store.deleted_on(name) or 0)

    def _page(self, request: Request, asked: dict[str, str], values: list[dict[str, Any]]) -> Response:
        size, start = asked.get("maxresults", str(PAGE_LIMIT)), asked.get("$skiptoken", "0")
        if not size.isdigit() or not 1 <= int(size) <= PAGE_LIMIT or not start.isdigit():
            bad(f"maxresults must be between 1 and {PAGE_LIMIT}")
        end = int(start) + int(size)
        following = f"{request.base}{request.path}?api-version={asked['api-version']}&maxresults={size}&$skiptoken={end}"
        return _answer(200, {"value": values[int(start) : end], "nextLink": following if end < len(values) else None})

    def _need(self, who: str, permission: str) -> None:
        if not self._may(who, permission):
            raise forbidden(who, permission)

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _named(name: str) -> str:
    if not _NAME.match(name):
        bad(f"The request URI contains an invalid name: {name}")
    return name


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict) or set(body) - WRITABLE or set(body.get("attributes") or {}) - ATTRIBUTES:
        bad("The request body is not JSON, or has a property that is unknown")
    return body


def _change(version: Version, body: dict[str, Any]) -> None:
    attributes = body.get("attributes") or {}
    version.enabled = attributes.get("enabled", version.enabled)
    version.not_before = attributes.get("nbf", version.not_before)
    version.expires = attributes.get("exp", version.expires)
    version.content_type = body.get("contentType", version.content_type)
    version.tags = body.get("tags", version.tags)


def _answer(status: int, body: dict[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> Response:
    base = (
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("x-ms-keyvault-service-version", "1.9"),
    )
    return Response(status, base + headers, json.dumps(body).encode())
