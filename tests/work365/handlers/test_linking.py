"""F50 in reminders and statements: the mail carries a pay link for each invoice that it asks for, as the invoice's own would."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.reminding import INVOICE, ReminderDesk
from work365.documents.pay_lines import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

DUE = date(2026, 3, 10)
FEBRUARY, NIGHT = date(2026, 2, 10), date(2026, 3, 3)
NOTICE, LINK = "w365_notice", "w365_paymentlink"
AP = "ap@a-1.example"


def on(day: int) -> date:
    """So many days after the invoices are due."""
    return DUE + timedelta(days=day)


@pytest.fixture(name="desk")
def _desk() -> ReminderDesk:
    """Reminders three and ten days late; links for thirty days, which a gateway takes."""
    desk = ReminderDesk()
    desk.reminder_plan("STD", (3, 10))
    desk.say("reminder-plan", "STD")
    desk.pays_by_link()
    return desk


def body(desk: ReminderDesk) -> str:
    """Of the last mail that left."""
    return str(desk.graph.outbox()[-1]["body"]["content"])


def kept(desk: ReminderDesk) -> tuple[str, str]:
    """What the row of the last notice says, and which links it lacks."""
    row = list(desk.api.find(Query(NOTICE, ("w365_body", "w365_message"), order="createdon")))[-1]
    return row["w365_body"], row["w365_message"] or ""


def test_a_reminder_carries_a_link_over_what_is_open(desk: ReminderDesk) -> None:
    """368.90 were billed and 100.00 are paid: 268.90 is what the mail says and what the page will ask for, until 12 April."""
    desk.open(desk.customer("A-1"), "INV-1", "368.90", due=DUE, w365_balance=Decimal("268.90"), **status(INVOICE, "Partial"))
    desk.day(on(3))
    assert desk.mailed_links() == [(AP, "INV-1", "268.90")]
    assert "INV-1, 268.90 EUR, until 12 April 2026: https://pay.example/api/pay#token-" in body(desk)
    assert MARK not in body(desk)
    [row] = desk.api.find(Query(LINK, ("w365_linkhash", "w365_expireson", "_w365_notice_value", "_w365_delivery_value")))
    assert (row["w365_expireson"][:10], row["_w365_delivery_value"]) == ("2026-04-12", None)
    [notice] = desk.api.find(Query(NOTICE, ("w365_noticeid",)))
    assert row["_w365_notice_value"] == notice["w365_noticeid"]


def test_what_is_kept_of_the_mail_opens_nothing(desk: ReminderDesk) -> None:
    """The row says what was sent, but for the token, before the mail leaves and afterwards."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.remind(on(3))
    assert MARK in kept(desk)[0]
    desk.deliver()
    said, message = kept(desk)
    assert "INV-1, 100.00 EUR, until 12 April 2026: [...]" in said
    assert (MARK in said, message) == (False, "")
    everything = str([desk.tenant.app.rows(table) for table in (NOTICE, LINK)])
    assert "token-" not in everything
    assert "/api/pay#" not in everything


def test_several_invoices_have_a_link_each_in_the_language_of_the_mail(desk: ReminderDesk) -> None:
    """F137: one mail, two links; the next step has two of its own, and the first go on opening."""
    german = desk.customer("A-1", w365_language="de")
    desk.open(german, "RE-1", "100.00", due=DUE)
    desk.open(german, "RE-2", "50.50", due=DUE)
    desk.day(on(3))
    assert desk.mailed_links() == [(AP, "RE-1", "100.00"), (AP, "RE-2", "50.50")]
    lines = body(desk).split("\n\n")[-2].splitlines()
    assert lines[0].startswith("Online ansehen und bezahlen, jede Rechnung über einen eigenen Link")
    assert [line.partition(": ")[0] for line in lines[1:]] == [
        "RE-1, 100,00 EUR, bis 12. April 2026",
        "RE-2, 50,50 EUR, bis 12. April 2026",
    ]
    desk.day(on(10))
    assert len(desk.mailed_links()) == 4
    assert desk.tenant.count(LINK) == 4


def test_each_address_has_links_of_its_own(desk: ReminderDesk) -> None:
    """So one can be withdrawn without the other."""
    contract = desk.reachable("C-1", secondaryemail="second@c-1.example")
    account = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))["_w365_account_value"]
    desk.open(account, "INV-1", "10.00", due=DUE, **bind("w365_Contract", "w365_billingcontract", contract))
    desk.day(on(3))
    assert [to for to, _, _ in desk.mailed_links()] == ["ap@c-1.example", "second@c-1.example"]
    assert desk.tenant.count(LINK) == 2


def off(desk: ReminderDesk, invoice: str) -> None:
    """The setting is off for the customer."""
    account = desk.api.read(Ref(INVOICE, invoice), select=("_w365_account_value",))["_w365_account_value"]
    desk.say("pay-link", "off", customer=account)


def partly_disputed(desk: ReminderDesk, invoice: str) -> None:
    """A link would pay the part that the mail does not ask for."""
    desk.api.update(Ref(INVOICE, invoice), {"w365_disputedamount": Decimal("10.00")})


def no_public_address(desk: ReminderDesk, _: str) -> None:
    """Nobody has said where customers reach us."""
    desk.linking = type(desk.linking)("", desk.linking.token)


def no_page(desk: ReminderDesk, _: str) -> None:
    """Stripe is gone."""
    [row] = desk.api.find(Query("w365_paymentprocessor", ("w365_paymentprocessorid",)))
    kind = {"w365_kind": choice_value("w365_paymentprocessor", "w365_kind", "GoCardless")}
    desk.api.update(Ref("w365_paymentprocessor", row["w365_paymentprocessorid"]), kind)


