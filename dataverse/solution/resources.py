"""Web resources and environment variables as files.

Source: CustomizationsSolution.xsd 9.0.0.2090 (webresourcetype); learn.microsoft.com, "Web resources", "Use environment variables
in Power Platform solutions"; unpacked solutions on GitHub.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.schema.tables import GROUPS
from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.xml import LANGUAGE, Element, flag, node

if TYPE_CHECKING:
    from dataverse.schema.model import Table
    from dataverse.solution.content.resources import Resource
    from dataverse.solution.content.variables import Variable

TEXT = "100000000"
"""The type of an environment variable that is a text."""


def group_of(table: Table) -> str:
    """The name of the group that a table belongs to."""
    return next(group.name for group in GROUPS if table in group.tables)


def resource_id(name: str) -> str:
    """The id of a web resource, in braces."""
    return component_id("web resource", name)


def part_name(resource: Resource) -> str:
    """What the zip calls the file: the name without its punctuation, then the id."""
    return f"/WebResources/{re.sub(r'[^A-Za-z0-9_]', '', resource.name)}{resource_id(resource.name).strip('{}').upper()}"


def resource_file(resource: Resource) -> Element:
    """`<name>.data.xml`."""
    return node(
        "WebResource",
        node("WebResourceId", resource_id(resource.name)),
        node("Name", resource.name),
        node("DisplayName", resource.label),
        node("Description", resource.about) if resource.about else None,
        node("WebResourceType", str(int(resource.kind))),
        node("IntroducedVersion", FIRST_VERSION),
        flag("IsEnabledForMobileClient", value=True),
        flag("IsAvailableForMobileOffline", value=False),
        flag("IsCustomizable", value=True),
        flag("CanBeDeleted", value=True),
        flag("IsHidden", value=False),
        node("FileName", part_name(resource)),
    )


def variable_path(variable: Variable) -> str:
    """Where the definition of a variable lies."""
    return f"environmentvariabledefinitions/{variable.name}/environmentvariabledefinition.xml"


def variable_file(variable: Variable) -> Element:
    """The definition of a variable; values are set in each environment."""
    return node(
        "environmentvariabledefinition",
        _labelled("description", variable.about),
        _labelled("displayname", variable.label),
        node("introducedversion", FIRST_VERSION),
        node("iscustomizable", "1"),
        node("isrequired", "0"),
        node("secretstore", "0"),
        node("type", TEXT),
        schemaname=variable.name,
    )


def _labelled(tag: str, text: str) -> Element:
    return node(tag, node("label", description=text, languagecode=LANGUAGE), default=text)
