"""`solution.xml`: what a package is called, its version, its publisher, its root components and what it needs.

Source: solution.xml of exported solutions; Microsoft Learn, "Solution concepts" (publisher, prefix), "Create solution" (version).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.dataverse.solutions import faults, nodes

if TYPE_CHECKING:
    from local.dataverse.solutions.nodes import Node

DISPLAY = {"version", "SolutionPackageVersion", "languagecode", "generatedBy", "OrganizationVersion", "OrganizationSchemaType"}
"""Attributes of the root that say who wrote the file."""
SYSTEM = {"Active", "Default", "Basic", "System"}
_NAME = re.compile(r"[A-Za-z_]\w{0,64}\Z", re.ASCII)
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}\Z", re.ASCII)
_PREFIX = re.compile(r"[a-z][a-z0-9]{1,7}\Z", re.ASCII)
_DEPENDENCY = (
    "key",
    "type",
    "schemaName",
    "displayName",
    "parentSchemaName",
    "parentDisplayName",
    "solution",
    "id",
    "package",
    "id.connectionreferencelogicalname",
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who a solution comes from."""

    name: str
    label: str
    description: str
    prefix: str
    option_prefix: int
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class RootComponent:
    """A component as the manifest lists it: by schema name or by id. Behaviour 0 is with all below it, 1 and 2 without."""

    kind: int
    name: str
    id: str
    behavior: int


@dataclass(frozen=True)
class Manifest:
    """What solution.xml says. `missing` are pairs of required and dependent components, as attributes."""

    name: str
    label: str
    description: str
    version: tuple[int, ...]
    managed: bool
    publisher: Publisher
    roots: tuple[RootComponent, ...]
    missing: tuple[tuple[dict[str, str], dict[str, str]], ...] = ()

    @property
    def version_text(self) -> str:
        """The version as it is shown."""
        return ".".join(str(part) for part in self.version)


def read(data: bytes) -> Manifest:
    """Errors: ImportFault in a sentence."""
    root = nodes.parse(data, "solution.xml", "ImportExportXml")
    root.ignore_attributes(*DISPLAY)
    node = root.needed("SolutionManifest")
    root.done()
    name = node.text("UniqueName")
    if not _NAME.match(name):
        raise node.fault(f"The UniqueName '{name}' is not valid: it has letters, digits and underscores only.")
    if name in SYSTEM:
        raise faults.ImportFault("0x80048046", "System solution cannot be imported.")
    version = node.text("Version")
    if not _VERSION.match(version):
        raise node.fault(f"The Version '{version}' is not valid: it has two to four numbers.")
    managed = node.text("Managed")
    if managed not in {"0", "1"}:
        raise faults.unsupported(f"a package whose Managed is '{managed}' (0 is unmanaged, 1 is managed)")
    found = Manifest(
        name,
        node.label("LocalizedNames", "LocalizedName") or name,
        node.label("Descriptions", "Description"),
        tuple(int(part) for part in version.split(".")),
        managed == "1",
        _publisher(node.needed("Publisher")),
        tuple(_root(one) for one in _list(node, "RootComponents", "RootComponent")),
        tuple(_missing(one) for one in _list(node, "MissingDependencies", "MissingDependency")),
    )
    node.done()
    return found


def _list(node: Node, group: str, name: str) -> list[Node]:
    found = node.child(group)
    if found is None:
        return []
    listed = found.children(name)
    found.done()
    return listed


def _publisher(node: Node) -> Publisher:
    prefix = node.text("CustomizationPrefix")
    if not _PREFIX.match(prefix):
        raise node.fault(f"The CustomizationPrefix '{prefix}' is not valid: two to eight small letters and digits.")
    found = Publisher(
        node.text("UniqueName"),
        node.label("LocalizedNames", "LocalizedName"),
        node.label("Descriptions", "Description"),
        prefix,
        node.whole("CustomizationOptionValuePrefix", 10_000) or 0,
        node.text("EMailAddress"),
        node.text("SupportingWebsiteUrl"),
    )
    if not _NAME.match(found.name) or not 10_000 <= found.option_prefix <= 99_999:
        raise node.fault("The publisher needs a UniqueName and a CustomizationOptionValuePrefix from 10000 to 99999.")
    node.skip({"Addresses"})
    node.done()
    return found


def _root(node: Node) -> RootComponent:
    kind = nodes.number(node, "type", node.required("type"))
    given = node.attribute("id")
    behavior = nodes.number(node, "behavior", node.attribute("behavior", "0"))
    name = node.attribute("schemaName")
    node.ignore_attributes("parentId", "solutionaction")
    node.done()
    if not name and not given:
        raise node.fault("A root component needs schemaName or id.")
    if behavior not in {0, 1, 2}:
        raise node.fault(f"The behavior {behavior} of a root component is not 0, 1 or 2.")
    return RootComponent(kind, name, nodes.guid(node, "id", given) if given else "", behavior)


def _missing(node: Node) -> tuple[dict[str, str], dict[str, str]]:
    found = _dependency(node.needed("Required")), _dependency(node.needed("Dependent"))
    node.skip({"package"})
    node.ignore_attributes("canResolveMissingDependency")
    node.done()
    return found


def _dependency(node: Node) -> dict[str, str]:
    found = {name: node.attribute(name) for name in _DEPENDENCY}
    node.skip({"package"})
    node.done()
    return {name: value for name, value in found.items() if value}
