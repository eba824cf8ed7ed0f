"""Charge as a person clicks it: the button on the invoice's form, the dialog, the worker behind it, and the form again."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dataverse.rows import bind
from local.dataverse.seed import currency_id
from local.faults import AnswerLost
from tests.browser.forms import Form, press, says
from tests.browser.judging import NARROW_PX, overhang_px, tabbed, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from local.desks.clicking import ClickDesk
    from local.http import Request, Response
    from work365.receivables.payments import InvoiceId

    Open = Callable[[InvoiceId], Form]


INVOICE = "w365_invoice"


@pytest.fixture
def open_form(page: Page, url: str, biller: str) -> Open:
    """Open the form of an invoice as somebody who may take money."""
    return lambda invoice: Form(page, url, biller, INVOICE, invoice)


@contextmanager
def losing_answers(desk: ClickDesk) -> Iterator[None]:
    """Whatever is asked of the gateway is done, and its answer is lost."""

    def deaf(request: Request) -> Response:
        desk.stripe(request)
        message = "the answer was lost"
        raise AnswerLost(message)

    desk.reach_stripe_by(deaf)
    try:
        yield
    finally:
        desk.reach_stripe_by(desk.stripe)


def test_a_part_and_then_the_rest(desk: ClickDesk, open_form: Open) -> None:
    """40.00 of 100.00: Partial, 40.00 charged, 60.00 left; the next dialog proposes 60.00; then Paid, 0.00, and no Charge."""
    form = open_form(desk.bill_of("100.00"))
    dialog = form.press("Charge")
    expect(dialog.get_by_label("Amount in EUR")).to_have_value("100.00")
    press(dialog, "Charge", amount="40.00")
    says(dialog, "Charged 40.00 EUR to Visa ending 4242; balance 60.00 EUR")
    press(dialog, "Close")
    form.shows(statuscode="Partial", w365_amountcharged="€40.00", w365_balance="€60.00")
    dialog = form.press("Charge")
    expect(dialog.get_by_label("Amount in EUR")).to_have_value("60.00")
    press(dialog, "Charge")
    says(dialog, "Charged 60.00 EUR to Visa ending 4242; balance 0.00 EUR")
    press(dialog, "Close")
    form.shows(statuscode="Paid", w365_amountcharged="€100.00", w365_balance="€0.00")
    expect(form.page.get_by_role("toolbar")).to_have_text("")


def test_what_the_dialog_shows(desk: ClickDesk, open_form: Open) -> None:
    """Customer, number, dates, amounts and lines of the invoice, and the profile that is charged unless another is chosen."""
    form = open_form(desk.bill_of("100.00"))
    dialog = form.press("Charge")
    shown = dialog.locator(".facts").inner_text().split("\n")
    assert shown == [
        *("Customer", "Contoso", "Invoice date", "3/1/2026", "Due date", "3/31/2026"),
        *("Total", "€100.00", "Amount charged", "€0.00", "Balance", "€100.00"),
    ]
    rows = [row.inner_text().split("\t") for row in dialog.get_by_role("row").all()]
    assert rows == [
        ["Description", "Quantity", "Amount"],
        ["Microsoft 365 E3, March 2026", "4", "€60.00"],
        ["Azure plan, February 2026", "1", "€40.00"],
    ]
    assert dialog.get_by_role("combobox", name="Payment profile").input_value() == desk.profile


def test_what_was_typed_on_the_form(desk: ClickDesk, open_form: Open) -> None:
    """What a person typed and did not save is saved before the dialog opens; nothing of it gets lost when the figures come."""
    form = open_form(desk.bill_of("100.00"))
    form.types("w365_purchaseorder", "PO-7")
    dialog = form.press("Charge")
    press(dialog, "Charge", amount="40.00")
    says(dialog, re.compile("Charged 40.00 EUR"))
    press(dialog, "Close")
    form.shows(statuscode="Partial", w365_amountcharged="€40.00", w365_balance="€60.00")
    expect(form.page.locator("#w365_purchaseorder")).to_have_text("PO-7")


def test_the_total_block_of_the_form(desk: ClickDesk, open_form: Open) -> None:
    """The form shows the total, then the amount charged, then the balance."""
    form = open_form(desk.bill_of("100.00"))
    names = form.page.locator("dt").all_inner_texts()
    assert [name for name in names if name in {"w365_balance", "w365_total", "w365_amountcharged"}] == [
        "w365_total",
        "w365_amountcharged",
        "w365_balance",
    ]


REFUSED = {
    "0": "The amount must be above zero. Charge at most 60.00 EUR.",
    "-5.00": "The amount must be above zero. Charge at most 60.00 EUR.",
    "60.01": "60.01 EUR is more than the balance. Charge at most 60.00 EUR.",
    "9999999999999": "9999999999999.00 EUR is more than the balance. Charge at most 60.00 EUR.",
    "59.999": "Write the amount like 60.00, without thousands separators; EUR has 2 decimal places. Charge at most 60.00 EUR.",
    "1,000": "Write the amount like 60.00, without thousands separators; EUR has 2 decimal places. Charge at most 60.00 EUR.",
    "6e1": "Write the amount like 60.00, without thousands separators; EUR has 2 decimal places. Charge at most 60.00 EUR.",
    "": "Write the amount like 60.00, without thousands separators; EUR has 2 decimal places. Charge at most 60.00 EUR.",
}


def test_amounts_that_are_refused(desk: ClickDesk, open_form: Open) -> None:
    """Each is refused with what is permitted, at the field, and no job is made; a lower one with a comma is charged then."""
    invoice = desk.bill_of("60.00")
    form = open_form(invoice)
    dialog = form.press("Charge")
    said: dict[str, str] = {}
    for amount in REFUSED:
        press(dialog, "Charge", amount=amount)
        said[amount] = dialog.get_by_role("alert").inner_text()
        assert dialog.get_by_label("Amount in EUR").get_attribute("aria-invalid") == "true"
    assert said == REFUSED
    assert desk.jobs_of(invoice) == []
    press(dialog, "Charge", amount="59,50")
    says(dialog, "Charged 59.50 EUR to Visa ending 4242; balance 0.50 EUR")


def test_a_currency_without_decimal_places(desk: ClickDesk, open_form: Open) -> None:
    """Yen have none: the balance stands there as a whole number, and a part of a yen is refused."""
    yen = bind("transactioncurrencyid", "transactioncurrency", currency_id("JPY"))
    dialog = open_form(desk.invoice("5000", **yen)).press("Charge")
    amount = dialog.get_by_label("Amount in JPY")
    expect(amount).to_have_value("5000")
    amount.fill("2500.5")
    press(dialog, "Charge")
    expect(dialog.get_by_role("alert")).to_have_text(
        "Write the amount like 5000, without thousands separators; JPY has no decimal places. Charge at most 5000 JPY."
    )
    amount.fill("2500")
    press(dialog, "Charge")
    says(dialog, "Charged 2500 JPY to Visa ending 4242; balance 2500 JPY")


def test_hiding_is_not_security(desk: ClickDesk, page: Page, url: str) -> None:
    """Who opens the dialog past its button, without the rights of billing, is refused by the tenant: no job, no payment."""
    invoice = desk.bill_of("100.00")
    form = Form(page, url, desk.hire("Work365 Customer Service"), INVOICE, invoice)
    dialog = form.open_dialog("w365_/dialogs/charge.html")
    press(dialog, "Charge")
    says(dialog, re.compile("^Your request was refused, and nothing was charged.+privilege"))
    assert (desk.jobs_of(invoice), desk.bill(invoice).payments) == ([], ())


def test_a_declined_charge(desk: ClickDesk, open_form: Open) -> None:
    """The gateway's reason in words, on the dialog and on the form; no amount changes; another profile may be tried at once."""
    invoice, broke = desk.bill_of("100.00"), desk.enrol("pm_card_chargeCustomerFail")
    form = open_form(invoice)
    dialog = form.press("Charge")
    dialog.get_by_role("combobox", name="Payment profile").select_option(broke)
    press(dialog, "Charge")
    says(dialog, re.compile("The card was declined: .+ Nothing was charged"))
    declined = dialog.get_by_role("status").inner_text()
    dialog.get_by_role("button", name="Charge again").click()
    expect(dialog.get_by_label("Amount in EUR")).to_have_value("100.00")
    dialog.get_by_role("button", name="Cancel").click()
    form.shows(statuscode="Issued", w365_amountcharged="€0.00", w365_balance="€100.00")
    expect(form.page.locator("#w365_lastchargestatus")).to_have_text(declined)
    press(form.press("Charge"), "Charge")
    says(dialog, re.compile("Charged 100.00 EUR to Visa ending 4242"))
    assert desk.bill(invoice).payments == ("Failed", "Succeeded")


