"""Pay links over the real adapters: the customer, the gateway's page, its events, and everybody who wants the same money."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.pay_links import PayLinkDesk
from local.stripe.enrolling import control
from work365.errors import Unavailable
from work365.handlers import pay_links, pay_pages
from work365.ports.payments import PaymentHint
from work365.receivables.charging import payment_id
from work365.receivables.links import LinkClosed, LinkTrouble, digest_of
from work365.receivables.pay_links import PaidElsewhere, Standing
from work365.receivables.pay_pages import attempt
from work365.receivables.payments import PayPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.receivables.payments import InvoiceId

VISA, DECLINED, ASKS, IBAN, BAD_IBAN = (
    *("4242424242424242", "4000000000000002", "4000002760003184"),
    *("DE89370400440532013000", "DE62370400440532013001"),
)
PAID = ("150.00", "0.00", "Paid")


@pytest.fixture(scope="module")
def shared() -> Iterator[PayLinkDesk]:
    """One tenant that listens to the gateway; every test has an invoice of its own."""
    built = PayLinkDesk()
    built.listen()
    yield built
    built.close()


@pytest.fixture
def desk(shared: PayLinkDesk) -> Iterator[PayLinkDesk]:
    """Its fuse whole, and no webhook left over."""
    shared.fuse.reset()
    yield shared
    shared.stripe.deliver()


def owed(desk: PayLinkDesk, invoice: InvoiceId) -> tuple[str, str, str]:
    """What came in, what is open, the status."""
    bill = desk.bill(invoice)
    return bill.charged, bill.balance, bill.status


def trouble(desk: PayLinkDesk, token: str) -> tuple[LinkTrouble, int]:
    """Why a link shows nothing, and how many requests that took."""
    desk.fuse.reset()
    with pytest.raises(LinkClosed) as closed:
        desk.show(token)
    return closed.value.trouble, desk.fuse.count


def test_a_customer_pays_and_sees_it(desk: PayLinkDesk) -> None:
    """Shown with its lines and balance; paid on the gateway's page; the same link then shows the paid invoice."""
    linked = desk.linked()
    shown = desk.show(linked.token)
    assert (shown.standing, shown.balance) == (Standing.PAYABLE, "150.00 EUR")
    assert shown.view.seller.name == "Partner Ltd"
    assert [line.description for block in shown.view.blocks for line in block.lines] == ["Business Premium"]
    desk.pay(desk.open(linked.token))
    after = desk.show(linked.token)
    assert (after.standing, after.balance) == (Standing.PAID, "0.00 EUR")
    assert owed(desk, linked.invoice) == PAID
    assert desk.charge_status(linked.invoice) == "150.00 EUR was paid by link; balance 0.00 EUR"
    assert desk.open(linked.token) is None


def test_a_webhook_alone_is_enough(desk: PayLinkDesk) -> None:
    """The customer closes the browser; the event names our payment, and the gateway is asked."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token))
    desk.stripe.deliver()
    assert owed(desk, linked.invoice) == PAID


def test_the_sweep_alone_is_enough(desk: PayLinkDesk) -> None:
    """No event came."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token))
    desk.sweep_pages(linked.invoice)
    assert owed(desk, linked.invoice) == PAID


def test_showing_changes_nothing(desk: PayLinkDesk) -> None:
    """A mail scanner that goes as far as to post the link leaves no attempt and no page."""
    linked = desk.linked()
    before = len(desk.stripe_sessions())
    desk.show(linked.token)
    desk.show(linked.token)
    assert (desk.payments_of(linked.invoice), len(desk.stripe_sessions())) == ([], before)


def test_two_people_with_one_link_and_two_links_share_a_page(desk: PayLinkDesk) -> None:
    """One session, one attempt, one charge."""
    linked = desk.linked()
    page = desk.open(linked.token)
    assert desk.open(linked.token) == page
    assert desk.open(desk.link(linked.invoice)) == page
    desk.pay(page)
    assert (desk.sessions(linked.invoice), desk.bill(linked.invoice).taken) == (["open"][:0] or ["complete"], 1)


