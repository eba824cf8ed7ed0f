"""Prepaid balances over Dataverse: one row each, whose version every movement holds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, both, eq, gt, typed
from dataverse.rows import amount, choice_label, etag
from dataverse.stores import prepaid_rows as rows
from work365.errors import Refused
from work365.money import currency
from work365.ports.prepaid import CreditNote
from work365.prepaid.balance import Balance, balance_id

if TYPE_CHECKING:
    from datetime import date

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.money import Currency
    from work365.prepaid.balance import Moved, Movement

CONTRACT, INVOICE = "w365_billingcontract", "w365_invoice"
CONTRACT_COLUMNS = ("_w365_account_value", "_w365_payer_value", "_w365_legalentity_value", "_transactioncurrencyid_value")
NOTE_COLUMNS = ("w365_invoiceid", "w365_kind", "w365_total", "w365_balance", "_w365_account_value", "_w365_legalentity_value")


class Prepaid:
    """The prepaid book over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def of_contract(self, contract: str) -> Balance:
        """The balance of whoever pays a contract now; an empty one where there is no row yet."""
        row = self._api.first(Query(CONTRACT, CONTRACT_COLUMNS, filter=both(typed("w365_number", contract), eq("statecode", 0))))
        if row is None or row["_transactioncurrencyid_value"] is None:
            message = f"no active contract with a currency has the number '{contract}'; look it up under Billing contracts"
            raise Refused(message)
        code = self._currencies.code(row["_transactioncurrencyid_value"])
        payer = row["_w365_payer_value"] or row["_w365_account_value"]
        return self._balance(payer, row["_w365_legalentity_value"], code)

    def _balance(self, account: str, entity: str, code: Currency) -> Balance:
        id_ = balance_id(account, entity, code)
        found = self._api.first(Query(rows.BALANCE, rows.COLUMNS, filter=eq("w365_prepaidbalanceid", id_), expand=rows.EXPAND))
        return Balance(id_, account, entity, code) if found is None else rows.balance(found)

    def with_expired(self, today: date) -> list[Balance]:
        """Those with something left are read; which lots have expired stands in them."""
        found = self._api.find(Query(rows.BALANCE, rows.COLUMNS, filter=gt("w365_balance", 0), expand=rows.EXPAND))
        return [one for one in map(rows.balance, found) if not all(lot.usable(today) for lot in one.lots)]

    def movements(self, balance: Balance) -> list[Movement]:
        """The ledger in the order in which it was written: its rows never change, so their versions rise with it."""
        query = Query(rows.MOVEMENT, rows.MOVEMENTS, filter=eq("_w365_balance_value", balance.id), order="versionnumber")
        return [rows.movement(row, balance.currency) for row in self._api.find(query)]

    def credit_note(self, number: str) -> CreditNote:
        """What is owed of a credit note is its negative balance."""
        query = Query(INVOICE, NOTE_COLUMNS, filter=typed("w365_number", number), expand=rows.EXPAND)
        row = self._api.first(query) if number else None
        if row is None or choice_label(INVOICE, "w365_kind", row["w365_kind"]) != "Credit note":
            message = f"no credit note has the number '{number}'; look it up under Invoices"
            raise Refused(message)
        code = currency(row["transactioncurrencyid"]["isocurrencycode"])
        owed = -amount(row["w365_balance"], code)
        if owed.minor <= 0:
            message = f"nothing of {number} is owed to the customer any more"
            raise Refused(message)
        balance = self._balance(row["_w365_account_value"], row["_w365_legalentity_value"], code)
        return CreditNote(row["w365_invoiceid"], number, amount(row["w365_total"], code), owed, balance, etag(row))

    def move(self, moved: Moved, *, given: CreditNote | None = None) -> None:
        """One change set."""
        money = self._currencies.bind(moved.balance.currency)
        writes = rows.moved_ops(moved, money)
        if given is not None:
            writes += rows.given_ops(given, moved.movements[-1].on, money)
        self._api.change(writes)
