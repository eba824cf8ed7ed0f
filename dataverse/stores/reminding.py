"""The reminder book over Dataverse: one request where nobody has a plan, two to decide a day, one for each few hundred writes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Failed, Get, packed
from dataverse.query import Query, any_of, both, eq, ge, gt, le, not_null, typed
from dataverse.rows import choice_value, etag, status
from dataverse.stores import reminding_rows as rows
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.stores.reminder_plans import PLANS, STEPS, plans_of
from dataverse.stores.reminding_standing import QUESTIONS, standing
from dataverse.stores.telling_rows import NOTICE
from dataverse.webapi import Ref
from work365.errors import BadInput, Conflict
from work365.money import exactly
from work365.ports.reminding import Case
from work365.receivables.payments import InvoiceStatus
from work365.reminding.plan import NONE, Plan
from work365.settings.catalogue import BY_NAME
from work365.settings.resolving import resolve, usable
from work365.telling.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.ports.reminding import Logged, Taking

SETTING = BY_NAME["reminder-plan"]
IN_THE_BOOKS = both(
    any_of(
        "statuscode", [status(rows.INVOICE, one.value)["statuscode"] for one in (InvoiceStatus.ISSUED, InvoiceStatus.PARTIAL)]
    ),
    eq("w365_kind", choice_value(rows.INVOICE, "w365_kind", "Invoice")),
)
OPEN = both(IN_THE_BOOKS, gt("w365_balance", 0), not_null("w365_duedate"))
OF_REMINDERS = eq("w365_kind", choice_value(NOTICE, "w365_kind", NoticeKind.REMINDER.value))
CURRENCY = "_transactioncurrencyid_value"
TOLD = ("w365_events", "w365_recipient", "statuscode", "w365_senton", "w365_message")


class Reminders:
    """Open invoices and their reminders."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def cases(self, today: date) -> Iterator[Case | BadInput]:
        """Invoices that are due by the earliest step of any plan; a legal entity may be a day ahead."""
        said, heads, steps = self._api.rows(SETTINGS, PLANS, STEPS)
        inherited = Inherited(said)
        if not any(one.setting == SETTING.name for one in inherited.all()):
            return
        plans = plans_of(heads, steps)
        ahead = max((-step.day for plan in plans.values() if isinstance(plan, Plan) for step in plan.steps), default=0)
        due = le("w365_duedate", today + timedelta(days=max(ahead, 0) + 1))
        found, *besides = self._api.rows(
            Get(Query(rows.INVOICE, rows.INVOICE_COLUMNS, both(OPEN, due), "w365_duedate,w365_number", rows.INVOICE_EXPAND)),
            *QUESTIONS,
        )
        known = standing(*besides)
        for row in found:
            try:
                plan = _plan(row, inherited, plans)
                if plan is None:
                    continue
                contract, alone = rows.contract_of(row, inherited), rows.bills_fees_alone(row, inherited)
                blocked = any(step.credit_hold for step in plan.steps) and rows.hold_counts(row, inherited)
            except BadInput as error:
                yield error
                continue
            owed = rows.owed(row, known, collected=bool(contract.get("w365_autocharge")), billed_alone=alone)
            yield Case(owed, plan, rows.debtor(row, contract, hold_counts=blocked))

    def record(self, takings: Sequence[Taking]) -> int:
        """A change set for each; one that meets a row, or an invoice that was written since, is not written."""
        sets = [ChangeSet(list(rows.writes(one, self._currencies.id(one.bundle.currency)))) for one in takings]
        written = 0
        for part in packed(sets, lambda one: len(one.ops)):
            outcomes = self._api.batch(part)
            for outcome in outcomes:
                if not isinstance(outcome, Failed):
                    written += 1
                elif not isinstance(outcome.error, Conflict):
                    raise outcome.error
        return written

    def log(self, since: datetime) -> list[Logged]:
        """Two queries in one request."""
        when = ge("createdon", since)
        reminders, told = self._api.rows(
            Get(Query(rows.REMINDER, rows.LOGGED, when, "createdon desc,w365_name", rows.LOGGED_EXPAND)),
            Get(Query(NOTICE, TOLD, both(OF_REMINDERS, when), "w365_recipient")),
        )
        return list(rows.logged(reminders, told))

    def pause(self, number: str, until: date | None, reason: str) -> None:
        """Two requests."""
        self._mark(number, {"w365_reminderspauseduntil": until}, reason)

    def dispute(self, number: str, amount: Decimal | None, reason: str) -> None:
        """Two requests."""
        row = self._open(number)
        part = row["w365_balance"] if amount is None else exactly(amount, self._currencies.code(row[CURRENCY]), "--amount").major
        if not 0 <= part <= row["w365_balance"]:
            message = f"{part} is more than the {row['w365_balance']} that is open of {number}, or less than nothing"
            raise BadInput(message, "--amount")
        self._write(row, {"w365_disputedamount": part or None}, reason)

    def opt_out(self, number: str, reason: str, *, out: bool) -> None:
        """Two requests."""
        self._mark(number, {"w365_noreminders": out}, reason)

    def _mark(self, number: str, values: Row, reason: str) -> None:
        self._write(self._open(number), values, reason)

    def _open(self, number: str) -> Row:
        which = both(IN_THE_BOOKS, typed("w365_number", number), gt("w365_balance", 0))
        row = self._api.first(Query(rows.INVOICE, ("w365_invoiceid", "w365_balance", CURRENCY), which))
        if row is None:
            message = f"no open invoice has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "INVOICE")
        return row

    def _write(self, row: Row, values: Row, reason: str) -> None:
        self._api.update(Ref(rows.INVOICE, row["w365_invoiceid"]), {**values, "w365_remindernote": reason}, etag=etag(row))


def _plan(row: Row, said: Inherited, plans: Mapping[str, Plan | BadInput]) -> Plan | None:
    """Errors: BadInput where the setting names no plan, or one that says too little."""
    above = Above(row["_w365_account_value"], row["_w365_legalentity_value"])
    resolved = resolve(SETTING, said.said_above(SETTING.name, above))
    code = usable(resolved) or NONE
    if code == NONE:
        return None
    if code.casefold() not in plans:
        message = (
            f"The setting 'reminder-plan' {resolved.origin()} names '{code}', and no active plan has that code; correct it there."
        )
        raise BadInput(message)
    found = plans[code.casefold()]
    if isinstance(found, BadInput):
        raise found
    return found
