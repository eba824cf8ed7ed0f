"""The numbers of component types, and which table holds the rows of each.

Source: Microsoft Learn, "Solution Component (SolutionComponent) table/entity reference" (componenttype); the numbers 380 and 381
are those that exported solutions and public clients carry.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComponentType:
    """A kind of component.

    Attributes:
        number: its componenttype.
        label: what the choice calls it.
        results: the element of an import job's data that lists such components.
        table: where its rows are; "" for definitions, which are no rows.
    """

    number: int
    label: str
    results: str
    table: str = ""


ENTITY = ComponentType(1, "Entity", "entities")
ATTRIBUTE = ComponentType(2, "Attribute", "entitySubhandlers")
OPTION_SET = ComponentType(9, "Option Set", "optionSets")
RELATIONSHIP = ComponentType(10, "Entity Relationship", "entitySubhandlers")
ENTITY_KEY = ComponentType(14, "Entity Key", "entitySubhandlers")
ROLE = ComponentType(20, "Role", "securityroles", "role")
VIEW = ComponentType(26, "Saved Query", "entitySubhandlers", "savedquery")
CHART = ComponentType(59, "Saved Query Visualization", "entitySubhandlers", "savedqueryvisualization")
FORM = ComponentType(60, "System Form", "entitySubhandlers", "systemform")
WEB_RESOURCE = ComponentType(61, "Web Resource", "webResources", "webresource")
SITE_MAP = ComponentType(62, "Site Map", "nodes", "sitemap")
APP = ComponentType(80, "Model-driven App", "nodes", "appmodule")
STEP = ComponentType(92, "SDK Message Processing Step", "SdkMessageProcessingSteps", "sdkmessageprocessingstep")
STEP_IMAGE = ComponentType(93, "SDK Message Processing Step Image", "SdkMessageProcessingSteps", "sdkmessageprocessingstepimage")
ENDPOINT = ComponentType(95, "Service Endpoint", "ServiceEndpoints", "serviceendpoint")
VARIABLE = ComponentType(380, "Environment Variable Definition", "nodes", "environmentvariabledefinition")
VARIABLE_VALUE = ComponentType(381, "Environment Variable Value", "nodes", "environmentvariablevalue")

KINDS = (
    ENTITY,
    ATTRIBUTE,
    OPTION_SET,
    RELATIONSHIP,
    ENTITY_KEY,
    ROLE,
    VIEW,
    CHART,
    FORM,
    WEB_RESOURCE,
    SITE_MAP,
    APP,
    STEP,
    STEP_IMAGE,
    ENDPOINT,
    VARIABLE,
    VARIABLE_VALUE,
)
BY_NUMBER = {kind.number: kind for kind in KINDS}
BY_TABLE = {kind.table: kind for kind in KINDS if kind.table}
