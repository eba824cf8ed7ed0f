"""A customer with a link, in a real browser: the invoice, the gateway's page, and back again to the paid invoice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.desks.pay_links import PayLinkDesk
from tests.browser.judging import NARROW_PX, overhang_px, tabbed, violations
from tests.browser.links_host import customers
from work365.receivables.links import pay_link, setup_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

DECLINED, ASKS, VISA = "4000000000000002", "4000002760003184", "4242424242424242"


@pytest.fixture(scope="module")
def desk() -> Iterator[PayLinkDesk]:
    """One tenant for this file."""
    built = PayLinkDesk()
    yield built
    built.close()


@pytest.fixture(scope="module")
def url(desk: PayLinkDesk) -> Iterator[str]:
    """Where a customer's browser finds it."""
    with customers(desk) as address:
        yield address


def enter(page: Page, number: str) -> None:
    """Type a card on the gateway's page."""
    page.get_by_label("Card number or IBAN").fill(number)
    page.get_by_role("button", name="Pay").click()


def test_a_customer_pays_from_the_mail(page: Page, desk: PayLinkDesk, url: str) -> None:
    """Look, pay (a card that is declined, one whose bank asks, one that is good), see it paid, keep the PDF."""
    linked = desk.linked()
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    page.goto(pay_link(url, linked.token))
    pay = page.get_by_role("button", name="Pay 150.00 EUR")
    expect(pay).to_be_visible()
    expect(page.get_by_text("Business Premium")).to_be_visible()
    assert violations(page) == []
    assert tabbed(page, page, 2) == ["button", "button"]
    pay.click()
    enter(page, DECLINED)
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    enter(page, ASKS)
    page.get_by_role("button", name="Fail").click()
    enter(page, VISA)
    expect(page.get_by_role("status")).to_have_text("This invoice is paid. Thank you.")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert desk.bill(linked.invoice).status == "Paid"
    assert [one for one in asked if linked.token in one] == []
    assert linked.token not in page.url


def test_it_fits_a_phone(page: Page, desk: PayLinkDesk, url: str) -> None:
    """In the customer's language, nothing to scroll sideways, also with a long name and a large amount."""
    page.set_viewport_size({"width": NARROW_PX, "height": 640})
    linked = desk.linked("1234567.89")
    page.goto(pay_link(url, linked.token))
    expect(page.get_by_role("button", name="Pay 1,234,567.89 EUR")).to_be_visible()
    assert (overhang_px(page), violations(page)) == (0, [])


@pytest.mark.parametrize("address", [pay_link, setup_link])
def test_a_link_that_is_none(page: Page, url: str, address: object) -> None:
    """Half a link says so by itself."""
    page.goto(f"{url}/api/{'pay' if address is pay_link else 'setup'}")
    expect(page.get_by_text("This link is not valid.")).to_be_visible()
    assert violations(page) == []


def test_an_expired_link_shows_nothing(page: Page, desk: PayLinkDesk, url: str) -> None:
    """A sentence, and nothing of the invoice."""
    page.goto(pay_link(url, "nobody-knows-this-token-0000000000000000000"))
    expect(page.get_by_text("This link is not valid.")).to_be_visible()
    assert violations(page) == []


def test_a_link_to_store_a_card_waits_for_a_person(page: Page, url: str) -> None:
    """A button first: a program that opens the page opens nothing at the gateway."""
    page.goto(setup_link(url, "made-up-token-of-the-desk-number-000000000000"))
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert violations(page) == []


def test_without_scripts_the_page_says_what_to_do(browser: Browser, url: str) -> None:
    """It cannot open the link, and says so."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/api/pay#token")
    assert "This page needs JavaScript" in page.content()
    assert page.get_by_role("button").count() == 0
    context.close()