def test_a_declined_card_may_be_followed_by_another(desk: PayLinkDesk) -> None:
    """Events of the declined try do not end the attempt: the page is open, and the same money is asked for."""
    linked = desk.linked()
    page = desk.open(linked.token)
    desk.pay(page, DECLINED)
    desk.stripe.deliver()
    assert desk.payments_of(linked.invoice) == [("150.00", "Needs action")]
    desk.pay(page, VISA)
    desk.stripe.deliver()
    assert (owed(desk, linked.invoice), desk.bill(linked.invoice).taken) == (PAID, 1)


@pytest.mark.parametrize(("ends", "state"), [("succeeded", "Succeeded"), ("failed", "Needs action")])
def test_the_holder_of_a_card_is_asked(desk: PayLinkDesk, ends: str, state: str) -> None:
    """3-D Secure on the gateway's page; nobody here decides about it."""
    linked = desk.linked()
    page = str(desk.open(linked.token))
    desk.pay(page, ASKS)
    desk.stripe.deliver()
    assert desk.payments_of(linked.invoice) == [("150.00", "Needs action")]
    control(desk.stripe, "holder", {"session": page.rsplit("/", 1)[-1], "ends": ends})
    desk.stripe.deliver()
    assert desk.payments_of(linked.invoice) == [("150.00", state)]


@pytest.mark.parametrize(
    ("iban", "state", "bill", "standing"),
    [
        (IBAN, "Succeeded", PAID, Standing.PAID),
        (BAD_IBAN, "Failed", ("0.00", "150.00", "Issued"), Standing.PAYABLE),
    ],
)
def test_a_bank_debit_is_under_way_for_days(
    desk: PayLinkDesk, iban: str, state: str, bill: tuple[str, str, str], standing: Standing
) -> None:
    """Nothing to pay again meanwhile; then what the bank says."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token), iban)
    assert desk.show(linked.token).standing is Standing.UNDER_WAY
    assert desk.open(linked.token) is None
    assert desk.payments_of(linked.invoice) == [("150.00", "Processing")]
    desk.later(days=5)
    desk.stripe.deliver()
    assert (desk.payments_of(linked.invoice), owed(desk, linked.invoice)) == ([("150.00", state)], bill)
    assert desk.show(linked.token).standing is standing


@pytest.mark.parametrize("source", ["Charge", "Auto charge"])
def test_a_charge_closes_the_page_first(desk: PayLinkDesk, source: str) -> None:
    """Then nobody can pay there any more; the customer's open browser is told so by the gateway."""
    linked = desk.linked()
    page = desk.open(linked.token)
    job = desk.job(linked.invoice)
    desk.quiet.update(Ref("w365_job", job), {"w365_arguments": f'{{"source": "{source}"}}'})
    desk.run(job)
    assert desk.state_of(job)[0] == "Succeeded"
    assert (desk.payments_of(linked.invoice), desk.sessions(linked.invoice)) == (
        [("150.00", "Failed"), ("150.00", "Succeeded")],
        ["expired"],
    )
    with pytest.raises(AssertionError, match="nobody can finish it"):
        desk.pay(page)
    assert (owed(desk, linked.invoice), desk.bill(linked.invoice).taken) == (PAID, 1)


def test_a_charge_that_comes_too_late_takes_nothing(desk: PayLinkDesk) -> None:
    """The customer was faster, and nobody had heard: the gateway says so when the page is to be closed."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token))
    job = desk.job(linked.invoice)
    desk.run(job)
    assert desk.state_of(job) == (
        "Refused",
        f"{desk.show(linked.token).view.title} is paid already; there is nothing left to charge.",
    )
    assert (owed(desk, linked.invoice), desk.bill(linked.invoice).taken) == (PAID, 1)


def test_a_charge_waits_for_a_debit_of_a_page(desk: PayLinkDesk) -> None:
    """The customer's bank has days; a second debit would take the money twice."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token), IBAN)
    job = desk.job(linked.invoice)
    desk.run(job)
    assert desk.state_of(job)[0] == "Refused"
    assert "is already being charged" in desk.state_of(job)[1]
    desk.later(days=5)
    desk.stripe.deliver()
    assert desk.bill(linked.invoice).taken == 1


