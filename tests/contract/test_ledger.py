"""What every ledger promises, held by the fake and by QuickBooks' adapter over the stand-in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.fakes.books import FakeLedger
from local.fakes.books_samples import sample_customer, sample_document, sample_receipt, usd
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup
from local.quickbooks.connect import ledger_for, system_for, vault_for
from work365.accounting.comparing import Recognised, recognise
from work365.accounting.documents import CreditUsed, DocumentKind
from work365.errors import Conflict
from work365.ports.books import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.accounting.documents import Document, Posted
    from work365.money import Money
    from work365.ports.books import Ledger

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass
class Stage:
    """A ledger, and a bookkeeper who enters payments of a posted document."""

    ledger: Ledger
    pay: Callable[[Posted, Money], str]


def fake() -> Stage:
    """The plain fake."""
    ledger = FakeLedger()
    return Stage(ledger, lambda posted, amount: ledger.pay(posted.external_id, amount).external_id)


def quickbooks() -> Stage:
    """The adapter over the stand-in."""
    app, realm = QuickBooks(lambda: NOW, limits=None), CompanySetup().realm
    ledger = ledger_for(app, system_for(realm), vault_for(app, realm), lambda: NOW)
    return Stage(ledger, lambda posted, amount: str(app.pay(realm, posted.number, amount.major)["Id"]))


@pytest.fixture(params=[fake, quickbooks], ids=lambda make: make.__name__)
def stage(request: pytest.FixtureRequest) -> Stage:
    """One of the ledgers."""
    made: Stage = request.param()
    return made


def post(ledger: Ledger, document: Document) -> tuple[Posted, Names]:
    """Everything that a document needs, then the document."""
    customer = ledger.find_customer(document.customer) or ledger.create_customer(document.customer)
    found = ledger.find_items(document.items)
    items = {item.reference: found.get(item.reference) or ledger.create_item(item) for item in document.items}
    names = Names(customer.external_id, {reference: entry.external_id for reference, entry in items.items()})
    return ledger.create_document(document, names), names


def test_what_was_made_is_found(stage: Stage) -> None:
    """Customers by our reference, items by number, documents by number; nothing before."""
    ledger, document = stage.ledger, sample_document()
    assert ledger.find_customer(document.customer) is None
    assert ledger.find_items(document.items) == {}
    assert ledger.find_document(document) is None
    posted, names = post(ledger, document)
    customer = ledger.find_customer(document.customer)
    assert customer is not None
    assert customer.external_id == names.customer
    assert {reference: entry.external_id for reference, entry in ledger.find_items(document.items).items()} == names.items
    assert ledger.find_document(document) == posted
    assert (posted.number, posted.total, posted.balance) == (document.number, document.total, document.total)
    assert recognise(document, posted) is Recognised.SAME


def test_two_accounts_of_one_name_are_two_customers(stage: Stage) -> None:
    """A name is never taken for a customer."""
    first = stage.ledger.create_customer(sample_customer())
    other = sample_customer(account="99999999-1111-4111-8111-111111111111")
    assert stage.ledger.find_customer(other) is None
    assert stage.ledger.create_customer(other) != first


def test_a_number_is_posted_once(stage: Stage) -> None:
    """Another document under the same number is a conflict."""
    document = sample_document()
    _, names = post(stage.ledger, document)
    with pytest.raises(Conflict):
        stage.ledger.create_document(replace(document, id="other"), names)


def test_an_update_keeps_the_document_and_what_was_paid(stage: Stage) -> None:
    """The same id, the new content's note, the balance less what came in; a customer's update is repeatable."""
    document = sample_document()
    posted, names = post(stage.ledger, document)
    stage.pay(posted, usd("59.15"))
    later = replace(document, due_on=date(2026, 12, 24))
    updated = stage.ledger.update_document(posted.external_id, later, names)
    assert (updated.external_id, updated.balance) == (posted.external_id, usd("300.00"))
    assert recognise(later, updated) is Recognised.SAME
    assert recognise(document, updated) is Recognised.OLDER
    for _ in range(2):
        stage.ledger.update_customer(names.customer, replace(document.customer, city="Tacoma"))


def test_payments_are_read_with_what_they_pay(stage: Stage) -> None:
    """A bookkeeper's and ours, ours under its reference; ours is found again and lowers the balance."""
    posted, names = post(stage.ledger, sample_document())
    receipt = sample_receipt("59.15")
    assert stage.ledger.find_receipt(receipt) is None
    ours = stage.ledger.create_receipt(receipt, customer=names.customer, posted=posted)
    assert stage.ledger.find_receipt(receipt) == ours
    theirs = stage.pay(posted, usd("100.00"))
    read = {payment.external_id: payment for payment in stage.ledger.payments_since(NOW - timedelta(days=1))}
    assert {key: payment.applied for key, payment in read.items()} == {
        ours: {posted.external_id: usd("59.15")},
        theirs: {posted.external_id: usd("100.00")},
    }
    assert (read[ours].reference, read[theirs].reference) == (receipt.reference, "")
    now = stage.ledger.find_document(sample_document())
    assert now is not None
    assert now.balance == usd("200.00")


