"""Every table of the model, by logical name and by set name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema import (
    billing,
    books,
    catalogue,
    company,
    people,
    platform,
    receiving,
    selling,
    splitting,
    standard,
    suppliers,
    supply,
    work,
)

if TYPE_CHECKING:
    from dataverse.schema.model import Group, Table

GROUPS: tuple[Group, ...] = (
    company.GROUP,
    catalogue.GROUP,
    supply.GROUP,
    selling.GROUP,
    splitting.GROUP,
    billing.GROUP,
    receiving.GROUP,
    books.GROUP,
    suppliers.GROUP,
    people.GROUP,
    work.GROUP,
)
"""What the solution adds to a tenant, in the order in which a person would read it."""

CUSTOM: tuple[Table, ...] = tuple(table for group in GROUPS for table in group.tables)
"""The tables that the solution adds to a tenant."""

STANDARD: tuple[Table, ...] = standard.TABLES
"""The tables that are there already."""

PLATFORM: tuple[Table, ...] = platform.TABLES
"""Tables that only an installation and an examination touch."""

BY_NAME: dict[str, Table] = {table.name: table for table in (*STANDARD, *PLATFORM, *CUSTOM)}
BY_SET: dict[str, Table] = {table.set_name: table for table in (*STANDARD, *CUSTOM)}
