"""The hold book over Dataverse: an account and its row of the log in one change set, as whoever signed in or created the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, eq
from dataverse.rows import choice_label, formatted, instant
from dataverse.stores.checklist_rows import ENTRIES, ENTRY, entry
from dataverse.stores.hold_rows import ACCOUNT, LOG, counts, kind_of, moved, moved_id
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from work365.errors import BadInput
from work365.holding.hold import Action, HoldKind
from work365.ids import is_id
from work365.ports.holding import Customer, LogLine

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.holding.checklist import Entry
    from work365.jobs import Job

COLUMNS = ("accountid", "accountnumber", "name", "creditonhold", "w365_holdkind", "w365_holdreason")
LOGGED = ("w365_action", "w365_kind", "w365_rule", "w365_reason", "createdon", "_createdby_value")
OF_LOG = "w365_Account($select=accountnumber,name),w365_Subscription($select=w365_name,w365_printedname)"


class Holds:
    """Customers that are held, and the hold log."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def customer(self, number: str) -> Customer:
        """One request."""
        found = self._customer(eq("accountnumber", number))
        if found is None:
            message = f"no account has the number '{number}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        return found

    def account(self, id_: str) -> Customer:
        """One request."""
        found = self._customer(eq("accountid", id_)) if is_id(id_) else None
        if found is None:
            message = f"there is no account '{id_}'; press Release on the form of the account that is to be released"
            raise BadInput(message, "account")
        return found

    def _customer(self, which: str) -> Customer | None:
        found, said = self._api.rows(Get(Query(ACCOUNT, COLUMNS, which)), SETTINGS)
        return customer_of(found[0], Inherited(said)) if found else None

    def held(self) -> list[Customer]:
        """One request."""
        found, said = self._api.rows(Get(Query(ACCOUNT, COLUMNS, eq("creditonhold", True), order="name")), SETTINGS)
        inherited = Inherited(said)
        return [customer_of(row, inherited) for row in found]

    def log(self, number: str) -> list[LogLine]:
        """One request."""
        mine = eq("w365_Account/accountnumber", number) if number else ""
        query = Query(LOG, LOGGED, mine, order="createdon desc", expand=OF_LOG, annotations=True)
        return [_line(row) for row in self._api.find(query)]

    def documents(self, customer: Customer) -> list[Entry]:
        """One request."""
        mine = eq("_w365_account_value", customer.id)
        return [entry(row) for row in self._api.find(Query(ENTRY, ENTRIES, mine, "w365_ordinal,w365_code", annotations=True))]

    def move(self, customer: Customer, kind: HoldKind | None, reason: str, *, job: Job | None = None) -> None:
        """One change set."""
        if job is None:
            self._api.change(moved(customer, kind, reason))
            return
        api = self._api if job.on_behalf_of is None else self._api.as_user(job.on_behalf_of)
        api.change(moved(customer, kind, reason, by=job.id))

    def moved_by(self, job: Job) -> bool:
        """One request."""
        return self._api.first(Query(LOG, ("w365_holdlogid",), eq("w365_holdlogid", moved_id(job.id)))) is not None


def customer_of(row: Row, inherited: Inherited) -> Customer:
    """An account that was read with `COLUMNS`. Shape: no version where it came with another row."""
    key = row["accountid"]
    return Customer(
        key,
        row["accountnumber"] or "",
        row["name"],
        bool(row["creditonhold"]),
        kind_of(row),
        row["w365_holdreason"] or "",
        counts(Above(key, None), inherited),
        str(row.get("@odata.etag") or ""),
    )


def _line(row: Row) -> LogLine:
    account, subscription = row["w365_Account"], row.get("w365_Subscription") or {}
    return LogLine(
        account["accountnumber"] or "",
        account["name"],
        Action(choice_label(LOG, "w365_action", row["w365_action"])),
        HoldKind(choice_label(LOG, "w365_kind", row["w365_kind"])),
        row["w365_rule"] or "",
        row["w365_reason"],
        str(subscription.get("w365_printedname") or subscription.get("w365_name") or ""),
        formatted(row, "_createdby_value"),
        instant(row["createdon"]),
    )
