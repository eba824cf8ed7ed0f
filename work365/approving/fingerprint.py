"""What a document says, part by part, as one text: whether it is still what somebody verified, and which part is not."""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIGITS = 32


class Part(Enum):
    """What is printed on a document, by where it comes from. The values are its names in a fingerprint."""

    HEAD = "head"
    LINES = "lines"
    CUSTOMER = "customer"
    CONTRACT = "contract"
    SELLER = "seller"


WORDS = {
    Part.HEAD: "its head (customer, dates, purchase order, currency or totals)",
    Part.LINES: "its lines",
    Part.CUSTOMER: "what is printed of its customer",
    Part.CONTRACT: "what is printed of its contract",
    Part.SELLER: "what is printed of its legal entity",
}


def fingerprint(said: Mapping[Part, Sequence[Sequence[str]]]) -> str:
    """A document as a text of some 200 characters. Shape: each part as rows of the texts that matter, in the document's order."""
    return " ".join(f"{part.value}:{_hash(said.get(part, ()))}" for part in Part)


def changed(verified: str, now: str) -> list[Part]:
    """The parts that differ; none where the older text is no fingerprint of parts, as earlier versions wrote them."""
    before, after = _parts(verified), _parts(now)
    return [part for part in Part if before and before.get(part.value) != after.get(part.value)]


def _hash(rows: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256(json.dumps([list(row) for row in rows]).encode()).hexdigest()[:_DIGITS]


def _parts(text: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in text.split(" ") if ":" in part)
