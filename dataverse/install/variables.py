"""Environment variables. Implements work365.ports.installing.Variables.

The solution brings the definitions; a value is a row of its own, so that an update of the solution leaves it.

Source: Microsoft Learn, "Use environment variables in solutions", "environmentvariablevalue" table reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, eq
from dataverse.rows import bind
from dataverse.webapi import Ref
from work365.errors import Refused
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.rows import Row
    from dataverse.webapi import WebApi

DEFINITION, VALUE = "environmentvariabledefinition", "environmentvariablevalue"
COLUMNS = ("value", "_environmentvariabledefinitionid_value")


class DataverseVariables:
    """The variables of one environment."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def look(self, names: Sequence[str]) -> dict[str, str]:
        """Current values of those that have one."""
        found = self._api.find(Query(DEFINITION, (f"{DEFINITION}id", "schemaname"), filter=any_of("schemaname", names)))
        by_id = {str(row[f"{DEFINITION}id"]): str(row["schemaname"]) for row in found}
        rows = self._api.find(Query(VALUE, COLUMNS, filter=any_of(COLUMNS[1], by_id)))
        return {by_id[str(row[COLUMNS[1]])]: str(row["value"] or "") for row in rows}

    def write(self, name: str, value: str) -> None:
        """Write the one value of a variable; a new one has an id that stems from the name."""
        definition = self._api.first(Query(DEFINITION, (f"{DEFINITION}id",), filter=eq("schemaname", name)))
        if definition is None:
            message = f"the solution has no environment variable {name}; correct the name in the company file"
            raise Refused(message)
        row_id = str(definition[f"{DEFINITION}id"])
        there: Row | None = self._api.first(Query(VALUE, (f"{VALUE}id",), filter=eq(COLUMNS[1], row_id)))
        if there is not None:
            self._api.update(Ref(VALUE, there[f"{VALUE}id"]), {"value": value})
            return
        row = {"schemaname": name, "value": value, **bind("EnvironmentVariableDefinitionId", DEFINITION, row_id)}
        self._api.upsert(Ref(VALUE, derived("environment variable", name)), row)
