"""The charge desk with a customer who opens links: request, the gateway's page, webhooks, sweep."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import requests

from dataverse.query import Query, eq
from dataverse.rows import status_label
from dataverse.stores.profiles import Profiles
from local.desks.charge import ChargeDesk
from local.fakes.mail import FakeMailer
from local.http import RequestsAdapter
from local.stripe.enrolling import control
from local.stripe.server import KEY
from providers.stripe.client import client
from providers.stripe.hosted import StripeHostedPages
from work365.errors import InvariantBroken
from work365.handlers import profile_links
from work365.money import Currency
from work365.ports.profiles import ProfileHint
from work365.receivables.profile_links import ASKED_AGAIN, GOOD_FOR

if TYPE_CHECKING:
    from datetime import timedelta

    from dataverse.webapi import Row
    from providers.stripe.webhooks import Ignored
    from work365.ports.payments import PaymentHint
    from work365.receivables.payments import Processor
    from work365.receivables.profile_links import Request

NUMBER = "CU-1"
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
    """Northwind has nothing stored, and is sent links."""

    def __init__(self) -> None:
        super().__init__()
        self.northwind = self._make("account", {"name": "Northwind", "accountnumber": NUMBER, "w365_language": "de"})
        self.profiles = Profiles(self._api(self.fuse.guard(self.dataverse)))
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.fuse.guard(self.stripe)))
        self._pages = StripeHostedPages(client(KEY, own_session=session), environment="local")
        self.mailer = FakeMailer(lambda: self.now)
        self._tokens = count(1)

    def pages_for(self, processor: Processor) -> StripeHostedPages:
        """The one gateway there is."""
        del processor
        return self._pages

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
        return profile_links.open_link(token, book=self.profiles, pages_for=self.pages_for, public_url=PUBLIC_URL, now=self.now)

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
