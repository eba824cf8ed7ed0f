"""Which links open nothing, what an invoice's page offers, and which gateway it is paid at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.fakes.receivables import NOW, VISA, debt_of, money
from work365.errors import InvariantBroken, Refused
from work365.money import Currency
from work365.paying.rules import NOTHING_SAID, Method, PaymentRule
from work365.receivables.links import LinkClosed, LinkTrouble, digest_of, hashed
from work365.receivables.pay_links import (
    PaidElsewhere,
    PayLink,
    Standing,
    good_for,
    offered,
    processor_for,
    refuse_closed,
    standing_of,
)
from work365.receivables.pay_pages import attempt, lost, may_open, open_page_of, page_of, still_right
from work365.receivables.payments import Debt, InvoiceId, InvoiceStatus, Payment, PaymentState, PayPage, Processor, ProfileKind

EUR, JPY = Currency("EUR"), Currency("JPY")
STRIPE, GOCARDLESS, MANUAL = (Processor(kind, kind.lower(), kind, "key") for kind in ("Stripe", "GoCardless", "Manual"))
LINK = PayLink("l1", InvoiceId("i7"), "hash", NOW + timedelta(days=1), InvoiceStatus.ISSUED, "de")


def by_link(state: PaymentState = PaymentState.NEEDS_ACTION, amount: str = "150.00 EUR") -> Payment:
    """An attempt by link."""
    return replace(attempt(debt_of("150.00 EUR"), (), PayPage(STRIPE, "cus_1"), NOW), state=state, amount=money(amount))


def charge(state: PaymentState) -> Payment:
    """An attempt that we made."""
    return replace(by_link(state), id=replace(by_link()).id, page=None, profile=VISA.id)


@pytest.mark.parametrize(
    ("link", "trouble"),
    [
        (LINK, None),
        (replace(LINK, expires=NOW), LinkTrouble.EXPIRED),
        (replace(LINK, withdrawn=True), LinkTrouble.EXPIRED),
        (replace(LINK, status=InvoiceStatus.CANCELLED), LinkTrouble.CANCELLED),
        (replace(LINK, status=InvoiceStatus.PAID), None),
    ],
)
def test_links_that_open_nothing(link: PayLink, trouble: LinkTrouble | None) -> None:
    """Over, withdrawn, of a cancelled invoice; one of a paid invoice goes on showing it. The customer's language is said."""
    if trouble is None:
        refuse_closed(link, NOW)
        return
    with pytest.raises(LinkClosed) as closed:
        refuse_closed(link, NOW)
    assert (closed.value.trouble, closed.value.language) == (trouble, "de")


@pytest.mark.parametrize("token", ["", "short", "x" * 39, "x" * 65, "ü" * 43])
def test_what_is_no_token_of_ours_is_not_looked_up(token: str) -> None:
    """256 random bits take 43 characters."""
    with pytest.raises(LinkClosed):
        digest_of(token)
    assert digest_of("x" * 43) == hashed("x" * 43)


@pytest.mark.parametrize(
    ("debt", "payments", "standing"),
    [
        (debt_of("150.00 EUR"), [], Standing.PAYABLE),
        (debt_of("150.00 EUR", charged="30.00 EUR"), [], Standing.PAYABLE),
        (debt_of("150.00 EUR"), [by_link()], Standing.PAYABLE),
        (debt_of("150.00 EUR"), [by_link(PaymentState.FAILED)], Standing.PAYABLE),
        (debt_of("150.00 EUR"), [by_link(PaymentState.PROCESSING)], Standing.UNDER_WAY),
        (debt_of("150.00 EUR"), [charge(PaymentState.PENDING)], Standing.UNDER_WAY),
        (debt_of("150.00 EUR"), [charge(PaymentState.NEEDS_ACTION), by_link()], Standing.UNDER_WAY),
        (debt_of("150.00 EUR", charged="150.00 EUR", status=InvoiceStatus.PAID), [], Standing.PAID),
        (debt_of("150.00 EUR", charged="160.00 EUR"), [], Standing.PAID),
        (debt_of("150.00 EUR", status=InvoiceStatus.DRAFT), [], Standing.ELSEWHERE),
        (debt_of("150.00 EUR", charged="150.00 EUR", status=InvoiceStatus.WRITTEN_OFF), [], Standing.ELSEWHERE),
    ],
)
def test_what_an_invoices_page_offers(debt: Debt, payments: list[Payment], standing: Standing) -> None:
    """To pay, unless it is paid, or somebody is paying or charging it in another way."""
    assert standing_of(debt, payments) is standing


