"""People of the directory, how they sign in, and the codes that stand between a sign-in and its tokens.

A person signs in without a page: `login_hint` says who is at the browser. The proof key (PKCE) is required of public
clients; one that proves who it is may do without.

Source: learn.microsoft.com, "OAuth 2.0 authorization code flow", "Conditional Access: require multifactor
authentication"; RFC 7636.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from local.entra.tokens import encoded

CODE_LIFETIME_S = 600
CHALLENGE_LENGTH = 43


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        mfa: a second factor was used in this session, which tokens then say in `amr`.
    """

    object_id: str
    name: str
    upn: str
    mfa: bool = False
    disabled: bool = False

    @property
    def methods(self) -> list[str]:
        """How this person proved who he is: the claim `amr`."""
        return ["pwd", "mfa"] if self.mfa else ["pwd"]


@dataclass(frozen=True, slots=True)
class Code:
    """What an authorization code stands for; it is good once, for ten minutes, for who holds the verifier."""

    client_id: str
    redirect: str
    scope: str
    person: Person
    challenge: str
    nonce: str
    until_s: float


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token stands for."""

    client_id: str
    person: Person


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return encoded(hashlib.sha256(verifier.encode()).digest())
