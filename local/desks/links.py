"""The charge desk with a customer who opens links: request, the gateway's page, webhooks, sweep."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import requests

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.currencies import Currencies
from dataverse.stores.profile_requests import ProfileRequests
from dataverse.stores.profiles import Profiles
from dataverse.stores.telling import Telling
from local.desks.charge import PERSON, ChargeDesk
from local.fakes.mail import FakeMailer
from local.graph.app import ALL_ROLES, Graph
from local.http import RequestsAdapter, httpx_transport
from local.stripe.enrolling import control
from local.stripe.server import KEY
from providers.catalogues.languages import Languages
from providers.graph_mail.mailer import GraphMailer
from providers.stripe.client import client
from providers.stripe.hosted import StripeHostedPages
from transport.client import NO_RETRIES, Http
from work365.errors import InvariantBroken, Refused
from work365.handlers import profile_links
from work365.handlers.requesting_profiles import RequestDesk, request_profile
from work365.ids import derived
from work365.jobs import Job, JobKind, JobResult
from work365.money import Currency
from work365.ports.profiles import ProfileHint
from work365.receivables.links import LinkClosed
from work365.receivables.profile_links import ASKED_AGAIN, GOOD_FOR

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import timedelta

    from dataverse.webapi import Row
    from providers.stripe.webhooks import Ignored
    from work365.handlers.jobs import Doer
    from work365.ports.mail import Mailer
    from work365.ports.payments import PaymentHint
    from work365.receivables.payments import InvoiceId, Processor
    from work365.receivables.profile_links import Request

NUMBER = "CU-1"
LINK = re.compile(r"https?://\S+/api/setup#\S+")
PUBLIC_URL = "https://billing.partner.example"
COLUMNS = (
    *("w365_paymentprofileid", "w365_name", "statuscode", "w365_brand", "w365_lastfour", "w365_expirymonth", "w365_expiryyear"),
    *("w365_isdefault", "w365_mandatereference", "w365_customerreference", "w365_sessionreference", "w365_methodreference"),
    *("w365_message", "w365_linkhash"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a profile says after everything."""

    status: str
    brand: str
    last_four: str
    default: bool


