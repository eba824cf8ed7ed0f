"""The credit book over Dataverse: two requests to decide, one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, Update
from dataverse.query import Query, both, eq, lt, not_null, typed
from dataverse.rows import choice_value
from dataverse.stores import payments_rows as paying
from dataverse.stores import spreading_rows as wire
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.known_accounts import of_known
from dataverse.webapi import Ref
from work365.errors import BadInput
from work365.receivables.applying_credit import Credit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.applying_credit import CreditApplied, CreditTakenBack
    from work365.receivables.payments import Debt
    from work365.receivables.spreading import OpenInvoice, Part

CREDIT_NOTE = choice_value(paying.INVOICE_TABLE, "w365_kind", "Credit note")


class Credits:
    """Credit notes that pay invoices."""

    def __init__(self, api: WebApi, currencies: Currencies, today: Callable[[], date]) -> None:
        self._api = api
        self._currencies = currencies
        self._today = today

    def credit(self, number: str) -> Credit:
        """One request."""
        found = self._found(eq("w365_number", number)) if number else []
        if not found:
            message = f"no document has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "NUMBER")
        return found[0]

    def of_account(self, account: str) -> list[Credit]:
        """One request."""
        open_ones = both(eq("w365_kind", CREDIT_NOTE), eq("statecode", 0), not_null("w365_number"), lt("w365_balance", 0))
        return of_known(self._api, account, self._found(both(typed("w365_Account/accountnumber", account), open_ones)))

    def _found(self, which: str) -> list[Credit]:
        query = Query(paying.INVOICE_TABLE, paying.INVOICE, which, "w365_number", paying.CONTRACT_EXPAND)
        rows, said = self._api.rows(Get(query), SETTINGS)
        inherited, code_of = Inherited(said), self._currencies.code
        return [Credit(paying.debt(row, code_of, inherited), row["_w365_legalentity_value"]) for row in rows]

    def open_invoices(self, credit: Credit) -> list[OpenInvoice]:
        """The payments before the invoices: one that is made in between has moved its invoice's version or takes our number."""
        note, code = credit.note, credit.left.currency
        attempts, invoices, said = self._api.rows(*wire.owed(note.account, credit.entity, self._currencies.id(code)), SETTINGS)
        code_of, due = self._currencies.code, self._today()
        return wire.open_invoices(_purse(note), (attempts, invoices), said, code_of, code=code, due=due)

    def parts(self, credit: Credit) -> list[Part]:
        """Two requests."""
        return wire.parts(self._api, _purse(credit.note), self._currencies.code)

    def apply(self, applied: CreditApplied) -> None:
        """One change set."""
        note = applied.note
        label, money = f"credit note {note.number}", self._currencies.bind(note.balance.currency)
        paid = (op for each in applied.payments for op in wire.paid_ops(each, _purse(note), label, money))
        self._api.change([self._note(note), *paid])

    def take_back(self, taken: CreditTakenBack) -> None:
        """One change set."""
        money = self._currencies.bind(taken.note.balance.currency)
        self._api.change([self._note(taken.note), *wire.undone_ops(taken.part, taken.reason, self._today(), money)])

    def _note(self, note: Debt) -> Op:
        row: Row = paying.owing(note) | {"w365_paidon": None if note.balance.minor else self._today()}
        return Update(Ref(paying.INVOICE_TABLE, note.id), row, note.etag)


def _purse(note: Debt) -> wire.PurseRow:
    return wire.PurseRow("w365_CreditNote", paying.INVOICE_TABLE, note.id)
