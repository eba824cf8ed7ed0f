"""The webhooks. Each authorises first, takes ids out of the body, hands them over and answers at once."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from doors.http import body, headers, said
from work365.errors import NotAuthorised
from work365.handlers.events import read_row_event

if TYPE_CHECKING:
    import azure.functions as func

    from work365.handlers.commands import System


def from_dataverse(req: func.HttpRequest, system: System) -> func.HttpResponse:
    """A row changed in the tenant: 202, with whether it will be worked on.

    Errors: NotAuthorised before anything of the body is looked at; TooLarge; BadInput.
    """
    key = system.webhook_key()
    given = req.params.get("code") or ""
    if not key or not hmac.compare_digest(given.encode(), key.encode()):
        message = "The key of this webhook is missing or wrong. Set the service endpoint's WebhookKey again."
        raise NotAuthorised(message)
    event = read_row_event(body(req), headers(req))
    if event.asks_for_work:
        system.job_event(event)
        return said(202, {"status": "queued", "job": event.id})
    if event.edits_a_document and system.document_event(event):
        return said(202, {"status": "queued", event.table: event.id})
    return said(202, {"status": "ignored", "table": event.table, "message": event.message})


def from_stripe(req: func.HttpRequest, system: System) -> func.HttpResponse:
    """Stripe reports something. Errors: as `_from_gateway`."""
    return _from_gateway(req, system, "Stripe", "Stripe-Signature")


def from_gocardless(req: func.HttpRequest, system: System) -> func.HttpResponse:
    """GoCardless reports something. Errors: as `_from_gateway`."""
    return _from_gateway(req, system, "GoCardless", "Webhook-Signature")


def _from_gateway(req: func.HttpRequest, system: System, kind: str, header: str) -> func.HttpResponse:
    """200 once what it names is on the queue.

    Errors: NotAuthorised without a signature, or with a wrong one; TooLarge; BadInput.
    """
    signature = headers(req).get(header.lower(), "")
    if not signature:
        message = f"Only {kind} may post here: the {header} header is missing."
        raise NotAuthorised(message)
    system.gateway_event(kind, body(req), signature)
    return said(200, {"status": "received"})
