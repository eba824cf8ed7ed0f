"""Ids and labels: nothing has the id of something else, and everything that people see has a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dataverse.solution import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.checking.index import Index
    from dataverse.solution.xml import Element

OWN = frozenset({"formid", "savedqueryid", "savedqueryvisualizationid", "FormId", "WebResourceId"})
"""Elements that give something its id. In AppModule.xml WebResourceId points to something else."""
OWN_ATTRIBUTES = {
    "Role": "id",
    "SdkMessageProcessingStep": "SdkMessageProcessingStepId",
    "ServiceEndpoint": "ServiceEndpointId",
    "cell": "id",
    "section": "id",
    "tab": "id",
    "header": "id",
}
LABELLED = {
    "savedquery": "LocalizedNames/LocalizedName",
    "visualization": "LocalizedNames/LocalizedName",
    "systemform": "LocalizedNames/LocalizedName",
    "Dashboard": "LocalizedNames/LocalizedName",
    "AppModule": "LocalizedNames/LocalizedName",
    "attribute": "displaynames/displayname",
    "option": "labels/label",
    "status": "labels/label",
    "state": "labels/label",
    "tab": "labels/label",
    "section": "labels/label",
    "cell": "labels/label",
}
SAID_ELSEWHERE = frozenset({"AppModule"})


def refused(index: Index) -> Iterator[tuple[str, str]]:
    """Path and sentence."""
    seen: dict[str, str] = {}
    for path, root in index.files.items():
        for tag, text in _ids(root):
            if text in seen:
                yield path, f"{tag} has the id {text}, which {seen[text]} has too"
            seen[text] = path
        yield from ((path, sentence) for sentence in _unlabelled(root))
    yield from _misplaced(index)


@cache
def _ids(root: Element) -> tuple[tuple[str, str], ...]:
    """Elements and the ids that they give. A file is looked at once (whole.py), however often the package around it changes."""
    return () if root.tag in SAID_ELSEWHERE else tuple(_given(root))


def _given(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        if element.tag in OWN:
            yield element.tag, (element.text or "").lower()
        own = element.get(OWN_ATTRIBUTES.get(element.tag, ""))
        if own:
            yield element.tag, own.lower()


@cache
def _unlabelled(root: Element) -> tuple[str, ...]:
    """What is said of elements without a label; a file is looked at once, too."""
    return tuple(_nameless(root))


def _nameless(root: Element) -> Iterator[str]:
    for element in root.iter():
        path = LABELLED.get(element.tag)
        if path is None or _needs_none(element, root):
            continue
        found = element.find(path)
        if found is None or not found.get("description"):
            yield f"{element.tag} {_called(element)} has no label"


def _needs_none(element: Element, root: Element) -> bool:
    """The cells and attributes of a list are named by their columns."""
    return root.tag in {"savedqueries", "visualization"} and element.tag in {"cell", "attribute"}


def _called(element: Element) -> str:
    return (
        element.get("PhysicalName")
        or element.get("id")
        or element.get("value")
        or (element[0].text or "" if len(element) else "")
    )


def _misplaced(index: Index) -> Iterator[tuple[str, str]]:
    """A file is called by what stands in it, so that packing and unpacking agree."""
    expected = {place.tag: place.path for place in layout.PLACES}
    for path, root in index.files.items():
        if root.tag in expected and expected[root.tag](root) != path:
            yield path, f"{root.tag} belongs into {expected[root.tag](root)}"
    paths = {"SavedQueries": layout.view_path, "Visualizations": layout.chart_path}
    for folder, made in paths.items():
        for path, _, root in index.of_tables(folder):
            own = root[0] if root.tag == "savedqueries" else root
            right = made("/".join(path.split("/")[:2]), own)
            if right != path:
                yield path, f"{own.tag} belongs into {right}"
    for path, _, root in index.of_tables("FormXml"):
        right = layout.form_path("/".join(path.split("/")[:2]), path.split("/")[3], root[0])
        if right != path:
            yield path, f"systemform belongs into {right}"
