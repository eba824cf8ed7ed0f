"""What an answer of the gateway changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import BANK, NOW, VISA, debt_of, job_of, money
from work365.receivables.charging import ChargeCase, decide
from work365.receivables.payments import DeclineClass, InvoiceStatus, PaymentState
from work365.receivables.settling import Outcome, lost_for_good, may_send_again, moves, never_arrived, rejected, settle

if TYPE_CHECKING:
    from datetime import date

    from work365.receivables.payments import Payment, Profile

S = PaymentState
TODAY = NOW.date()
PAYMENT = decide(job_of("120.00 EUR"), ChargeCase((), debt_of("150.00 EUR"), VISA), now=NOW)
TAKEN = Outcome(S.SUCCEEDED, "pi_1", money("120.00 EUR"))


@pytest.mark.parametrize(
    ("total", "before", "paid", "charged", "balance", "status"),
    [
        ("150.00 EUR", "0.00 EUR", "120.00 EUR", "120.00 EUR", "30.00 EUR", InvoiceStatus.PARTIAL),
        ("120.00 EUR", "0.00 EUR", "120.00 EUR", "120.00 EUR", "0.00 EUR", InvoiceStatus.PAID),
        ("150.00 EUR", "30.00 EUR", "120.00 EUR", "150.00 EUR", "0.00 EUR", InvoiceStatus.PAID),
        ("200.00 EUR", "30.00 EUR", "120.00 EUR", "150.00 EUR", "50.00 EUR", InvoiceStatus.PARTIAL),
    ],
)
def test_a_success_lowers_the_balance(
    total: str, before: str, paid: str, charged: str, balance: str, status: InvoiceStatus
) -> None:
    """The amount charged grows, the balance shrinks, and the status follows."""
    settlement = settle(PAYMENT, TAKEN, debt_of(total, charged=before), VISA, today=TODAY)
    assert settlement is not None
    assert (settlement.debt.charged, settlement.debt.balance) == (money(charged), money(balance))
    assert settlement.debt.status is status
    assert settlement.paid_on == (TODAY if status is InvoiceStatus.PAID else None)
    assert settlement.allocation is not None
    assert settlement.allocation.amount == money(paid)
    assert (settlement.payment.state, settlement.payment.reference, settlement.payment.received_on) == (
        S.SUCCEEDED,
        "pi_1",
        TODAY,
    )
    assert settlement.charge_status == f"Charged 120.00 EUR to Visa ending 4242; balance {balance}"


def test_money_that_is_not_needed_any_more_stays_on_the_payment() -> None:
    """Cash booked meanwhile is not paid twice: only what is open is allocated, and the words say what is left."""
    settlement = settle(PAYMENT, TAKEN, debt_of("150.00 EUR", charged="100.00 EUR"), VISA, today=TODAY)
    assert settlement is not None
    assert settlement.allocation is not None
    assert settlement.allocation.amount == money("50.00 EUR")
    assert settlement.debt.balance == money("0.00 EUR")
    assert "70.00 EUR is not needed for it because the invoice was paid meanwhile" in settlement.charge_status


def test_a_cancelled_invoice_takes_no_money() -> None:
    """The payment is recorded, nothing is allocated, and the invoice stays cancelled."""
    settlement = settle(PAYMENT, TAKEN, debt_of("150.00 EUR", status=InvoiceStatus.CANCELLED), VISA, today=TODAY)
    assert settlement is not None
    assert settlement.allocation is None
    assert settlement.debt.status is InvoiceStatus.CANCELLED
    assert settlement.payment.state is S.SUCCEEDED
    assert "was cancelled meanwhile" in settlement.charge_status


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            Outcome(S.FAILED, "pi_1", code="card_declined", words="insufficient funds"),
            "The card was declined: insufficient funds. Nothing",
        ),
        (Outcome(S.FAILED, code="authentication_required"), "the bank wants the cardholder to confirm it"),
        (Outcome(S.FAILED), "The card was declined: no reason was given."),
        (never_arrived(), "120.00 EUR was not charged: the request never reached the gateway. Charge again."),
        (rejected("amount_too_small", "too small"), "the gateway refused our request (too small). Ask an administrator"),
        (rejected("", "Too small; write it off."), "120.00 EUR was not charged: Too small; write it off."),
        (Outcome(S.PROCESSING, "pi_1"), "120.00 EUR is being collected from Visa ending 4242; the bank takes some days"),
        (Outcome(S.NEEDS_ACTION, "pi_1", words="check the deposit"), "waits for a step at the gateway: check the deposit"),
        (Outcome(S.UNKNOWN), "No clear answer came for 120.00 EUR; we are asking the gateway"),
    ],
)
def test_anything_else_changes_no_amount(outcome: Outcome, words: str) -> None:
    """Declines and doubts are told in words; amounts and status stay."""
    debt = debt_of("150.00 EUR", charged="10.00 EUR")
    settlement = settle(PAYMENT, outcome, debt, VISA, today=TODAY)
    assert settlement is not None
    assert settlement.debt == debt
    assert settlement.allocation is None
    assert settlement.payment.state is outcome.state
    assert words in settlement.payment.message
    assert settlement.charge_status == settlement.payment.message


FOR_GOOD = Outcome(S.FAILED, "pi_1", code="card_declined", for_good=True)


@pytest.mark.parametrize(
    ("payment", "outcome", "profile", "refused_on"),
    [
        (PAYMENT, FOR_GOOD, VISA, TODAY),
        (PAYMENT, FOR_GOOD, BANK, TODAY),
        (PAYMENT, replace(FOR_GOOD, for_good=False), VISA, None),
        (PAYMENT, never_arrived(), VISA, None),
        (PAYMENT, rejected("400", "no"), VISA, None),
        (PAYMENT, FOR_GOOD, replace(VISA, refused_on=TODAY), None),
        (replace(PAYMENT, profile=None), FOR_GOOD, VISA, None),
        (PAYMENT, TAKEN, VISA, None),
    ],
    ids=["a card", "an account", "this payment only", "never sent", "our request", "refused before", "on a page", "money"],
)
def test_only_what_must_never_be_charged_again_is_refused_for_good(
    payment: Payment, outcome: Outcome, profile: Profile, refused_on: date | None
) -> None:
    settlement = settle(payment, outcome, debt_of("150.00 EUR"), profile, today=TODAY)
    assert settlement is not None
    assert settlement.refused == (None if refused_on is None else replace(profile, refused_on=refused_on))


SOFT = Outcome(S.FAILED, "pi_1", code="card_declined", words="insufficient funds", decline=DeclineClass.SOFT)
HARD = replace(SOFT, decline=DeclineClass.HARD, words="the bank does not allow it")


@pytest.mark.parametrize(
    ("outcome", "profile", "what_to_do"),
    [
        (SOFT, VISA, "It may pass on another day: charge again then, or use another payment profile."),
        (SOFT, BANK, "It may pass on another day: charge again then, or use another payment profile."),
        (HARD, VISA, "It will not pass by itself: use another payment profile, or ask the customer for another card."),
        (HARD, BANK, "It will not pass by itself: use another payment profile, or ask the customer for another account."),
        (
            FOR_GOOD,
            VISA,
            "Visa ending 4242 is not charged any more: use another payment profile, or ask the customer for another card.",
        ),
    ],
    ids=["want of funds", "want of funds, debit", "not allowed", "not allowed, debit", "for good"],
)
def test_a_decline_says_what_to_do_by_its_class(outcome: Outcome, profile: Profile, what_to_do: str) -> None:
    """What may pass is charged again on another day; what will not needs another profile; what is dead is charged no more."""
    settlement = settle(PAYMENT, outcome, debt_of("150.00 EUR"), profile, today=TODAY)
    assert settlement is not None
    assert settlement.payment.message.endswith(f". Nothing was charged. {what_to_do}")


def test_a_decline_that_is_heard_of_twice_refuses_once() -> None:
    """What the gateway renewed meanwhile is not refused by a repeated event."""
    first = settle(PAYMENT, FOR_GOOD, debt_of("150.00 EUR"), VISA, today=TODAY)
    assert first is not None
    assert settle(first.payment, FOR_GOOD, first.debt, VISA, today=TODAY) is None


def test_a_bank_debit_is_called_so() -> None:
    """A returned debit is not a declined card."""
    settlement = settle(PAYMENT, Outcome(S.FAILED, words="account closed"), debt_of("150.00 EUR"), BANK, today=TODAY)
    assert settlement is not None
    assert settlement.payment.message.startswith("The bank debit was declined: account closed.")


def test_a_success_stays_whatever_the_gateway_says_of_it_later() -> None:
    """That its money went away again is told by its disputes."""
    paid = replace(PAYMENT, state=S.SUCCEEDED, reference="pi_1")
    assert settle(paid, Outcome(S.FAILED, "pi_1", None, "charged_back"), debt_of("150.00 EUR"), VISA, today=TODAY) is None


@pytest.mark.parametrize("outcome", [never_arrived(), rejected("400", "no"), Outcome(S.FAILED, "pi_2", code="card_declined")])
def test_a_refusal_that_is_not_of_the_booked_payment_is_no_return(outcome: Outcome) -> None:
    """A request that was repeated and refused says nothing of the money that is booked."""
    paid = settle(PAYMENT, TAKEN, debt_of("150.00 EUR"), VISA, today=TODAY)
    assert paid is not None
    assert settle(paid.payment, outcome, paid.debt, VISA, today=TODAY) is None


MOVES = {
    S.PENDING: {S.UNKNOWN, S.PROCESSING, S.NEEDS_ACTION, S.SUCCEEDED, S.FAILED},
    S.UNKNOWN: {S.PROCESSING, S.NEEDS_ACTION, S.SUCCEEDED, S.FAILED},
    S.PROCESSING: {S.NEEDS_ACTION, S.SUCCEEDED, S.FAILED},
    S.NEEDS_ACTION: {S.PROCESSING, S.SUCCEEDED, S.FAILED},
    S.SUCCEEDED: set(),
    S.FAILED: {S.SUCCEEDED},
    S.RETURNED: set(),
}


@pytest.mark.parametrize("now", list(S))
@pytest.mark.parametrize("news", list(S))
def test_which_news_move_which_state(now: PaymentState, news: PaymentState) -> None:
    """A success is never taken back; a failure gives way only to money that was taken; nothing becomes pending again."""
    assert moves(now, news) is (news in MOVES[now])
    settlement = settle(replace(PAYMENT, state=now), Outcome(news), debt_of("150.00 EUR"), VISA, today=TODAY)
    assert (settlement is not None) is (news in MOVES[now])


@given(st.lists(st.sampled_from([S.UNKNOWN, S.PROCESSING, S.NEEDS_ACTION, S.SUCCEEDED, S.FAILED]), max_size=8))
def test_news_in_any_order_and_number_take_the_money_at_most_once(news: list[PaymentState]) -> None:
    """However events repeat or overtake each other, total = charged + balance, and one success counts once."""
    payment, debt = PAYMENT, debt_of("150.00 EUR")
    for state in news:
        settlement = settle(payment, Outcome(state), debt, VISA, today=TODAY)
        if settlement:
            payment, debt = settlement.payment, settlement.debt
    assert debt.charged + debt.balance == debt.total
    assert debt.charged == money("120.00 EUR" if S.SUCCEEDED in news else "0.00 EUR")
    assert (payment.state is S.SUCCEEDED) is (S.SUCCEEDED in news)


OTHER = money("12000.00 EUR")


@pytest.mark.parametrize("said", [S.SUCCEEDED, S.PROCESSING, S.NEEDS_ACTION])
@pytest.mark.parametrize("before", [S.PENDING, S.UNKNOWN, S.NEEDS_ACTION])
def test_another_amount_at_the_gateway_books_nothing_and_is_told_once(before: PaymentState, said: PaymentState) -> None:
    """Minor units read wrongly must never become a booking; a person learns both amounts and what to do."""
    debt = debt_of("150.00 EUR")
    told = settle(replace(PAYMENT, state=before), Outcome(said, "pi_1", OTHER), debt, VISA, today=TODAY)
    assert told is not None
    assert (told.payment.state, told.debt, told.allocation, told.spare) == (S.NEEDS_ACTION, debt, None, None)
    assert told.charge_status == told.payment.message
    assert told.charge_status.startswith(
        "The gateway has 12000.00 EUR for attempt 1 at Invoice INV-7 (pi_1), and was asked for 120.00 EUR. Nothing was booked. "
        "Look it up there, and cancel it or give it back"
    )
    assert settle(told.payment, Outcome(said, "pi_1", OTHER), debt, VISA, today=TODAY) is None


@pytest.mark.parametrize("end", [Outcome(S.FAILED, "pi_1", OTHER, "canceled"), TAKEN])
def test_another_amount_ends_when_it_was_cancelled_or_is_right_after_all(end: Outcome) -> None:
    told = settle(PAYMENT, Outcome(S.SUCCEEDED, "pi_1", OTHER), debt_of("150.00 EUR"), VISA, today=TODAY)
    assert told is not None
    ended = settle(told.payment, end, told.debt, VISA, today=TODAY)
    assert ended is not None
    assert (ended.payment.state, ended.payment.code) == (end.state, end.code)


def test_another_amount_of_what_had_failed_or_was_paid() -> None:
    """Money that came after all is told, whatever its amount; what is booked stays."""
    wrong = Outcome(S.SUCCEEDED, "pi_1", OTHER)
    told = settle(replace(PAYMENT, state=S.FAILED), wrong, debt_of("150.00 EUR"), VISA, today=TODAY)
    assert told is not None
    assert told.payment.state is S.NEEDS_ACTION
    assert settle(replace(told.payment, state=S.FAILED), wrong, told.debt, VISA, today=TODAY) is None, "a person has looked"
    assert settle(replace(PAYMENT, state=S.SUCCEEDED), wrong, debt_of("150.00 EUR"), VISA, today=TODAY) is None


@pytest.mark.parametrize(
    ("hours", "job_final", "send", "lost"),
    [(0, False, True, False), (0, True, True, False), (1, True, True, True), (22, False, True, False), (23, False, False, True)],
)
def test_how_long_a_key_is_good(hours: int, job_final: bool, send: bool, lost: bool) -> None:
    """Sending again is safe for 23 hours; then, or an hour after its job ended, an attempt without trace is over."""
    payment, later = replace(PAYMENT, job_final=job_final), NOW + timedelta(hours=hours)
    assert may_send_again(payment, later) is send
    assert lost_for_good(payment, later) is lost


def test_a_decline_is_known_by_its_day_and_forgotten_when_the_money_came_after_all() -> None:
    """A debit that was sent on one day comes back on a later one; the plan of its next try begins there."""
    failed = settle(
        replace(PAYMENT, state=S.PROCESSING),
        Outcome(S.FAILED, decline=DeclineClass.SOFT),
        debt_of("150.00 EUR"),
        VISA,
        today=TODAY,
    )
    assert failed is not None
    assert (failed.payment.decline, failed.payment.declined_on) == (DeclineClass.SOFT, TODAY)
    paid = settle(failed.payment, Outcome(S.SUCCEEDED), debt_of("150.00 EUR"), VISA, today=TODAY)
    assert paid is not None
    assert (paid.payment.decline, paid.payment.declined_on) == (None, None)
