"""The nightly check over the tenant and both gateways: each kind of difference is planted, found, explained, mended, closed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.three_way import ThreeWayDesk
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control
from work365.handlers.checking_money import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from work365.receivables.payments import InvoiceId


YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> Iterator[ThreeWayDesk]:
    """A fresh tenant."""
    made = ThreeWayDesk()
    yield made
    made.close()


def totals(desk: ThreeWayDesk) -> list[str]:
    """Ledger, gateway, what differs and what is young, of every processor."""
    said = [look(one, book=desk.money, now=desk.now, since=YEAR).totals for one in desk.money.positions()]
    assert all(one.agree for each in said for one in each)
    return [f"{one.here} | {one.there} | {one.differing} | {one.young}" for each in said for one in each]


def test_a_month_of_money_that_agrees_has_no_finding(desk: ThreeWayDesk) -> None:
    """Cards and debits, refunds, a dispute lost and one won, payouts on both sides: nothing to look at, and totals that agree."""
    desk.listen()
    first = desk.paid("150.00")
    second = desk.paid("80.00", debit=True)
    desk.nights(3)
    desk.refund(first, "20.00")
    desk.paid_out()
    desk.nights(2)
    lost = desk.dispute(desk.paid("60.00"))
    desk.disputed(lost, "under_review", "lost")
    won = desk.dispute(desk.paid("70.00"))
    desk.disputed(won, "under_review", "won")
    desk.paid("500.00", debit=True)
    desk.refund(second, "10.00")
    desk.refund_moves(second, "submitted", "paid")
    desk.paid_out()
    desk.nights(11)
    assert desk.says() == []
    assert totals(desk) == ["570.00 EUR | 570.00 EUR | 0.00 EUR | 0.00 EUR", "200.00 EUR | 200.00 EUR | 0.00 EUR | 0.00 EUR"]


def test_payouts_are_kept_as_the_bank_statement_shows_them(desk: ThreeWayDesk) -> None:
    """Id, arrival, amount, fees and how many payments; the parts name them."""
    for total in ("150.00", "80.00"):
        desk.paid(total)
    desk.paid("33.33", debit=True)
    desk.nights(3)
    desk.paid_out()
    desk.nights(3)
    kept = {one.processor: one for one in desk.money.payouts([], since=YEAR)}
    cards, debits = kept["stripe"], kept["debits"]
    assert (str(cards.payout.amount), str(cards.fees), cards.payments) == ("226.05 EUR", "3.95 EUR", 2)
    assert (str(debits.payout.amount), str(debits.fees), debits.payments) == ("32.80 EUR", "0.53 EUR", 1)
    assert (cards.payout.state.value, cards.payout.arrives_on) == ("Paid", date(2026, 3, 14))
    named = eq("w365_Payout/w365_reference", cards.payout.id)
    parts = desk.quiet.find(Query("w365_gatewaymovement", ("w365_paymentreference",), named))
    assert all(row["w365_paymentreference"].startswith("pi_") for row in parts)


def set_state(desk: ThreeWayDesk, invoice: InvoiceId, label: str) -> None:
    """Somebody writes on the payment's row past all rules."""
    [payment] = desk.payments_of(invoice)
    desk.quiet.update(Ref("w365_payment", payment["w365_paymentid"]), status("w365_payment", label))


def set_amount(desk: ThreeWayDesk, invoice: InvoiceId) -> None:
    """The same, to its amount."""
    [payment] = desk.payments_of(invoice)
    desk.quiet.update(Ref("w365_payment", payment["w365_paymentid"]), {"w365_amount": 149})


def take_again(desk: ThreeWayDesk, invoice: InvoiceId) -> None:
    """A second charge with the mark of the first, as after a restored backup."""
    [payment] = desk.payments_of(invoice)
    desk.by_hand(15000, w365_payment=payment["w365_paymentid"], w365_environment="local")


def forged(desk: ThreeWayDesk, _: InvoiceId) -> None:
    """A person may write anything into a mark."""
    desk.by_hand(w365_payment="x' or 1", w365_environment="local")


PLANTED: list[tuple[str, Callable[[ThreeWayDesk, InvoiceId], object], str]] = [
    ("charged at Stripe by hand", lambda desk, _: desk.by_hand(), "money-not-here 50.00 EUR"),
    (
        "marked, and no row",
        lambda desk, _: desk.by_hand(w365_payment="00000000-0000-0000-0000-00000000dead", w365_environment="local"),
        "money-not-here 50.00 EUR",
    ),
    ("a mark that is no id", forged, "money-not-here 50.00 EUR"),
    ("failed here only", lambda desk, one: set_state(desk, one, "Failed"), "money-not-here 150.00 EUR"),
    ("another amount", set_amount, "money-amount-differs 1.00 EUR"),
    ("charged twice", take_again, "money-twice 150.00 EUR"),
    ("given back by hand", lambda desk, one: desk.given_by_hand(one, 2000), "money-not-here -20.00 EUR"),
    ("nobody answered", lambda desk, _: unanswered(desk), "money-unanswered 10.00 EUR"),
]  # fmt: skip


