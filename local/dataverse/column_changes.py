"""A column as a PUT of its definition makes it: what is not given stays, what cannot change is refused.

Source: Microsoft Learn, "Create and update column definitions using the Web API", Update a column; "Behavior and format of the
date and time column" (what a behaviour may become).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind
from local.dataverse import attributes, binaries, column_bodies, descriptive, errors, making
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.schema.model import Choice
    from local.dataverse.entities import Entity

Json = dict[str, Any]
_FIXED = frozenset({Kind.GUID, Kind.STATE, Kind.STATUS})


def changed(entity: Entity, old: Column, given: Json, choices: Mapping[str, Choice], *, keep_labels: bool) -> Column:
    """The column after the change. Errors: 400 for another type, name, behaviour, or format that cannot be."""
    if given.get("@odata.type") is None:
        raise errors.bad("A column is changed with its whole definition, '@odata.type' included.", making.BAD)
    told = attributes.attribute(entity, old)
    kind = str(given["@odata.type"]).removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.").removeprefix("Complex")
    if kind != str(told["@odata.type"]).removeprefix("#Microsoft.Dynamics.CRM."):
        raise errors.bad(f"The type of '{old.name}' cannot be changed to {kind}.", "0x80044157")
    for name in ("LogicalName", "SchemaName"):
        if given.get(name) not in {None, told[name]}:
            raise errors.bad(f"The {name} of '{old.name}' cannot be changed.", making.BAD)
    if isinstance(old, MadeColumn) and old.part_of:
        raise errors.bad(f"The column '{old.name}' belongs to '{old.part_of}' and cannot be changed.", making.BAD)
    described = descriptive.column(given, old.told if isinstance(old, MadeColumn) else (), keep_labels=keep_labels)
    lookup = old.kind is Kind.LOOKUP
    if binaries.sort_of(old) == "" and (old.kind in _FIXED or old.read_only or (lookup and not isinstance(old, MadeColumn))):
        return _relabelled(old, told, given)
    if lookup:
        return _lookup(_relabelled(old, told, given), told, given, described)
    made = column_bodies.column(_over(told, given), choices, old)
    _check_behavior(old, made)
    return replace(made, told=described)


def _over(told: Json, given: Json) -> Json:
    """The definition that was, under the one that is given; of a format's two names the given one counts."""
    if "Format" in given and "FormatName" not in given:
        told = {name: value for name, value in told.items() if name != "FormatName"}
    return {**told, **given}


def _relabelled(old: Column, told: Json, given: Json) -> Column:
    both = {**told, **given}
    if not column_bodies.is_audited(old.schema, both) and not isinstance(old, MadeColumn):
        raise errors.unsupported(f"switching auditing of the column '{old.name}' off")
    if isinstance(old, MadeColumn):
        old = replace(old, audited=column_bodies.is_audited(old.schema, both))
    return replace(
        old,
        label=making.text_of(both.get("DisplayName"), old.label),
        description=making.text_of(both.get("Description"), ""),
    )


def _lookup(old: Column, told: Json, given: Json, described: tuple[tuple[str, str], ...]) -> Column:
    targets = given.get("Targets", told["Targets"])
    if targets != told["Targets"]:
        raise errors.bad(f"The targets of '{old.name}' change with its relationships: RelationshipDefinitions.", making.BAD)
    level = column_bodies.required_level(old.schema, {**told, **given})
    assert isinstance(old, MadeColumn)  # noqa: S101  the model's own lookups were sorted out before
    return replace(old, level=level, required=level in column_bodies.REQUIRED, told=described)


def _check_behavior(old: Column, made: MadeColumn) -> None:
    before, after = (
        "DateOnly" if one.kind is Kind.DATE else (isinstance(one, MadeColumn) and one.behavior) or "UserLocal"
        for one in (old, made)
    )
    if before == after:
        return
    if before != "UserLocal":
        raise errors.bad(f"The behavior of '{old.name}' is {before} and cannot be changed any more.", making.BAD)
    if after == "DateOnly":
        raise errors.unsupported("changing the behavior of a column from UserLocal to DateOnly; make a new column")
