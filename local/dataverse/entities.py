"""The table model as the server uses it: storage names, navigation properties, and keys, worked out once.

Navigation properties:
- a lookup is followed by its schema name (`w365_Invoice`), a standard one by its logical name (`primarycontactid`); a lookup with
  several targets has one per target (`schemaname_target`), except `ownerid`, whose one property leads to users and teams;
- the collection on the other side goes by the name of the relationship: that of dataverse/schema/relations.py for our tables,
  the documented one where Dataverse has one (`Account_Tasks`), else `<referenced table>_<table>_<lookup>`.

Source: Microsoft Learn, "Web API navigation properties", "Multi-table lookups".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dataverse.schema import relations
from dataverse.schema.model import PREFIX, Choice, Column, Key, Kind, Table
from local.dataverse.made import Intersect, MadeColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PRINCIPALS = frozenset({"systemuser", "team"})
"""Tables whose rows own others: they inherit `ownerid` from the entity type principal."""
DOCUMENTED = {
    ("account", "task", "regardingobjectid"): "Account_Tasks",
    ("opportunity", "task", "regardingobjectid"): "Opportunity_Tasks",
    ("account", "opportunity", "customerid"): "opportunity_customer_accounts",
    ("contact", "opportunity", "customerid"): "opportunity_customer_contacts",
    ("account", "contact", "parentcustomerid"): "contact_customer_accounts",
    ("contact", "account", "primarycontactid"): "account_primary_contact",
    ("account", "account", "parentaccountid"): "account_parent_account",
    ("contact", "task", "regardingobjectid"): "Contact_Tasks",
    ("contact", "contact", "parentcustomerid"): "contact_customer_contacts",
    ("lead", "account", "originatingleadid"): "account_originating_lead",
    ("businessunit", "businessunit", "parentbusinessunitid"): "business_unit_parent_business_unit",
    ("businessunit", "systemuser", "businessunitid"): "business_unit_system_users",
    ("businessunit", "team", "businessunitid"): "business_unit_teams",
    ("systemuser", "systemuser", "parentsystemuserid"): "user_parent_user",
    ("systemuser", "account", "createdby"): "lk_accountbase_createdby",
    ("systemuser", "account", "modifiedby"): "lk_accountbase_modifiedby",
    ("systemuser", "contact", "createdby"): "lk_contactbase_createdby",
    ("systemuser", "contact", "modifiedby"): "lk_contactbase_modifiedby",
    ("transactioncurrency", "account", "transactioncurrencyid"): "transactioncurrency_account",
    ("transactioncurrency", "contact", "transactioncurrencyid"): "transactioncurrency_contact",
    ("transactioncurrency", "opportunity", "transactioncurrencyid"): "transactioncurrency_opportunity",
    ("serviceendpoint", "sdkmessageprocessingstep", "eventhandler"): "serviceendpoint_sdkmessageprocessingstep",
    ("sdkmessagefilter", "sdkmessageprocessingstep", "sdkmessagefilterid"): "sdkmessagefilterid_sdkmessageprocessingstep",
    ("sdkmessage", "sdkmessageprocessingstep", "sdkmessageid"): "sdkmessageid_sdkmessageprocessingstep",
    (
        "sdkmessageprocessingstep",
        "sdkmessageprocessingstepimage",
        "sdkmessageprocessingstepid",
    ): "sdkmessageprocessingstepid_sdkmessageprocessingstepimage",
    ("systemuser", "audit", "userid"): "lk_audit_userid",
    ("systemuser", "audit", "callinguserid"): "lk_audit_callinguserid",
    ("sdkmessage", "sdkmessagefilter", "sdkmessageid"): "sdkmessageid_sdkmessagefilter",
    ("customapi", "customapirequestparameter", "customapiid"): "CustomAPIRequestParameters",
    ("customapi", "customapiresponseproperty", "customapiid"): "CustomAPIResponseProperties",
}
"""Relationships whose collection name is documented and follows no rule."""
DOCUMENTED_NAVS = frozenset({"CustomAPIId"})
"""Standard lookups whose navigation property is documented to be the schema name."""


@dataclass(frozen=True, slots=True)
class Nav:
    """A navigation property to one row: through which lookup column, to which tables."""

    name: str
    column: Column
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CollectionNav:
    """A navigation property to many rows: which table points here, through which of its lookups."""

    name: str
    child: str
    column: Column

    def among(self, _: Entity, alias: str, parent: str) -> str:
        """The condition that a child row, under this alias, belongs to the row whose id the SQL `parent` gives."""
        return f'{alias}."{self.column.name}" = {parent}'

    def joined(self, _: Entity) -> tuple[str, str]:
        """For child rows under `t0`: the SQL of the parent's id, and the join that it needs."""
        return f't0."{self.column.name}"', ""


