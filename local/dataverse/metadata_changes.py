"""RetrieveMetadataChanges: the definitions that a query of a query describes, with no more members than it names.

    GET RetrieveMetadataChanges(Query=@p1)?@p1={"Criteria":{…},"Properties":{…},"AttributeQuery":{…}}

A client that names the version it has (ClientVersionStamp) gets nothing when that is the present one, and else 0x80044352: it
reads everything again, as it must after Dataverse's own stamps expire.

Source: Microsoft Learn, "Query schema definitions" (expired version stamps); the request of Microsoft's Python SDK 1.1.0.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, errors, evolving
from local.dataverse.answers import json_answer
from local.dataverse.attributes import attribute
from local.dataverse.definitions import key, table
from local.dataverse.relationships import many_to_many, many_to_one, one_to_many
from local.dataverse.urls import key_pairs

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.definitions import Definition
    from local.dataverse.entities import Catalog, Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

_MEMBERS = frozenset({"Properties", "Criteria", "AttributeQuery", "RelationshipQuery", "KeyQuery", "LabelQuery"})
_PARAMETERS = frozenset({"Query", "ClientVersionStamp", "DeletedMetadataFilters", "AppModuleId", "RetrieveAllSettings"})
_CHILDREN = frozenset({"Attributes", "Keys", "OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships"})
MAX_DEPTH = 20
ANSWERED_BEFORE = 8
"""How many answers are kept: whoever compares a tenant with what it should be asks for the same definitions every time."""


def retrieve(api: WebApi, context: Context, address: Address) -> Response:
    """Answer the function. Errors: 400 for a query that cannot be read."""
    query, known = _query(address)
    now = evolving.stamp(api.storage)
    if known not in {"", now}:
        raise errors.bad("Version stamp associated with the client has expired. Please perform a full sync.", "0x80044352")
    rows = "[]" if known else _rows(api.storage.catalog, json.dumps(query, default=str))
    place = f"{context.root}$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    head = json.dumps({"@odata.context": place, "ServerVersionStamp": now, "DeletedMetadata": None})
    return json_answer(context, f'{head[:-1]}, "EntityMetadata": {rows}}}')


@lru_cache(ANSWERED_BEFORE)
def _rows(catalog: Catalog, text: str) -> str:
    """The JSON text of every definition that a query describes. A catalog never changes: a changed schema is another one."""
    query = json.loads(text)
    rows = [_whole(catalog, entity, query) for entity in catalog if _passes(query.get("Criteria"), table(entity))]
    languages = _object(query.get("LabelQuery"), "LabelQuery").get("FilterLanguages")
    if languages:
        _in_languages(rows, languages)
    return json.dumps(rows, default=str)


def _in_languages(value: Any, languages: Any) -> None:  # noqa: ANN401  JSON
    """Leave out the labels of other languages."""
    if isinstance(value, list):
        for one in value:
            _in_languages(one, languages)
    elif isinstance(value, dict):
        if isinstance(value.get("LocalizedLabels"), list):
            value["LocalizedLabels"] = [one for one in value["LocalizedLabels"] if one["LanguageCode"] in languages]
        for one in value.values():
            _in_languages(one, languages)


def _query(address: Address) -> tuple[Definition, str]:
    """The query, and the version that the client has, "" for none."""
    found: Definition = {}
    known = ""
    for name, value in key_pairs(address.segments[0].key or ""):
        if not name:
            continue
        if name not in _PARAMETERS:
            raise errors.bad(f"RetrieveMetadataChanges has no parameter '{name}'.")
        text = address.aliases.get(value, "") if value.startswith("@") else value
        if name == "Query":
            found = _object(bodies.decode(text.encode("utf-8", "replace")), "Query")
        elif name == "ClientVersionStamp":
            known = text.strip("'") if text != "null" else ""
        elif name == "DeletedMetadataFilters" and text not in {"", "null"}:
            raise errors.unsupported("DeletedMetadataFilters: a client that is behind is told to read everything again")
    for name in found:
        if name not in _MEMBERS and not name.startswith("@"):
            raise errors.bad(f"The query of RetrieveMetadataChanges has no member '{name}'.")
    return found, known


def _object(value: Any, name: str) -> Definition:  # noqa: ANN401  JSON
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise errors.bad(f"'{name}' must be an object.")
    return value


def _whole(catalog: Catalog, entity: Entity, query: Definition) -> Definition:
    given = query.get("Properties")
    names = _names(given)
    made = _kept(table(entity), names)
    made["@odata.type"] = "#Microsoft.Dynamics.CRM.ComplexEntityMetadata"
    everything = names is None
    wanted = _CHILDREN if everything else frozenset(names or ()) & _CHILDREN
    inner = _object(query.get("AttributeQuery"), "AttributeQuery")
    if "Attributes" in wanted:
        made["Attributes"] = _some([attribute(entity, column) for column in entity.table.columns], inner)
    if "Keys" in wanted:
        keys = [key(entity, index) for index in range(len(entity.table.keys))]
        made["Keys"] = _some(keys, _object(query.get("KeyQuery"), "KeyQuery"))
    relations = _object(query.get("RelationshipQuery"), "RelationshipQuery")
    for name, find in (
        ("OneToManyRelationships", one_to_many),
        ("ManyToOneRelationships", many_to_one),
        ("ManyToManyRelationships", many_to_many),
    ):
        if name in wanted:
            made[name] = _some(find(catalog, entity), relations)
    return made


def _some(rows: list[Definition], query: Definition) -> list[Definition]:
    names = _names(query.get("Properties"))
    found = [_kept(row, names) for row in rows if _passes(query.get("Criteria"), row)]
    for row in found:
        kind = str(row.get("@odata.type", ""))
        if kind.startswith("#Microsoft.Dynamics.CRM."):
            row["@odata.type"] = kind.replace("#Microsoft.Dynamics.CRM.", "#Microsoft.Dynamics.CRM.Complex")
    return found


def _names(given: Any) -> list[str] | None:  # noqa: ANN401  JSON
    properties = _object(given, "Properties")
    if not properties or properties.get("AllProperties") is True:
        return None
    names = properties.get("PropertyNames", [])
    if not isinstance(names, list):
        raise errors.bad("'PropertyNames' must be a list.")
    return [str(name) for name in names]


def _kept(row: Definition, names: list[str] | None) -> Definition:
    if names is None:
        return dict(row)
    return {name: value for name, value in row.items() if name in names or name in {"MetadataId", "@odata.type", "HasChanged"}}


def _passes(criteria: Any, row: Definition, depth: int = 0) -> bool:  # noqa: ANN401  JSON
    given = _object(criteria, "Criteria")
    if not given:
        return True
    if depth > MAX_DEPTH:
        raise errors.bad("The criteria are nested too deeply.")
    conditions, filters = given.get("Conditions") or [], given.get("Filters") or []
    if not isinstance(conditions, list) or not isinstance(filters, list):
        raise errors.bad("'Conditions' and 'Filters' must be lists.")
    answers = [_holds(_object(one, "Conditions"), row) for one in conditions]
    answers += [_passes(_object(one, "Filters"), row, depth + 1) for one in filters]
    either = given.get("FilterOperator", "And") in ("Or", 1)
    return any(answers) if either and answers else all(answers)


def _holds(condition: Definition, row: Definition) -> bool:
    name, op = condition.get("PropertyName"), condition.get("ConditionOperator", "Equals")
    if not isinstance(name, str) or name not in row:
        raise errors.bad(f"There is no property '{name}' in this definition.")
    value = _plain(condition.get("Value"))
    found = row[name]
    if isinstance(found, dict) and "Value" in found:
        found = found["Value"]
    match op:
        case "Equals":
            return _same(found, value)
        case "NotEquals":
            return not _same(found, value)
        case "In" | "NotIn":
            values = value if isinstance(value, list) else [value]
            return bool(any(_same(found, _plain(one)) for one in values) == (op == "In"))
        case "GreaterThan" | "LessThan":
            try:
                one, other = float(str(found)), float(str(value))
            except ValueError:
                return False
            return one > other if op == "GreaterThan" else one < other
    raise errors.bad(f"The condition operator '{op}' is not supported on metadata.")


def _plain(value: Any) -> Any:  # noqa: ANN401  JSON
    inner = value.get("Value") if isinstance(value, dict) else value
    if isinstance(value, dict) and isinstance(inner, str) and inner.startswith("[") and "[]" in str(value.get("Type")):
        return bodies.decode(inner.encode())
    return inner


def _same(found: object, value: object) -> bool:
    if isinstance(found, bool):
        return str(found).lower() == str(value).lower()
    return str(found).lower() == str(value).lower() if found is not None else value is None
