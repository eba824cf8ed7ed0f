"""The doors behind links that customers open. Whoever comes is unknown to us; what they may see is decided by the link alone.

The address that is mailed answers with the same page for everybody, which asks nobody for anything: a scanner that fetches it
changes nothing. The link itself comes in the body of a POST (pages.py says why).

| | answer |
|---|---|
| the link opens an invoice, a file, or the way to a page of the gateway | 200 |
| unknown, or no link at all | 404 |
| used already, expired, its invoice cancelled | 410 |
| asked too often, with this link or from this address | 429, and when to come back |
| the gateway or the tenant cannot be asked, or anything else goes wrong | 503; the log has the error, never the link |
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from doors.http import headers
from doors.invoice_page import invoice_page
from doors.limits import Limit, caller
from doors.pages import Ask, asking, download, languages, onward, page
from work365.errors import Work365Error
from work365.receivables.links import LinkClosed, LinkTrouble, hashed
from work365.receivables.pay_links import PaidElsewhere, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    import azure.functions as func

    from work365.documents.labels import Labels
    from work365.handlers.commands import System

    Get = Callable[[func.HttpRequest, System], func.HttpResponse]
    Post = Callable[[func.HttpRequest, System, str], func.HttpResponse]

log = logging.getLogger(__name__)
STATUS: Final = {
    LinkTrouble.UNKNOWN: 404,
    LinkTrouble.EXPIRED: 410,
    LinkTrouble.USED: 410,
    LinkTrouble.CANCELLED: 410,
}
APOLOGY: Final = "This page cannot be opened at the moment. Please try again in a few minutes."
BODY_MAX: Final = 2_000
LANGUAGE_MAX: Final = 20
KEPT: Final = "w365-pay"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a link may be posted, and how often one address may ask at all."""

    link: Limit
    address: Limit


def usual_limits(clock: Callable[[], float] = time.monotonic) -> Limits:
    """A link: 20 at once and one every 10 seconds. An address, behind which a company may sit: 100 and one every 2 seconds."""
    return Limits(Limit(20, 10.0, clock), Limit(100, 2.0, clock))


_limits = usual_limits()


def count_by(limits: Limits) -> Limits:
    """Count requests by other limits from now on; those that counted before."""
    global _limits
    before, _limits = _limits, limits
    return before


class TooOften(Exception):
    """A caller has to wait for so many seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"asked too often; again after {wait_s} seconds")
        self.wait_s = wait_s


def setup(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
    """A request link: the page that asks, then the way to the gateway's page."""
    return _shown(req, context, system, "page_setup", get=_ask_setup, post=_opened_setup)


def after_setup(req: func.HttpRequest, context: func.Context, system: Callable[[], System], word: str) -> func.HttpResponse:
    """Where the gateway sends the browser when the customer is through, or has turned back. It opens nothing and knows nobody."""
    said = partial(_sentence, 200, title="page_setup", word=word)
    return _shown(req, context, system, "page_setup", get=lambda req, at: said(at.labels(_asked(req), *languages(req))))