def test_a_card_that_wants_its_holder(desk: ClickDesk, open_form: Open) -> None:
    """3-D Secure: the bank wants the cardholder to confirm; the dialog says so and what to do, and nothing is charged."""
    invoice, secure = desk.bill_of("100.00"), desk.enrol("pm_card_authenticationRequired")
    dialog = open_form(invoice).press("Charge")
    dialog.get_by_role("combobox", name="Payment profile").select_option(secure)
    press(dialog, "Charge")
    says(
        dialog,
        "100.00 EUR was not charged: the bank wants the cardholder to confirm it. Ask for another way to pay, as by a pay link.",
    )
    assert desk.bill(invoice).charged == "0.00"


def test_an_outcome_that_nobody_knows(desk: ClickDesk, open_form: Open) -> None:
    """The gateway's answer is lost: confirming, never failed; once it is known, dialog and form show it by themselves."""
    invoice = desk.bill_of("100.00")
    form = open_form(invoice)
    form.page.clock.install()
    dialog = form.press("Charge")
    with losing_answers(desk):
        press(dialog, "Charge", amount="40.00")
        says(dialog, re.compile("^Confirming. No answer came .+ You may close this window"))
    assert not re.search("fail|declin|refus", dialog.get_by_role("status").inner_text(), re.IGNORECASE)
    press(dialog, "Close")
    expect(form.page.get_by_text("What you asked for is under way.")).to_be_visible()
    form.shows(statuscode="Issued", w365_amountcharged="€0.00", w365_balance="€100.00")
    desk.later(seconds=130)
    desk.sweep(invoice, *desk.jobs_of(invoice))
    form.page.clock.fast_forward(3000)
    form.shows(statuscode="Partial", w365_amountcharged="€40.00", w365_balance="€60.00")
    expect(form.page.get_by_text("What you asked for is under way.")).to_be_hidden()


