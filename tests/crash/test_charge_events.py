"""Events and clicks in any order and number: the gateway's webhooks over the real adapters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from local.desks.charge import Bill, ChargeDesk
from local.stripe.enrolling import control
from providers.stripe.webhooks import Ignored
from work365.ports.payments import PaymentHint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.receivables.payments import InvoiceId

PAID = Bill("150.00", "0.00", "Paid", ("Succeeded",), ("150.00",), 1)
OPEN = Bill("0.00", "150.00", "Issued", ("Processing",), (), 0)
RETURNED = Bill("0.00", "150.00", "Issued", ("Failed",), (), 0)


@pytest.fixture
def desk() -> Iterator[ChargeDesk]:
    """A tenant that listens to the gateway."""
    listening = ChargeDesk()
    listening.listen()
    yield listening
    listening.close()


def debit(desk: ChargeDesk) -> InvoiceId:
    """An invoice whose bank debit is on its way."""
    invoice = desk.invoice()
    desk.run(desk.job(invoice, profile=desk.enrol("pm_usBankAccount_success")))
    assert desk.bill(invoice) == OPEN
    return invoice


@pytest.mark.parametrize("order", ["oldest first", "newest first"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_debit_is_paid_once_however_its_events_come(desk: ChargeDesk, order: str, times: int) -> None:
    """Repeated and reordered webhooks end in the same books."""
    invoice = debit(desk)
    control(desk.stripe, "settle", {"payment_intent": desk.only_payment(invoice)["w365_gatewayreference"]})
    for _ in range(times - 1):
        for event in control(desk.stripe, "events"):
            control(desk.stripe, "send", {"event": event["id"]})
    control(desk.stripe, "deliver", {"order": order})
    assert desk.bill(invoice) == PAID
    hints = [heard for heard in desk.heard if isinstance(heard, PaymentHint)]
    assert len(hints) == 2 * times
    assert Ignored("charge.succeeded") in desk.heard


def test_a_late_event_changes_nothing_any_more(desk: ChargeDesk) -> None:
    """Scenario A10: days later the same events come again, and the payment stays what it is."""
    invoice = desk.invoice()
    desk.run(desk.job(invoice))
    desk.later(days=2)
    for event in control(desk.stripe, "events"):
        control(desk.stripe, "send", {"event": event["id"]})
    desk.stripe.deliver()
    assert desk.bill(invoice) == PAID


def test_a_returned_debit_is_told_and_the_invoice_can_be_charged_again(desk: ChargeDesk) -> None:
    """The bank says no after days: nothing was paid, and the next attempt takes the money."""
    invoice = debit(desk)
    control(desk.stripe, "settle", {"payment_intent": desk.only_payment(invoice)["w365_gatewayreference"], "ends": "failed"})
    desk.stripe.deliver()
    assert desk.bill(invoice) == RETURNED
    assert desk.only_payment(invoice)["w365_message"].startswith("The bank debit was declined: The customer's bank account")
    desk.run(desk.job(invoice))
    assert desk.bill(invoice) == Bill("150.00", "0.00", "Paid", ("Failed", "Succeeded"), ("150.00",), 1)


def test_a_debit_under_way_keeps_others_out(desk: ChargeDesk) -> None:
    """Nobody charges a card for what a bank debit is about to pay."""
    invoice = debit(desk)
    job = desk.job(invoice)
    desk.run(job)
    assert desk.state_of(job)[0] == "Refused"
    assert "is already being charged: a bank debit of 150.00 EUR is on its way" in desk.state_of(job)[1]
    assert desk.bill(invoice) == OPEN


def test_clicks_from_several_threads_charge_once(desk: ChargeDesk) -> None:
    """Four people press the button at the same moment: one charge, three refusals in words."""
    invoice = desk.invoice()
    jobs = [desk.job(invoice) for _ in range(4)]
    ready = threading.Barrier(len(jobs))

    def press(job: str) -> None:
        ready.wait()
        desk.run(job)

    threads = [threading.Thread(target=press, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.bill(invoice) == PAID
    states = sorted(desk.state_of(job)[0] for job in jobs)
    assert states == ["Refused", "Refused", "Refused", "Succeeded"]
