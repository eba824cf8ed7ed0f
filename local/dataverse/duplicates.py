"""Duplicate detection: published rules, checked when a request asks for it with `MSCRM.SuppressDuplicateDetection: false`.

A rule (`duplicaterule`) has conditions (`duplicaterulecondition`) that must all hold between the written row and another. Setting
its state to active publishes it, as PublishDuplicateRule does; Dataverse builds match codes for that in the background, here it
counts at once. A tenant begins with published rules for accounts, contacts and leads.

Source: Microsoft Learn, "Detect duplicate data using the Web API", "Duplicate rule tables", table reference of both.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Choice, Kind, Option
from local.dataverse import errors
from local.dataverse.fixed import fixed
from local.dataverse.shorthand import choice, flag, lookup, table, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

HEADER = "mscrm.suppressduplicatedetection"
EXACT, FIRST, LAST, SAME_DATE, SAME_MOMENT, SAME_LABEL, SAME_VALUE = range(7)
ACTIVE, PUBLISHED = 1, 2

RULE = table(
    "duplicaterule",
    "duplicaterules",
    "name",
    (
        text("name", 160),
        text("baseentityname", 64),
        text("matchingentityname", 64),
        flag("iscasesensitive"),
        flag("excludeinactiverecords"),
    ),
    status=(
        Choice("statecode", (Option(0, "Inactive"), Option(ACTIVE, "Active"))),
        Choice("statuscode", (Option(0, "Unpublished", 0), Option(1, "Publishing", 0), Option(PUBLISHED, "Published", ACTIVE))),
    ),
)
CONDITION = table(
    "duplicaterulecondition",
    "duplicateruleconditions",
    "baseattributename",
    (
        text("baseattributename", 64),
        text("matchingattributename", 64),
        choice(
            "operatorcode",
            Exact_Match=EXACT,
            Same_First_Characters=FIRST,
            Same_Last_Characters=LAST,
            Same_Date=SAME_DATE,
            Same_Date_and_Time=SAME_MOMENT,
            Exact_Match_Pick_List_Label=SAME_LABEL,
            Exact_Match_Pick_List_Value=SAME_VALUE,
        ),
        whole("operatorparam"),
        flag("ignoreblankvalues"),
        lookup("duplicateruleid", "duplicaterule"),
    ),
)
TABLES = (RULE, CONDITION)
SEEDED = {
    "account": (("name",), ("emailaddress1",)),
    "contact": (("firstname", "lastname"), ("emailaddress1",)),
    "lead": (("emailaddress1",),),
}
"""By table: the columns of each rule that a new tenant has."""


def wanted(context: Context) -> bool:
    """Whether this request asks for duplicates to be found."""
    return context.headers.get(HEADER, "").strip().lower() == "false"


def check(storage: Storage, entity: Entity, row: Mapping[str, Sql]) -> None:
    """Errors: 412 when a published rule finds another row."""
    rules = storage.rows(
        "SELECT duplicateruleid, matchingentityname, iscasesensitive, excludeinactiverecords FROM duplicaterule "
        "WHERE baseentityname = ? AND statuscode = ?",
        (entity.name, PUBLISHED),
    )
    for rule_id, table_name, exact, active in rules:
        other = storage.catalog.by_name.get(str(table_name))
        if other is not None and _found(storage, str(rule_id), (entity, row), other, exact=bool(exact), active=bool(active)):
            raise errors.duplicate()


def _found(
    storage: Storage, rule_id: str, new: tuple[Entity, Mapping[str, Sql]], other: Entity, *, exact: bool, active: bool
) -> bool:
    entity, row = new
    terms, values = [f'"{other.primary_id}" <> ?'], [row[entity.primary_id]]
    conditions = storage.rows(
        "SELECT baseattributename, matchingattributename, operatorcode, operatorparam, ignoreblankvalues "
        "FROM duplicaterulecondition WHERE duplicateruleid = ?",
        (rule_id,),
    )
    for base, matching, operator, length, ignored in conditions:
        value, column = row.get(str(base)), other.columns.get(str(matching))
        if column is None or (value is None and ignored):
            return False
        term, needed = _term(column, value, (int(operator or 0), int(length or 0)), exact=exact)
        terms.append(term)
        values += needed
    if active and "statecode" in other.columns:
        terms.append("statecode = 0")
    return bool(conditions) and bool(storage.rows(f"SELECT 1 FROM {other.sql} WHERE {' AND '.join(terms)} LIMIT 1", values))


def _term(column: Column, value: Sql, operator: tuple[int, int], *, exact: bool) -> tuple[str, list[Sql]]:
    """One condition as SQL with its values."""
    how, length = operator
    if value is None:
        return f'"{column.name}" IS NULL', []
    is_text = column.kind in {Kind.STRING, Kind.MEMO}
    sql = f'fold("{column.name}")' if is_text and not exact else f'"{column.name}"'
    sought: Sql = value.casefold() if isinstance(value, str) and is_text and not exact else value
    if how == FIRST:
        return f"substr({sql}, 1, {length}) = ?", [str(sought)[:length]]
    if how == LAST:
        return f"substr({sql}, -{length}) = ?", [str(sought)[-length:]]
    if how == SAME_DATE:
        return f"substr({sql}, 1, 10) = ?", [str(sought)[:10]]
    return f"{sql} = ?", [sought]


def written(storage: Storage, entity: Entity, row: Mapping[str, Sql]) -> None:
    """A rule or condition was written. Errors: 400 for tables and columns that are not there, and for senseless lengths."""
    if entity.name == "duplicaterule":
        for name in ("baseentityname", "matchingentityname"):
            if str(row.get(name)) not in storage.catalog.by_name:
                raise errors.bad(f"The duplicate rule's {name} '{row.get(name)}' is no table.", "0x80040203")
    elif entity.name == "duplicaterulecondition":
        _check_condition(storage, row)


def _check_condition(storage: Storage, row: Mapping[str, Sql]) -> None:
    rule = storage.find(storage.catalog["duplicaterule"], str(row.get("duplicateruleid")))
    if rule is None:
        raise errors.bad("A duplicate rule condition needs its rule: bind duplicateruleid.", "0x80040203")
    for table_column, name in (("baseentityname", "baseattributename"), ("matchingentityname", "matchingattributename")):
        entity = storage.catalog.by_name.get(str(rule[table_column]))
        if entity is None or str(row.get(name)) not in entity.columns:
            raise errors.bad(f"The condition's {name} '{row.get(name)}' is no column of '{rule[table_column]}'.", "0x80040203")
    length = row.get("operatorparam")
    if row.get("operatorcode") in {FIRST, LAST} and (not isinstance(length, int) or length < 1):
        raise errors.bad("This condition needs operatorparam, the number of characters, at least 1.", "0x80040203")


def seeded(storage: Storage) -> list[tuple[str, str, Row]]:
    """The rows of the rules that a new tenant has: table, id, values."""
    found: list[tuple[str, str, Row]] = []
    for name, rules in SEEDED.items():
        for columns in rules if name in storage.catalog.by_name else ():
            rule = fixed("duplicaterule", name, *columns)
            label = f"{storage.catalog[name].table.plural} with the same {' and '.join(columns)}"
            state: Row = {"statecode": ACTIVE, "statuscode": PUBLISHED}
            found.append(("duplicaterule", rule, {"name": label, "baseentityname": name, "matchingentityname": name, **state}))
            for column in columns:
                values: Row = {
                    "baseattributename": column,
                    "matchingattributename": column,
                    "operatorcode": EXACT,
                    "ignoreblankvalues": 1,
                    "duplicateruleid": rule,
                }
                found.append(("duplicaterulecondition", fixed("duplicaterulecondition", rule, column), values))
    return found