@pytest.mark.parametrize(
    ("rule", "currency", "ways"),
    [
        (NOTHING_SAID, EUR, (ProfileKind.CARD, ProfileKind.BANK_DEBIT)),
        (NOTHING_SAID, JPY, (ProfileKind.CARD,)),
        (PaymentRule(frozenset({Method.BANK_DEBIT})), EUR, (ProfileKind.BANK_DEBIT,)),
        (PaymentRule(frozenset({Method.CARD, Method.TRANSFER})), EUR, (ProfileKind.CARD,)),
        (PaymentRule(frozenset({Method.BANK_DEBIT})), JPY, ()),
        (PaymentRule(frozenset({Method.TRANSFER})), EUR, ()),
    ],
)
def test_the_ways_that_a_page_offers(rule: PaymentRule, currency: Currency, ways: tuple[ProfileKind, ...]) -> None:
    """Those that are agreed on, among those that the page has."""
    assert offered(rule, currency) == ways


@pytest.mark.parametrize(
    ("processors", "rule", "found"),
    [
        ((STRIPE,), NOTHING_SAID, STRIPE),
        ((GOCARDLESS, MANUAL, STRIPE), NOTHING_SAID, STRIPE),
        ((GOCARDLESS,), NOTHING_SAID, r"can be paid by a link in EUR \(GoCardless\); it needs one of the kind Stripe"),
        ((), NOTHING_SAID, "none is set up"),
        ((STRIPE,), PaymentRule(frozenset({Method.TRANSFER})), "allows neither card nor bank debit"),
    ],
)  # fmt: skip
def test_the_gateway_of_a_link(processors: tuple[Processor, ...], rule: PaymentRule, found: Processor | str) -> None:
    """The first one with a page of its own; GoCardless has none, and says so."""
    if isinstance(found, Processor):
        assert processor_for(processors, rule, EUR) is found
        return
    with pytest.raises(PaidElsewhere, match=found):
        processor_for(processors, rule, EUR)


def test_an_attempt_by_link_is_for_the_whole_balance() -> None:
    """The next number, without a profile and a job: nobody here wanted it."""
    partly, before = debt_of("150.00 EUR", charged="30.00 EUR"), [replace(by_link(), attempt=4)]
    made = attempt(partly, before, PayPage(STRIPE, "cus_1"), NOW)
    assert (made.attempt, made.amount, made.profile, made.job) == (5, money("120.00 EUR"), None, None)
    assert page_of(made).customer == "cus_1"
    with pytest.raises(InvariantBroken):
        page_of(charge(PaymentState.PENDING))


@pytest.mark.parametrize(
    ("minutes", "opens", "is_lost"),
    [(0, True, False), (19, True, False), (20, False, False), (39, False, False), (40, False, True)],
)
def test_a_page_that_was_never_seen_is_asked_for_again_and_then_given_up(minutes: int, opens: bool, is_lost: bool) -> None:
    """The gateway opens none that would last less than half an hour of its hour, so it is soon known that none can come."""
    now = NOW + timedelta(minutes=minutes)
    assert (may_open(by_link(), now), lost(by_link(), now)) == (opens, is_lost)


@pytest.mark.parametrize(
    ("debt", "right"),
    [
        (debt_of("150.00 EUR"), True),
        (debt_of("150.00 EUR", charged="0.01 EUR"), False),
        (debt_of("160.00 EUR"), False),
        (debt_of("150.00 EUR", status=InvoiceStatus.CANCELLED), False),
    ],
)
def test_a_page_takes_what_is_owed_or_is_closed(debt: Debt, right: bool) -> None:
    """To the cent, and only while the invoice is open."""
    assert still_right(by_link(), debt) is right


def test_an_open_page_is_told_from_other_attempts() -> None:
    """Only one by link that has no end, and whose customer is not through yet."""
    states = [S for S in PaymentState if open_page_of([by_link(S)]) is not None]
    assert states == [PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.NEEDS_ACTION]
    assert open_page_of([charge(PaymentState.PENDING)]) is None


@pytest.mark.parametrize(("text", "days"), [("off", None), ("1", 1), ("30", 30), ("365", 365)])
def test_how_long_a_link_is_good(text: str, days: int | None) -> None:
    """Days, or off."""
    assert good_for(text) == (None if days is None else timedelta(days=days))


@pytest.mark.parametrize("text", ["", "0", "366", "-1", "1.5", "on", "٣"])
def test_what_is_no_number_of_days(text: str) -> None:
    """Refused where it is said."""
    with pytest.raises(Refused, match="days from 1 to 365"):
        good_for(text)