def unanswered(desk: ThreeWayDesk) -> None:
    """A request that got there and whose answer was lost; the sweep never came."""
    control(desk.stripe, "fail", {"status": 500, "when": "before"})
    desk.run(desk.job(desk.billed("10.00")))


@pytest.mark.parametrize(("name", "plant", "says"), PLANTED, ids=[one[0] for one in PLANTED])
def test_any_single_difference_is_one_finding(
    desk: ThreeWayDesk, name: str, plant: Callable[[ThreeWayDesk, InvoiceId], object], says: str
) -> None:
    """Not on the first night, when it is young; once, however many nights follow; with a next step; the totals explain it."""
    invoice = desk.paid("150.00")
    desk.paid("80.00")
    plant(desk, invoice)
    desk.night()
    assert desk.says() == [], name
    desk.nights(4)
    assert desk.says() == [f"{says} Open"], name
    [row] = desk.findings()
    assert row["w365_nextstep"].endswith(".")
    assert row["w365_message"].endswith(row["w365_nextstep"])
    assert row["w365_since"] == "2026-03-10"
    assert totals(desk)


def test_paid_here_and_never_at_the_gateway(desk: ThreeWayDesk) -> None:
    """A row that somebody set to succeeded."""
    control(desk.stripe, "behaviour", {"payment_method": _method(desk), "behaviour": "insufficient_funds"})
    invoice = desk.paid("150.00")
    set_state(desk, invoice, "Succeeded")
    desk.nights(3)
    assert desk.says() == ["money-not-at-gateway -150.00 EUR Open"]


def _method(desk: ThreeWayDesk) -> str:
    row = desk.quiet.read(Ref("w365_paymentprofile", desk.profile), select=("w365_methodreference",))
    return str(row["w365_methodreference"])


def test_a_debit_that_is_not_paid_out_in_time(desk: ThreeWayDesk) -> None:
    """GoCardless has ten days; then it is a finding; once it is paid out, it is closed with the day."""
    desk.paid("80.00", debit=True)
    desk.nights(9)
    assert desk.says() == []
    desk.nights(1)
    assert desk.says() == ["money-not-at-gateway -80.00 EUR Open"]
    desk.paid_out()
    desk.nights(1)
    assert desk.says() == ["money-not-at-gateway -80.00 EUR Resolved"]
    assert desk.findings()[0]["w365_closedon"] == str(desk.now.date())


def test_a_debit_that_takes_too_long(desk: ThreeWayDesk) -> None:
    """Two weeks; the gateway is asked again."""
    invoice = desk.billed("80.00")
    desk.run(desk.job(invoice, profile=desk.mandate))
    desk.nights(13)
    assert desk.says() == []
    [debits] = desk.nights(1)
    assert desk.says() == ["money-under-way 80.00 EUR Open"]
    [payment] = desk.payments_of(invoice)
    assert [(one.reference, one.payment) for one in debits.ask] == [(payment["w365_gatewayreference"], payment["w365_paymentid"])]


def test_what_the_gateway_is_asked_about_again_mends_itself(desk: ThreeWayDesk) -> None:
    """A payment that failed here and succeeded there: asked again, it succeeds, and the finding is closed."""
    invoice = desk.paid("150.00")
    set_state(desk, invoice, "Failed")
    [cards] = desk.nights(2)
    for hint in cards.ask:
        desk.event(hint)
    desk.nights(1)
    assert desk.says() == ["money-not-here 150.00 EUR Resolved"]


def test_a_payout_that_is_not_the_sum_of_its_parts(desk: ThreeWayDesk) -> None:
    """By how much, at both gateways; and one that came back."""
    desk.paid("150.00")
    desk.paid("80.00")
    desk.paid("33.33", debit=True)
    desk.nights(2)
    desk.later(days=1)
    control(desk.stripe, "fee", {"amount": 1, "currency": "eur"})
    [payout] = desk.payouts_at_stripe()
    held = control(desk.stripe, "charges")
    control(desk.stripe, "itemise", {"payout": payout["id"], "items": [held[0]["balance_transaction"]]})
    desk.paid_out()
    [debit] = desk.gocardless.world.payouts
    door(desk.gocardless, "unitemise", payout=debit, item=1)
    desk.later(hours=1)
    desk.night()
    assert sorted(desk.says()) == ["payout-parts-differ -0.53 EUR Open", "payout-parts-differ 147.50 EUR Open"]


