"""Sending an invoice to the books, over plain fakes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.fakes.books import FakeExportBook, FakeLedger
from local.fakes.books_samples import INVOICE, SYSTEM, sample_case, sample_document, sample_receipt, usd
from local.faults import Died
from work365.accounting.deciding import BooksSystem, ExportState
from work365.accounting.documents import Customer, Document, Entry, Posted
from work365.errors import BadInput, NotFound, OutcomeUnknown, Refused, Rejected
from work365.handlers.reading_back import read_back
from work365.handlers.syncing import sync
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.ports.books import Names

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def job(name: str = "job-1", invoice: str | None = INVOICE) -> Job:
    """A wish to sync."""
    return Job(name, name, JobKind.SYNC, JobState.RUNNING, invoice)


class Office:
    """A ledger and a book of one invoice."""

    def __init__(self, ledger: FakeLedger | None = None) -> None:
        self.ledger = ledger or FakeLedger()
        self.book = FakeExportBook(SYSTEM, {INVOICE: sample_case()})

    def sync(self, wish: Job | None = None, now: datetime = NOW) -> JobResult:
        """Press the button."""
        return sync(wish or job(), book=self.book, ledger_for=lambda _: self.ledger, now=now)

    def change(self, **members: object) -> None:
        """Change the case."""
        self.book.cases[INVOICE] = replace(self.book.cases[INVOICE], **members)  # type: ignore[arg-type]


def test_the_first_sync_makes_customer_items_and_document() -> None:
    """Each is asked for before it is made, and the sentence names the document and its total."""
    office = Office()
    result = office.sync()
    assert result == JobResult(JobState.SUCCEEDED, "Invoice INV-2026-00001 is in The books as document 4, total 359.15 USD.")
    assert office.ledger.calls == [
        "find customer", "create customer", "find items", "create item", "create item", "find document", "create document",
    ]  # fmt: skip
    case = office.book.cases[INVOICE]
    assert case.export is not None
    assert (case.export.state, case.export.external_id, len(case.links)) == (ExportState.DONE, "4", 3)


def test_the_second_sync_makes_no_call() -> None:
    """Nothing changed: no call to the books, no row written."""
    office = Office()
    office.sync()
    office.ledger.calls.clear()
    office.book.writes.clear()
    assert office.sync().message == "The books have invoice INV-2026-00001 as it is; nothing was sent."
    assert (office.ledger.calls, office.book.writes) == ([], [])


def test_changes_are_sent_where_they_happened() -> None:
    """A changed address updates the customer only; a changed due date updates the document in place."""
    office = Office()
    office.sync()
    office.ledger.calls.clear()
    document = office.book.cases[INVOICE].document
    moved = replace(document, customer=replace(document.customer, city="Tacoma"))
    office.change(document=moved)
    office.sync()
    assert office.ledger.calls == ["update customer"]
    office.ledger.calls.clear()
    office.change(document=replace(moved, due_on=None))
    office.sync()
    assert office.ledger.calls == ["find document", "update document"]
    assert len(office.ledger.documents) == 1


def test_what_we_collected_is_entered_once() -> None:
    """A charge after the sync becomes a payment in the books; read-back knows it again."""
    office = Office()
    office.sync()
    office.change(receipts=(sample_receipt("59.15"),))
    assert office.sync().message == "Invoice INV-2026-00001 is in The books; 1 payment entered there."
    assert office.ledger.documents["4"].balance == usd("300.00")
    office.ledger.calls.clear()
    office.sync()
    assert office.ledger.calls == []


def test_a_payment_that_is_there_already_is_not_entered_again() -> None:
    """A crash between entering and recording: the reference finds it."""
    office = Office()
    office.sync()
    receipt = sample_receipt("59.15")
    office.ledger.pay("4", usd("59.15"), reference=receipt.reference)
    office.change(receipts=(receipt,))
    office.sync()
    assert len(office.ledger.payments) == 1
    assert office.book.cases[INVOICE].links[receipt.id].external_id in office.ledger.payments


class Adopting(FakeLedger):
    """Books in which a bookkeeper made the customer."""

    def find_customer(self, customer: Customer) -> Entry | None:
        """Theirs."""
        del customer
        return Entry("77", ours=False)


def test_a_bookkeepers_customer_is_marked_before_it_is_used() -> None:
    """So that no other account takes it too."""
    office = Office(Adopting())
    office.sync()
    assert office.ledger.calls[0] == "update customer"
    assert office.book.cases[INVOICE].links[office.book.cases[INVOICE].document.customer.reference].external_id == "77"


def test_a_document_that_vanished_is_told() -> None:
    """A payment cannot be entered for a document that the books no longer have."""
    office = Office()
    office.sync()
    office.ledger.documents.clear()
    office.change(receipts=(sample_receipt("59.15"),))
    with pytest.raises(Refused, match="no longer has invoice INV-2026-00001"):
        office.sync()


def test_another_total_is_a_refusal_until_it_is_corrected() -> None:
    """The document stays, the export fails with a sentence; once the books agree, syncing again confirms."""
    office = Office(FakeLedger(extra=usd("0.01")))
    with pytest.raises(Refused, match=r"ours is 359\.15 USD, so theirs is 0\.01 USD more"):
        office.sync()
    case = office.book.cases[INVOICE]
    assert case.export is not None
    assert (case.export.state, case.export.external_id) == (ExportState.FAILED, "4")
    office.ledger.documents["4"] = replace(office.ledger.documents["4"], total=usd("359.15"))
    assert office.sync().state is JobState.SUCCEEDED
    assert len(office.ledger.documents) == 1


def test_a_number_that_somebody_else_used_is_refused() -> None:
    """A document typed by hand under our number is never taken for ours."""
    office = Office()
    office.ledger.documents["99"] = Posted("99", "INV-2026-00001", usd("5.00"), usd("5.00"), "typed by hand")
    with pytest.raises(Refused, match=r"did not come from here\. Renumber or delete it there"):
        office.sync()


class HiddenNumber(FakeLedger):
    """Books that refuse a number, and show no document under it at first."""

    shows = 0

    def find_document(self, document: Document) -> Posted | None:
        """Nothing, `shows` times or for ever."""
        self.shows -= 1
        return super().find_document(document) if self.shows < 0 else None


@pytest.mark.parametrize(("hidden", "state"), [(1, JobState.SUCCEEDED), (9, None)])
def test_a_number_taken_meanwhile_is_read(hidden: int, state: JobState | None) -> None:
    """When a create says that the number is in use, the document is read; when there is none, a person is asked."""
    office = Office(HiddenNumber())
    assert isinstance(office.ledger, HiddenNumber)
    office.ledger.create_document(sample_document(), Names("1", {}))
    office.ledger.shows = hidden
    if state is None:
        with pytest.raises(Refused, match="is in use, but shows no such invoice"):
            office.sync()
    else:
        assert office.sync().state is state
    assert len(office.ledger.documents) == 1


class Broken(FakeLedger):
    """Books that fail at the document."""

    error: BaseException = Rejected("no", system="books")

    def create_document(self, document: Document, names: Names) -> Posted:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Rejected("tax is off", system="books"), ExportState.FAILED),
        (OutcomeUnknown("silence", system="books"), ExportState.UNKNOWN),
    ],
)
def test_a_failure_is_recorded_with_what_was_learned(error: Exception, state: ExportState) -> None:
    """The export says so in words; customer and items are remembered, and the error goes on."""
    office = Office(Broken())
    assert isinstance(office.ledger, Broken)
    office.ledger.error = error
    with pytest.raises(type(error)):
        office.sync()
    case = office.book.cases[INVOICE]
    assert case.export is not None
    assert (case.export.state, office.book.messages, len(case.links)) == (state, [str(error)], 3)


def test_two_jobs_do_not_work_at_once() -> None:
    """The second waits while the first may be at work, and goes on when it is gone."""
    office = Office(Broken())
    assert isinstance(office.ledger, Broken)
    office.ledger.error = Died("here")
    with pytest.raises(Died):
        office.sync()
    office.ledger = FakeLedger()
    assert office.sync(job("job-2")).state is JobState.WAITING
    assert office.sync(job("job-2"), NOW + timedelta(minutes=2)).state is JobState.SUCCEEDED


def test_bad_wishes() -> None:
    """No invoice, an unknown one, one whose system we do not post to."""

    def closed(system: BooksSystem) -> FakeLedger:
        message = f"{system.kind} is not connected"
        raise Refused(message)

    office = Office()
    with pytest.raises(BadInput, match="Choose the invoice"):
        office.sync(job(invoice=None))
    with pytest.raises(NotFound):
        office.sync(job(invoice="unknown"))
    with pytest.raises(Refused, match="not connected"):
        sync(job(), book=office.book, ledger_for=closed, now=NOW)
    assert office.book.writes == []


def test_reading_back_brings_status_and_moves_on() -> None:
    """A payment made in the books pays the invoice here; a second reading settles nothing."""
    office = Office()
    assert read_back(SYSTEM.id, book=office.book, ledger=office.ledger, now=NOW).payments == 0
    office.sync()
    office.ledger.pay("4", usd("359.15"))
    later = NOW + timedelta(hours=1)
    result = read_back(SYSTEM.id, book=office.book, ledger=office.ledger, now=later)
    assert (result.payments, result.invoices, result.left, result.findings) == (1, 1, (), ())
    assert (office.book.cases[INVOICE].status, office.book.since) == ("Paid", later)
    office.book.writes.clear()
    assert read_back(SYSTEM.id, book=office.book, ledger=office.ledger, now=later).invoices == 0
    assert office.book.writes == []


def test_reading_back_waits_for_what_is_open() -> None:
    """An invoice that changed meanwhile, or an export without an outcome, keeps the window where it is."""
    office = Office()
    office.sync()
    office.ledger.pay("4", usd("9.15"))
    office.book.changed_meanwhile.add("INV-2026-00001")
    later = NOW + timedelta(hours=1)
    assert read_back(SYSTEM.id, book=office.book, ledger=office.ledger, now=later).left == ("INV-2026-00001",)
    assert office.book.since == NOW
    office.book.changed_meanwhile.clear()
    case = office.book.cases[INVOICE]
    assert case.export is not None
    office.change(export=replace(case.export, state=ExportState.UNKNOWN, sent_on=NOW + timedelta(minutes=5)))
    assert read_back(SYSTEM.id, book=office.book, ledger=office.ledger, now=later).invoices == 1
    assert office.book.since == NOW + timedelta(minutes=5)