class LinkDesk(ChargeDesk):
    """Northwind has nothing stored, and is sent links: by us with a mailer in memory, by jobs over Graph.

    Attributes:
        tokens: of the links that jobs have asked for.
        permissions: of ours at Graph.
        public_url: where customers reach the desk; "" where its settings do not say.
    """

    def __init__(self) -> None:
        super().__init__()
        self.northwind = self._make("account", {"name": "Northwind", "accountnumber": NUMBER, "w365_language": "de"})
        self.profiles = Profiles(self._api(self.fuse.guard(self.dataverse)))
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.fuse.guard(self.stripe)))
        self._pages = StripeHostedPages(client(KEY, own_session=session), environment="local")
        self.mailer = FakeMailer(lambda: self.now)
        self.graph = Graph(lambda: self.now, settle_s=60, roles=lambda _: self.permissions)
        self.permissions: Collection[str] = ALL_ROLES
        self.tokens: list[str] = []
        self.public_url = PUBLIC_URL
        self._tokens = count(1)
        graph = Http("graph", "https://graph.example", transport=httpx_transport(self.fuse.guard(self.graph)), retries=NO_RETRIES)
        self._post = GraphMailer(graph, lambda: "token", mailbox="billing@partner.example")
        self._requests = ProfileRequests(self.guarded, Currencies(self.guarded))

    def pages_for(self, processor: Processor) -> StripeHostedPages:
        """The one gateway there is."""
        del processor
        return self._pages

    def kinds(self) -> dict[JobKind, Doer]:
        """Also requests for payment details."""
        return {**super().kinds(), JobKind.REQUEST_PROFILE: self._request}

    def _request(self, job: Job) -> JobResult:
        rows = (self._requests, self.profiles, Telling(self.guarded))
        desk = RequestDesk(*rows, self.pages_for, self._mailer, self._public_url, self._token, Languages())
        return request_profile(job, desk=desk, now=self.now)

    def _mailer(self) -> Mailer:
        return self._post

    def _public_url(self) -> str:
        if not self.public_url:
            message = "no links are sent: the setting W365_PUBLIC_URL does not say where customers reach this deployment"
            raise Refused(message)
        return self.public_url

    def _token(self) -> str:
        self.tokens.append(f"made-up-token-of-a-job-number-{next(self._tokens):014d}")
        return self.tokens[-1]

    def asks(self, invoice: InvoiceId, *, by: str = PERSON) -> str:
        """Somebody has a link mailed to the customer of an invoice; the job's id."""
        number = next(self._numbers)
        row = {
            "w365_key": f"request-{number}",
            "w365_kind": choice_value("w365_job", "w365_kind", JobKind.REQUEST_PROFILE.value),
            **bind("w365_Invoice", "w365_invoice", invoice),
        }
        return self.quiet.as_user(by).create("w365_job", row, id=derived("desk", "request", str(number)))

    def reachable(self, email: str = "ap@northwind.example") -> str:
        """Another customer who has nothing stored; the account's id."""
        return self._make("account", {"name": "Northwind", "emailaddress1": email or None})

    def owed_by(self, account: str) -> InvoiceId:
        """An invoice of a customer."""
        return self.invoice(**bind("w365_Account", "account", account))

    def mailed(self) -> list[str]:
        """The links of all mails that have left, in order."""
        return [LINK.findall(mail["body"]["content"])[0] for mail in self.graph.outbox()]

    def opens(self, link: str) -> bool:
        """Whether a link opens the gateway's page."""
        try:
            return bool(self.open(link.rpartition("#")[2]))
        except LinkClosed:
            return False

    def customer(self) -> str:
        """Another customer of whom nothing is known at the gateway; the account's number."""
        number = f"CU-{next(self._numbers)}x"
        self._make("account", {"name": f"Customer {number}", "accountnumber": number})
        return number

    def request(self, currency: str = "EUR", *, number: str = NUMBER, good_for: timedelta = GOOD_FOR) -> tuple[str, Request]:
        """A link's token, and the profile that waits for it."""
        token = f"made-up-token-of-the-desk-number-{next(self._tokens):012d}"
        made = profile_links.ask(
            self.profiles.asked(number, ""),
            token,
            currency=Currency(currency),
            good_for=good_for,
            book=self.profiles,
            pages_for=self.pages_for,
            now=self.now,
        )
        return token, made

    def open(self, token: str) -> str:
        """The customer opens a link; the address of the gateway's page."""
        return profile_links.open_link(
            token, book=self.profiles, pages_for=self.pages_for, public_url=self.public_url, now=self.now
        )

    def finish(self, page: str, instrument: str = "pm_card_visa") -> None:
        """The customer enters a test card or account on the page."""
        control(self.stripe, "complete", {"session": page.rsplit("/", 1)[-1], "with": instrument})

    def told(self, hint: ProfileHint) -> Request | None:
        """A worker acts on an event."""
        return profile_links.look(hint, book=self.profiles, pages_for=self.pages_for, now=self.now)

    def sweep_links(self) -> int:
        """The sweep, a while later."""
        self.later(seconds=ASKED_AGAIN.total_seconds() + 60)
        since = self.now - ASKED_AGAIN
        return profile_links.sweep(book=self.profiles, pages_for=self.pages_for, untouched_since=since, now=self.now)

    def row(self, profile: str) -> Row:
        """A profile's row, past the fuse."""
        found = list(self.quiet.find(Query("w365_paymentprofile", COLUMNS, eq("w365_paymentprofileid", profile))))
        if len(found) != 1:
            message = f"there are {len(found)} profiles {profile}"
            raise InvariantBroken(message)
        return found[0]

    def shown(self, profile: str) -> Shown:
        """What it says."""
        row = self.row(profile)
        label = status_label("w365_paymentprofile", row)
        return Shown(label, row["w365_brand"] or "", row["w365_lastfour"] or "", bool(row["w365_isdefault"]))

    def hear(self, hint: PaymentHint | ProfileHint | Ignored) -> None:
        """Also news of profiles."""
        if isinstance(hint, ProfileHint):
            self.told(hint)
        else:
            super().hear(hint)
