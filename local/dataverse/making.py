"""From the JSON of a metadata request to tables and columns of the model.

Source: Microsoft Learn, "Create and update table definitions using the Web API", "Create and update column definitions"; the
payloads of Microsoft's Python SDK, captured (types with and without `Complex`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from dataverse.schema.build import base_twins, platform_columns, states
from dataverse.schema.model import Choice, Column, Kind, Option, Ownership
from local.dataverse import codec, errors
from local.dataverse.made import MadeColumn, MadeTable

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
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
}
_OWN_TYPE = {"Double", "MultiSelectPicklist"}
_NAME = re.compile(r"[A-Za-z]{2}[A-Za-z0-9]{0,6}_[A-Za-z0-9_]{1,90}\Z")
_LENGTHS = {Kind.STRING: 4000, Kind.MEMO: 1_048_576}
_PLACES = {"Decimal": 10, "Double": 5, "Money": 4}
_WORDS: dict[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
_LEVELS = {"None", "Recommended", "ApplicationRequired", "SystemRequired"}
FIRST_OPTION = 100_000_000
BAD = "0x80048403"


def _refused(message: str) -> errors.DataverseError:
    return errors.bad(message, BAD)


def member(body: Json, name: str, kind: type, what: str) -> Any:  # noqa: ANN401  JSON
    """A member that must be there and of one type. Errors: 400 naming it."""
    value = body.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise _refused(f"{what} needs '{name}', {_WORDS[kind]}.")
    return value


def objects(body: Json, name: str) -> list[Json]:
    """A list of objects, empty when it is not there. Errors: 400."""
    found = body.get(name) or []
    if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
        raise _refused(f"'{name}' must be a list of objects.")
    return found


def schema_name(body: Json, what: str) -> str:
    """A schema name with a publisher's prefix. Errors: 400."""
    name = member(body, "SchemaName", str, what)
    if not _NAME.match(name):
        raise _refused(
            f"'{name}' is not a valid SchemaName for {what}: it begins with a publisher's prefix and an underscore, and has "
            "letters, digits and underscores only."
        )
    return str(name)


def is_name(text: str) -> bool:
    """Whether a text can name a table or a navigation property."""
    return re.fullmatch(r"[A-Za-z]\w{0,99}", text, re.ASCII) is not None


def text_of(label: object, default: str) -> str:
    """The text of a label. Errors: 400 when it is none."""
    if label is None:
        return default
    if not isinstance(label, dict):
        raise _refused("A label must be an object with LocalizedLabels.")
    for one in objects(label, "LocalizedLabels"):
        if isinstance(one.get("Label"), str) and one["Label"]:
            return str(one["Label"])[:500]
    return default


def value_of(body: Json, name: str, default: Any) -> Any:  # noqa: ANN401  JSON
    """A managed property or enum wrapped as `{"Value": …}`, or bare."""
    found = body.get(name)
    if isinstance(found, dict):
        found = found.get("Value")
    return default if found is None else found


def kept(old: Column, body: Json) -> Column:
    """A column of the platform's own kind, of which only the label and auditing can be changed. Errors: 501."""
    changed = replace(old, label=text_of(body.get("DisplayName"), old.label))
    audited = value_of(body, "IsAuditEnabled", True) is True
    if isinstance(changed, MadeColumn):
        return replace(changed, audited=audited)
    if not audited:
        raise errors.unsupported(f"switching auditing of the column '{old.name}' off")
    return changed


def type_name(body: Json) -> str:
    """The attribute type that a body says it is. Errors: 400 without one; 501 by name for one that is not made here."""
    given = body.get("@odata.type")
    if not isinstance(given, str):
        raise _refused("A column needs '@odata.type', e.g. 'Microsoft.Dynamics.CRM.StringAttributeMetadata'.")
    bare = given.removeprefix("#").removeprefix("Microsoft.Dynamics.CRM.").removeprefix("Complex")
    kind = bare.removesuffix("AttributeMetadata")
    if bare == kind or kind not in KINDS:
        raise errors.unsupported(f"columns of the type '{given}'")
    return kind


def column(body: Json, choices: Mapping[str, Choice], old: Column | None = None) -> MadeColumn:
    """A column as a request describes it; `old` is the one that is changed. Errors: 400 in a sentence; 501 by name."""
    kind = type_name(body)
    schema = schema_name(body, "A column") if old is None else old.schema
    base = Kind.DATE if kind == "DateTime" and value_of(body, "DateTimeBehavior", "UserLocal") == "DateOnly" else KINDS[kind]
    given = value_of(body, "FormatName", None) or body.get("Format") or ""
    level = value_of(body, "RequiredLevel", "None")
    if not isinstance(level, str) or level not in _LEVELS or not isinstance(given, str):
        raise _refused(f"RequiredLevel and Format of '{schema}' are not valid.")
    made = MadeColumn(
        name=schema.lower() if old is None else old.name,
        schema=schema,
        kind=base,
        label=text_of(body.get("DisplayName"), schema),
        required=level in {"ApplicationRequired", "SystemRequired"},
        description=text_of(body.get("Description"), ""),
        type_name=kind if kind in _OWN_TYPE else "",
        level=level,
        audited=value_of(body, "IsAuditEnabled", True) is True,
        format=given if base in {Kind.STRING, Kind.MEMO, Kind.INTEGER, Kind.DATE, Kind.DATETIME} else "",
    )
    made = _sized(made, kind, body)
    if kind in {"Picklist", "MultiSelectPicklist", "Boolean"}:
        made = _with_choice(made, kind, body, choices)
    return made


