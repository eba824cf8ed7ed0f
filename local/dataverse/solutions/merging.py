"""What a new version of a package does to what is there: three sides are compared, as layers of solutions are.

What the tenant has and the package did not bring stays. What the tenant changed stays changed, unless unmanaged customisations
are to be overwritten; what it left alone becomes as the new package says. What the package no longer has goes with an upgrade,
and stays with an update.

Source: Microsoft Learn, "Solution layers", "Apply solution updates" (update keeps components, upgrade removes them).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from dataverse.schema.model import Choice, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dataverse.schema.model import Key

T = TypeVar("T")
FACETS = ("label", "plural", "description", "audited", "has_notes", "has_activities")


@dataclass(frozen=True, slots=True)
class Rule:
    """How an import treats what was changed and what is gone."""

    overwrite: bool = False
    remove: bool = False


def value(base: T | None, current: T, new: T, rule: Rule) -> T:
    """One value: the tenant's if it was changed there, else the package's."""
    return new if rule.overwrite or base is None or current == base else current


def values(base: Mapping[str, Any], current: Mapping[str, Any], new: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """The columns of a row that are to change."""
    found = {}
    for name, wanted in new.items():
        mine = current.get(name)
        if mine != wanted and (rule.overwrite or name not in base or mine == base[name]):
            found[name] = wanted
    return found


def table(base: Table | None, current: Table, new: Table, rule: Rule) -> Table:
    """A table that the package brings."""
    told = {name: value(getattr(base, name, None), getattr(current, name), getattr(new, name), rule) for name in FACETS}
    return replace(
        current,
        **told,
        tracked=current.tracked or new.tracked,
        columns=columns(base.columns if base else (), current.columns, new.columns, rule),
        keys=keys(base.keys if base else (), current.keys, new.keys, rule),
    )


def columns(base: Iterable[Column], current: Iterable[Column], new: Iterable[Column], rule: Rule) -> tuple[Column, ...]:
    """Columns: those that are there in their order, then the new ones."""
    before, wanted = {one.name: one for one in base}, {one.name: one for one in new}
    found = []
    for one in current:
        if one.name in wanted:
            found.append(_column(before.get(one.name), one, wanted.pop(one.name), rule))
        elif not (rule.remove and one.name in before):
            found.append(one)
    return (*found, *wanted.values())


def _column(base: Column | None, current: Column, new: Column, rule: Rule) -> Column:
    """One column that both sides have."""
    if base is None or base == current or rule.overwrite:
        choice = _choice(base.choice if base else None, current.choice, new.choice, rule)
        return new if choice == new.choice else replace(new, choice=choice)
    told: dict[str, Any] = {}
    for part in fields(new):
        mine, theirs = getattr(current, part.name, None), getattr(new, part.name)
        told[part.name] = mine if hasattr(current, part.name) and mine != getattr(base, part.name, None) else theirs
    told["choice"] = _choice(base.choice, current.choice, new.choice, rule)
    told["max_length"] = max(current.max_length, new.max_length)
    return replace(new, **told)


def _choice(base: Choice | None, current: Choice | None, new: Choice | None, rule: Rule) -> Choice | None:
    """Options of the package, then those that the tenant added; its own words for ours stay."""
    return choice(base, current, new, rule) if current is not None and new is not None else new


def choice(base: Choice | None, current: Choice, new: Choice, rule: Rule) -> Choice:
    """The same for a global option set."""
    before = {one.value: one for one in base.options} if base else {}
    mine = {one.value: one for one in current.options}
    found = [value(before.get(one.value), mine[one.value], one, rule) if one.value in mine else one for one in new.options]
    known = {one.value for one in new.options}
    found += [one for one in current.options if one.value not in known and not (rule.remove and one.value in before)]
    return Choice(value(base.name if base else None, current.name, new.name, rule), tuple(found))


def keys(base: Iterable[Key], current: Iterable[Key], new: Iterable[Key], rule: Rule) -> tuple[Key, ...]:
    """Keys go by their names."""
    before, wanted = {one.name for one in base}, {one.name: one for one in new}
    found = []
    for one in current:
        if one.name in wanted:
            found.append(wanted.pop(one.name))
        elif not (rule.remove and one.name in before):
            found.append(one)
    return (*found, *wanted.values())
