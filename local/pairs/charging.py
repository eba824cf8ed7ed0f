"""Stories of money that is taken through a gateway."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local.desks.charge import Bill
from local.desks.debit import DebitDesk
from local.desks.retrying import RetryDesk
from local.faults import Fault
from local.gocardless.enrolling import bounce, collect
from local.pairs.story import Point, Scene, Story, attempt
from local.stripe.enrolling import control
from work365.ports.payments import PaymentHint

if TYPE_CHECKING:
    from local.desks.charge import ChargeDesk
    from work365.receivables.payments import InvoiceId

PASS_S = 130
"""Longer than a job may rest untouched before the sweep brings it back."""
PASSES = 6
TAKEN = Bill("150.00", "0.00", "Paid", ("Succeeded",), ("150.00",), 1)
UNDER_WAY = Bill("0.00", "150.00", "Issued", ("Processing",), (), 1)
DECLINED = Bill("0.00", "150.00", "Issued", ("Failed",), (), 0)


def sweeps(desk: ChargeDesk, invoice: InvoiceId, *jobs: str) -> None:
    """The sweep comes round until no job is open, and once more."""
    for _ in range(PASSES):
        desk.later(seconds=PASS_S)
        desk.sweep(invoice, *jobs)
        if all(desk.state_of(job)[0] in ("Succeeded", "Refused", "Failed") for job in jobs):
            return


def charged(token: str = "pm_card_visa", amount: str | None = None) -> Scene:  # noqa: S107  a test card
    """A person presses Charge. Shape: `token` is a test card or account of Stripe, or "sepa_core" for a mandate at GoCardless."""
    desk = DebitDesk()
    profile = desk.sign(token) if token == "sepa_core" else desk.enrol(token)  # noqa: S105  a scheme
    invoice = desk.invoice()
    job = desk.job(invoice, amount=amount, profile=profile)
    return Scene(
        desk.fuse,
        act=partial(desk.run, job),
        settle=partial(sweeps, desk, invoice, job),
        seen=lambda: (desk.bill(invoice), desk.state_of(job)[0]),
    )


def confirmed() -> Scene:
    """The answer to a charge got lost, and somebody asks what became of it."""
    desk = DebitDesk()
    invoice = desk.invoice()
    job = desk.job(invoice)
    sent = _sent(desk, desk.invoice())
    attempt(Scene(desk.fuse, partial(desk.run, job), int, int), Point(1 + sent.index("/v1/payment_intents"), Fault.LOSE_ANSWER))
    confirmation = desk.job(invoice, payment=desk.only_payment(invoice)["w365_paymentid"])
    return Scene(
        desk.fuse,
        act=partial(desk.run, confirmation),
        settle=partial(sweeps, desk, invoice, job, confirmation),
        seen=lambda: (desk.bill(invoice), desk.state_of(job)[0], desk.state_of(confirmation)[0]),
    )


def _sent(desk: DebitDesk, other: InvoiceId) -> list[str]:
    """Where a charge sends its requests, once what is kept is known."""
    for one in (other, desk.invoice()):
        desk.fuse.reset()
        desk.run(desk.job(one))
    return [sent.address for sent in desk.fuse.sent]


def heard(*, ends: str = "succeeded") -> Scene:
    """A bank debit of Stripe has ended, and its event is worked on."""
    desk = DebitDesk()
    invoice = desk.invoice()
    desk.run(desk.job(invoice, profile=desk.enrol("pm_usBankAccount_success")))
    reference = desk.only_payment(invoice)["w365_gatewayreference"]
    control(desk.stripe, "settle", {"payment_intent": reference, "ends": ends})
    return _hearing(desk, invoice, PaymentHint(reference, ""))


def collected(*, back: bool = False) -> Scene:
    """The bank has taken a debit of GoCardless, or said no to it."""
    desk = DebitDesk()
    invoice = desk.invoice()
    desk.run(desk.job(invoice, profile=desk.sign("sepa_core")))
    debit = desk.debits(invoice)[0]["id"]
    (bounce if back else collect)(desk.gocardless, debit)
    return _hearing(desk, invoice, PaymentHint(debit, ""))


def _hearing(desk: DebitDesk, invoice: InvoiceId, hint: PaymentHint) -> Scene:
    return Scene(
        desk.fuse,
        act=partial(desk.event, hint),
        settle=partial(sweeps, desk, invoice),
        seen=lambda: desk.bill(invoice),
    )


def retried() -> Scene:
    """A declined charge is due again in this night, and the card has money now."""
    desk = RetryDesk()
    invoice = desk.owed()
    desk.later(days=3)
    desk.behave("succeeds")

    def nights() -> None:
        for hours in (1, 24):
            desk.later(hours=hours)
            desk.night()
            desk.sweep(invoice)

    return Scene(desk.fuse, act=desk.night, settle=nights, seen=lambda: desk.bill(invoice))


STORIES = (
    Story("charge a card", "charging.charge", charged, (TAKEN, "Succeeded")),
    Story(
        "charge a part",
        "charging.charge",
        partial(charged, amount="40.00"),
        (Bill("40.00", "110.00", "Partial", ("Succeeded",), ("40.00",), 1), "Succeeded"),
    ),
    Story("a card is declined", "charging.charge", partial(charged, "pm_card_chargeCustomerFail"), (DECLINED, "Refused")),
    Story("charge a mandate", "charging.charge", partial(charged, "sepa_core"), (UNDER_WAY, "Succeeded")),
    Story("confirm a charge", "charging.confirm", confirmed, (TAKEN, "Succeeded", "Succeeded")),
    Story("a debit arrives", "hearing.hear", heard, TAKEN),
    Story("a debit fails late", "hearing.hear", partial(heard, ends="failed"), DECLINED),
    Story("a mandate's debit arrives", "hearing.hear", collected, TAKEN),
    Story("a mandate's debit comes back", "hearing.hear", partial(collected, back=True), DECLINED),
    Story(
        "a retry takes the money",
        "retrying.retry_due",
        retried,
        Bill("150.00", "0.00", "Paid", ("Failed", "Succeeded"), ("150.00",), 1),
    ),
)