def test_a_new_balance_is_a_new_page(desk: PayLinkDesk) -> None:
    """Part came in another way: the old page is closed by whoever presses, and the new one takes what is left."""
    linked = desk.linked()
    old = desk.open(linked.token)
    desk.quiet.update(Ref("w365_invoice", linked.invoice), {"w365_amountcharged": 30, "w365_balance": 120})
    new = desk.open(linked.token)
    assert new != old
    assert desk.payments_of(linked.invoice) == [("150.00", "Failed"), ("120.00", "Needs action")]
    desk.pay(new)
    desk.stripe.deliver()
    assert owed(desk, linked.invoice) == PAID
    assert desk.sessions(linked.invoice) == ["expired", "complete"]


def test_the_sweep_closes_a_page_that_takes_too_much(desk: PayLinkDesk) -> None:
    """The books took cash meanwhile."""
    linked = desk.linked()
    desk.open(linked.token)
    desk.quiet.update(Ref("w365_invoice", linked.invoice), {"w365_amountcharged": 30, "w365_balance": 120})
    desk.sweep_pages(linked.invoice)
    assert (desk.payments_of(linked.invoice), desk.sessions(linked.invoice)) == ([("150.00", "Failed")], ["expired"])


def test_money_that_comes_all_the_same_is_kept_as_credit(desk: PayLinkDesk) -> None:
    """Paid on the page while the books took cash: what the invoice does not need is spare, to be refunded or used."""
    linked = desk.linked()
    page = desk.open(linked.token)
    desk.quiet.update(Ref("w365_invoice", linked.invoice), {"w365_amountcharged": 30, "w365_balance": 120})
    desk.pay(page)
    desk.stripe.deliver()
    row = desk.quiet.read(Ref("w365_payment", payment_id(linked.invoice, 1)), select=("w365_spare", "statuscode"))
    assert (f"{row['w365_spare']:.2f}", owed(desk, linked.invoice)) == ("30.00", PAID)
    assert "30.00 EUR is not needed for it because the invoice was paid meanwhile" in desk.charge_status(linked.invoice)


def test_what_was_paid_by_link_is_given_back_by_the_gateway(desk: PayLinkDesk) -> None:
    """A payment without a stored profile is refunded like any other."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token))
    desk.stripe.deliver()
    case = desk.refunding.case(payment_id(linked.invoice, 1))
    assert case.profile is not None
    assert (case.profile.processor.kind, f"{case.refundable}") == ("Stripe", "150.00 EUR")


def test_an_hour_later_the_page_is_over(desk: PayLinkDesk) -> None:
    """The attempt failed, the invoice is as before, and the link opens the next page."""
    linked = desk.linked()
    desk.open(linked.token)
    desk.later(minutes=61)
    desk.stripe.deliver()
    desk.sweep_pages(linked.invoice)
    assert desk.payments_of(linked.invoice) == [("150.00", "Failed")]
    assert desk.charge_status(linked.invoice) == (
        "150.00 EUR was not paid by link: the payment page was closed before anything was paid. "
        "The customer may open the link again."
    )
    desk.pay(desk.open(linked.token))
    assert desk.show(linked.token).standing is Standing.PAID


def test_a_page_that_may_still_come_holds_a_charge_up(desk: PayLinkDesk) -> None:
    """The intent is written and the gateway has no trace: a request may be on its way, so the job waits, and then goes on."""
    linked = desk.linked()
    before = desk.links.case(linked.invoice)
    made = attempt(before.debt, before.payments, PayPage(before.processors[0], "cus_00000000000001"), desk.now)
    desk.links.open(made, before.debt, note="The customer opens the payment page")
    job = desk.job(linked.invoice)
    desk.run(job)
    assert desk.state_of(job)[0] == "Waiting"
    with pytest.raises(Unavailable, match="a customer has just opened the page"):
        pay_pages.clear(linked.invoice, book=desk.payments, gateway_for=desk.gateway_for, now=desk.now)
    desk.later(minutes=41)
    desk.run(job)
    assert desk.state_of(job)[0] == "Succeeded"
    assert desk.payments_of(linked.invoice) == [("150.00", "Failed"), ("150.00", "Succeeded")]


def test_what_the_gateway_does_not_take_is_tried_once_an_hour(desk: PayLinkDesk) -> None:
    """Less than the gateway's smallest amount: one failed attempt, however often somebody presses; later it is tried again."""
    linked = desk.linked("0.30")
    for _ in range(3):
        with pytest.raises(PaidElsewhere):
            desk.open(linked.token)
    assert desk.payments_of(linked.invoice) == [("0.30", "Failed")]
    desk.later(minutes=61)
    with pytest.raises(PaidElsewhere, match="minimum charge amount"):
        desk.open(linked.token)
    assert len(desk.payments_of(linked.invoice)) == 2


