"""The folder `environmentvariabledefinitions`: settings of a tenant, with their defaults and, rarely, a value.

Source: environment variables of exported solutions (definition as XML, values as JSON); Microsoft Learn, "Environment variables".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from local.dataverse import codec
from local.dataverse.fixed import fixed
from local.dataverse.solutions import faults, kinds, nodes, rows
from local.dataverse.solutions.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.solutions.nodes import Node
    from local.dataverse.storage import Storage
    from local.dataverse.writing import Writer

FOLDER = "environmentvariabledefinitions/"
_DEFINITION = re.compile(r"environmentvariabledefinitions/([^/]+)/environmentvariabledefinition\.xml\Z")
_VALUES = re.compile(r"environmentvariabledefinitions/([^/]+)/environmentvariablevalues\.json\Z")
FIRST, LAST = 100_000_000, 100_000_005


def definition_id(name: str) -> str:
    """The id that this server gives a definition: packages carry none."""
    return fixed("environmentvariabledefinition", name.lower())


def variables(files: Mapping[str, bytes]) -> Iterator[tuple[Part, str]]:
    """Definitions, then values, each with the path of its file. Errors: ImportFault."""
    found: dict[str, str] = {}
    for path in sorted(files):
        match = _DEFINITION.match(path)
        if match:
            part = _definition(nodes.parse(files[path], path, "environmentvariabledefinition"), match[1])
            found[part.name.lower()] = part.name
            yield part, path
    for path in sorted(files):
        match = _VALUES.match(path)
        if match:
            if match[1].lower() not in found:
                raise faults.invalid(path, f"There is no definition of the environment variable '{match[1]}'.")
            yield _value(files[path], path, found[match[1].lower()]), path


def _words(node: Node, name: str) -> str:
    """A label with its default text."""
    found = node.child(name)
    if found is None:
        return ""
    default = found.attribute("default")
    for one in found.children("label"):
        one.ignore_attributes("description", "languagecode")
        one.done()
    found.done()
    return default


def _definition(node: Node, folder: str) -> Part:
    name = node.required("schemaname")
    if name.lower() != folder.lower():
        raise node.fault(f"The environment variable '{name}' lies in the folder '{folder}'.")
    kind = node.whole("type") or 0
    if not FIRST <= kind <= LAST:
        raise node.fault(f"The type {kind} of an environment variable is not from {FIRST} to {LAST}.")
    values = {
        "schemaname": name,
        "displayname": _words(node, "displayname") or name,
        "description": _words(node, "description") or None,
        "type": kind,
        "defaultvalue": node.text("defaultvalue") or None,
        "isrequired": int(node.flag("isrequired")),
        "secretstore": node.whole("secretstore", 0),
        "introducedversion": node.text("introducedversion") or None,
    }
    node.skip({"iscustomizable", "statecode", "statuscode", "hint"})
    for word in ("apiid", "parameterkey", "valueschema"):
        if node.text(word):
            raise faults.unsupported(f"'{word}' of environment variables ({node.place})")
    node.done()
    return Part(kinds.VARIABLE, definition_id(name), name, values, names={"schemaname": name}, place=node.place)


def _value(data: bytes, path: str, name: str) -> Part:
    try:
        whole: Any = json.loads(data)
        given = whole["environmentvariablevalues"]["environmentvariablevalue"]
        text = given["value"]
        value_id = codec.guid(given.get("@environmentvariablevalueid", "")) or fixed("environmentvariablevalue", name.lower())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise faults.malformed(path, "one environmentvariablevalue with its value is expected.") from None
    if not isinstance(text, str):
        raise faults.malformed(path, "the value must be a text.")
    values = {"schemaname": name, "value": text, "environmentvariabledefinitionid": definition_id(name)}
    return Part(kinds.VARIABLE_VALUE, value_id, name, values, place=path)


def put_values(storage: Storage, writer: Writer, given: tuple[tuple[str, str], ...]) -> None:
    """Set values of variables that are there, as the one who installs gives them. Errors: ImportFault for an unknown variable."""
    for name, text in given:
        definition = rows.find(storage, kinds.VARIABLE.table, "schemaname", name)
        if definition is None:
            raise faults.not_there(name, kinds.VARIABLE.number)
        entity = storage.catalog[kinds.VARIABLE_VALUE.table]
        key = str(definition["environmentvariabledefinitionid"])
        old = rows.find(storage, entity.name, "environmentvariabledefinitionid", key)
        values: dict[str, Sql] = {"schemaname": name, "value": text, "environmentvariabledefinitionid": key}
        rows.put(writer, entity, old, fixed("environmentvariablevalue", name.lower()), values)
