"""Mailed statements over Dataverse: who may get one, what moved on many accounts at once, and the notices with their files."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, Get, packed
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, either, eq, ge, le, not_null
from dataverse.rows import choice_value
from dataverse.stores import statement_mail_rows as rows
from dataverse.stores import statement_rows as wire
from dataverse.stores import telling_rows as notices
from dataverse.stores.inheriting import ENTITY_TABLE, SETTINGS, Inherited
from dataverse.stores.statements import questions
from work365.errors import BadInput
from work365.ports.statements import Customer
from work365.telling.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from dataverse.batch import Op
    from dataverse.webapi import Row, WebApi
    from work365.telling.notice import Notice
    from work365.telling.statements import Asked, Correspondent

ENTITIES = Get(Query(ENTITY_TABLE, ("w365_legalentityid", "w365_code")))
IDS_AT_ONCE = 300
OF_STATEMENTS = eq("w365_kind", choice_value(notices.NOTICE, "w365_kind", NoticeKind.STATEMENT.value))


class StatementMail:
    """The book of mailed statements."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def correspondents(self, last: date, asked: Asked) -> list[Correspondent]:
        """Who something was issued to by a day, with what the settings say of each. Errors: BadInput."""
        said, entities = self._api.rows(SETTINGS, ENTITIES)
        inherited = Inherited(said)
        if asked.by_setting and not any(one.setting == rows.STATEMENT for one in inherited.all()):
            return []
        pairs = self._pairs(last, self._family(asked.number) if asked.number else "")
        accounts = self._accounts({account for account, _ in pairs})
        accounts |= self._accounts({row["_parentaccountid_value"] for row in accounts.values()} - accounts.keys() - {None})
        contracts = self._contracts(accounts)
        codes = {row["w365_legalentityid"]: row["w365_code"] for row in entities}
        return rows.correspondents(accounts, rows.with_parents(pairs, accounts), contracts, inherited, codes)

    def customers(self, groups: Sequence[Sequence[str]]) -> list[Customer | BadInput]:
        """Everything of groups of accounts, in one request."""
        ids = sorted({account for group in groups for account in group})
        asked = [question for group in groups for question in questions(group)]
        heads, *parts = self._api.rows(Get(Query(wire.ACCOUNT_TABLE, wire.ACCOUNT, any_of("accountid", ids))), *asked)
        known = {row["accountid"]: row for row in heads}
        each = len(parts) // len(groups)
        return [_customer(known, group, parts[at * each : (at + 1) * each]) for at, group in enumerate(groups)]

    def told(self, accounts: Collection[str], last: date) -> frozenset[str]:
        """The keys of what was told since a day."""
        found: set[str] = set()
        since = datetime.combine(last, time(), UTC)
        for part in packed(sorted(accounts), lambda _: 1, IDS_AT_ONCE):
            which = both(OF_STATEMENTS, not_null("w365_recipient"), ge("createdon", since), any_of("_w365_account_value", part))
            for row in self._api.find(Query(notices.NOTICE, ("w365_events",), filter=which)):
                found.update((row["w365_events"] or "").splitlines())
        return frozenset(found)

    def queue(self, bundles: Sequence[Sequence[Notice]]) -> int:
        """One change set per statement; one that meets a row was written by another worker."""
        outcomes = self._api.batch([ChangeSet(list(_creates(bundle))) for bundle in bundles])
        errors = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
        for error in errors:
            if not isinstance(error, DuplicateKey):
                raise error
        return len(bundles) - len(errors)

    def _family(self, number: str) -> str:
        """The filter for documents and receipts of an account and of its children. Errors: BadInput."""
        head = self._api.first(Query(wire.ACCOUNT_TABLE, ("accountid",), eq("accountnumber", number)))
        if head is None:
            message = f"no account has the number '{number}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        mine = head["accountid"]
        return either(eq("_w365_account_value", mine), eq("w365_Account/_parentaccountid_value", mine))

    def _pairs(self, last: date, whose: str) -> set[tuple[str, str]]:
        """Every account with every company that issued something to it by a day, or took money from it."""
        columns = ("_w365_account_value", "_w365_legalentity_value")
        issued = both(not_null("w365_number"), le("w365_invoicedate", last), whose)
        asked = (Query(wire.INVOICE_TABLE, columns, issued), Query(wire.RECEIPT_TABLE, columns, whose))
        found = (row for query in asked for row in self._api.find(query))
        return {(row["_w365_account_value"], row["_w365_legalentity_value"]) for row in found}

    def _accounts(self, ids: Iterable[str]) -> dict[str, Row]:
        return {row["accountid"]: row for row in self._some(wire.ACCOUNT_TABLE, rows.ACCOUNT, "accountid", ids)}

    def _contracts(self, accounts: Iterable[str]) -> list[Row]:
        """The active contracts of these accounts, as far as they say who gets documents."""
        return list(self._some(rows.CONTRACT_TABLE, rows.CONTRACT, "_w365_account_value", accounts, eq("statecode", 0)))

    def _some(self, table: str, columns: tuple[str, ...], key: str, ids: Iterable[str], also: str = "") -> Iterator[Row]:
        for part in packed(sorted(ids), lambda _: 1, IDS_AT_ONCE):
            yield from self._api.find(Query(table, columns, filter=both(any_of(key, part), also)))


def _customer(known: dict[str, Row], group: Sequence[str], parts: Sequence[list[Row]]) -> Customer | BadInput:
    names = {account: known[account]["name"] for account in group} if len(group) > 1 else {}
    try:
        return Customer(wire.buyer(known[group[0]]), names, wire.accounts(*parts))
    except BadInput as error:
        return error


def _creates(bundle: Sequence[Notice]) -> Iterator[Op]:
    for one in bundle:
        yield Create(notices.NOTICE, notices.new_row(one), one.id)
        if one.enclosure is not None:
            yield Create(notices.NOTE, notices.note(one, one.enclosure), notices.note_id(one.id))
