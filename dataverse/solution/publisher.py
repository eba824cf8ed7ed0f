"""Who publishes the solution, what it is called, and how its parts are identified."""

from __future__ import annotations

from dataverse.schema.build import FIRST_OPTION
from work365 import VERSION
from work365.ids import derived

SOLUTION = "Work365"
TITLE = "Work 365"
ABOUT = "Billing for Microsoft cloud resellers, inside their own tenant."
PUBLISHER = "work365"
PREFIX = "w365"
OPTION_PREFIX = FIRST_OPTION // 10_000
"""Dataverse numbers a publisher's options from its option value prefix times 10,000."""
FIRST_VERSION = "0.1.0.0"
"""The version that introduced the components."""


def four_parts(version: str) -> str:
    """`0.1.0` → `0.1.0.0`: solutions have versions of four numbers."""
    parts = version.split(".")
    return ".".join([*parts, *["0"] * (4 - len(parts))])


SOLUTION_VERSION = four_parts(VERSION)


def component_id(kind: str, *parts: str) -> str:
    """The id of a part of the solution, in braces as its files write it. Derived: it is the same in every tenant and version."""
    return f"{{{derived('solution', kind, *parts)}}}"
