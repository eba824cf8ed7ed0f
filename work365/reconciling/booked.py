"""Compare one document here with what the books hold of it: the document, our payments in it, the balance. Pure.

One change is one difference: a document that is missing has no other, and a balance is compared once everything that makes it up
agrees. What a bookkeeper entered there is read back every hour and is a payment here, so it counts on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.accounting.documents import CreditUsed, DocumentKind, Receipt, receipt_reference
from work365.accounting.giving_up import memo_number, memo_receipt_id
from work365.findings import Severity
from work365.money import zero
from work365.reconciling.difference import Code, Difference, age_days, listed, netted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from work365.accounting.held import Held, HeldDocument, HeldPayment
    from work365.money import Money
    from work365.reconciling.spent import Spent

YOUNG_DAYS = 2
"""Until a sync that was queued has been done, and what was paid in the books is read back."""

SYNC = "Press Sync on it, which tells the books; if that is refused, its job says why."


@dataclass(frozen=True, slots=True)
class Booked:
    """A document that was sent to the books, as our rows have it.

    Attributes:
        total, balance: of a credit note what is given back, as the books have it: positive.
        payments: what we collected for it, and what credit notes pay, as the books should show it.
        changed_on: when it, or a payment of it, last changed.
        gone: ids of our payments that pay nothing of it any more.
        given_up: what of it is written off; None where nothing ever was.
        sync_due: the books were not told everything of it yet.
        spent: of a credit note, what it was used for.
    """

    system: str
    books: str
    invoice: str
    number: str
    kind: DocumentKind
    total: Money
    balance: Money
    payments: tuple[Receipt, ...]
    changed_on: date
    gone: tuple[str, ...] = ()
    given_up: Money | None = None
    sync_due: bool = False
    spent: Spent | None = None

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """Numbers of documents and references of payments under which the books hold what is of it."""
        numbers, payments = [self.number], [*(receipt.id for receipt in self.payments), *self.gone]
        if self.given_up is not None:
            numbers.append(memo_number(self.invoice))
            payments.append(memo_receipt_id(self.invoice))
        used = () if self.spent is None else sorted(self.spent.references)
        return numbers, [*(receipt_reference(payment) for payment in payments), *used]

    @property
    def about(self) -> str:
        """The same name every night."""
        return books_about(self.system, self.invoice)


def books_about(system: str, what: str) -> str:
    """The name of a document, or of something in the books that is of none, among what is compared."""
    return f"books:{system}:{what}"


def is_young(one: Booked, today: date) -> bool:
    """Whether its sync may still be on its way."""
    return age_days(one.changed_on, today) < YOUNG_DAYS


def compare_booked(one: Booked, held: Held) -> list[Difference]:
    """What differs of one document. Shape: `held` has at least everything under its number and its `names`."""
    documents = [each for each in held.documents if each.kind is one.kind and each.posted.number == one.number]
    if not documents:
        words = f"{one.kind.value} {one.number} over {one.total} was sent to {one.books}, which does not hold it."
        return [_document(one, Code.BOOKS_NO_DOCUMENT, -one.total, words, "Enter it there again under its number.")]
    if len(documents) > 1:
        return [_twice(one, documents)]
    [document] = documents
    found = [difference for receipt in one.payments for difference in _payment(one, receipt, held.payments)]
    found += [_gone(one, each) for each in held.payments if each.reference in map(receipt_reference, one.gone)]
    total = _other_total(one, document)
    found += [*_given_up(one, held), *([total] if total else ())]
    return found or list(_other_balance(one, document, held))


def _other_balance(one: Booked, document: HeldDocument, held: Held) -> Iterator[Difference]:
    """What is open there, once everything agrees that is known to pay it, or that it is known to pay."""
    there, here = document.posted.balance, one.balance if one.spent is None else one.spent.open_there(one.balance, held)
    gap = netted((there,), (here,))
    if not gap:
        return
    words = f"{one.books} says that {there} of {one.kind.value.lower()} {one.number} is open"
    if one.kind is DocumentKind.CREDIT_NOTE:
        words = f"{words}, and by what was used of it here it should be {here}."
        step = "See there what else it was applied to, or whether it was given back, and undo that there; then use it here."
    else:
        words = f"{words}, and {here} is open here."
        step = "See there what else pays it or was taken off it, and undo that there, or do the same here."
    yield _document(one, Code.BOOKS_BALANCE, gap[0], words, step, document, part="balance")


def _twice(one: Booked, documents: Sequence[HeldDocument]) -> Difference:
    ids = ", ".join(each.posted.external_id for each in documents)
    words = f"{one.books} holds {one.kind.value.lower()} {one.number} {len(documents)} times: {ids}."
    return _document(one, Code.BOOKS_TWICE, documents[-1].posted.total, words, "Void all but one of them there.", documents[-1])


def _other_total(one: Booked, document: HeldDocument) -> Difference | None:
    gap = netted((document.posted.total,), (one.total,))
    if not gap:
        return None
    words = f"{one.books} holds {one.kind.value.lower()} {one.number} over {document.posted.total}; here it is {one.total}."
    return _document(one, Code.BOOKS_TOTAL, gap[0], words, "See in its audit log there who changed it, and correct it.", document)


def _given_up(one: Booked, held: Held) -> Iterator[Difference]:
    """The memo over what is written off, which the books should have once, or not at all."""
    memos = [each for each in held.documents if each.posted.number == memo_number(one.invoice)]
    here = one.given_up or zero(one.total.currency)
    gap = netted((each.posted.total for each in memos), (here,))
    if not gap:
        for each in memos[:1] if here.minor else ():
            credit = CreditUsed(each.posted.number, each.posted.external_id)
            applied = Receipt(memo_receipt_id(one.invoice), zero(here.currency), here, one.changed_on, credit=credit)
            yield from _payment(one, applied, held.payments)
        return
    there = listed(each.posted.total for each in memos)
    words = f"{one.books} holds {there} as written off of invoice {one.number}; here it is {here}."
    code = Code.BOOKS_TOTAL if memos else Code.BOOKS_NO_DOCUMENT
    step = f"See there who changed or deleted credit memo {memo_number(one.invoice)}, and correct it there."
    yield _document(one, code, gap[0], words, step, memos[0] if memos else None, part="write-off")


def _payment(one: Booked, receipt: Receipt, payments: Sequence[HeldPayment]) -> Iterator[Difference]:
    mine = [each for each in payments if each.reference == receipt.reference]
    label = f"our payment of {receipt.worth} for {one.number}"
    if receipt.credit is not None:
        label = f"our entry that applies {receipt.worth} of {receipt.credit.number} to {one.number}"
    if not mine:
        words = f"{one.books} does not hold {label}."
        step = f"See there who deleted it, and enter it again with the reference {receipt.reference}."
        yield _of_payment(one, receipt, Code.BOOKS_NO_PAYMENT, -receipt.worth, words, _of_note(receipt) or step)
    elif len(mine) > 1:
        ids = ", ".join(each.external_id for each in mine)
        words = f"{one.books} holds {label} {len(mine)} times: {ids}."
        yield _of_payment(one, receipt, Code.BOOKS_TWICE, mine[-1].amount, words, "Delete all but one of them there.")
    elif mine[0].amount != receipt.worth:
        gap = netted((mine[0].amount,), (receipt.worth,))
        words = f"{one.books} holds {label} over {mine[0].amount}."
        yield _of_payment(one, receipt, Code.BOOKS_PAYMENT, gap[0], words, f"Correct payment {mine[0].external_id} there.")


def _of_note(receipt: Receipt) -> str:
    """The step where a credit note pays that is not in the books; "" where it is, or money pays."""
    unsent = receipt.credit is not None and not receipt.credit.external_id
    return f"Press Sync on credit note {receipt.credit.number}, then on the invoice." if unsent and receipt.credit else ""


def _gone(one: Booked, held: HeldPayment) -> Difference:
    what = f"our payment {held.reference} over {held.amount}"
    words = f"{one.books} still holds {what}, which pays nothing of {one.number} here."
    return Difference(
        code=Code.BOOKS_PAYMENT,
        about=one.about,
        part=held.reference,
        subject=f"{one.books}: {one.number}, payment {held.reference}",
        amount=held.amount,
        since=one.changed_on,
        words=words,
        next_step=SYNC if one.sync_due else f"Delete payment {held.external_id} there.",
        here=held.ours,
        there=held.reference,
        invoice=one.invoice,
    )


def strangers(held: Held, known: Collection[str], *, system: str, books: str, today: date) -> Iterator[Difference]:
    """What the books hold as ours and we know nothing of.

    Shape: `known` are the numbers of our documents and the references of our payments.
    """
    for document in held.documents:
        if document.posted.number not in known:
            posted = document.posted
            what = f"{document.kind.value.lower()} {posted.number}"
            yield _stranger(system, books, what, posted.number, posted.external_id, posted.total, today)
    for payment in held.payments:
        if payment.reference not in known:
            yield _stranger(
                system, books, f"payment {payment.reference}", payment.reference, payment.external_id, payment.amount, today
            )


def _stranger(system: str, books: str, what: str, there: str, external_id: str, amount: Money, today: date) -> Difference:
    return Difference(
        code=Code.BOOKS_NOT_HERE,
        about=books_about(system, there),
        part=external_id,
        subject=f"{books}: {what}",
        amount=amount,
        since=today,
        words=f"{books} holds {what} over {amount} as ours ({external_id}), and nothing here stands for it.",
        next_step="See in its audit there who entered it, and void or delete it there if it is not real.",
        there=there,
    )


def _document(
    one: Booked, code: Code, amount: Money, words: str, step: str, document: HeldDocument | None = None, part: str = "document"
) -> Difference:
    return Difference(
        code=code,
        about=one.about,
        part=part,
        subject=f"{one.books}: {one.number}",
        amount=amount,
        since=one.changed_on,
        words=words,
        next_step=_step(one, code, step),
        here=one.number,
        there="" if document is None else document.posted.external_id,
        severity=Severity.WARNING if code is Code.BOOKS_BALANCE else Severity.ERROR,
        invoice=one.invoice,
    )


def _of_payment(one: Booked, receipt: Receipt, code: Code, amount: Money, words: str, step: str) -> Difference:
    return Difference(
        code=code,
        about=one.about,
        part=receipt.reference,
        subject=f"{one.books}: {one.number}, payment {receipt.reference}",
        amount=amount,
        since=max(one.changed_on, receipt.received_on),
        words=words,
        next_step=step if _of_note(receipt) else _step(one, code, step),
        here=receipt.id,
        there=receipt.reference,
        invoice=one.invoice,
    )


def _step(one: Booked, code: Code, by_hand: str) -> str:
    """A sync mends what the books were not told yet, but for what is there twice."""
    return SYNC if one.sync_due and code is not Code.BOOKS_TWICE else by_hand
