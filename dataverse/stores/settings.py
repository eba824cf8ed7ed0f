"""Settings over Dataverse: rows of the table, columns of contracts and legal entities, and who changed them.

Who changed a column is asked of the audit; where that may not be read, or says nothing, it is whoever changed the row last.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dataverse.batch import Failed, Get, rows_of
from dataverse.names import guid
from dataverse.query import Query, any_of, both, either, eq
from dataverse.rows import bind, choice_value, etag, formatted, instant, status
from dataverse.stores.audits import changed_values
from dataverse.stores.inheriting import (
    COMPANY,
    CONTRACT_TABLE,
    ENTITY_TABLE,
    ON_CONTRACT,
    ON_ENTITY,
    SETTINGS_NAMED,
    TABLE,
    Above,
    Inherited,
    column_value,
    names_nobody,
    text_of,
)
from dataverse.webapi import Ref
from work365.errors import BadInput, NotAuthorised
from work365.ids import derived
from work365.ports.settings import Subject
from work365.settings.catalogue import BY_NAME, Level
from work365.settings.resolving import Said, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dataverse.webapi import Row, WebApi
    from work365.settings.catalogue import Setting

LAST = ("_modifiedby_value", "modifiedon")
ENTITY = ("w365_legalentityid", "w365_code", *ON_ENTITY.values(), *LAST)
ACCOUNT = ("accountid", "name", "accountnumber", "emailaddress1")
CONTRACT = (
    *(
        "w365_billingcontractid",
        "w365_number",
        "w365_frequency",
        "w365_billday",
        "_w365_account_value",
        "_w365_legalentity_value",
    ),
    *(*ON_CONTRACT.values(), *LAST),
)
CONTRACT_EXPAND = (
    "w365_Account($select=name,emailaddress1),transactioncurrencyid($select=isocurrencycode),w365_PriceList($select=w365_code),"
    f"w365_LegalEntity($select={','.join(ENTITY)})"
)
AUDIT = ("createdon", "_userid_value", "_objectid_value", "changedata")
NAVIGATION = {
    Level.LEGAL_ENTITY: ("w365_LegalEntity", ENTITY_TABLE),
    Level.CUSTOMER: ("w365_Account", "account"),
}
AUDITED_AT_ONCE = 100
Changed = dict[tuple[str, str], tuple[str, "datetime"]]
"""Who changed a column of a row, and when: by the row's id and the column's logical name."""


class SettingRows:
    """The setting book over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def subject(self, level: Level, name: str) -> Subject:
        """One subject, in two requests: its row with the settings, then who changed its columns."""
        if level is Level.COMPANY:
            (said,) = self._api.rows(SETTINGS_NAMED)
            return Subject(level, COMPANY, "", tuple(Inherited(said).of(Level.COMPANY, COMPANY)))
        found, said = self._api.rows(Get(_named(level, name)), SETTINGS_NAMED)
        if len(found) != 1:
            message = f"there is no {level.value.lower()} '{name}'; look it up in the app"
            if found:
                message = f"several are called '{name}'; give an account number, one of {', '.join(map(_number, found))}"
            raise BadInput(message, f"--{level.value.lower().replace(' ', '-')}")
        changed = self._changed(found)
        return _subject(level, found[0], Inherited(said), changed)

    def say(self, subject: Subject, setting: Setting, text: str | None, reason: str) -> None:
        """A column where the subject has one for it, else a row of the table."""
        if subject.level is Level.CONTRACT:
            value = None if text is None else column_value(setting, text)
            self._api.update(Ref(CONTRACT_TABLE, subject.id), {ON_CONTRACT[setting.name]: value}, etag=subject.version)
        elif subject.level is Level.LEGAL_ENTITY and setting.on_entity:
            value = None if text is None else column_value(setting, text)
            self._api.update(Ref(ENTITY_TABLE, subject.id), {ON_ENTITY[setting.name]: value}, etag=subject.version)
        else:
            self._say_row(subject, setting, text, reason)

    def _say_row(self, subject: Subject, setting: Setting, text: str | None, reason: str) -> None:
        """A row that is taken back stays, inactive: its key is that of the next value, its history that of the setting."""
        which = both(eq("w365_subject", subject.id), eq("w365_setting", setting.name))
        there = self._api.first(Query(TABLE, ("w365_settingid",), filter=which))
        if text is None:
            if there is not None:
                self._api.update(Ref(TABLE, there["w365_settingid"]), status(TABLE, "Inactive"), etag=etag(there))
            return
        row = {"w365_value": text, "w365_reason": reason or None, **status(TABLE, "Active")}
        if there is not None:
            self._api.update(Ref(TABLE, there["w365_settingid"]), row, etag=etag(there))
            return
        level = choice_value(TABLE, "w365_level", subject.level.value)
        named = {"w365_name": f"{setting.name} {subject.name}".strip()[:200], "w365_setting": setting.name, "w365_level": level}
        of = bind(*NAVIGATION[subject.level], subject.id) if subject.level in NAVIGATION else {}
        identity = derived("setting", subject.id, setting.name)
        self._api.create(TABLE, {**named, "w365_subject": subject.id, **row, **of}, id=identity)

    def below_company(self, entity: str) -> Iterator[Subject]:
        """Legal entities, then customers for whom something is said, then contracts that say something themselves."""
        own = eq("w365_LegalEntity/w365_code", entity) if entity else ""
        entities, said = self._api.rows(Get(_entities(eq("w365_code", entity) if entity else "")), SETTINGS_NAMED)
        if entity and not entities:
            message = f"there is no legal entity '{entity}'; look it up in the app"
            raise BadInput(message, "--legal-entity")
        inherited = Inherited(said)
        for row in entities:
            if _overrides(_subject(Level.LEGAL_ENTITY, row, inherited, {})):
                yield _subject(Level.LEGAL_ENTITY, row, inherited, self._changed([row]))
        contracts = self._api.find(_contracts(both(eq("statecode", 0), own)))
        part: list[Row] = []
        customers: set[str] = set()
        for row in contracts:
            part.append(row)
            if len(part) == AUDITED_AT_ONCE:
                yield from self._of_contracts(part, inherited, customers)
                part = []
        yield from self._of_contracts(part, inherited, customers)

    def _of_contracts(self, contracts: Sequence[Row], inherited: Inherited, customers: set[str]) -> Iterator[Subject]:
        """Some contracts, each after its customer where that was not named before."""
        changed = self._changed([row for row in contracts if _overrides(_contract(row, inherited, {}))])
        for row in contracts:
            account = row["_w365_account_value"]
            if account and account not in customers and inherited.of(Level.CUSTOMER, account):
                customers.add(account)
                yield _subject(Level.CUSTOMER, {**row["w365_Account"], "accountid": account}, inherited, {})
            if _overrides(one := _contract(row, inherited, changed)):
                yield one

    def _changed(self, rows: Iterable[Row]) -> Changed:
        """The newest change of each column of these rows; nothing where the audit may not be read."""
        ids = sorted({row[key] for row in rows for key in ("w365_billingcontractid", "w365_legalentityid") if key in row})
        if not ids:
            return {}
        query = Query(
            "audit", AUDIT, filter=any_of("_objectid_value", ids), order="createdon desc,auditid desc", annotations=True
        )
        (outcome,) = self._api.batch([Get(query)])
        if isinstance(outcome, Failed):
            if isinstance(outcome.error, NotAuthorised):
                return {}
            raise outcome.error
        changed: Changed = {}
        for row in rows_of(outcome):
            who = (formatted(row, "_userid_value"), instant(row["createdon"]))
            for value in changed_values(row["changedata"]):
                changed.setdefault((row["_objectid_value"], value.column), who)
        return changed


