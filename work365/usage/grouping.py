"""What usage is printed by: one line per subscription and cycle, or one per resource group, tag value or meter category."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput

if TYPE_CHECKING:
    from work365.usage.records import Metered


class GroupBy(Enum):
    """The values are the words of the table model."""

    NONE = "None"
    RESOURCE_GROUP = "Resource group"
    TAG = "Tag"
    CATEGORY = "Meter category"


@dataclass(frozen=True, slots=True)
class Grouping:
    """A contract's choice. `tag` is the tag's name. Errors: BadInput for grouping by a tag without its name."""

    by: GroupBy = GroupBy.NONE
    tag: str = ""

    def __post_init__(self) -> None:
        if self.by is GroupBy.TAG and not self.tag:
            message = "usage is printed by a tag, but the contract does not name the tag; enter it beside the grouping"
            raise BadInput(message)

    def of(self, record: Metered) -> str:
        """The group of a record; "" for a record that has none. Resource groups are the same in any letter case."""
        if self.by is GroupBy.RESOURCE_GROUP:
            return record.resource_group.casefold()
        if self.by is GroupBy.TAG:
            return record.tags.get(self.tag, "")
        return record.category if self.by is GroupBy.CATEGORY else ""

    def named(self, record: Metered) -> str:
        """What is printed of it behind the subscription: `resource group web`, `CostCentre 4711`; "" for no grouping."""
        found = self.of(record)
        if self.by is GroupBy.RESOURCE_GROUP:
            return f"resource group {record.resource_group}" if found else "without resource group"
        if self.by is GroupBy.TAG:
            return f"{self.tag} {found}" if found else f"without {self.tag}"
        return (found or "other meters") if self.by is GroupBy.CATEGORY else ""


TOGETHER = Grouping()
