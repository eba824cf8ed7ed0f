"""What an import job says of itself: its `data` as XML, with a result for every component.

Source: Microsoft Learn, "Work with solutions using the SDK" (retrieving import job data, with a sample).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from local.dataverse.solutions import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.dataverse.solutions.faults import ImportFault
    from local.dataverse.solutions.manifest import Manifest
    from local.dataverse.solutions.package import Package

LISTS = (
    "entities",
    "nodes",
    "settings",
    "dashboards",
    "securityroles",
    "workflows",
    "templates",
    "optionSets",
    "ConnectionRoles",
    "SolutionPluginAssemblies",
    "SdkMessageProcessingSteps",
    "ServiceEndpoints",
    "webResources",
    "reports",
    "FieldSecurityProfiles",
    "languages",
    "entitySubhandlers",
    "publishes",
    "rootComponents",
    "dependencies",
)
ITEMS = {
    "entities": "entity",
    "nodes": "node",
    "securityroles": "securityrole",
    "optionSets": "optionSet",
    "SdkMessageProcessingSteps": "SdkMessageProcessingStep",
    "ServiceEndpoints": "ServiceEndpoint",
    "webResources": "webResource",
    "entitySubhandlers": "entitySubhandler",
    "dashboards": "dashboard",
}
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def ticks(moment: datetime) -> str:
    """A moment as .NET counts it: tenths of microseconds since the year 1."""
    return str((moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 10)


def data(
    start: datetime,
    stop: datetime,
    *,
    manifest: Manifest | None,
    package: Package | None,
    fault: ImportFault | None,
    progress: float,
) -> str:
    """The document. What failed stands at the manifest, as Dataverse puts it; nothing else was kept then."""
    root = ET.Element("importexportxml", start=ticks(start), stop=ticks(stop), progress=f"{progress:g}", processed="true")
    manifests = ET.SubElement(root, "solutionManifests")
    _manifest(manifests, manifest, stop, fault)
    lists = {name: ET.SubElement(root, name) for name in LISTS}
    if fault is None and package is not None:
        for results, item, name, label in _components(package):
            made = ET.SubElement(lists[results], item, id=name, LocalizedName=label, processed="true")
            _result(made, stop, None)
        _result(ET.SubElement(lists["languages"], "language"), stop, None)
        _result(ET.SubElement(lists["rootComponents"], "rootComponent", processed="true"), stop, None)
        _result(ET.SubElement(lists["dependencies"], "dependency", processed="true"), stop, None)
    return ET.tostring(root, encoding="unicode")


def _manifest(parent: ET.Element, manifest: Manifest | None, stop: datetime, fault: ImportFault | None) -> None:
    name = manifest.name if manifest else ""
    node = ET.SubElement(
        parent,
        "solutionManifest",
        languagecode="1033",
        id=name,
        LocalizedName=manifest.label if manifest else "",
        processed="true",
    )
    if manifest is not None:
        ET.SubElement(node, "UniqueName").text = name
        ET.SubElement(node, "Version").text = manifest.version_text
        ET.SubElement(node, "Managed").text = str(int(manifest.managed))
        publisher = ET.SubElement(node, "Publisher")
        ET.SubElement(publisher, "UniqueName").text = manifest.publisher.name
    ET.SubElement(node, "results")
    _result(node, stop, fault)


def _result(parent: ET.Element, stop: datetime, fault: ImportFault | None) -> None:
    ET.SubElement(
        parent,
        "result",
        result="success" if fault is None else "failure",
        errorcode="0" if fault is None else fault.code,
        errortext="" if fault is None else fault.message,
        datetime=f"{stop:%H:%M:%S}.{stop.microsecond // 10000:02d}",
        datetimeticks=ticks(stop),
    )


def _components(package: Package) -> Iterable[tuple[str, str, str, str]]:
    for table in package.tables:
        yield "entities", "entity", table.name, table.whole.label if table.whole else table.name
    for name, choice in package.choices.items():
        yield "optionSets", "optionSet", name, choice.name
    for many in package.manys:
        yield kinds.RELATIONSHIP.results, ITEMS[kinds.RELATIONSHIP.results], many.name, many.name
    for part in package.parts:
        yield part.kind.results, ITEMS[part.kind.results], part.id, part.name
