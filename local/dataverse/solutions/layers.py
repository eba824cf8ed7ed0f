"""What each solution brought, component by component: rows of msdyn_componentlayer, as Dataverse shows them.

The layer of a table is the table as its package describes it, that of a row its columns; both as JSON. Against them an upgrade
sees what the tenant changed, and an uninstallation what there is to remove.

Source: Microsoft Learn, "Solution layers"; msdyn_componentlayer table reference.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.dataverse.fixed import fixed
from local.dataverse.solutions.kinds import BY_NUMBER

if TYPE_CHECKING:
    from local.dataverse.solutions.kinds import ComponentType
    from local.dataverse.storage import Storage

TABLE = "msdyn_componentlayer"
Key = tuple[int, str]


@dataclass(frozen=True)
class Layer:
    """One component as one solution brought it. `told` is JSON."""

    kind: ComponentType
    id: str
    name: str
    told: dict[str, Any]

    @property
    def key(self) -> Key:
        """What it is a layer of."""
        return self.kind.number, self.id


def of(storage: Storage, solution: str) -> dict[Key, Layer]:
    """The layers of a solution, in the order in which they were made."""
    rows = storage.rows(
        f'SELECT msdyn_order, msdyn_componentid, msdyn_name, msdyn_componentjson FROM "{TABLE}" WHERE msdyn_solutionname = ? '
        "ORDER BY rowid",
        (solution,),
    )
    found = [Layer(BY_NUMBER[int(row[0] or 0)], str(row[1]), str(row[2]), json.loads(str(row[3]))) for row in rows]
    return {layer.key: layer for layer in found}


def others(storage: Storage, solution: str) -> set[Key]:
    """What other solutions have layers of."""
    rows = storage.rows(f'SELECT msdyn_order, msdyn_componentid FROM "{TABLE}" WHERE msdyn_solutionname <> ?', (solution,))
    return {(int(row[0] or 0), str(row[1])) for row in rows}


def elsewhere(storage: Storage, solution: str, key: Key) -> list[tuple[str, Layer]]:
    """The layers that other solutions have of one component, with the solutions' names."""
    found = storage.rows(
        f'SELECT msdyn_solutionname, msdyn_name, msdyn_componentjson FROM "{TABLE}" WHERE msdyn_solutionname <> ? AND '
        "msdyn_order = ? AND msdyn_componentid = ?",
        (solution, *key),
    )
    return [(str(row[0]), Layer(BY_NUMBER[key[0]], key[1], str(row[1]), json.loads(str(row[2])))) for row in found]


def put(storage: Storage, solution: str, publisher: str, layer: Layer) -> None:
    """Keep a layer in place of the one before; one that says the same is left alone."""
    entity = storage.catalog[TABLE]
    key = fixed("layer", solution, str(layer.kind.number), layer.id)
    text = json.dumps(layer.told, sort_keys=True)
    old = storage.find(entity, key)
    if old is not None and old["msdyn_componentjson"] == text:
        return
    storage.db.execute(f'DELETE FROM "{TABLE}" WHERE "{entity.primary_id}" = ?', (key,))
    storage.insert(
        entity,
        {
            entity.primary_id: key,
            "msdyn_name": layer.name,
            "msdyn_componentid": layer.id,
            "msdyn_solutioncomponentname": layer.kind.label,
            "msdyn_solutionname": solution,
            "msdyn_publishername": publisher,
            "msdyn_order": layer.kind.number,
            "msdyn_componentjson": text,
            "statecode": 0,
            "statuscode": 1,
            "versionnumber": storage.next_version(),
        },
    )


def drop(storage: Storage, solution: str, key: Key | None = None) -> None:
    """Forget a layer, or all of a solution."""
    sql, parameters = f'DELETE FROM "{TABLE}" WHERE msdyn_solutionname = ?', [solution]
    if key is not None:
        sql, parameters = f"{sql} AND msdyn_order = ? AND msdyn_componentid = ?", [solution, str(key[0]), key[1]]
    storage.db.execute(sql, parameters)
