"""The checklist as a person ticks it: from the account's form, with a note, by whoever may; also in the dialog Release."""

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

    from playwright.sync_api import Browser, FrameLocator, Page

    Open = Callable[[str], Form]

ACCOUNT = "account"
SEEN = "W-8BEN of 3 March"
HELPER = "Work365 Customer Service"


@pytest.fixture(scope="module")
def desk() -> Iterator[HeldDesk]:
    """One tenant for this file; every test has a customer of its own."""
    built = HeldDesk()
    yield built
    built.close()


@pytest.fixture(scope="module")
def helper(desk: HeldDesk) -> str:
    """Somebody who may tick, and not release."""
    return desk.hire(HELPER)


@pytest.fixture
def open_form(desk: HeldDesk, page: Page, url: str, helper: str) -> Open:
    """Open the form of an account as that person."""
    return lambda number: Form(page, url, helper, ACCOUNT, desk.id_of(number))


def mark(dialog: FrameLocator, button: str, item: str, note: str) -> None:
    """Press the button of an item, and say what was seen, or why it is to be seen to again."""
    dialog.get_by_role("button", name=f"{button}: {item}").click()
    field = "What was seen" if button == "Tick" else "Why it is to be seen to again"
    dialog.get_by_label(field).fill(note)
    dialog.get_by_role("form").get_by_role("button", name=button, exact=True).click()


def row_of(dialog: FrameLocator, item: str, text: str) -> None:
    """Wait until the row of an item says something: what was seen, by whom, and what its button does."""
    expect(dialog.get_by_role("row").filter(has_text=item)).to_have_text(re.compile(text))


def jobs_of(desk: HeldDesk, number: str) -> int:
    """How many jobs were made to change a customer's checklist."""
    keys = [row["w365_key"] for row in desk.quiet.find(Query("w365_job", ("w365_key",)))]
    return sum(key.startswith(f"tick:{desk.id_of(number)}:") for key in keys)


def test_who_may_not_release_ticks_and_opens_again(desk: HeldDesk, open_form: Open) -> None:
    """One item after the other in one window; the row and the form follow, and nothing there releases the customer."""
    number = desk.held("Fabrikam")
    form = open_form(number)
    assert form.commands == ["Checklist"]
    dialog = form.press("Checklist")
    row_of(dialog, "Agreement", r"^Agreement\s*Open; ticks itself once one is accepted\s*Tick$")
    mark(dialog, "Tick", "Tax form", f" {SEEN} ")
    says(dialog, "Tax form is ticked. Missing: Agreement.")
    row_of(dialog, "Tax form", f"^Tax form{SEEN}{HELPER}, .*2026.*Open again$")
    expect(dialog.get_by_role("button", name="Open again: Tax form")).to_be_focused()
    mark(dialog, "Tick", "Agreement", "Signed on paper")
    says(dialog, "Agreement is ticked. Nothing is missing.")
    expect(dialog.locator("#documents")).to_have_text("Complete")
    mark(dialog, "Open again", "Tax form", "It has expired")
    says(dialog, "Tax form is open again. Missing: Tax form.")
    row_of(dialog, "Tax form", f"^Tax formOpen: It has expired{HELPER}, ")
    assert dialog.get_by_role("button", name="Release").count() == 0
    press(dialog, "Close")
    form.shows(w365_documents="Missing: Tax form", creditonhold="Yes")
    assert desk.marks(number) == {
        "agreement": (True, "Signed on paper", HELPER),
        "tax-form": (False, "It has expired", HELPER),
        "logo": (False, "", ""),
    }


def test_in_one_window_from_what_is_missing_to_the_release(desk: HeldDesk, page: Page, url: str, biller: str) -> None:
    """Whoever may release ticks what is left in the same dialog; then its form is there."""
    number = desk.held("Fabrikam")
    desk.sees(number, "agreement", "Signed on paper")
    form = Form(page, url, biller, ACCOUNT, desk.id_of(number))
    dialog = form.press("Release")
    says(dialog, re.compile("^Held until its documents are there. Missing: Tax form. Tick what you have seen;"))
    mark(dialog, "Tick", "Tax form", SEEN)
    says(dialog, "Tax form is ticked. Nothing is missing.")
    press(dialog, "Release", reason="All there")
    says(dialog, re.compile("^Fabrikam is released"))
    press(dialog, "Close")
    form.shows(creditonhold="No")
    dialog = form.press("Checklist")
    mark(dialog, "Open again", "Tax form", "It has expired")
    says(dialog, "Tax form is open again. Missing: Tax form.")
    expect(dialog.locator("#held")).to_have_text("Nobody")
    assert desk.marks(number)["tax-form"] == (False, "It has expired", "Work365 Billing")


def test_what_is_refused(desk: HeldDesk, open_form: Open) -> None:
    """Nothing is ticked without a note, and no job is made; who goes back sees everything as it was."""
    number = desk.held("Fabrikam")
    dialog = open_form(number).press("Checklist")
    mark(dialog, "Tick", "Tax form", "  ")
    expect(dialog.locator("#note-error")).to_have_text(re.compile("^Say what was seen, or why it is not needed"))
    expect(dialog.get_by_label("What was seen")).to_be_focused()
    press(dialog, "Back")
    expect(dialog.get_by_role("button", name="Tick: Tax form")).to_be_focused()
    expect(dialog.get_by_role("button", name="Close")).to_be_visible()
    assert jobs_of(desk, number) == 0


