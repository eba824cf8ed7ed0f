"""Which row an address means: by primary key, by alternate key, by a reference inside a body.

Source: Microsoft Learn, "Use an alternate key to reference a record"; lookups in keys go by `_name_value`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dataverse.schema.model import Kind
from local.dataverse import codec, errors, filters, urls
from local.dataverse.literals import bound
from local.dataverse.matching import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

NO_PRIMARY_BY_NAME = frozenset({"systemuser", "team"})
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class ById:
    """A primary key."""

    id: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """The values of an alternate key, as stored; `folded` is how the unique index holds them."""

    index: int
    values: Mapping[str, Sql]
    folded: str


Which = ById | ByKey


def parse(entity: Entity, text: str) -> Which:
    """Read a key predicate. Errors: 400 when it is no key of the table or a value is of the wrong type."""
    pairs = urls.key_pairs(text)
    if len(pairs) == 1 and pairs[0][0] in {"", entity.primary_id}:
        known = codec.guid(pairs[0][1])
        if known is not None and (pairs[0][0] == "" or entity.name not in NO_PRIMARY_BY_NAME):
            return ById(known)
        raise errors.wrong_key(entity.name)
    values: dict[str, Sql] = {}
    for name, value in pairs:
        column = entity.properties.get(name)
        if column is None and name in entity.columns:
            raise errors.bad(
                f"The key segment names the lookup '{name}'; a lookup in an alternate key is written as '_{name}_value'.",
                "0x80060888",
            )
        if column is None or column.name in values:
            raise errors.wrong_key(entity.name)
        values[column.name] = _value(entity, name, value)
    found = entity.key_of(values)
    if found is None:
        raise errors.wrong_key(entity.name)
    return ByKey(found[0], values, _folded([values[name] for name in found[1].columns]))


def _value(entity: Entity, name: str, text: str) -> Sql:
    column = entity.properties[name]
    literal = filters.literal(text)
    if literal.value is None:
        raise errors.bad(f"The key value of '{name}' is null; a null value is not allowed for a key property.", "")
    _, value = bound(column, "eq", literal)
    if isinstance(value, bytes) or (column.kind is Kind.STRING and value == ""):
        raise errors.no_such_key(entity.name)
    return value


def _folded(values: list[Sql]) -> str:
    return _SEPARATOR.join(str(fold(value)) for value in values)


def folded(entity: Entity, index: int, row: Mapping[str, Sql]) -> str | None:
    """What the unique index of a key holds for a row: None, which is never a duplicate, when one of its columns is empty."""
    values = [row.get(name) for name in entity.table.keys[index].columns]
    return None if any(value is None for value in values) else _folded(values)


def find(storage: Storage, entity: Entity, which: Which) -> Row | None:
    """The row, or None."""
    if isinstance(which, ById):
        return storage.find(entity, which.id)
    return storage.find_key(entity, which.index, which.folded)


def required(storage: Storage, entity: Entity, which: Which) -> Row:
    """The row. Errors: 404 with the sentence for an id or for a key."""
    row = find(storage, entity, which)
    if row is None:
        raise missing(entity, which)
    return row


def missing(entity: Entity, which: Which) -> errors.DataverseError:
    """The 404 for a row that is not there."""
    return errors.not_found(entity.name, which.id) if isinstance(which, ById) else errors.no_such_key(entity.name)


def reference(storage: Storage, context: Context, text: object) -> tuple[Entity, str]:
    """The row that a bind or `@odata.id` names: `/set(id)`, `set(key='x')`, an absolute address, or `$n` in a change set.

    Errors: 400 for what is no reference; 404 when the row does not exist.
    """
    if not isinstance(text, str) or not text:
        raise errors.bad(f"'{text}' is not a reference to a row; write it as set(id).", "0x80048d19")
    path = dereferenced(context, text)
    segments = _segments(path)
    entity = storage.catalog.by_set.get(segments[0].name) if len(segments) == 1 else None
    if entity is None:
        raise errors.no_segment(segments[0].name if segments else text)
    key = segments[0].key
    if not key:
        raise errors.bad(f"'{text}' is not a reference to a row; write it as set(id).", "0x80048d19")
    which = parse(entity, key)
    if isinstance(which, ById):
        if not storage.holds(entity, which.id):
            raise missing(entity, which)
        return entity, which.id
    return entity, str(required(storage, entity, which)[entity.primary_id])


def named(storage: Storage, context: Context, value: Mapping[str, Any]) -> tuple[Entity, str]:
    """The row that an object names, by `@odata.id` or by `@odata.type` and its primary key. Errors: as `reference`."""
    address = value.get("@odata.id")
    if address is None and isinstance(kind := value.get("@odata.type"), str):
        entity = storage.catalog.by_name.get(kind.rpartition(".")[2])
        if entity is not None:
            address = f"{entity.set_name}({value.get(entity.primary_id)})"
    return reference(storage, context, address)


def dereferenced(context: Context, text: str) -> str:
    """Put the row of an earlier request of the change set in place of `$n`. Errors: 400 if it is not declared yet."""
    if not text.startswith("$") or text.startswith(("$metadata", "$batch")):
        return text
    token, slash, rest = text[1:].partition("/")
    if token not in context.references:
        raise errors.bad(f"Content-ID Reference: '${token}' does not exist in the batch context.", "")
    return f"{context.references[token]}{slash}{rest}"


_HOST = re.compile(r"https?:/{1,2}[^/]*")
"""Scheme and host; npm dataverse-webapi writes one slash between them, which browsers and node read as two."""


@lru_cache(maxsize=1024)
def _segments(path: str) -> tuple[urls.Segment, ...]:
    """A change set names the same few rows over and over."""
    return urls.read(_below_root(path), "").segments


def _below_root(text: str) -> str:
    host = _HOST.match(text)
    path = urlsplit(text[host.end() :]).path if host else text
    below = urls.relative(path)
    return (path if below is None else below).lstrip("/")
