"""Where each part of customizations.xml lies when the package is unpacked, both ways.

    Entities/<Table>/Entity.xml, FormXml/<type>/{id}.xml, SavedQueries/{id}.xml, Visualizations/{id}.xml, RibbonDiff.xml
    Roles/<name>.xml   Dashboards/{id}.xml   SdkMessageProcessingSteps/{id}.xml   PluginAssemblies/ServiceEndpoints.xml
    AppModules/<name>/AppModule.xml   AppModuleSiteMaps/<name>/AppModuleSiteMap.xml   Other/Relationships/<Table>.xml
    WebResources/<name> with <name>.data.xml beside it

Source: learn.microsoft.com, "SolutionPackager tool"; unpacked solutions on GitHub (kfklaihk/StaffBonusSystem for charts and
dashboards, microsoft/coe-starter-kit for the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.solution.xml import node

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.solution.xml import Element

DATA = ".data.xml"
WEB_RESOURCES = "WebResources/"
DIALOGS = f"{WEB_RESOURCES}w365_/dialogs/"
SOLUTION_FILE = "Other/Solution.xml"
CUSTOMIZATIONS_FILE = "Other/Customizations.xml"
RELATIONSHIPS_FILE = "Other/Relationships.xml"
RELATIONSHIPS = "Other/Relationships/"
ENDPOINTS_FILE = "PluginAssemblies/ServiceEndpoints.xml"
ENTITY_FILE = "Entity.xml"
RIBBON_FILE = "RibbonDiff.xml"
COPIED = ("environmentvariabledefinitions/",)
"""Folders that are in the zip as they are in the tree."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of component with a file of its own: the section that collects it, and the path that one of them has."""

    section: str
    tag: str
    folder: str
    path: Callable[[Element], str]


def said(element: Element, name: str) -> str:
    """The text of a child, "" when there is none."""
    return element.findtext(name) or ""


PLACES = (
    Place("Roles", "Role", "Roles/", lambda one: f"Roles/{one.get('name')}.xml"),
    Place("Dashboards", "Dashboard", "Dashboards/", lambda one: f"Dashboards/{said(one, 'FormId')}.xml"),
    Place(
        "WebResources",
        "WebResource",
        WEB_RESOURCES,
        lambda one: f"{WEB_RESOURCES}{said(one, 'Name')}{DATA}",
    ),
    Place(
        "SdkMessageProcessingSteps",
        "SdkMessageProcessingStep",
        "SdkMessageProcessingSteps/",
        lambda one: f"SdkMessageProcessingSteps/{one.get('SdkMessageProcessingStepId')}.xml",
    ),
    Place(
        "AppModuleSiteMaps",
        "AppModuleSiteMap",
        "AppModuleSiteMaps/",
        lambda one: f"AppModuleSiteMaps/{said(one, 'SiteMapUniqueName')}/AppModuleSiteMap.xml",
    ),
    Place("AppModules", "AppModule", "AppModules/", lambda one: f"AppModules/{said(one, 'UniqueName')}/AppModule.xml"),
)
"""Components that stand below their section one by one."""


def table_folder(entity: Element) -> str:
    """The folder of a table."""
    return f"Entities/{said(entity, 'Name')}"


def form_path(folder: str, kind: str, systemform: Element) -> str:
    """The file of one form; `kind` is main, quick, quickCreate or card."""
    return f"{folder}/FormXml/{kind}/{said(systemform, 'formid')}.xml"


def view_path(folder: str, savedquery: Element) -> str:
    """The file of one view."""
    return f"{folder}/SavedQueries/{said(savedquery, 'savedqueryid')}.xml"


def chart_path(folder: str, visualization: Element) -> str:
    """The file of one chart."""
    return f"{folder}/Visualizations/{said(visualization, 'savedqueryvisualizationid')}.xml"


def relationship_path(relationship: Element) -> str:
    """The file that one relationship stands in with those of the same referenced table."""
    return f"{RELATIONSHIPS}{said(relationship, 'ReferencedEntityName')}.xml"


def is_content(path: str) -> bool:
    """Whether a file is what a web resource holds; beside it lies the file that describes it."""
    return path.startswith(WEB_RESOURCES) and not path.endswith(DATA)


def is_made(path: str) -> bool:
    """Whether a file is worked out. What web resources hold is written by hand, the pages of dialogs excepted."""
    return not is_content(path) or path.startswith(DIALOGS)


def relationship_list(found: list[Element]) -> Element:
    """`Other/Relationships.xml`: all names."""
    listed = sorted(one.get("Name", "") for one in found)
    return node("EntityRelationships", *(node("EntityRelationship", Name=name) for name in listed))
