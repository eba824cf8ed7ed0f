"""The judges of pages can say no: a check that never fails would hide everything that is built upon it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from tests.browser.judging import NARROW_PX, overhang_px, tabbed, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOOD = """<!DOCTYPE html><html lang="en"><title>A page</title><style>:focus-visible { outline: 2px solid #0f6cbd }</style>
<main><h1>A page</h1><label for="amount">Amount</label> <input id="amount"> <button id="go">Go</button></main></html>"""
WORDLESS = GOOD.replace('<label for="amount">Amount</label>', "")
RINGLESS = GOOD.replace("outline: 2px solid #0f6cbd", "outline: none")
WIDE = GOOD.replace("<h1>", '<h1 style="width: 500px">')


def test_a_good_page(page: Page) -> None:
    """Nothing is said of a page that has its labels, its ring and its width."""
    page.set_viewport_size({"width": NARROW_PX, "height": 640})
    page.set_content(GOOD)
    assert violations(page) == []
    assert tabbed(page, page, 2) == ["amount", "go"]
    assert overhang_px(page) == 0


def test_an_input_without_a_label(page: Page) -> None:
    """Axe names the rule and the element."""
    page.set_content(WORDLESS)
    assert violations(page) == ["label (critical): ['#amount']"]


def test_a_focus_that_nobody_sees(page: Page) -> None:
    """Where the ring was taken away, the element is named."""
    page.set_content(RINGLESS)
    with pytest.raises(AssertionError, match="amount has the focus and does not show it"):
        tabbed(page, page, 1)


def test_a_page_that_is_too_wide(page: Page) -> None:
    """What does not fit is counted in pixels."""
    page.set_viewport_size({"width": NARROW_PX, "height": 640})
    page.set_content(WIDE)
    assert overhang_px(page) > 100


def test_nothing_leaves_this_machine(page: Page) -> None:
    """A page elsewhere is not found, whatever the network."""
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elsewhere.example/")
