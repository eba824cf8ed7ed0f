"""Port to what is told of requests that wait for an approver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from work365.telling.approvals import Told


class ApprovalNews(Protocol):
    """Approvals as far as somebody is told of them."""

    def told(self, now: datetime, *, since: datetime) -> Iterable[Told]:
        """Those that wait in time, and those that were answered or expired since a moment, with who is told of each."""