def _sized(made: MadeColumn, kind: str, body: Json) -> MadeColumn:
    if made.kind in _LENGTHS and kind != "MultiSelectPicklist":
        length = body.get("MaxLength", 100 if made.kind is Kind.STRING else 2000)
        if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= _LENGTHS[made.kind]:
            raise _refused(f"MaxLength of '{made.schema}' must be a whole number from 1 to {_LENGTHS[made.kind]}.")
        return replace(made, max_length=length)
    if kind == "MultiSelectPicklist":
        return replace(made, max_length=4000)
    if kind in {"Integer", *_PLACES}:
        limit = {"Integer": Decimal(codec.INT32[1]), "Money": codec.MONEY_LIMIT}.get(kind, codec.DECIMAL_LIMIT)
        low, high = (_bound(made, body, name, limit) for name in ("MinValue", "MaxValue"))
        if low is not None and high is not None and low > high:
            raise _refused(f"MinValue of '{made.schema}' is above its MaxValue.")
        made = replace(made, minimum=low, maximum=high)
    if kind in _PLACES:
        places = body.get("Precision", 2)
        if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= _PLACES[kind]:
            raise _refused(f"Precision of '{made.schema}' must be a whole number from 0 to {_PLACES[kind]}.")
        return replace(made, precision=places)
    return made


def _bound(made: MadeColumn, body: Json, name: str, limit: Decimal) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _refused(f"{name} of '{made.schema}' must be a number.")
    try:
        number = Decimal(value).to_integral_value(context=codec.WIDE)
    except InvalidOperation:
        raise _refused(f"{name} of '{made.schema}' must be a number.") from None
    if not -limit - 1 <= number <= limit:
        raise _refused(f"{name} of '{made.schema}' must be from {-limit} to {limit}.")
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
        raise _refused(f"The choice '{made.schema}' needs OptionSet or GlobalOptionSet@odata.bind.")
    name = next((one for one in choices if one == wanted or _same_id(one, wanted)), None)
    if name is None:
        raise _refused(f"There is no global choice '{wanted}'.")
    return replace(made, choice=choices[name], global_name=name, default=_default(made, choices[name], default))


def _same_id(name: str, wanted: str) -> bool:
    from local.dataverse.definitions import choice_id

    return choice_id(name) == wanted.lower()


def _default(made: MadeColumn, choice: Choice, value: object) -> int | None:
    if value is None or value == -1:
        return None
    if not isinstance(value, int) or all(option.value != value for option in choice.options):
        raise _refused(f"DefaultFormValue of '{made.schema}' is not one of its options.")
    return value


def _yes_no(schema: str, given: Json) -> Choice:
    found = []
    for name, value in (("TrueOption", 1), ("FalseOption", 0)):
        option = given.get(name)
        found.append(Option(value, text_of(option.get("Label") if isinstance(option, dict) else None, "Yes" if value else "No")))
    return Choice(schema, tuple(found))


def options(given: Json, schema: str) -> tuple[Option, ...]:
    """The options of a choice; those without a number get the next one. Errors: 400 for a number twice."""
    found: list[Option] = []
    for one in objects(given, "Options"):
        value = one.get("Value")
        if value is None:
            value = max((option.value for option in found), default=FIRST_OPTION - 1) + 1
        if isinstance(value, bool) or not isinstance(value, int) or not codec.INT32[0] <= value <= codec.INT32[1]:
            raise _refused(f"An option of '{schema}' has a Value that is no whole number.")
        if any(option.value == value for option in found):
            raise errors.bad(f"The choice '{schema}' has the value {value} twice.", "0x80048417")
        found.append(Option(value, text_of(one.get("Label"), str(value))))
    return tuple(found)


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
        raise _refused(f"OwnershipType '{ownership}' is not supported; use UserOwned or OrganizationOwned.")
    columns: list[MadeColumn] = []
    primary = ""
    for one in objects(body, "Attributes"):
        made = column(one, choices)
        if one.get("IsPrimaryName") is True:
            primary = made.name
        columns.append(made)
    chosen = next((one for one in columns if one.name == primary), None)
    if chosen is None or chosen.kind is not Kind.STRING:
        raise _refused(f"The table '{schema}' needs one text column with IsPrimaryName true among its Attributes.")
    if any(one.kind is Kind.LOOKUP for one in columns):
        raise _refused("A lookup is made with its relationship: POST RelationshipDefinitions.")
    label = text_of(body.get("DisplayName"), schema)
    given_set = body.get("EntitySetName")
    owner = Ownership(ownership)
    own = (MadeColumn(f"{name}id", f"{schema}Id", Kind.GUID, label), *columns, *base_twins(tuple(columns)))
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
        audited=value_of(body, "IsAuditEnabled", False) is True,
        has_activities=body.get("HasActivities") is True,
    )
