"""The statement book over Dataverse: one request for the customer, one for its children, one for everything that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, both, either, eq, not_null
from dataverse.stores import statement_rows as wire
from work365.errors import BadInput
from work365.ports.statements import Customer
from work365.receivables.statement import ACCOUNTS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import Row, WebApi


class StatementRows:
    """What was billed and received, by customer."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def customer(self, number: str, *, children: bool) -> Customer:
        """Everything issued and received. Errors: BadInput."""
        head = self._api.first(Query(wire.ACCOUNT_TABLE, wire.ACCOUNT, eq("accountnumber", number))) if number else None
        if head is None:
            message = f"no account has the number '{number}'; look it up under Accounts"
            raise BadInput(message, "ACCOUNT")
        rows = [head, *(self._children(head) if children else ())]
        parts = self._api.rows(*questions([row["accountid"] for row in rows]))
        names = {row["accountid"]: row["name"] for row in rows} if len(rows) > 1 else {}
        return Customer(wire.buyer(head), names, wire.accounts(*parts))

    def _children(self, head: Row) -> list[Row]:
        mine = eq("_parentaccountid_value", head["accountid"])
        found = list(self._api.find(Query(wire.ACCOUNT_TABLE, ("accountid", "name"), mine, "name", top=ACCOUNTS_MAX)))
        if len(found) == ACCOUNTS_MAX:
            message = f"{head['name']} has {ACCOUNTS_MAX} child accounts or more; draw up a statement of each"
            raise BadInput(message, "--children")
        return found


def questions(accounts: Sequence[str]) -> list[Get]:
    """Documents, payments, allocations, refunds, disputes, receipts, write-offs, as `statement_rows.accounts` reads them.

    A payment belongs to the customer whose invoice it was made for.
    """
    by_invoice = either(*(eq("w365_Invoice/_w365_account_value", one) for one in accounts))
    mine = either(*(eq("_w365_account_value", one) for one in accounts))
    by_payment = either(*(eq("w365_Payment/w365_Invoice/_w365_account_value", one) for one in accounts))
    issued = both(mine, not_null("w365_number"), not_null("w365_invoicedate"))
    return [
        Get(Query(wire.INVOICE_TABLE, wire.INVOICE, issued, "w365_invoicedate,w365_number", wire.INVOICE_EXPAND)),
        Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, both(by_invoice, wire.CAME_IN), "createdon", wire.PAYMENT_EXPAND)),
        Get(Query(wire.ALLOCATION_TABLE, wire.ALLOCATION, by_invoice, "createdon")),
        Get(Query(wire.REFUND_TABLE, wire.REFUND, both(by_payment, wire.REFUNDED), "createdon", wire.REFUND_EXPAND)),
        Get(Query(wire.DISPUTE_TABLE, wire.DISPUTE, both(by_payment, wire.TAKEN), "createdon", wire.REFUND_EXPAND)),
        Get(Query(wire.RECEIPT_TABLE, wire.RECEIPT, mine, "createdon", wire.RECEIPT_EXPAND)),
        Get(Query(wire.WRITE_OFF_TABLE, wire.WRITE_OFF, by_invoice, "createdon", wire.OF_MOVEMENT)),
    ]
