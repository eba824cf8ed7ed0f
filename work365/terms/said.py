"""What the supplier says about a subscription's windows, as it says it.

Source: Microsoft partner documentation, "Get a subscription by id": `cancellationAllowedUntilDate`, `refundOptions` (type Full or
Partial, expiresAt) and `refundableQuantity` (totalQuantity, details of quantity and allowedUntilDateTime).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from work365.terms.windows import Window


@dataclass(frozen=True, slots=True)
class Said:
    """The supplier's own windows. `cancel_until` is None where it says nothing about cancelling."""

    windows: tuple[Window, ...]
    cancel_until: datetime | None


def said(text: str | None) -> Said | None:
    """Read what the supplier said; None when it said nothing that can be used, and then windows are computed."""
    try:
        read: Any = json.loads(text or "{}")
        quantity, until = read.get("refundableQuantity"), read.get("cancellationAllowedUntilDate")
        if quantity is None and until is None:
            return None
        full = [_moment(one["expiresAt"]) for one in read.get("refundOptions") or () if one["type"] == "Full"]
        details = (quantity or {}).get("details") or ()
        found = (Window(int(one["quantity"]), max(full, default=None), _moment(one["allowedUntilDateTime"])) for one in details)
        return Said(tuple(sorted(found, key=lambda one: one.until)), None if until is None else _moment(until))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
