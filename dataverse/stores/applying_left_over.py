"""The book of what payments have left over, over Dataverse: two requests to decide, one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, Update
from dataverse.query import Query, any_of, both, either, eq, gt, not_null, typed
from dataverse.rows import day, status
from dataverse.stores import left_over_rows
from dataverse.stores import payments_rows as paying
from dataverse.stores import spreading_rows as wire
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.job_rows import follow_up
from dataverse.stores.known_accounts import of_known
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.ids import is_id
from work365.jobs import JobKind
from work365.receivables.applying_left_over import LeftOver
from work365.receivables.payments import CAME, InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.applying_left_over import LeftOverApplied, LeftOverTakenBack
    from work365.receivables.spreading import OpenInvoice, Part

COLUMNS = (*left_over_rows.COLUMNS, "w365_gatewayreference", "w365_receivedon", "_w365_account_value")
THROUGH_A_GATEWAY = both(not_null("w365_spare"), not_null("_w365_account_value"))
CAME_HERE = any_of("statuscode", [status(paying.PAYMENT_TABLE, state.value)["statuscode"] for state in CAME])


class LeftOvers:
    """Payments that have money left over."""

    def __init__(self, api: WebApi, currencies: Currencies, today: Callable[[], date]) -> None:
        self._api = api
        self._currencies = currencies
        self._today = today

    def left_over(self, named: str) -> LeftOver:
        """Two requests."""
        meant = eq("w365_gatewayreference", named)
        found = self._found(either(meant, eq("w365_paymentid", named)) if is_id(named) else meant) if named else []
        if len(found) != 1:
            which = "several payments" if found else "no payment through a gateway"
            message = f"{which} came with the id '{named}'; look it up under Payments, view Money that no invoice uses"
            raise BadInput(message, "PAYMENT")
        return found[0]

    def of_account(self, account: str) -> list[LeftOver]:
        """Two requests."""
        theirs = both(typed("w365_Account/accountnumber", account), gt("w365_spare", 0))
        return of_known(self._api, account, self._found(theirs))

    def _found(self, which: str) -> list[LeftOver]:
        query = Query(
            paying.PAYMENT_TABLE,
            COLUMNS,
            both(which, THROUGH_A_GATEWAY, CAME_HERE),
            "w365_receivedon,createdon",
            left_over_rows.PARTS_EXPAND,
        )
        rows = list(self._api.find(query))
        if not rows:
            return []
        ids = sorted({row["_w365_invoice_value"] for row in rows})
        invoices, said = self._api.rows(
            Get(Query(paying.INVOICE_TABLE, paying.INVOICE, any_of("w365_invoiceid", ids), expand=paying.CONTRACT_EXPAND)),
            SETTINGS,
        )
        inherited, code_of = Inherited(said), self._currencies.code
        owned = {row["w365_invoiceid"]: paying.debt(row, code_of, inherited) for row in invoices}
        return [
            LeftOver(
                share=left_over_rows.share(row, code_of(row["_transactioncurrencyid_value"])),
                own=owned[row["_w365_invoice_value"]],
                reference=row["w365_gatewayreference"] or row["w365_paymentid"],
                received_on=day(row["w365_receivedon"]),
            )
            for row in rows
        ]

    def open_invoices(self, left_over: LeftOver) -> list[OpenInvoice]:
        """The payments before the invoices: one that is made in between has moved its invoice's version or takes our number."""
        own, code = left_over.own, left_over.left.currency
        attempts, invoices, said = self._api.rows(*wire.owed(own.account, own.entity, self._currencies.id(code)), SETTINGS)
        purse, code_of = wire.left_over_of(left_over.share.payment), self._currencies.code
        return wire.open_invoices(purse, (attempts, invoices), said, code_of, code=code, due=self._today())

    def parts(self, left_over: LeftOver) -> list[Part]:
        """Two requests."""
        return wire.parts(self._api, wire.left_over_of(left_over.share.payment), self._currencies.code)

    def apply(self, applied: LeftOverApplied) -> None:
        """One change set."""
        of, money = applied.left_over, self._currencies.bind(applied.left_over.left.currency)
        purse = wire.left_over_of(of.share.payment)
        paid = (op for each in applied.payments for op in wire.paid_ops(each, purse, of.label, money))
        words = f"{of.label} pays other invoices with what was left over; {of.left} is left over still"
        self._api.change([left_over_rows.spare_op(of.share, of.own), *_own(of, {}, words), *paid])

    def take_back(self, taken: LeftOverTakenBack) -> None:
        """One change set."""
        of, money = taken.left_over, self._currencies.bind(taken.left_over.left.currency)
        words = f"{of.label} pays {taken.part.debt.number} no more: {taken.reason}"
        pays = left_over_rows.ops([of.share], of.own, money) if taken.reused else [left_over_rows.spare_op(of.share, of.own)]
        owes = paying.owing(of.own) if taken.reused else {}
        if of.own.status is InvoiceStatus.PAID and taken.reused:
            owes |= {"w365_paidon": self._today()}
        self._api.change([*pays, *_own(of, owes, words), *wire.undone_ops(taken.part, taken.reason, self._today(), money)])


def _own(of: LeftOver, owes: Row, words: str) -> Iterator[Op]:
    """The invoice that a payment was made for: whoever changes the one writes the other; and its books hear of it."""
    row: Row = {"w365_lastchargestatus": words[: paying.STATUS_MAX], **owes}
    yield Update(Ref(paying.INVOICE_TABLE, of.own.id), row, of.own.etag)
    if of.own.to_books:
        yield follow_up(JobKind.SYNC, of.own.id, of.own.number, cause=f"{of.share.payment}:{of.share.etag}")
