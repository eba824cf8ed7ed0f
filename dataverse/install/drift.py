"""Where the tenant's tables differ from the model: one request for the definitions, one pure comparison.

Only what would make us fail counts: more columns, longer texts, other labels and further options are the tenant's own affair.

Source: Microsoft Learn, "Query schema definitions" (RetrieveMetadataChanges, EntityQueryExpression), AttributeMetadata,
EntityKeyMetadata (EntityKeyIndexStatus).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import PREFIX, TYPE_CODES, Kind
from dataverse.schema.tables import CUSTOM, STANDARD
from work365.examining.seen import Drift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dataverse.schema.model import Column, Key, Table
    from dataverse.webapi import WebApi

OURS: tuple[Table, ...] = (*CUSTOM, *(table for table in STANDARD if any(one.name.startswith(PREFIX) for one in table.columns)))
"""Tables of the solution, and those of others that it gives columns."""

COLUMN_PROPERTIES = ("LogicalName", "AttributeType", "MaxLength", "Precision", "DateTimeBehavior", "OptionSet", "Targets")
KEY_PROPERTIES = ("LogicalName", "KeyAttributes", "EntityKeyIndexStatus")
TABLE_PROPERTIES = ("LogicalName", "ChangeTrackingEnabled", "Attributes", "Keys")
ACTIVE = "Active"
Definition = dict[str, Any]


def definitions(api: WebApi, tables: Sequence[Table] = OURS) -> dict[str, Definition]:
    """What the tenant says of tables, by logical name; one that it does not know is left out."""
    answer = api.function("RetrieveMetadataChanges(Query=@p1)", p1=json.dumps(_query(tables), separators=(",", ":")))
    return {str(one["LogicalName"]): one for one in answer["EntityMetadata"]}


def _query(tables: Sequence[Table]) -> Definition:
    conditions = [
        {
            "PropertyName": "LogicalName",
            "ConditionOperator": "Equals",
            "Value": {"Type": "System.String", "Value": table.name},
        }
        for table in tables
    ]
    return {
        "Criteria": {"FilterOperator": "Or", "Conditions": conditions},
        "Properties": {"PropertyNames": list(TABLE_PROPERTIES)},
        "AttributeQuery": {"Properties": {"PropertyNames": list(COLUMN_PROPERTIES)}},
        "KeyQuery": {"Properties": {"PropertyNames": list(KEY_PROPERTIES)}},
    }


def drifts(found: Mapping[str, Definition], tables: Sequence[Table] = OURS) -> list[Drift]:
    """Every difference, table by table."""
    return [drift for table in tables for drift in _table(table, found.get(table.name))]


def _table(table: Table, found: Definition | None) -> Iterator[Drift]:
    if found is None:
        yield Drift(table.name, "the table is missing")
        return
    if table.tracked and not table.standard and not found.get("ChangeTrackingEnabled"):
        yield Drift(table.name, "change tracking is off")
    there = {str(one["LogicalName"]): one for one in found.get("Attributes") or ()}
    for column in table.columns:
        if column.name.startswith(PREFIX) or (column.kind is Kind.STATUS and not table.standard):
            yield from _column(f"{table.name}.{column.name}", column, there.get(column.name))
    if not table.standard:
        keys = {frozenset(one["KeyAttributes"]): one for one in found.get("Keys") or ()}
        for key in table.keys:
            yield from _key(table, key, keys.get(frozenset(key.columns)))


def _column(where: str, column: Column, found: Definition | None) -> Iterator[Drift]:
    if found is None:
        yield Drift(where, "the column is missing")
        return
    if found["AttributeType"] != TYPE_CODES[column.kind]:
        yield Drift(where, f"its type is {found['AttributeType']}, not {TYPE_CODES[column.kind]}")
        return
    if column.kind in {Kind.STRING, Kind.MEMO} and (found.get("MaxLength") or 0) < column.max_length:
        yield Drift(where, f"it takes {found.get('MaxLength')} characters, not {column.max_length}")
    if column.kind in {Kind.DECIMAL, Kind.MONEY} and (found.get("Precision") or 0) < column.precision:
        yield Drift(where, f"it keeps {found.get('Precision')} decimal places, not {column.precision}")
    behaviour = (found.get("DateTimeBehavior") or {}).get("Value")
    if column.kind is Kind.DATE and behaviour != "DateOnly":
        yield Drift(where, f"its behaviour is {behaviour}, not DateOnly")
    if column.kind is Kind.LOOKUP and set(column.targets) - set(found.get("Targets") or ()):
        yield Drift(where, f"it does not point to {', '.join(sorted(set(column.targets) - set(found.get('Targets') or ())))}")
    if column.choice is not None:
        known = {option["Value"] for option in (found.get("OptionSet") or {}).get("Options") or ()}
        missing = [option.label for option in column.choice.options if option.value not in known]
        if missing:
            yield Drift(where, f"the option {', '.join(missing)} is missing")


def _key(table: Table, key: Key, found: Definition | None) -> Iterator[Drift]:
    where = f"{table.name} ({', '.join(key.columns)})"
    if found is None:
        yield Drift(where, "the alternate key is missing")
    elif found["EntityKeyIndexStatus"] != ACTIVE:
        yield Drift(where, f"the alternate key is {found['EntityKeyIndexStatus']}", key=True)
