"""Signed tokens: JWTs with RS256, as Entra issues them to applications, and the check that a resource makes.

Source: learn.microsoft.com, "Access tokens in the Microsoft identity platform", "Access token claims reference"; RFC 7515, 7519.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from datetime import datetime

LEEWAY_S = 300
"""Clocks may differ by five minutes, as Microsoft's own libraries allow."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for: an application's service principal, a managed identity, or a person through an application."""

    tenant_id: str
    object_id: str
    client_id: str
    issuer: str = ""
    subject: str = ""
    scopes: str = ""

    @property
    def is_person(self) -> bool:
        """Whether the token speaks for a person who is using the application, not for the application itself."""
        return bool(self.scopes)


class Signer:
    """The directory's signing key."""

    def __init__(self, key: rsa.RSAPrivateKey | None = None) -> None:
        self._key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        self._n, self._e = _number(numbers.n), _number(numbers.e)
        self.key_id = encoded(hashlib.sha256(self._n.encode()).digest()[:20])

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JSON web key."""
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id, "n": self._n, "e": self._e}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        head = {"typ": "JWT", "alg": "RS256", "kid": self.key_id}
        message = f"{encoded(_json(head))}.{encoded(_json(claims))}"
        return f"{message}.{encoded(self._key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that we signed; None for any other text."""
        try:
            head, body, signature = token.split(".")
            if json.loads(decoded(head)) != {"typ": "JWT", "alg": "RS256", "kid": self.key_id}:
                return None
            self._key.public_key().verify(decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(decoded(body))
        except (ValueError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) else None


def in_time(claims: dict[str, Any], now: datetime) -> bool:
    """Whether a token is valid at a moment."""
    moment = now.timestamp()
    return float(claims["nbf"]) - LEEWAY_S <= moment < float(claims["exp"]) + LEEWAY_S


def principal(claims: dict[str, Any]) -> Principal:
    """Who a token speaks for, in either version of Entra's tokens."""
    client_id = claims.get("appid") or claims.get("azp") or ""
    return Principal(
        str(claims["tid"]), str(claims["oid"]), str(client_id), str(claims["iss"]), str(claims["sub"]), str(claims.get("scp", ""))
    )


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes behind base64url without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
