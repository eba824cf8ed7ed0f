"""Enter in the books what was collected for a document, what credit notes paid and what is written off, and correct it there.

What pays less comes first, and what pays more or is new comes last: the books apply to a document no more than is open of it.
Every create is preceded by the question whether it is there already, and what is changed is read before: so a crash at any point
leaves one of each, and running again goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.accounting.deciding import WITHDRAWN, Link
from work365.accounting.giving_up import BAD_DEBT, memo_id, memo_receipt, memo_receipt_id
from work365.accounting.payload import fingerprint
from work365.errors import Refused
from work365.handlers.posting import post
from work365.money import zero
from work365.ports.books import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.accounting.deciding import Case, Plan
    from work365.accounting.documents import Document, Posted, Receipt
    from work365.money import Money
    from work365.ports.books import Ledger


@dataclass(slots=True)
class Progress:
    """What a run has learned from the books so far."""

    posted: Posted | None = None
    links: dict[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """A payment of ours that the books have, and what of it pays the document there."""

    receipt: Receipt
    external_id: str
    applied: Money


def enter(case: Case, plan: Plan, ledger: Ledger, customer: str, progress: Progress) -> None:
    """Make what the books have of a document's payments what we have of them. Errors: Refused in words; as the books failed."""
    posted = _found(case, ledger, progress)
    for id_ in plan.gone:
        ledger.withdraw_receipt(case.links[id_].external_id)
        progress.links[id_] = Link(case.links[id_].external_id, WITHDRAWN)
    there = _there(case, plan, ledger, posted)
    less = [one for one in there if one.receipt.applied < one.applied]
    for one in less:
        _change(one, ledger, posted, progress)
    _memo(case, plan, ledger, customer, progress)
    if plan.gone or there:
        posted = _found(case, ledger, Progress())
    for one in (one for one in there if one not in less and one.receipt in plan.changed):
        posted = _change(one, ledger, posted, progress)
    if plan.memo is not None:
        posted = _apply_memo(case, plan.memo, ledger, customer, posted, progress)
    known = {one.receipt.id for one in there}
    for receipt in (one for one in (*plan.receipts, *plan.changed) if one.id not in known):
        posted = _enter(receipt, ledger, customer, posted, progress)
    progress.posted = posted


def _found(case: Case, ledger: Ledger, progress: Progress) -> Posted:
    posted = progress.posted or ledger.find_document(case.document)
    if posted is None:
        message = (
            f"{ledger.rules.name} no longer has invoice {case.document.number}, so our payment cannot be entered. "
            "Restore it there, then press Sync again."
        )
        raise Refused(message)
    return posted


def _there(case: Case, plan: Plan, ledger: Ledger, posted: Posted) -> list[Entered]:
    """Of the payments that changed, and what applies a memo that changed, those that the books still have."""
    wanted = list(plan.changed)
    if plan.memo is not None and all(_live(case.links, id_) for id_ in (plan.memo.id, memo_receipt_id(case.document.id))):
        wanted.append(memo_receipt(case.document, plan.memo, case.links[plan.memo.id].external_id))
    found = []
    for receipt in wanted:
        external_id = case.links[receipt.id].external_id
        shown = ledger.read_receipt(external_id)
        if shown is not None:
            found.append(Entered(receipt, external_id, shown.applied.get(posted.external_id, zero(receipt.applied.currency))))
    return found


def _live(links: Mapping[str, Link], id_: str) -> bool:
    return id_ in links and links[id_].live


def _change(one: Entered, ledger: Ledger, posted: Posted, progress: Progress) -> Posted:
    """Send a payment anew, see what the books made of it, and what is then open of the document."""
    shown = ledger.change_receipt(one.external_id, one.receipt, posted=posted)
    applied = shown.applied.get(posted.external_id, zero(one.receipt.applied.currency))
    if applied != one.receipt.applied:
        message = (
            f"{ledger.rules.name} applies {applied} of our payment (id {one.external_id}) to invoice {posted.number}; ours is "
            f"{one.receipt.applied}. Look what else pays it there, then press Sync again."
        )
        raise Refused(message)
    progress.links[one.receipt.id] = Link(one.external_id, fingerprint(one.receipt))
    return replace(posted, balance=posted.balance + one.applied - applied)


def _enter(receipt: Receipt, ledger: Ledger, customer: str, posted: Posted, progress: Progress) -> Posted:
    """Enter a payment, unless it is there already: then it is brought up to date; what is then open of the document."""
    _refuse_unknown(receipt, ledger, posted)
    entered = ledger.find_receipt(receipt)
    shown = None if entered is None else ledger.read_receipt(entered)
    if entered is None or shown is None:
        made = ledger.create_receipt(receipt, customer=customer, posted=posted)
        progress.links[receipt.id] = Link(made, fingerprint(receipt))
        return replace(posted, balance=max(zero(posted.balance.currency), posted.balance - receipt.applied))
    applied = shown.applied.get(posted.external_id, zero(posted.balance.currency))
    if applied != min(receipt.applied, posted.balance + applied):
        return _change(Entered(receipt, entered, applied), ledger, posted, progress)
    progress.links[receipt.id] = Link(entered, fingerprint(receipt))
    return posted


def _refuse_unknown(receipt: Receipt, ledger: Ledger, posted: Posted) -> None:
    if receipt.credit is not None and not receipt.credit.external_id:
        message = (
            f"Credit note {receipt.credit.number} pays {receipt.applied} of invoice {posted.number}, and is not in "
            f"{ledger.rules.name} yet. Sync it first, then press Sync on the invoice again."
        )
        raise Refused(message)


def _memo(case: Case, plan: Plan, ledger: Ledger, customer: str, progress: Progress) -> None:
    """Post the memo over what is written off, bring it up to date, or take it out."""
    if plan.memo_gone:
        id_ = memo_id(case.document.id)
        known = case.links[id_]
        ledger.delete_credit_note(known.external_id)
        progress.links[id_] = Link(known.external_id, WITHDRAWN)
    if plan.memo is None:
        return
    entry = ledger.find_items([BAD_DEBT]).get(BAD_DEBT.reference) or ledger.create_item(BAD_DEBT, account=_expense_account(case))
    known_id = case.links[plan.memo.id].external_id if _live(case.links, plan.memo.id) else ""
    posted = post(plan.memo, known_id, ledger, Names(customer, {BAD_DEBT.reference: entry.external_id}))
    progress.links[plan.memo.id] = Link(posted.external_id, fingerprint(plan.memo))


def _expense_account(case: Case) -> str:
    if case.system is None or not case.system.bad_debt_account:
        message = (
            "The accounting system names no account for bad debts, so the write-off cannot be posted. Enter the name of an "
            "expense account there, then sync again."
        )
        raise Refused(message)
    return case.system.bad_debt_account


def _apply_memo(case: Case, made: Document, ledger: Ledger, customer: str, posted: Posted, progress: Progress) -> Posted:
    """What applies it is told again whenever the memo is: it bears the memo's fingerprint."""
    receipt = memo_receipt(case.document, made, progress.links[made.id].external_id)
    posted = _enter(receipt, ledger, customer, posted, progress)
    progress.links[receipt.id] = replace(progress.links[receipt.id], payload_hash=fingerprint(made))
    return posted
