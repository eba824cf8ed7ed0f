"""Keys are derived, never drawn: the same cause always gives the same id, so a second copy meets the first."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

NAMESPACE = UUID("5f0d3a6e-3b0c-5c8e-9d43-36500365d365")
_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_id(text: str) -> bool:
    """Whether a text could be the id of a row, as rows write it; a bank's reference may have its digits, too."""
    return _ID.fullmatch(text) is not None


def derived(kind: str, *parts: str) -> str:
    """The id of the row of this kind that stems from these parts.

    Shape: a lower-case GUID. Each part counts with its length, so that ("a", "bc") and ("ab", "c") differ.
    """
    return str(uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in (kind, *parts))))
