"""Drafts, advances and numbers into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.names import collection
from dataverse.rows import bind, choice_value, owned_by, status
from dataverse.stores import billing_claims as claims
from dataverse.stores import prepaid_rows as prepaid
from dataverse.stores.billing_rows import CONTRACT_TABLE, INVOICE_TABLE, LINE_TABLE, SERIES_KIND, SERIES_TABLE
from dataverse.stores.contract_rows import standing_columns
from dataverse.stores.dated_lists import standing_list
from dataverse.stores.job_rows import follow_up
from dataverse.stores.payers import standing_payer
from dataverse.webapi import Ref
from work365.ids import derived
from work365.jobs import JobKind
from work365.usage.charging import TABLE as USAGE_TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row
    from work365.invoicing.decision import Skipped
    from work365.invoicing.items import Item, Mark
    from work365.invoicing.outline import Advance, Draft, DraftLine, Outline
    from work365.invoicing.work import Grant
    from work365.periods import Period
    from work365.ports.billing import Numbered, Run, Series

SCHEDULE_TABLE, CHANGE_TABLE, DISCOUNT_TABLE = "w365_billingschedule", "w365_changelog", "w365_discount"
ARGUMENTS = {JobKind.CHARGE: {"source": "Auto charge"}}
"""Arguments of the jobs that follow an issue."""

CLOSED = {"w365_timelog": status("w365_timelog", "Billed")}
"""Rows that are closed by their bill: a form does not let an inactive row be edited."""

NEVER = date(9999, 12, 31)
"""The next invoice date of a contract that has ended: no run ever finds it."""


def draft_sets(draft: Draft, of: Run, currencies: Currencies) -> list[list[Op]]:
    """A contract's change set: the document with its lines, schedules, the changes it settles, and the contract's new dates.

    Shape: changes beyond a change set's size are settled in further ones. They name the document, so they fail where it was not
           written; where they get lost, the next run finds that nothing is left to bill for them and settles them.
    """
    currency = bind("transactioncurrencyid", "transactioncurrency", currencies.id(draft.net.currency))
    documents = (*draft.earlier, draft)
    first, *others = _settled(documents)
    return [
        [
            *(op for each in documents for op in _document(each, of, currency)),
            *first,
            *(_billed(one, of) for one in draft.each),
        ],
        *others,
    ]


def _document(draft: Draft, of: Run, currency: Row) -> list[Op]:
    ops: list[Op] = [invoice_op(draft, of.entity, currency, run=of.id)]
    for part in draft.each:
        ops += (_schedule(part, cycle, of, draft.id) for cycle in part.cycles)
        ops += (_skip(part.contract, part.work.number, one) for one in part.skipped)
        ops += (grant_op(grant, part.contract) for grant in part.grants)
    return ops


def _skip(contract: str, number: str, skipped: Skipped) -> Op:
    """A cycle that is never billed: the row of its own purpose says so, and why."""
    cycle, reason = skipped
    row = {
        "w365_name": f"{number} {cycle.start.isoformat()} skipped",
        "w365_cyclestart": cycle.start,
        "w365_cycleend": cycle.end,
        "w365_purpose": choice_value(SCHEDULE_TABLE, "w365_purpose", "Skipped"),
        "w365_changeset": "-",
        "w365_reason": reason[:300],
        **bind("w365_Contract", CONTRACT_TABLE, contract),
    }
    return Create(SCHEDULE_TABLE, row, derived("schedule", contract, cycle.start.isoformat(), "Skipped", "-"))


def _settled(documents: Sequence[Draft]) -> list[list[Op]]:
    """Change sets of settled items and changes, at least one, which may be empty."""
    pairs = [(one, part, bool(claims.claimed_marks(one))) for one in documents for part in one.each]
    ops: list[Op] = [
        op
        for one, part, claimed in pairs
        for item in part.items
        if not (claimed and item.table == USAGE_TABLE)
        for op in settle_item(item, one.id)
    ]
    ops += [_settle(CHANGE_TABLE, change, one.id) for one, part, _ in pairs for change in part.settles]
    ops += [claims.mark_billed(mark.row, one.id) for one in documents for mark in claims.claimed_marks(one)]
    size = claims.SETTLED_AT_ONCE_MAX
    return [ops[start : start + size] for start in range(0, max(len(ops), 1), size)]


def invoice_op(draft: Draft, entity: str, currency: Row, *, run: str | None = None) -> Create:
    """A document with its lines; one without a run is numbered by whoever wrote it."""
    made = bind("w365_Run", "w365_billingrun", run) if run else {}
    return Create(INVOICE_TABLE, _invoice_row(draft, entity, currency) | made, draft.id)


def _invoice_row(draft: Draft, entity: str, currency: Row) -> Row:
    work, kind = draft.work, "Credit note" if draft.credit_note else "Invoice"
    return {
        "w365_name": f"Draft {work.number}",
        "w365_key": draft.key,
        "w365_claim": claims.claim_name(draft),
        "w365_kind": choice_value(INVOICE_TABLE, "w365_kind", kind),
        "w365_periodstart": min(line.line.period.start for line in draft.lines),
        "w365_periodend": max(line.line.period.end for line in draft.lines),
        "w365_purchaseorder": work.purchase_order,
        "w365_net": draft.net.major,
        "w365_tax": draft.tax.major,
        "w365_total": draft.gross.major,
        "w365_taxreference": draft.tax_reference or None,
        "w365_amountcharged": draft.gross.major * 0,
        "w365_balance": draft.gross.major,
        **bind("w365_Contract", CONTRACT_TABLE, draft.contract),
        **bind("w365_Account", "account", work.account),
        **bind("w365_LegalEntity", "w365_legalentity", entity),
        **owned_by(work.team),
        **currency,
        collection(INVOICE_TABLE, LINE_TABLE, "w365_invoice"): [_line_row(draft, line, currency) for line in draft.lines],
    }


def _line_row(draft: Draft, line: DraftLine, currency: Row) -> Row:
    posted = line.line
    change = bind("w365_Change", "w365_changelog", posted.change) if posted.change else {}
    product = bind("w365_Product", "w365_product", line.product) if line.product else {}
    conversion = draft.work.conversions.get(posted.subscription)
    priced = (
        {"w365_pricecurrency": conversion.currency, "w365_exchangerate": conversion.at(posted.cycle_start)} if conversion else {}
    )
    subscription = bind("w365_Subscription", "w365_subscription", posted.subscription) if posted.subscription else {}
    return {
        "w365_name": line.description[:200],
        "w365_key": posted.key,
        "w365_ordinal": line.ordinal,
        "w365_kind": choice_value(LINE_TABLE, "w365_kind", posted.kind.value),
        "w365_description": line.description[:300],
        "w365_periodstart": posted.period.start,
        "w365_periodend": posted.period.end,
        "w365_quantity": posted.quantity,
        "w365_unitprice": posted.unit_price,
        "w365_fractionnumerator": posted.fraction[0],
        "w365_fractiondenominator": posted.fraction[1],
        "w365_amount": posted.amount.major,
        "w365_taxpercent": line.rate.percent,
        "w365_tax": line.tax.major,
        "w365_taxcode": line.rate.code,
        "w365_taxcategorycode": line.rate.meaning.value or None,
        "w365_taxnote": line.rate.note or None,
        "w365_taxregistration": line.rate.registration or None,
        "w365_priceincludestax": draft.work.prices_include_tax,
        "w365_origin": posted.origin,
        "w365_listprice": line.list_price,
        **bind("w365_Contract", CONTRACT_TABLE, line.contract or draft.contract),
        **owned_by(draft.work.team),
        **subscription,
        **priced,
        **change,
        **product,
        **currency,
    }


def _schedule(draft: Outline, cycle: Period, of: Run, invoice: str) -> Op:
    purpose = "Cycle" if draft.by_cycle else "Changes"
    row = {
        "w365_name": f"{draft.work.number} {cycle.start.isoformat()}",
        "w365_cyclestart": cycle.start,
        "w365_cycleend": cycle.end,
        "w365_purpose": choice_value(SCHEDULE_TABLE, "w365_purpose", purpose),
        "w365_changeset": draft.change_set,
        **bind("w365_Contract", CONTRACT_TABLE, draft.contract),
        **bind("w365_Invoice", INVOICE_TABLE, invoice),
        **bind("w365_Run", "w365_billingrun", of.id),
    }
    return Create(SCHEDULE_TABLE, row, derived("schedule", draft.contract, cycle.start.isoformat(), purpose, draft.change_set))


def settle_item(item: Item, invoice: str) -> list[Op]:
    """Its rows as billed; those that another version may take the place of only as they were read."""
    if not item.marks:
        return [_settle(item.table, row, invoice) for row in item.rows]
    return [_settle(item.table, mark.row, invoice, mark) for mark in item.marks]


def _settle(table: str, row: str, invoice: str | None, mark: Mark | None = None) -> Op:
    billed = {"w365_billingstate": choice_value(table, "w365_billingstate", "Billed")}
    named = bind("w365_Invoice", INVOICE_TABLE, invoice) if invoice else {}
    kept = {f"w365_{name}": value for name, value in mark.kept.items()} if mark else {}
    written = {**billed, **named, **kept, **CLOSED.get(table, {})}
    return Update(Ref(table, row), written, mark.version if mark else None)


def _billed(draft: Outline, of: Run) -> Op:
    """A contract after its bill; the columns of an amended one say the terms of that day."""
    contract = draft.work.contract
    standing: Row | None = None
    if contract.amendments:
        standing = {
            **standing_columns(contract, of.as_of),
            **standing_list(draft.work.lists, of.as_of),
            **standing_payer(contract, draft.work.customer, of.as_of),
        }
    return _dates(draft.contract, draft.work.etag, draft.next_invoice_date, draft.billed_through, standing)


def _dates(
    contract: str, version: str, next_invoice_date: date | None, billed_through: date | None, standing: Row | None = None
) -> Op:
    row = {
        "w365_nextinvoicedate": next_invoice_date or NEVER,
        "w365_billedthrough": billed_through,
        "w365_reopenfrom": None,
        "w365_amendedfrom": None,
        **(standing or {}),
    }
    return Update(Ref(CONTRACT_TABLE, contract), row, version)


def advance_ops(advance: Advance) -> list[Op]:
    """The change set of a contract that had nothing to print; what it cannot settle at once is left to the next run."""
    settled = [_settle(CHANGE_TABLE, change, None) for change in advance.settles[: claims.SETTLED_AT_ONCE_MAX]]
    skipped = [_skip(advance.contract, advance.number, one) for one in advance.skipped]
    return [
        *skipped,
        *settled,
        *(grant_op(grant, advance.contract) for grant in advance.grants),
        _dates(advance.contract, advance.etag, advance.next_invoice_date, advance.billed_through),
    ]


def grant_op(grant: Grant, contract: str) -> Op:
    """A promotion becomes a discount of the subscription; its id is derived from both, so there is one of each."""
    discount = grant.discount
    kind, value = ("Amount", discount.amount) if discount.percent is None else ("Percentage", discount.percent)
    row = {
        "w365_name": discount.name[:200],
        "w365_printedname": discount.name[:200],
        "w365_kind": choice_value(DISCOUNT_TABLE, "w365_kind", kind),
        "w365_value": value,
        "w365_startdate": discount.start,
        "w365_enddate": discount.end,
        **bind("w365_Contract", CONTRACT_TABLE, contract),
        **bind("w365_Subscription", "w365_subscription", grant.subscription),
        **bind("w365_Promotion", "w365_promotion", grant.promotion),
    }
    return Create(DISCOUNT_TABLE, row, discount.id)


def series_op(series: Series) -> Op:
    """The series as it stands after its numbers were given: only if nobody took any since it was read."""
    if series.etag:
        return Update(Ref(SERIES_TABLE, series.id), {"w365_nextnumber": series.next_number}, series.etag)
    kind = SERIES_KIND[series.credit_note]
    row = {
        "w365_name": f"{kind} {series.year}",
        "w365_kind": choice_value(SERIES_TABLE, "w365_kind", kind),
        "w365_year": series.year,
        "w365_prefix": series.prefix,
        "w365_nextnumber": series.next_number,
        "w365_digits": series.digits,
        **bind("w365_LegalEntity", "w365_legalentity", series.entity),
    }
    return Create(SERIES_TABLE, row, series.id)


def issue_ops(one: Numbered, currencies: Currencies) -> list[Op]:
    """Give a draft its number, with what its customer had paid before, and ask for what follows."""
    row = {
        "w365_name": one.number,
        "w365_number": one.number,
        "w365_invoicedate": one.issued,
        "w365_duedate": one.due,
        **status(INVOICE_TABLE, "Issued"),
    }
    kinds: Sequence[JobKind] = one.draft.follow_up
    paid: list[Op] = []
    if one.draw is not None:
        row |= prepaid.paid_columns(one, one.draw)
        paid = prepaid.payment_ops(one, one.draw, currencies.bind(one.draw.amount.currency))
        kinds = [kind for kind in kinds if kind is not JobKind.CHARGE or one.draw.amount < one.draft.owed]
    return [Update(Ref(INVOICE_TABLE, one.draft.id), row, one.draft.etag), *paid, *(_job(one, kind) for kind in kinds)]


def _job(one: Numbered, kind: JobKind) -> Op:
    return follow_up(kind, one.draft.id, one.number, cause=one.draft.id, arguments=ARGUMENTS.get(kind))
