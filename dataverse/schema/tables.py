"""Every table of the model, by logical name and by set name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema import billing, books, catalogue, company, receiving, selling, standard, supply, work

if TYPE_CHECKING:
    from dataverse.schema.model import Table

CUSTOM: tuple[Table, ...] = (
    *company.TABLES,
    *catalogue.TABLES,
    *supply.TABLES,
    *selling.TABLES,
    *billing.TABLES,
    *receiving.TABLES,
    *books.TABLES,
    *work.TABLES,
)
"""The tables that the solution adds to a tenant."""

STANDARD: tuple[Table, ...] = standard.TABLES
"""The tables that are there already."""

BY_NAME: dict[str, Table] = {table.name: table for table in (*STANDARD, *CUSTOM)}
BY_SET: dict[str, Table] = {table.set_name: table for table in (*STANDARD, *CUSTOM)}