def _named(level: Level, name: str) -> Query:
    if level is Level.CONTRACT:
        return _contracts(eq("w365_number", name))
    if level is Level.LEGAL_ENTITY:
        return _entities(eq("w365_code", name))
    which = [eq("name", name), eq("accountnumber", name)]
    with suppress(BadInput):
        which.append(eq("accountid", guid(name)))
    return Query("account", ACCOUNT, filter=either(*which), order="createdon")


def _contracts(which: str) -> Query:
    return Query(CONTRACT_TABLE, CONTRACT, filter=which, order="w365_number", expand=CONTRACT_EXPAND, annotations=True)


def _entities(which: str) -> Query:
    return Query(ENTITY_TABLE, ENTITY, filter=both(eq("statecode", 0), which), order="w365_code", annotations=True)


def _overrides(subject: Subject) -> bool:
    """Whether it says something against those above it: only then is the audit asked."""
    return any(resolve(BY_NAME[name], subject.said).overrides for name in BY_NAME)


def _number(row: Row) -> str:
    return str(row.get("accountnumber") or row.get("accountid"))


def _subject(level: Level, row: Row, inherited: Inherited, changed: Changed) -> Subject:
    """A subject with what it says itself and what is said above it."""
    if level is Level.CONTRACT:
        return _contract(row, inherited, changed)
    company = inherited.of(Level.COMPANY, COMPANY)
    if level is Level.CUSTOMER:
        key = row["accountid"]
        return Subject(level, key, row["name"] or "", (*inherited.of(level, key), *company))
    key, code = row["w365_legalentityid"], row["w365_code"]
    rows = (one for one in inherited.of(level, key) if one.setting not in ON_ENTITY)
    return Subject(level, key, code, (*_on_entity(row, changed), *rows, *company), etag(row))


