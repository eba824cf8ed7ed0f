"""The receipt book over Dataverse: one request to decide, one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, either, eq, typed
from dataverse.stores import receipt_rows as wire
from dataverse.stores import spreading_rows as spreading
from dataverse.stores.inheriting import SETTINGS
from dataverse.stores.known_accounts import of_known
from work365.errors import BadInput
from work365.ids import is_id
from work365.ports.receipts import Payer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.receipts import Applied, Receipt, TakenBack
    from work365.receivables.spreading import OpenInvoice, Part

ACTIVE = eq("statecode", 0)


class Receipts:
    """Money that came in without a gateway."""

    def __init__(self, api: WebApi, currencies: Currencies, today: Callable[[], date]) -> None:
        self._api = api
        self._currencies = currencies
        self._today = today

    def payer(self, account: str, entity: str) -> Payer:
        """Both in one request."""
        named = both(eq("w365_code", entity), ACTIVE) if entity else ACTIVE
        accounts, entities = self._api.rows(
            Get(Query("account", ("accountid",), typed("accountnumber", account), top=2)),
            Get(Query("w365_legalentity", ("w365_legalentityid", "w365_code"), named, "w365_code")),
        )
        if len(accounts) != 1:
            message = f"{'no' if not accounts else 'more than one'} account has the number '{account}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        if len(entities) != 1:
            raise BadInput(_which_entity(entity, entities), "--entity")
        return Payer(accounts[0]["accountid"], entities[0]["w365_legalentityid"])

    def find(self, account: str, reference: str) -> Receipt:
        """By what the bank statement says, or by id."""
        named = eq("w365_reference", " ".join(reference.split()))
        either_way = either(named, eq("w365_receiptid", reference)) if is_id(reference) else named
        of_account = both(typed("w365_Account/accountnumber", account), either_way)
        rows = list(self._api.find(Query(wire.TABLE, wire.COLUMNS, of_account, "w365_receivedon", wire.EXPAND)))
        if len(rows) != 1:
            raise BadInput(_which_receipt(account, reference, rows), "REFERENCE")
        return wire.receipt(rows[0])

    def receipt(self, id_: str) -> Receipt | None:
        """Read one afresh."""
        row = self._api.first(Query(wire.TABLE, wire.COLUMNS, eq("w365_receiptid", id_), expand=wire.EXPAND))
        return None if row is None else wire.receipt(row)

    def of_account(self, account: str) -> list[Receipt]:
        """The newest first."""
        mine = typed("w365_Account/accountnumber", account)
        query = Query(wire.TABLE, wire.COLUMNS, mine, "w365_receivedon desc,w365_reference", wire.EXPAND)
        return of_known(self._api, account, [wire.receipt(row) for row in self._api.find(query)])

    def open_invoices(self, receipt: Receipt) -> list[OpenInvoice]:
        """The payments before the invoices: one that is made in between has moved its invoice's version or takes our number."""
        code = receipt.amount.currency
        questions = spreading.owed(receipt.account, receipt.entity, self._currencies.id(code))
        attempts, invoices, said = self._api.rows(*questions, SETTINGS)
        purse, code_of, due = wire.purse(receipt.id), self._currencies.code, receipt.received_on
        return spreading.open_invoices(purse, (attempts, invoices), said, code_of, code=code, due=due)

    def parts(self, receipt: Receipt) -> list[Part]:
        """Two requests."""
        return spreading.parts(self._api, wire.purse(receipt.id), self._currencies.code)

    def apply(self, applied: Applied) -> None:
        """One change set."""
        self._api.change(wire.applied_ops(applied, self._currencies.bind(applied.receipt.amount.currency)))

    def take_back(self, taken: TakenBack) -> None:
        """One change set."""
        self._api.change(wire.taken_back_ops(taken, self._today(), self._currencies.bind(taken.receipt.amount.currency)))


def _which_entity(entity: str, found: list[Row]) -> str:
    if entity:
        return f"no legal entity has the code '{entity}'; look it up under Legal entities"
    codes = ", ".join(row["w365_code"] for row in found)
    return f"say whose bank account it came to: one of {codes}" if found else "there is no legal entity; set one up first"


def _which_receipt(account: str, reference: str, found: list[Row]) -> str:
    if not found:
        return f"account '{account}' has no receipt with the reference '{reference}'; `w365 receipt list {account}` shows them"
    ids = ", ".join(f"{row['w365_receiptid']} of {row['w365_receivedon']}" for row in found)
    return f"account '{account}' has several receipts with the reference '{reference}'; name one by its id: {ids}"
