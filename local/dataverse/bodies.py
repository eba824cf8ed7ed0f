"""Request bodies: which columns are set, which lookups are bound, what is created along.

Source: Microsoft Learn, "Create a table row using the Web API" (deep insert, `@odata.bind`), "Associate and disassociate table
rows".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.dataverse import codec, errors

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.entities import CollectionNav, Entity, ManyNav, Nav

_ODATA = frozenset({"@odata.etag", "@odata.context", "@odata.id", "@odata.editLink"})


def decode(body: bytes) -> Any:  # noqa: ANN401  JSON
    """A JSON body with exact numbers; a body that some clients encode twice is undone. Errors: 400."""
    try:
        value = _loaded(body.decode("utf-8-sig"))
        if isinstance(value, str):
            value = _loaded(value)
    except RecursionError:
        raise _unreadable("the body is nested too deeply.") from None
    except (ValueError, ArithmeticError) as error:
        raise _unreadable(f"the body cannot be read as JSON: {str(error)[:300]}") from None
    return value


def _loaded(text: str) -> Any:  # noqa: ANN401  JSON
    return json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_unique)


def _unreadable(detail: str) -> errors.DataverseError:
    return errors.bad(f"An error occurred while validating input parameters: {detail}", "0x80048d19")


def _constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless it has a member twice, which OData does not allow."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = (
            f"Multiple properties with the name '{twice}' were detected in a resource or a complex value. OData does not allow "
            "duplicate properties in a resource or a complex value."
        )
        raise ValueError(message)
    return found


def as_object(value: Any, set_name: str) -> dict[str, Any]:  # noqa: ANN401  JSON
    """A body that must be an object. Errors: 400."""
    if not isinstance(value, dict):
        raise errors.payload(set_name, "A 'StartObject' node was expected in the JSON reader.")
    return value


@dataclass(slots=True)
class Body:
    """A row's new values. `binds` are references still as text, None clears the lookup; `links` those of collections."""

    values: dict[str, Sql] = field(default_factory=dict)
    binds: list[tuple[Nav, Any]] = field(default_factory=list)
    singles: list[tuple[Nav, dict[str, Any]]] = field(default_factory=list)
    collections: list[tuple[CollectionNav, list[Any]]] = field(default_factory=list)
    links: list[tuple[CollectionNav | ManyNav, list[str]]] = field(default_factory=list)


def read(entity: Entity, body: dict[str, Any]) -> Body:
    """Read the body of a create or update.

    Errors: 400 for a property that the table has not, a bind in the wrong letter case, a wrong type, length, range or option, and
    for a column that only Dataverse itself sets.
    """
    result = Body()
    for name, value in body.items():
        prop, mark, annotation = name.partition("@")
        if not mark:
            _property(entity, name, value, result)
        elif not prop:
            _annotation(entity, name, value)
        elif annotation == "odata.bind":
            _bind(entity, prop, value, result)
        elif prop not in body and prop not in entity.properties:
            raise errors.undeclared(entity.set_name, prop)
    return result


def _annotation(entity: Entity, name: str, value: Any) -> None:  # noqa: ANN401  JSON
    """Annotations of the row itself say nothing new, but a type must be the table's."""
    if name == "@odata.type":
        if not isinstance(value, str) or value.removeprefix("#") != f"Microsoft.Dynamics.CRM.{entity.name}":
            raise errors.payload(
                entity.set_name,
                f"A type named '{value}' was found, which is not the expected type 'Microsoft.Dynamics.CRM.{entity.name}'.",
            )
    elif name not in _ODATA and not name.startswith(("@odata.", "@Microsoft.Dynamics.CRM.", "@OData.")):
        raise errors.unknown_property(entity.set_name, entity.name, name)


def _property(entity: Entity, name: str, value: Any, result: Body) -> None:  # noqa: ANN401  JSON
    if name in entity.singles:
        _navigate(entity, entity.singles[name], value, result)
        return
    if name in entity.collections:
        if not isinstance(value, list):
            raise errors.payload(entity.set_name, f"A 'StartArray' node was expected for the collection '{name}'.")
        result.collections.append((entity.collections[name], value))
        return
    column = entity.properties.get(name)
    if column is None:
        raise errors.unknown_property(entity.set_name, entity.name, name)
    if column.read_only:
        raise errors.bad(
            f"The column '{name}' of '{entity.name}' is set by Dataverse itself and cannot be written; leave it out.",
            "0x80040203",
        )
    if name != column.name:
        raise errors.payload(
            entity.set_name, "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
        )
    result.values[name] = codec.read(entity, column, value)


def _navigate(entity: Entity, nav: Nav, value: Any, result: Body) -> None:  # noqa: ANN401  JSON
    _writable(entity, nav)
    if value is None:
        result.binds.append((nav, None))
    elif isinstance(value, dict):
        result.singles.append((nav, value))
    else:
        raise errors.payload(entity.set_name, f"A 'StartObject' node was expected for the navigation property '{nav.name}'.")


def _bind(entity: Entity, prop: str, value: Any, result: Body) -> None:  # noqa: ANN401  JSON
    nav = entity.singles.get(prop)
    if nav is None:
        many = entity.collections.get(prop) or entity.manys.get(prop)
        if many is None:
            raise errors.undeclared(entity.set_name, prop)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise errors.payload(entity.set_name, f"The value of '{prop}@odata.bind' must be a list of texts such as set(id).")
        result.links.append((many, value))
        return
    _writable(entity, nav)
    if value is not None and not isinstance(value, str):
        raise errors.payload(entity.set_name, f"The value of '{prop}@odata.bind' must be a text such as set(id).")
    result.binds.append((nav, value))


def _writable(entity: Entity, nav: Nav) -> None:
    if nav.column.read_only:
        raise errors.bad(
            f"The lookup '{nav.name}' of '{entity.name}' is set by Dataverse itself and cannot be written; leave it out.",
            "0x80040203",
        )
