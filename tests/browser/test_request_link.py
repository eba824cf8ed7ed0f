"""Mail a request link as a person clicks it: the button in the Charge dialog, the mail, and the page that its link opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dataverse.webapi import Ref
from local.desks.asking import AskingDesk
from local.http import Server
from tests.browser.forms import Form, hosting, press, says
from tests.browser.judging import NARROW_PX, overhang_px, tabbed, violations
from tests.browser.links_host import customers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

INVOICE, BUTTON = "w365_invoice", "Mail a request link"


@pytest.fixture(scope="module")
def desk() -> Iterator[AskingDesk]:
    """One tenant for this file; every test has a customer of its own."""
    built = AskingDesk()
    yield built
    built.close()


@pytest.fixture(scope="module")
def url(desk: AskingDesk) -> Iterator[str]:
    """Where a browser finds its forms, and customers their pages."""
    with Server(hosting(desk.dataverse)) as server, customers(desk):
        yield server.url


def test_from_the_button_to_the_stored_card(desk: AskingDesk, page: Page, url: str, biller: str) -> None:
    """Pressed, said to whom and until when, mailed; the link opens the gateway's page; then the invoice can be charged."""
    invoice = desk.bill_of("100.00", account=desk.reachable("ap@fabrikam.example"))
    form = Form(page, url, biller, INVOICE, invoice)
    page.set_viewport_size({"width": NARROW_PX, "height": 700})
    dialog, before = form.press("Charge"), len(desk.mailed())
    frame = page.frames[1]
    found = [(violations(frame), overhang_px(frame))]
    dialog.get_by_role("region", name="Lines").focus()
    assert tabbed(page, frame, 1) == ["mail"]
    page.keyboard.press("Enter")
    says(dialog, re.compile(r"^A request link was mailed to ap@fabrikam\.example; it works once, until 2026-03-17 09:00 UTC\."))
    found.append((violations(frame), overhang_px(frame)))
    assert found == [([], 0)] * 2
    assert [one.inner_text() for one in dialog.get_by_role("button").all()] == ["Close"]
    press(dialog, "Close")
    [link] = desk.mailed()[before:]
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(rf"^{re.escape(desk.stripe.pages)}/"))
    desk.finish(page.url)
    desk.sweep_links()
    dialog = Form(page, url, biller, INVOICE, invoice).press("Charge")
    press(dialog, "Charge")
    says(dialog, "Charged 100.00 EUR to Visa ending 4242; balance 0.00 EUR")


def test_what_the_functions_refuse_is_said(desk: AskingDesk, page: Page, url: str, biller: str) -> None:
    """A customer without an address; once it is entered, asking again is a new request."""
    account = desk.reachable("")
    form = Form(page, url, biller, INVOICE, desk.bill_of("100.00", account=account))
    dialog = form.press("Charge")
    press(dialog, BUTTON)
    says(dialog, "Nothing was mailed: Northwind has no e-mail address. Enter one on the customer's form, then ask again.")
    desk.quiet.update(Ref("account", account), {"emailaddress1": "ap@northwind.example"})
    press(dialog, "Ask again")
    press(dialog, BUTTON)
    says(dialog, re.compile("^A request link was mailed to ap@northwind.example"))


def test_two_windows_are_one_request(desk: AskingDesk, browser: Browser, page: Page, url: str, biller: str) -> None:
    """They were opened on the same rows: one job, one mail, the same words; a later one hears since when it waits."""
    invoice = desk.bill_of("100.00", account=desk.reachable())
    context = browser.new_context()
    forms = [Form(one, url, biller, INVOICE, invoice) for one in (page, context.new_page())]
    dialogs, before = [form.press("Charge") for form in forms], len(desk.mailed())
    for dialog in dialogs:
        press(dialog, BUTTON)
        says(dialog, re.compile("^A request link was mailed to ap@northwind.example"))
    assert (len(desk.jobs_of(invoice)), len(desk.mailed()) - before) == (1, 1)
    press(dialogs[0], "Close")
    dialog = forms[0].press("Charge")
    expect(dialog.get_by_role("region", name="No payment profile")).to_contain_text("One waits for the customer or the bank")
    press(dialog, BUTTON)
    says(
        dialog, re.compile("^Nothing was mailed: a request to Northwind waits since 2026-03-10 .+ UTC, and its link works until")
    )
    context.close()


def test_hiding_is_not_security(desk: AskingDesk, page: Page, url: str) -> None:
    """Who opens the dialog without the rights of billing is refused in words, and nothing is mailed."""
    invoice, before = desk.bill_of("100.00", account=desk.reachable()), len(desk.mailed())
    form = Form(page, url, desk.hire("Work365 Customer Service"), INVOICE, invoice)
    dialog = form.open_dialog("w365_/dialogs/charge.html")
    press(dialog, BUTTON)
    says(dialog, re.compile("^(Nothing was mailed: your roles|Your request was refused, and nothing was mailed)"))
    assert len(desk.mailed()) == before
