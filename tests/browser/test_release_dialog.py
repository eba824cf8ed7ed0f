"""Release as a person clicks it: the button on the account's form, what is missing, the worker behind it, and the form again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dataverse.query import Query
from local.desks.clicking_release import HeldDesk
from tests.browser.forms import Form, press, says
from tests.browser.judging import NARROW_PX, overhang_px, tabbed, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Open = Callable[[str], Form]

ACCOUNT = "account"
LACKS = "Held until its documents are there. Missing: {}. Tick what you have seen"


@pytest.fixture(scope="module")
def desk() -> Iterator[HeldDesk]:
    """One tenant for this file; every test has a customer of its own."""
    built = HeldDesk()
    yield built
    built.close()


@pytest.fixture
def open_form(desk: HeldDesk, page: Page, url: str, biller: str) -> Open:
    """Open the form of an account as somebody who may release it."""
    return lambda number: Form(page, url, biller, ACCOUNT, desk.id_of(number))


def complete(desk: HeldDesk, name: str = "Fabrikam") -> str:
    """A customer of whom everything that is needed was seen."""
    number = desk.held(name)
    desk.sees(number, "agreement", "Signed on paper, 3 March")
    desk.sees(number, "tax-form", "W-8BEN of 3 March")
    return number


def jobs_of(desk: HeldDesk, number: str) -> int:
    """How many jobs were made to release a customer."""
    keys = [row["w365_key"] for row in desk.quiet.find(Query("w365_job", ("w365_key",)))]
    return sum(key.startswith(f"release:{desk.id_of(number)}:") for key in keys)


def test_it_says_what_is_missing_until_nothing_is(desk: HeldDesk, open_form: Open) -> None:
    """First two items are missing, then one, and it cannot be released; then the button is there, and the hold is gone."""
    number = desk.held("Fabrikam")
    form = open_form(number)
    dialog = form.press("Release")
    says(dialog, re.compile("^" + re.escape(LACKS.format("Agreement, Tax form"))))
    expect(dialog.get_by_role("button", name="Release")).to_have_count(0)
    press(dialog, "Close")
    desk.sees(number, "agreement", "Signed on paper, 3 March")
    dialog = form.press("Release")
    says(dialog, re.compile("^" + re.escape(LACKS.format("Tax form"))))
    rows = dialog.get_by_role("row")
    expect(rows.nth(1)).to_have_text(re.compile(r"^Agreement\s*Signed on paper, 3 March\s*# Work365, .*2026"))
    expect(rows.nth(3)).to_have_text(re.compile(r"^Logo \(optional\)\s*Open\s*Tick$"))
    press(dialog, "Close")
    desk.sees(number, "tax-form", "W-8BEN of 3 March")
    dialog = form.press("Release")
    expect(dialog.get_by_label("Reason")).to_have_value("Everything that was asked for is there")
    press(dialog, "Release", reason="All  there, says Legal")
    says(dialog, "Fabrikam is released. What waited for it goes on by itself: see Scheduled changes.")
    expect(dialog.locator("#held")).to_have_text("Nobody")
    press(dialog, "Close")
    form.shows(creditonhold="No", w365_documents="Complete")
    expect(form.page.get_by_role("toolbar").get_by_role("button")).to_have_text(["Checklist"])
    assert ("Lifted", "All there, says Legal", "Work365 Billing") in desk.log(number)
    assert jobs_of(desk, number) == 1


def test_what_is_opened_while_the_dialog_is(desk: HeldDesk, open_form: Open) -> None:
    """The worker decides on the rows of its moment, and says what is missing; the next look says it, too."""
    number = complete(desk)
    dialog = open_form(number).press("Release")
    desk.opens(number, "tax-form", "It has expired")
    press(dialog, "Release")
    says(dialog, re.compile(r"^Fabrikam is held until its documents are there\. Missing: Tax form\."))
    press(dialog, "Release again")
    says(dialog, re.compile("^" + re.escape(LACKS.format("Tax form"))))
    assert desk.holder(number) == "Documents"


def test_what_is_refused(desk: HeldDesk, open_form: Open) -> None:
    """Nobody is released without a reason, and no job is made."""
    number = complete(desk)
    dialog = open_form(number).press("Release")
    press(dialog, "Release", reason="  ")
    expect(dialog.locator("#reason-error")).to_have_text(re.compile("^Say why the customer is released"))
    expect(dialog.get_by_label("Reason")).to_be_focused()
    assert jobs_of(desk, number) == 0


def test_a_hold_by_hand_and_one_by_the_rule(desk: HeldDesk, open_form: Open) -> None:
    """Both are lifted for a reason of one's own; of the rule the dialog says that it comes back."""
    number = complete(desk, "Tailspin")
    form = open_form(number)
    press(form.press("Release"), "Release")
    says(form.page.frame_locator("iframe"), re.compile("^Tailspin is released"))
    desk.rules(number)
    dialog = open_form(number).press("Release")
    expect(dialog.locator("#hint")).to_have_text(re.compile("^The rule holds it again within ten minutes"))
    desk.places(number, "Bounced cheque")
    form = open_form(number)
    dialog = form.press("Release")
    expect(dialog.locator("#why")).to_have_text("Bounced cheque")
    expect(dialog.get_by_label("Reason")).to_have_value("")
    press(dialog, "Release", reason="Paid")
    says(dialog, re.compile("^Tailspin is released"))
    assert desk.holder(number) == ""


