"""The write-off book over Dataverse: one request to decide, one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, Update
from dataverse.query import Query, eq
from dataverse.rows import formatted
from dataverse.stores import disputed
from dataverse.stores import payments_rows as paying
from dataverse.stores import write_off_rows as wire
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.job_rows import follow_up
from dataverse.stores.known_accounts import of_known
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.jobs import JobKind
from work365.money import currency
from work365.ports.writing_off import Logged
from work365.receivables.payments import InvoiceId
from work365.receivables.writing_off import WriteOffCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.writing_off import Moved

INVOICE = (*paying.INVOICE, *(name for name in disputed.COLUMNS if name not in paying.INVOICE))
LEDGER_EXPAND = "w365_Invoice($select=w365_number),transactioncurrencyid($select=isocurrencycode)"


class WritingOff:
    """Invoices with what of them is given up."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def invoice(self, number: str) -> InvoiceId:
        """One request."""
        row = self._api.first(Query(paying.INVOICE_TABLE, ("w365_invoiceid",), eq("w365_number", number))) if number else None
        if row is None:
            message = f"no invoice has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "NUMBER")
        return InvoiceId(row["w365_invoiceid"])

    def case(self, invoice: InvoiceId) -> WriteOffCase:
        """One request, the invoice first: that order is what `WriteOffCase` promises."""
        mine = eq("_w365_invoice_value", invoice)
        [row], payments, movements, disputes, said = self._api.rows(
            Get(Ref(paying.INVOICE_TABLE, invoice), INVOICE, paying.CONTRACT_EXPAND),
            Get(Query(paying.PAYMENT_TABLE, paying.PAYMENT, mine, "w365_attempt", paying.JOB_EXPAND)),
            Get(Query(wire.TABLE, wire.COLUMNS, mine, "versionnumber")),
            disputed.AT_GATEWAYS,
            SETTINGS,
        )
        code_of = self._currencies.code
        debt = paying.debt(row, code_of, Inherited(said))
        return WriteOffCase(
            debt,
            tuple(paying.payment(one, code_of) for one in payments),
            disputed.disputed(row, disputed.at_gateways(disputes), debt.balance.currency),
            tuple(wire.movement(one, debt.number, debt.balance.currency) for one in movements),
        )

    def write(self, moved: Moved, *, on_behalf_of: str | None) -> None:
        """One change set."""
        api = self._api if on_behalf_of is None else self._api.as_user(on_behalf_of)
        api.change(_moved_ops(moved, self._currencies.bind(moved.debt.balance.currency)))

    def movements(self, account: str) -> list[Logged]:
        """One request."""
        found = list(self._movements(account))
        return of_known(self._api, account, found) if account else found

    def _movements(self, account: str) -> Iterator[Logged]:
        mine = eq("w365_Account/accountnumber", account) if account else ""
        columns = (*wire.COLUMNS, "_createdby_value")
        for row in self._api.find(Query(wire.TABLE, columns, mine, "versionnumber desc", LEDGER_EXPAND, annotations=True)):
            code = currency(row["transactioncurrencyid"]["isocurrencycode"])
            yield Logged(wire.movement(row, row["w365_Invoice"]["w365_number"], code), formatted(row, "_createdby_value"))


def _moved_ops(moved: Moved, money: Row) -> list[Op]:
    debt, movement = moved.debt, moved.movement
    invoice: Row = {"w365_lastchargestatus": moved.words[: paying.STATUS_MAX], **paying.owing(debt)}
    ops: list[Op] = [wire.movement_op(movement, money), Update(Ref(paying.INVOICE_TABLE, debt.id), invoice, debt.etag)]
    if debt.to_books:
        ops.append(follow_up(JobKind.SYNC, debt.id, debt.number, cause=movement.id))
    return ops
