"""`$select`, `$orderby`, `$expand`, `$top`, `$count` and `Prefer`, read.

Source: Microsoft Learn, "Query data using the Web API", "Join tables", "Page results", "Count number of rows".
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from local.dataverse import errors, filters
from local.dataverse.expressions import Expand, Filter, Order, Path
from local.dataverse.lexer import READ_BEFORE, split
from local.dataverse.zones import UTC_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZE = 5000
MAX_EXPANDS = 15
MAX_ORDERS = 20
FORMATTED = "OData.Community.Display.V1.FormattedValue"
EXPAND_OPTIONS = frozenset({"$select", "$filter", "$orderby", "$top", "$expand"})
_NAME = re.compile(r"[A-Za-z_][\w.]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Options:
    """What a query asks for. `select` None means every column."""

    select: tuple[str, ...] | None = None
    filter: Filter | None = None
    order: tuple[Order, ...] = ()
    expand: tuple[Expand, ...] = ()
    top: int | None = None
    count: bool = False
    apply: str | None = None
    skiptoken: str | None = None
    deltatoken: str | None = None


def read(options: Mapping[str, str], aliases: Mapping[str, str] | None) -> Options:
    """Read query options; without `aliases` none may be named, as inside `$expand`. Errors: 400 for what is malformed."""
    return Options(
        select=_select(options["$select"]) if "$select" in options else None,
        filter=filters.parse(options["$filter"], aliases) if "$filter" in options else None,
        order=_order(options["$orderby"], aliases) if "$orderby" in options else (),
        expand=_expand(options["$expand"]) if "$expand" in options else (),
        top=whole("$top", options["$top"]) if "$top" in options else None,
        count=_flag("$count", options["$count"]) if "$count" in options else False,
        apply=options.get("$apply"),
        skiptoken=options.get("$skiptoken"),
        deltatoken=options.get("$deltatoken"),
    )


@lru_cache(READ_BEFORE)
def _select(text: str) -> tuple[str, ...] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name != "*" and not _NAME.match(name):
            raise errors.bad(f"Syntax error in $select: '{text}'.")
    return None if "*" in names or not names else tuple(dict.fromkeys(names))


def _order(text: str, aliases: Mapping[str, str] | None) -> tuple[Order, ...]:
    terms = []
    for part in split(text, ","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1] not in {"asc", "desc"}):
            raise errors.bad(f"Syntax error in $orderby: '{text}'.")
        name = filters.alias(words[0], aliases) if words[0].startswith("@") else words[0]
        if name is None:
            continue
        steps = tuple(name.split("/"))
        if not all(_NAME.match(step) for step in steps):
            raise errors.bad(f"Syntax error in $orderby: '{text}'.")
        terms.append(Order(Path(steps), descending=words[-1] == "desc" and len(words) == 2))
    if len(terms) > MAX_ORDERS:
        raise errors.bad(f"The request has {len(terms)} $orderby columns; at most {MAX_ORDERS} are allowed.")
    return tuple(terms)


@lru_cache(READ_BEFORE)
def _expand(text: str) -> tuple[Expand, ...]:
    terms = []
    for part in split(text, ","):
        name, opened, rest = part.strip().partition("(")
        if opened and not rest.endswith(")"):
            raise errors.bad(f"Syntax error in $expand: '{text}'.")
        name = name.strip()
        is_reference = name.endswith("/$ref")
        name = name.removesuffix("/$ref")
        if not _NAME.match(name):
            raise errors.bad(f"Syntax error in $expand: '{text}'.")
        terms.append(Expand(name, is_reference, _expand_options(rest[:-1]) if opened else ()))
    names = [term.name for term in terms]
    for name in names:
        if names.count(name) > 1:
            raise errors.bad(f"The navigation property '{name}' is expanded more than once.")
    if len(terms) > MAX_EXPANDS:
        raise errors.bad(f"The request has {len(terms)} $expand options; at most {MAX_EXPANDS} are allowed.")
    return tuple(terms)


def _expand_options(text: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for part in split(text, ";"):
        if not part.strip():
            continue
        name, mark, value = (piece.strip() for piece in part.partition("="))
        if not mark or name not in EXPAND_OPTIONS:
            raise errors.bad(f"The option '{name}' is not supported in $expand.")
        if any(name == known for known, _ in pairs):
            raise errors.bad(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        pairs.append((name, value))
    return tuple(pairs)


def whole(name: str, text: str) -> int:
    """A number option. Errors: 400 unless it is a whole number of zero or more."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise errors.bad(
            f"Invalid value '{text}' for {name} query option found. The {name} query option requires a non-negative integer."
        )
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise errors.bad(f"Invalid value '{text}' for {name} query option found. Valid values are 'true' and 'false'.")
    return text == "true"


@lru_cache(READ_BEFORE)
def _among(annotation: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(annotation, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a `Prefer` header asks for, and what is echoed in `Preference-Applied`.

    `zone` is the code of the time zone in which the caller reads formatted moments.
    """

    representation: bool = False
    page_size: int | None = None
    annotations: tuple[str, ...] = ()
    annotations_text: str = ""
    track_changes: bool = False
    zone: int = UTC_CODE
    continue_on_error: bool = False

    def includes(self, annotation: str) -> bool:
        """Whether an annotation is wanted; wildcards count."""
        return _among(annotation, self.annotations)

    @property
    def applied(self) -> str:
        """The value of `Preference-Applied`, "" if nothing was honoured."""
        parts = []
        if self.representation:
            parts.append("return=representation")
        if self.page_size is not None:
            parts.append(f"odata.maxpagesize={self.page_size}")
        if self.annotations:
            parts.append(f'odata.include-annotations="{self.annotations_text}"')
        if self.track_changes:
            parts.append("odata.track-changes")
        return ", ".join(parts)


_PREFERENCE = re.compile(r'\s*(?:odata\.)?([\w.-]+)\s*(?:=\s*("[^"]*"|[^,;]*))?\s*(?:,|;|\Z)', re.ASCII)


@lru_cache(READ_BEFORE)
def preferences(header: str) -> Preferences:
    """Read a `Prefer` header; what is not known is not honoured, as RFC 7240 has it.

    Errors: 400 for a bad page size; 501 for respond-async, whose answer would be another.
    """
    found = _named(header)
    if "respond-async" in found:
        raise errors.unsupported("background operations (Prefer: respond-async)")
    size: int | None = None
    if "maxpagesize" in found:
        size = whole("odata.maxpagesize", found["maxpagesize"])
        size = min(size, PAGE_SIZE) or None
    return Preferences(
        representation=found.get("return") == "representation",
        page_size=size,
        annotations=_annotations(found),
        annotations_text=found.get("include-annotations", ""),
        track_changes="track-changes" in found,
        continue_on_error="continue-on-error" in found,
    )


def details_wanted(header: str) -> bool:
    """Whether a refusal should carry details; never fails, whatever else the header says."""
    return Preferences(annotations=_annotations(_named(header))).includes("Microsoft.PowerApps.CDS.ErrorDetails.HelpLink")


def _named(header: str) -> dict[str, str]:
    return {match[1].lower(): (match[2] or "").strip().strip('"') for match in _PREFERENCE.finditer(header) if match[1]}


def _annotations(found: dict[str, str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in found.get("include-annotations", "").split(",") if name.strip())
