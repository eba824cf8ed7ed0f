"""The one question that can be asked of a mailbox: which messages carry this extended property with this value.

Source: learn.microsoft.com, Graph v1.0, "Get singleValueLegacyExtendedProperty": the id compares with letter case, the value
without; the filter looks through all folders of the mailbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from local.graph.faults import GraphFault

FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '(?P<id>(?:[^']|'')*)' and ep/value eq '(?P<value>(?:[^']|'')*)'\)",
    re.IGNORECASE,
)
SELECTABLE = (
    "id",
    "subject",
    "internetMessageId",
    "createdDateTime",
    "sentDateTime",
    "isDraft",
    "parentFolderId",
    "hasAttachments",
)
TOP_MAX = 1000


@dataclass(frozen=True, slots=True)
class Search:
    """A checked question."""

    property_id: str
    value: str
    select: tuple[str, ...]
    top: int

    def matches(self, properties: list[dict[str, str]]) -> bool:
        """Whether one of a message's extended properties is the one asked for."""
        return any(ep["id"] == self.property_id and ep["value"].casefold() == self.value.casefold() for ep in properties)


def search_of(query: str) -> Search:
    """Read the query options. Errors: GraphFault for any option or filter that this stand-in does not know."""
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in ("$filter", "$select", "$top"):
            message = f"The query parameter '{name}' is not supported."
            raise GraphFault(400, "BadRequest", message)
    match = FILTER.fullmatch(options.get("$filter", ""))
    if match is None:
        message = f"Invalid filter clause: {options.get('$filter', '(none)')}"
        raise GraphFault(400, "BadRequest", message)
    select = tuple(options.get("$select", ",".join(SELECTABLE)).split(","))
    for name in select:
        if name not in SELECTABLE:
            message = f"Could not find a property named '{name}' on type 'microsoft.graph.message'."
            raise GraphFault(400, "RequestBroker--ParseUri", message)
    top = options.get("$top", "10")
    if not top.isdigit() or not 1 <= int(top) <= TOP_MAX:
        message = f"Invalid value for $top: {top}"
        raise GraphFault(400, "BadRequest", message)
    return Search(match["id"].replace("''", "'"), match["value"].replace("''", "'"), select, int(top))
