"""A verified document that is another one now: why it is a draft again, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.approving.fingerprint import WORDS, Part, changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """The last time that a part was written: by whom, as the directory calls them, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """A document that was verified and has no number yet.

    Attributes:
        version: of its row, as it was read.
        verified, now: its fingerprints, as it was verified and as it is.
        verifier: what the directory calls whoever verified it; "" where nobody is known.
        edits: who wrote a part last, as far as that was after it had been verified.
    """

    id: str
    version: str
    verified: str
    now: str
    verifier: str
    edits: Mapping[Part, Edit] = field(default_factory=dict)


def why_a_draft_again(one: Verified) -> str:
    """What was changed, by whom and when; "" for a document that is still what was verified."""
    if one.verified == one.now:
        return ""
    parts = changed(one.verified, one.now)
    if not parts:
        return "An earlier version of Work365 had it verified, and looked at less of it: look at it and verify it again."
    said = "; ".join(_said(part, one.edits.get(part)) for part in parts)
    return f"Changed since {one.verifier or 'somebody'} verified it: {said}. Look at it and verify it again."


def _said(part: Part, edit: Edit | None) -> str:
    return WORDS[part] if edit is None else f"{WORDS[part]}, by {edit.by} on {edit.at:%Y-%m-%d %H:%M} UTC"
