"""Queries other than OData's as one tree: FetchXML, SQL and query expressions all become this.

Attributes are named as columns are (`primarycontactid`), tables by their logical names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """`attribute operator values`, on the row of `alias` ("" is the root); `column` compares with another column."""

    attribute: str
    operator: str
    values: tuple[str, ...] = ()
    alias: str = ""
    column: str = ""
    column_alias: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions, groups and links joined by and, or by or."""

    either: bool = False
    negated: bool = False
    conditions: tuple[Condition, ...] = ()
    groups: tuple[Group, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of the answer: plain, grouped, or aggregated under its alias; `children` counts the rows below."""

    name: str
    alias: str = ""
    aggregate: str = ""
    distinct: bool = False
    group: bool = False
    dates: str = ""
    children: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """One term of an order: a column of the row of `entity` ("" is the root), or an alias of an aggregate."""

    attribute: str
    descending: bool = False
    alias: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A join: this table's column `source` equals the parent's column `target`."""

    name: str
    source: str
    target: str
    alias: str
    kind: str = "inner"
    attributes: tuple[Attribute, ...] = ()
    every: bool = False
    filters: tuple[Group, ...] = ()
    links: tuple[Link, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query.

    Attributes:
        size: that of a page.
        skip: how many rows come before the first.
        cookie: where the page before ended.
        limit: the most records that an aggregate query may go through.
        labels: choices are ordered by their labels, not their numbers.
    """

    name: str
    attributes: tuple[Attribute, ...] = ()
    filters: tuple[Group, ...] = ()
    links: tuple[Link, ...] = ()
    orders: tuple[Sort, ...] = ()
    top: int | None = None
    size: int | None = None
    page: int = 1
    skip: int = 0
    cookie: str = ""
    distinct: bool = False
    aggregate: bool = False
    total: bool = False
    limit: int | None = None
    labels: bool = False
