"""The only module that reads settings and builds objects: it hands each handler its ports."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from work365.errors import Refused

if TYPE_CHECKING:
    from work365.handlers.commands import System

_lock = threading.Lock()
_system: System | None = None


def system() -> System:
    """The application behind the doors, built when the first of them opens.

    Errors: Refused with a sentence when a setting is missing; the next call tries again.
    """
    global _system  # noqa: PLW0603  one application per process, as the Functions worker has it
    with _lock:
        if _system is None:
            _system = build()
        return _system


def install(other: System | None) -> None:
    """Put another application behind the doors; None builds the real one again at the next call."""
    global _system  # noqa: PLW0603  as above
    with _lock:
        _system = other


def build() -> System:
    """Build the application out of the environment's settings."""
    message = "Work365 is not set up here yet: its settings are missing."
    raise Refused(message)
