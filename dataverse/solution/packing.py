"""From the unpacked tree to the parts of a solution zip, and to the zip itself.

Two builds of one tree are byte-identical: parts in a fixed order, one time stamp, one way to compress.

Source: exported solutions (parts and their order); ECMA-376 part 2 for `[Content_Types].xml`.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.solution import layout
from dataverse.solution.manifest import MANAGED, UNMANAGED
from dataverse.solution.xml import HEAD, Element, node, read, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST_STAMP = (1980, 1, 1, 0, 0, 0)
LEVEL = 9
CONTENT_TYPES = "[Content_Types].xml"
TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "application/octet-stream",
    "json": "application/octet-stream",
    "svg": "application/octet-stream",
    "xml": "application/octet-stream",
}
FORM_KINDS = ("main", "quick", "quickCreate", "card")


class Incomplete(ValueError):
    """A tree that lacks a file which another one names."""


def parts(tree: Mapping[str, bytes], *, managed: bool) -> dict[str, bytes]:
    """The parts of the zip in their order. Errors: Incomplete; Malformed."""
    resources = dict(_resources(tree))
    return {
        CONTENT_TYPES: _content_types([*resources, *tree]),
        "solution.xml": _solution(tree, MANAGED if managed else UNMANAGED),
        "customizations.xml": write(customizations(tree)),
        **resources,
        **{path: data for path, data in sorted(tree.items()) if path.startswith(layout.COPIED)},
    }


def zipped(named: Mapping[str, bytes]) -> bytes:
    """The parts as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in named.items():
            info = zipfile.ZipInfo(path, FIRST_STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, data, compresslevel=LEVEL)
    return buffer.getvalue()


def _file(tree: Mapping[str, bytes], path: str) -> bytes:
    if path not in tree:
        message = f"{path} is missing"
        raise Incomplete(message)
    return tree[path]


def _solution(tree: Mapping[str, bytes], managed: str) -> bytes:
    root = read(_file(tree, layout.SOLUTION_FILE))
    state = root.find("SolutionManifest/Managed")
    if state is None:
        message = f"{layout.SOLUTION_FILE} has no SolutionManifest/Managed"
        raise Incomplete(message)
    state.text = managed
    return write(root)


def _content_types(paths: list[str]) -> bytes:
    endings = {path.rpartition(".")[2] for path in paths if path.startswith(layout.COPIED)} | {"xml"}
    defaults = "".join(f'<Default Extension="{ending}" ContentType="{TYPES[ending]}" />' for ending in sorted(endings))
    overrides = "".join(
        f'<Override PartName="/{path}" ContentType="application/octet-stream" />'
        for path in sorted(paths)
        if path.startswith(layout.WEB_RESOURCES) and "." not in path
    )
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{defaults}{overrides}</Types>'
    return (HEAD + types + "\n").encode()


def _resources(tree: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """What web resources hold, by the name that their descriptions give the part."""
    for path in sorted(tree):
        if path.startswith(layout.WEB_RESOURCES) and path.endswith(layout.DATA):
            part = layout.said(read(tree[path]), "FileName").removeprefix("/")
            yield part, _file(tree, path.removesuffix(layout.DATA))


def customizations(tree: Mapping[str, bytes]) -> Element:
    """customizations.xml: every unpacked file in its section."""
    root = read(_file(tree, layout.CUSTOMIZATIONS_FILE))
    sections = {section.tag: section for section in root}
    sections["Entities"].extend(list(_entities(tree)))
    relations = [one for path in sorted(tree) if path.startswith(layout.RELATIONSHIPS) for one in read(tree[path])]
    sections["EntityRelationships"].extend(sorted(relations, key=lambda one: one.get("Name", "")))
    for place in layout.PLACES:
        sections[place.section].extend([read(tree[path]) for path in sorted(tree) if _is_described(path, place.folder)])
    if layout.ENDPOINTS_FILE in tree:
        sections["ServiceEndpoints"].extend(read(tree[layout.ENDPOINTS_FILE]))
    return root


def _is_described(path: str, folder: str) -> bool:
    return path.startswith(folder) and not layout.is_content(path)


def _entities(tree: Mapping[str, bytes]) -> Iterator[Element]:
    folders: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tree):
        if path.startswith("Entities/"):
            folder = "/".join(path.split("/")[:2])
            folders[folder].append(path.removeprefix(f"{folder}/"))
    for folder, files in folders.items():
        yield _entity(folder, files, tree)


def _entity(folder: str, files: list[str], tree: Mapping[str, bytes]) -> Element:
    entity = read(_file(tree, f"{folder}/{layout.ENTITY_FILE}"))
    forms = node("FormXml")
    for kind in FORM_KINDS:
        found = [read(tree[f"{folder}/{file}"]) for file in files if file.startswith(f"FormXml/{kind}/")]
        if found:
            forms.append(node("forms", *(form for group in found for form in group), type=kind))
    views = [view for file in files if file.startswith("SavedQueries/") for view in read(tree[f"{folder}/{file}"])]
    charts = [read(tree[f"{folder}/{file}"]) for file in files if file.startswith("Visualizations/")]
    entity.append(forms)
    if views:
        entity.append(node("SavedQueries", node("savedqueries", *views)))
    if charts:
        entity.append(node("Visualizations", *charts))
    if layout.RIBBON_FILE in files:
        entity.append(read(tree[f"{folder}/{layout.RIBBON_FILE}"]))
    return entity
