"""What every tenant has before anything is installed: Dataverse's own solutions and publishers.

Source: Microsoft Learn, "Work with solutions using the SDK" (the ids of the default solution and publisher are constant).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.fixed import fixed
from local.dataverse.solutions.solution_tables import DEFAULT_PUBLISHER_ID, DEFAULT_SOLUTION_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.codec import Sql

MICROSOFT = fixed("publisher", "MicrosoftCorporation")
PUBLISHERS: tuple[tuple[str, str, str, str | None], ...] = (
    (DEFAULT_PUBLISHER_ID, "DefaultPublisherw365local", "Default Publisher for w365local", "new"),
    (MICROSOFT, "MicrosoftCorporation", "MicrosoftCorporation", None),
)
SOLUTIONS = (
    (DEFAULT_SOLUTION_ID, "Default", "Default Solution", 0, DEFAULT_PUBLISHER_ID),
    (fixed("solution", "Active"), "Active", "Active Solution", 0, DEFAULT_PUBLISHER_ID),
    (fixed("solution", "System"), "System", "System Solution", 1, MICROSOFT),
)


def fill(add: Callable[..., None]) -> None:
    """Seed them; `add` takes a table, an id and columns, and leaves what is there alone."""
    for key, name, label, prefix in PUBLISHERS:
        numbered: dict[str, Sql] = {"customizationoptionvalueprefix": 10_000} if prefix else {}
        add("publisher", key, uniquename=name, friendlyname=label, customizationprefix=prefix, **numbered)
    for key, name, label, managed, publisher in SOLUTIONS:
        visible = int(name == "Default")
        add(
            "solution",
            key,
            uniquename=name,
            friendlyname=label,
            version="1.0",
            ismanaged=managed,
            isvisible=visible,
            publisherid=publisher,
        )
