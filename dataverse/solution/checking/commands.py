"""Command bars, and the files behind them: a button calls a function that is there, and scripts and pages name what exists."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dataverse.solution import layout
from dataverse.solution.content.resources import Kind
from dataverse.solution.ribbons import LABEL, RESOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.checking.index import Index
    from dataverse.solution.xml import Element

PLATFORM = "Mscrm."
RULES = ("DisplayRule", "EnableRule")
_WORD = re.compile(r"(?<![A-Za-z0-9])_?(w365_[A-Za-z]+)(?:_value)?(?![A-Za-z/])")
_LINK = re.compile(r'\b(?:src|href)="([^"]+)"')
_NAME = re.compile(r'"(w365_/[^"]+)"')
OWN_WORDS = frozenset({"w365_underway"})
"""Names that scripts give to things of their own: a notification of a form."""


def refused(index: Index) -> Iterator[tuple[str, str]]:
    """Path and sentence."""
    for path, root in index.under("Entities/"):
        if path.endswith(f"/{layout.RIBBON_FILE}"):
            yield from ((path, sentence) for rule in (_parts, _labels, _calls, _rights) for sentence in rule(index, root))
    for path, text in _texts(index):
        yield from ((path, sentence) for rule in (_words, _links) for sentence in rule(index, path, text))


def _parts(index: Index, root: Element) -> Iterator[str]:
    """Buttons name commands, commands name rules; both are defined here, or are the platform's."""
    del index
    commands = {one.get("Id") for one in root.iter("CommandDefinition")}
    for button in root.iter("Button"):
        if button.get("Command") not in commands:
            yield f"Button {button.get('Id')} gives the command {button.get('Command')}, which is not defined"
    for kind in RULES:
        defined = {one.get("Id") for one in root.iterfind(f"RuleDefinitions/{kind}s/{kind}")}
        for one in root.iterfind(f"CommandDefinitions/CommandDefinition/{kind}s/{kind}"):
            name = one.get("Id", "")
            if name not in defined and not name.startswith(PLATFORM):
                yield f"CommandDefinition asks the {kind} {name}, which is not defined"


def _labels(index: Index, root: Element) -> Iterator[str]:
    del index
    defined = {one.get("Id") for one in root.iter("LocLabel")}
    for button in root.iter("Button"):
        for name, value in button.items():
            if value.startswith(LABEL) and value.removeprefix(LABEL) not in defined:
                yield f"Button has the {name} {value}, which no LocLabel says"


def _calls(index: Index, root: Element) -> Iterator[str]:
    """Images and scripts are web resources of ours, and a script gives what is called to the outside."""
    for one in root.iter():
        for name in ("ModernImage", "Library"):
            value = one.get(name)
            if value is not None and value.removeprefix(RESOURCE) not in index.resources:
                yield f"{one.tag} has the {name} {value}, which is no web resource"
        function = one.get("FunctionName")
        if function is not None and not _gives(index, one.get("Library", "").removeprefix(RESOURCE), function):
            yield f"{one.tag} calls {function}, which its script does not give"


def _gives(index: Index, script: str, function: str) -> bool:
    space, _, name = function.rpartition(".")
    text = index.tree.get(layout.WEB_RESOURCES + script, b"").decode()
    given = re.search(r"return \{([^}]*)\};\n\}\)\(\);\s*$", text)
    return f"{space} = (function () {{" in text and given is not None and name in re.findall(r"\w+", given[1])


def _rights(index: Index, root: Element) -> Iterator[str]:
    for one in root.iter("EntityPrivilegeRule"):
        if one.get("EntityName") not in index.tables:
            yield f"EntityPrivilegeRule asks for {one.get('EntityName')}, which does not exist"


def _texts(index: Index) -> Iterator[tuple[str, str]]:
    """The pages and scripts, without what is no text of ours."""
    kinds = {str(int(Kind.PAGE)), str(int(Kind.SCRIPT))}
    for _, root in index.under(layout.WEB_RESOURCES, layout.DATA):
        path = layout.WEB_RESOURCES + layout.said(root, "Name")
        if layout.said(root, "WebResourceType") in kinds and path in index.tree:
            yield path, index.tree[path].decode()


def _words(index: Index, path: str, text: str) -> Iterator[str]:
    """A word with our prefix is a table, its set, or a column of one; a lookup is also written as its table spells it."""
    del path
    columns = {column for table in index.tables.values() for column in table.columns}
    sets = {f"{table}s" for table in index.tables}
    known = columns | index.tables.keys() | sets | OWN_WORDS
    for word in sorted({found[1] for found in _WORD.finditer(text)}):
        if word.lower() not in known:
            yield f"{word} is no table and no column of any"


def _links(index: Index, path: str, text: str) -> Iterator[str]:
    """Pages link by where they lie themselves, scripts open by whole names; both are web resources of ours."""
    for name in _NAME.findall(text):
        if name not in index.resources:
            yield f"opens {name}, which is no web resource"
    for link in _LINK.findall(text):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path), link)).removeprefix(layout.WEB_RESOURCES)
        if name not in index.resources:
            yield f"links to {link}, which is no web resource"
