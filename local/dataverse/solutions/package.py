"""A whole package as it was read: pure, before anything is looked up in the tenant.

Source: customizations.xml of exported solutions and the published schema (ImportExportXml).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.schema.model import Choice
from local.dataverse.solutions import (
    apps,
    archive,
    faults,
    forms,
    manifest,
    nodes,
    option_sets,
    relationships,
    resources,
    role_parts,
    steps,
    table_parts,
    variables,
    views,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.dataverse.solutions.manifest import Manifest
    from local.dataverse.solutions.nodes import Node
    from local.dataverse.solutions.parts import Part
    from local.dataverse.solutions.relationships import ManyToMany, OneToMany
    from local.dataverse.solutions.table_parts import TablePart

EMPTY_ONLY = (
    "Workflows",
    "FieldSecurityProfiles",
    "Templates",
    "EntityMaps",
    "OrganizationSettings",
    "CustomControls",
    "SolutionPluginAssemblies",
    "EntityDataProviders",
    "EntityDataSources",
    "connectionreferences",
    "CanvasApps",
    "AIModels",
    "Reports",
    "Slas",
    "RoutingRules",
    "ConvertRules",
    "MobileOfflineProfiles",
    "ConnectionRoles",
    "EntityImageConfigs",
)
"""Sections that exports always have; what stands in them is refused by name."""
ENTITY_LATER = ("HierarchyRules", "CustomControlDefaultConfigs", "indexes", "Strings", "Icons", "ChannelPropertyGroups")


@dataclass(frozen=True)
class Package:
    """What an import is to do.

    Attributes:
        data: the zip.
        choices: global option sets by name.
        tables: in the order of the file.
        parts: components that are rows, in an order in which they can be made.
    """

    data: bytes
    manifest: Manifest
    choices: Mapping[str, Choice]
    tables: tuple[TablePart, ...]
    manys: tuple[ManyToMany, ...]
    parts: tuple[Part, ...]


def read(data: bytes, known: Mapping[str, Choice] | None = None) -> Package:
    """A package from its zip; `known` are the global option sets that the tenant has. Errors: ImportFault."""
    files = archive.unpack(data)
    head = manifest.read(files[archive.SOLUTION])
    root = nodes.parse(files[archive.CUSTOMIZATIONS], archive.CUSTOMIZATIONS, "ImportExportXml")
    root.ignore_attributes(*manifest.DISPLAY)
    choices = dict(_choices(root.child("optionsets")))
    ones, manys = relationships.read(root.child("EntityRelationships"))
    tables, seen = _entities(root.child("Entities"), {**(known or {}), **choices}, ones)
    _nothing_else(root)
    read_files = set(archive.NEEDED)
    parts: list[Part] = []
    for part, path in (*resources.web_resources(root.child("WebResources"), files), *variables.variables(files)):
        parts.append(part)
        read_files.add(path)
    parts += seen
    parts += forms.dashboards(root.child("Dashboards"))
    parts += role_parts.roles(root.child("Roles"))
    parts += apps.site_maps(root.child("AppModuleSiteMaps"))
    parts += apps.apps(root.child("AppModules"))
    parts += steps.endpoints(root.child("ServiceEndpoints"))
    parts += steps.steps(root.child("SdkMessageProcessingSteps"))
    _languages(root.child("Languages"))
    root.done()
    left = sorted(set(files) - read_files)
    if left:
        raise faults.unprocessed(left)
    _unique(parts)
    return Package(data, head, choices, tuple(tables), tuple(manys), tuple(parts))


def _choices(group: Node | None) -> Iterator[tuple[str, Choice]]:
    if group is None:
        return
    for node in group.children("optionset"):
        name = node.required("Name")
        node.place = f"optionsets/optionset[{name}]"
        label = option_sets.global_label(node)
        yield name, Choice(label or name, option_sets.choice(node, name).options)
    group.done()


def _entities(group: Node | None, choices: Mapping[str, Choice], ones: list[OneToMany]) -> tuple[list[TablePart], list[Part]]:
    tables: list[TablePart] = []
    parts: list[Part] = []
    if group is None:
        return tables, parts
    for node in group.children("Entity"):
        called = node.needed("Name")
        called.ignore_attributes("LocalizedName", "OriginalName")
        called.done()
        name = called.own_text.lower()
        node.place = f"Entities/Entity[{name}]"
        node.skip({"ObjectTypeCode"})
        info = node.child("EntityInfo")
        if info is not None:
            inner = info.needed("entity")
            inner.place = f"{node.place}/EntityInfo/entity"
            tables.append(table_parts.read(inner, name, choices, ones))
            info.done()
        parts += views.views(node.child("SavedQueries"), name)
        parts += forms.forms(node.child("FormXml"), name)
        parts += views.charts(node.child("Visualizations"), name)
        _ribbon(node.child("RibbonDiffXml"))
        for later in ENTITY_LATER:
            found = node.child(later)
            if found is not None and not found.empty():
                raise faults.unsupported(f"'{later}' of tables ({node.place})")
        node.done()
    group.done()
    names = [table.name for table in tables]
    repeated = next((one for one in names if names.count(one) > 1), None)
    if repeated is not None:
        raise group.fault(f"The entity '{repeated}' stands there twice.")
    return tables, parts


def _ribbon(node: Node | None) -> None:
    """Buttons are drawn by browsers: a ribbon must be one, and is kept with the package."""
    if node is None:
        return
    node.skip({"CustomActions", "Templates", "CommandDefinitions", "RuleDefinitions", "LocLabels"})
    node.done()


def _nothing_else(root: Node) -> None:
    for name in EMPTY_ONLY:
        found = root.child(name)
        if found is not None and not found.empty():
            raise faults.unsupported(f"'{found.element[0].tag if len(found.element) else name}' in '{name}'")
    _ribbon(root.child("RibbonDiffXml"))


def _languages(node: Node | None) -> None:
    for one in node.children("Language") if node is not None else ():
        one.done()
        if one.own_text != nodes.LANGUAGE:
            raise faults.ImportFault(
                "0x80048026",
                "Translated labels for the following languages could not be imported because they have not been enabled for this "
                f"organization: {one.own_text}",
            )
    if node is not None:
        node.done()


def _unique(parts: list[Part]) -> None:
    seen: set[tuple[int, str]] = set()
    for part in parts:
        if (part.kind.number, part.id) in seen:
            raise faults.invalid(part.place, f"The id {part.id} stands there twice.")
        seen.add((part.kind.number, part.id))
