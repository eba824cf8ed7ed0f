"""A real browser for the tests of this folder: Debian's Chromium, driven by Playwright, on loopback addresses only.

`make chromium` installs it. Without it the tests are skipped and say so; where W365_REQUIRE names `browser` that is a failure
(tests/conftest.py). Every test here is marked `browser` and gets a page of its own, which must end without an error of a script.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from local.desks.clicking import ClickDesk
from local.http import Server
from tests.browser.forms import hosting
from tools import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, WebError

HERE = Path(__file__).parent
MISSING = "Chromium is not installed; `make chromium` does that"
FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-dev-shm-usage",  # a container's /dev/shm may be small
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_MS = 20_000
"""How long a step waits for what it expects; a busy machine is no defect."""

expect.set_options(timeout=PATIENCE_MS)

ANSWERED = "Failed to load resource"
"""How Chromium begins the line that it writes about every answer of 400 and above; whether that is wrong a test says itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per file.

    Not per run: Playwright's synchronous form keeps an event loop of this thread running until it is stopped, and the tests of
    other files start loops of their own. It takes half a second.
    """
    program = chromium.program()
    if program is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def first(browser: Browser) -> Iterator[Page]:
    """The page that opens all others of a file, so that they are drawn by one program.

    A browser starts two programs for a page that nobody opened, and a profile of its own costs another: half of the
    processor time of these tests.
    """
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(first: Page) -> Iterator[Page]:
    """A page in a browser without cookies; no script on it, and on those that it opens, may fail, and nothing of it is kept."""
    context, failed = first.context, list[str]()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERED):
            failed.append(message.text)

    def fail(raised: WebError) -> None:
        failed.append(str(raised.error))

    context.on("console", hear)
    context.on("weberror", fail)
    with context.expect_page() as opened:
        first.evaluate("() => { window.open('about:blank'); }")
    yield opened.value
    kept = context.storage_state()
    for one in context.pages:
        if one is not first:
            one.close()
    context.remove_listener("console", hear)
    context.remove_listener("weberror", fail)
    context.clear_cookies()
    assert failed == []
    assert kept == {"cookies": [], "origins": []}


@pytest.fixture(scope="module")
def desk() -> Iterator[ClickDesk]:
    """One tenant for this file."""
    built = ClickDesk()
    yield built
    built.close()


@pytest.fixture(scope="module")
def url(desk: ClickDesk) -> Iterator[str]:
    """Where a browser finds it."""
    with Server(hosting(desk.dataverse)) as server:
        yield server.url


@pytest.fixture(scope="module")
def biller(desk: ClickDesk) -> str:
    """Somebody who may take money."""
    return desk.hire("Work365 Billing")
