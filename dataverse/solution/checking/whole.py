"""Everything that is wrong with a package, in one list."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dataverse.solution.checking import commands, components, grammar, identity, lists, pages
from dataverse.solution.checking.index import Index
from dataverse.solution.xml import Malformed, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.solution.xml import Element


@cache
def _read(path: str, data: bytes) -> tuple[Element | None, tuple[str, ...]]:
    """A file and what is wrong with its form. A file is looked at once, however often the package around it changes."""
    try:
        root = read(data)
    except Malformed as error:
        return None, (f"{path}: {error}",)
    return root, tuple(f"{path}: {sentence}" for sentence in grammar.refused(path, root))


def problems(tree: Mapping[str, bytes]) -> list[str]:
    """What is wrong with an unpacked package, as sentences that name file and element; empty when it may be packed.

    What files name is looked at only when every file has its form.
    """
    found = {path: _read(path, data) for path, data in tree.items() if path.endswith(".xml")}
    wrong = [sentence for _, sentences in found.values() for sentence in sentences]
    if wrong:
        return wrong
    index = Index(tree, {path: root for path, (root, _) in found.items() if root is not None})
    rules = (identity.refused, lists.refused, pages.refused, components.refused, commands.refused)
    return [f"{path}: {sentence}" for rule in rules for path, sentence in rule(index)]