@dataclass(frozen=True, slots=True)
class ManyNav:
    """A navigation property to many rows through a table between: which, its column for this side and for the other."""

    name: str
    child: str
    between: str
    own: str
    other: str

    def among(self, child: Entity, alias: str, parent: str) -> str:
        """The condition that a row of the other table, under this alias, is associated with the row of id `parent`."""
        between = f'SELECT "{self.other}" FROM "{self.between}" WHERE "{self.own}" = {parent}'  # noqa: S608  model's names
        return f'{alias}."{child.primary_id}" IN ({between})'

    def joined(self, child: Entity) -> tuple[str, str]:
        """For rows of the other table under `t0`: the SQL of this row's id, and the join that it needs."""
        return f'link."{self.own}"', f' JOIN "{self.between}" AS link ON link."{self.other}" = t0."{child.primary_id}"'


@dataclass(frozen=True, eq=False)
class Entity:
    """One table with everything that requests ask of it. Entities are told apart by identity, so that looking one up is cheap."""

    table: Table
    singles: Mapping[str, Nav]
    collections: dict[str, CollectionNav] = field(default_factory=dict)
    manys: dict[str, ManyNav] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Logical name."""
        return self.table.name

    @property
    def set_name(self) -> str:
        """Entity set name."""
        return self.table.set_name

    @property
    def primary_id(self) -> str:
        """The primary key column."""
        return self.table.primary_id

    @property
    def sql(self) -> str:
        """The quoted name of the SQLite table."""
        return f'"{self.table.name}"'

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Columns by logical name."""
        return self.table.by_name

    @cached_property
    def properties(self) -> dict[str, Column]:
        """Columns by the name that reads and filters use (`_x_value` for a lookup)."""
        return {column.api_name: column for column in self.table.columns}

    @cached_property
    def readable(self) -> dict[str, Column]:
        """What queries may name: the properties, and for users and teams the key that they share as owners, `ownerid`."""
        owner = {"ownerid": self.columns[self.primary_id]} if self.name in PRINCIPALS else {}
        return {**self.properties, **owner}

    @cached_property
    def related(self) -> dict[str, CollectionNav | ManyNav]:
        """Navigation properties to many rows, of either sort."""
        return {**self.collections, **self.manys}

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """SQLite columns in order: the model's, a `~type` beside lookups with several targets, one `~key` per key."""
        names: list[str] = []
        for column in self.table.columns:
            names.append(column.name)
            if is_polymorphic(column):
                names.append(f"{column.name}~type")
        return (*names, *(key_column(index) for index in range(len(self.table.keys))))

    @cached_property
    def insert_sql(self) -> str:
        """The statement that adds a row, in the order of `stored`."""
        names = ", ".join(f'"{name}"' for name in self.stored)
        return f"INSERT INTO {self.sql} ({names}) VALUES ({', '.join('?' for _ in self.stored)})"  # noqa: S608  model's names

    @cached_property
    def select_sql(self) -> str:
        """The statement that reads rows, in the order of `stored`."""
        names = ", ".join(f'"{name}"' for name in self.stored)
        return f"SELECT {names} FROM {self.sql}"  # noqa: S608  names of the model

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each SQLite column stands in `stored`."""
        return {name: index for index, name in enumerate(self.stored)}

    @cached_property
    def money(self) -> tuple[Column, ...]:
        """Money columns that a caller may write."""
        return tuple(c for c in self.table.columns if c.kind is Kind.MONEY and not c.name.endswith("_base"))

    @cached_property
    def defaulted(self) -> tuple[tuple[str, Any], ...]:
        """What a new row holds where nobody gave a value: the default of a column, and no for yes/no columns."""
        given = {c.name: c.default for c in self.table.columns if isinstance(c, MadeColumn) and c.default is not None}
        booleans = {c.name: 0 for c in self.table.columns if c.kind is Kind.BOOLEAN}
        return tuple((booleans | given).items())

    @cached_property
    def demanded(self) -> tuple[str, ...]:
        """Columns besides the primary key that the system requires."""
        made = (column for column in self.table.columns if isinstance(column, MadeColumn) and not column.read_only)
        return tuple(c.name for c in made if c.level == "SystemRequired" and c.name != self.primary_id)

    def key_of(self, columns: Iterable[str]) -> tuple[int, Key] | None:
        """The alternate key made of exactly these columns, with its ordinal."""
        wanted = frozenset(columns)
        for index, key in enumerate(self.table.keys):
            if frozenset(key.columns) == wanted:
                return index, key
        return None


def key_column(index: int) -> str:
    """The SQLite column that carries an alternate key's values, folded; its unique index enforces the key."""
    return f"~key{index}"


