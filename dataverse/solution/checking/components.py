"""Everything else: keys, relationships, roles, the app, steps and the manifest name only what is in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.tables import BY_NAME
from dataverse.security.model import AUDIT_HISTORY, ON_BEHALF, OWN_NAMES, Right
from dataverse.solution import layout
from dataverse.solution.checking.index import braced
from dataverse.solution.manifest import Component

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.checking.index import Index

Found = tuple[str, str]
LOOKUPS = frozenset({"lookup", "owner"})
OWNED_ONLY = ("prvAssign", "prvShare")


def refused(index: Index) -> Iterator[Found]:
    """Path and sentence."""
    for rule in (_tables, _relationships, _roles, _site_map, _app, _steps, _resources, _roots):
        yield from rule(index)


def _tables(index: Index) -> Iterator[Found]:
    for path, root in index.under("Entities/"):
        if not path.endswith(f"/{layout.ENTITY_FILE}"):
            continue
        table = index.by_physical[path.split("/")[1]]
        for name in root.iter("AttributeName"):
            if name.text not in table.columns:
                yield path, f"EntityKey names {name.text}, which {table.name} does not have"
        for base in root.iter("CalculationOf"):
            if base.text not in table.columns:
                yield path, f"attribute is the base amount of {base.text}, which {table.name} does not have"
        icon = root.findtext("EntityInfo/entity/IconVectorName")
        if icon and icon not in index.resources:
            yield path, f"IconVectorName is {icon}, which is no web resource"


def _relationships(index: Index) -> Iterator[Found]:
    listed = index.files.get(layout.RELATIONSHIPS_FILE)
    names = set() if listed is None else {one.get("Name", "") for one in listed}
    for name in sorted(names ^ index.relationships.keys()):
        yield layout.RELATIONSHIPS_FILE, f"EntityRelationship {name} is listed or defined, but not both"
    led: set[tuple[str, str]] = set()
    for name, (child, parent, lookup) in index.relationships.items():
        path = f"{layout.RELATIONSHIPS}{parent}.xml"
        table = index.tables.get(index.physical.get(child, ""))
        if table is None or parent not in index.physical:
            yield path, f"EntityRelationship {name} joins {child} and {parent}, which are not both there"
        elif table.columns.get(lookup) not in LOOKUPS:
            yield path, f"EntityRelationship {name} goes through {lookup}, which is no lookup of {table.name}"
        else:
            led.add((table.name, lookup))
    for physical, table in index.by_physical.items():
        for column, kind in table.columns.items():
            if kind in LOOKUPS and (table.name, column) not in led and not column.endswith("onbehalfby"):
                yield f"Entities/{physical}/{layout.ENTITY_FILE}", f"attribute {column} is a lookup without a relationship"


def _privileges(index: Index) -> dict[str, bool]:
    """Every privilege that there is, with whether its table's rows belong to users."""
    found = dict.fromkeys((ON_BEHALF, *AUDIT_HISTORY), False)
    ours = {name: table for name, table in index.by_physical.items() if not table.unmodified}
    owned = {name: table.owned for name, table in ours.items()}
    owned |= {OWN_NAMES[name]: index.tables[name].owned for name in BY_NAME if name in OWN_NAMES and name in index.tables}
    for name, belongs in owned.items():
        found |= {f"prv{right.value}{name}": belongs for right in Right}
    return found


def _roles(index: Index) -> Iterator[Found]:
    known = _privileges(index)
    for path, root in index.under("Roles/"):
        seen: set[str] = set()
        for one in root.iter("RolePrivilege"):
            name, level = one.get("name", ""), one.get("level", "")
            if name in seen:
                yield path, f"RolePrivilege {name} stands there twice"
            seen.add(name)
            if name not in known:
                yield path, f"RolePrivilege {name} is a privilege of no table"
            elif not known[name] and (level != "Global" or name.startswith(OWNED_ONLY)):
                yield path, f"RolePrivilege {name} has the level {level}; rows of its table belong to the organisation"


def _site_map(index: Index) -> Iterator[Found]:
    for path, root in index.under("AppModuleSiteMaps/"):
        seen: set[str] = set()
        for one in root.iter():
            if one.tag not in {"Area", "Group", "SubArea"}:
                continue
            if one.get("Id", "") in seen:
                yield path, f"{one.tag} {one.get('Id')} stands there twice"
            seen.add(one.get("Id", ""))
        for area in root.iter("SubArea"):
            entity, dashboard, icon = (area.get(name) for name in ("Entity", "DefaultDashboard", "VectorIcon"))
            if (entity is None) == (dashboard is None):
                yield path, f"SubArea {area.get('Id')} opens neither a table nor a dashboard, or both"
            if entity is not None and entity not in index.tables:
                yield path, f"SubArea opens {entity}, which does not exist"
            if dashboard is not None and braced(dashboard) not in index.dashboards:
                yield path, f"SubArea opens {dashboard}, which is no dashboard"
            if icon is not None and icon.removeprefix("/WebResources/") not in index.resources:
                yield path, f"SubArea shows {icon}, which is no web resource"