def test_what_somebody_else_has_done_meanwhile(desk: HeldDesk, open_form: Open) -> None:
    """It stands; the dialog says who that was and shows it, and another item can be ticked there."""
    number = desk.held("Fabrikam")
    dialog = open_form(number).press("Checklist")
    desk.sees(number, "tax-form", "Seen by fax")
    mark(dialog, "Tick", "Tax form", SEEN)
    says(dialog, "Tax form has changed since you looked at it: it was ticked by # Work365: Seen by fax")
    row_of(dialog, "Tax form", "^Tax formSeen by fax# Work365, ")
    mark(dialog, "Tick", "Logo", "By mail")
    says(dialog, "Logo is ticked. Missing: Agreement.")
    assert [done for done, _, _ in desk.marks(number).values()] == [False, True, True]


def test_two_windows_at_once(desk: HeldDesk, open_form: Open, browser: Browser, url: str, helper: str) -> None:
    """Two windows that ask for the same make one job, and both say what it says."""
    number = desk.held("Fabrikam")
    context = browser.new_context()
    mine = open_form(number).press("Checklist")
    other = Form(context.new_page(), url, helper, ACCOUNT, desk.id_of(number)).press("Checklist")
    for dialog in (mine, other):
        dialog.get_by_role("button", name="Tick: Tax form").click()
        dialog.get_by_label("What was seen").fill(SEEN)
    for dialog in (mine, other):
        dialog.locator("#mark-submit").click()
    for dialog in (mine, other):
        says(dialog, "Tax form is ticked. Missing: Agreement.")
    context.close()
    assert jobs_of(desk, number) == 1


def test_who_leaves_while_it_is_under_way(desk: HeldDesk, open_form: Open) -> None:
    """The form says so, and follows by itself."""
    form = open_form(desk.held("Fabrikam"))
    dialog = form.press("Checklist")
    desk.hold()
    mark(dialog, "Tick", "Tax form", SEEN)
    says(dialog, "Waiting for its turn …")
    dialog.get_by_role("button", name="Tick: Logo").click()
    expect(dialog.locator("#mark-title")).to_have_text("Tick: Tax form")
    press(dialog, "Close")
    expect(form.page.locator("#notification")).to_have_text(re.compile("is under way"))
    desk.go_on()
    form.shows(w365_documents="Missing: Agreement")


def test_who_sees_no_button(desk: HeldDesk, page: Page, url: str) -> None:
    """Provisioning may not write entries."""
    number = desk.held("Fabrikam")
    assert Form(page, url, desk.hire("Work365 Provisioning"), ACCOUNT, desk.id_of(number)).commands == []


def test_by_keyboard_alone(desk: HeldDesk, open_form: Open) -> None:
    """From the command bar to the form that shows the result, with Tab, Enter and typing; what has the focus shows it."""
    number = desk.held("Fabrikam")
    form = open_form(number)
    keyboard = form.page.keyboard
    for key in ("Tab", "Enter"):
        keyboard.press(key)
    dialog = form.page.frame_locator("iframe")
    expect(dialog.get_by_role("button", name="Close")).to_be_visible()
    frame = form.page.frames[1]
    assert tabbed(form.page, frame, 3)[0] == "checklist"
    keyboard.press("Enter")
    expect(dialog.get_by_label("What was seen")).to_be_focused()
    assert tabbed(form.page, frame, 2) == ["mark-submit", "back"]
    for _ in range(2):
        keyboard.press("Shift+Tab")
    keyboard.type(SEEN)
    keyboard.press("Enter")
    says(dialog, "Tax form is ticked. Missing: Agreement.")
    expect(dialog.get_by_role("button", name="Open again: Tax form")).to_be_focused()
    assert tabbed(form.page, frame, 2)[-1] == "close"
    keyboard.press("Enter")
    form.shows(w365_documents="Missing: Agreement")


def test_nothing_is_in_the_way_of_anybody(desk: HeldDesk, open_form: Open) -> None:
    """Axe finds nothing on the dialog in any of its states, and at 380 px nobody scrolls sideways."""
    form = open_form(desk.held("A customer with a rather long name & Sons, Incorporated"))
    form.page.set_viewport_size({"width": NARROW_PX, "height": 700})
    dialog = form.press("Checklist")
    frame = form.page.frames[1]

    def judged() -> tuple[list[str], int]:
        return violations(frame), overhang_px(frame)

    found = [judged()]
    mark(dialog, "Tick", "Tax form", "")
    found.append(judged())
    dialog.get_by_label("What was seen").fill("Not needed: no customer in the United States")
    dialog.locator("#mark-submit").click()
    says(dialog, re.compile("^Tax form is ticked"))
    found.append(judged())
    assert found == [([], 0)] * 3
