"""The app and its navigation as files.

Source: SiteMapType.xsd and CustomizationsSolution.xsd 9.0.0.2090 (AppModuleType); unpacked solutions that Microsoft publishes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.security.roles import ROLES
from dataverse.solution.content.areas import AREAS, WITHIN
from dataverse.solution.content.dashboards import DASHBOARDS
from dataverse.solution.content.resources import APP_ICON, icon_of
from dataverse.solution.dashboards import dashboard_id
from dataverse.solution.entities import extended
from dataverse.solution.forms import MAIN, form_id
from dataverse.solution.manifest import Component
from dataverse.solution.publisher import ABOUT, FIRST_VERSION, TITLE
from dataverse.solution.resources import group_of, resource_id
from dataverse.solution.role_files import role_id
from dataverse.solution.words import table_of
from dataverse.solution.xml import LANGUAGE, Element, descriptions, names, node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Table

APP = "w365_Work365"
UNIFIED_INTERFACE = "4"
EVERY_CLIENT = "All,Outlook,OutlookLaptopClient,OutlookWorkstationClient,Web"
EVERY_LICENCE = "All,OnPremise,Live,SPLA"
DASHBOARDS_PAGE = "/workplace/home_dashboards.aspx"
STANDARD_ICON = "/_imgs/imagestrips/transparent_spacer.gif"
NOT_FOR_PEOPLE = frozenset({"Work365 Application user", "Work365 Portal service"})
"""Roles that open no app."""
_PART = re.compile(r"'([^']+)'|(\S+)")


def navigation() -> Iterator[tuple[str, str, str]]:
    """Area, group and entry: a table's word, or a dashboard's name in quotes."""
    for area, groups in AREAS.items():
        for group, entries in groups.items():
            for found in _PART.finditer(entries):
                yield area, group, found[0]


def app_tables() -> list[Table]:
    """The tables that the app shows: those of the navigation, and those that stand on their forms."""
    named = [entry for _, _, entry in navigation() if not entry.startswith("'")]
    return [table_of(word) for word in [*named, *WITHIN]]


def app_file() -> Element:
    """`AppModule.xml`: its tables, the dashboards, and who may open it.

    Of a table of which no form is listed, an app shows all forms; of account it shows ours.
    """
    tables = sorted(table.name for table in app_tables())
    components = [node("AppModuleComponent", type=str(int(Component.TABLE)), schemaName=name) for name in tables]
    shown = [*(dashboard_id(one.name) for one in DASHBOARDS), *(form_id(table, MAIN) for table in extended())]
    components += [node("AppModuleComponent", type=str(int(Component.FORM)), id=one) for one in shown]
    components.append(node("AppModuleComponent", type=str(int(Component.SITE_MAP)), schemaName=APP))
    return node(
        "AppModule",
        node("UniqueName", APP),
        node("IntroducedVersion", FIRST_VERSION),
        node("WebResourceId", resource_id(APP_ICON).strip("{}")),
        node("FormFactor", "1"),
        node("ClientType", UNIFIED_INTERFACE),
        node("AppModuleComponents", *components),
        node("AppModuleRoleMaps", *(node("Role", id=role_id(role.name)) for role in ROLES if role.name not in NOT_FOR_PEOPLE)),
        names(TITLE),
        descriptions(ABOUT),
    )


def site_map_file() -> Element:
    """`AppModuleSiteMap.xml`."""
    areas = (_area(area, groups) for area, groups in AREAS.items())
    return node(
        "AppModuleSiteMap",
        node("SiteMapUniqueName", APP),
        node("SiteMapName", TITLE),
        node("SiteMap", *areas, IntroducedVersion=FIRST_VERSION),
        names(TITLE),
    )


def _area(area: str, groups: dict[str, str]) -> Element:
    inside = (_group(area, group, entries) for group, entries in groups.items())
    return node("Area", _titles(area), *inside, Id=_word(area), ShowGroups="true", IntroducedVersion=FIRST_VERSION)


def _group(area: str, group: str, entries: str) -> Element:
    inside = (_entry(found) for found in _PART.finditer(entries))
    return node(
        "Group", _titles(group), *inside, Id=f"{_word(area)}_{_word(group)}", IsProfile="false", IntroducedVersion=FIRST_VERSION
    )


def _entry(found: re.Match[str]) -> Element:
    common = {"Client": EVERY_CLIENT, "AvailableOffline": "true", "PassParams": "false", "Sku": EVERY_LICENCE}
    if found[1]:
        led = {"Id": _word(found[1]), "Url": DASHBOARDS_PAGE, "DefaultDashboard": dashboard_id(found[1]).strip("{}")}
        return node("SubArea", _titles(found[1]), attributes={**led, **common})
    table = table_of(found[2])
    icons = {"Icon": STANDARD_ICON}
    if not table.standard:
        icons["VectorIcon"] = f"/WebResources/{icon_of(group_of(table))}"
    return node("SubArea", _titles(table.plural), attributes={"Id": table.name, **icons, "Entity": table.name, **common})


def _titles(text: str) -> Element:
    return node("Titles", node("Title", LCID=LANGUAGE, Title=text))


def _word(label: str) -> str:
    return "w365_" + re.sub(r"[^A-Za-z0-9]", "", label)
