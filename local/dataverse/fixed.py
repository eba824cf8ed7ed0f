"""Ids: of what every local tenant has, made from words, so that every process and every test can name them; and new ones."""

from __future__ import annotations

import time
from functools import lru_cache
from secrets import randbits
from uuid import UUID, uuid5

_SPACE = UUID("6f0d3d52-5c0e-4d0a-9a0b-365365365365")


@lru_cache(8192)
def fixed(*words: str) -> str:
    """The fixed id of a seeded row."""
    return str(uuid5(_SPACE, "/".join(words)))


def fresh_id() -> str:
    """A new id whose order is the order of creation, like the sequential GUIDs that Dataverse makes."""
    digits = f"{time.time_ns() // 100:015x}{randbits(64):016x}"
    return f"{digits[:8]}-{digits[8:12]}-7{digits[12:15]}-{'89ab'[int(digits[15], 16) % 4]}{digits[16:19]}-{digits[19:31]}"
