"""The doors behind links: a page for everybody, the link in the body of a POST; never a traceback, never the link in a log."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from doors.limits import Limit
from doors.links import Limits, count_by, usual_limits
from work365.errors import Unavailable
from work365.receivables.links import LinkClosed, LinkTrouble
from work365.receivables.pay_links import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure.engine import HttpAnswer
    from tests.doors.conftest import Doors

TOKEN = "planted-secret-token-of-forty-three-letters-"
PAY_DOORS = ("open_invoice", "start_payment", "issued_document")
POSTED_DOORS = ("open_setup", *PAY_DOORS)


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    """Nobody has asked for anything yet."""
    before = count_by(usual_limits())
    yield
    count_by(before)


def posted(doors: Doors, function: str = "open_setup", token: str = TOKEN, **headers: str) -> HttpAnswer:
    """A browser sends the form with the link."""
    return doors.http(function, urlencode({"token": token}).encode(), headers=headers)


def header(answer: HttpAnswer, name: str) -> str:
    """One header."""
    return {key.lower(): value for key, value in answer.headers}[name]


@pytest.mark.parametrize(("function", "action"), [("open_setup", "/api/setup"), ("open_invoice", "/api/pay")])
def test_the_address_that_is_mailed_asks_nobody_for_anything(doors: Doors, function: str, action: str) -> None:
    """A mail scanner that fetches it changes nothing: the page posts the link from the address, by a script of its own."""
    answer = doors.http(function, method="GET", headers={"Accept-Language": "de"})
    text = answer.body.decode()
    assert (answer.status, doors.system.asked) == (200, [])
    assert f'action="{action}"' in text
    assert "<noscript><p>Diese Seite benötigt JavaScript." in text
    [nonce] = set(re.findall(r'nonce="([^"]+)"', text))
    policy = header(answer, "content-security-policy")
    assert f"script-src 'nonce-{nonce}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert (header(answer, "cache-control"), header(answer, "referrer-policy")) == ("no-store", "no-referrer")


def test_each_page_has_a_nonce_of_its_own(doors: Doors) -> None:
    """One that was seen lets no other script run."""
    pages = [doors.http("open_invoice", method="GET").body.decode() for _ in range(2)]
    assert len({re.findall(r'nonce="([^"]+)"', text)[0] for text in pages}) == 2


@pytest.mark.parametrize(("function", "asked"), [("open_setup", "open_setup"), ("start_payment", "open_payment")])
def test_a_good_link_leads_to_the_gateway(doors: Doors, function: str, asked: str) -> None:
    """By itself, and by a link that can be pressed; the gateway does not hear where the browser came from."""
    answer = posted(doors, function)
    text = answer.body.decode()
    assert answer.status == 200
    assert '<meta http-equiv="refresh" content="0;url=https://gateway.example/page">' in text
    assert '<a href="https://gateway.example/page"' in text
    assert (header(answer, "cache-control"), header(answer, "referrer-policy")) == ("no-store", "no-referrer")
    assert doors.system.asked == [(asked, TOKEN)]


@pytest.mark.parametrize(
    ("document", "browser", "says"),
    [
        ("de", "es-MX,es;q=0.8", "Weiter"),
        ("es", "de", "Continuar"),
        ("", "de", "Weiter"),
        ("<script>", "de", "Weiter"),
        ("xx" * 300, "de", "Weiter"),
    ],
)
def test_the_way_to_the_gateway_is_in_the_documents_language(doors: Doors, document: str, browser: str, says: str) -> None:
    """The invoice's page says which that is; nobody's form is believed more than to choose a language that there is."""
    body = urlencode({"token": TOKEN, "language": document}).encode()
    text = doors.http("start_payment", body, headers={"Accept-Language": browser}).body.decode()
    assert f">{says}</a>" in text
    assert "<script>" not in text


def test_an_invoices_page_passes_its_language_on(doors: Doors) -> None:
    doors.system.language = "de"
    text = posted(doors, "open_invoice", **{"Accept-Language": "es"}).body.decode()
    assert re.findall(r'name="language" value="([^"]+)"', text) == ["de", "de"]


def test_an_invoice_is_shown_with_what_can_be_done(doors: Doors) -> None:
    """Who, what, how much, until when; the balance on the button, the file, and the link in these two forms alone."""
    doors.system.language = "de"
    answer = posted(doors, "open_invoice")
    text = answer.body.decode()
    assert answer.status == 200
    said = ('lang="de"', "Rechnung INV-2026-00012", "Contoso Cloud Ltd", "Fabrikam GmbH", "15. März 2026", "Business Premium")
    assert [part for part in said if part not in text] == []
    assert "316,80 USD bezahlen</button>" in text
    assert re.findall(r'action="([^"]+)"', text) == ["/api/pay/start", "/api/pay/document"]
    assert text.count(TOKEN) == 2
    assert "<script" not in text


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        (Standing.PAID, "This invoice is paid. Thank you."),
        (Standing.UNDER_WAY, "A payment of this invoice is under way."),
        (Standing.ELSEWHERE, "This invoice cannot be paid on this page."),
    ],
)
def test_an_invoice_that_cannot_be_paid_says_why(doors: Doors, standing: Standing, says: str) -> None:
    """There is no button; where it is to be paid in another way, the page says how. Pressing again shows the same."""
    doors.system.standing, doors.system.page = standing, None
    shown = posted(doors, "open_invoice").body.decode()
    assert says in shown
    assert "/api/pay/start" not in shown
    assert ("IBAN" in shown) is (standing is Standing.ELSEWHERE)
    assert says in posted(doors, "start_payment").body.decode()


def test_a_gateway_that_takes_it_not_is_said_with_the_other_ways(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    """The customer reads how else to pay, the log why."""
    doors.system.elsewhere = "the amount is too small"
    answer = posted(doors, "start_payment")
    text = answer.body.decode()
    assert answer.status == 200
    assert "This invoice cannot be paid on this page." in text
    assert "IBAN" in text
    assert "the amount is too small" in caplog.text
    assert TOKEN not in caplog.text


def test_what_people_typed_is_no_html(doors: Doors) -> None:
    """Names and descriptions are text."""
    doors.system.document = doors.system.document_called("<script>alert(1)</script>")
    text = posted(doors, "open_invoice").body.decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_document_is_a_file(doors: Doors) -> None:
    """As it was issued, under its name, kept by nobody on the way."""
    answer = posted(doors, "issued_document")
    assert (answer.status, answer.body) == (200, b"%PDF-1.7 as issued")
    assert header(answer, "content-type") == "application/pdf"
    assert header(answer, "content-disposition") == 'attachment; filename="Rechnung f_r INV-7.pdf"'
    assert header(answer, "cache-control") == "no-store"


@pytest.mark.parametrize("function", POSTED_DOORS)
@pytest.mark.parametrize(
    ("trouble", "language", "status", "says"),
    [
        (LinkTrouble.UNKNOWN, "", 404, "Este enlace no es válido"),
        (LinkTrouble.EXPIRED, "de", 410, "Dieser Link ist abgelaufen"),
        (LinkTrouble.USED, "en", 410, "This link has been used already"),
        (LinkTrouble.CANCELLED, "de", 410, "Diese Rechnung wurde storniert"),
    ],
)
def test_a_closed_link_says_why_in_the_customers_language(
    doors: Doors, function: str, trouble: LinkTrouble, language: str, status: int, says: str
) -> None:
    """The customer's language where the link is known, else the browser's; nothing of the invoice."""
    doors.system.failing = LinkClosed(trouble, language)
    answer = posted(doors, function, **{"Accept-Language": "es-MX,es;q=0.8"})
    assert answer.status == status
    assert says in answer.body.decode()
    assert "default-src 'none'" in header(answer, "content-security-policy")


@pytest.mark.parametrize("function", POSTED_DOORS)
@pytest.mark.parametrize("error", [Unavailable("Dataverse is down"), ValueError(f"cannot read {TOKEN}")])
def test_what_goes_wrong_stands_in_the_log_and_the_link_does_not(
    doors: Doors, function: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with an apology; neither the page nor the log quotes the link."""
    caplog.set_level(logging.DEBUG)
    doors.system.failing = error
    answer = posted(doors, function)
    assert answer.status == 503
    assert "Please try again in a few minutes" in answer.body.decode()
    assert "Traceback" not in answer.body.decode()
    assert TOKEN not in answer.body.decode() + caplog.text


