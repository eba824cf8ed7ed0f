"""From the words of the declarations to names of the model: tables, columns, and views by what they are called."""

from __future__ import annotations

from dataverse.schema.model import PREFIX, Column, Kind, Table
from dataverse.schema.tables import BY_NAME

PLATFORM = {
    "status": "statuscode",
    "state": "statecode",
    "owner": "ownerid",
    "created": "createdon",
    "creator": "createdby",
    "modified": "modifiedon",
    "modifier": "modifiedby",
    "currency": "transactioncurrencyid",
}


class UnknownWord(KeyError):
    """A declaration that names something which the model does not have."""


def table_of(word: str) -> Table:
    """The table behind a word. Errors: UnknownWord."""
    for name in (PREFIX + word, word):
        if name in BY_NAME:
            return BY_NAME[name]
    message = f"the model has no table '{word}'"
    raise UnknownWord(message)


def column_of(table: Table, word: str) -> Column:
    """The column behind a word. Errors: UnknownWord."""
    for name in (PREFIX + word, PLATFORM.get(word, word)):
        if name in table.by_name:
            return table.by_name[name]
    message = f"{table.name} has no column '{word}'"
    raise UnknownWord(message)


def value_of(column: Column, text: str) -> str:
    """A value as FetchXML compares it: the number behind a label, 1 or 0 for yes or no. Errors: UnknownWord."""
    if column.choice is not None:
        try:
            return str(column.choice.value(text))
        except KeyError as error:
            raise UnknownWord(error.args[0]) from None
    if column.kind is Kind.BOOLEAN:
        return {"yes": "1", "no": "0"}[text]
    return text
