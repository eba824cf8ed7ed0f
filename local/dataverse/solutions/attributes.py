"""`<attribute>`: one column as a package describes it.

A column that our model can say is the model's own type, so that an imported table equals the one that is written in code; what
only a request or a package can say besides (a format, a float, a cascade rule) makes it a `MadeColumn`.

Source: attributes of exported solutions; Microsoft Learn, "Column data types in Microsoft Dataverse".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Choice, Column, Kind
from local.dataverse import codec
from local.dataverse.made import MadeColumn
from local.dataverse.solutions import faults, option_sets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.solutions.nodes import Node

KINDS = {
    "nvarchar": Kind.STRING,
    "ntext": Kind.MEMO,
    "int": Kind.INTEGER,
    "bigint": Kind.BIGINT,
    "decimal": Kind.DECIMAL,
    "float": Kind.DECIMAL,
    "money": Kind.MONEY,
    "bit": Kind.BOOLEAN,
    "datetime": Kind.DATETIME,
    "picklist": Kind.CHOICE,
    "multiselectpicklist": Kind.STRING,
    "lookup": Kind.LOOKUP,
    "customer": Kind.LOOKUP,
    "owner": Kind.LOOKUP,
    "state": Kind.STATE,
    "status": Kind.STATUS,
    "primarykey": Kind.GUID,
    "uniqueidentifier": Kind.GUID,
    "timestamp": Kind.BIGINT,
}
LEVELS = {
    "none": "None",
    "recommended": "Recommended",
    "required": "ApplicationRequired",
    "applicationrequired": "ApplicationRequired",
    "systemrequired": "SystemRequired",
}
FORMATS = {
    "email": "Email",
    "url": "Url",
    "phone": "Phone",
    "tickersymbol": "TickerSymbol",
    "textarea": "TextArea",
    "text": "Text",
    "richtext": "RichText",
    "duration": "Duration",
    "timezone": "TimeZone",
    "language": "Language",
    "none": "None",
    "date": "DateOnly",
    "datetime": "DateAndTime",
}
USUAL = {Kind.STRING: "Text", Kind.MEMO: "TextArea", Kind.INTEGER: "None", Kind.DATE: "DateOnly", Kind.DATETIME: "DateAndTime"}
LIMITS = {Kind.DECIMAL: codec.DECIMAL_LIMIT, Kind.MONEY: codec.MONEY_LIMIT}
_DISPLAY = """
ImeMode XmlAbbreviation IsCustomField ValidForCreateApi ValidForReadApi ValidForUpdateApi Length IsLogical IsAuditEnabled
IsCustomizable IsRenameable IntroducedVersion CanModifySearchSettings CanModifyRequirementLevelSettings
CanModifyFieldLevelSecuritySettings CanModifyAdditionalSettings CanModifyGlobalFilterSettings CanModifyIsSortableSettings
IsGlobalFilterEnabled IsSortableEnabled IsActive IsDataSourceSecret IsSearchable IsFilterable IsRetrievable IsLocalizable
CanChangeDateTimeBehavior LookupStyle LookupBrowse LookupTypes ReferencedEntityObjectTypeCode LinkedAttribute
CanModifyAuditSettings IsAutoAssigned ColumnNumber
"""
DISPLAY = frozenset(_DISPLAY.split())
"""What is kept with the package and has no effect here: settings of designers, of search, and what may be changed."""


@dataclass(frozen=True)
class Attribute:
    """A column as it was read.

    Attributes:
        column: without the targets of a lookup, which relationships say.
        type: the package's own word for its type.
        primary_name: whether rows are called by it.
        base_of: the amount whose base amount this is, or "".
        option_set: the global option set behind it, or "".
    """

    column: Column
    type: str
    primary_name: bool
    base_of: str
    option_set: str
    place: str


def read(node: Node, choices: Mapping[str, Choice]) -> Attribute:
    """Errors: ImportFault for what is wrong, and for what this server has no column for."""
    schema = node.required("PhysicalName")
    node.place = f"{node.place}[{schema}]"
    node.ignore_attributes("unmodified")
    name = node.text("LogicalName") or node.text("Name") or schema.lower()
    if name != schema.lower() or node.text("Name", name) != name:
        raise node.fault(f"Name and LogicalName of '{schema}' must be '{schema.lower()}'.")
    kind = node.text("Type")
    if kind not in KINDS:
        raise faults.unsupported(f"columns of the type '{kind}' ({node.place})")
    _refuse(node)
    level = LEVELS.get(node.text("RequiredLevel", "none").lower())
    if level is None:
        raise node.fault("The RequiredLevel is not one of none, recommended, required, systemrequired.")
    column = Column(
        name,
        schema,
        KINDS[kind],
        node.label("displaynames", "displayname"),
        required=level in {"ApplicationRequired", "SystemRequired"} and kind != "primarykey",
        description=node.label("Descriptions", "Description"),
    )
    if level in {"Recommended", "SystemRequired"} and kind not in {"primarykey", "state", "status", "owner"}:
        column = made(column, level=level)
    column, option_set = _typed(node, column, kind, choices)
    mask = node.text("DisplayMask").split("|")
    found = Attribute(column, kind, "PrimaryName" in mask, node.text("CalculationOf"), option_set, node.place)
    node.skip(DISPLAY)
    node.done()
    return found


def made(column: Column, **more: Any) -> MadeColumn:  # noqa: ANN401  fields of the class, as callers name them
    """A column with what only a package or a request can say."""
    if isinstance(column, MadeColumn):
        return replace(column, **more)
    level = "ApplicationRequired" if column.required else "None"
    given = {name: getattr(column, name) for name in Column.__dataclass_fields__}
    return MadeColumn(**{**given, "level": level, **more})


def _refuse(node: Node) -> None:
    """What would change how the column works, and is not done here."""
    if node.flag("IsSecured"):
        raise faults.unsupported(f"column security ({node.place})")
    if node.whole("SourceType", 0):
        raise faults.unsupported(f"calculated and rollup columns ({node.place})")
    for name in ("FormulaDefinitionFileName", "AutoNumberFormat", "ExternalName", "YomiOf", "AttributeOf", "AggregateOf"):
        if node.text(name):
            raise faults.unsupported(f"'{name}' of columns ({node.place})")


def _typed(node: Node, column: Column, kind: str, choices: Mapping[str, Choice]) -> tuple[Column, str]:
    option_set = ""
    if column.kind in {Kind.STRING, Kind.MEMO} and kind != "multiselectpicklist":
        column = replace(column, max_length=_length(node, column.kind))
    elif column.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY}:
        column = _number(node, column, kind)
    elif column.kind is Kind.DATETIME:
        column = _date(node, column)
    elif kind == "bit":
        column = _bit(node, column)
    elif column.kind in {Kind.CHOICE, Kind.STATE, Kind.STATUS} or kind == "multiselectpicklist":
        column, option_set = _chosen(node, column, kind, choices)
    return _formatted(node, column), option_set


def _length(node: Node, kind: Kind) -> int:
    limit = 4000 if kind is Kind.STRING else 1_048_576
    length = node.whole("MaxLength", 100 if kind is Kind.STRING else 2000) or 0
    if not 1 <= length <= limit:
        raise node.fault(f"The MaxLength {length} is not from 1 to {limit}.")
    return length


def _number(node: Node, column: Column, kind: str) -> Column:
    bounds = []
    for name, sign in (("MinValue", -1), ("MaxValue", 1)):
        value = node.whole(name)
        limit = LIMITS.get(column.kind)
        bounds.append(None if value is None or (limit is not None and value == sign * int(limit)) else value)
    low, high = bounds
    if low is not None and high is not None and low > high:
        raise node.fault("The MinValue is above the MaxValue.")
    column = replace(column, minimum=low, maximum=high)
    if column.kind is Kind.INTEGER:
        return column
    most = {"decimal": 10, "float": 5, "money": 4}[kind]
    places = node.whole("Accuracy", 2)
    if places is None or not 0 <= places <= most:
        raise node.fault(f"The Accuracy {places} is not from 0 to {most}.")
    source = node.whole("AccuracySource", 0)
    if kind == "money" and source and not node.text("CalculationOf"):
        raise faults.unsupported(
            f"a precision that the organisation or the currency decides: AccuracySource {source} ({node.place})"
        )
    column = replace(column, precision=places)
    return made(column, type_name="Double") if kind == "float" else column


def _date(node: Node, column: Column) -> Column:
    behavior = node.whole("Behavior", 1)
    if behavior not in {1, 2}:
        raise faults.unsupported(f"dates with the behavior {behavior}; 1 is user local, 2 is date only ({node.place})")
    return replace(column, kind=Kind.DATE) if behavior == 2 else column


def _bit(node: Node, column: Column) -> Column:
    default = node.whole("AppDefaultValue", 0)
    if default not in {0, 1}:
        raise node.fault(f"The AppDefaultValue {default} of a two-option column is neither 0 nor 1.")
    if node.text("OptionSetName"):
        raise faults.unsupported(f"two-option columns with a global option set ({node.place})")
    given = node.child("optionset")
    choice = option_sets.yes_no(given, column.name) if given is not None else None
    column = replace(column, choice=choice)
    return made(column, default=1) if default else column


def _chosen(node: Node, column: Column, kind: str, choices: Mapping[str, Choice]) -> tuple[Column, str]:
    default = node.whole("AppDefaultValue", -1)
    name, given = node.text("OptionSetName"), node.child("optionset")
    if name:
        if given is not None or kind not in {"picklist", "multiselectpicklist"}:
            raise node.fault("A column has either a global option set or one of its own.")
        if name not in choices:
            raise faults.no_option_set(column.name, name)
        column = made(column, choice=choices[name], global_name=name)
    elif given is not None:
        column = replace(column, choice=option_sets.choice(given, column.name))
    else:
        raise node.fault("A choice needs OptionSetName or optionset.")
    if kind == "multiselectpicklist":
        column = made(column, type_name="MultiSelectPicklist", max_length=4000)
    if kind in {"picklist", "multiselectpicklist"} and default != -1:
        if column.choice is None or all(option.value != default for option in column.choice.options):
            raise node.fault(f"The AppDefaultValue {default} is not one of the options.")
        column = made(column, default=default)
    return column, name


def _formatted(node: Node, column: Column) -> Column:
    given = node.text("Format").lower()
    if not given or column.kind not in USUAL:
        return column
    if given not in FORMATS:
        raise faults.unsupported(f"the format '{given}' ({node.place})")
    if FORMATS[given] == USUAL[column.kind] or (
        column.kind is Kind.STRING and isinstance(column, MadeColumn) and column.type_name
    ):
        return column
    return made(column, format=FORMATS[given])
