"""A column as the `attribute` element of its table.

Only elements that the published schema knows are written; what Dataverse adds in newer exports (AutoNumberFormat,
IsRetrievable, …) has defaults that are ours. A column of the platform says `IsCustomField` 0, as exports do.

Source: CustomizationsSolution.xsd 9.0.0.2090; unpacked solutions that Microsoft publishes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Choice, Column, Kind, Table
from dataverse.solution.platform import physical_column
from dataverse.solution.publisher import FIRST_VERSION
from dataverse.solution.xml import Element, descriptions, flag, labels, node

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {
    Kind.STRING: "nvarchar",
    Kind.MEMO: "ntext",
    Kind.INTEGER: "int",
    Kind.BIGINT: "bigint",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "money",
    Kind.BOOLEAN: "bit",
    Kind.DATE: "datetime",
    Kind.DATETIME: "datetime",
    Kind.CHOICE: "picklist",
    Kind.STATE: "state",
    Kind.STATUS: "status",
    Kind.LOOKUP: "lookup",
    Kind.GUID: "uniqueidentifier",
}
FORMATS = {Kind.STRING: "text", Kind.MEMO: "textarea", Kind.DATE: "date", Kind.DATETIME: "datetime"}
BOUNDS = {
    Kind.INTEGER: ("-2147483648", "2147483647"),
    Kind.BIGINT: ("-9223372036854775808", "9223372036854775807"),
    Kind.DECIMAL: ("-100000000000", "100000000000"),
    Kind.MONEY: ("-922337203685477", "922337203685477"),
}
USER_LOCAL, DATE_ONLY = "1", "2"
"""Behaviours of a date: a moment that everyone sees in his own zone, and a day that is the same for all."""

BASE = "_base"
BASE_PRECISION = "2"
"""The precision source of a base amount: that of the organisation's currency."""
SEARCHABLE, ON_FORM, IN_GRID = "ValidForAdvancedFind", "ValidForForm", "ValidForGrid"
HIDDEN = frozenset({"importsequencenumber", "timezoneruleversionnumber", "utcconversiontimezonecode", "overriddencreatedon"})


def attribute(table: Table, column: Column) -> Element:
    """The whole element, in the order in which exports have its parts."""
    return node("attribute", *_parts(table, column), PhysicalName=physical_column(column))


def custom(column: Column) -> bool:
    """Whether a column is ours and not the platform's."""
    return column.name.startswith(PREFIX) and column.kind is not Kind.GUID


def _parts(table: Table, column: Column) -> Iterator[Element]:
    yield node("Type", _type(table, column))
    yield node("Name", column.name)
    yield node("LogicalName", column.name)
    yield node("RequiredLevel", _level(table, column))
    mask = _mask(table, column)
    if mask:
        yield node("DisplayMask", mask)
    yield node("ImeMode", "auto")
    yield flag("ValidForUpdateApi", not column.read_only and column.name not in {table.primary_id, "overriddencreatedon"})
    yield flag("ValidForReadApi", value=True)
    yield flag("ValidForCreateApi", not column.read_only and column.kind is not Kind.STATE)
    yield flag("IsCustomField", custom(column))
    yield flag("IsAuditEnabled", table.audited and not column.read_only and column.name != table.primary_id)
    yield flag("IsSecured", value=False)
    yield node("IntroducedVersion", FIRST_VERSION)
    yield flag("IsCustomizable", value=True)
    yield flag("IsRenameable", value=True)
    yield flag("CanModifySearchSettings", value=True)
    yield flag("CanModifyRequirementLevelSettings", value=True)
    yield flag("CanModifyAdditionalSettings", value=True)
    yield node("SourceType", "0")
    yield from _typed(table, column)
    yield labels("displaynames", "displayname", column.label)
    told = descriptions(column.description)
    if told is not None:
        yield told


