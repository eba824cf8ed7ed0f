"""How a vault says no: status, body and headers as the service documents them."""

from __future__ import annotations

from typing import Any, NoReturn


class Fault(Exception):
    """The vault refuses."""

    def __init__(self, status: int, code: str, words: str, inner: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(words)
        self.status, self.headers = status, headers
        error: dict[str, Any] = {"code": code, "message": words}
        self.body: dict[str, Any] = {"error": error | ({"innererror": {"code": inner}} if inner else {})}


def bad(words: str) -> NoReturn:
    """The request is malformed."""
    raise Fault(400, "BadParameter", words)


def unauthorized(authority: str, resource: str) -> Fault:
    """The challenge: where to get a token, and for what."""
    challenge = f'Bearer authorization="{authority}", resource="{resource}"'
    words = "AKV10000: Request is missing a Bearer or PoP token."
    return Fault(401, "Unauthorized", words, headers=(("www-authenticate", challenge),))


def forbidden(who: str, permission: str) -> Fault:
    """The caller has no role for this."""
    words = f"Caller is not authorized to perform action on resource.\r\nCaller: oid={who}\r\nAction: {permission}"
    return Fault(403, "Forbidden", words, "ForbiddenByRbac")


def disabled(name: str) -> Fault:
    """The version is switched off."""
    return Fault(403, "Forbidden", f"Operation get is not allowed on a disabled secret. ({name})", "SecretDisabled")


def missing(name: str) -> Fault:
    """There is no such secret or version."""
    words = f"A secret with (name/id) {name} was not found in this key vault. If you deleted it recently you may recover it."
    return Fault(404, "SecretNotFound", words)


def conflict(name: str) -> Fault:
    """The name is taken by a deleted secret."""
    words = f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused."
    return Fault(409, "Conflict", words, "ObjectIsDeletedButRecoverable")
