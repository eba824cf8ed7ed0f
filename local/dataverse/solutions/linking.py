"""What hangs on a component's row: the privileges of a role, the contents and roles of an app, the table of a step."""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from local.dataverse import definitions, rights_seed, seed
from local.dataverse.access import privilege_id
from local.dataverse.fixed import fixed
from local.dataverse.solutions import apps, faults, kinds, variables
from local.dataverse.solutions.role_parts import DEPTHS
from local.dataverse.solutions.steps import message_name

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.solutions.merging import Rule
    from local.dataverse.solutions.parts import Part
    from local.dataverse.storage import Storage

Links: TypeAlias = Sequence[Sequence[str]]
MESSAGE_IDS = {
    "9ebdbb1b-ea3e-db11-86a7-000a3a5473e8": "Create",
    "20bebb1b-ea3e-db11-86a7-000a3a5473e8": "Update",
    "a1bdbb1b-ea3e-db11-86a7-000a3a5473e8": "Delete",
}
"""Ids of messages that are the same in every tenant, as exported steps carry them."""
_BY_NAME = {
    kinds.SITE_MAP.number: apps.site_map_id,
    kinds.APP.number: apps.app_id,
    kinds.VARIABLE.number: variables.definition_id,
}
_NAME_COLUMN = {kinds.WEB_RESOURCE.number: "name"}


def step_values(storage: Storage, part: Part) -> dict[str, Sql]:
    """The message and the table of a step, as ids of this tenant. Errors: ImportFault for what is not there."""
    given = str(part.values["sdkmessageid"])
    message = MESSAGE_IDS.get(given) or message_name(given)
    if message is None:
        raise faults.not_there(f"SdkMessage {given}", kinds.STEP.number)
    table = part.links[0][1]
    found = seed.filter_id(message, table)
    entity = storage.catalog.by_name.get(table)
    if table != "none" and (entity is None or storage.find(storage.catalog["sdkmessagefilter"], found) is None):
        raise faults.no_table(table)
    if storage.find(storage.catalog["serviceendpoint"], str(part.values["eventhandler"])) is None:
        raise faults.not_there(str(part.values["eventhandler"]), kinds.ENDPOINT.number)
    for name in str(part.values.get("filteringattributes") or "").split(","):
        if name.strip() and entity is not None and name.strip() not in entity.columns:
            raise faults.no_column(table, name.strip())
    return {"sdkmessageid": seed.message_id(message), "sdkmessagefilterid": None if table == "none" else found}


def put_privileges(storage: Storage, role: str, base: Links | None, new: Links, rule: Rule) -> None:
    """Grant what the package grants; what the tenant changed of it stays, unless it is overwritten."""
    before = {name: DEPTHS[level] for _, name, level in base or ()}
    wanted = {name: DEPTHS[level] for _, name, level in new}
    rows = storage.rows("SELECT privilegeid, privilegedepthmask FROM roleprivileges WHERE roleid = ?", (role,))
    current = {str(row[0]): int(row[1] or 0) for row in rows}
    known = {str(row[0]) for row in storage.rows("SELECT privilegeid FROM privilege")}
    for name, depth in wanted.items():
        key = privilege_id(name)
        if key not in known:
            raise faults.no_privilege(name)
        mine = current.get(key)
        changed = base is not None and mine != (int(before[name]) if name in before else None)
        if mine != int(depth) and (rule.overwrite or not changed):
            rights_seed.grant(storage, role, name, depth)
    for name in before.keys() - wanted.keys():
        if current.get(privilege_id(name)) == int(before[name]):
            storage.db.execute("DELETE FROM roleprivileges WHERE roleid = ? AND privilegeid = ?", (role, privilege_id(name)))


def put_app_links(storage: Storage, app: str, base: Links | None, new: Links) -> None:
    """What an app shows and who opens it: what the package says, beside what the tenant added."""
    for word, put in (("component", _put_component), ("role", _put_role)):
        before = {tuple(link) for link in base or () if link[0] == word}
        wanted = {tuple(link) for link in new if link[0] == word}
        for link in sorted(before - wanted):
            put(storage, app, link, there=False)
        for link in sorted(wanted):
            put(storage, app, link, there=True)


def _put_component(storage: Storage, app: str, link: tuple[str, ...], *, there: bool) -> None:
    _, given, number = link
    kind = kinds.BY_NUMBER[int(number)]
    object_id = _object(storage, kind, given, must=there)
    entity = storage.catalog["appmodulecomponent"]
    key = fixed("appmodulecomponent", app, number, object_id)
    old = storage.find(entity, key)
    if old is not None and not there:
        storage.db.execute(f"DELETE FROM {entity.sql} WHERE {entity.primary_id} = ?", (key,))
    if old is None and there:
        row: dict[str, Sql] = {
            "componenttype": kind.number,
            "objectid": object_id,
            "appmoduleidunique": app,
            "statecode": 0,
            "statuscode": 1,
        }
        storage.insert(entity, {**row, entity.primary_id: key, "versionnumber": storage.next_version()})


def _object(storage: Storage, kind: kinds.ComponentType, given: str, *, must: bool) -> str:
    """The id of a component that an app names. Errors: ImportFault when it is not there and must be."""
    if kind is kinds.ENTITY:
        if must and given not in storage.catalog.by_name:
            raise faults.no_table(given)
        return definitions.table_id(given)
    object_id = _BY_NAME[kind.number](given) if kind.number in _BY_NAME and "-" not in given else given
    if kind.number in _NAME_COLUMN and "-" not in given:
        rows = storage.rows(f'SELECT "{kind.table}id" FROM "{kind.table}" WHERE lower(name) = ?', (given,))
        object_id = str(rows[0][0]) if rows else given
    if must and kind.table and storage.find(storage.catalog[kind.table], object_id) is None:
        raise faults.not_there(given, kind.number)
    return object_id


def _put_role(storage: Storage, app: str, link: tuple[str, ...], *, there: bool) -> None:
    role, entity = link[1], storage.catalog["appmoduleroles"]
    key = fixed("appmoduleroles", app, role)
    if there and storage.find(storage.catalog["role"], role) is None:
        raise faults.not_there(role, kinds.ROLE.number)
    old = storage.find(entity, key)
    if old is not None and not there:
        storage.db.execute(f"DELETE FROM {entity.sql} WHERE {entity.primary_id} = ?", (key,))
    if old is None and there:
        storage.insert(
            entity, {"appmoduleid": app, "roleid": role, entity.primary_id: key, "versionnumber": storage.next_version()}
        )
