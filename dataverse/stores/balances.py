"""The balance book over Dataverse: fifty customers in one request to read and one to write."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dataverse.batch import LIMIT, ChangeSet, Create, Failed, Get, Update, packed
from dataverse.query import Query, any_of, both, either, eq, ge, gt, ne, not_null
from dataverse.rows import amount, bind, day, etag, maybe
from dataverse.stores.known_accounts import of_known
from dataverse.webapi import Ref
from work365.errors import Conflict
from work365.money import currency
from work365.ports.balances import NamedBalance, Standing
from work365.receivables.balances import AccountBalance, OpenItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from dataverse.batch import Op, Outcome
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi

TABLE, ACCOUNT, INVOICE = "w365_accountbalance", "account", "w365_invoice"
RECEIPT, PAYMENT = "w365_receipt", "w365_payment"
AGED = ("w365_overdue30", "w365_overdue60", "w365_overdue90", "w365_overduelonger")
COLUMNS = (
    "w365_accountbalanceid",
    "_w365_account_value",
    "w365_openamount",
    "w365_unapplied",
    "w365_oldestdue",
    "w365_timezone",
    *AGED,
)
OWED = ("_w365_account_value", "w365_balance", "w365_duedate", "w365_invoicedate")
MONEY = "transactioncurrencyid($select=isocurrencycode)"
WITH_ZONE = f"w365_LegalEntity($select=w365_timezone),{MONEY}"
OPEN = both(eq("statecode", 0), not_null("w365_number"), ne("w365_balance", 0))
"""Documents of which something is open: invoices, and with a negative balance credit notes."""
LEFT = both(eq("statecode", 0), gt("w365_unapplied", 0))
SPARE = both(not_null("w365_spare"), ne("w365_spare", 0), not_null("_w365_account_value"))
"""Payments of which no invoice uses a part; below zero, more went back than had come."""
KEPT = either(ne("w365_openamount", 0), ne("w365_unapplied", 0))


class Balances:
    """What customers owe, and the rows that say so."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def changed(self, since: datetime) -> Iterator[str]:
        """Documents with a number, receipts, and payments that counted."""
        lately = ge("modifiedon", since)
        counted = both(lately, not_null("w365_spare"), not_null("_w365_account_value"))
        yield from self._accounts((INVOICE, both(lately, not_null("w365_number"))), (RECEIPT, lately), (PAYMENT, counted))

    def owing(self) -> Iterator[str]:
        """By what is open, and by what is kept."""
        yield from self._accounts((INVOICE, OPEN), (RECEIPT, LEFT), (PAYMENT, SPARE), (TABLE, KEPT))

    def _accounts(self, *questions: tuple[str, str]) -> Iterator[str]:
        seen: set[str] = set()
        for table, which in questions:
            for row in self._api.find(Query(table, ("_w365_account_value",), which)):
                account = row["_w365_account_value"]
                if account not in seen:
                    seen.add(account)
                    yield account

    def standing(self, accounts: Sequence[str]) -> Standing:
        """One request, answered in order."""
        mine = any_of("_w365_account_value", accounts)
        kept, documents, receipts, payments = self._api.rows(
            Get(Query(TABLE, COLUMNS, mine, expand=MONEY)),
            Get(Query(INVOICE, OWED, both(mine, OPEN), expand=WITH_ZONE)),
            Get(Query(RECEIPT, ("_w365_account_value", "w365_unapplied"), both(mine, LEFT), expand=MONEY)),
            Get(Query(PAYMENT, ("_w365_account_value", "w365_spare"), both(mine, SPARE), expand=MONEY)),
        )
        read = {(one.account, one.open.currency): (one, etag(row)) for row in kept for one in (balance_of(row),)}
        return Standing(read, [*map(_document, documents), *map(_credit, receipts), *map(_spare, payments)])

    def keep(self, changed: Sequence[AccountBalance], texts: Mapping[str, str], standing: Standing) -> tuple[str, ...]:
        """One change set for each customer, as many in one request as fit."""
        sets = [
            (account, [*self._ops(account, changed, standing), Update(Ref(ACCOUNT, account), {"w365_balances": text or None})])
            for account, text in texts.items()
        ]
        left = []
        for part in packed(sets, lambda one: len(one[1]), LIMIT):
            outcomes = self._api.batch([ChangeSet(ops) for _, ops in part])
            left += [account for (account, _), outcome in zip(part, outcomes, strict=True) if _changed_meanwhile(outcome)]
        return tuple(left)

    def _ops(self, account: str, changed: Sequence[AccountBalance], standing: Standing) -> Iterator[Op]:
        for one in (one for one in changed if one.account == account):
            version = standing.kept.get((account, one.open.currency))
            if version is not None:
                yield Update(Ref(TABLE, one.id), _row(one), version[1])
                continue
            new = {"w365_name": f"Balance {one.open.currency}", **bind("w365_Account", ACCOUNT, account)}
            yield Create(TABLE, _row(one) | new | self._currencies.bind(one.open.currency), one.id)

    def kept(self, account: str) -> list[NamedBalance]:
        """One request, and one more to say that there is no such account."""
        mine = both(KEPT, eq("w365_Account/accountnumber", account)) if account else KEPT
        named = f"{MONEY},w365_Account($select=name,accountnumber)"
        rows = self._api.find(Query(TABLE, COLUMNS, mine, order="w365_oldestdue", expand=named))
        found = [
            NamedBalance(row["w365_Account"]["accountnumber"] or "", row["w365_Account"]["name"], balance_of(row)) for row in rows
        ]
        if account:
            of_known(self._api, account, found)
        return sorted(found, key=lambda one: one.balance.oldest_due or date.max)

    def account_of(self, invoice: str) -> str:
        """One request."""
        return str(self._api.read(Ref(INVOICE, invoice), select=("_w365_account_value",))["_w365_account_value"])


