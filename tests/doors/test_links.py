"""The doors behind request links: a redirect, or a page with a sentence; never a traceback, never the link."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from work365.errors import Unavailable
from work365.receivables.profile_links import LinkClosed, LinkTrouble

if TYPE_CHECKING:
    from local.azure.engine import HttpAnswer
    from tests.doors.conftest import Doors

TOKEN = "planted-secret-token-of-forty-three-letters-"


def opened(doors: Doors, method: str = "GET", **headers: str) -> HttpAnswer:
    """A browser opens the link."""
    return doors.http("open_setup", method=method, route={"token": TOKEN}, headers=headers)


def header(answer: HttpAnswer, name: str) -> str:
    """One header."""
    return {key.lower(): value for key, value in answer.headers}[name]


def test_a_good_link_leads_to_the_gateway(doors: Doors) -> None:
    """303, kept nowhere, and the gateway does not hear where the browser came from."""
    answer = opened(doors)
    assert (answer.status, header(answer, "location")) == (303, "https://gateway.example/page")
    assert (header(answer, "cache-control"), header(answer, "referrer-policy")) == ("no-store", "no-referrer")
    assert doors.system.asked == [("open_setup", TOKEN)]


@pytest.mark.parametrize(
    ("trouble", "language", "status", "says"),
    [
        (LinkTrouble.UNKNOWN, "", 404, "Este enlace no es válido"),
        (LinkTrouble.EXPIRED, "de", 410, "Dieser Link ist abgelaufen"),
        (LinkTrouble.USED, "en", 410, "This link has been used already"),
    ],
)
def test_a_closed_link_says_why_in_the_customers_language(
    doors: Doors, trouble: LinkTrouble, language: str, status: int, says: str
) -> None:
    """The customer's language where the link is known, else the browser's."""
    doors.system.failing = LinkClosed(trouble, language)
    answer = opened(doors, **{"Accept-Language": "es-MX,es;q=0.8"})
    assert answer.status == status
    assert says in answer.body.decode()
    assert "default-src 'none'" in header(answer, "content-security-policy")


@pytest.mark.parametrize("error", [Unavailable("Dataverse is down"), ValueError(f"cannot read {TOKEN}")])
def test_what_goes_wrong_stands_in_the_log_and_the_link_does_not(
    doors: Doors, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with an apology; neither the page nor the log quotes the link."""
    caplog.set_level(logging.DEBUG)
    doors.system.failing = error
    answer = opened(doors)
    assert answer.status == 503
    assert "Please try again in a few minutes" in answer.body.decode()
    assert "Traceback" not in answer.body.decode()
    assert TOKEN not in answer.body.decode() + caplog.text


def test_only_a_browser_that_asks_for_the_page_opens_it(doors: Doors) -> None:
    """A scanner's HEAD or a form's POST changes nothing."""
    assert [opened(doors, method).status for method in ("POST", "HEAD", "DELETE")] == [405, 405, 405]
    assert doors.system.asked == []


@pytest.mark.parametrize(("function", "says"), [("setup_done", "Vielen Dank"), ("setup_back", "Es wurde nichts hinterlegt")])
def test_the_way_back_from_the_gateway(doors: Doors, function: str, says: str) -> None:
    """It knows nobody and opens nothing; what is no language is not repeated."""
    assert says in doors.http(function, method="GET", query={"language": "de"}).body.decode()
    answer = doors.http(function, method="GET", query={"language": "<script>"})
    assert (answer.status, b"<script>" in answer.body) == (200, False)
    assert doors.system.asked == []