def test_a_dialog_that_is_left_open_while_it_is_confirmed(desk: ClickDesk, open_form: Open) -> None:
    """The dialog itself looks again until the job has ended."""
    invoice = desk.bill_of("100.00")
    form = open_form(invoice)
    form.page.clock.install()
    dialog = form.press("Charge")
    with losing_answers(desk):
        press(dialog, "Charge")
        says(dialog, re.compile("^Confirming"))
    desk.later(seconds=130)
    desk.sweep(invoice, *desk.jobs_of(invoice))
    form.page.clock.fast_forward(4000)
    says(dialog, "Charged 100.00 EUR to Visa ending 4242; balance 0.00 EUR")
    assert desk.bill(invoice).taken == 1


def test_a_customer_without_a_profile(desk: ClickDesk, open_form: Open) -> None:
    """The dialog says so and offers to ask the customer; one that waits already is named."""
    form = open_form(desk.bill_of("100.00", account=desk.northwind))
    dialog = form.press("Charge")
    nobody = dialog.get_by_role("region", name="No payment profile")
    expect(nobody).to_have_text(re.compile("Northwind Traders has no payment profile .+ Mail a request link: on its page"))
    assert [button.inner_text() for button in dialog.get_by_role("button").all()] == ["Mail a request link", "Close"]
    press(dialog, "Close")
    desk.request_of(desk.northwind)
    form.press("Charge")
    expect(nobody).to_have_text(re.compile("One waits for the customer or the bank"))


def test_who_may_not_take_money(desk: ClickDesk, page: Page, url: str) -> None:
    """Sales may ask for jobs, yet not for a charge: the button is not there."""
    person = desk.hire("Work365 Sales")
    assert Form(page, url, person, INVOICE, desk.bill_of("100.00")).commands == []


def test_a_dialog_that_stands_alone(page: Page, url: str) -> None:
    """Its page, opened by its address, says where it belongs."""
    page.goto(f"{url}/WebResources/w365_/dialogs/charge.html")
    says(page, "Open this dialog with Charge on the form of an invoice.")


@pytest.mark.parametrize(("label", "balance"), [("Draft", "100.00"), ("Issued", "0.00"), ("Cancelled", "100.00")])
def test_invoices_that_nobody_charges(desk: ClickDesk, open_form: Open, label: str, balance: str) -> None:
    """A draft, an invoice that nothing is open on, and a cancelled one have no Charge."""
    assert open_form(desk.invoice("100.00", label, w365_balance=Decimal(balance))).commands == []


def test_by_keyboard_alone(desk: ClickDesk, open_form: Open) -> None:
    """From the command bar to the form that shows the result, with Tab, Enter and typing; what has the focus shows it."""
    form = open_form(desk.bill_of("100.00"))
    form.page.keyboard.press("Tab")
    form.page.keyboard.press("Enter")
    dialog = form.page.frame_locator("iframe")
    expect(dialog.get_by_label("Amount in EUR")).to_be_focused()
    frame = form.page.frames[1]
    assert tabbed(form.page, frame, 2) == ["submit", "cancel"]
    form.page.keyboard.press("Shift+Tab")
    form.page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_label("Amount in EUR")).to_be_focused()
    form.page.keyboard.type("25.00")
    form.page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_be_focused()
    assert tabbed(form.page, frame, 1) == ["close"]
    form.page.keyboard.press("Enter")
    form.shows(statuscode="Partial", w365_amountcharged="€25.00", w365_balance="€75.00")


def test_nothing_is_in_the_way_of_anybody(desk: ClickDesk, open_form: Open) -> None:
    """Axe finds nothing on the dialog in any of its states, and at 380 px nobody scrolls sideways."""
    form = open_form(desk.bill_of("100.00"))
    form.page.set_viewport_size({"width": NARROW_PX, "height": 700})
    dialog = form.press("Charge")
    frame = form.page.frames[1]
    found = {"opened": (violations(frame), overhang_px(frame))}
    press(dialog, "Charge", amount="0")
    found["refused"] = (violations(frame), overhang_px(frame))
    press(dialog, "Charge", amount="40")
    says(dialog, re.compile("Charged 40.00 EUR"))
    found["charged"] = (violations(frame), overhang_px(frame))
    press(dialog, "Close")
    nobody = open_form(desk.bill_of("100.00", account=desk.northwind))
    nobody.press("Charge")
    found["no profile"] = (violations(form.page.frames[1]), overhang_px(form.page.frames[1]))
    assert found == dict.fromkeys(found, ([], 0))
