"""Stripe's pages for paying once: one page per payment, found again by its mark, closed for good, and its outcomes as ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.fakes.receivables import NOW, VISA, debt_of, money
from local.http import RequestsAdapter
from local.stripe.enrolling import control
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.client import client
from providers.stripe.pay_pages import StripePayPages
from work365.errors import InvariantBroken, OutcomeUnknown, Refused, Rejected
from work365.money import Currency
from work365.ports.pay_links import PageWanted
from work365.receivables.pay_pages import attempt
from work365.receivables.payments import PaymentState, PayPage, ProfileKind

if TYPE_CHECKING:
    from work365.receivables.pay_pages import PageNow
    from work365.receivables.payments import Payment

S = PaymentState
WANTED = PageWanted(
    "INV-7", "de", (ProfileKind.CARD, ProfileKind.BANK_DEBIT), "https://b.example/api/pay?done", "https://b.example/api/pay?back"
)


class Till:
    """A Stripe account with one customer."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.stripe = StripeStandIn(clock=lambda: self.now)
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.stripe))
        self._client = client(KEY, own_session=session)
        self.pages = self.of("test")
        self.customer = self.pages.customer("acc-1", "Contoso")

    def of(self, environment: str) -> StripePayPages:
        """The pages as another deployment sees the same account."""
        return StripePayPages(self._client, environment=environment)

    def payment(self, amount: str = "150.00 EUR") -> Payment:
        """An attempt by link."""
        return attempt(debt_of(amount), (), PayPage(VISA.processor, self.customer), self.now)

    def finish(self, page: PageNow, instrument: str) -> None:
        """The customer enters a card or an account."""
        control(self.stripe, "complete", {"session": page.outcome.session, "with": instrument})

    def sessions(self) -> list[dict[str, Any]]:
        """Every page."""
        found: list[dict[str, Any]] = control(self.stripe, "sessions")
        return found


@pytest.fixture
def till() -> Till:
    """An account."""
    return Till()


def test_a_payment_has_one_page(till: Till) -> None:
    """However often it is asked for: over its amount, for an hour, in the customer's language, with our mark twice."""
    page = till.pages.open(till.payment(), WANTED)
    assert page == till.pages.open(till.payment(), WANTED)
    assert (page.outcome.state, page.outcome.amount, page.url) == (
        S.NEEDS_ACTION,
        money("150.00 EUR"),
        f"https://checkout.stripe.com/c/pay/{page.outcome.session}",
    )
    [session] = till.sessions()
    assert (session["amount_total"], session["expires_at"] - session["created"], session["locale"]) == (15000, 3600, "de")
    assert session["allowed_payment_method_types"] == ["card", "sepa_debit"]
    assert session["metadata"]["w365_payment"] == till.payment().id


def test_a_page_is_found_by_its_mark_alone(till: Till) -> None:
    """Its answer got lost: it is among the customer's pages. Another deployment's page with the same rows is not ours."""
    assert till.pages.find(till.payment()) is None
    till.of("copy").open(till.payment(), WANTED)
    assert till.pages.find(till.payment()) is None
    page = till.pages.open(till.payment(), WANTED)
    assert till.pages.find(till.payment()) == page
    known = replace(till.payment(), page=PayPage(VISA.processor, till.customer, page.outcome.session))
    assert till.pages.find(known) == page
    assert till.pages.find(replace(till.payment(), page=PayPage(VISA.processor, till.customer, "cs_nothing"))) is None


@pytest.mark.parametrize(
    ("instrument", "state"),
    [
        ("pm_card_visa", S.SUCCEEDED),
        ("4000000000000002", S.NEEDS_ACTION),
        ("pm_card_authenticationRequired", S.NEEDS_ACTION),
        ("DE89370400440532013000", S.PROCESSING),
    ],
)
def test_what_a_page_says(till: Till, instrument: str, state: PaymentState) -> None:
    """Paid, on its way; declined or asked for is still open, whatever its payment intent says."""
    page = till.pages.open(till.payment(), WANTED)
    till.finish(page, instrument)
    found = till.pages.find(till.payment())
    assert found is not None
    assert (found.outcome.state, found.outcome.amount, bool(found.url)) == (state, money("150.00 EUR"), state is S.NEEDS_ACTION)
    assert bool(found.outcome.reference) is (state is not S.NEEDS_ACTION)


@pytest.mark.parametrize(
    ("iban", "state", "code"),
    [
        ("DE89370400440532013000", S.SUCCEEDED, ""),
        ("DE62370400440532013001", S.FAILED, "payment_method_provider_decline"),
    ],
)
def test_a_debit_ends(till: Till, iban: str, state: PaymentState, code: str) -> None:
    """Days later, as the bank says."""
    till.finish(till.pages.open(till.payment(), WANTED), iban)
    opened = till.payment()
    till.now += timedelta(days=5)
    found = till.pages.find(opened)
    assert found is not None
    assert (found.outcome.state, found.outcome.code) == (state, code)


@pytest.mark.parametrize(
    ("instrument", "state"),
    [("", S.FAILED), ("4000000000000002", S.FAILED), ("pm_card_visa", S.SUCCEEDED), ("DE89370400440532013000", S.PROCESSING)],
)
def test_closing_says_what_became_of_it(till: Till, instrument: str, state: PaymentState) -> None:
    """Closed for good, unless the customer was faster; closing twice says the same."""
    assert till.pages.close(till.payment()) is None
    page = till.pages.open(till.payment(), WANTED)
    if instrument:
        till.finish(page, instrument)
    said = till.pages.close(till.payment())
    assert said is not None
    assert said.state is state
    assert till.pages.close(till.payment()) == said
    assert [one["status"] for one in till.sessions()] == ["expired" if state is S.FAILED else "complete"]


def test_a_page_whose_hour_is_over_is_closed(till: Till) -> None:
    """By itself."""
    page, opened = till.pages.open(till.payment(), WANTED), till.payment()
    till.now += timedelta(hours=1)
    found = till.pages.find(opened)
    assert found is not None
    assert (found.outcome.state, found.outcome.code, found.outcome.session) == (S.FAILED, "page-closed", page.outcome.session)


def test_a_request_that_is_late_opens_nothing(till: Till) -> None:
    """Stripe opens no page for less than half an hour: why an attempt without a trace is soon known to be over."""
    late = till.payment()
    till.now += timedelta(minutes=31)
    with pytest.raises(Rejected, match="at least 30 minutes"):
        till.pages.open(late, WANTED)


def test_other_words_under_the_same_key_open_no_second_page(till: Till) -> None:
    """The customer's language was changed meanwhile: unknown, and then found."""
    page = till.pages.open(till.payment(), WANTED)
    with pytest.raises(OutcomeUnknown):
        till.pages.open(till.payment(), replace(WANTED, language="es"))
    assert till.pages.find(till.payment()) == page
    assert len(till.sessions()) == 1


def test_what_a_page_cannot_take(till: Till) -> None:
    """An amount that Stripe does not take is refused before it is asked; a payment without a page has none here."""
    with pytest.raises(Refused, match="cannot be charged in UGX"):
        till.pages.open(replace(till.payment(), amount=replace(money("150.00 EUR"), currency=Currency("UGX"))), WANTED)
    with pytest.raises(InvariantBroken):
        till.pages.find(replace(till.payment(), page=None))