def test_late_and_repeated_events_change_nothing(desk: PayLinkDesk) -> None:
    """In any order, for an attempt that has ended and for one that is none of ours."""
    linked = desk.linked()
    desk.pay(desk.open(linked.token))
    desk.stripe.deliver(newest_first=True)
    for event in control(desk.stripe, "events"):
        control(desk.stripe, "send", {"event": event["id"]})
    desk.stripe.deliver(newest_first=True)
    assert (owed(desk, linked.invoice), desk.bill(linked.invoice).taken) == (PAID, 1)
    assert desk.event(PaymentHint("pi_of_somebody_else", "6f1d7a52-0000-4000-8000-000000000000")) is None


def test_links_that_show_nothing_cost_one_request_each(desk: PayLinkDesk) -> None:
    """Unknown, expired, withdrawn, of a cancelled invoice: nobody learns by the time it takes which of these it is."""
    expired, cancelled, withdrawn = desk.linked(good_for=timedelta(seconds=1)), desk.linked(), desk.linked()
    desk.later(seconds=2)
    desk.quiet.update(Ref("w365_invoice", cancelled.invoice), status("w365_invoice", "Cancelled"))
    [row] = [desk.links.by_hash(digest_of(withdrawn.token))]
    assert row is not None
    desk.quiet.update(Ref("w365_paymentlink", row.id), status("w365_paymentlink", "Withdrawn"))
    tokens = (expired.token, cancelled.token, withdrawn.token, "nobody-knows-this-token-0000000000000000000")
    found = [trouble(desk, token) for token in tokens]
    assert [why for why, _ in found] == [LinkTrouble.EXPIRED, LinkTrouble.CANCELLED, LinkTrouble.EXPIRED, LinkTrouble.UNKNOWN]
    assert {requests for _, requests in found} == {1}


def test_a_link_opens_its_invoice_and_nothing_else(desk: PayLinkDesk) -> None:
    """Each shows its own; the file is that of the invoice."""
    one, other = desk.linked("150.00"), desk.linked("99.00")
    assert [desk.show(each.token).balance for each in (one, other)] == ["150.00 EUR", "99.00 EUR"]
    found = pay_links.issued_file(one.token, desk=desk.desk, now=desk.now)
    assert (found.name, found.content[:4]) == (f"{desk.show(one.token).view.title}.pdf", b"%PDF")


def test_a_partner_without_such_a_gateway_is_paid_elsewhere(desk: PayLinkDesk) -> None:
    """The processor was set inactive after the mail went out: the invoice is shown, and nothing is promised."""
    linked = desk.linked()
    ref = Ref("w365_paymentprocessor", desk.processor)
    desk.quiet.update(ref, {"statecode": 1, "statuscode": 2})
    try:
        assert desk.show(linked.token).standing is Standing.ELSEWHERE
        with pytest.raises(PaidElsewhere, match="it needs one of the kind Stripe"):
            desk.open(linked.token)
    finally:
        desk.quiet.update(ref, {"statecode": 0, "statuscode": 1})
    assert desk.show(linked.token).standing is Standing.PAYABLE
