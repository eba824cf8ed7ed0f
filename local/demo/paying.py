"""A customer of the demo pays by the link in the mail of an invoice, as a browser does it."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from html import unescape
from io import StringIO
from typing import TYPE_CHECKING

import requests
import typer

from cli import settings as commands
from dataverse.query import Query, eq
from local.demo.steps import look
from work365.receivables.links import hashed

if TYPE_CHECKING:
    from local.demo.steps import Step
    from local.system import LocalSystem

CUSTOMER = "Wide World Importers"
"""Gets its invoices with pay links; its contract is not charged by itself."""
GOOD_FOR_DAYS = 60
LINK = re.compile(r"/api/pay#(\S+)")
BUTTON = re.compile(r'<button class="go">([^<]+)</button>')
SAID = re.compile(r'<p role="status">([^<]+)</p>')
ONWARD = re.compile(r'<a href="([^"]+)"')
TIMEOUT_S = 30


def mail_links() -> None:
    """`w365 settings set pay-link` for one customer, in this process."""
    app = typer.Typer()
    commands.register(app)
    words = ["settings", "set", "pay-link", str(GOOD_FOR_DAYS), "--customer", CUSTOMER, "--output", "json"]
    with redirect_stdout(StringIO()):
        app(words, standalone_mode=False)


def paid_by_link(system: LocalSystem) -> list[Step]:
    """The customer opens the last link that was mailed, pays on the gateway's page, and opens the link again."""
    token = _last_token(system)
    invoice = _behind(system, token)
    opened = _posted(system, "/api/pay", token)
    steps = [look(system, invoice, f"{CUSTOMER} opens the link in the mail", _first(BUTTON, opened))]
    page = _first(ONWARD, _posted(system, "/api/pay/start", token))
    steps.append(look(system, invoice, "presses the button", f"on to {page.partition('//')[2].partition('/')[0]}"))
    system.stripe("POST", "complete", {"session": page.rsplit("/", 1)[-1], "with": "pm_card_visa"})
    system.settle()
    again = _posted(system, "/api/pay", token)
    system.settle()  # whoever looks may be quicker than the gateway's webhook, and what follows the payment begins then
    steps.append(look(system, invoice, "pays there by card, and opens the link again", _first(SAID, again)))
    return steps


def _last_token(system: LocalSystem) -> str:
    bodies = (mail["body"]["content"] for mail in system.outbox())
    return str([token for body in bodies for token in LINK.findall(body)][-1])


def _behind(system: LocalSystem, token: str) -> str:
    """The invoice of a link, by its hash: nobody keeps the token."""
    query = Query("w365_paymentlink", ("_w365_invoice_value",), eq("w365_linkhash", hashed(token)))
    [row] = system.application.api.find(query)
    return str(row["_w365_invoice_value"])


def _posted(system: LocalSystem, path: str, token: str) -> str:
    """A page that shows what a link opens."""
    answer = requests.post(f"{system.addresses['functions']}{path}", data={"token": token}, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return str(answer.text)


def _first(pattern: re.Pattern[str], page: str) -> str:
    """What stands on a page; "" where it does not: the checks say so."""
    found = pattern.search(page)
    return unescape(found.group(1)) if found else ""
