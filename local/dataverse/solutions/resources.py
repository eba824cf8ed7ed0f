"""`WebResources`: scripts, pages and pictures, whose content lies beside customizations.xml.

Source: WebResource of exported solutions and of the published schema; Microsoft Learn, "Web resources" (types, names).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from local.dataverse.solutions import faults, kinds
from local.dataverse.solutions.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.dataverse.solutions.nodes import Node

TYPES = range(1, 13)
SILVERLIGHT = 8
MAX_BYTES = 5 * 1024 * 1024
"""What Dataverse takes at most without a change of its settings."""


def web_resources(group: Node | None, files: Mapping[str, bytes]) -> Iterator[tuple[Part, str]]:
    """Each with the path of its file. Errors: ImportFault."""
    for node in group.children("WebResource") if group is not None else ():
        yield _resource(node, files)
    if group is not None:
        group.done()


def _resource(node: Node, files: Mapping[str, bytes]) -> tuple[Part, str]:
    name, kind = node.text("Name"), node.whole("WebResourceType", 0) or 0
    node.place = f"WebResource[{name}]"
    node.ignore_attributes("unmodified")
    resource_id = node.guid("WebResourceId")
    if not name or kind not in TYPES:
        raise node.fault("A web resource needs a Name and a WebResourceType from 1 to 12.")
    if kind == SILVERLIGHT or node.text("SilverlightVersion"):
        raise faults.unsupported(f"Silverlight web resources ({node.place})")
    path = node.text("FileName").lstrip("/")
    if path not in files:
        raise node.fault(f"The file '{path}' is not in the package.")
    if len(files[path]) > MAX_BYTES:
        raise faults.ImportFault("0x8004f115", f"Webresource content size is too big. {node.place}")
    dependency = node.raw("DependencyXml")
    values = {
        "name": name,
        "displayname": node.text("DisplayName") or None,
        "description": node.text("Description") or None,
        "webresourcetype": kind,
        "content": base64.b64encode(files[path]).decode(),
        "languagecode": node.whole("LanguageCode"),
        "dependencyxml": (dependency.text or "").strip() or None if dependency is not None else None,
        "ishidden": int(node.flag("IsHidden")),
        "isenabledformobileclient": int(node.flag("IsEnabledForMobileClient")),
        "isavailableformobileoffline": int(node.flag("IsAvailableForMobileOffline")),
        "introducedversion": node.text("IntroducedVersion") or None,
    }
    node.skip({"IsCustomizable", "CanBeDeleted"})
    node.done()
    return Part(kinds.WEB_RESOURCE, resource_id, name, values, place=node.place), path
