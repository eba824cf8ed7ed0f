"""The other vendors: tax engines, books, mail, a central bank; and who draws documents."""

from __future__ import annotations

import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.surroundings import Surroundings
from dataverse.identity import Credential, Tokens, scope_of
from dataverse.webapi import Http
from providers.avalara.engine import TIMEOUTS as AVALARA_TIMEOUTS
from providers.avalara.engine import AvalaraTax
from providers.catalogues.languages import Languages
from providers.en16931.writer import En16931
from providers.exchange_rates.ecb import TIMEOUTS as ECB_TIMEOUTS
from providers.exchange_rates.ecb import EcbRates
from providers.exchange_rates.rows import ECB
from providers.graph_mail.mailer import GraphMailer
from providers.quickbooks.client import TIMEOUTS as QUICKBOOKS_TIMEOUTS
from providers.quickbooks.client import Client
from providers.quickbooks.ledger import QuickBooksLedger
from providers.quickbooks.tokens import Credentials
from providers.quickbooks.tokens import Tokens as QuickBooksTokens
from providers.typst_pdf.renderer import TypstDocuments
from transport.sessions import session
from work365.errors import Refused
from work365.handlers.assessing import Engines
from work365.handlers.drawing import Press

if TYPE_CHECKING:
    from settings import Settings
    from work365.accounting.deciding import BooksSystem
    from work365.ports.books import Ledger
    from work365.ports.platform import Clock
    from work365.ports.taxing import EngineChoice, TaxEngine


class Vendors(Surroundings):
    """Everybody but the gateways, each reached when it is first needed."""

    def __init__(self, settings: Settings, clock: Clock, identity: Credential | None = None) -> None:
        super().__init__(settings, clock, identity)
        self._ledgers: dict[BooksSystem, Ledger] = {}
        self._lock = threading.Lock()

    @cached_property
    def ecb(self) -> EcbRates:
        """The exchange rates that the European Central Bank publishes."""
        return EcbRates(Http(ECB, self.settings.ecb_url, timeouts=ECB_TIMEOUTS))

    @cached_property
    def tax_engines(self) -> Engines:
        """How legal entities reach their tax engines."""
        return Engines(self.tax_engine_for, time.monotonic)

    def tax_engine_for(self, choice: EngineChoice) -> TaxEngine:
        """The engine that a legal entity has chosen. Its secret is read from the vault each time. Errors: Refused; External."""
        if not choice.company or not choice.secret:
            message = (
                f"enter the company code at {choice.kind.value} and the name of the vault's secret on the legal entity's form"
            )
            raise Refused(message)
        http = Http("Avalara", self.settings.avalara_url, timeouts=AVALARA_TIMEOUTS)
        return AvalaraTax(http, choice, self.secrets.read(choice.secret))

    def ledger_for(self, system: BooksSystem) -> Ledger:
        """The ledger of a system; its session and tokens are kept for as long as the system's row stays as it is.

        One for all threads: two that refreshed the same tokens would each make the other's useless.
        """
        if system.kind != "QuickBooks Online":
            message = f"this version cannot post to {system.kind} ({system.code}); choose a QuickBooks company on the contract"
            raise Refused(message)
        with self._lock:
            if system not in self._ledgers:
                self._ledgers[system] = QuickBooksLedger(self.quickbooks(system), system, self.clock.now)
            return self._ledgers[system]

    def quickbooks(self, system: BooksSystem) -> Client:
        """One company at QuickBooks over the wire."""
        told = self.settings
        address = urlsplit(told.quickbooks_token_url)
        http = Http("QuickBooks", f"{address.scheme}://{address.netloc}")
        names = Credentials(told.quickbooks_client_id, told.quickbooks_client_secret, system.token_secret)
        tokens = QuickBooksTokens(http, address.path, names, self.secrets, self.clock.now)
        return Client(session(QUICKBOOKS_TIMEOUTS, ca=told.ca_file), told.quickbooks_url, system.company, tokens)

    @cached_property
    def mailer(self) -> GraphMailer:
        """Mail from the billing mailbox."""
        if not self.settings.mailbox:
            message = "No mail can be sent: the setting W365_MAILBOX does not name the mailbox to send invoices from."
            raise Refused(message)
        address = self.settings.graph_url
        return GraphMailer(Http("graph", address), Tokens(self._identity, scope_of(address)), mailbox=self.settings.mailbox)

    @cached_property
    def documents(self) -> TypstDocuments:
        """Invoices as PDF."""
        return TypstDocuments()

    @cached_property
    def press(self) -> Press:
        """Who draws documents, in every language."""
        return Press(self.documents, En16931(), Languages())
