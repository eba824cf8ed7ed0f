"""Members of the bodies that the control surface takes: of the right type, within bounds, and none that it does not know."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from local.dataverse import errors

Json = dict[str, Any]


def refused(message: str) -> errors.DataverseError:
    """A body that a control cannot use."""
    return errors.bad(message, "")


def only(given: Json, *names: str) -> None:
    """Errors: 400 for a member that is none of these."""
    for name in given:
        if name not in names:
            wanted = f"; it has {', '.join(names)}" if names else ""
            raise refused(f"This control takes no '{name}'{wanted}.")


def text(given: Json, name: str, default: str | None = None) -> str:
    """A text; without a default it must be there and not be empty. Errors: 400."""
    value = given.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise refused(f"'{name}' must be a text" + (" that is not empty." if default is None else "."))
    return value


def whole(given: Json, name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number within bounds. Errors: 400."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise refused(f"'{name}' must be a whole number from {least} to {most}.")
    return value


def seconds(given: Json, name: str, default: float, *, most: float = 3600) -> float:
    """A number of seconds within bounds. Errors: 400."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not 0 <= value <= most:
        raise refused(f"'{name}' must be a number of seconds from 0 to {most:g}.")
    return float(value)
