"""Short words to write the table model with: `text("Number", …)`, `lookup("Invoice", "w365_invoice")`.

Every builder takes the CamelCase word without the prefix; the logical name is the prefix and the word in lower case.
Every custom table gets the columns that Dataverse gives it: id, name, owner, state and status, created and modified, version.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dataverse.schema.model import PREFIX, Choice, Column, Key, Kind, OnDelete, Option, Ownership, Table

FIRST_OPTION = 365_000_000
"""Our publisher's option value prefix times 10,000, as Dataverse makes it for a publisher with prefix 36500."""

LONGEST_NAME = 50
"""Characters of a key's logical name in Microsoft's customization schema."""

ACTIVE, INACTIVE = 0, 1


def words(camel: str) -> str:
    """`BillDay` → `Bill day`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", camel)
    return spaced[0] + spaced[1:].lower()


def _column(word: str, kind: Kind, label: str | None) -> Column:
    return Column(f"{PREFIX}{word.lower()}", f"{PREFIX}{word}", kind, label or words(word))


def text(word: str, length: int = 100, *, required: bool = False, label: str | None = None, about: str = "") -> Column:
    """A line of text."""
    return replace(_column(word, Kind.STRING, label), max_length=length, required=required, description=about)


def memo(word: str, length: int = 4000, *, label: str | None = None, about: str = "") -> Column:
    """Several lines of text."""
    return replace(_column(word, Kind.MEMO, label), max_length=length, description=about)


def whole(
    word: str, *, minimum: int = -2_147_483_648, maximum: int = 2_147_483_647, required: bool = False, about: str = ""
) -> Column:
    """A whole number."""
    base = _column(word, Kind.INTEGER, None)
    return replace(base, minimum=minimum, maximum=maximum, required=required, description=about)


def number(word: str, places: int = 10, *, required: bool = False, about: str = "") -> Column:
    """An exact decimal: unit prices and percentages."""
    return replace(_column(word, Kind.DECIMAL, None), precision=places, required=required, description=about)


def money(word: str, *, required: bool = False, about: str = "") -> Column:
    """An amount in the row's currency. Dataverse adds a read-only twin `…_base` in the organisation's currency."""
    return replace(_column(word, Kind.MONEY, None), precision=4, required=required, description=about)


def flag(word: str, *, about: str = "") -> Column:
    """Yes or no; no by default."""
    return replace(_column(word, Kind.BOOLEAN, None), description=about)


def day(word: str, *, required: bool = False, about: str = "") -> Column:
    """A date without a time (Dataverse behaviour DateOnly)."""
    return replace(_column(word, Kind.DATE, None), required=required, description=about)


def instant(word: str, *, about: str = "") -> Column:
    """A moment in UTC."""
    return replace(_column(word, Kind.DATETIME, None), description=about)


def choice(word: str, labels: str, *, required: bool = False, about: str = "") -> Column:
    """One of several; labels are separated by `|` and numbered in order, so new ones go to the end."""
    base = _column(word, Kind.CHOICE, None)
    options = tuple(Option(FIRST_OPTION + index, label) for index, label in enumerate(labels.split("|")))
    return replace(base, choice=Choice(base.name, options), required=required, description=about)


def lookup(word: str, *targets: str, required: bool = False, kept: bool = False, about: str = "") -> Column:
    """A reference to one row of another table.

    Shape: a row that is needed (`required`) or that must stay known (`kept`) cannot be deleted while this one points to it; any
    other is forgotten with its deletion.
    """
    on_delete = OnDelete.RESTRICT if required or kept else OnDelete.REMOVE_LINK
    base = _column(word, Kind.LOOKUP, None)
    return replace(base, targets=targets, required=required, on_delete=on_delete, description=about)


def part_of(word: str, target: str, *, about: str = "") -> Column:
    """A reference to the row that this one is a part of: deleted with it. A table has one of these at most."""
    base = _column(word, Kind.LOOKUP, None)
    return replace(base, targets=(target,), required=True, on_delete=OnDelete.CASCADE, description=about)


def states(active: str, inactive: str = "") -> tuple[Choice, Choice]:
    """State and status reason: labels of the reasons that count as active, and of those that count as inactive.

    Dataverse numbers its own first reason of each state 1 and 2; further active ones continue from our option prefix, further
    inactive ones a thousand later, so that either list can grow at its end.
    """
    options: list[Option] = []
    for state, labels, first, more in ((ACTIVE, active, 1, 0), (INACTIVE, inactive or "Inactive", 2, 1000)):
        for index, label in enumerate(labels.split("|")):
            options.append(Option(FIRST_OPTION + more + index if index else first, label, state))
    return (
        Choice("statecode", (Option(ACTIVE, "Active"), Option(INACTIVE, "Inactive"))),
        Choice("statuscode", tuple(options)),
    )


def table(
    word: str,
    columns: tuple[Column, ...],
    *,
    keys: tuple[tuple[str, ...], ...] = (),
    label: str | None = None,
    plural: str | None = None,
    ownership: Ownership = Ownership.USER,
    status: tuple[Choice, Choice] | None = None,
    currency: bool = False,
    audited: bool = True,
    has_notes: bool = False,
    about: str = "",
) -> Table:
    """A custom table with the columns that Dataverse gives every table.

    Shape: `keys` are tuples of words ("Contract", "CycleStart"); `currency` adds transactioncurrencyid and exchangerate, which
    Dataverse does for every table with a money column.
    """
    name = f"{PREFIX}{word.lower()}"
    label = label or words(word)
    plural = plural or f"{label}s"
    own = (
        Column(f"{name}id", f"{PREFIX}{word}Id", Kind.GUID, label),
        Column(f"{PREFIX}name", f"{PREFIX}Name", Kind.STRING, "Name", max_length=200),
        *columns,
    )
    keyed = tuple(Key(_key_name(name, key), tuple(f"{PREFIX}{part.lower()}" for part in key)) for key in keys)
    return Table(
        name=name,
        schema=f"{PREFIX}{word}",
        set_name=f"{PREFIX}{re.sub(r'[^a-z]', '', plural.lower())}",
        label=label,
        plural=plural,
        primary_id=f"{name}id",
        primary_name=f"{PREFIX}name",
        ownership=ownership,
        columns=own
        + base_twins(columns)
        + platform_columns(ownership, status or states("Active"), currency=currency or _has_money(columns)),
        keys=keyed,
        audited=audited,
        has_notes=has_notes,
        description=about,
    )


def _key_name(table: str, key: tuple[str, ...]) -> str:
    """`w365_entity_kind_year_key`; the table's own name where that would be longer than a solution file takes."""
    name = f"{PREFIX}{'_'.join(key).lower()}_key"
    return name if len(name) <= LONGEST_NAME else f"{table}_key"


