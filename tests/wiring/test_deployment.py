"""What a deployment says of itself and of its gateways, and how it is built."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

import wiring
from adapters import SystemClock
from dataverse.rows import choice_value
from local.clock import FixedClock
from local.quickbooks.connect import MemoryVault
from local.stripe.events import signature
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.movements import GoCardlessMoney
from providers.stripe.gateway import StripeGateway
from providers.stripe.movements import StripeMoney
from providers.stripe.pay_pages import StripePayPages
from tests.wiring.wired import TOLD, Unsettled, Wired, waiting
from wiring.signing import Signing
from work365.accounting.deciding import BooksSystem
from work365.errors import NotAuthorised, Refused, Unavailable
from work365.ports.platform import JOBS
from work365.receivables.gateways import CAPABILITIES, capabilities
from work365.receivables.payments import Processor

if TYPE_CHECKING:
    from local.desks.billing import BillingDesk


def test_health_tells_no_secret(desk: BillingDesk) -> None:
    """Version and readiness; when the tenant does not answer, why."""
    assert Wired(desk, Unsettled()).health()["status"] == "ready"
    wired = Wired(desk, Unsettled())

    class Closed:
        def who_am_i(self) -> None:
            message = "dataverse did not answer"
            raise Unavailable(message)

    vars(wired)["api"] = Closed()
    assert wired.health()["status"] == "not ready: dataverse did not answer"
    assert set(wired.health()) == {"version", "status"}


def test_kinds_that_this_version_cannot_do_are_refused_with_a_sentence(desk: BillingDesk) -> None:
    """A processor that takes no charges, books that are not QuickBooks, mail without a mailbox."""
    wired = Wired(desk, Unsettled())
    with pytest.raises(Refused, match="takes no charges; record the payment by hand"):
        wired.gateway_for(Processor(id="x", code="cash", kind="Manual", secret=""))
    with pytest.raises(Refused, match="choose a QuickBooks company"):
        wired.ledger_for(BooksSystem("b", "xero-1", "Xero"))
    with pytest.raises(Refused, match="W365_MAILBOX"):
        _ = wired.mailer


class Safe:
    """A vault."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets

    def read(self, name: str) -> str:
        return self.secrets[name.replace("-", "_")]


def test_the_kind_of_a_processor_chooses_its_gateway_and_the_row_its_secret(desk: BillingDesk) -> None:
    """The token is read from the vault each time, so a rotated one is used at once."""
    wired = Wired(desk, Unsettled())
    safe = Safe(stripe_key="sk_test_x", debit_token="sandbox_x")
    vars(wired)["secrets"] = safe
    assert isinstance(wired.gateway_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripeGateway)
    debits = Processor("p2", "debits", "GoCardless", "debit-token")
    assert isinstance(wired.gateway_for(debits), GoCardlessGateway)
    assert isinstance(wired.money_for(debits), GoCardlessMoney)
    assert isinstance(wired.pay_pages_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripePayPages)
    with pytest.raises(Refused, match="is of the kind GoCardless, which has no page to pay on"):
        wired.pay_pages_for(debits)
    assert isinstance(wired.money_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripeMoney)
    with pytest.raises(Refused, match="keeps no money"):
        wired.money_for(Processor("p3", "bank", "Manual", ""))
    del safe.secrets["debit_token"]
    with pytest.raises(KeyError):
        wired.gateway_for(debits)