def unusable(desk: ReminderDesk, _: str) -> None:
    """Somebody wrote a setting by hand."""
    [row] = desk.api.find(Query("w365_setting", ("w365_settingid",), eq("w365_setting", "pay-link")))
    desk.api.update(Ref("w365_setting", row["w365_settingid"]), {"w365_value": "soon"})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (off, ""),
        (partly_disputed, ""),
        (no_public_address, "It carries no link to pay by: the setting W365_PUBLIC_URL does not say where"),
        (no_page, "It carries no link to pay by: no payment processor can be paid by a link in EUR (GoCardless)"),
        (unusable, "It carries no link to pay by: The setting 'pay-link' of the company cannot be used: 'soon' is"),
    ],
)
def test_a_mail_without_a_link_goes_out_and_its_notice_says_why(
    desk: ReminderDesk, change: Callable[[ReminderDesk, str], None], says: str
) -> None:
    """What the setting asks for and cannot be had is said; what it does not ask for is not."""
    change(desk, desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE))
    desk.day(on(3))
    assert ("/api/pay" in body(desk), MARK in body(desk), desk.tenant.count(LINK)) == (False, False, 0)
    assert kept(desk)[1].startswith(says)
    assert bool(kept(desk)[1]) == bool(says)


def collected(desk: ReminderDesk, account: str, invoice: str) -> None:
    """The invoice's contract is charged by itself."""
    contract = desk.contract("C-1", autocharge=choice_value("w365_billingcontract", "w365_autocharge", "Yes"))
    desk.api.update(Ref(INVOICE, invoice), bind("w365_Contract", "w365_billingcontract", contract))
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_Account", "account", account))


def test_what_is_charged_by_itself_has_no_link(desk: ReminderDesk) -> None:
    """It would be paid twice; the other invoice of the mail has one."""
    account = desk.customer("A-1")
    desk.issued(account, "INV-1", "80.00", FEBRUARY)
    collected(desk, account, desk.issued(account, "INV-2", "20.00", FEBRUARY))
    desk.say("statement", "own")
    desk.night()
    desk.deliver()
    assert desk.mailed_links() == [(AP, "INV-1", "80.00")]


@pytest.mark.parametrize(("due", "linked"), [(NIGHT, False), (NIGHT - timedelta(days=1), True)], ids=["due today", "late"])
def test_what_was_to_be_charged_by_itself_and_is_late_has_a_link(desk: ReminderDesk, due: date, *, linked: bool) -> None:
    """Its card was declined, or wants its holder: whoever is asked for the money can pay it."""
    account = desk.customer("A-1")
    collected(desk, account, desk.open(account, "INV-1", "80.00", due=due))
    desk.say("statement", "own")
    desk.night()
    desk.deliver()
    assert desk.mailed_links() == ([(AP, "INV-1", "80.00")] if linked else [])


def test_a_reminder_of_what_was_to_be_charged_by_itself_carries_a_link(desk: ReminderDesk) -> None:
    account = desk.customer("A-1")
    invoice = desk.open(account, "INV-1", "80.00", due=DUE)
    collected(desk, account, invoice)
    desk.day(on(3))
    assert desk.mailed_links() == [(AP, "INV-1", "80.00")]


def test_a_statement_carries_a_link_for_each_open_invoice_the_oldest_first(desk: ReminderDesk) -> None:
    """Of 100.00 the customer paid 40.00 in February, and all of INV-2 since: that one has no link any more, INV-3 has."""
    account = desk.customer("A-1")
    first = desk.issued(account, "INV-3", "100.00", FEBRUARY)
    second = desk.issued(account, "INV-2", "50.00", FEBRUARY + timedelta(days=1))
    desk.issued(account, "INV-4", "30.00", FEBRUARY + timedelta(days=2))
    desk.issued(account, "CN-5", "-5.00", FEBRUARY + timedelta(days=3))
    desk.paid(first, "40.00", FEBRUARY + timedelta(days=5))
    desk.api.update(Ref(INVOICE, first), {"w365_balance": Decimal("60.00"), **status(INVOICE, "Partial")})
    desk.say("statement", "own")
    desk.night()
    desk.api.update(Ref(INVOICE, second), {"w365_balance": Decimal(0), **status(INVOICE, "Paid")})
    desk.deliver()
    assert desk.mailed_links() == [(AP, "INV-3", "60.00"), (AP, "INV-4", "30.00")]
    said = [line.partition(",")[0] for line in body(desk).splitlines() if "/api/pay#" in line]
    assert said == ["INV-3", "INV-4"]
    assert kept(desk)[1] == ""


def test_mails_that_ask_for_no_invoice_ask_for_no_terms(desk: ReminderDesk) -> None:
    """A round of mails without links costs what it cost before: one request to look, one to begin, one to finish."""
    account = desk.customer("A-1")
    desk.issued(account, "INV-1", "100.00", FEBRUARY)
    desk.paid(next(row["w365_invoiceid"] for row in desk.api.find(Query(INVOICE, ("w365_invoiceid",)))), "100.00", FEBRUARY)
    desk.say("statement", "own")
    desk.night()
    desk.fuse.reset()
    desk.deliver()
    without = desk.fuse.count
    desk.issued(account, "INV-2", "100.00", FEBRUARY)
    desk.say("statement", "own", customer=account)
    desk.clock.moment += timedelta(days=31)
    desk.night()
    desk.fuse.reset()
    desk.deliver()
    assert desk.fuse.count == without + 1
