"""From a solution zip back to the unpacked tree: the inverse of packing, for managed and unmanaged zips alike."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.solution import layout
from dataverse.solution.manifest import EITHER
from dataverse.solution.packing import CONTENT_TYPES
from dataverse.solution.xml import Element, node, read, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BYTES = 128 * 1024 * 1024
"""What Dataverse takes as a solution."""


class NoSolution(ValueError):
    """A file that is no solution zip."""


def opened(data: bytes) -> dict[str, bytes]:
    """The parts of a zip by their paths. Errors: NoSolution when it is none, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                message = f"the parts are larger than {MOST_BYTES} bytes"
                raise NoSolution(message)
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except zipfile.BadZipFile as error:
        message = f"this is no zip: {error}"
        raise NoSolution(message) from None


def tree_of(named: Mapping[str, bytes]) -> dict[str, bytes]:
    """The tree that a zip's parts were packed from. Errors: NoSolution when a part is missing; Malformed."""
    lacking = {"solution.xml", "customizations.xml", CONTENT_TYPES} - named.keys()
    if lacking:
        message = f"the zip has no {', '.join(sorted(lacking))}"
        raise NoSolution(message)
    root = read(named["customizations.xml"])
    found = {path: write(element) for path, element in _split(root)}
    found |= dict(_resources(root, named))
    found |= {path: data for path, data in named.items() if path.startswith(layout.COPIED)}
    found[layout.SOLUTION_FILE] = _solution(named["solution.xml"])
    for section in root:
        if section.tag != "Languages":
            section.clear()
    found[layout.CUSTOMIZATIONS_FILE] = write(root)
    return dict(sorted(found.items()))


def _solution(data: bytes) -> bytes:
    root = read(data)
    state = root.find("SolutionManifest/Managed")
    if state is None:
        message = "solution.xml has no SolutionManifest/Managed"
        raise NoSolution(message)
    state.text = EITHER
    return write(root)


def _split(root: Element) -> Iterator[tuple[str, Element]]:
    for entity in root.iterfind("Entities/Entity"):
        yield from _entity(entity)
    relations = root.findall("EntityRelationships/EntityRelationship")
    if relations:
        yield layout.RELATIONSHIPS_FILE, layout.relationship_list(relations)
    grouped: dict[str, list[Element]] = defaultdict(list)
    for relation in relations:
        grouped[layout.relationship_path(relation)].append(relation)
    for path, group in grouped.items():
        yield path, node("EntityRelationships", *group)
    for place in layout.PLACES:
        for one in root.iterfind(f"{place.section}/*"):
            yield place.path(one), one
    endpoints = root.findall("ServiceEndpoints/ServiceEndpoint")
    if endpoints:
        yield layout.ENDPOINTS_FILE, node("ServiceEndpoints", *endpoints)


def _entity(entity: Element) -> Iterator[tuple[str, Element]]:
    folder = layout.table_folder(entity)
    for forms in entity.iterfind("FormXml/forms"):
        for form in forms:
            yield layout.form_path(folder, forms.get("type", "main"), form), node("forms", form)
    for view in entity.iterfind("SavedQueries/savedqueries/savedquery"):
        yield layout.view_path(folder, view), node("savedqueries", view)
    for chart in entity.iterfind("Visualizations/visualization"):
        yield layout.chart_path(folder, chart), chart
    for ribbon in entity.iterfind("RibbonDiffXml"):
        yield f"{folder}/{layout.RIBBON_FILE}", ribbon
    kept = [part for part in entity if part.tag not in {"FormXml", "SavedQueries", "Visualizations", "RibbonDiffXml"}]
    yield f"{folder}/{layout.ENTITY_FILE}", node("Entity", *kept)


def _resources(root: Element, named: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for resource in root.iterfind("WebResources/WebResource"):
        part = layout.said(resource, "FileName").removeprefix("/")
        if part not in named:
            message = f"the zip has no {part}, which the web resource {layout.said(resource, 'Name')} names"
            raise NoSolution(message)
        yield layout.WEB_RESOURCES + layout.said(resource, "Name"), named[part]
