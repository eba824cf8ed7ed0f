"""`Other/Solution.xml`: name, version, publisher and what stands at the root of the package; and the frame of customizations.xml.

Unpacked, the solution is neither managed nor unmanaged (2); packing decides.

Source: unpacked solutions that Microsoft publishes; learn.microsoft.com, "solutioncomponent table" (component types).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from dataverse.solution.publisher import ABOUT, OPTION_PREFIX, PREFIX, PUBLISHER, SOLUTION, SOLUTION_VERSION, TITLE
from dataverse.solution.xml import LANGUAGE, Element, descriptions, names, nil, node

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE_VERSION = "9.2"
GENERATED_BY = "CrmLive"
"""What Microsoft's own command line writes into a solution that was never exported."""

UNMANAGED, MANAGED, EITHER = "0", "1", "2"

SECTIONS = (
    "Entities",
    "Roles",
    "Workflows",
    "FieldSecurityProfiles",
    "Templates",
    "EntityMaps",
    "EntityRelationships",
    "OrganizationSettings",
    "optionsets",
    "Dashboards",
    "WebResources",
    "CustomControls",
    "SdkMessageProcessingSteps",
    "ServiceEndpoints",
    "AppModuleSiteMaps",
    "AppModules",
    "EntityDataProviders",
)
"""The parts of customizations.xml in their order; Languages stands last."""

_EMPTY = """
City County Country Fax FreightTermsCode ImportSequenceNumber Latitude Line1 Line2 Line3 Longitude Name PostalCode PostOfficeBox
PrimaryContactName
"""
_EMPTY_TOO = """
StateOrProvince Telephone1 Telephone2 Telephone3 TimeZoneRuleVersionNumber UPSZone UTCOffset UTCConversionTimeZoneCode
"""


class Component(IntEnum):
    """The numbers of component types."""

    TABLE = 1
    ROLE = 20
    VIEW = 26
    CHART = 59
    FORM = 60
    WEB_RESOURCE = 61
    SITE_MAP = 62
    APP = 80
    STEP = 92
    SERVICE_ENDPOINT = 95
    ENVIRONMENT_VARIABLE = 380


@dataclass(frozen=True, slots=True)
class Root:
    """A component at the root: by its schema name, or by its id in braces.

    Attributes:
        behaviour: 0 with all its parts, 1 without those that are not listed, 2 the shell of a table of somebody else.
    """

    kind: Component
    name: str = ""
    id: str = ""
    behaviour: int = 0


def solution(roots: Iterable[Root]) -> Element:
    """The whole manifest."""
    manifest = node(
        "SolutionManifest",
        node("UniqueName", SOLUTION),
        names(TITLE),
        descriptions(ABOUT),
        node("Version", SOLUTION_VERSION),
        node("Managed", EITHER),
        _publisher(),
        node("RootComponents", *(_root(root) for root in sorted(roots, key=_order))),
        node("MissingDependencies"),
    )
    return node(
        "ImportExportXml",
        manifest,
        version=f"{PACKAGE_VERSION}.0.0",
        SolutionPackageVersion=PACKAGE_VERSION,
        languagecode=LANGUAGE,
        generatedBy=GENERATED_BY,
    )


def _order(root: Root) -> tuple[int, str, str]:
    return (root.kind, root.name, root.id)


def _root(root: Root) -> Element:
    named = {"id": root.id} if root.id else {"schemaName": root.name}
    return node("RootComponent", attributes={"type": str(int(root.kind)), **named, "behavior": str(root.behaviour)})


def _publisher() -> Element:
    return node(
        "Publisher",
        node("UniqueName", PUBLISHER),
        names(TITLE),
        node("Descriptions"),
        nil("EMailAddress"),
        nil("SupportingWebsiteUrl"),
        node("CustomizationPrefix", PREFIX),
        node("CustomizationOptionValuePrefix", str(OPTION_PREFIX)),
        node("Addresses", _address("1"), _address("2")),
    )


def _address(number: str) -> Element:
    return node(
        "Address",
        node("AddressNumber", number),
        node("AddressTypeCode", "1"),
        *(nil(word) for word in _EMPTY.split()),
        node("ShippingMethodCode", "1"),
        *(nil(word) for word in _EMPTY_TOO.split()),
    )


def customizations() -> Element:
    """The frame that unpacked files leave behind: every section, empty."""
    return node("ImportExportXml", *(node(section) for section in SECTIONS), node("Languages", node("Language", LANGUAGE)))
