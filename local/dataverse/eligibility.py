"""Which tables may stand in which relationship.

    POST CanBeReferenced, CanBeReferencing, CanManyToMany {"EntityName": …}                          → the flag of the same name
    GET  GetValidReferencedEntities(ReferencingEntityName=…), GetValidReferencingEntities(ReferencedEntityName=…),
         GetValidManyToMany()

Every table may, but those that stand between two others.

Source: Microsoft Learn, "Create and update table relationships using the
Web API", Eligibility for relationships; Web API reference of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse import making, parameters
from local.dataverse.answers import complex_answer
from local.dataverse.errors import DataverseError
from local.dataverse.made import Intersect
from local.dataverse.parameters import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]


def _may(entity: Entity) -> bool:
    return not isinstance(entity.table, Intersect)


def _known(api: WebApi, name: str) -> Entity:
    entity = api.storage.catalog.by_name.get(name.lower())
    if entity is None:
        raise DataverseError(404, "0x80060888", f"Could not find an entity with name {name} and object id.")
    return entity


def _asks(name: str) -> Callable[[WebApi, Context, Json], Response]:
    def ask(api: WebApi, context: Context, given: Json) -> Response:
        entity = _known(api, str(making.member(given, "EntityName", str, name)))
        return complex_answer(context, name, {name: _may(entity)})

    return ask


def _lists(name: str, parameter: str) -> Callable[[WebApi, Context, Address], Response]:
    parts = (Part(parameter, "String"),) if parameter else ()

    def valid(api: WebApi, context: Context, address: Address) -> Response:
        given = parameters.called(name, parts, address.segments[0], address.aliases)
        if parameter and not _may(_known(api, given[parameter])):
            return complex_answer(context, name, {"EntityNames": []})
        names = [entity.name for entity in api.storage.catalog if _may(entity)]
        return complex_answer(context, name, {"EntityNames": names})

    return valid


ACTIONS: Mapping[str, Callable[[WebApi, Context, Json], Response]] = {
    name: _asks(name) for name in ("CanBeReferenced", "CanBeReferencing", "CanManyToMany")
}
FUNCTIONS: Mapping[str, Callable[[WebApi, Context, Address], Response]] = {
    "GetValidReferencedEntities": _lists("GetValidReferencedEntities", "ReferencingEntityName"),
    "GetValidReferencingEntities": _lists("GetValidReferencingEntities", "ReferencedEntityName"),
    "GetValidManyToMany": _lists("GetValidManyToMany", ""),
}
