"""What may be charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from local.fakes.receivables import BANK, NOW, VISA, debt_of, job_of, money
from work365.errors import BadInput, Refused
from work365.receivables.charging import BeingCharged, ChargeCase, decide, idempotency_key, payment_id, typed_amount, usable
from work365.receivables.payments import InvoiceId, InvoiceStatus, Payment, PaymentSource, PaymentState, ProfileStatus

OPEN = debt_of("150.00 EUR")
DEBITS = replace(VISA.processor, code="debits", kind="GoCardless")


def attempt(number: int, state: PaymentState, amount: str = "30.00 EUR") -> Payment:
    """An earlier attempt on the invoice, by another job."""
    first = decide(job_of(amount, id="other"), ChargeCase((), OPEN, VISA), now=NOW)
    return replace(first, id=payment_id(OPEN.id, number), attempt=number, state=state)


@pytest.mark.parametrize(
    ("asked", "taken"),
    [(None, "150.00 EUR"), ("150.00 EUR", "150.00 EUR"), ("40.00 EUR", "40.00 EUR"), ("0.01 EUR", "0.01 EUR")],
)
def test_the_balance_or_less_is_charged(asked: str | None, taken: str) -> None:
    """No amount means the balance; a lower one is a partial payment."""
    payment = decide(job_of(asked), ChargeCase((), OPEN, VISA), now=NOW)
    assert payment.amount == money(taken)
    assert (payment.attempt, payment.state, payment.source) == (1, PaymentState.PENDING, PaymentSource.CHARGE)
    assert (payment.job, payment.profile, payment.sent_on) == ("j1", VISA.id, NOW)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("150.01 EUR", "150.01 EUR is more than the balance. Charge at most 150.00 EUR on Invoice INV-7."),
        ("0.00 EUR", "0.00 EUR cannot be charged; the amount must be above zero. Charge at most 150.00 EUR on Invoice INV-7."),
        ("-5.00 EUR", "-5.00 EUR cannot be charged; the amount must be above zero. Charge at most 150.00 EUR on Invoice INV-7."),
        ("10.00 USD", "Invoice INV-7 is in EUR; 10.00 USD cannot be charged on it. Charge at most 150.00 EUR on Invoice INV-7."),
    ],
)
def test_other_amounts_are_refused_with_what_is_allowed(asked: str, sentence: str) -> None:
    """Every refusal of an amount names the amount that would do."""
    with pytest.raises(Refused) as refused:
        decide(job_of(asked), ChargeCase((), OPEN, VISA), now=NOW)
    assert str(refused.value) == sentence


def test_what_is_asked_is_said_as_it_was_typed() -> None:
    """A column of Dataverse holds 10.00 as 10.0000."""
    asked = replace(job_of("10.00 USD"), amount=Decimal("10.0000"))
    with pytest.raises(Refused, match=r"^Invoice INV-7 is in EUR; 10\.00 USD cannot"):
        decide(asked, ChargeCase((), OPEN, VISA), now=NOW)
    with pytest.raises(Refused, match=r"^Invoice INV-7 is in EUR; 10 JPY cannot"):
        decide(replace(asked, currency="JPY"), ChargeCase((), OPEN, VISA), now=NOW)


def test_too_many_decimals_are_refused_with_what_is_allowed() -> None:
    """A typed amount is never rounded behind a person's back."""
    assert typed_amount(Decimal("10.5"), OPEN) == money("10.50 EUR")
    with pytest.raises(Refused, match=r"10\.005 has too many decimal places; EUR has 2\. Charge at most 150\.00 EUR"):
        typed_amount(Decimal("10.0050"), OPEN)


@pytest.mark.parametrize(
    ("debt", "words"),
    [
        (debt_of("150.00 EUR", status=InvoiceStatus.DRAFT, number=""), "This invoice is still a draft; issue it first"),
        (debt_of("150.00 EUR", status=InvoiceStatus.VERIFIED), "still a draft"),
        (debt_of("150.00 EUR", charged="150.00 EUR", status=InvoiceStatus.PAID), "is paid already"),
        (debt_of("0.00 EUR"), "is paid already"),
        (debt_of("-20.00 EUR"), "is paid already"),
        (debt_of("150.00 EUR", status=InvoiceStatus.CANCELLED), "is cancelled"),
        (replace(OPEN, credit_note=True), "is a credit note"),
    ],
)
def test_invoices_that_cannot_be_charged(debt: object, words: str) -> None:
    """Drafts, paid and cancelled invoices and credit notes are refused."""
    with pytest.raises(Refused, match=words):
        decide(job_of(), ChargeCase((), debt, VISA), now=NOW)  # type: ignore[arg-type]  # parametrized


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (None, "Invoice INV-7 has no payment profile to charge; create one"),
        (replace(VISA, account="fabrikam"), "Visa ending 4242 belongs to another customer"),
        (replace(VISA, status=ProfileStatus.PENDING), "is not confirmed by the gateway yet"),
        (replace(VISA, status=ProfileStatus.INACTIVE), "is inactive"),
        (replace(VISA, status=ProfileStatus.EXPIRED), "is expired"),
        (replace(VISA, refused_on=date(2026, 3, 2)), "Visa ending 4242 was refused for good on 2026-03-02; ask the customer for"),
        (replace(VISA, expires=(2026, 2)), "expired after 02/2026; ask the customer for a new card"),
        (replace(VISA, processor=replace(VISA.processor, active=False)), "is at stripe, which is switched off; activate that"),
        (replace(VISA, processor=replace(VISA.processor, kind="Manual")), "is for payments by hand"),
        (replace(VISA, method=""), "lacks the gateway's ids"),
        (replace(BANK, customer="", last_four=""), "STRIPE TEST BANK lacks"),
        (replace(VISA, processor=DEBITS), "Visa ending 4242 is a card, which GoCardless does not take; choose another one"),
    ],
)
def test_profiles_that_cannot_be_charged(profile: object, words: str) -> None:
    """Each reason is a sentence with what to do."""
    with pytest.raises(Refused, match=words):
        decide(job_of(), ChargeCase((), OPEN, profile), now=NOW)  # type: ignore[arg-type]  # parametrized


