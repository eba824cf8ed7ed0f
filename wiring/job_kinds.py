"""Which handler does a job of which kind, with which stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from dataverse.stores.checklists import Checklists
from dataverse.stores.explaining import Explanations
from dataverse.stores.holding import Holds
from dataverse.stores.tax_rows import TaxRows
from wiring.ports import Ports
from work365.handlers import (
    amending_by_job,
    approving,
    balancing,
    changing,
    charging,
    closing,
    crediting,
    explaining,
    issuing,
    lifting,
    one_off,
    pay_pages,
    pricing_by_job,
    refunding,
    renewal_policies,
    requesting_profiles,
    reviewing,
    sending,
    settling_tax,
    syncing,
    ticking,
    writing_off,
)
from work365.jobs import Job, JobKind, JobResult

Doing = Callable[[Ports, Job], JobResult]
"""A handler of one kind of job, its ports still to come."""


def _balanced(do: Doing) -> Doing:
    """Money has moved: the customer's balance is drawn again afterwards."""
    return lambda at, job: balancing.kept_after(partial(do, at), book=at.balances, clock=at.clock)(job)


def _cleared(do: Doing) -> Doing:
    """What is owed will change: nobody can pay it on an open page any more."""
    return lambda at, job: pay_pages.cleared_before(
        partial(do, at), book=at.payments, gateway_for=at.gateway_for, clock=at.clock
    )(job)


DOERS: Mapping[JobKind, Doing] = {
    # what is taken, given back and given up
    JobKind.CHARGE: _balanced(
        lambda at, job: charging.charge(job, book=at.payments, gateway_for=at.gateway_for, now=at.clock.now())
    ),
    JobKind.CONFIRM_PAYMENT: _balanced(
        lambda at, job: charging.confirm(job, book=at.payments, gateway_for=at.gateway_for, now=at.clock.now())
    ),
    JobKind.REFUND: _balanced(
        lambda at, job: refunding.refund(job, book=at.refunding, gateway_for=at.gateway_for, gate=at.gate, now=at.clock.now())
    ),
    JobKind.WRITE_OFF: _cleared(
        _balanced(lambda at, job: writing_off.write_off(job, book=at.writing_off, gate=at.gate, today=at.clock.today("UTC")))
    ),
    JobKind.TAKE_BACK_WRITE_OFF: _balanced(
        lambda at, job: writing_off.take_back(job, book=at.writing_off, today=at.clock.today("UTC"))
    ),
    JobKind.REQUEST_PROFILE: lambda at, job: requesting_profiles.request_profile(job, desk=at.request_desk, now=at.clock.now()),
    # what becomes of documents
    JobKind.VERIFY: lambda at, job: issuing.verify(job, book=at.issuing, clock=at.clock),
    JobKind.ISSUE: _balanced(lambda at, job: issuing.issue(job, book=at.issuing, clock=at.clock)),
    JobKind.CREDIT: _cleared(
        _balanced(lambda at, job: crediting.credit(job, book=at.crediting, issuing=at.issuing, clock=at.clock, gate=at.gate))
    ),
    JobKind.CANCEL: _cleared(
        _balanced(lambda at, job: crediting.cancel(job, book=at.crediting, issuing=at.issuing, clock=at.clock, gate=at.gate))
    ),
    JobKind.ONE_OFF: lambda at, job: one_off.bill_once(
        job, book=at.one_offs, issuing=at.issuing, clock=at.clock, engines=at.tax_engines
    ),
    JobKind.SEND: lambda at, job: sending.send(
        job,
        book=at.sending,
        press=at.press,
        mailer=at.mailer,
        linking=at.linking,
        now=at.clock.now(),
    ),
    JobKind.SYNC: lambda at, job: syncing.sync(job, book=at.books, ledger_for=at.ledger_for, now=at.clock.now()),
    JobKind.SETTLE_TAX: lambda at, job: settling_tax.settle_tax(job, book=TaxRows(at.api), engine_for=at.tax_engine_for),
    JobKind.EXPLAIN: lambda at, job: explaining.explain(job, book=Explanations(at.api)),
    # what is changed of contracts, subscriptions and prices
    JobKind.CHANGE: lambda at, job: changing.change(job, book=at.changing, clock=at.clock, gate=at.gate),
    JobKind.CLOSE: lambda at, job: closing.close(
        job, book=at.closing, billing=at.billing, queue=at.queue, clock=at.clock, gate=at.gate
    ),
    JobKind.SET_RENEWALS: lambda at, job: renewal_policies.set_renewals(
        job, book_for=at.renewals_for, gate=at.gate, clock=at.clock
    ),
    JobKind.AMEND: lambda at, job: amending_by_job.amend(
        job, book=at.amending, changing=at.changing, clock=at.clock, engines=at.tax_engines, gate=at.gate
    ),
    JobKind.APPROVE_PRICES: lambda at, job: pricing_by_job.approve_prices(job, book_for=at.pricing_for, gate=at.gate),
    JobKind.REPRICE: lambda at, job: pricing_by_job.reprice(job, book_for=at.pricing_for, gate=at.gate, clock=at.clock),
    JobKind.RELEASE: lambda at, job: lifting.release(
        job, book=Holds(at.api), changes=at.changing, clock=at.clock, reviewer=at.plan_reviewer
    ),
    JobKind.TICK: lambda at, job: ticking.tick(job, book=Checklists(at.api), now=at.clock.now()),
    # what an approver is asked, and says
    JobKind.REVIEW_ENTRY: lambda at, job: reviewing.review_entry(
        job, loaders=at.entry_loaders, book=at.reviewer.book, gate=at.gate
    ),
    JobKind.ANSWER: lambda at, job: approving.answer(job, book=at.approvals, queue=at.queue, clock=at.clock),
}
