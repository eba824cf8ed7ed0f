"""Every refusal that the Web API gives, with Dataverse's own codes and texts.

Source: Microsoft Learn, "Compose HTTP requests and handle errors", "Use alternate keys", "Perform conditional operations",
"Service protection API limits"; codes that the pages leave empty are those that several public clients rely on.
"""

from __future__ import annotations


class DataverseError(Exception):
    """One refusal: HTTP status, Dataverse's code and its sentence."""

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def bad(message: str, code: str = "0x80060888") -> DataverseError:
    """A malformed or impossible request."""
    return DataverseError(400, code, message)


def unsupported(what: str) -> DataverseError:
    """Something that Dataverse has and this server has not: never ignored, always named."""
    return DataverseError(501, "0x80040216", f"The local Dataverse does not support {what}.")


def not_found(table: str, row_id: str) -> DataverseError:
    """No row of that id."""
    return DataverseError(404, "0x80040217", f"{table} With Id = {row_id} Does Not Exist")


def no_such_key(table: str) -> DataverseError:
    """An alternate key that no row has."""
    return DataverseError(404, "0x80060891", f"A record with the specified key values does not exist in {table} entity")


def no_segment(name: str) -> DataverseError:
    """A path that names nothing."""
    return DataverseError(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_property(name: str, table: str) -> DataverseError:
    """A query that names no property."""
    return bad(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'.")


def wrong_key(table: str) -> DataverseError:
    """A key segment whose columns are no key of the table."""
    kind = f"Microsoft.Dynamics.CRM.{table}"
    return DataverseError(
        400,
        "",
        f"The key in the request URI is not valid for resource '{kind}'. Ensure that the names and number of key properties "
        f"match the declared or alternate key properties for the resource '{kind}'.",
    )


def payload(set_name: str, detail: str) -> DataverseError:
    """A body that OData cannot read."""
    return DataverseError(
        400,
        "0x80048d19",
        f"Error identified in Payload provided by the user for Entity :'{set_name}', For more information on this error please "
        "follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : "
        f"Microsoft.OData.ODataException: {detail}",
    )


def unknown_property(set_name: str, table: str, name: str) -> DataverseError:
    """A body with a property that the table has not."""
    return payload(set_name, f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table}'.")


def undeclared(set_name: str, name: str) -> DataverseError:
    """An annotation of a property that does not exist, e.g. a bind whose letter case is wrong."""
    return payload(
        set_name,
        f"An undeclared property '{name}' which only has property annotations in the payload but no property value was "
        "found in the payload. In OData, only declared navigation properties and declared named streams can be represented as "
        "properties without values.",
    )


def literal(set_name: str, value: object, kind: str) -> DataverseError:
    """A value of the wrong type."""
    return payload(set_name, f"Cannot convert the literal '{value}' to the expected type '{kind}'.")


def exists() -> DataverseError:
    """An insert-only upsert met a row."""
    return DataverseError(412, "0x80060892", "A record with matching key values already exists.")


def version_mismatch() -> DataverseError:
    """The row changed since the caller read it."""
    return DataverseError(412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided.")


def duplicate_id() -> DataverseError:
    """A second row with one primary key."""
    return DataverseError(412, "0x80040237", "Cannot insert duplicate key.")


def duplicate() -> DataverseError:
    """A duplicate detection rule found another row."""
    text = "A record was not created or updated because a duplicate of the current record already exists."
    return DataverseError(412, "0x80040333", text)


def key_violated(key: str, labels: str, table: str, columns: tuple[str, ...]) -> DataverseError:
    """A second row with one alternate key."""
    names = "".join(f"<{name}></{name}>" for name in columns)
    return DataverseError(
        412,
        "0x80060892",
        f"Entity Key {key} violated. A record with the same value for {labels} already exists. A duplicate record cannot be "
        f"created. Select one or more unique values and try again. <DuplicateAttributes>{names}</DuplicateAttributes>"
        f"<DuplicateEntity>{table}</DuplicateEntity>",
    )


def too_long(table: str, column: str, limit: int) -> DataverseError:
    """A text over its column's length."""
    return DataverseError(
        400,
        "0x80044331",
        f"A validation error occurred.  The length of the '{column}' attribute of the '{table}' entity exceeded the maximum "
        f"allowed length of '{limit}'.",
    )


def out_of_range(table: str, column: str, value: object, *, whole: bool, bounds: tuple[object, object]) -> DataverseError:
    """A number outside its column's bounds."""
    return DataverseError(
        400,
        "0x8004432f" if whole else "0x80044330",
        f"A validation error occurred. The value '{value}' of '{column}' on record of type '{table}' is outside the valid range. "
        f"Accepted Values: {bounds[0]} to {bounds[1]}",
    )


def no_option(table: str, column: str, value: object, accepted: str) -> DataverseError:
    """A choice value that is not an option."""
    return DataverseError(
        400,
        "0x8004431A",
        f"A validation error occurred. The value '{value}' of '{column}' on record of type '{table}' is outside the valid range. "
        f"Accepted Values: {accepted}",
    )


def restricted() -> DataverseError:
    """A row that others point to through a relationship that restricts deleting."""
    return bad("The object you tried to delete is associated with another object and cannot be deleted.", "0x80040227")


def wrong_status(table: str, status: int, state: str, row_id: str) -> DataverseError:
    """A status reason that belongs to another state."""
    return DataverseError(
        400, "0x80048408", f"{status} is not a valid status code for state code {table}State.{state} on {table} with Id {row_id}."
    )