@pytest.mark.parametrize(
    ("function", "method"),
    [
        *(("open_setup", method) for method in ("HEAD", "DELETE")),
        *(("open_invoice", method) for method in ("HEAD", "PUT")),
        *(("start_payment", method) for method in ("GET", "HEAD")),
        ("issued_document", "GET"),
    ],
)
def test_only_a_form_opens_a_link(doors: Doors, function: str, method: str) -> None:
    """What is fetched does nothing."""
    assert doors.http(function, method=method).status == 405
    assert doors.system.asked == []


@pytest.mark.parametrize("body", [b"", b"token=", b"other=1", b"token=" + b"x" * 5000, b"\xff\xfe", b"{}"])
def test_a_body_without_a_link_opens_nothing(doors: Doors, body: bytes) -> None:
    """An empty token is asked for, which nobody has; a long body is not read."""
    doors.http("open_invoice", body)
    assert [token for _, token in doors.system.asked] == [""]


@pytest.mark.parametrize(("function", "says"), [("setup_done", "Vielen Dank"), ("setup_back", "Es wurde nichts hinterlegt")])
def test_the_way_back_from_the_gateway(doors: Doors, function: str, says: str) -> None:
    """It knows nobody and opens nothing; what is no language is not repeated."""
    assert says in doors.http(function, method="GET", query={"language": "de"}).body.decode()
    answer = doors.http(function, method="GET", query={"language": "<script>"})
    assert (answer.status, b"<script>" in answer.body) == (200, False)
    assert doors.system.asked == []


