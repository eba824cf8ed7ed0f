"""What happens, as messages of the event pipeline: one write is one message or several.

- An update of state or status together with other columns is two Update messages, the state's last; so is one that moves a user,
  a team or a business unit. Source: Microsoft Learn, "Behavior of specialized update operations".
- A new owner is an Assign as well, a new state a SetState. Source: the same page, for workflows; inferred for other steps.
- A single Create or Update is a CreateMultiple or UpdateMultiple of one row as well, unless it is one of the rows of such a
  message. Source: "Use bulk operation messages" (pipelines are merged).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.dataverse import encoding
from local.dataverse.writing import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.encoding import Json
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row

NO_ID = "00000000-0000-0000-0000-000000000000"
NO_TABLE = "none"
STATE = frozenset({"statecode", "statuscode"})
MOVING = {
    "systemuser": frozenset({"businessunitid", "parentsystemuserid"}),
    "team": frozenset({"businessunitid"}),
    "businessunit": frozenset({"parentbusinessunitid"}),
}
ROW_WRITES = frozenset({"Create", "Update", "Delete"})
MULTIPLE = frozenset({"CreateMultiple", "UpdateMultiple", "UpsertMultiple"})


@dataclass(frozen=True, slots=True)
class Event:
    """One message.

    Attributes:
        table, id: the row that it is about, "none" and zeros for none.
        change: the write behind it, if any; the writes of a Multiple message are its `items`.
        inputs, outputs: parameters as values of the body, where they are not those of a plain write.
    """

    message: str
    table: str = NO_TABLE
    id: str = NO_ID
    change: Change | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)
    outputs: Mapping[str, object] = field(default_factory=dict)


def events(change: Change, *, single: bool) -> Iterator[Event]:
    """The messages of one write; `single` when no message of many rows does it."""
    table, row_id = change.entity.name, change.id or NO_ID
    if change.message not in ROW_WRITES and not change.items:
        yield Event(change.message, table, row_id)
        return
    for part in _parts(change) if change.message == "Update" else (change,):
        yield Event(part.message, table, row_id, part)
    if change.message == "Update":
        if "ownerid" in change.given and change.before.get("ownerid") != change.after.get("ownerid"):
            yield Event("Assign", table, row_id, change, _assigned(change))
        if STATE & change.given.keys():
            yield Event("SetState", table, row_id, change, _set_state(change))
    if single and f"{change.message}Multiple" in MULTIPLE:
        yield Event(f"{change.message}Multiple", table, change=Change(change.message, change.entity, "", {}, {}, items=(change,)))


def _parts(change: Change) -> Iterator[Change]:
    apart = STATE | MOVING.get(change.entity.name, frozenset())
    last = {name: value for name, value in change.given.items() if name in apart}
    first = {name: value for name, value in change.given.items() if name not in apart}
    if not last or not first.keys() - {change.entity.primary_id}:
        yield change
        return
    yield replace(change, given=first)
    yield replace(change, given={**last, change.entity.primary_id: change.id})


def _assigned(change: Change) -> dict[str, object]:
    owner = str(change.after.get("ownerid~type") or "systemuser")
    return {
        "Target": encoding.reference(change.entity.name, change.id),
        "Assignee": encoding.reference(owner, str(change.after.get("ownerid"))),
    }


def _set_state(change: Change) -> dict[str, object]:
    return {
        "EntityMoniker": encoding.reference(change.entity.name, change.id),
        "State": encoding.option(change.after.get("statecode")),
        "Status": encoding.option(change.after.get("statuscode")),
    }


def relation(message: str, entity: Entity, row_id: str, relationship: str, other: tuple[str, str]) -> Event:
    """Associate or Disassociate of one pair; `other` is table and id. They belong to no table: steps on them have no filter."""
    return Event(
        message,
        inputs={
            "Target": encoding.reference(entity.name, row_id),
            "Relationship": encoding.tagged("Relationship", {"PrimaryEntityRole": None, "SchemaName": relationship}),
            "RelatedEntities": [encoding.reference(*other)],
        },
    )


def inputs(event: Event, *, completed: bool) -> Json:
    """The input parameters: as the caller gave them, or with what the platform added."""
    change = event.change
    if change is None or event.inputs:
        return dict(event.inputs)
    if event.message in MULTIPLE:
        rows = [_target(item, completed=completed) for item in change.items]
        return {"Targets": encoding.collection(event.table, rows)}
    return {"Target": _target(change, completed=completed)}


def _target(change: Change, *, completed: bool) -> Json:
    if change.message == "Delete":
        return encoding.reference(change.entity.name, change.id)
    values: Row = {**change.given, **(change.added if completed else {})}
    return encoding.target(change.entity, change.id, values, change.after)


def outputs(event: Event) -> Json:
    """The output parameters, which are there after the operation."""
    if event.message == "Create" and event.change is not None:
        return {"id": event.id}
    if event.message == "CreateMultiple" and event.change is not None:
        return {"Ids": [item.id for item in event.change.items]}
    return dict(event.outputs)


def columns(event: Event) -> Mapping[str, Sql]:
    """What filtering attributes are held against: every column that the caller gave."""
    if event.change is None:
        return {}
    if event.change.items:
        return {name: value for item in event.change.items for name, value in item.given.items()}
    return event.change.given
