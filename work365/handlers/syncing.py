"""Send one invoice to the books: load, decide, record, act, record.

Safe to run again from any point. The export row is written before anything is sent; every create is preceded by the question
whether it is there already, so a crash between sending and recording leaves one document, one customer, one payment. A second
sync of unchanged rows makes no call to the books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.accounting.comparing import difference
from work365.accounting.deciding import ExportState, Link, decide, held_by_another, system_of
from work365.accounting.giving_up import memo_receipt_id
from work365.accounting.payload import fingerprint
from work365.accounting.rules import check
from work365.errors import BadInput, OutcomeUnknown, Refused, Rejected
from work365.handlers import entering
from work365.handlers.entering import Progress
from work365.handlers.posting import post
from work365.jobs import JobResult, JobState
from work365.ports.books import Names

if TYPE_CHECKING:
    from datetime import datetime

    from work365.accounting.deciding import Case, Plan
    from work365.accounting.documents import Posted
    from work365.jobs import Job
    from work365.ports.books import ExportBook, Ledger, LedgerFor

WAIT_FOR_OTHER_S = 30


def sync(job: Job, *, book: ExportBook, ledger_for: LedgerFor, now: datetime) -> JobResult:
    """Put an invoice, its customer and items, and what we collected for it, into the contract's books.

    Errors: Refused with the reason in words; External as the books or the tenant failed. Each may be answered by running again.
    """
    if job.invoice is None:
        message = "Choose the invoice to sync."
        raise BadInput(message, "invoice")
    case = book.load(job.invoice)
    system = system_of(case)
    plan = decide(case)
    if plan.nothing:
        return JobResult(JobState.SUCCEEDED, f"The books have invoice {case.document.number} as it is; nothing was sent.")
    if held_by_another(case, job.id, now):
        return JobResult(JobState.WAITING, "Another sync of this invoice is running; this one follows it.", WAIT_FOR_OTHER_S)
    ledger = ledger_for(system)
    check(case.document, ledger.rules)
    book.begin(case, plan, job=job.id, now=now)
    return _recorded(case, plan, book, ledger)


def _recorded(case: Case, plan: Plan, book: ExportBook, ledger: Ledger) -> JobResult:
    """Act, and record what became of it whichever way it went."""
    progress = Progress()
    try:
        _act(case, plan, ledger, progress)
    except (OutcomeUnknown, Refused, Rejected) as error:
        state = ExportState.UNKNOWN if isinstance(error, OutcomeUnknown) else ExportState.FAILED
        book.finish(case, plan, state=state, message=str(error), posted=progress.posted, links=progress.links)
        raise
    message = _sentence(case, plan, ledger, progress.posted)
    book.finish(case, plan, state=ExportState.DONE, message=message, posted=progress.posted, links=progress.links)
    return JobResult(JobState.SUCCEEDED, message)


def _act(case: Case, plan: Plan, ledger: Ledger, progress: Progress) -> None:
    customer = _customer(case, plan, ledger, progress)
    if plan.document:
        names = Names(customer, _items(case, ledger, progress))
        known_id = case.export.external_id if case.export is not None else ""
        progress.posted = post(case.document, known_id, ledger, names)
        wrong = difference(case.document, progress.posted, ledger.rules.name)
        if wrong:
            raise Refused(wrong)
    if plan.payments:
        entering.enter(case, plan, ledger, customer, progress)


def _customer(case: Case, plan: Plan, ledger: Ledger, progress: Progress) -> str:
    """The customer's id in the books, after making it or sending its changed particulars."""
    customer = case.document.customer
    known = case.links.get(customer.reference)
    if not plan.customer and known is not None:
        return known.external_id
    if known is not None:
        ledger.update_customer(known.external_id, customer)
        entry_id = known.external_id
    else:
        entry = ledger.find_customer(customer) or ledger.create_customer(customer)
        if not entry.ours:
            ledger.update_customer(entry.external_id, customer)
        entry_id = entry.external_id
    progress.links[customer.reference] = Link(entry_id, fingerprint(customer))
    return entry_id


def _items(case: Case, ledger: Ledger, progress: Progress) -> dict[str, str]:
    """The items' ids in the books, after making those that are missing."""
    ids = {item.reference: case.links[item.reference].external_id for item in case.document.items if item.reference in case.links}
    unknown = [item for item in case.document.items if item.reference not in ids]
    found = ledger.find_items(unknown) if unknown else {}
    for item in unknown:
        entry = found.get(item.reference) or ledger.create_item(item)
        ids[item.reference] = entry.external_id
        progress.links[item.reference] = Link(entry.external_id, fingerprint(item))
    return ids


def _sentence(case: Case, plan: Plan, ledger: Ledger, posted: Posted | None) -> str:
    where = f" as document {posted.external_id}, total {posted.total}" if posted is not None and plan.document else ""
    counted = (
        (len(plan.receipts), "entered"),
        (len(plan.changed), "changed"),
        (len([one for one in plan.gone if one != memo_receipt_id(case.document.id)]), "taken out"),
    )
    payments = "".join(f"; {many} payment{'s' if many != 1 else ''} {verb} there" for many, verb in counted if many)
    given_up = f"; {plan.memo.total} written off there" if plan.memo is not None else ""
    given_up = "; nothing of it is written off there any more" if plan.memo_gone else given_up
    return f"Invoice {case.document.number} is in {ledger.rules.name}{where}{payments}{given_up}."
