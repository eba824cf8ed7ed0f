"""Money that a payment has left over pays its own invoice as soon as that is open again, over the real adapters.

In each story the card payment of an invoice over 150.00 EUR was taken back by its bank, the invoice was paid by other money, and
the bank gave the card payment back: so all of it is left over. Then the other money goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator  # noqa: TC003  pytest reads the fixture's types
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, both, eq
from dataverse.rows import choice_value
from dataverse.stores.applying_credit import Credits
from dataverse.stores.currencies import Currencies
from dataverse.webapi import Ref
from local.desks.giving_back import GivingDesk, Stand
from local.gocardless.enrolling import control as door
from work365.handlers import applying_credit
from work365.jobs import JobKind
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from work365.receivables.applying_credit import CreditTakenBack
    from work365.receivables.payments import InvoiceId

PAID_BY_CARD = ("150.00", "0.00", "Paid", "150.00", "0.00")
CREDIT = "CN-2026-00009"


@pytest.fixture
def desk() -> Iterator[GivingDesk]:
    """A tenant that listens to both gateways."""
    giving = GivingDesk()
    giving.listen()
    yield giving
    giving.close()


def left_over(desk: GivingDesk, pay: Callable[[GivingDesk, InvoiceId], object]) -> InvoiceId:
    """An invoice whose contract sends to its books, paid by other money, beside a card payment that pays nothing."""
    invoice = desk.paid(**desk.to_books())
    dispute = desk.dispute(invoice)
    pay(desk, invoice)
    desk.disputed(dispute, "won")
    stand = desk.stand(invoice)
    assert (stand.charged, stand.balance, stand.status, stand.spare) == ("150.00", "0.00", "Paid", "150.00")
    return invoice


def told(stand: Stand) -> tuple[str, ...]:
    return stand.charged, stand.balance, stand.status, stand.used, stand.spare


def pay_by_credit(desk: GivingDesk, invoice: InvoiceId) -> None:
    """Another invoice's credit note pays it."""
    kind = choice_value("w365_invoice", "w365_kind", "Credit note")
    note = desk.billed("-150.00", w365_kind=kind)
    desk.quiet.update(Ref("w365_invoice", note), {"w365_number": CREDIT})
    applying_credit.apply(CREDIT, [Wish(desk.number(invoice))], book=_credits(desk), now=desk.now)


def take_credit_back(desk: GivingDesk, invoice: InvoiceId) -> CreditTakenBack:
    return applying_credit.take_back(CREDIT, desk.number(invoice), "Meant otherwise", book=_credits(desk))


def _credits(desk: GivingDesk) -> Credits:
    return Credits(desk.guarded, Currencies(desk.quiet), desk.now.date)


def charge_back(desk: GivingDesk, invoice: InvoiceId) -> None:
    [debit] = desk.debits(invoice)
    door(desk.gocardless, "move", payment=debit["id"], to="charged_back")
    desk.told(1)


def give_debit_back(desk: GivingDesk, invoice: InvoiceId) -> None:
    """The customer is given what the debit took, all of it."""
    desk.run(desk.wish(invoice, payment=_through(desk, invoice, "PM")))
    desk.refund_moves(invoice, "submitted", "paid")


def syncs(desk: GivingDesk, invoice: InvoiceId) -> int:
    kind = choice_value("w365_job", "w365_kind", JobKind.SYNC.value)
    mine = both(eq("w365_kind", kind), eq("_w365_invoice_value", invoice))
    return len(list(desk.quiet.find(Query("w365_job", ("w365_jobid",), mine))))


@pytest.mark.parametrize(
    ("pay", "goes", "owed"),
    [
        (lambda desk, invoice: desk.transfer(invoice, 15000, "T-1"), lambda desk, _: desk.bounce("T-1"), "0.00"),
        (pay_by_credit, take_credit_back, "-150.00"),
        (lambda desk, invoice: desk.collect(invoice, debit=True), charge_back, "0.00"),
        (lambda desk, invoice: desk.collect(invoice, debit=True), give_debit_back, "0.00"),
    ],
    ids=["a transfer bounces", "a credit note is taken back", "a debit is charged back", "a debit is given back"],
)
def test_it_pays_as_soon_as_other_money_goes(
    desk: GivingDesk,
    pay: Callable[[GivingDesk, InvoiceId], object],
    goes: Callable[[GivingDesk, InvoiceId], object],
    owed: str,
) -> None:
    """The invoice is never open; the books are told, the balance and the statement agree, and nobody can charge it again."""
    invoice = left_over(desk, pay)
    paid_on, before = _paid_on(desk, invoice), syncs(desk, invoice)
    desk.later(days=3)
    goes(desk, invoice)
    assert told(desk.stand(invoice)) == PAID_BY_CARD
    assert desk.owed() == (owed, owed)
    assert (_paid_on(desk, invoice), syncs(desk, invoice)) == (paid_on, before + 1)
    assert _said(desk, _through(desk, invoice, "pi_")) == f"150.00 EUR of it pays {desk.number(invoice)}"
    job = desk.job(invoice, profile=desk.profile)
    desk.run(job)
    assert desk.state_of(job)[0] == "Refused"
    assert desk.state_of(job)[1].endswith("is paid already; there is nothing left to charge.")


def _through(desk: GivingDesk, invoice: InvoiceId, mark: str) -> str:
    """The payment of an invoice whose id at its gateway begins so."""
    found = [row for row in desk.payments_of(invoice) if (row["w365_gatewayreference"] or "").startswith(mark)]
    return str(found[0]["w365_paymentid"])


def _said(desk: GivingDesk, payment: str) -> str:
    return str(desk.quiet.read(Ref("w365_payment", payment), select=("w365_message",))["w365_message"])


def _paid_on(desk: GivingDesk, invoice: InvoiceId) -> str:
    return str(desk.quiet.read(Ref("w365_invoice", invoice), select=("w365_paidon",))["w365_paidon"])


def test_what_it_does_not_reach_is_open(desk: GivingDesk) -> None:
    """50.00 of the card payment were given back before: as much is open, and can be charged."""
    invoice = left_over(desk, lambda desk, invoice: desk.transfer(invoice, 15000, "T-1"))
    desk.run(desk.wish(invoice, "50.00", payment=_through(desk, invoice, "pi_")))
    desk.bounce("T-1")
    assert told(desk.stand(invoice)) == ("100.00", "50.00", "Partial", "100.00", "0.00")
    assert desk.owed() == ("50.00", "50.00")
    desk.collect(invoice)
    assert told(desk.stand(invoice)) == ("150.00", "0.00", "Paid", "150.00", "0.00")


def test_a_part_that_goes_is_paid_by_a_part(desk: GivingDesk) -> None:
    """What is not needed stays left over, and the payment says so."""
    invoice = left_over(desk, lambda desk, invoice: desk.collect(invoice, debit=True))
    desk.run(desk.wish(invoice, "40.00", payment=_through(desk, invoice, "PM")))
    desk.refund_moves(invoice, "submitted", "paid")
    assert told(desk.stand(invoice)) == ("150.00", "0.00", "Paid", "150.00", "110.00")
    number = desk.number(invoice)
    opened = f"Invoice {number} is open again by 40.00 EUR, of which other money that was left over pays 40.00 EUR"
    assert f"{opened}; its balance is 0.00 EUR" in desk.said(invoice)
    words = f"40.00 EUR of it pays {number}, 110.00 EUR pays nothing: give it back"
    assert _said(desk, _through(desk, invoice, "pi_")) == words