def test_after_paying_the_page_asks_for_the_invoice_again(doors: Doors) -> None:
    """The browser's tab has the link; where it has not, thanks are said."""
    text = doors.http("open_invoice", method="GET", query={"done": ""}).body.decode()
    assert '<p id="none" hidden>Thank you.' in text


class TestLimits:
    """Who asks too often is told when to come back, in words, and nothing of the tenant is asked meanwhile."""

    def limited(self, now: list[float]) -> None:
        """Two with a link at once, three from an address; one more every ten seconds."""
        count_by(Limits(Limit(2, 10.0, lambda: now[0]), Limit(3, 10.0, lambda: now[0])))

    @pytest.mark.parametrize("function", POSTED_DOORS)
    def test_one_link_from_many_addresses(self, doors: Doors, function: str) -> None:
        """429 with Retry-After, a page in the browser's language; later it goes on."""
        now = [0.0]
        self.limited(now)
        answers = [
            posted(doors, function, **{"X-Forwarded-For": f"203.0.113.{number}", "Accept-Language": "de"}) for number in range(3)
        ]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert header(answers[2], "retry-after") == "10"
        assert "zu oft geöffnet" in answers[2].body.decode()
        assert len(doors.system.asked) == 2
        now[0] = 10.0
        assert posted(doors, function, **{"X-Forwarded-For": "203.0.113.9"}).status == 200

    def test_many_links_from_one_address(self, doors: Doors) -> None:
        """Guessing is slowed down too; what the caller puts before the platform's own word does not count."""
        self.limited([0.0])
        said = [
            posted(doors, "open_invoice", f"{TOKEN}{number}", **{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7:51000"})
            for number in range(4)
        ]
        assert [answer.status for answer in said] == [200, 200, 200, 429]
        assert doors.http("open_invoice", method="GET", headers={"X-Forwarded-For": "203.0.113.7"}).status == 429
        assert posted(doors, "open_invoice", **{"X-Forwarded-For": "203.0.113.8"}).status == 200