def test_a_payout_that_came_back_is_told_until_it_is_explained(desk: ThreeWayDesk) -> None:
    """Its reason; explained it stays so."""
    desk.paid("150.00")
    desk.nights(3)
    [payout] = desk.payouts_at_stripe()
    control(desk.stripe, "payout", {"payout": payout["id"], "to": "failed"})
    desk.nights(1)
    assert desk.says() == ["payout-failed 147.50 EUR Open"]
    assert "The bank account has been closed." in desk.findings()[0]["w365_message"]
    desk.money.explain(desk.money.standing()[0], "The new account is entered.")
    desk.nights(2)
    assert desk.says() == ["payout-failed 147.50 EUR Ignored"]


def test_an_explained_difference_stays_explained_while_its_figures_stay(desk: ThreeWayDesk) -> None:
    """With the reason; another amount opens it again."""
    invoice = desk.paid("150.00")
    desk.given_by_hand(invoice, 2000)
    desk.nights(3)
    desk.money.explain(desk.money.standing()[0], "Agreed with the customer.")
    [cards] = desk.nights(2)
    assert desk.says() == ["money-not-here -20.00 EUR Ignored"]
    assert cards.explained == {one.key for one in cards.differences}
    desk.given_by_hand(invoice, 500)
    desk.nights(2)
    assert desk.says() == ["money-not-here -25.00 EUR Open"]


def test_a_night_without_the_gateway_says_so_and_the_next_catches_up(desk: ThreeWayDesk) -> None:
    """Nothing is closed or opened meanwhile; each gateway is said."""
    desk.paid("150.00")
    desk.paid("80.00", debit=True)
    desk.by_hand()
    desk.nights(3)
    desk.later(days=1)
    desk.keyless = True
    silent = {one.code: bool(one.silent) for one in desk.night()}
    assert silent == {"debits": True, "stripe": True}
    assert sorted(desk.says())[-2:] == ["money-not-checked  Open", "money-not-here 50.00 EUR Open"]
    desk.keyless = False
    desk.nights(1)
    assert sorted(desk.says()) == ["money-not-checked  Resolved"] * 2 + ["money-not-here 50.00 EUR Open"]


def test_a_first_night_after_a_year_reads_window_by_window(desk: ThreeWayDesk) -> None:
    """Everything since the first payment; a clock that jumps back loses nothing."""
    desk.paid("150.00")
    desk.by_hand()
    desk.later(days=300)
    desk.night()
    assert desk.says() == ["money-not-here 50.00 EUR Open"]
    [cards] = [one for one in desk.money.positions() if one.processor.code == "stripe"]
    assert (cards.read_to, cards.checked_to) == (desk.now, desk.now)
    desk.later(days=-200)
    desk.by_hand(700)
    desk.nights(3)
    assert sorted(desk.says()) == ["money-not-here 50.00 EUR Open", "money-not-here 7.00 EUR Open"]


def test_a_first_night_after_years_stops_where_it_may_and_goes_on_the_next(desk: ThreeWayDesk) -> None:
    """Sixty weeks in one night; it says how far it came, and compares once it is there."""
    desk.paid("150.00")
    desk.by_hand()
    desk.later(days=500)
    [first] = desk.night()
    assert first.silent == "it is read up to 2027-05-01, and the next night goes on from there"
    assert desk.says() == ["money-not-checked  Open"]
    desk.nights(1)
    assert sorted(desk.says()) == ["money-not-checked  Resolved", "money-not-here 50.00 EUR Open"]


def test_another_environments_money_is_none_of_ours(desk: ThreeWayDesk) -> None:
    """A sandbox made from this tenant charges through the same account, with the same ids in its rows."""
    invoice = desk.paid("150.00")
    [payment] = desk.payments_of(invoice)
    desk.by_hand(15000, w365_payment=payment["w365_paymentid"], w365_environment="copy")
    desk.nights(4)
    assert desk.says() == []


def test_a_dry_run_asks_nobody_and_writes_nothing(desk: ThreeWayDesk) -> None:
    """It compares what is kept; what was paid since is not missed yet."""
    desk.paid("80.00")
    desk.by_hand()
    desk.later(hours=1)
    desk.night()
    desk.paid("150.00")
    desk.later(days=3)
    desk.fuse.reset()
    found = [one for each in desk.money.positions() for one in look(each, book=desk.money, now=desk.now).differences]
    assert [one.code.value for one in found] == ["money-not-here"]
    assert all("/api/data/" in sent.address for sent in desk.fuse.sent)
    assert desk.says() == []
