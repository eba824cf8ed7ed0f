"""One company that tells people things: a desk of changes with a mail system, both behind one fuse.

desk = TellingDesk(date(2026, 3, 1)); contract = desk.reachable("C-1"); desk.bought(contract, term="P1Y", until=…)
desk.tell(date(2026, 3, 2)); desk.told(); desk.mails()
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from dataverse.query import Query
from dataverse.rows import choice_label, choice_value, status_label
from dataverse.stores.inheriting import ON_CONTRACT
from dataverse.stores.questions import Questions
from dataverse.stores.telling import Telling
from dataverse.stores.telling_cards import CardNews
from dataverse.stores.telling_money import PaymentNews
from dataverse.webapi import Ref
from local.desks.changes import ChangeDesk
from local.graph.app import Graph
from local.http import httpx_transport
from providers.catalogues.languages import Languages
from providers.graph_mail.mailer import GraphMailer
from transport.client import NO_RETRIES, Http
from work365.errors import External
from work365.handlers import questions, telling, telling_money
from work365.receivables.pay_links import Linking

if TYPE_CHECKING:
    from local.http import App
    from work365.handlers.telling import Delivered
    from work365.telling.notice import Occasion

NOTICE, CONTRACT = "w365_notice", "w365_billingcontract"
LANGUAGES = Languages()
NO_LINKS = Linking("", lambda: "")
"""Of a deployment that nobody has said the public address of."""


def mailer_over(graph: App) -> GraphMailer:
    """The mail system behind an app, which a fuse may guard."""
    http = Http("graph", "https://graph.example", transport=httpx_transport(graph), retries=NO_RETRIES)
    return GraphMailer(http, lambda: "token", mailbox="billing@contoso.example")


def mails_of(graph: Graph) -> list[tuple[str, str]]:
    """Recipient and subject of every mail that left."""
    return [(mail["toRecipients"][0]["emailAddress"]["address"], mail["subject"]) for mail in graph.outbox()]


class TellingDesk(ChangeDesk):
    """A desk whose workers tell people; every request to the tenant and to the mail system passes the fuse."""

    def __init__(self, today: date = date(2026, 3, 1)) -> None:
        super().__init__(today)
        self.graph = Graph(self.clock, settle_s=60)
        self.tokens = count(1)
        self.linking = Linking("https://pay.example", lambda: f"token-{next(self.tokens):038d}")
        api = self.tenant.webapi(self.fuse.guard(self.tenant.app))
        self.telling = Telling(api)
        self.news, self.cards = PaymentNews(api, self.tenant.currencies), CardNews(api)
        self.questions = Questions(api, self.tenant.currencies)
        self.mailer = mailer_over(self.fuse.guard(self.graph))

    def reachable(self, number: str, *, language: str = "", declines: bool = False, **columns: Any) -> str:  # noqa: ANN401  values of columns
        """A contract whose customer gets mails at `ap@<number>.example`."""
        made = self.contract(number, **{"billingemail": f"ap@{number.lower()}.example", **columns})
        account = self.api.read(Ref(CONTRACT, made), select=("_w365_account_value",))["_w365_account_value"]
        self.api.update(Ref("account", account), {"w365_language": language or None, "w365_declinesnotices": declines})
        return made

    def choose(self, setting: str, value: str, *, contract: str = "") -> None:
        """A setting for the company, or what one contract says itself."""
        if contract:
            column = ON_CONTRACT[setting]
            self.api.update(Ref(CONTRACT, contract), {column: choice_value(CONTRACT, column, value)})
            return
        row = {
            "w365_name": setting,
            "w365_level": choice_value("w365_setting", "w365_level", "Company"),
            "w365_subject": "-",
            "w365_setting": setting,
            "w365_value": value,
        }
        self.api.create("w365_setting", row)

    def decide(self, at: date | datetime) -> int:
        """Every decision of a moment (noon of a day); how many notices are new."""
        if isinstance(at, datetime):
            self.clock.moment = at
        else:
            self.at(at)
        return telling.queue(self.occasions(), book=self.telling, catalogues=LANGUAGES)

    def occasions(self) -> list[Occasion]:
        """What is worth telling now."""
        return [
            *telling.renewals_ahead(book=self.renewals, clock=self.clock),
            *telling.closing_windows(book=self.renewals, clock=self.clock),
            *telling_money.payments_received(book=self.news, clock=self.clock),
            *telling_money.cards_expiring(book=self.cards, clock=self.clock),
            *questions.messages(book=self.questions, clock=self.clock),
        ]

    def deliver(self) -> Delivered:
        """Hand over what waits."""
        return telling.deliver(
            book=self.telling, mailer_for=lambda: self.mailer, clock=self.clock, linking=self.linking, catalogues=LANGUAGES
        )

    def tell(self, at: date | datetime) -> int:
        """Both timers; how many notices are new."""
        new = self.decide(at)
        self.deliver()
        return new

    def recover(self) -> None:
        """The timers come back every few minutes until long after every doubt is cleared up."""
        for _ in range(4):
            self.clock.moment += timedelta(minutes=6)
            with suppress(External):
                self.tell(self.clock.moment)

    def told(self) -> list[tuple[str, str, str, str]]:
        """Each notice's kind, audience, recipient and status, in the order of their words."""
        kind, audience = "w365_kind", "w365_audience"
        found = self.api.find(Query(NOTICE, (kind, audience, "w365_recipient", "statuscode")))
        return sorted(
            (
                choice_label(NOTICE, kind, row[kind]),
                choice_label(NOTICE, audience, row[audience]),
                row["w365_recipient"] or "",
                status_label(NOTICE, row),
            )
            for row in found
        )

    def texts(self, audience: str) -> list[tuple[str, str]]:
        """Subject and body of each notice to an audience, the oldest first."""
        which = f"w365_audience eq {choice_value(NOTICE, 'w365_audience', audience)}"
        found = self.api.find(Query(NOTICE, ("w365_name", "w365_body"), filter=which, order="createdon"))
        return [(row["w365_name"], row["w365_body"]) for row in found]

    def mails(self) -> list[tuple[str, str]]:
        """Recipient and subject of every mail that left."""
        return mails_of(self.graph)