def test_a_payment_is_changed_and_taken_out_again(stage: Stage) -> None:
    """Less, then more than is open besides, then nothing: the document's balance follows; what is gone already is no error."""
    ledger = stage.ledger
    posted, names = post(ledger, sample_document())
    receipt = sample_receipt("59.15")
    ours = ledger.create_receipt(receipt, customer=names.customer, posted=posted)
    less = replace(receipt, amount=usd("20.00"), applied=usd("20.00"))
    assert ledger.change_receipt(ours, less, posted=_now(ledger)).applied == {posted.external_id: usd("20.00")}
    assert _now(ledger).balance == usd("339.15")
    stage.pay(posted, usd("300.00"))
    more = ledger.change_receipt(ours, replace(receipt, applied=usd("59.20"), amount=usd("59.20")), posted=_now(ledger))
    assert more.applied == {posted.external_id: usd("59.15")}
    assert _now(ledger).balance == usd("0.00")
    read = ledger.read_receipt(ours)
    assert read is not None
    assert (read.applied, read.reference) == (more.applied, receipt.reference)
    for _ in range(2):
        ledger.withdraw_receipt(ours)
    assert (ledger.read_receipt(ours), ledger.find_receipt(receipt), _now(ledger).balance) == (None, None, usd("59.15"))


def test_a_credit_note_pays_without_money_and_can_be_taken_out_then(stage: Stage) -> None:
    """What it pays lowers both; taken back, both are open again; the note can be deleted, once or twice."""
    ledger = stage.ledger
    posted, names = post(ledger, sample_document())
    note = replace(sample_document(), id="note", kind=DocumentKind.CREDIT_NOTE, number="CN-1")
    made = ledger.create_document(note, names)
    applied = replace(sample_receipt("0.00"), applied=usd("59.15"), credit=CreditUsed("CN-1", made.external_id))
    ours = ledger.create_receipt(applied, customer=names.customer, posted=posted)
    assert (_now(ledger).balance, _now(ledger, note).balance) == (usd("300.00"), usd("300.00"))
    read = ledger.read_receipt(ours)
    assert read is not None
    assert read.applied == {posted.external_id: usd("59.15")}
    ledger.change_receipt(ours, replace(applied, applied=usd("9.15")), posted=_now(ledger))
    assert (_now(ledger).balance, _now(ledger, note).balance) == (usd("350.00"), usd("350.00"))
    ledger.withdraw_receipt(ours)
    assert (_now(ledger).balance, _now(ledger, note).balance) == (usd("359.15"), usd("359.15"))
    for _ in range(2):
        ledger.delete_credit_note(made.external_id)
    assert ledger.find_document(note) is None


def _now(ledger: Ledger, document: Document | None = None) -> Posted:
    found = ledger.find_document(document or sample_document())
    assert found is not None
    return found


def test_what_is_held_is_read_in_bulk(stage: Stage) -> None:
    """By number and reference whoever made it; what changed, as far as it carries our mark, which names our rows."""
    posted, names = post(stage.ledger, sample_document())
    receipt = sample_receipt("59.15")
    stage.ledger.create_receipt(receipt, customer=names.customer, posted=posted)
    stage.pay(posted, usd("100.00"))
    held = stage.ledger.held([posted.number, "NOBODY-1"], [receipt.reference, "W365-0000"])
    [document], [payment] = held.documents, held.payments
    assert (document.kind, document.ours, document.posted.balance) == (DocumentKind.INVOICE, sample_document().id, usd("200.00"))
    assert (payment.reference, payment.amount) == (receipt.reference, usd("59.15"))
    since = stage.ledger.held_since(NOW - timedelta(days=1))
    assert since == held
    assert (held | since) == held
    assert stage.ledger.held([], []).documents == ()


def test_rules_are_known_without_asking(stage: Stage) -> None:
    """A name for sentences, and the longest number."""
    assert stage.ledger.rules.name
    assert stage.ledger.rules.number_length == 21
