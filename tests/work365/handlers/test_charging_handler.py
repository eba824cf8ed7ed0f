"""Charging: one charge, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from local.fakes.payments import FakeBook, FakeGateway
from local.fakes.receivables import BANK, NOW, VISA, debt_of, job_of, money
from work365.errors import BadInput, Conflict, InvariantBroken, NotFound, OutcomeUnknown, Refused, Rejected, Throttled
from work365.handlers.charging import charge, confirm, confirm_payment, gateway_event, hinted
from work365.handlers.recording import TRIES
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.ports.payments import PaymentHint
from work365.receivables.payments import DeclineClass, InvoiceId, InvoiceStatus, Payment, PaymentId, PaymentState
from work365.receivables.settling import Outcome

I7 = InvoiceId("i7")
CHANGED = Conflict("again")


class Desk:
    """A book with invoice INV-7 over 150.00 EUR, and a gateway."""

    def __init__(self) -> None:
        self.book, self.gateway, self.now = FakeBook(), FakeGateway(), NOW
        self.book.put(debt_of("150.00 EUR"), VISA, BANK)

    def charge(self, job: Job | None = None) -> JobResult:
        return charge(job or job_of(), book=self.book, gateway_for=self.gateway, now=self.now)

    def confirm(self) -> JobResult:
        return confirm_payment(self.payment_id, book=self.book, gateway_for=self.gateway, now=self.now)

    def event(self, hint: PaymentHint) -> JobResult | None:
        payment = hinted(hint, self.book)
        return None if payment is None else gateway_event(hint, payment, book=self.book, gateway_for=self.gateway, now=self.now)

    @property
    def payment_id(self) -> PaymentId:
        return next(iter(self.book.payments))

    @property
    def states(self) -> list[str]:
        return [payment.state.value for payment in self.book.payments.values()]

    @property
    def bill(self) -> tuple[str, str, str]:
        debt = self.book.debts[I7]
        return str(debt.charged), str(debt.balance), debt.status.value

    def fail_once(self, error: Exception, *, after: bool = False) -> None:
        """Let the next charge fail before or after the gateway has taken the money."""

        def blow() -> None:
            self.gateway.before = self.gateway.after = lambda: None
            raise error

        if after:
            self.gateway.after = blow
        else:
            self.gateway.before = blow


@pytest.fixture
def desk() -> Desk:
    """A fresh desk."""
    return Desk()


def dead(payment: Payment) -> Outcome:
    """A card that must never be charged again."""
    return Outcome(PaymentState.FAILED, f"fake_{payment.id}", payment.amount, "card_declined", "no", for_good=True)


MEANWHILE = {
    "another worker refused it": (replace(VISA, refused_on=date(2026, 3, 9)), date(2026, 3, 9)),
    "somebody made it the default": (VISA, NOW.date()),
    "the gateway renewed it": (replace(VISA, last_four="1881", expires=(2030, 1)), None),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_profile_that_changes_while_it_is_refused_costs_no_outcome(desk: Desk, what: str) -> None:
    """The decline is recorded at the second try, and says of the profile what still holds."""
    meanwhile, refused_on = MEANWHILE[what]
    desk.gateway.answers = {VISA.method: dead}
    desk.gateway.after = lambda: desk.book.profiles.update({VISA.id: replace(meanwhile, etag="changed")})
    assert desk.charge().state is JobState.REFUSED
    assert desk.states == ["Failed"]
    assert desk.book.profiles[VISA.id].refused_on == refused_on


def test_a_part_then_the_rest(desk: Desk) -> None:
    """Behaviour 1: partial, then the remaining balance, then nothing is left to charge."""
    assert desk.charge(job_of("120.00 EUR", id="j1")).message == "Charged 120.00 EUR to Visa ending 4242; balance 30.00 EUR"
    assert desk.bill == ("120.00 EUR", "30.00 EUR", "Partial")
    assert desk.charge(job_of(id="j2")).message == "Charged 30.00 EUR to Visa ending 4242; balance 0.00 EUR"
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")
    with pytest.raises(Refused, match="is paid already"):
        desk.charge(job_of(id="j3"))


def test_running_a_job_again_changes_nothing(desk: Desk) -> None:
    """A message that is delivered twice finds the payment of its job."""
    assert desk.charge() == desk.charge()
    assert desk.gateway.charges == 1


def test_the_attempt_is_written_as_the_person_before_the_gateway_is_called(desk: Desk) -> None:
    """Intent before act, with the rights of whoever pressed the button."""
    seen: list[list[str]] = []
    desk.gateway.before = lambda: seen.append(desk.states)
    desk.charge(replace(job_of(), on_behalf_of="entra-anna"))
    assert seen == [["Pending"]]
    assert desk.book.acted_as == ["entra-anna"]


def test_a_decline_is_refused_in_words_and_changes_no_amount(desk: Desk) -> None:
    """The job is refused with the reason; the next attempt gets the next number."""
    desk.gateway.answers["pm_1"] = lambda payment: Outcome(
        PaymentState.FAILED, "pi_1", payment.amount, "card_declined", "insufficient funds"
    )
    result = desk.charge()
    assert result.state is JobState.REFUSED
    assert result.message.startswith("The card was declined: insufficient funds.")
    assert desk.bill == ("0.00 EUR", "150.00 EUR", "Issued")
    desk.gateway.answers.clear()
    assert desk.charge(job_of(id="j2")).state is JobState.SUCCEEDED
    assert desk.states == ["Failed", "Succeeded"]


def test_two_clicks_at_the_same_moment_charge_once(desk: Desk) -> None:
    """The second job meets the first one's attempt and is told that the invoice is being charged."""
    answers: list[str] = []

    def second_click() -> None:
        desk.gateway.before = lambda: None
        with pytest.raises(Refused) as refused:
            desk.charge(job_of(id="j2"))
        answers.append(str(refused.value))

    desk.gateway.before = second_click
    assert desk.charge(job_of(id="j1")).state is JobState.SUCCEEDED
    assert answers == ["Invoice INV-7 is already being charged: 150.00 EUR, attempt 1. Wait for its result."]
    assert desk.gateway.charges == 1