def _changed_meanwhile(outcome: Outcome) -> bool:
    """Errors: what a change set failed with, unless that is a row that somebody else wrote."""
    if not isinstance(outcome, Failed):
        return False
    if isinstance(outcome.error, Conflict):
        return True
    raise outcome.error


def balance_of(row: Row) -> AccountBalance:
    """A kept balance, read with `COLUMNS` and `MONEY`."""
    code = currency(row["transactioncurrencyid"]["isocurrencycode"])
    return AccountBalance(
        row["_w365_account_value"],
        amount(row["w365_openamount"], code),
        amount(row["w365_unapplied"], code),
        tuple(amount(row[name], code) for name in AGED),
        maybe(day, row["w365_oldestdue"]),
        row["w365_timezone"] or "UTC",
    )


def _row(one: AccountBalance) -> Row:
    ages = dict(zip(AGED, (age.major for age in one.ages), strict=True))
    return {
        "w365_balance": one.balance.major,
        "w365_openamount": one.open.major,
        "w365_unapplied": one.unapplied.major,
        "w365_overdue": one.overdue.major,
        "w365_oldestdue": one.oldest_due,
        "w365_timezone": one.zone,
        **ages,
    }


def _document(row: Row) -> OpenItem:
    owed = amount(row["w365_balance"], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    due = maybe(day, row["w365_duedate"]) or maybe(day, row["w365_invoicedate"])
    return OpenItem(row["_w365_account_value"], owed, due, zone_of(row))


def zone_of(document: Row) -> str:
    """The time zone of a document's legal entity. Shape: read with `WITH_ZONE`."""
    return (document["w365_LegalEntity"] or {}).get("w365_timezone") or "UTC"


def _credit(row: Row, column: str = "w365_unapplied") -> OpenItem:
    left = amount(row[column], currency(row["transactioncurrencyid"]["isocurrencycode"]))
    return OpenItem(row["_w365_account_value"], -left)


def _spare(row: Row) -> OpenItem:
    return _credit(row, "w365_spare")
