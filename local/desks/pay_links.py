"""The charge desk with customers who pay by a link: the mailed token, the gateway's page, webhooks, sweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.pay_link_rows import made
from dataverse.stores.pay_links import PayLinks
from dataverse.stores.sending import Sending
from local.dataverse import seed
from local.desks.charge import ChargeDesk
from local.desks.statements import WordsAlone
from local.http import RequestsAdapter
from local.stripe.enrolling import control
from local.stripe.server import KEY
from providers.catalogues.languages import Languages
from providers.en16931.writer import En16931
from providers.stripe.client import client
from providers.stripe.pay_pages import StripePayPages
from work365.handlers import pay_links
from work365.handlers.charging import confirm_payment
from work365.handlers.drawing import Press
from work365.receivables.links import hashed
from work365.receivables.pay_links import NewLink, link_id

if TYPE_CHECKING:
    from local.http import App
    from work365.handlers.pay_links import PayDesk, Shown
    from work365.receivables.payments import InvoiceId, Processor

PUBLIC_URL = "https://billing.partner.example"
DAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Linked:
    """An invoice, and the token of a link to it."""

    invoice: InvoiceId
    token: str


class PayLinkDesk(ChargeDesk):
    """Contoso gets its invoices with a link, on 10 March 2026."""

    def __init__(self) -> None:
        self._pages: StripePayPages
        self.public_url = PUBLIC_URL
        super().__init__()
        self.links = PayLinks(self.guarded, self.payments)
        self._tokens = count(1)

    def reach_stripe_by(self, app: App) -> None:
        """The gateway and its pages."""
        super().reach_stripe_by(app)
        session = requests.Session()
        session.mount("https://", RequestsAdapter(app))
        self._pages = StripePayPages(client(KEY, own_session=session), environment="local")

    def pages_for(self, processor: Processor) -> StripePayPages:
        """The one gateway there is."""
        del processor
        return self._pages

    @property
    def desk(self) -> PayDesk:
        """What the handler works on."""
        press = Press(WordsAlone(), En16931(), Languages())
        book = Sending(self.guarded)
        return pay_links.PayDesk(self.links, self.payments, book, press, self.gateway_for, self.pages_for, self.public_url)

    def linked(self, total: str = "150.00", *, good_for: timedelta = timedelta(days=30), **more: Any) -> Linked:  # noqa: ANN401  columns
        """An issued invoice with one line, and a link to it."""
        due = DAY + timedelta(days=14)
        invoice = self.invoice(total, w365_invoicedate=DAY, w365_duedate=due, **more)
        amount = Decimal(total)
        line = {
            "w365_name": "Seats",
            "w365_key": f"line-{invoice}",
            "w365_ordinal": 1,
            "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Cycle"),
            "w365_description": "Business Premium",
            "w365_quantity": Decimal(1),
            "w365_unitprice": amount,
            "w365_amount": amount,
            "w365_taxpercent": Decimal(0),
            "w365_tax": Decimal(0),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        self._make("w365_invoiceline", line)
        return Linked(invoice, self.link(invoice, good_for))

    def stranger(self) -> Linked:
        """The invoice of a customer of whom nothing is known at the gateway."""
        name = f"Customer {next(self._numbers)}"
        return self.linked(**bind("w365_Account", "account", self._make("account", {"name": name})))

    def link(self, invoice: InvoiceId, good_for: timedelta = timedelta(days=30)) -> str:
        """One more link to an invoice; its token."""
        token = f"made-up-token-of-the-desk-number-{next(self._tokens):012d}"
        digest = hashed(token)
        self.quiet.change([made(NewLink(link_id(digest), invoice, digest, self.now + good_for, "ap@contoso.example"))])
        return token

    def show(self, token: str) -> Shown:
        """The customer opens the link."""
        return pay_links.show(token, desk=self.desk, now=self.now)

    def open(self, token: str) -> str | None:
        """The customer presses Pay; the address of the gateway's page."""
        return pay_links.open_page(token, desk=self.desk, now=self.now)

    def pay(self, page: str | None, instrument: str = "pm_card_visa") -> None:
        """The customer enters a test card or account on the page."""
        control(self.stripe, "complete", {"session": str(page).rsplit("/", 1)[-1], "with": instrument})

    def sessions(self, invoice: InvoiceId) -> list[str]:
        """The states of the gateway's pages for an invoice, the oldest first."""
        said = self.stripe_sessions()
        return [one["status"] for one in reversed(said) if one["metadata"]["w365_invoice"] == invoice]

    def stripe_sessions(self) -> list[dict[str, Any]]:
        """Every page at the gateway, the newest first."""
        found: list[dict[str, Any]] = control(self.stripe, "sessions")
        return found

    def sweep_pages(self, invoice: InvoiceId, *, minutes: float = 20) -> None:
        """The sweep, a while later."""
        self.later(minutes=minutes)
        mine = Query("w365_payment", ("w365_paymentid",), eq("_w365_invoice_value", invoice))
        ids = {row["w365_paymentid"] for row in self.quiet.find(mine)}
        for payment in ids.intersection(self.payments.unsettled(sent_before=self.now - timedelta(minutes=15))):
            confirm_payment(payment, book=self.payments, gateway_for=self.gateway_for, now=self.now)

    def charge_status(self, invoice: InvoiceId) -> str:
        """What the invoice's form says of its last charge."""
        [row] = self.quiet.find(Query("w365_invoice", ("w365_lastchargestatus",), eq("w365_invoiceid", invoice)))
        return str(row["w365_lastchargestatus"] or "")

    def payments_of(self, invoice: InvoiceId) -> list[tuple[str, str]]:
        """Amount and state of every attempt, the first one first."""
        mine = Query("w365_payment", ("w365_amount", "statuscode"), eq("_w365_invoice_value", invoice), "w365_attempt")
        return [(f"{row['w365_amount']:.2f}", status_label("w365_payment", row)) for row in self.quiet.find(mine)]
