"""The doors behind request links. Whoever comes is unknown to us; what they may see is decided by the link alone.

| | answer |
|---|---|
| the link opens a page of the gateway | 303 to it |
| unknown, or no link at all | 404 |
| used already, expired | 410 |
| the gateway or the tenant cannot be asked, or anything else goes wrong | 503; the log has the error, never the link |
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from doors.pages import languages, page, redirect
from work365.errors import Work365Error
from work365.receivables.profile_links import LinkClosed, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable

    import azure.functions as func

    from work365.documents.labels import Labels
    from work365.handlers.commands import System

log = logging.getLogger(__name__)
STATUS: Final = {LinkTrouble.UNKNOWN: 404, LinkTrouble.EXPIRED: 410, LinkTrouble.USED: 410}
APOLOGY: Final = "This page cannot be opened at the moment. Please try again in a few minutes."


def setup(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
    """Open the gateway's page for a request link."""
    return _shown(req, context, system, _opened)


def after_setup(req: func.HttpRequest, context: func.Context, system: Callable[[], System], word: str) -> func.HttpResponse:
    """Where the gateway sends the browser when the customer is through, or has turned back. It opens nothing and knows nobody."""
    return _shown(req, context, system, lambda req, at: _page(200, at.labels(_asked(req), *languages(req)), word))


def _shown(
    req: func.HttpRequest,
    context: func.Context,
    system: Callable[[], System],
    act: Callable[[func.HttpRequest, System], func.HttpResponse],
) -> func.HttpResponse:
    """A page whatever happens; what went wrong stands in the log alone, under the invocation's id."""
    at: System | None = None
    try:
        at = system()
        return act(req, at) if req.method.upper() == "GET" else _page(405, at.labels(*languages(req)), "page_unknown")
    except Exception as error:  # noqa: BLE001  the last place where an error can become a page
        log.warning("a page was not shown: %s (reference %s)", _said(error), context.invocation_id)
        return page(503, "Work365", APOLOGY, "en") if at is None else _page(503, at.labels(*languages(req)), "page_later")


def _opened(req: func.HttpRequest, system: System) -> func.HttpResponse:
    try:
        return redirect(system.open_setup(req.route_params.get("token") or ""))
    except LinkClosed as closed:
        labels = system.labels(closed.language, *languages(req))
        return _page(STATUS[closed.trouble], labels, f"page_{closed.trouble.value}")


def _asked(req: func.HttpRequest) -> str:
    return (req.params.get("language") or "")[:20]


def _page(status: int, labels: Labels, word: str) -> func.HttpResponse:
    return page(status, labels.page_setup, getattr(labels, word), labels.language)


def _said(error: Exception) -> str:
    """An error for the log: in words where it is one of ours, by its kind where it may quote anything."""
    return str(error) if isinstance(error, Work365Error) else type(error).__name__