def _on_entity(row: Row, changed: Changed) -> Iterator[Said]:
    for name, column in ON_ENTITY.items():
        if row[column] is not None:
            by, at = _who(row, row["w365_legalentityid"], column, changed)
            yield Said(Level.LEGAL_ENTITY, name, text_of(name, row[column]), row["w365_code"], by=by, at=at)


def _contract(row: Row, inherited: Inherited, changed: Changed) -> Subject:
    key, number = row["w365_billingcontractid"], row["w365_number"]
    account, entity = row.get("w365_Account") or {}, row.get("w365_LegalEntity") or {}
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"], {}, account.get("emailaddress1") or "")
    said = [one for name in ON_CONTRACT for one in inherited.said_above(name, above)]
    said += _on_entity(entity, changed) if entity else ()
    if above.email and names_nobody(row) and not any(one.setting == "billing-email" for one in said):
        said.append(Said(Level.CUSTOMER, "billing-email", above.email, account["name"] or ""))
    for name, (column, text) in _own(row).items():
        if text:
            by, at = _who(row, key, column, changed)
            said.append(Said(Level.CONTRACT, name, text, number, by=by, at=at))
    return Subject(Level.CONTRACT, key, number, tuple(said), etag(row))


def _own(row: Row) -> dict[str, tuple[str, str]]:
    """What a contract's own columns say: by setting, the column's logical name and its text."""
    columns = {name: (column, _text(name, row[column])) for name, column in ON_CONTRACT.items()}
    return {
        "frequency": ("w365_frequency", formatted(row, "w365_frequency").lower()),
        "bill-day": ("w365_billday", _text("bill-day", row["w365_billday"])),
        "currency": ("transactioncurrencyid", (row.get("transactioncurrencyid") or {}).get("isocurrencycode") or ""),
        "price-list": ("w365_pricelist", (row.get("w365_PriceList") or {}).get("w365_code") or ""),
        **columns,
    }


def _text(name: str, value: Any) -> str:  # noqa: ANN401  the value of a column
    return "" if value is None else text_of(name, value)


def _who(row: Row, key: str, column: str, changed: Mapping[tuple[str, str], tuple[str, datetime]]) -> tuple[str, datetime]:
    return changed.get((key, column)) or (formatted(row, "_modifiedby_value"), instant(row["modifiedon"]))
