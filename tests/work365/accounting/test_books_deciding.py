"""Hashes, what a sync has to do, and whose document it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from local.fakes.books_samples import sample_case, sample_customer, sample_document, sample_receipt, usd
from work365.accounting.comparing import Recognised, difference, foreign, recognise
from work365.accounting.deciding import LEASE, Case, Export, ExportState, Link, decide, held_by_another, system_of
from work365.accounting.documents import Document, Posted
from work365.accounting.payload import customer_note, document_note, fingerprint, receipt_note
from work365.errors import Refused
from work365.money import Currency, Money

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def posted(document: Document, **changes: object) -> Posted:
    """A document as the books have it."""
    there = Posted("145", document.number, document.total, document.total, document_note(document))
    return replace(there, **changes)  # type: ignore[arg-type]


def synced(case: Case) -> Case:
    """A case whose sync has succeeded."""
    document = case.document
    links = {document.customer.reference: Link("1", fingerprint(document.customer))}
    links |= {item.reference: Link("2") for item in document.items}
    links |= {receipt.id: Link("3") for receipt in case.receipts}
    return replace(case, export=Export(1, ExportState.DONE, fingerprint(document), "145"), links=links)


def test_a_fingerprint_is_of_content() -> None:
    """Trailing zeros do not count; a price, a date or a line does; the customer's address does not."""
    document = sample_document()
    line = document.lines[0]
    same = replace(document, lines=(replace(line, unit_price=Decimal("31.680000")), *document.lines[1:]))
    moved = replace(document, customer=replace(document.customer, city="Tacoma"))
    dearer = replace(document, lines=(replace(line, unit_price=Decimal("31.69")), *document.lines[1:]))
    assert fingerprint(same) == fingerprint(document) == fingerprint(moved)
    assert fingerprint(dearer) != fingerprint(document)
    assert fingerprint(document.customer) != fingerprint(moved.customer)


def test_references_fit_and_name_our_rows() -> None:
    """A receipt's reference has 21 characters; notes name the row that they are about."""
    receipt = sample_receipt("10.00")
    assert receipt.reference == "W365-cccccccc11114111"
    assert len(receipt.reference) == 21
    assert receipt_note(receipt) == f"Work365 payment {receipt.id} pi_123"
    assert customer_note(sample_customer()).endswith(":USD")


def test_nothing_changed_means_nothing_to_do() -> None:
    """After a sync of everything the plan is empty, and each change asks for its own part only."""
    case = synced(replace(sample_case(), receipts=(sample_receipt("10.00"),)))
    assert decide(case).nothing
    moved = replace(case.document, customer=replace(case.document.customer, city="Tacoma"))
    plan = decide(replace(case, document=moved))
    assert (plan.customer, plan.document, plan.receipts) == (True, False, ())
    later = replace(case.document, due_on=None)
    plan = decide(replace(case, document=later))
    assert (plan.document, plan.customer, plan.version) == (True, False, 2)
    another = sample_receipt("5.00", "dddddddd-1111-4111-8111-111111111111")
    assert decide(replace(case, receipts=(*case.receipts, another))).receipts == (another,)


@pytest.mark.parametrize("state", [ExportState.PENDING, ExportState.UNKNOWN, ExportState.FAILED])
def test_an_unfinished_export_is_taken_up_again(state: ExportState) -> None:
    """Begun and not finished: the same version, and the document is sent or found."""
    case = synced(sample_case())
    plan = decide(replace(case, export=Export(1, state, fingerprint(case.document), "")))
    assert (plan.version, plan.document) == (1, True)


def unnumbered(case: Case) -> Case:
    """The same, before it got a number."""
    return replace(case, document=replace(case.document, number=""))


def test_a_cancelled_invoice_that_had_a_number_is_posted() -> None:
    """The note that gives it back is posted too: without the invoice the books would be wrong by its total."""
    assert system_of(sample_case("Cancelled")) == sample_case().system


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (sample_case("Draft"), "still a draft"),
        (sample_case("Verified"), "still a draft"),
        (unnumbered(sample_case("Cancelled")), "is cancelled"),
        (sample_case(system=None), "names no accounting system"),
    ],
)
def test_what_may_not_be_posted_is_refused(case: Case, words: str) -> None:
    """A draft, a cancelled invoice, and one whose contract names no books."""
    with pytest.raises(Refused, match=words):
        system_of(case)


def test_another_jobs_fresh_export_keeps_us_away() -> None:
    """For a while, and never from our own job's earlier attempt."""
    export = Export(1, ExportState.PENDING, sent_on=NOW, holder="job-1")
    case = replace(sample_case(), export=export)
    assert held_by_another(case, "job-2", NOW + LEASE - timedelta(seconds=1))
    assert not held_by_another(case, "job-2", NOW + LEASE)
    assert not held_by_another(case, "job-1", NOW)
    assert not held_by_another(sample_case(), "job-1", NOW)
    assert not held_by_another(replace(case, export=replace(export, state=ExportState.DONE)), "job-2", NOW)


def test_our_own_document_is_recognised() -> None:
    """By the note with its content; by the note alone or the known id as an older form; else it is somebody else's."""
    document = sample_document()
    assert recognise(document, posted(document)) is Recognised.SAME
    older = posted(replace(document, due_on=None))
    assert recognise(document, older) is Recognised.OLDER
    assert recognise(document, posted(document, note="typed by hand")) is Recognised.FOREIGN
    assert recognise(document, posted(document, note="typed by hand"), "145") is Recognised.OLDER
    assert "did not come from here" in foreign(document, posted(document), "QuickBooks")


def test_a_cent_of_difference_becomes_a_sentence() -> None:
    """Equal totals say nothing; others say by how much, and what to do."""
    document = sample_document()
    assert difference(document, posted(document), "QuickBooks") == ""
    more = difference(document, posted(document, total=usd("359.16")), "QuickBooks")
    assert "359.16 USD; ours is 359.15 USD, so theirs is 0.01 USD more" in more
    assert "set the tax of document 145 there to 25.34 USD" in more
    assert "0.02 USD less" in difference(document, posted(document, total=usd("359.13")), "QuickBooks")
    euros = Money(35915, Currency("EUR"))
    assert "in EUR, ours is in USD" in difference(document, posted(document, total=euros), "QuickBooks")