def pay(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
    """A pay link: the page that asks, then the invoice."""
    return _shown(req, context, system, "page_pay", get=_ask_pay, post=_invoice)


def start(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
    """The button of an invoice's page: on to the gateway's page, or the invoice again where there is nothing to pay."""
    return _shown(req, context, system, "page_pay", post=_opened_payment)


def document(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
    """The document as it was issued."""
    return _shown(req, context, system, "page_pay", post=_issued)


def _shown(
    req: func.HttpRequest,
    context: func.Context,
    system: Callable[[], System],
    title: str,
    *,
    get: Get | None = None,
    post: Post | None = None,
) -> func.HttpResponse:
    """A page whatever happens; what went wrong stands in the log alone, under the invocation's id."""
    at: System | None = None
    try:
        at = system()
        return _answered(req, at, title, get, post)
    except Exception as error:  # noqa: BLE001  the last place where an error can become a page
        log.warning("a page was not shown: %s (reference %s)", _said(error), context.invocation_id)
        return page(503, "Work365", APOLOGY, "en") if at is None else _sentence(503, _labels(at, req), title, "page_later")


def _answered(req: func.HttpRequest, at: System, title: str, get: Get | None, post: Post | None) -> func.HttpResponse:
    """Both limits count before anything is asked of the tenant."""
    try:
        _wait(_limits.address, caller(headers(req).get("x-forwarded-for", "")))
        if req.method.upper() == "GET" and get is not None:
            return get(req, at)
        if req.method.upper() == "POST" and post is not None:
            token = _token(req)
            _wait(_limits.link, hashed(token))
            return post(req, at, token)
    except LinkClosed as closed:
        labels = at.labels(closed.language, *languages(req))
        return _sentence(STATUS[closed.trouble], labels, title, f"page_{closed.trouble.value}")
    except TooOften as often:
        return _sentence(429, _labels(at, req), title, "page_too_many", after_s=often.wait_s)
    return _sentence(405, _labels(at, req), title, "page_unknown")


def _wait(limit: Limit, who: str) -> None:
    """Count a request. Errors: TooOften."""
    wait_s = limit.wait_s(who)
    if wait_s:
        raise TooOften(wait_s)


def _token(req: func.HttpRequest) -> str:
    """The token that a form posts; "" where there is none, which opens nothing."""
    return _posted(req, "token")


def _posted(req: func.HttpRequest, name: str) -> str:
    """A field of the form that was sent; "" where there is none."""
    raw = bytes(req.get_body())
    if len(raw) > BODY_MAX:
        return ""
    return parse_qs(raw.decode("ascii", "replace")).get(name, [""])[0]


def _ask_setup(req: func.HttpRequest, at: System) -> func.HttpResponse:
    words = _labels(at, req)
    ask = Ask("/api/setup", words.page_setup_ask, words.page_continue, words.page_unknown, words.page_script)
    return asking(words.page_setup, ask, words.language)


def _ask_pay(req: func.HttpRequest, at: System) -> func.HttpResponse:
    """Also where the gateway sends the browser afterwards: the tab has the token, and the invoice is shown as it stands."""
    words = _labels(at, req)
    none = words.page_thanks if "done" in req.params else words.page_unknown
    ask = Ask("/api/pay", words.page_opening, words.page_continue, none, words.page_script, kept=KEPT)
    return asking(words.page_pay, ask, words.language)


def _opened_setup(req: func.HttpRequest, at: System, token: str) -> func.HttpResponse:
    address = at.open_setup(token)
    words = _labels(at, req)
    return onward(words.page_setup, words.page_onward, words.page_continue, address, words.language)


def _invoice(_: func.HttpRequest, at: System, token: str) -> func.HttpResponse:
    return invoice_page(at.show_invoice(token), token)


def _opened_payment(req: func.HttpRequest, at: System, token: str) -> func.HttpResponse:
    try:
        address = at.open_payment(token)
    except PaidElsewhere as error:
        log.warning("an invoice cannot be paid by its link: %s", error)
        return invoice_page(replace(at.show_invoice(token), standing=Standing.ELSEWHERE), token)
    if address is None:
        return _invoice(req, at, token)
    words = _labels(at, req)
    return onward(words.page_pay, words.page_onward, words.page_continue, address, words.language)


def _issued(_: func.HttpRequest, at: System, token: str) -> func.HttpResponse:
    found = at.issued_file(token)
    return download(found.name, found.content)


def _labels(at: System, req: func.HttpRequest) -> Labels:
    """The words of the document's language, which the form on its page says; of the browser's where no document was shown yet."""
    return at.labels(_posted(req, "language")[:LANGUAGE_MAX], *languages(req))


def _asked(req: func.HttpRequest) -> str:
    return (req.params.get("language") or "")[:LANGUAGE_MAX]


def _sentence(status: int, labels: Labels, title: str, word: str, *, after_s: int = 0) -> func.HttpResponse:
    return page(status, getattr(labels, title), getattr(labels, word), labels.language, after_s=after_s)


def _said(error: Exception) -> str:
    """An error for the log: in words where it is one of ours, by its kind where it may quote anything."""
    return str(error) if isinstance(error, Work365Error) else type(error).__name__
