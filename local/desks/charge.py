"""A small tenant with a customer to charge: the local Dataverse, the local Stripe and our own adapters, all in one process.

Every outgoing request of the adapters passes one fuse. Invoices and jobs are made as they are needed; the tenant is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.currencies import Currencies
from dataverse.stores.disputing import Disputing
from dataverse.stores.jobs import Jobs
from dataverse.stores.payments import Payments
from dataverse.stores.refunding import Refunding
from dataverse.webapi import Ref, Row, WebApi
from local.dataverse import seed
from local.dataverse.app import DataverseApp
from local.dataverse.rights_seed import role_id
from local.dataverse.trial import Api
from local.faults import Fuse
from local.http import RequestsAdapter, httpx_transport
from local.stripe.enrolling import control, enrol, post
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from providers.stripe.webhooks import Ignored, verify
from transport.client import Http
from work365.errors import InvariantBroken
from work365.handlers.charging import charge, confirm, confirm_payment
from work365.handlers.hearing import Ears, hear
from work365.handlers.jobs import run_job
from work365.handlers.refunding import refund
from work365.ids import derived
from work365.jobs import Job, JobKind, JobResult
from work365.ports.payments import PaymentHint
from work365.receivables.charging import payment_id
from work365.receivables.payments import InvoiceId, ProfileId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.delivery import Webhook
    from local.http import App
    from work365.handlers.jobs import Doer
    from work365.ports.payments import Gateway
    from work365.ports.profiles import ProfileHint
    from work365.receivables.payments import Processor

ROOT = "http://dataverse.local/api/data/v9.2/"
PERSON = seed.ADMIN_OBJECT_ID
DONE = 204


@dataclass(frozen=True, slots=True)
class Bill:
    """What an invoice says after everything: amounts, status, payments in order, allocations, charges at the gateway."""

    charged: str
    balance: str
    status: str
    payments: tuple[str, ...]
    allocated: tuple[str, ...]
    taken: int


class ChargeDesk:
    """Contoso, its invoices, and whoever charges them."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        self.fuse = Fuse()
        self.dataverse = DataverseApp(clock=lambda: self.now, any_token=True, deliver=self._delivered)
        self.stripe = StripeStandIn(clock=lambda: self.now, post=self._webhook)
        self.heard: list[PaymentHint | ProfileHint | Ignored] = []
        self.people: dict[str, str] = {}
        self._signing_secret = ""
        self.quiet = self._api(self.dataverse)
        api = self.guarded = self._api(self.fuse.guard(self.dataverse))
        currencies = Currencies(api)
        self.payments, self.jobs = Payments(api, currencies), Jobs(api, currencies)
        self.refunding = Refunding(api, currencies, self.payments)
        self.disputing = Disputing(api, currencies, self.payments)
        self.reach_stripe_by(self.fuse.guard(self.stripe))
        self._numbers = count(1)
        self._build()

    def _delivered(self, webhook: Webhook) -> int:
        """What answers the tenant's webhooks; here nobody has subscribed to any."""
        del webhook
        return 200

    def _api(self, app: App) -> WebApi:
        return WebApi(Http("dataverse", ROOT, transport=httpx_transport(app), sleep=self._sleep), lambda: "token")

    def _sleep(self, seconds: float) -> None:
        self.later(seconds=seconds)

    def reach_stripe_by(self, app: App) -> None:
        """Let every request to Stripe pass an app, such as one that limits them."""
        session = requests.Session()
        session.mount("https://", RequestsAdapter(app))
        self._gateway = StripeGateway(client(KEY, own_session=session), environment="local")

    def close(self) -> None:
        """Close the tenant."""
        self.dataverse.close()

    def later(self, **delta: float) -> None:
        """Let time pass for everybody."""
        self.now += timedelta(**delta)

    def _build(self) -> None:
        self.account = self._make("account", {"name": "Contoso"})
        entity = {"w365_code": "HQ", "w365_companyname": "Partner Ltd", "w365_country": "DE", "w365_timezone": "Europe/Berlin"}
        self.entity = self._make("w365_legalentity", entity)
        kind = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
        self.processor = self._make(
            "w365_paymentprocessor", {"w365_code": "stripe", "w365_kind": kind, "w365_secretname": "stripe-key"}
        )
        self.profile = self.enrol("pm_card_visa", default=True)

    def _make(self, table: str, row: Row) -> str:
        return self.quiet.create(table, row, id=derived("desk", table, str(next(self._numbers))))

    def enrol(self, token: str, *, default: bool = False) -> ProfileId:
        """A payment profile of Contoso with a test card or account."""
        stored = enrol(self.stripe, "Contoso", token)
        row: Row = {
            "w365_name": f"{stored.brand} {stored.last_four}",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", stored.kind),
            "w365_customerreference": stored.customer,
            "w365_methodreference": stored.method,
            "w365_brand": stored.brand,
            "w365_lastfour": stored.last_four,
            "w365_expirymonth": stored.expiry_month,
            "w365_expiryyear": stored.expiry_year,
            "w365_isdefault": default,
            **bind("w365_Account", "account", self.account),
            **bind("w365_Processor", "w365_paymentprocessor", self.processor),
        }
        return ProfileId(self._make("w365_paymentprofile", row))

    def invoice(self, total: str = "150.00", label: str = "Issued", **more: Any) -> InvoiceId:  # noqa: ANN401  columns
        """An invoice in euro."""
        number = next(self._numbers)
        amount = Decimal(total)
        row: Row = {
            "w365_key": f"desk-{number}",
            "w365_number": f"INV-{number}",
            "w365_kind": choice_value("w365_invoice", "w365_kind", "Invoice"),
            "w365_net": amount,
            "w365_tax": Decimal(0),
            "w365_total": amount,
            "w365_amountcharged": Decimal(0),
            "w365_balance": amount,
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
            **bind("w365_Account", "account", self.account),
            **bind("w365_LegalEntity", "w365_legalentity", self.entity),
            **status("w365_invoice", label),
            **more,
        }
        return InvoiceId(self._make("w365_invoice", row))

    def job(
        self,
        invoice: InvoiceId,
        *,
        amount: str | None = None,
        profile: ProfileId | None = None,
        payment: str | None = None,
        by: str = PERSON,
    ) -> str:
        """A person presses Charge, or a sweep asks for a confirmation when a payment is named."""
        kind = JobKind.CHARGE if payment is None else JobKind.CONFIRM_PAYMENT
        row: Row = {
            "w365_key": f"job-{next(self._numbers)}",
            "w365_kind": choice_value("w365_job", "w365_kind", kind.value),
            **bind("w365_Invoice", "w365_invoice", invoice),
            **bind("transactioncurrencyid", "transactioncurrency", seed.currency_id("EUR")),
        }
        row |= {"w365_amount": Decimal(amount)} if amount else {}
        row |= bind("w365_Profile", "w365_paymentprofile", profile) if profile else {}
        row |= bind("w365_Payment", "w365_payment", payment) if payment else {}
        person = self.quiet.as_user(by)
        return person.create("w365_job", row, id=derived("desk", "job", str(next(self._numbers))))

    def hire(self, role: str, *, application: str = "") -> str:
        """Somebody new with one role of ours; their Entra object id."""
        person = derived("person", role, application)
        row = {"fullname": role, "azureactivedirectoryobjectid": person, "applicationid": application or None}
        user = self.quiet.create("systemuser", row)
        self.give(user, role_id(role))
        return person

    def give(self, user: str, role: str, method: str = "POST") -> None:
        """Assign a role to a user, or with DELETE take it away."""
        path = f"systemusers({user})/systemuserroles_association"
        target = f"({role})/$ref" if method == "DELETE" else "/$ref"
        answer = Api(self.dataverse)(method, path + target, {"@odata.id": f"roles({role})"} if method == "POST" else None)
        if answer.status != DONE:
            raise InvariantBroken(answer.text)

    def gateway_for(self, processor: Processor) -> Gateway:
        """The one gateway there is."""
        del processor
        return self._gateway

    def run(self, job: str) -> JobResult | None:
        """One delivery of a job's message."""
        return run_job(job, book=self.jobs, doers=self.kinds(), now=self.now)

    def kinds(self) -> dict[JobKind, Doer]:
        """Which jobs its workers do."""
        return {JobKind.CHARGE: self._charge, JobKind.CONFIRM_PAYMENT: self._confirm, JobKind.REFUND: self._refund}

    def _charge(self, job: Job) -> JobResult:
        return charge(job, book=self.payments, gateway_for=self.gateway_for, now=self.now)

    def _confirm(self, job: Job) -> JobResult:
        return confirm(job, book=self.payments, gateway_for=self.gateway_for, now=self.now)

    def _refund(self, job: Job) -> JobResult:
        return refund(job, book=self.refunding, gateway_for=self.gateway_for, now=self.now)

    def event(self, hint: PaymentHint) -> JobResult | None:
        """One event of the gateway."""
        heard = hear(hint, Ears(self.payments, self.refunding, self.disputing, self.gateway_for), now=self.now)
        return None if heard is None else heard.result

    def listen(self) -> None:
        """Register for the gateway's webhooks, which come when `stripe.deliver` runs."""
        params = {"url": "https://partner.example/stripe", "enabled_events[]": "*"}
        self._signing_secret = post(self.stripe, "/v1/webhook_endpoints", params)["secret"]

    def _webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The door and the worker in one: check, then act on the hint."""
        del url
        hint = verify(body, headers["stripe-signature"], self._signing_secret, now=self.now)
        self.heard.append(hint)
        self.hear(hint)
        return 200

    def hear(self, hint: PaymentHint | ProfileHint | Ignored) -> None:
        """What the worker does with what an event names."""
        if isinstance(hint, PaymentHint):
            self.event(hint)

    def sweep(self, invoice: InvoiceId, *jobs: str) -> None:
        """What the sweeper does for one invoice: bring back jobs that nobody touched, ask about payments without an end."""
        for job in set(self.jobs.due(self.now, untouched_s=60)).intersection(jobs):
            self.run(job)
        attempts = {payment_id(invoice, number) for number in range(1, 5)}
        for payment in attempts.intersection(self.payments.unsettled(sent_before=self.now - timedelta(minutes=2))):
            confirm_payment(payment, book=self.payments, gateway_for=self.gateway_for, now=self.now)

    def bill(self, invoice: InvoiceId) -> Bill:
        """Read everything about one invoice, past the fuse."""
        columns = ("w365_amountcharged", "w365_balance", "statuscode")
        row = self.quiet.read(Ref("w365_invoice", invoice), select=columns)
        mine = eq("_w365_invoice_value", invoice)
        payments = self.quiet.find(Query("w365_payment", ("statuscode", "w365_attempt"), mine, "w365_attempt"))
        allocations = self.quiet.find(Query("w365_allocation", ("w365_amount",), mine))
        charges = [one for one in control(self.stripe, "charges") if one["metadata"].get("w365_invoice") == invoice]
        return Bill(
            _two_places(row["w365_amountcharged"]),
            _two_places(row["w365_balance"]),
            status_label("w365_invoice", row),
            tuple(status_label("w365_payment", payment) for payment in payments),
            tuple(_two_places(allocation["w365_amount"]) for allocation in allocations),
            sum(one["paid"] for one in charges),
        )

    def state_of(self, job: str) -> tuple[str, str]:
        """A job's status reason and message."""
        row = self.quiet.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
        return status_label("w365_job", row), row["w365_message"] or ""

    def only_payment(self, invoice: InvoiceId) -> Row:
        """The one payment of an invoice."""
        columns = ("w365_paymentid", "w365_gatewayreference", "w365_message", "w365_failurecode", "_createdby_value")
        [row] = self.quiet.find(Query("w365_payment", columns, eq("_w365_invoice_value", invoice)))
        return row


def _two_places(amount: Decimal | int) -> str:
    return f"{Decimal(amount):.2f}"
