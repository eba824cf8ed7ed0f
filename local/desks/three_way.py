"""The desk of money that comes and goes, with the night that compares it with what the gateways say."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from dataverse.query import Query, not_null
from dataverse.rows import status_label
from dataverse.stores.currencies import Currencies
from dataverse.stores.reconciling import MoneyRows
from local.desks.debit import ADDRESS
from local.desks.giving_back import GivingDesk
from local.gocardless.app import TOKEN
from local.gocardless.enrolling import pay_out
from local.http import RequestsAdapter, httpx_transport
from local.stripe.enrolling import control, enrol, post
from local.stripe.server import KEY
from providers.gocardless.client import Client
from providers.gocardless.movements import GoCardlessMoney
from providers.stripe.client import client
from providers.stripe.movements import StripeMoney
from transport.client import Http
from work365.errors import Refused
from work365.handlers.checking_money import Checked, check_all

if TYPE_CHECKING:
    from dataverse.webapi import Row
    from work365.ports.reconciling import GatewayMoney
    from work365.receivables.payments import InvoiceId, Processor

FINDING = ("w365_code", "w365_subject", "w365_message", "w365_nextstep", "w365_amount", "w365_currencycode", "w365_since")
WHERE = ("w365_here", "w365_there", "w365_closedon", "w365_decision", "statuscode", "w365_key")


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in short: `money-not-here 150.00 EUR Open`."""

    code: str
    amount: str
    state: str

    def __str__(self) -> str:
        return f"{self.code} {self.amount} {self.state}"


class ThreeWayDesk(GivingDesk):
    """Contoso, whose money is compared every night."""

    def __init__(self) -> None:
        super().__init__()
        self.keyless = False
        self.money = MoneyRows(self.guarded, Currencies(self.guarded))
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.fuse.guard(self.stripe)))
        http = Http("GoCardless", ADDRESS, transport=httpx_transport(self.fuse.guard(self.gocardless)), sleep=self._sleep)
        self._cards = StripeMoney(client(KEY, own_session=session), environment="local")
        self._mandates = GoCardlessMoney(Client(http, TOKEN), environment="local")

    def money_for(self, processor: Processor) -> GatewayMoney:
        """By the kind of the processor's row. Errors: Refused while `keyless`."""
        if self.keyless:
            message = f"the vault has no secret {processor.secret}"
            raise Refused(message)
        return self._mandates if processor.kind == "GoCardless" else self._cards

    def night(self) -> list[Checked]:
        """The timer, once for every processor."""
        return list(check_all(book=self.money, money_for=self.money_for, now=self.now))

    def nights(self, count: int) -> list[Checked]:
        """One night after the other; what the last one said."""
        said: list[Checked] = []
        for _ in range(count):
            self.later(days=1)
            said = self.night()
        return said

    def remember(self) -> sqlite3.Connection:
        """The tenant as it is, for `return_to`; reading changes nothing at the gateways."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        self.dataverse.storage.db.backup(kept)
        return kept

    def return_to(self, kept: sqlite3.Connection) -> None:
        """The tenant as it was."""
        kept.backup(self.dataverse.storage.db)
        self.fuse.reset()

    def paid_out(self) -> None:
        """GoCardless pays out what it holds."""
        pay_out(self.gocardless)

    def by_hand(self, amount: int = 5000, **marks: str) -> str:
        """Somebody takes money in Stripe's dashboard; the payment's id there."""
        stored = enrol(self.stripe, "Somebody")
        asked: dict[str, Any] = {
            "amount": amount,
            "currency": "eur",
            "customer": stored.customer,
            "payment_method": stored.method,
            "confirm": "true",
            "off_session": "true",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            **{f"metadata[{name}]": value for name, value in marks.items()},
        }
        return str(post(self.stripe, "/v1/payment_intents", asked)["id"])

    def given_by_hand(self, invoice: InvoiceId, amount: int) -> None:
        """Somebody gives money back in Stripe's dashboard."""
        [payment] = self.payments_of(invoice)
        post(self.stripe, "/v1/refunds", {"payment_intent": payment["w365_gatewayreference"], "amount": amount})

    def payouts_at_stripe(self) -> list[Row]:
        """As Stripe has them, the newest first."""
        return [one["data"]["object"] for one in control(self.stripe, "events") if one["type"] == "payout.created"]

    def findings(self) -> list[Row]:
        """Every finding of the check, oldest first."""
        return list(self.quiet.find(Query("w365_finding", FINDING + WHERE, not_null("w365_since"), "createdon,w365_key")))

    def says(self) -> list[str]:
        """The findings in short."""
        return [str(_said(row)) for row in self.findings()]


def _said(row: Row) -> Said:
    amount = "" if row["w365_amount"] is None else f"{row['w365_amount']:.2f} {row['w365_currencycode']}"
    return Said(row["w365_code"], amount, status_label("w365_finding", row))
