"""A one-off invoice: by a job that a person created, from lines that are written in or taken from the catalogue.

Safe to run again from any point: document and items have ids that are derived from the job, and are one change set; numbering
answers with the number that is there. From its draft on it is a document like any other: the approval rule may hold it back, and
its number brings the jobs that its contract asks for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.handlers.assessing import assessor_of
from work365.handlers.issuing import give_number
from work365.ids import derived
from work365.invoicing.drafting import outside_cycles
from work365.invoicing.taxes import assessed
from work365.jobs import JobResult, JobState
from work365.oneoff.asking import CONTRACT, FEE, LINES, PURCHASE_ORDER, line_wishes
from work365.oneoff.items import items_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from work365.handlers.assessing import Engines
    from work365.invoicing.items import Item
    from work365.invoicing.outline import Draft, Outline
    from work365.invoicing.work import ContractWork
    from work365.jobs import Job
    from work365.ports.issuing import IssuingBook
    from work365.ports.one_off import Customer, OneOffBook
    from work365.ports.platform import Clock
    from work365.taxing.assessing import Assessor

PURCHASE_ORDER_MAX = 60


def bill_once(job: Job, *, book: OneOffBook, issuing: IssuingBook, clock: Clock, engines: Engines | None = None) -> JobResult:
    """Write the invoice that a job asks for, and number it. Errors: Refused in words; Conflict; External."""
    invoice = document_id(job.id)
    said = "The invoice is written."
    if not book.written(invoice):
        found = _asked(job, book=book, clock=clock, engines=engines)
        if found is None:
            return JobResult(JobState.SUCCEEDED, "There is nothing to do: the fee is billed already, or was waived.")
        customer, draft = found
        book.write(draft, customer.entity.id)
        said = f"{draft.gross} with tax for contract {draft.work.number}."
    try:
        number = give_number(invoice, job.person, book=issuing, clock=clock)
    except Refused as waits:
        return JobResult(JobState.SUCCEEDED, f"{said} The invoice is a draft. {waits}")
    return JobResult(JobState.SUCCEEDED, f"{said} {number.message}")


def _asked(job: Job, *, book: OneOffBook, clock: Clock, engines: Engines | None) -> tuple[Customer, Draft] | None:
    """The document of a job; None where what it was to bill does not wait any more."""
    if FEE not in job.arguments:
        return drafted(job.arguments, job.id, book=book, clock=clock, engines=engines)
    customer = book.fee(job.arguments.get(CONTRACT, ""), job.arguments[FEE])
    if customer is None:
        return None
    today = clock.today(customer.entity.zone)
    outline = _outside(customer.buying.work.on_behalf(today), customer.buying.waiting, today, job.id)
    return customer, _taxed(outline, assessor_of(customer.entity, engines), today)


def drafted(
    arguments: Mapping[str, str],
    wish: str,
    *,
    book: OneOffBook,
    clock: Clock,
    engines: Engines | None = None,
    recorded: bool = True,
) -> tuple[Customer, Draft]:
    """The document that these arguments ask for, as the job of the id `wish` would write it.

    Errors: Refused when a line, the contract or a tax is not known, and for a document that would give money back.
    """
    lines = line_wishes(arguments.get(LINES, ""))
    customer = book.load(arguments.get(CONTRACT, ""), sorted({one.product for one in lines}))
    today = clock.today(customer.entity.zone)
    items = items_of(lines, customer.buying, wish=wish, on=today)
    work = customer.buying.work.on_behalf(today)
    if order := arguments.get(PURCHASE_ORDER):
        work = replace(work, purchase_order=order[:PURCHASE_ORDER_MAX])
    taxes = assessor_of(customer.entity, engines, recorded=recorded)
    return customer, _taxed(_outside(work, items, today, wish), taxes, today)


def _outside(work: ContractWork, items: tuple[Item, ...], today: date, wish: str) -> Outline:
    return outside_cycles(work, items, today, document=document_id(wish), key=f"one-off:{wish}")


def _taxed(outline: Outline, taxes: Assessor, today: date) -> Draft:
    drafts, held = assessed(outline, taxes, today)
    if not drafts:
        raise Refused(" ".join(finding.message for finding in held))
    (draft,) = drafts
    if draft.credit_note:
        message = f"The lines come to {draft.gross}; an invoice cannot give money back. Credit the invoice that it is about."
        raise Refused(message)
    return draft


def document_id(wish: str) -> str:
    """The id of the document that a job writes."""
    return derived("one-off invoice", wish)
