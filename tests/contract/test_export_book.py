"""What every export book promises, held by the fake and by the store over a local Dataverse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.webapi import Ref
from local.desks.books import BooksDesk
from local.fakes.books import FakeExportBook
from local.fakes.books_samples import INVOICE, SYSTEM, sample_case
from work365.accounting.deciding import Case, ExportState, Link, Plan, decide
from work365.accounting.documents import BookPayment, Posted
from work365.accounting.payload import document_note
from work365.accounting.settling import settle
from work365.errors import Conflict, NotFound
from work365.money import zero

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.money import Money
    from work365.ports.books import ExportBook

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Stage:
    """A book with one issued invoice and one system, and somebody else who touches the invoice."""

    def __init__(self, book: ExportBook, invoice: str, system: str, touch: Callable[[], None]) -> None:
        self.book, self.invoice, self.system, self.touch = book, invoice, system, touch

    def case(self) -> Case:
        """The case as it stands."""
        return self.book.load(self.invoice)

    def plan(self) -> Plan:
        """What is to do."""
        return decide(self.case())

    def posted(self) -> Posted:
        """The document as the books would have it."""
        document = self.case().document
        return Posted("145", document.number, document.total, document.total, document_note(document))

    def export(self, state: ExportState = ExportState.DONE) -> None:
        """Begin and finish an export with everything linked."""
        case, plan = self.case(), self.plan()
        self.book.begin(case, plan, job="job-1", now=NOW)
        links = {case.document.customer.reference: Link("1", "hash")} | {
            item.reference: Link("2") for item in case.document.items
        }
        self.book.finish(case, plan, state=state, message="done", posted=self.posted(), links=links)

    def pay(self, payment: str, share: int, *, deleted: bool = False) -> BookPayment:
        """A payment of one part in so many of the document."""
        total = self.case().document.total
        amount: Money = replace(total, minor=total.minor // share)
        return BookPayment(payment, "", "", date(2026, 3, 3), {} if deleted else {"145": amount}, deleted)

    def settle(self, *payments: BookPayment) -> list[str]:
        """Read payments back."""
        [system] = self.book.systems()
        effects = [
            settle(one, payments, system=system.id, books="Books", today=NOW.date())
            for one in self.book.receivables(system.id, payments)
        ]
        return list(self.book.settle(system, [effect for effect in effects if effect.changes]))


def fake() -> Stage:
    """The plain fake."""
    book = FakeExportBook(SYSTEM, {INVOICE: sample_case()})
    return Stage(book, INVOICE, SYSTEM.id, lambda: book.changed_meanwhile.add("INV-2026-00001"))


def dataverse() -> Stage:
    """The store over a local Dataverse."""
    desk = BooksDesk()
    touch = {"w365_lastchargestatus": "somebody else was here"}
    return Stage(
        desk.book(), desk.made.invoice, desk.system.id, lambda: desk.api.update(Ref("w365_invoice", desk.made.invoice), touch)
    )


@pytest.fixture(params=[fake, dataverse], ids=lambda make: make.__name__)
def stage(request: pytest.FixtureRequest) -> Stage:
    """One of the books."""
    made: Stage = request.param()
    return made


def test_a_fresh_invoice_has_everything_to_do(stage: Stage) -> None:
    """Issued, with a system, never exported; an unknown one is not found."""
    case = stage.case()
    assert (case.status, case.system is None, case.export, dict(case.links)) == ("Issued", False, None, {})
    plan = stage.plan()
    assert (plan.document, plan.customer, plan.version) == (True, True, 1)
    with pytest.raises(NotFound):
        stage.book.load("eeeeeeee-1111-4111-8111-111111111111")


def test_begun_is_pending_and_held(stage: Stage) -> None:
    """By the job that began; a second worker with older rows meets a conflict."""
    case, plan = stage.case(), stage.plan()
    stage.book.begin(case, plan, job="job-1", now=NOW)
    export = stage.case().export
    assert export is not None
    assert (export.state, export.holder, export.sent_on, export.version) == (ExportState.PENDING, "job-1", NOW, 1)
    with pytest.raises(Conflict):
        stage.book.begin(case, plan, job="job-2", now=NOW)


def test_finished_is_remembered(stage: Stage) -> None:
    """State, id, hash and links; nothing is left to do but the customer, whose hash is another one."""
    stage.export()
    case = stage.case()
    assert case.export is not None
    assert (case.export.state, case.export.external_id, case.export.holder) == (ExportState.DONE, "145", "")
    assert case.links[case.document.customer.reference] == Link("1", "hash")
    plan = stage.plan()
    assert (plan.document, plan.customer) == (False, True)


def test_a_failed_export_keeps_what_is_known(stage: Stage) -> None:
    """The id stays when the same version is begun again and fails without one."""
    stage.export(ExportState.FAILED)
    case, plan = stage.case(), stage.plan()
    assert plan.version == 1
    stage.book.begin(case, plan, job="job-2", now=NOW)
    stage.book.finish(case, plan, state=ExportState.UNKNOWN, message="silence", links={})
    export = stage.case().export
    assert export is not None
    assert (export.state, export.external_id, export.version) == (ExportState.UNKNOWN, "145", 1)


def test_the_position_follows_exports_and_readings(stage: Stage) -> None:
    """Nowhere before the first export; held by an open one; moved by a reading."""
    assert stage.book.position(stage.system).since is None
    case, plan = stage.case(), stage.plan()
    stage.book.begin(case, plan, job="job-1", now=NOW)
    position = stage.book.position(stage.system)
    assert (position.since, position.unsettled, position.system.id) == (NOW, NOW, stage.system)
    stage.book.finish(case, plan, state=ExportState.DONE, message="done", posted=stage.posted(), links={})
    assert stage.book.position(stage.system).unsettled is None
    stage.book.read_to(stage.system, NOW + timedelta(hours=1))
    assert stage.book.position(stage.system).since == NOW + timedelta(hours=1)


def test_payments_become_balance_and_status(stage: Stage) -> None:
    """A half, then the same half again, then the other; then the first is deleted."""
    stage.export()
    total = stage.case().document.total
    half = stage.pay("7", 2)
    assert stage.settle(half) == []
    [found] = stage.book.receivables(stage.system, [half])
    assert (
        found.debt.status.value,
        found.debt.charged + found.debt.balance,
        [payment.attempt for payment in found.payments],
    ) == ("Partial", total, [1])
    assert stage.settle(half) == []
    rest = BookPayment("8", "", "", date(2026, 3, 4), {"145": found.debt.balance})
    stage.settle(half, rest)
    [found] = stage.book.receivables(stage.system, [rest])
    assert (found.debt.status.value, found.debt.balance, len(found.payments)) == ("Paid", zero(total.currency), 2)
    stage.settle(stage.pay("7", 2, deleted=True))
    [found] = stage.book.receivables(stage.system, [rest])
    assert (found.debt.status.value, found.debt.balance) == ("Partial", half.applied["145"])
    stage.settle(half)
    [found] = stage.book.receivables(stage.system, [rest])
    assert (found.debt.status.value, len(found.payments)) == ("Paid", 2)


def test_payments_of_other_documents_touch_nothing(stage: Stage) -> None:
    """Before the export nothing is ours, and afterwards only our document."""
    assert stage.book.receivables(stage.system, [stage.pay("7", 2)]) == []
    stage.export()
    other = BookPayment("9", "", "", None, {"146": stage.case().document.total})
    assert stage.book.receivables(stage.system, [other]) == []


def test_an_invoice_that_changed_meanwhile_is_left(stage: Stage) -> None:
    """Somebody wrote it between our reading and our writing: it is named, and nothing of it is written."""
    stage.export()
    half = stage.pay("7", 2)
    [system] = stage.book.systems()
    [receivable] = stage.book.receivables(system.id, [half])
    stage.touch()
    effect = settle(receivable, [half], system=system.id, books="Books", today=NOW.date())
    assert list(stage.book.settle(system, [effect])) == [receivable.debt.number]
    [found] = stage.book.receivables(system.id, [half])
    assert (found.debt.status.value, found.payments) == ("Issued", ())


def test_what_cannot_be_counted_becomes_a_finding(stage: Stage) -> None:
    """Too much money changes no balance, and settling it twice is harmless."""
    stage.export()
    total = stage.case().document.total
    much = BookPayment("7", "", "", date(2026, 3, 3), {"145": total + total})
    for _ in range(2):
        assert stage.settle(much) == []
    [found] = stage.book.receivables(stage.system, [much])
    assert (found.debt.balance, found.payments) == (total, ())
