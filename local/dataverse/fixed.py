"""Ids of what every local tenant has: made from words, so that every process and every test can name them."""

from __future__ import annotations

from uuid import UUID, uuid5

_SPACE = UUID("6f0d3d52-5c0e-4d0a-9a0b-365365365365")


def fixed(*words: str) -> str:
    """The fixed id of a seeded row."""
    return str(uuid5(_SPACE, "/".join(words)))
