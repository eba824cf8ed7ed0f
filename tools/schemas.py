"""Hold the package against Microsoft's published customization schemas: `python -m tools.solution --schemas DIR`.

The schemas are Microsoft's and are not part of this repository; DIR is where Schemas.zip of version 9.0.0.2090 was unpacked
(learn.microsoft.com names it on "Ribbon core schema"). Three repairs make them valid for a standard processor: the anchors `^`
and `$` mean themselves in XML Schema patterns and are taken out, a look-ahead is taken out, and content models that a strict
processor calls ambiguous are read laxly.

What newer versions of Dataverse write and these schemas do not know stands in NEWER, one reason each.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import xmlschema

from dataverse.solution.packing import customizations
from dataverse.solution.xml import Element, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEWER: Mapping[str, str] = {
    "headerdensity": 'attribute of form, since 2020: the header shows its columns as controls (maker portal, "header density")',
}
"""Names that the schemas of 2017 do not know, with why we write them."""

MAIN, CHART, RIBBON, SITE_MAP, FORM, FETCH = (
    "CustomizationsSolution.xsd",
    "VisualizationDataDescription.xsd",
    "RibbonCore.xsd",
    "SiteMap.xsd",
    "FormXml.xsd",
    "Fetch.xsd",
)
_LOOK_AHEAD = re.compile(r"\(\?![^)]*\)")
_PATTERN = re.compile(r'(<xs:pattern\s+value\s*=\s*")([^"]*)(")')


def repaired(text: str) -> str:
    """A schema whose patterns a standard processor reads."""

    def mended(found: re.Match[str]) -> str:
        pattern = _LOOK_AHEAD.sub("", found[2])
        return found[1] + pattern.removeprefix("^").removesuffix("$") + found[3]

    return _PATTERN.sub(mended, text)


def loaded(folder: Path) -> dict[str, xmlschema.XMLSchema]:
    """The schemas by file name, repaired."""
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in folder.glob("*.xsd"):
            (Path(place) / path.name).write_text(repaired(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
        return {
            name: xmlschema.XMLSchema(str(Path(place) / name), validation="lax")
            for name in (MAIN, CHART, RIBBON, SITE_MAP, FORM, FETCH)
        }


def problems(tree: Mapping[str, bytes], folder: Path) -> list[str]:
    """What the schemas refuse and NEWER does not excuse, as sentences."""
    schemas = loaded(folder)
    found = [f"{place}: {message}" for place, name, element in documents(tree) for message in _refused(schemas[name], element)]
    return [message for message in found if not any(f"'{word}'" in message for word in NEWER)]


def documents(tree: Mapping[str, bytes]) -> Iterator[tuple[str, str, Element]]:
    """What is validated: place, schema, element."""
    yield "customizations.xml", MAIN, customizations(tree)
    for path, data in sorted(tree.items()):
        if not path.endswith(".xml"):
            continue
        root = read(data)
        for tag, name in (("form", FORM), ("fetch", FETCH), ("datadefinition", CHART), ("SiteMap", SITE_MAP)):
            for element in root.iter(tag):
                if tag != "SiteMap" or len(element):
                    yield path, name, element
        if path.endswith("RibbonDiff.xml"):
            yield path, RIBBON, root


def _refused(schema: xmlschema.XMLSchema, element: Element) -> Iterator[str]:
    for error in schema.iter_errors(element):
        yield f"{error.path}: {error.reason}"
