"""When a cycle is billed, how a part of one is measured, and when a change inside one is billed."""

from __future__ import annotations

from enum import Enum


class Policy(Enum):
    """When a cycle is billed."""

    ADVANCE = "advance"
    """On its first day."""
    ARREARS = "arrears"
    """Once it has ended."""


class Prorate(Enum):
    """How a part of a cycle is measured (docs/adr/0004-proration.md)."""

    DAYS = "days"
    """Actual days over the actual days of the cycle."""
    MONTHS = "months"
    """Whole months of the cycle; a month begun counts whole, and a decrease counts from the next month."""
    DAYS30 = "days30"
    """Months of 30 days."""
    NONE = "none"
    """Whole cycles; a cycle begun counts whole, and a decrease counts from the next cycle."""


class ChangesBilled(Enum):
    """When mid-cycle changes are billed."""

    NOW = "now"
    """By any run that can see them."""
    NEXT_CYCLE = "next_cycle"
    """On the invoice of the next cycle."""