@pytest.mark.parametrize("code", ["AUD", "CAD", "DKK", "EUR", "GBP", "NZD", "SEK", "USD"])
def test_gocardless_collects_the_currencies_of_its_schemes(code: str) -> None:
    """One currency per scheme, such as pounds by Bacs."""
    assert usable(replace(BANK, processor=DEBITS), debt_of(f"150.00 {code}", charged=f"0.00 {code}"), on=NOW.date())


def test_a_currency_that_no_scheme_moves_is_refused_before_an_attempt_is_written() -> None:
    """The sentence names what could be collected."""
    words = "is at GoCardless, which collects AUD, CAD, DKK, EUR, GBP, NZD, SEK, USD and no CHF; choose another one"
    with pytest.raises(Refused, match=words):
        decide(job_of(), ChargeCase((), debt_of("9.00 CHF", charged="0.00 CHF"), replace(BANK, processor=DEBITS)), now=NOW)


def test_a_kind_of_processor_that_this_version_does_not_know_takes_nothing() -> None:
    """A row of a newer version is no reason to guess."""
    with pytest.raises(Refused, match="is for payments by hand"):
        usable(replace(VISA, processor=replace(DEBITS, kind="Tomorrow")), OPEN, on=NOW.date())


@pytest.mark.parametrize(
    ("expires", "day"), [((2026, 3), datetime(2026, 3, 31, tzinfo=UTC)), (None, datetime(2030, 1, 1, tzinfo=UTC))]
)
def test_a_card_is_good_until_the_end_of_its_month(expires: tuple[int, int] | None, day: datetime) -> None:
    """The printed month is the last good one; no printed month means no end."""
    assert usable(replace(VISA, expires=expires), OPEN, on=day.date()).expires == expires


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PaymentState.PENDING, "already being charged: 30.00 EUR, attempt 1"),
        (PaymentState.UNKNOWN, "already being charged: 30.00 EUR, attempt 1"),
        (PaymentState.PROCESSING, "already being charged: a bank debit of 30.00 EUR is on its way"),
        (PaymentState.NEEDS_ACTION, "already being charged: 30.00 EUR waits for a step"),
    ],
)
def test_an_attempt_under_way_blocks_the_next_one(state: PaymentState, words: str) -> None:
    """Whatever may still take the money keeps everybody else out."""
    with pytest.raises(BeingCharged, match=words):
        decide(job_of(), ChargeCase([attempt(1, state)], OPEN, VISA), now=NOW)


@pytest.mark.parametrize("state", [PaymentState.FAILED, PaymentState.SUCCEEDED])
def test_after_a_definitive_end_the_next_attempt_has_the_next_number_and_key(state: PaymentState) -> None:
    """One key per attempt: a decline never replays, an unknown outcome never gets a second key."""
    payment = decide(job_of(), ChargeCase([attempt(1, PaymentState.FAILED), attempt(2, state)], OPEN, VISA), now=NOW)
    assert payment.attempt == 3
    assert payment.id == payment_id(OPEN.id, 3)
    assert idempotency_key("live", payment.id) != idempotency_key("live", payment_id(OPEN.id, 2))
    assert idempotency_key("live", payment.id) != idempotency_key("test", payment.id)
    assert payment_id(InvoiceId("a"), 11) != payment_id(InvoiceId("a1"), 1)


def test_auto_charge_says_so() -> None:
    """The timer's jobs carry their source; nothing else may be invented."""
    assert decide(job_of(source="Auto charge"), ChargeCase((), OPEN, VISA), now=NOW).source is PaymentSource.AUTO_CHARGE
    with pytest.raises(BadInput, match="source: 'Books' is not a source of a charge"):
        decide(job_of(source="Books"), ChargeCase((), OPEN, VISA), now=NOW)
