"""Same key, same answer: what is asked for again under its key is what was asked for first, or it is refused.

A key is a name that whoever asks gives to a wish, so that it may be said again when its answer got lost: by a script that tries
again, by a person after a connection that broke, after a restart of anything. Whoever keeps wishes keeps their words with them.
Source: draft-ietf-httpapi-idempotency-key-header, sections 2.2 and 2.7: a key is not used again with another payload.
"""

from __future__ import annotations

from dataclasses import dataclass

from work365.errors import BadInput, Refused

KEY_MAX = 60


@dataclass(frozen=True, slots=True)
class Once:
    """A wish under a key. `words` are all that it says, in a form that is the same whenever the same is said."""

    key: str
    words: str

    def __post_init__(self) -> None:
        if not self.key.strip() or len(self.key) > KEY_MAX:
            message = f"a key has 1 to {KEY_MAX} characters, such as the number of your own document"
            raise BadInput(message, "--key")


def refuse_other(once: Once, first: str) -> None:
    """Refuse a wish whose key was used with other words. Shape: `first` are those words."""
    if first != once.words:
        message = (
            f"the key '{once.key}' was used before for something else: {first}. Nothing was done. "
            f"Use another key for what is asked for now: {once.words}"
        )
        raise Refused(message)
