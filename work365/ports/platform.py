"""Ports to the platform: the clock, the queues and the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

JOBS = "w365-jobs"
CHUNKS = "w365-chunks"


class Clock(Protocol):
    """What time it is; the only source of "now" in a handler."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""

    def today(self, zone: str) -> date:
        """The present date in an IANA time zone."""


class Queue(Protocol):
    """Messages to ourselves. They are hints: a message carries ids, and may arrive late, twice or never."""

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """Put one message on a queue, visible after `delay_s` seconds.

        Errors: Unavailable when the message was not stored; OutcomeUnknown when it may have been (sending again is harmless).
        """


class Secrets(Protocol):
    """The partner's vault: the only place where a secret rests."""

    def read(self, name: str) -> str:
        """The current value of a secret. Errors: NotFound when there is none of that name."""

    def write(self, name: str, value: str) -> None:
        """Store a new version of a secret; earlier versions stay readable in the vault."""
