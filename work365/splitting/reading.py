"""A split and users as a scenario of the simulator tells them, read strictly (docs/reference/simulate.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from work365.errors import BadInput
from work365.splitting.terms import FoundBy, Rest, Share, Split, SplitTerms
from work365.splitting.users import User
from work365.strict_json import day, each, members, needed, optional, refuse, shown, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SHARES, MOST_TERMS, MOST_VALUES, MOST_SEATS = 1_000, 1_000, 10_000, 1_000_000_000
FOUND_BY = {"attribute": FoundBy.ATTRIBUTE, "groups": FoundBy.GROUP, "users": FoundBy.USERS, "seats": FoundBy.SEATS}
RESTS = {"main": Rest.MAIN, "payer": Rest.PAYER, "proportion": Rest.PROPORTION, "hold": Rest.HOLD}


@dataclass(frozen=True, slots=True)
class PayerOf:
    """A split, and the payer whose part is meant."""

    split: Split
    payer: str


def payer_of(value: object, path: str) -> PayerOf:
    """The split of a subscription and whose part is billed. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "payer main terms")
    main = needed(row, path, "main", text)
    terms = needed(row, path, "terms", each(MOST_TERMS, _terms))
    try:
        split = Split(main, terms)
    except BadInput as error:
        refuse(f"{path}.terms", error.message)
    payer = needed(row, path, "payer", text)
    if payer not in split.payers:
        refuse(f"{path}.payer", f"{shown(payer)} pays for nothing; use {', '.join(split.payers)}")
    return PayerOf(split, payer)


def _terms(value: object, path: str) -> SplitTerms:
    row = members(value, path, "start shares rest rest_to licence")
    shares = needed(row, path, "shares", each(MOST_SHARES, _share))
    rest = optional(row, path, "rest", text) or "main"
    if rest not in RESTS:
        refuse(f"{path}.rest", f"{shown(rest)} is no rule for the rest; use {', '.join(RESTS)}")
    to, licence = optional(row, path, "rest_to", text) or "", optional(row, path, "licence", text) or ""
    try:
        return SplitTerms(needed(row, path, "start", day), shares, RESTS[rest], to, licence)
    except BadInput as error:
        refuse(path, error.message)


def _share(value: object, path: str) -> Share:
    row = members(value, path, "payer attribute values groups users seats included minimum")
    named = [name for name in FOUND_BY if row.get(name) is not None]
    if len(named) != 1:
        refuse(path, "say how its seats are found: by 'attribute' with 'values', 'groups', 'users' or 'seats', one of them")
    found_by = FOUND_BY[named[0]]
    try:
        return Share(
            payer=needed(row, path, "payer", text),
            found_by=found_by,
            values=_values(row, path, found_by),
            attribute=optional(row, path, "attribute", text) or "",
            seats=optional(row, path, "seats", whole(0, MOST_SEATS)) or 0,
            included=optional(row, path, "included", whole(0, MOST_SEATS)) or 0,
            minimum=optional(row, path, "minimum", whole(0, MOST_SEATS)) or 0,
        )
    except BadInput as error:
        refuse(error.path or path, error.message)


def _values(row: dict[str, Any], path: str, found_by: FoundBy) -> tuple[str, ...]:
    words = each(MOST_VALUES, text)
    if found_by is FoundBy.ATTRIBUTE:
        return needed(row, path, "values", words)
    if row.get("values") is not None:
        refuse(f"{path}.values", "these are the values of an 'attribute'; name one, or leave them out")
    lists = {FoundBy.GROUP: "groups", FoundBy.USERS: "users"}
    return needed(row, path, lists[found_by], words) if found_by in lists else ()


def user(value: object, path: str) -> User:
    """A user for some days. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "id name attributes groups licences start end")
    start, end = needed(row, path, "start", day), optional(row, path, "end", day)
    if end is not None and end <= start:
        refuse(f"{path}.end", f"it ends on {end}, and starts on {start}; correct one of the two dates")
    attributes = optional(row, path, "attributes", _attributes) or {}
    groups, licences = (frozenset(_lower(row, path, name)) for name in ("groups", "licences"))
    return User(needed(row, path, "id", text), start, end, optional(row, path, "name", text) or "", attributes, groups, licences)


def _lower(row: dict[str, Any], path: str, name: str) -> list[str]:
    return [word.strip().casefold() for word in optional(row, path, name, each(MOST_VALUES, text)) or ()]


def _attributes(value: object, path: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        refuse(path, f"an object of texts is needed here, not {shown(value)}")
    return {name.strip().casefold(): text(one, f"{path}.{name}") for name, one in value.items()}
