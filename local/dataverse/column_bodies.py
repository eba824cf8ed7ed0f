"""From the JSON of a metadata request to a column of the model.

Source: Microsoft Learn, "Create and update column definitions using the Web API", "Create auto-number columns"; the payloads of
Microsoft's Python SDK, captured (types with and without `Complex`).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from dataverse.schema.model import Choice, Column, Kind, Option
from local.dataverse import binaries, codec, descriptive, errors, numbering
from local.dataverse.definitions import choice_id
from local.dataverse.made import MadeColumn
from local.dataverse.making import Json, options, refused, schema_name, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {
    "String": Kind.STRING,
    "Memo": Kind.MEMO,
    "Integer": Kind.INTEGER,
    "BigInt": Kind.BIGINT,
    "Decimal": Kind.DECIMAL,
    "Double": Kind.DECIMAL,
    "Money": Kind.MONEY,
    "Boolean": Kind.BOOLEAN,
    "DateTime": Kind.DATETIME,
    "Picklist": Kind.CHOICE,
    "MultiSelectPicklist": Kind.STRING,
    "Lookup": Kind.LOOKUP,
    **binaries.KINDS,
}
_OWN_TYPE = {"Double", "MultiSelectPicklist", *binaries.KINDS}
_FORMATS = {
    "String": frozenset({"Text", "TextArea", "Email", "Url", "TickerSymbol", "PhoneticGuide", "VersionNumber", "Phone"}),
    "Memo": frozenset({"Text", "TextArea", "Email", "InternalExtentData"}),
    "Integer": frozenset({"None", "Duration", "TimeZone", "Language", "Locale"}),
    "DateTime": frozenset({"DateOnly", "DateAndTime"}),
}
_RICH = frozenset({"Json", "RichText"})
"""Formats of both kinds of text."""
_BEHAVIORS = frozenset({"UserLocal", "DateOnly", "TimeZoneIndependent"})
_SOURCES = frozenset({0, 1, 2})
_LENGTHS = {Kind.STRING: 4000, Kind.MEMO: 1_048_576}
_PLACES = {"Decimal": 10, "Double": 5, "Money": 4}
REQUIRED = frozenset({"ApplicationRequired", "SystemRequired"})
_LEVELS = REQUIRED | {"None", "Recommended"}


def type_name(body: Json) -> str:
    """The attribute type that a body says it is. Errors: 400 without one; 501 by name for one that is not made here."""
    given = body.get("@odata.type")
    if not isinstance(given, str):
        raise refused("A column needs '@odata.type', e.g. 'Microsoft.Dynamics.CRM.StringAttributeMetadata'.")
    bare = given.removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.").removeprefix("Complex")
    kind = bare.removesuffix("AttributeMetadata")
    if bare == kind or kind not in KINDS:
        raise errors.unsupported(f"columns of the type '{given}'")
    return kind


def column(body: Json, choices: Mapping[str, Choice], old: Column | None = None) -> MadeColumn:
    """A column as a request describes it; `old` is the one that is changed. Errors: 400 in a sentence; 501 by name."""
    kind = type_name(body)
    schema = schema_name(body, "A column") if old is None else old.schema
    behavior = _behavior(schema, kind, body)
    level = required_level(schema, body)
    if body.get("IsSecured") is True:
        raise errors.unsupported("column-level security (IsSecured)")
    if body.get("SourceType") not in {None, 0}:
        raise errors.unsupported("calculated, rollup and formula columns (SourceType)")
    made = MadeColumn(
        name=schema.lower() if old is None else old.name,
        schema=schema,
        kind=Kind.DATE if behavior == "DateOnly" else KINDS[kind],
        label=text_of(body.get("DisplayName"), schema),
        required=level in REQUIRED,
        description=text_of(body.get("Description"), ""),
        type_name=kind if kind in _OWN_TYPE else "",
        level=level,
        format=_format(schema, kind, body),
        behavior=behavior if behavior == "TimeZoneIndependent" else "",
        auto_number=_auto_number(schema, kind, body),
        audited=is_audited(schema, body),
        told=descriptive.column(body),
    )
    made = _sized(made, kind, body)
    if kind in {"Picklist", "MultiSelectPicklist", "Boolean"}:
        made = _with_choice(made, kind, body, choices)
    return made


def required_level(schema: str, body: Json) -> str:
    """How much a column is needed. Errors: 400."""
    level = value_of(body, "RequiredLevel", "None")
    if not isinstance(level, str) or level not in _LEVELS:
        raise refused(f"RequiredLevel of '{schema}' is not valid; it is one of {', '.join(sorted(_LEVELS))}.")
    return level


def is_audited(schema: str, body: Json) -> bool:
    """Whether changes of a column are recorded. Errors: 400."""
    found = value_of(body, "IsAuditEnabled", default=True)
    if not isinstance(found, bool):
        raise refused(f"IsAuditEnabled of '{schema}' must be true or false.")
    return found


def _format(schema: str, kind: str, body: Json) -> str:
    known = _FORMATS.get(kind)
    given = value_of(body, "FormatName", None) or body.get("Format") or ""
    if known is None or given == "":
        return ""
    if not isinstance(given, str) or given not in known | (_RICH if kind in {"String", "Memo"} else set()):
        raise refused(f"The format '{given}' of '{schema}' is not one of a {kind} column: {', '.join(sorted(known))}.")
    return given


def _behavior(schema: str, kind: str, body: Json) -> str:
    given = value_of(body, "DateTimeBehavior", "UserLocal") if kind == "DateTime" else ""
    if given and given not in _BEHAVIORS:
        raise refused(f"The DateTimeBehavior '{given}' of '{schema}' is not one of {', '.join(sorted(_BEHAVIORS))}.")
    return str(given)


def _auto_number(schema: str, kind: str, body: Json) -> str:
    given = body.get("AutoNumberFormat") or ""
    if given and (kind != "String" or not isinstance(given, str)):
        raise refused(f"AutoNumberFormat of '{schema}' is a text, and of text columns only.")
    numbering.check(str(given))
    return str(given)


def _sized(made: MadeColumn, kind: str, body: Json) -> MadeColumn:
    if kind in binaries.KINDS:
        return binaries.sized(made, body.get("MaxSizeInKB"))
    if made.kind in _LENGTHS and kind != "MultiSelectPicklist":
        length = body.get("MaxLength", 100 if made.kind is Kind.STRING else 2000)
        if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= _LENGTHS[made.kind]:
            raise refused(f"MaxLength of '{made.schema}' must be a whole number from 1 to {_LENGTHS[made.kind]}.")
        return replace(made, max_length=length)
    if kind == "MultiSelectPicklist":
        return replace(made, max_length=4000)
    if kind in {"Integer", *_PLACES}:
        return _ranged(made, kind, body)
    return made


def _ranged(made: MadeColumn, kind: str, body: Json) -> MadeColumn:
    limit = {"Integer": Decimal(codec.INT32[1]), "Money": codec.MONEY_LIMIT}.get(kind, codec.DECIMAL_LIMIT)
    low, high = (_bound(made, body, name, limit) for name in ("MinValue", "MaxValue"))
    if low is not None and high is not None and low > high:
        raise refused(f"MinValue of '{made.schema}' is above its MaxValue.")
    made = replace(made, minimum=low, maximum=high)
    if kind == "Money":
        source = body.get("PrecisionSource", 2)
        if source not in _SOURCES or isinstance(source, bool):
            raise refused(f"PrecisionSource of '{made.schema}' must be 0, 1 or 2.")
        made = replace(made, precision_source=source)
    if kind == "Integer":
        return made
    places = body.get("Precision", 2)
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= _PLACES[kind]:
        raise refused(f"Precision of '{made.schema}' must be a whole number from 0 to {_PLACES[kind]}.")
    return replace(made, precision=places)


def _bound(made: MadeColumn, body: Json, name: str, limit: Decimal) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise refused(f"{name} of '{made.schema}' must be a number.")
    try:
        number = Decimal(value).to_integral_value(context=codec.WIDE)
    except InvalidOperation:
        raise refused(f"{name} of '{made.schema}' must be a number.") from None
    if not -limit - 1 <= number <= limit:
        raise refused(f"{name} of '{made.schema}' must be from {-limit} to {limit}.")
    return int(number)


def _with_choice(made: MadeColumn, kind: str, body: Json, choices: Mapping[str, Choice]) -> MadeColumn:
    if kind == "Boolean":
        default = body.get("DefaultValue", False)
        given = body.get("OptionSet")
        choice = _yes_no(made.schema, given) if isinstance(given, dict) else None
        return replace(made, choice=choice, default=int(default is True))
    default = body.get("DefaultFormValue")
    bound = body.get("GlobalOptionSet@odata.bind")
    given = body.get("OptionSet") or body.get("GlobalOptionSet")
    if isinstance(bound, str):
        wanted = bound.rpartition("(")[2].rstrip(")").removeprefix("Name=").strip("'")
    elif isinstance(given, dict) and given.get("IsGlobal") is True and isinstance(given.get("Name"), str):
        wanted = str(given["Name"])
    elif isinstance(given, dict):
        choice = Choice(made.schema, options(given, made.schema))
        return replace(made, choice=choice, default=_default(made, choice, default))
    else:
        raise refused(f"The choice '{made.schema}' needs OptionSet or GlobalOptionSet@odata.bind.")
    name = next((one for one in choices if wanted in {one, choice_id(one)}), None)
    if name is None:
        raise refused(f"There is no global choice '{wanted}'.")
    return replace(made, choice=choices[name], global_name=name, default=_default(made, choices[name], default))


def _default(made: MadeColumn, choice: Choice, value: object) -> int | None:
    if value is None or value == -1:
        return None
    if not isinstance(value, int) or all(option.value != value for option in choice.options):
        raise refused(f"DefaultFormValue of '{made.schema}' is not one of its options.")
    return value


def _yes_no(schema: str, given: Json) -> Choice:
    found = []
    for name, value in (("TrueOption", 1), ("FalseOption", 0)):
        option = given.get(name)
        found.append(Option(value, text_of(option.get("Label") if isinstance(option, dict) else None, "Yes" if value else "No")))
    return Choice(schema, tuple(found))
