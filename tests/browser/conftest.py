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

    from playwright.sync_api import Browser, ConsoleMessage, Page

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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser profile of its own, without cookies; no script on it, and on those that it opens, may fail."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    failed: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERED):
            failed.append(message.text)

    context.on("console", hear)
    context.on("weberror", lambda raised: failed.append(str(raised.error)))
    yield context.new_page()
    context.close()
    assert failed == []


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
