"""Charges that were declined or came to nothing over Dataverse: one request finds them, two for each say what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.errors import DuplicateKey
from dataverse.query import Query, both, eq, ge, gt, not_null
from dataverse.rows import choice_value, day, instant, maybe, status
from dataverse.stores import payments_rows as wire
from dataverse.stores.inheriting import SETTINGS, Above, Inherited
from dataverse.stores.job_rows import TABLE as JOB
from dataverse.stores.job_rows import follow_up
from dataverse.stores.payments import Payments
from work365.errors import BadInput, Refused
from work365.jobs import AUTO, JobKind, JobState
from work365.ports.retrying import Candidate
from work365.receivables.payments import InvoiceId, PaymentSource, PaymentState
from work365.receivables.retry_plan import Plan, read_plan
from work365.receivables.retrying import Unsent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.receivables.charging import ChargeCase
    from work365.receivables.retrying import Declined

FAILED = eq("statuscode", status(wire.PAYMENT_TABLE, PaymentState.FAILED.value)["statuscode"])
STILL_OPEN = both(gt("w365_Invoice/w365_balance", 0), eq("w365_Invoice/statecode", 0))
REFUSED = both(
    eq("w365_kind", choice_value(JOB, "w365_kind", JobKind.CHARGE.value)),
    eq("statuscode", status(JOB, JobState.REFUSED.value)["statuscode"]),
    f"startswith(w365_key,'{AUTO}')",
)
"""Jobs that nobody pressed for."""
CONTRACT = "w365_Contract($select=w365_autocharge,w365_chargeretries,_w365_account_value)"
OF_INVOICE = (
    "w365_Invoice($select=w365_invoiceid,_w365_account_value,_w365_legalentity_value,w365_disputedamount,w365_reminderspauseduntil;"
    f"$expand=w365_Account($select=name),{CONTRACT})"
)


class Retries:
    """Declined charges of open invoices."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._payments = Payments(api, currencies)

    def declined(self, since: datetime) -> Iterator[Candidate]:
        """Those that a gateway declined, and those that never got there; what came in another way has no profile."""
        which = both(FAILED, ge("w365_senton", since), not_null("_w365_profile_value"), STILL_OPEN)
        query = Query(wire.PAYMENT_TABLE, ("_w365_invoice_value",), which, "w365_senton", OF_INVOICE)
        columns = ("w365_jobid", "_w365_invoice_value", "w365_finishedon", "w365_message")
        asked = Query(JOB, columns, both(REFUSED, ge("w365_finishedon", since), STILL_OPEN), "w365_finishedon", OF_INVOICE)
        found, refused, said = self._api.rows(Get(query), Get(asked), SETTINGS)
        inherited = Inherited(said)
        last = {row["_w365_invoice_value"]: _unsent(row) for row in refused}
        for key, row in {row["_w365_invoice_value"]: row["w365_Invoice"] for row in (*found, *refused)}.items():
            yield _candidate(row, inherited, last.get(key))

    def case(self, invoice: InvoiceId) -> ChargeCase:
        """Two requests."""
        return self._payments.case(invoice, None)

    def ask(self, declined: Declined) -> bool:
        """The job's key names what it follows."""
        debt, arguments = declined.case.debt, {"source": PaymentSource.AUTO_CHARGE.value}
        cause = f"after:{declined.follows}"
        try:
            self._api.change([follow_up(JobKind.CHARGE, debt.id, debt.number, cause=cause, arguments=arguments)])
        except DuplicateKey:
            return False
        return True


def _unsent(row: Row) -> Unsent:
    return Unsent(row["w365_jobid"], instant(row["w365_finishedon"]), row["w365_message"] or "")


def _candidate(row: Row, inherited: Inherited, unsent: Unsent | None) -> Candidate:
    """A setting that cannot be used retries nothing: `w365 run check` says where to mend it, and others are not held up."""
    own = row.get("w365_Contract")
    found = Candidate(
        invoice=InvoiceId(row["w365_invoiceid"]),
        customer=row["w365_Account"]["name"],
        by_itself=False,
        plan=Plan(),
        unsent=unsent,
        disputed=bool(row["w365_disputedamount"]),
        paused_until=maybe(day, row["w365_reminderspauseduntil"]),
    )
    if own is None:
        return found
    try:
        contract = inherited.filled(own, Above(row["_w365_account_value"], row["_w365_legalentity_value"]))
        return replace(found, by_itself=contract["w365_autocharge"], plan=read_plan(contract["w365_chargeretries"]))
    except (BadInput, Refused):
        return found
