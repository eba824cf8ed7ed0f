"""The books, the tax engine and the pages on which customers pay say back what they were sent; nothing of it is kept.

What they say reaches rows (jobs, exports, payments, findings), the log and whoever presses a button: each of them is searched.
"""

from __future__ import annotations

import base64
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
import requests

from dataverse.rows import choice_value
from dataverse.stores.pay_link_rows import made
from dataverse.webapi import Ref
from local.http import RequestsAdapter, httpx_transport
from local.months.linking import GOOD_FOR
from local.quickbooks.connect import ledger_for
from local.sample.generated import ENTITY
from local.stripe.server import KEY as STRIPE_KEY
from providers.avalara.engine import AvalaraTax
from providers.stripe.client import client
from providers.stripe.pay_pages import StripePayPages
from tests.adversarial.planting import LINK, an_invoice, asked, echoing, places
from transport.client import NO_RETRIES, Http
from work365.errors import Work365Error
from work365.handlers.assessing import Engines
from work365.jobs import JobKind
from work365.receivables.links import hashed
from work365.receivables.pay_links import NewLink, link_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.http import App
    from tests.adversarial.planting import Searched
    from work365.ports.taxing import EngineChoice

LICENCE = "pl4ntedC0FFEE0123456"
BASIC = base64.b64encode(f"2001234567:{LICENCE}".encode()).decode()
BOOKED = "INV-CO-2026-00002"


def books_say(searched: Searched, app: App) -> None:
    """The books answer everything in the same words: to a sync, to the timer that reads them, and to the nightly check."""
    partner = searched.partner
    vault = partner.application.secrets
    replaced = ledger_for(app, partner.books, vault, lambda: partner.now)
    vars(partner.application)["ledger_for"] = lambda _: replaced
    partner.quiet.update(Ref("w365_invoice", an_invoice(searched, BOOKED)), {"w365_purchaseorder": "changed"})
    searched.office.asks(JobKind.SYNC, an_invoice(searched, BOOKED))
    searched.office.work()
    for timer in (partner.application.read_back, partner.application.daily_billing):
        try:
            timer()
        except Work365Error as error:
            searched.answers.append(str(error))
    searched.office.sweep()


def books_refuse(searched: Searched) -> None:
    """With every status that they have."""

    def said(words: str) -> object:
        error = {"Message": words, "Detail": f"{words} in PrivateNote", "code": "6000", "element": words}
        return {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-03-01T00:00:00Z"}

    for status in (400, 401, 403, 500):
        books_say(searched, past_sign_in(searched, echoing(said, status)))


def books_refuse_the_sign_in(searched: Searched) -> None:
    """The address of tokens quotes the token that it was sent."""
    for code in ("invalid_grant", "invalid_client"):

        def said(words: str, code: str = code) -> object:
            return {"error": code, "error_description": words}

        books_say(searched, echoing(said, 400))


def past_sign_in(searched: Searched, app: App) -> App:
    """Tokens are given as ever; everything else is answered by another app."""
    real = searched.partner.quickbooks
    return lambda request: (real if request.path.startswith("/oauth2/") else app)(request)


def the_tax_engine_refuses(searched: Searched) -> None:
    """AvaTax quotes the key that it does not know, in its words and in the header."""
    partner = searched.partner
    columns = {"w365_taxengine": choice_value("w365_legalentity", "w365_taxengine", "Avalara"), "w365_taxcompany": "CONTOSO"}
    partner.quiet.update(Ref("w365_legalentity", ENTITY), {**columns, "w365_taxsecretname": "avalara-key"})
    for code, status in (("AuthenticationException", 401), ("ModelStateInvalid", 400), ("UnhandledException", 500)):

        def said(words: str, code: str = code) -> object:
            quoted = f"account 2001234567 with key {LICENCE} ({BASIC}): {words}"
            return {"error": {"code": code, "message": quoted, "details": [{"message": quoted, "description": words}]}}

        reach = partial(avatax, echoing(said, status))
        vars(partner.application).update(tax_engine_for=reach, tax_engines=Engines(reach, lambda: 0.0))
        searched.office.asks(JobKind.ONE_OFF, arguments={"contract": "C-1", "lines": "CFQ7TTC0LCHC:0002 at 10.00"})
        searched.office.work()
        asked(searched, JobKind.SETTLE_TAX)


def avatax(app: App, choice: EngineChoice) -> AvalaraTax:
    """AvaTax, reached with the planted licence key."""
    http = Http("Avalara", "https://avatax.example", transport=httpx_transport(app), retries=NO_RETRIES)
    return AvalaraTax(http, choice, f"2001234567:{LICENCE}")


def pages_refuse(searched: Searched) -> None:
    """A customer with a link presses Pay; the gateway quotes where to come back to, and what opens the page in a browser."""
    partner, digest = searched.partner, hashed(LINK)
    searched.office.asks(JobKind.ONE_OFF, arguments={"contract": "C-1", "lines": "CFQ7TTC0LCHC:0002 at 10.00"})
    searched.office.work()
    bill = next(row["w365_invoiceid"] for row in partner.rows("w365_invoice") if row["w365_total"] == Decimal("11.90"))
    partner.quiet.change([made(NewLink(link_id(digest), bill, digest, partner.now + GOOD_FOR, "ap@k-1.example"))])
    secret = "cs_live_a1pl4nted_secret_fidpl4nted"
    for kind, status in (("invalid_request_error", 400), ("api_error", 500), ("idempotency_error", 409)):

        def said(words: str, kind: str = kind) -> object:
            return {"error": {"type": kind, "message": f"{words}; {secret}", "param": "success_url"}}

        session = requests.Session()
        session.mount("https://", RequestsAdapter(echoing(said, status)))
        pages = StripePayPages(client(STRIPE_KEY, own_session=session), environment="local")
        vars(partner.application)["pay_pages_for"] = lambda _, pages=pages: pages
        try:
            partner.application.open_payment(LINK)
        except Work365Error as raised:
            searched.answers.append(str(raised))
        partner.later(minutes=20)
        searched.office.sweep()


@pytest.mark.parametrize(
    ("plant", "kept"),
    [
        (books_refuse, "card [card …4242], [card …4444], account [account …3000], [secret], [secret], [secret]"),
        (books_refuse_the_sign_in, "QuickBooks no longer accepts our connection"),
        (the_tax_engine_refuses, "Avalara does not let us in: account 2001234567 with key [secret] ([secret]): No: [secret]"),
        (pages_refuse, "11.90 EUR was not paid by link: No: [secret]"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_vendors_say_back_is_found_nowhere(searched: Searched, plant: Callable[[Searched], None], kept: str) -> None:
    """In no row, finding, record, answer, queue or mail; what is left of their words is kept."""
    plant(searched)
    assert places(searched) == []
    assert kept in searched.everything()
