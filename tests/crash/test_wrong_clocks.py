"""Our clock was hours ahead when the gateway was asked, the answer got lost, and the clock is right again: nobody pays twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.desks.charge import Bill
from local.desks.pay_links import PayLinkDesk
from local.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.faults import Sent

PAID = Bill("150.00", "0.00", "Paid", ("Succeeded",), ("150.00",), 1)
AHEAD = [timedelta(minutes=30), timedelta(hours=3), timedelta(hours=50)]


@pytest.fixture
def desk() -> Iterator[PayLinkDesk]:
    built = PayLinkDesk()
    yield built
    built.close()


def set_ahead(desk: PayLinkDesk, ahead: timedelta) -> None:
    """From now on our clock is ahead of the gateway's."""
    desk.stripe.clock = lambda: desk.now - ahead


def set_right(desk: PayLinkDesk, ahead: timedelta) -> None:
    """Both clocks are the gateway's again."""
    desk.now -= ahead
    desk.stripe.clock = lambda: desk.now


def asks_for_money(sent: Sent) -> bool:
    """A request that makes a charge or a page."""
    return sent.address.endswith(("/v1/payment_intents", "/v1/checkout/sessions"))


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
def test_a_charge_is_found_and_not_made_again(desk: PayLinkDesk, ahead: timedelta) -> None:
    """Days later, when the gateway has forgotten the key: it is found, and whoever presses meanwhile is refused."""
    invoice = desk.invoice()
    set_ahead(desk, ahead)
    first = desk.job(invoice)
    desk.fuse.arm(at=1, fault=Fault.LOSE_ANSWER, among=asks_for_money)
    desk.run(first)
    desk.fuse.reset()
    assert (desk.bill(invoice).payments, desk.bill(invoice).taken) == (("Unknown",), 1)
    set_right(desk, ahead)
    desk.later(minutes=5)
    desk.run(desk.job(invoice))
    assert desk.bill(invoice).taken == 1
    desk.later(days=4)
    desk.sweep(invoice, first)
    desk.run(desk.job(invoice))
    assert desk.bill(invoice) == PAID


def test_a_page_is_found_and_closed_before_a_charge(desk: PayLinkDesk) -> None:
    """It can be paid on for hours after we believe that its hour is over."""
    ahead, linked = timedelta(hours=3), desk.linked()
    set_ahead(desk, ahead)
    desk.fuse.arm(at=1, fault=Fault.LOSE_ANSWER, among=asks_for_money)
    with pytest.raises(Exception, match="stripe"):
        desk.open(linked.token)
    desk.fuse.reset()
    assert desk.sessions(linked.invoice) == ["open"]
    set_right(desk, ahead)
    desk.later(minutes=5)
    desk.run(desk.job(linked.invoice))
    assert desk.sessions(linked.invoice) == ["expired"]
    assert (desk.bill(linked.invoice).payments, desk.bill(linked.invoice).taken) == (("Failed", "Succeeded"), 1)
