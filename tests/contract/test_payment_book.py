"""What every payment book promises, held by the fake and by the store over the local Dataverse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.desks.charge import PERSON, ChargeDesk
from local.fakes.payments import FakeBook
from local.fakes.receivables import NOW, VISA, debt_of, job_of, money
from work365.errors import Conflict, NotFound
from work365.receivables.charging import ChargeCase, Standing, decide, payment_id
from work365.receivables.payments import InvoiceId, InvoiceStatus, Payment, PaymentId, PaymentSource, PaymentState, PayPage
from work365.receivables.settling import Outcome, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from work365.ports.payments import PaymentBook

S = PaymentState
NOWHERE = "00000000-0000-4000-8000-00000000dead"


@dataclass
class Stage:
    """A book with an invoice over 150.00 EUR, its customer's card, and a job."""

    book: PaymentBook
    invoice: InvoiceId
    job: str
    close: Callable[[], None] = lambda: None

    def case(self) -> ChargeCase:
        return self.book.case(self.invoice, None)

    def opened(self, amount: str = "120.00 EUR", *, case: ChargeCase | None = None) -> Payment:
        """Decide and write an attempt."""
        case = case or self.case()
        payment = decide(job_of(amount, id=self.job), case, now=NOW)
        self.book.open(payment, case.debt, case.profile, note="Being charged", on_behalf_of=PERSON)
        return self.book.payment(payment.id)

    def record(self, standing: Standing, outcome: Outcome) -> None:
        """Write an outcome over what was read."""
        settlement = settle(standing.payment, outcome, standing.debt, self.case().profile, today=NOW.date())
        assert settlement is not None
        self.book.record(settlement)


def fake() -> Stage:
    """The plain fake."""
    book = FakeBook()
    book.put(debt_of("150.00 EUR"), VISA)
    return Stage(book, InvoiceId("i7"), "j1")


def dataverse() -> Stage:
    """The store over the local Dataverse."""
    desk = ChargeDesk()
    invoice = desk.invoice()
    return Stage(desk.payments, invoice, desk.job(invoice), desk.close)


