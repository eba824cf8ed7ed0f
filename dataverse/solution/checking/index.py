"""A package, looked up: its tables with their columns, its views, forms, charts and the rest, by what others call them.

Of standard tables the index knows what the model knows; everything else must be in the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dataverse.schema.tables import STANDARD
from dataverse.solution import layout
from dataverse.solution.checking.named import Named, table_in
from dataverse.solution.platform import physical_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dataverse.solution.xml import Element


@dataclass(frozen=True)
class Index:
    """The files of a package, read, and what is named in them. Ids are lower case, in braces."""

    tree: Mapping[str, bytes]
    files: Mapping[str, Element]

    def under(self, folder: str, ending: str = ".xml") -> Iterator[tuple[str, Element]]:
        """The read files of a folder."""
        return ((path, root) for path, root in self.files.items() if path.startswith(folder) and path.endswith(ending))

    def of_tables(self, folder: str) -> Iterator[tuple[str, Named, Element]]:
        """The files of a kind that belong to tables: path, table, root."""
        for path, root in self.under("Entities/"):
            parts = path.split("/")
            if parts[2] == folder and parts[1] in self.by_physical:
                yield path, self.tables[self.by_physical[parts[1]].name], root

    @cached_property
    def by_physical(self) -> dict[str, Named]:
        """The tables of the package by their folders."""
        entities = ((path, root) for path, root in self.under("Entities/") if path.endswith(f"/{layout.ENTITY_FILE}"))
        return {path.split("/")[1]: table_in(root) for path, root in entities}

    @cached_property
    def tables(self) -> dict[str, Named]:
        """Every table that may be named, by logical name."""
        found = {table.name: Named.of(table) for table in STANDARD}
        for table in self.by_physical.values():
            found[table.name] = table.joined(found.get(table.name))
        return found

    @cached_property
    def physical(self) -> dict[str, str]:
        """Logical names of tables by physical ones."""
        ours = {name: table.name for name, table in self.by_physical.items()}
        standard = {physical_table(table): table.name for table in STANDARD}
        return {**standard, "Owner": "owner", "Organization": "organization", **ours}

    @cached_property
    def views(self) -> dict[str, str]:
        """The table of each view."""
        return {_id(root, "savedquery/savedqueryid"): table.name for _, table, root in self.of_tables("SavedQueries")}

    @cached_property
    def charts(self) -> dict[str, str]:
        """The table of each chart."""
        return {_id(root, "savedqueryvisualizationid"): table.name for _, table, root in self.of_tables("Visualizations")}

    @cached_property
    def forms(self) -> dict[str, tuple[str, str]]:
        """The table and the kind of each form."""
        return {
            _id(root, "systemform/formid"): (table.name, path.split("/")[3]) for path, table, root in self.of_tables("FormXml")
        }

    @cached_property
    def dashboards(self) -> set[str]:
        """The dashboards."""
        return {_id(root, "FormId") for _, root in self.under("Dashboards/")}

    @cached_property
    def roles(self) -> dict[str, str]:
        """The names of roles by their ids."""
        return {root.get("id", "").lower(): root.get("name", "") for _, root in self.under("Roles/")}

    @cached_property
    def resources(self) -> dict[str, str]:
        """The ids of web resources by their names."""
        return {
            layout.said(root, "Name"): _id(root, "WebResourceId") for _, root in self.under(layout.WEB_RESOURCES, layout.DATA)
        }

    @cached_property
    def endpoints(self) -> set[str]:
        """The service endpoints."""
        root = self.files.get(layout.ENDPOINTS_FILE)
        return set() if root is None else {one.get("ServiceEndpointId", "").lower() for one in root}

    @cached_property
    def relationships(self) -> dict[str, tuple[str, str, str]]:
        """Table, referenced table and lookup of each relationship; physical names, the lookup in lower case."""
        return {
            one.get("Name", ""): (
                layout.said(one, "ReferencingEntityName"),
                layout.said(one, "ReferencedEntityName"),
                layout.said(one, "ReferencingAttributeName").lower(),
            )
            for _, root in self.under(layout.RELATIONSHIPS)
            for one in root
        }


def _id(root: Element, path: str) -> str:
    return braced(root.findtext(path) or "")


def braced(text: str) -> str:
    """An id as the index spells it."""
    return f"{{{text.strip('{}').lower()}}}"