def test_every_kind_of_processor_has_said_what_it_takes() -> None:
    """The choice of the table and the table of capabilities name the same kinds."""
    kinds = ("Stripe", "Manual", "GoCardless")
    assert set(CAPABILITIES) == set(kinds)
    assert len({choice_value("w365_paymentprocessor", "w365_kind", kind) for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("kind", CAPABILITIES)
def test_adapters_have_what_the_table_of_capabilities_says(desk: BillingDesk, kind: str) -> None:
    """Who asks the table and goes on finds the gateway and its pages; where it says no, there is none."""
    wired, processor, can = Wired(desk, Unsettled()), Processor("p1", "one", kind, "key"), capabilities(kind)
    vars(wired)["secrets"] = Safe(key="k")
    told = {"gateway_for": bool(can.kinds), "pages_for": can.setup_page, "pay_pages_for": can.pay_page}
    found = {}
    for name in told:
        try:
            found[name] = getattr(wired, name)(processor) is not None
        except Refused:
            found[name] = False
    assert found == told


def test_a_gocardless_event_puts_each_payment_that_it_names_on_the_queue(desk: BillingDesk) -> None:
    """Two events of one payment are one question; the signature is checked with the vault's secret."""
    wired = Wired(desk, Unsettled())
    vars(wired)["secrets"] = Safe(gocardless_webhook_secret="s")
    named = (("PM1", "submitted"), ("PM1", "confirmed"), ("PM2", "charged_back"))
    events = [{"resource_type": "payments", "action": action, "links": {"payment": name}} for name, action in named]
    body = json.dumps({"events": events}).encode()
    with pytest.raises(NotAuthorised):
        wired.gateway_event("GoCardless", body, "00")
    wired.gateway_event("GoCardless", body, hmac.new(b"s", body, hashlib.sha256).hexdigest())
    assert waiting(desk.queue, JOBS) == [
        {"reference": "PM1", "payment": "", "about": "payment"},
        {"reference": "PM2", "payment": "", "about": "return"},
    ]


def processor_row(desk: BillingDesk, code: str, secret: str, **more: object) -> None:
    """A Stripe account whose reports are signed with a secret of its own."""
    kind = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
    row = {"w365_name": code, "w365_code": code, "w365_kind": kind, "w365_webhooksecretname": secret, **more}
    desk.api.create("w365_paymentprocessor", row)


def stripe_says(wired: Wired, secret: str) -> None:
    """A debit has ended, as an account with this secret reports it."""
    intent = {"id": "pi_1", "metadata": {}}
    body = json.dumps({"type": "payment_intent.succeeded", "data": {"object": intent}}).encode()
    wired.gateway_event("Stripe", body, signature(body, secret, int(wired.clock.now().timestamp())))


def test_each_account_signs_with_the_secret_that_its_processor_names(desk: BillingDesk) -> None:
    """Also one that is switched off; a name that the vault does not have hides no other; a stranger's secret is none."""
    processor_row(desk, "a", "gone")
    processor_row(desk, "b", "whsec-us")
    processor_row(desk, "c", "whsec-old", statecode=1)
    wired = Wired(desk, Unsettled())
    vars(wired)["secrets"] = MemoryVault({"stripe-webhook-secret": "eu", "whsec-us": "us", "whsec-old": "old"})
    for count, secret in enumerate(("eu", "us", "old"), start=1):
        stripe_says(wired, secret)
        assert len(waiting(desk.queue, JOBS)) == count
    with pytest.raises(NotAuthorised, match="signature does not fit"):
        stripe_says(wired, "a stranger's")
    assert len(waiting(desk.queue, JOBS)) == 3


def test_a_door_without_any_secret_believes_nobody(desk: BillingDesk) -> None:
    """Nothing of the vault is told to whoever asks."""
    wired = Wired(desk, Unsettled())
    vars(wired)["secrets"] = MemoryVault({})
    with pytest.raises(NotAuthorised, match="the vault has no secret to check a webhook of Stripe with"):
        stripe_says(wired, "")


def test_forged_reports_ask_the_tenant_once_a_minute() -> None:
    """And a genuine one of the account that the settings name never."""
    now, asked = [0.0], []

    def in_rows(kind: str) -> list[str]:
        asked.append(kind)
        return ["us", "eu"]

    signing = Signing({"Stripe": "eu"}, in_rows, lambda: now[0])
    assert next(signing.names("Stripe")) == "eu"
    assert asked == []
    for moment, times in ((0.0, 1), (59.0, 1), (60.0, 2)):
        now[0] = moment
        assert (list(signing.names("Stripe")), len(asked)) == (["eu", "us"], times)


def test_a_missing_setting_is_said_again_at_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is not built half, and is built once the setting is there."""
    wiring.install(None)
    for name in [name for name in os.environ if name.startswith("W365_")]:  # of a local system that ran in this process
        monkeypatch.delenv(name)
    for _ in range(2):
        with pytest.raises(Refused, match="W365_DATAVERSE_URL"):
            wiring.system()
    for name, value in {"DATAVERSE_URL": TOLD.dataverse_url, "VAULT_URL": TOLD.vault_url}.items():
        monkeypatch.setenv(f"W365_{name}", value)
    monkeypatch.setenv("AzureWebJobsStorage__accountName", "partner")
    assert wiring.application() is wiring.system()
    wiring.install(None)


def test_the_clock_of_a_deployment_is_utc() -> None:
    """And its dates are those of the zone that is asked for."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert FixedClock(datetime(2026, 1, 1, 3, 15, tzinfo=UTC)).today("Pacific/Kiritimati") == date(2026, 1, 1)
    assert abs((clock.today("UTC") - clock.now().date()).days) <= 1