def _type(table: Table, column: Column) -> str:
    if column.name == table.primary_id:
        return "primarykey"
    return "owner" if column.name == "ownerid" else TYPES[column.kind]


def _level(table: Table, column: Column) -> str:
    if column.name in {table.primary_id, "ownerid", "statecode"}:
        return "systemrequired"
    return "required" if column.required else "none"


def _mask(table: Table, column: Column) -> str:
    """Where a column may appear."""
    if column.name in {"owningbusinessunit", "owningteam", "owninguser"}:
        return ""
    if column.name == table.primary_id:
        return f"{SEARCHABLE}|RequiredForGrid"
    words = [SEARCHABLE] if column.name in HIDDEN else [SEARCHABLE, ON_FORM, IN_GRID]
    if column.name == table.primary_name:
        words.insert(0, "PrimaryName")
    if column.required or column.name == "ownerid":
        words.append("RequiredForForm")
    return "|".join(words)


def _typed(table: Table, column: Column) -> Iterator[Element]:
    if column.kind in FORMATS:
        yield node("Format", FORMATS[column.kind])
    if column.kind in {Kind.STRING, Kind.MEMO}:
        yield node("MaxLength", str(column.max_length))
    if column.kind is Kind.STRING:
        yield node("Length", str(column.max_length * 2))
    if column.kind in BOUNDS:
        yield from _number(column)
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        yield node("Behavior", DATE_ONLY if column.kind is Kind.DATE else USER_LOCAL)
        yield flag("CanChangeDateTimeBehavior", value=False)
    if column.kind is Kind.LOOKUP:
        yield node("LookupStyle", "single")
        yield node("LookupTypes")
    if column.kind is Kind.BOOLEAN:
        yield node("AppDefaultValue", "0")
    yield from _option_set(table, column)


def _number(column: Column) -> Iterator[Element]:
    least, most = BOUNDS[column.kind]
    yield node("MinValue", least if column.minimum is None else str(column.minimum))
    yield node("MaxValue", most if column.maximum is None else str(column.maximum))
    if column.kind in {Kind.DECIMAL, Kind.MONEY}:
        yield node("Accuracy", str(column.precision))
    if column.kind is Kind.MONEY:
        base = column.name.endswith(BASE)
        yield node("AccuracySource", BASE_PRECISION if base else "0")
        if base:
            yield node("CalculationOf", column.name.removesuffix(BASE))


def _option_set(table: Table, column: Column) -> Iterator[Element]:
    if column.kind is Kind.BOOLEAN:
        yield _choice(table, column, "bit", node("options", _option("1", "Yes"), _option("0", "No")))
    elif column.choice is not None:
        made = {Kind.STATE: _states, Kind.STATUS: _statuses}.get(column.kind, _options)
        yield _choice(table, column, TYPES[column.kind], made(column.choice))


def _choice(table: Table, column: Column, kind: str, options: Element) -> Element:
    return node(
        "optionset",
        node("OptionSetType", kind),
        node("IntroducedVersion", FIRST_VERSION),
        flag("IsCustomizable", value=True),
        labels("displaynames", "displayname", column.label),
        descriptions(column.description),
        options,
        Name=f"{table.name}_{column.name}",
    )


def _label(text: str) -> Element:
    return labels("labels", "label", text)


def _option(value: str, label: str) -> Element:
    return node("option", _label(label), value=value)


def _options(choice: Choice) -> Element:
    return node("options", *(_option(str(option.value), option.label) for option in choice.options))


def _states(choice: Choice) -> Element:
    return node(
        "states",
        *(
            node(
                "state",
                _label(option.label),
                value=str(option.value),
                defaultstatus=str(option.value + 1),
                invariantname=option.label,
            )
            for option in choice.options
        ),
    )


def _statuses(choice: Choice) -> Element:
    return node(
        "statuses",
        *(node("status", _label(option.label), value=str(option.value), state=str(option.state)) for option in choice.options),
    )
