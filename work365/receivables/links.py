"""What the links have in common that customers open without signing in: a token, its hash, and why one opens nothing.

We keep the SHA-256 of a link's token, never the token: whoever reads our rows cannot open a link.
"""

from __future__ import annotations

import hashlib
from enum import Enum

from work365.errors import Refused

TOKEN_BYTES = 32
"""Random bytes of a token: 256 bits, which nobody guesses at any rate of requests."""
TOKEN_LENGTHS = range(40, 65)
"""256 random bits take 43 characters; what is shorter or longer is no token of ours, and is not looked up."""


class LinkTrouble(Enum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    CANCELLED = "cancelled"


class LinkClosed(Refused):
    """A link that opens nothing. `language` is the customer's, "" where nobody is known by it."""

    def __init__(self, trouble: LinkTrouble, language: str = "") -> None:
        super().__init__(f"the link is {trouble.value}")
        self.trouble = trouble
        self.language = language


def setup_link(public_url: str, token: str) -> str:
    """Where a customer stores a card or an account. The token stands behind the `#`, which no browser sends along."""
    return f"{public_url}/api/setup#{token}"


def pay_link(public_url: str, token: str) -> str:
    """Where a customer sees an invoice and pays it, likewise."""
    return f"{public_url}/api/pay#{token}"


def hashed(token: str) -> str:
    """What we keep of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def digest_of(token: str) -> str:
    """The hash that a link is looked up by. Errors: LinkClosed as unknown, without a look, for what is no token of ours."""
    if len(token) not in TOKEN_LENGTHS or not token.isascii():
        raise LinkClosed(LinkTrouble.UNKNOWN)
    return hashed(token)