def _has_money(columns: tuple[Column, ...]) -> bool:
    return any(column.kind is Kind.MONEY for column in columns)


def base_twins(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The read-only `_base` column of every money column."""
    return tuple(
        Column(f"{c.name}_base", f"{c.schema}_Base", Kind.MONEY, f"{c.label} (base)", precision=4, read_only=True)
        for c in columns
        if c.kind is Kind.MONEY
    )


def platform_columns(ownership: Ownership, status: tuple[Choice, Choice], *, currency: bool) -> tuple[Column, ...]:
    """What Dataverse adds to every table."""
    owner: tuple[Column, ...] = (
        Column("organizationid", "organizationid", Kind.LOOKUP, "Organisation", targets=("organization",), read_only=True),
    )
    if ownership is Ownership.USER:
        owner = (
            Column("ownerid", "ownerid", Kind.LOOKUP, "Owner", targets=("systemuser", "team")),
            Column(
                "owningbusinessunit",
                "owningbusinessunit",
                Kind.LOOKUP,
                "Business unit",
                targets=("businessunit",),
                read_only=True,
            ),
        )
    priced: tuple[Column, ...] = ()
    if currency:
        priced = (
            Column("transactioncurrencyid", "transactioncurrencyid", Kind.LOOKUP, "Currency", targets=("transactioncurrency",)),
            Column("exchangerate", "ExchangeRate", Kind.DECIMAL, "Exchange rate", precision=10, read_only=True),
        )
    return (
        *owner,
        *priced,
        Column("statecode", "statecode", Kind.STATE, "Status", choice=status[0]),
        Column("statuscode", "statuscode", Kind.STATUS, "Status reason", choice=status[1]),
        Column("createdon", "CreatedOn", Kind.DATETIME, "Created on", read_only=True),
        Column("createdby", "CreatedBy", Kind.LOOKUP, "Created by", targets=("systemuser",), read_only=True),
        Column(
            "createdonbehalfby", "CreatedOnBehalfBy", Kind.LOOKUP, "Created on behalf by", targets=("systemuser",), read_only=True
        ),
        Column("modifiedon", "ModifiedOn", Kind.DATETIME, "Modified on", read_only=True),
        Column("modifiedby", "ModifiedBy", Kind.LOOKUP, "Modified by", targets=("systemuser",), read_only=True),
        Column(
            "modifiedonbehalfby",
            "ModifiedOnBehalfBy",
            Kind.LOOKUP,
            "Modified on behalf by",
            targets=("systemuser",),
            read_only=True,
        ),
        Column("overriddencreatedon", "OverriddenCreatedOn", Kind.DATETIME, "Record created on"),
        Column("versionnumber", "VersionNumber", Kind.BIGINT, "Version", read_only=True),
    )
