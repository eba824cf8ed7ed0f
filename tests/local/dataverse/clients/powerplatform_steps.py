"""What the scripts that drive Microsoft's client share: a credential, a way to compare, labels, a choice."""

from __future__ import annotations

import sys
import time
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

from azure.core.credentials import AccessToken


class Status(IntEnum):
    """A choice column."""

    Draft = 1
    Posted = 2


class Credential:
    """Any token will do."""

    def get_token(self, *_scopes: str, **_more: object) -> AccessToken:
        """A token."""
        return AccessToken("any", int(time.time()) + 3600)


def check(name: str, found: object, wanted: object) -> None:
    """Compare, and say so."""
    if found != wanted:
        sys.exit(f"{name}: {found!r} is not {wanted!r}")
    sys.stdout.write(f"{name}\n")


def refused(name: str, do: Callable[[], Any], kind: type[Exception], words: str) -> None:
    """The client raises what it should, with the server's words in it."""
    try:
        done = do()
    except kind as error:
        check(name, words.lower() in str(error).lower() or str(error), True)
    else:
        sys.exit(f"{name}: {done!r} came back, and {kind.__name__} with '{words}' should have")


def by(rows: Any, key: str) -> list[Any]:  # noqa: ANN401  the client has types of its own
    """One column of rows."""
    return [row[key] for row in rows]