def test_two_windows_at_once(desk: HeldDesk, open_form: Open, browser: Browser, url: str, biller: str) -> None:
    """Two windows that ask for the same make one job, and both say what it says."""
    number = complete(desk)
    context = browser.new_context()
    mine = open_form(number).press("Release")
    other = Form(context.new_page(), url, biller, ACCOUNT, desk.id_of(number)).press("Release")
    desk.hold()
    for dialog in (mine, other):
        press(dialog, "Release")
    desk.go_on()
    for dialog in (mine, other):
        says(dialog, re.compile("^Fabrikam is released"))
    context.close()
    assert jobs_of(desk, number) == 1
    assert [action for action, _, _ in desk.log(number)].count("Lifted") == 1


def test_who_sees_no_button(desk: HeldDesk, open_form: Open, page: Page, url: str) -> None:
    """Sales may not add to the hold log; nobody releases who is not held, or ticks for whom nothing was asked."""
    number = complete(desk)
    assert open_form(number).commands == ["Checklist", "Release"]
    assert Form(page, url, desk.hire("Work365 Sales"), ACCOUNT, desk.id_of(number)).commands == ["Checklist"]
    assert Form(page, url, desk.hire("Work365 Administrator"), ACCOUNT, desk.northwind).commands == []


def test_by_keyboard_alone(desk: HeldDesk, open_form: Open) -> None:
    """From the command bar to the form that shows the result, with Tab, Enter and typing; what has the focus shows it."""
    form = open_form(complete(desk))
    for key in ("Tab", "Tab", "Enter"):
        form.page.keyboard.press(key)
    dialog = form.page.frame_locator("iframe")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    frame = form.page.frames[1]
    assert tabbed(form.page, frame, 2) == ["submit", "cancel"]
    for _ in range(2):
        form.page.keyboard.press("Shift+Tab")
    form.page.keyboard.type("All there")
    form.page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_be_focused()
    assert tabbed(form.page, frame, 1) == ["close"]
    form.page.keyboard.press("Enter")
    form.shows(creditonhold="No")


def test_nothing_is_in_the_way_of_anybody(desk: HeldDesk, open_form: Open) -> None:
    """Axe finds nothing on the dialog in any of its states, and at 380 px nobody scrolls sideways."""
    number = desk.held("A customer with a rather long name & Sons, Incorporated")
    form = open_form(number)
    form.page.set_viewport_size({"width": NARROW_PX, "height": 700})
    dialog = form.press("Release")
    says(dialog, re.compile("^Held until"))
    found = [(violations(form.page.frames[1]), overhang_px(form.page.frames[1]))]
    press(dialog, "Close")
    desk.sees(number, "agreement", "Signed on paper, 3 March")
    desk.sees(number, "tax-form", "Not needed: no customer in the United States")
    dialog = form.press("Release")
    frame = form.page.frames[-1]
    press(dialog, "Release", reason="")
    found.append((violations(frame), overhang_px(frame)))
    press(dialog, "Release", reason="All there")
    says(dialog, re.compile("is released"))
    found.append((violations(frame), overhang_px(frame)))
    assert found == [([], 0)] * 3