@pytest.fixture(params=[fake, dataverse], ids=["fake", "dataverse"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each implementation in turn."""
    built: Stage = request.param()
    yield built
    built.close()


def test_a_case_is_read_whole(stage: Stage) -> None:
    """The invoice as a debt, no attempts, and the account's default profile."""
    case = stage.case()
    assert (case.debt.status, case.debt.balance, case.debt.charged) == (
        InvoiceStatus.ISSUED,
        money("150.00 EUR"),
        money("0.00 EUR"),
    )
    assert list(case.payments) == []
    assert case.profile is not None
    assert (case.profile.label, case.profile.account, case.profile.processor.kind) == (
        "Visa ending 4242",
        case.debt.account,
        "Stripe",
    )


def test_an_attempt_comes_back_as_it_was_written(stage: Stage) -> None:
    """What decide() says is what everybody reads afterwards."""
    case = stage.case()
    payment = decide(job_of("120.00 EUR", id=stage.job), case, now=NOW)
    stage.book.open(payment, case.debt, case.profile, note="Being charged", on_behalf_of=None)
    read = stage.book.payment(payment.id)
    assert replace(read, etag="", message="") == payment
    assert [one.id for one in stage.case().payments] == [payment.id]


def test_the_same_attempt_twice_is_a_conflict(stage: Stage) -> None:
    """Two workers that decided on the same rows: one of them decides again."""
    case = stage.case()
    stage.opened(case=case)
    with pytest.raises(Conflict):
        stage.opened(case=case)
    assert len(stage.case().payments) == 1


def test_an_attempt_on_an_invoice_that_changed_is_a_conflict(stage: Stage) -> None:
    """The balance that was checked is the balance that is charged."""
    case = stage.case()
    stale = replace(case.debt, etag='W/"0"')
    with pytest.raises(Conflict):
        stage.opened(case=replace(case, debt=stale))
    assert list(stage.case().payments) == []


DEAD = Outcome(S.FAILED, "pi_1", code="card_declined", words="no", for_good=True)


def test_a_profile_that_is_refused_for_good_is_so_with_the_outcome(stage: Stage) -> None:
    """Whoever reads the profile for the next invoice reads that."""
    stage.record(stage.book.standing(stage.opened()), DEAD)
    profile = stage.case().profile
    assert profile is not None
    assert profile.refused_on == NOW.date()
    assert stage.book.profile(profile.id) == profile


def test_an_outcome_that_refuses_a_profile_which_changed_is_a_conflict(stage: Stage) -> None:
    """Neither is written: the card may have been renewed."""
    standing, profile = stage.book.standing(stage.opened()), stage.case().profile
    assert profile is not None
    settlement = settle(standing.payment, DEAD, standing.debt, replace(profile, etag='W/"0"'), today=NOW.date())
    assert settlement is not None
    with pytest.raises(Conflict):
        stage.book.record(settlement)
    assert stage.book.payment(standing.payment.id).state is S.PENDING
    assert stage.book.profile(profile.id).refused_on is None


def test_a_payment_by_link_comes_back_with_its_page(stage: Stage) -> None:
    """Customer and session of the gateway; it is read with its invoice, and is among those that a sweep asks about."""
    case = stage.case()
    assert case.profile is not None
    page = PayPage(case.profile.processor, "cus_1")
    made = replace(decide(job_of(id=stage.job), case, now=NOW), source=PaymentSource.PAY_LINK, profile=None, job=None, page=page)
    stage.book.open(made, case.debt, None, note="The customer opens the payment page", on_behalf_of=None)
    assert stage.book.attempts(stage.invoice).payments[0].page == page
    standing = stage.book.standing(made)
    stage.record(standing, Outcome(S.NEEDS_ACTION, session="cs_1"))
    assert stage.book.payment(made.id).page == replace(page, session="cs_1")
    assert stage.book.attempts(stage.invoice).debt.balance == case.debt.balance
    assert made.id in list(stage.book.unsettled(sent_before=NOW + timedelta(hours=1)))


@pytest.mark.parametrize(
    ("amount", "status", "balance"),
    [("120.00 EUR", InvoiceStatus.PARTIAL, "30.00 EUR"), ("150.00 EUR", InvoiceStatus.PAID, "0.00 EUR")],
)
def test_a_success_is_written_whole(stage: Stage, amount: str, status: InvoiceStatus, balance: str) -> None:
    """Payment, allocation, balance and status change together."""
    payment = stage.opened(amount)
    stage.record(stage.book.standing(payment), Outcome(S.SUCCEEDED, "pi_1", money(amount)))
    standing = stage.book.standing(payment)
    assert (standing.payment.state, standing.payment.reference, standing.payment.received_on) == (S.SUCCEEDED, "pi_1", NOW.date())
    assert (standing.debt.status, standing.debt.balance, standing.debt.charged) == (status, money(balance), money(amount))
    found = stage.book.referenced("pi_1")
    assert found is not None
    assert found.id == payment.id


def test_an_outcome_over_rows_that_changed_is_a_conflict(stage: Stage) -> None:
    """Two answers at once: the second one reads again, and nothing counts twice."""
    standing = stage.book.standing(stage.opened())
    taken = Outcome(S.SUCCEEDED, "pi_1", money("120.00 EUR"))
    stage.record(standing, taken)
    with pytest.raises(Conflict):
        stage.record(standing, taken)
    assert stage.case().debt.charged == money("120.00 EUR")


def test_a_failure_changes_no_amount(stage: Stage) -> None:
    """Code, words and state are kept on the payment; the next attempt has the next number."""
    payment = stage.opened()
    stage.record(stage.book.standing(payment), Outcome(S.FAILED, "pi_1", None, "card_declined", "insufficient funds"))
    standing = stage.book.standing(payment)
    assert (standing.payment.state, standing.payment.code) == (S.FAILED, "card_declined")
    assert standing.payment.message.startswith("The card was declined: insufficient funds.")
    assert (standing.debt.status, standing.debt.balance) == (InvoiceStatus.ISSUED, money("150.00 EUR"))
    assert stage.opened("10.00 EUR").id == payment_id(stage.invoice, 2)


def test_open_payments_are_found_by_age(stage: Stage) -> None:
    """The sweep sees what was sent before a moment and has no end; final ones are gone."""
    payment = stage.opened()
    assert list(stage.book.unsettled(sent_before=NOW)) == []
    assert list(stage.book.unsettled(sent_before=NOW + timedelta(seconds=1))) == [payment.id]
    stage.record(stage.book.standing(payment), Outcome(S.PROCESSING, "pi_1", money("120.00 EUR")))
    assert list(stage.book.unsettled(sent_before=NOW + timedelta(days=9))) == [payment.id]
    stage.record(stage.book.standing(payment), Outcome(S.SUCCEEDED, "pi_1", money("120.00 EUR")))
    assert list(stage.book.unsettled(sent_before=NOW + timedelta(days=9))) == []


def test_what_does_not_exist_is_not_found(stage: Stage) -> None:
    """Unknown ids are errors; an unknown reference is nothing."""
    assert stage.book.referenced("pi_nobody") is None
    with pytest.raises(NotFound):
        stage.book.payment(PaymentId(NOWHERE))
    with pytest.raises(NotFound):
        stage.book.case(InvoiceId(NOWHERE), None)