ABOUT = "objectid"
"""What a note is about: a row of any table that has notes, be it one."""


def is_polymorphic(column: Column) -> bool:
    """Whether a lookup may point to several tables."""
    return column.kind is Kind.LOOKUP and (len(column.targets) > 1 or column.name == ABOUT)


def navigations(column: Column, table: str) -> list[Nav]:
    """The single-valued navigation properties of one lookup. An activity's regarding ends in the activity's own name."""
    custom = (
        isinstance(column, MadeColumn)
        or column.name.startswith(PREFIX)
        or column.schema.lower() != column.name
        or column.schema in DOCUMENTED_NAVS
    )
    base = column.schema if custom else column.name
    named = dict(column.navs) if isinstance(column, MadeColumn) else {}
    if not is_polymorphic(column) or column.name == "ownerid":
        return [Nav(named.get(next(iter(column.targets), ""), base), column, column.targets)]
    tail = f"_{table}" if column.name == "regardingobjectid" else ""
    return [Nav(named.get(target) or f"{base}_{target}{tail}", column, (target,)) for target in column.targets]


def relation_name(target: str, child: Table, column: Column) -> str:
    """The name of a relationship, which is that of its collection."""
    if isinstance(column, MadeColumn) and target in dict(column.relations):
        return dict(column.relations)[target]
    if child.name.startswith(PREFIX) or column.name.startswith(PREFIX):
        return relations.relation_name(child, column, target)
    parts = (target, child.name, column.name)
    return DOCUMENTED.get(parts, "_".join(parts))


class Catalog:
    """Every table that this server has, by logical name and by set name; and the global choices."""

    def __init__(self, tables: Iterable[Table], choices: Mapping[str, Choice] | None = None) -> None:
        self.choices: Mapping[str, Choice] = choices or {}
        self.by_name: dict[str, Entity] = {}
        for table in tables:
            lookups = [column for column in table.columns if column.kind is Kind.LOOKUP]
            self.by_name[table.name] = Entity(
                table, {nav.name: nav for column in lookups for nav in navigations(column, table.name)}
            )
        self.by_set = {entity.set_name: entity for entity in self.by_name.values()}
        for child in self.by_name.values():
            for nav in child.singles.values():
                self._collect(child, nav)
            if isinstance(child.table, Intersect):
                self._link(child.table)

    def _collect(self, child: Entity, nav: Nav) -> None:
        for target in nav.targets:
            if target in self.by_name:
                told = dict(nav.column.collections) if isinstance(nav.column, MadeColumn) else {}
                name = told.get(target) or relation_name(target, child.table, nav.column)
                self.by_name[target].collections[name] = CollectionNav(name, child.name, nav.column)

    def _link(self, table: Intersect) -> None:
        for own, other in ((0, 1), (1, 0)):
            if table.ends[own] in self.by_name:
                name = table.navs[own]
                nav = ManyNav(name, table.ends[other], table.name, table.halves[own], table.halves[other])
                self.by_name[table.ends[own]].manys[name] = nav

    def __getitem__(self, name: str) -> Entity:
        return self.by_name[name]

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.by_name.values())