def test_two_deliveries_of_one_job_at_the_same_moment_charge_once(desk: Desk) -> None:
    """The second delivery finds its own job's attempt and uses the same key."""

    def second_delivery() -> None:
        desk.gateway.before = lambda: None
        desk.charge()

    desk.gateway.before = second_delivery
    assert desk.charge().state is JobState.SUCCEEDED
    assert len(desk.gateway.taken) == 1
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")


def test_a_click_between_reading_and_writing_decides_again(desk: Desk) -> None:
    """Rows that change after they were read are read again."""

    class Slow(FakeBook):
        def case(self, invoice, profile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            case = super().case(invoice, profile)
            if not self.payments:
                desk.charge(job_of("50.00 EUR", id="quicker"))
            return case

    slow = Slow()
    slow.__dict__.update(desk.book.__dict__)
    result = charge(job_of(), book=slow, gateway_for=desk.gateway, now=NOW)
    assert result.message == "Charged 100.00 EUR to Visa ending 4242; balance 0.00 EUR"
    assert desk.states == ["Succeeded", "Succeeded"]


def test_rows_that_never_stand_still_are_left_for_later(desk: Desk) -> None:
    """A bounded number of tries, then the queue brings the job back."""

    class Restless(FakeBook):
        tries = 0

        def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003, ANN202
            self.tries += 1
            raise CHANGED

        def record(self, settlement):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            self.tries += 1
            raise CHANGED

    restless = Restless()
    restless.__dict__.update(desk.book.__dict__)
    with pytest.raises(Conflict, match="changed each time it was read"):
        charge(job_of(), book=restless, gateway_for=desk.gateway, now=NOW)
    assert restless.tries == TRIES
    desk.fail_once(Throttled("slow down", after_s=1))
    with pytest.raises(Throttled):
        desk.charge()
    restless.payments, restless.debts = desk.book.payments, desk.book.debts
    with pytest.raises(Conflict, match="changed each time its outcome"):
        charge(job_of(), book=restless, gateway_for=desk.gateway, now=NOW)


@pytest.mark.parametrize("after", [False, True])
def test_an_unknown_outcome_is_asked_about_and_never_charged_twice(desk: Desk, after: bool) -> None:
    """Scenario A10: the payment is unknown; the next run asks, and sends again with the same key only if nothing is there."""
    desk.fail_once(OutcomeUnknown("cut off"), after=after)
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    assert desk.states == ["Unknown"]
    with pytest.raises(Refused, match="being charged"):
        desk.charge(job_of(id="j2"))
    assert desk.charge().state is JobState.SUCCEEDED
    assert len(desk.gateway.taken) == 1
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")


def test_throttling_leaves_the_attempt_pending(desk: Desk) -> None:
    """Nothing was taken; the same attempt goes on later."""
    desk.fail_once(Throttled("slow down", after_s=3))
    with pytest.raises(Throttled):
        desk.charge()
    assert desk.states == ["Pending"]
    assert desk.charge().state is JobState.SUCCEEDED
    assert desk.states == ["Succeeded"]


REJECTED = [
    (
        Rejected("Invalid API key.", code="api_key_expired"),
        "the gateway refused our request (Invalid API key). Ask an administrator to look at it.",
    ),
    (Refused("Stripe cannot be charged in CLF; use another one."), "Stripe cannot be charged in CLF; use another one."),
]


@pytest.mark.parametrize(("error", "says"), REJECTED, ids=["by the gateway", "before it was sent"])
def test_a_rejected_request_ends_the_attempt_and_needs_attention(desk: Desk, error: Exception, says: str) -> None:
    """The gateway did not try; the job failed, and says so again when it is run again. A retry may find it mended."""
    desk.fail_once(error)
    result = desk.charge()
    assert result == JobResult(JobState.FAILED, f"150.00 EUR was not charged: {says}")
    [payment] = desk.book.payments.values()
    assert payment.decline is DeclineClass.SOFT
    assert desk.states == ["Failed"]
    assert desk.charge() == result


def test_confirming_never_takes_money(desk: Desk) -> None:
    """A confirmation asks; without a trace it waits, and closes the attempt once nothing can arrive any more."""
    desk.fail_once(OutcomeUnknown("cut off"))
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    assert desk.confirm().state is JobState.CONFIRMING
    desk.now = NOW + timedelta(hours=23)
    result = desk.confirm()
    assert result.state is JobState.REFUSED
    assert "never reached the gateway" in result.message
    assert desk.gateway.charges == 1
    assert desk.charge().state is JobState.REFUSED
    assert desk.charge(job_of(id="j2")).state is JobState.SUCCEEDED


def test_a_key_that_the_gateway_may_have_forgotten_is_never_sent_again(desk: Desk) -> None:
    """After 23 hours the job itself only asks."""
    desk.fail_once(OutcomeUnknown("cut off"))
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    desk.now = NOW + timedelta(hours=23)
    assert desk.charge().state is JobState.REFUSED
    assert desk.gateway.charges == 1


def test_an_attempt_whose_job_gave_up_is_closed_after_an_hour(desk: Desk) -> None:
    """Nobody waits a day for a request that was never sent."""
    desk.fail_once(Throttled("slow down", after_s=3))
    with pytest.raises(Throttled):
        desk.charge()
    desk.book.payments[desk.payment_id] = replace(desk.book.payments[desk.payment_id], job_final=True)
    assert desk.confirm().state is JobState.CONFIRMING
    desk.now = NOW + timedelta(hours=1)
    assert desk.confirm().state is JobState.REFUSED


def test_a_confirmation_job_names_its_payment(desk: Desk) -> None:
    """The job of kind Confirm payment does what the sweep does."""
    desk.charge()
    job = Job("j9", "k9", JobKind.CONFIRM_PAYMENT, JobState.RUNNING, payment=desk.payment_id)
    assert confirm(job, book=desk.book, gateway_for=desk.gateway, now=NOW).state is JobState.SUCCEEDED
    with pytest.raises(BadInput, match="a confirmation needs a payment"):
        confirm(replace(job, payment=None), book=desk.book, gateway_for=desk.gateway, now=NOW)
    with pytest.raises(BadInput, match="a charge needs an invoice"):
        desk.charge(replace(job_of(), invoice=None))


def test_a_bank_debit_is_under_way_until_the_gateway_says_more(desk: Desk) -> None:
    """The balance follows the money, not the promise; events may repeat and come late."""
    desk.gateway.answers["pm_bank"] = lambda payment: Outcome(PaymentState.PROCESSING, "pi_b", payment.amount)
    result = desk.charge(job_of(profile="bank"))
    assert result.message.startswith("150.00 EUR is being collected from STRIPE TEST BANK ending 4242")
    assert desk.bill == ("0.00 EUR", "150.00 EUR", "Issued")
    hint = PaymentHint("pi_b")
    assert desk.event(hint) == result
    desk.gateway.taken[desk.payment_id] = Outcome(PaymentState.SUCCEEDED, "pi_b", money("150.00 EUR"))
    paid = desk.event(hint)
    assert paid is not None
    assert paid.state is JobState.SUCCEEDED
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")
    desk.gateway.taken[desk.payment_id] = Outcome(PaymentState.FAILED, "pi_b")
    assert desk.event(hint) == paid
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")


def test_an_event_may_overtake_the_answer(desk: Desk) -> None:
    """An event that names our payment is enough, although the gateway's id is not recorded yet."""
    desk.fail_once(OutcomeUnknown("cut off"), after=True)
    with pytest.raises(OutcomeUnknown):
        desk.charge()
    result = desk.event(PaymentHint("pi_new", desk.payment_id))
    assert result is not None
    assert result.state is JobState.SUCCEEDED
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")


def test_an_event_about_somebody_else_is_ignored(desk: Desk) -> None:
    """Payments that are not ours mean nothing to us."""
    assert desk.event(PaymentHint("pi_other")) is None
    assert desk.event(PaymentHint("pi_other", "no-such-payment")) is None


def test_money_that_was_taken_after_all_is_shown(desk: Desk) -> None:
    """A failed payment turns into a success when the gateway holds the money; otherwise it stays failed."""
    desk.gateway.answers["pm_1"] = lambda payment: Outcome(
        PaymentState.FAILED, "pi_1", payment.amount, "card_declined", "no funds"
    )
    failed = desk.charge()
    assert desk.event(PaymentHint("pi_1")) == failed
    held = desk.gateway.taken.pop(desk.payment_id)
    assert desk.event(PaymentHint("pi_1")) == failed
    desk.gateway.taken[desk.payment_id] = replace(held, state=PaymentState.SUCCEEDED)
    desk.event(PaymentHint("pi_1"))
    assert desk.bill == ("150.00 EUR", "0.00 EUR", "Paid")


def test_another_amount_at_the_gateway_is_told_once_and_holds_the_invoice(desk: Desk) -> None:
    """Job, payment and invoice say it; sweeps and events say no more; nobody charges beside it until it has failed."""
    desk.gateway.answers = {VISA.method: lambda _: Outcome(PaymentState.SUCCEEDED, "pi_1", money("12000.00 EUR"))}
    result = desk.charge()
    assert result.state is JobState.FAILED
    assert "12000.00 EUR for attempt 1 at Invoice INV-7 (pi_1), and was asked for 150.00 EUR" in result.message
    assert (desk.states, desk.bill) == (["Needs action"], ("0.00 EUR", "150.00 EUR", "Issued"))
    written = desk.book.payments[desk.payment_id]
    assert desk.confirm() == desk.event(PaymentHint("pi_1")) == desk.charge() == result
    assert desk.book.payments[desk.payment_id] is written
    with pytest.raises(Refused, match=r"has another amount than 150\.00 EUR for attempt 1; its payment says what to do"):
        desk.charge(job_of(id="j2"))
    desk.gateway.taken[desk.payment_id] = Outcome(PaymentState.FAILED, "pi_1", money("12000.00 EUR"), "canceled", "cancelled")
    desk.confirm()
    desk.gateway.answers = {}
    assert desk.charge(job_of(id="j3")).state is JobState.SUCCEEDED


def test_a_payment_without_a_profile_cannot_be_asked_about(desk: Desk) -> None:
    """A payment from the books never went to a gateway."""
    desk.fail_once(Throttled("slow down", after_s=3))
    with pytest.raises(Throttled):
        desk.charge()
    desk.book.payments[desk.payment_id] = replace(desk.book.payments[desk.payment_id], profile=None)
    with pytest.raises(InvariantBroken, match="names no profile"):
        desk.confirm()


def test_what_does_not_exist_is_said(desk: Desk) -> None:
    """Unknown invoices and profiles are not found."""
    with pytest.raises(NotFound):
        desk.charge(replace(job_of(), invoice="nowhere"))
    with pytest.raises(NotFound):
        desk.charge(job_of(profile="nowhere"))


def test_an_invoice_cancelled_while_the_gateway_was_at_work_keeps_its_status(desk: Desk) -> None:
    """The money is on record and waits to be refunded."""

    def cancel() -> None:
        desk.book.debts[I7] = replace(desk.book.debts[I7], status=InvoiceStatus.CANCELLED)

    desk.gateway.after = cancel
    assert "refund it" in desk.charge().message
    assert desk.bill == ("0.00 EUR", "150.00 EUR", "Cancelled")