def _app(index: Index) -> Iterator[Found]:
    maps = {root.findtext("SiteMapUniqueName") for _, root in index.under("AppModuleSiteMaps/")}
    for path, root in index.under("AppModules/"):
        shown = {one.get("schemaName") for one in root.iter("AppModuleComponent") if one.get("type") == "1"}
        for one in root.iter("AppModuleComponent"):
            kind, name, own = int(one.get("type", "0")), one.get("schemaName", ""), (one.get("id") or "").lower()
            there = {
                Component.TABLE: name in index.tables,
                Component.SITE_MAP: name in maps,
                Component.FORM: own in index.dashboards or own in index.forms,
                Component.VIEW: own in index.views,
                Component.CHART: own in index.charts,
            }
            if not there.get(Component(kind), False):
                yield path, f"AppModuleComponent {kind} {name or own} does not exist"
        for role in root.iter("Role"):
            if role.get("id", "").lower() not in index.roles:
                yield path, f"Role {role.get('id')} does not exist"
        if braced(root.findtext("WebResourceId") or "") not in index.resources.values():
            yield path, "WebResourceId is no web resource"
        for _, site in index.under("AppModuleSiteMaps/"):
            for area in site.iter("SubArea"):
                if area.get("Entity") and area.get("Entity") not in shown:
                    yield path, f"AppModuleComponents lack {area.get('Entity')}, which the site map opens"


def _steps(index: Index) -> Iterator[Found]:
    for path, root in index.under("SdkMessageProcessingSteps/"):
        table = root.findtext("PrimaryEntity") or ""
        if table not in index.tables:
            yield path, f"PrimaryEntity is {table}, which does not exist"
        if braced(root.findtext("EventHandler") or "") not in index.endpoints:
            yield path, "EventHandler is no service endpoint of the package"
        for column in filter(None, (root.findtext("FilteringAttributes") or "").split(",")):
            if table in index.tables and column not in index.tables[table].columns:
                yield path, f"FilteringAttributes name {column}, which {table} does not have"


def _resources(index: Index) -> Iterator[Found]:
    for name in index.resources:
        if layout.WEB_RESOURCES + name not in index.tree:
            yield f"{layout.WEB_RESOURCES}{name}{layout.DATA}", f"WebResource {name} has no file"
    for path in index.tree:
        if layout.is_content(path) and path.removeprefix(layout.WEB_RESOURCES) not in index.resources:
            yield path, f"the file is no declared web resource; describe it in {path}{layout.DATA}"


def _roots(index: Index) -> Iterator[Found]:
    """What is in the package stands at its root, and the other way round."""
    path = layout.SOLUTION_FILE
    root = index.files.get(path)
    if root is None:
        yield path, "ImportExportXml is missing"
        return
    listed = {(one.get("type", ""), (one.get("schemaName") or one.get("id") or "").lower()) for one in root.iter("RootComponent")}
    steps = {(one.get("SdkMessageProcessingStepId") or "").lower() for _, one in index.under("SdkMessageProcessingSteps/")}
    there = {
        Component.TABLE: {table.name for table in index.by_physical.values()},
        Component.ROLE: index.roles,
        Component.FORM: index.dashboards,
        Component.WEB_RESOURCE: {name.lower() for name in index.resources},
        Component.SITE_MAP: {layout.said(one, "SiteMapUniqueName").lower() for _, one in index.under("AppModuleSiteMaps/")},
        Component.APP: {layout.said(one, "UniqueName").lower() for _, one in index.under("AppModules/")},
        Component.STEP: steps,
        Component.SERVICE_ENDPOINT: index.endpoints,
        Component.ENVIRONMENT_VARIABLE: {
            one.get("schemaname", "").lower() for _, one in index.under("environmentvariabledefinitions/")
        },
    }
    expected = {(str(int(kind)), name) for kind, found in there.items() for name in found}
    for kind, name in sorted(expected - listed):
        yield path, f"RootComponents lack {kind} {name}"
    for kind, name in sorted(listed - expected):
        yield path, f"RootComponent {kind} {name} is not in the package"
