"""What an empty organisation already has: itself, its business unit, users, currencies, messages.

The ids are fixed, so that every process of the local system, and every test, can name them.

| currency | units per US dollar | | currency | units per US dollar |
|---|---|---|---|---|
| USD | 1 | | CHF | 0.90 |
| EUR | 0.92 | | CAD | 1.36 |
| GBP | 0.79 | | AUD | 1.52 |
| JPY | 150 | | SEK, NOK, DKK | 10.5, 10.7, 6.87 |
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from local.dataverse import auditing, codec, derived, duplicates, marks, rights_seed, zones
from local.dataverse import fixed as ids
from local.dataverse.security_tables import ADMINISTRATOR_TEMPLATE
from local.dataverse.solutions import seeding

if TYPE_CHECKING:
    from datetime import datetime

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage

fixed = ids.fixed

ORGANIZATION_ID = fixed("organization")
ORGANIZATION_NAME = "w365local"
UNIT_ID = fixed("businessunit")
APPLICATION_ID = "36500000-0000-4000-8000-000000000001"
"""The client id of our application registration."""
APPLICATION_OBJECT_ID = "36500000-0000-4000-8000-00000000a001"
"""The object id of its service principal."""
APPLICATION_USER_ID = fixed("systemuser", "application")
ADMIN_OBJECT_ID = "36500000-0000-4000-8000-00000000a002"
ADMIN_USER_ID = fixed("systemuser", "admin")
ROLE_ID = fixed("role", "System Administrator")
TEAM_ID = fixed("team")
"""The default team of the root business unit."""

CURRENCIES: tuple[tuple[str, str, str, int, str], ...] = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "0.92"),
    ("GBP", "Pound Sterling", "£", 2, "0.79"),
    ("JPY", "Yen", "¥", 0, "150"),
    ("CHF", "Swiss Franc", "CHF", 2, "0.90"),
    ("CAD", "Canadian Dollar", "CA$", 2, "1.36"),
    ("AUD", "Australian Dollar", "A$", 2, "1.52"),
    ("SEK", "Swedish Krona", "kr", 2, "10.5"),
    ("NOK", "Norwegian Krone", "kr", 2, "10.7"),
    ("DKK", "Danish Krone", "kr.", 2, "6.87"),
)

MESSAGES = (
    "Create",
    "Update",
    "Delete",
    "Retrieve",
    "RetrieveMultiple",
    "Associate",
    "Disassociate",
    "Assign",
    "SetState",
    "CreateMultiple",
    "UpdateMultiple",
    "UpsertMultiple",
    "Upsert",
)
TABLES = (
    "organization",
    "businessunit",
    "role",
    "team",
    "systemuser",
    "transactioncurrency",
    "sdkmessage",
    "sdkmessagefilter",
    "usersettings",
    "publisher",
    "solution",
    "duplicaterule",
    "duplicaterulecondition",
)
"""Where seeded rows stand."""

FILTERED = ("Create", "Update", "Delete", "Assign", "SetState", "CreateMultiple", "UpdateMultiple", "UpsertMultiple")


def currency_id(code: str) -> str:
    """The id of a seeded currency."""
    return fixed("transactioncurrency", code)


def message_id(name: str) -> str:
    """The id of a message."""
    return fixed("sdkmessage", name)


def filter_id(message: str, table: str) -> str:
    """The id of a message's filter for one table."""
    return fixed("sdkmessagefilter", message, table)


def fill(storage: Storage, now: datetime) -> None:
    """Seed an empty database; add the filters of tables that are new. What is there already is left alone."""
    seeder = _Seeder(storage, codec.moment_sql(now))
    with storage.transaction():
        marks.watch(storage)
        auditing.prepare(storage)
        seeder.organization()
        seeder.messages()
        seeder.solutions()
        seeder.rules()
        rights_seed.fill(storage, (APPLICATION_USER_ID, ADMIN_USER_ID), ROLE_ID, UNIT_ID, TEAM_ID)


class _Seeder:
    def __init__(self, storage: Storage, now: str) -> None:
        self._storage = storage
        self._now = now

    def organization(self) -> None:
        self._add(
            "organization",
            ORGANIZATION_ID,
            name=ORGANIZATION_NAME,
            basecurrencyid=currency_id("USD"),
            expirechangetrackingindays=7,
            auditretentionperiodv2=30,
            useraccessauditinginterval=4,
            languagecode=1033,
        )
        self._add("businessunit", UNIT_ID, name=ORGANIZATION_NAME)
        self._add(
            "role",
            ROLE_ID,
            name="System Administrator",
            businessunitid=UNIT_ID,
            roletemplateid=ADMINISTRATOR_TEMPLATE,
            parentrootroleid=ROLE_ID,
            isinherited=1,
        )
        self._add("team", TEAM_ID, name=ORGANIZATION_NAME, businessunitid=UNIT_ID, isdefault=1, teamtype=0)
        self._user(APPLICATION_USER_ID, "# Work365", "work365@w365local.example", APPLICATION_OBJECT_ID, APPLICATION_ID)
        self._user(ADMIN_USER_ID, "Local Administrator", "admin@w365local.example", ADMIN_OBJECT_ID, None)
        for code, name, symbol, places, rate in CURRENCIES:
            self._add(
                "transactioncurrency",
                currency_id(code),
                currencyname=name,
                isocurrencycode=code,
                currencysymbol=symbol,
                currencyprecision=places,
                exchangerate=codec.decimal_sql(Decimal(rate)),
            )

    def _user(self, row_id: str, name: str, mail: str, object_id: str, application_id: str | None) -> None:
        self._add(
            "systemuser",
            row_id,
            fullname=name,
            internalemailaddress=mail,
            domainname=mail,
            azureactivedirectoryobjectid=object_id,
            applicationid=application_id,
            businessunitid=UNIT_ID,
        )
        self._add("usersettings", row_id, timezonecode=zones.UTC_CODE, uilanguageid=1033, localeid=1033)

    def solutions(self) -> None:
        seeding.fill(self._add)

    def messages(self) -> None:
        for message in MESSAGES:
            self._add("sdkmessage", message_id(message), name=message)
        for entity in list(self._storage.catalog):
            for message in FILTERED:
                self._add(
                    "sdkmessagefilter",
                    filter_id(message, entity.name),
                    primaryobjecttypecode=entity.name,
                    iscustomprocessingstepallowed=1,
                    sdkmessageid=message_id(message),
                )

    def rules(self) -> None:
        for table, row_id, values in duplicates.seeded(self._storage):
            self._add(table, row_id, **values)

    def _add(self, table: str, row_id: str, **values: Sql) -> None:
        entity: Entity = self._storage.catalog[table]
        if self._storage.find(entity, row_id) is not None:
            return
        row: Row = {
            **values,
            entity.primary_id: row_id,
            "createdon": self._now,
            "modifiedon": self._now,
            "createdby": APPLICATION_USER_ID,
            "modifiedby": APPLICATION_USER_ID,
            "versionnumber": self._storage.next_version(),
        }
        if "organizationid" in entity.columns and table != "organization":
            row["organizationid"] = ORGANIZATION_ID
        derived.defaults(entity, row)
        derived.settle_status(entity, {}, row, row_id)
        derived.settle_keys(entity, {}, row)
        self._storage.insert(entity, row)
