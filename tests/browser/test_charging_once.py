"""One wish is one charge: two windows, a second click, a lost answer, and a window that is out of date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.forms import Form, press, says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

    from local.desks.clicking import ClickDesk
    from work365.receivables.payments import InvoiceId

INVOICE = "w365_invoice"


@pytest.fixture
def invoice(desk: ClickDesk) -> InvoiceId:
    """An invoice over 100.00."""
    return desk.bill_of("100.00")


@pytest.fixture
def form(page: Page, url: str, biller: str, invoice: InvoiceId) -> Form:
    """Its form, in front of somebody who may take money."""
    return Form(page, url, biller, INVOICE, invoice)


@pytest.fixture
def other(browser: Browser, url: str, biller: str, invoice: InvoiceId) -> Iterator[Form]:
    """Its form in another window."""
    context = browser.new_context()
    yield Form(context.new_page(), url, biller, INVOICE, invoice)
    context.close()


def cut_off(page: Page) -> set[str]:
    """Lose the answers of all that the browser asks of the table of jobs, until the set is emptied; what is asked, is done."""
    dead = {"w365_jobs"}

    def route(one: Route) -> None:
        if dead and one.request.method == "POST":
            one.fetch()
        if dead:
            one.abort()
        else:
            one.continue_()

    page.route("**/w365_jobs**", route)
    return dead


def test_two_windows_at_once(desk: ClickDesk, invoice: InvoiceId, form: Form, other: Form) -> None:
    """Two windows that were opened on the same amounts ask for the same: one job, one charge, and both show it."""
    dialogs = [one.press("Charge") for one in (form, other)]
    desk.hold()
    for dialog in dialogs:
        press(dialog, "Charge", amount="40.00")
    says(dialogs[1], "Waiting for its turn …")
    desk.go_on()
    for dialog in dialogs:
        says(dialog, "Charged 40.00 EUR to Visa ending 4242; balance 60.00 EUR")
    assert len(desk.jobs_of(invoice)) == 1
    assert desk.bill(invoice).taken == 1


def test_another_amount_under_the_same_key(desk: ClickDesk, invoice: InvoiceId, form: Form, other: Form) -> None:
    """A window that is out of date and asks for something else is refused, and hears what was charged."""
    late, first = form.press("Charge"), other.press("Charge")
    press(first, "Charge", amount="40.00")
    says(first, re.compile("Charged 40.00 EUR"))
    press(late, "Charge", amount="50.00")
    says(
        late,
        "Another charge of this invoice was asked for since this window opened, so nothing was charged from here. It says: "
        "Charged 40.00 EUR to Visa ending 4242; balance 60.00 EUR",
    )
    assert desk.bill(invoice).taken == 1


def test_a_second_click_and_a_lost_answer(desk: ClickDesk, invoice: InvoiceId, form: Form) -> None:
    """The answer to the request for the job is lost, the person presses again and again: one job, one charge."""
    dialog = form.press("Charge")
    dead = cut_off(form.page)
    press(dialog, "Charge", amount="40.00")
    says(dialog, re.compile("^It is not known whether your request arrived.+Press the button again"))
    dead.clear()
    dialog.get_by_role("button", name="Charge", exact=True).dblclick()
    says(dialog, "Charged 40.00 EUR to Visa ending 4242; balance 60.00 EUR")
    assert len(desk.jobs_of(invoice)) == 1
    assert desk.bill(invoice).taken == 1
