"""From the JSON of a metadata request to a table of the model, with the columns that Dataverse adds.

Source: Microsoft Learn, "Create and update table definitions using the Web API".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.schema.build import base_twins, platform_columns, states
from dataverse.schema.model import Choice, Kind, Ownership
from local.dataverse import binaries, descriptive, errors
from local.dataverse.column_bodies import column
from local.dataverse.made import MadeColumn, MadeTable
from local.dataverse.making import Json, objects, refused, schema_name, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def plural(name: str) -> str:
    """The entity set that Dataverse makes of a logical name."""
    if re.search(r"[^aeiou]y\Z", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "z", "ch", "sh")) else f"{name}s"


def table(body: Json, choices: Mapping[str, Choice]) -> MadeTable:
    """A table as a request describes it, with the columns that Dataverse adds. Errors: 400; 501 for activities."""
    schema = schema_name(body, "A table")
    name = schema.lower()
    if body.get("IsActivity") is True:
        raise errors.unsupported("custom activities (IsActivity)")
    ownership = value_of(body, "OwnershipType", "UserOwned")
    if all(ownership != one.value for one in Ownership):
        raise refused(f"OwnershipType '{ownership}' is not supported; use UserOwned or OrganizationOwned.")
    columns: list[MadeColumn] = []
    primary = ""
    for one in objects(body, "Attributes"):
        made = column(one, choices)
        if one.get("IsPrimaryName") is True:
            primary = made.name
        columns.append(made)
    chosen = next((one for one in columns if one.name == primary), None)
    if chosen is None or chosen.kind is not Kind.STRING:
        raise refused(f"The table '{schema}' needs one text column with IsPrimaryName true among its Attributes.")
    if any(one.kind is Kind.LOOKUP for one in columns):
        raise refused("A lookup is made with its relationship: POST RelationshipDefinitions.")
    label = text_of(body.get("DisplayName"), schema)
    given_set = body.get("EntitySetName")
    owner = Ownership(ownership)
    beside = tuple(twin for one in columns for twin in binaries.companions(one))
    own = (MadeColumn(f"{name}id", f"{schema}Id", Kind.GUID, label), *columns, *beside, *base_twins(tuple(columns)))
    added = platform_columns(owner, states("Active"), currency=any(one.kind is Kind.MONEY for one in columns))
    names = [one.name for one in (*own, *added)]
    repeated = next((one for one in names if names.count(one) > 1), None)
    if repeated is not None:
        raise errors.bad(f"An attribute with the specified name {repeated} already exists", "0x80044152")
    return MadeTable(
        name=name,
        schema=schema,
        set_name=given_set if isinstance(given_set, str) and re.fullmatch(r"[a-z]\w{1,90}", given_set) else plural(name),
        label=label,
        plural=text_of(body.get("DisplayCollectionName"), f"{label}s"),
        primary_id=f"{name}id",
        primary_name=primary,
        ownership=owner,
        columns=own + added,
        tracked=body.get("ChangeTrackingEnabled") is not False,
        description=text_of(body.get("Description"), ""),
        has_notes=body.get("HasNotes") is True,
        has_activities=body.get("HasActivities") is True,
        audited=value_of(body, "IsAuditEnabled", default=False) is True,
        told=descriptive.table(body),
    )
