"""Refund as a person clicks it: the button on the payment's form, the dialog, the worker behind it, and the form again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dataverse.query import Query, eq
from tests.browser.forms import Form, press, says
from tests.browser.judging import NARROW_PX, overhang_px, violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from local.desks.clicking import ClickDesk

    Open = Callable[[str], Form]

PAYMENT = "w365_payment"


@pytest.fixture
def open_form(page: Page, url: str, biller: str) -> Open:
    """Open the form of a payment as somebody who may give money back."""
    return lambda payment: Form(page, url, biller, PAYMENT, payment)


@pytest.fixture
def payment(desk: ClickDesk) -> str:
    """A payment of 100.00 by card."""
    return desk.paid("100.00")


def refunds_of(desk: ClickDesk, payment: str) -> list[float]:
    """The amounts of a payment's refunds."""
    mine = eq("_w365_payment_value", payment)
    return [float(row["w365_amount"]) for row in desk.quiet.find(Query("w365_refund", ("w365_amount",), mine, "w365_attempt"))]


def test_a_part_and_then_the_rest(desk: ClickDesk, open_form: Open, payment: str) -> None:
    """40.00 of 100.00 go back, with the reason; the next dialog proposes 60.00; then nothing is left."""
    form = open_form(payment)
    dialog = form.press("Refund")
    expect(dialog.get_by_label("Amount in EUR")).to_have_value("100.00")
    press(dialog, "Refund", amount="40.00", reason="Two seats  too many")
    says(
        dialog,
        re.compile(r"^Refunded 40\.00 EUR to Visa ending 4242: Two seats too many\. Invoice INV-\d+ is open again by 40\.00"),
    )
    expect(dialog.locator("#left")).to_have_text("60.00 EUR")
    press(dialog, "Close")
    dialog = form.press("Refund")
    expect(dialog.get_by_label("Amount in EUR")).to_have_value("60.00")
    press(dialog, "Refund", reason="Contract ended")
    says(dialog, re.compile("^Refunded 60.00 EUR"))
    press(dialog, "Close")
    says(form.press("Refund"), "Nothing is left of this payment to give back.")
    assert refunds_of(desk, payment) == [40, 60]


def test_what_is_refused(desk: ClickDesk, open_form: Open, payment: str) -> None:
    """Too much is refused with what is permitted, and so is a refund without a reason; no job is made."""
    dialog = open_form(payment).press("Refund")
    press(dialog, "Refund", amount="100.01", reason="Paid twice")
    expect(dialog.locator("#amount-error")).to_have_text(
        "100.01 EUR is more than what is left of the payment. Give back at most 100.00 EUR."
    )
    press(dialog, "Refund", amount="100.00", reason="  ")
    expect(dialog.locator("#reason-error")).to_have_text(re.compile("^Say why the money is given back"))
    expect(dialog.get_by_label("Reason")).to_be_focused()
    assert list(desk.quiet.find(Query("w365_job", ("w365_jobid",), eq("_w365_payment_value", payment)))) == []


def test_two_windows_at_once(desk: ClickDesk, open_form: Open, payment: str, browser: Browser, url: str, biller: str) -> None:
    """Two windows that ask for the same give it back once; a third that asks for more is told what the first did."""
    contexts = [browser.new_context() for _ in range(2)]
    mine = open_form(payment).press("Refund")
    other, late = (Form(one.new_page(), url, biller, PAYMENT, payment).press("Refund") for one in contexts)
    desk.hold()
    for dialog in (mine, other):
        press(dialog, "Refund", amount="40.00", reason="Paid twice")
    desk.go_on()
    for dialog in (mine, other):
        says(dialog, re.compile("^Refunded 40.00 EUR"))
    press(late, "Refund", amount="50.00", reason="Paid twice")
    says(late, re.compile("^Another refund of this payment was asked for .+ It says: Refunded 40.00 EUR"))
    for one in contexts:
        one.close()
    assert refunds_of(desk, payment) == [40]


def test_who_may_not_give_money_back(desk: ClickDesk, page: Page, url: str, payment: str) -> None:
    """Sales sees payments, and no button."""
    assert Form(page, url, desk.hire("Work365 Sales"), PAYMENT, payment).commands == []


def test_nothing_is_in_the_way_of_anybody(open_form: Open, payment: str) -> None:
    """Axe finds nothing on the dialog, and at 380 px nobody scrolls sideways."""
    form = open_form(payment)
    form.page.set_viewport_size({"width": NARROW_PX, "height": 700})
    dialog = form.press("Refund")
    press(dialog, "Refund", reason="")
    frame = form.page.frames[1]
    assert (violations(frame), overhang_px(frame)) == ([], 0)
    press(dialog, "Refund", reason="Paid twice")
    says(dialog, re.compile("^Refunded 100.00 EUR"))
    assert (violations(frame), overhang_px(frame)) == ([], 0)
