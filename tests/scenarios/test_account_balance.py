"""F46: what an account says that it owes is right after every single event, through the real commands, workers and timers.

Open invoices less credit that nothing uses, and what of it is overdue; no sweep and no night runs in between.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests

import settings
import wiring
from cli.main import main
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from local.desks.receipts import ReceiptDesk
from local.fakes.books import FakeLedger
from local.http import RequestsAdapter
from local.stripe.enrolling import control, enrol
from local.stripe.server import KEY, StripeStandIn
from providers.stripe.client import client
from providers.stripe.gateway import StripeGateway
from work365.accounting.documents import BookPayment
from work365.ids import derived
from work365.money import Currency, Money
from work365.ports.payments import About
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dataverse.rows import Row

TOLD = {"W365_DATAVERSE_URL": "https://org.example", "W365_VAULT_URL": "https://vault.example", "AzureWebJobsStorage": "none"}
FIRST, SECOND, THIRD = (f"INV-CO-2026-0000{number}" for number in (1, 2, 3))
NOTE = "CN-CO-2026-00002"
IN_BOOKS = "77"
COLUMNS = ("w365_openamount", "w365_unapplied", "w365_balance", "w365_overdue")


class Office:
    """K-1 owes three months of 368.90 EUR, two of them overdue; a card is stored; the books know the third."""

    def __init__(self) -> None:
        self.desk = ReceiptDesk()
        self.desk.months(3)
        self.stripe = StripeStandIn(clock=lambda: datetime(2026, 3, 1, 9, tzinfo=UTC), post=lambda *_: 200)
        session = requests.Session()
        session.mount("https://", RequestsAdapter(self.stripe))
        gateway = StripeGateway(client(KEY, own_session=session), environment="local")
        self.ledger = FakeLedger()
        self.application = wiring.build(settings.read(TOLD), clock=self.desk.clock)
        vars(self.application).update(
            api=self.desk.api,
            queue=self,
            gateway_for=lambda _: gateway,
            ledger_for=lambda _: self.ledger,
            mailer=None,
            press=None,
        )
        wiring.install(self.application)
        self._enrol()
        self._connect()
        self.desk.draw()
        self._asked, self._dispute = 0, ""

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: float = 0) -> None:
        """The queue, whose worker is always there."""
        assert (queue, delay_s) == (JOBS, 0)
        self.application.run_job(message)

    def _enrol(self) -> None:
        stored = enrol(self.stripe, "K-1")
        kind = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
        processor = self.desk.api.create(
            "w365_paymentprocessor", {"w365_code": "stripe", "w365_kind": kind, "w365_secretname": "k"}
        )
        profile = {
            "w365_name": "Visa",
            "w365_kind": choice_value("w365_paymentprofile", "w365_kind", stored.kind),
            "w365_customerreference": stored.customer,
            "w365_methodreference": stored.method,
            "w365_expirymonth": 12,
            "w365_expiryyear": 2030,
            "w365_isdefault": True,
        }
        whose = bind("w365_Account", "account", self.desk.account) | bind("w365_Processor", "w365_paymentprocessor", processor)
        self.desk.api.create("w365_paymentprofile", profile | whose)

    def _connect(self) -> None:
        kind = choice_value("w365_accountingsystem", "w365_kind", "QuickBooks Online")
        self.system = self.desk.api.create("w365_accountingsystem", {"w365_name": "QBO", "w365_code": "qbo", "w365_kind": kind})
        row: Row = {
            "w365_name": THIRD,
            "w365_version": 1,
            "w365_externalid": IN_BOOKS,
            "w365_senton": self.desk.clock.now(),
            **status("w365_accountingexport", "Done"),
            **bind("w365_Invoice", "w365_invoice", self.desk.id_of(THIRD)),
            **bind("w365_System", "w365_accountingsystem", self.system),
        }
        self.desk.api.create("w365_accountingexport", row)

    def types(self, *words: str) -> None:
        """One command of finance; no two in one moment."""
        self.desk.clock.moment += timedelta(seconds=1)
        with pytest.raises(SystemExit) as end:
            main(list(words))
        assert not end.value.code, words

    def charge(self, number: str, amount: str) -> None:
        """A person presses Charge."""
        self._asked += 1
        row: Row = {
            "w365_name": "Charge",
            "w365_key": f"charge-{self._asked}",
            "w365_kind": choice_value("w365_job", "w365_kind", "Charge"),
            "w365_amount": Decimal(amount),
            **bind("w365_Invoice", "w365_invoice", self.desk.id_of(number)),
            **self.desk.tenant.currencies.bind("EUR"),
        }
        self.application.run_job({"job": self.desk.api.create("w365_job", row, id=derived("charge", str(self._asked)))})

    def disputed(self, *, ends: str = "") -> None:
        """The bank disputes the card payment, or decides; an event says so."""
        payment = self.desk.api.first(Query("w365_payment", ("w365_gatewayreference",), eq("w365_attempt", 1)))
        assert payment is not None
        if ends:
            control(self.stripe, "disputed", {"dispute": self._dispute, "to": ends})
        else:
            wish = {"payment_intent": payment["w365_gatewayreference"], "amount": None, "inquiry": False}
            self._dispute = str(control(self.stripe, "dispute", wish)["id"])
        self.application.run_job({"payment": payment["w365_paymentid"], "about": About.RETURN.value})

    def booked(self, amount: str) -> None:
        """A bookkeeper enters cash for the third invoice, or with nothing takes it out; the books are read."""
        applied = {IN_BOOKS: Money(int(Decimal(amount) * 100), Currency("EUR"))} if amount else {}
        self.ledger.payments["9"] = BookPayment("9", "", "", date(2026, 3, 1), applied, deleted=not amount)
        self.application.read_back()

    def stands(self) -> tuple[str, str, str, str]:
        """Open, unapplied, balance, overdue, as the account's row keeps them; the account's own text says the same."""
        [row] = self.desk.api.find(Query("w365_accountbalance", COLUMNS))
        balance = f"{row['w365_balance']:.2f} EUR"
        said = self.desk.balance()[-1]
        assert said.startswith(balance) or (said == "" and not row["w365_openamount"] and not row["w365_unapplied"])
        assert ("overdue" in said) == bool(row["w365_overdue"])
        open_, unapplied, owed, overdue = (f"{row[name]:.2f}" for name in COLUMNS)
        return open_, unapplied, owed, overdue


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Real commands; nothing else runs by itself."""
    monkeypatch.setenv("COLUMNS", "200")
    yield Office()
    wiring.install(None)


Figures = tuple[str, str, str, str]
WALK: tuple[tuple[str, str | Callable[[Office], None], Figures], ...] = (
    ("a charge of a part", lambda it: it.charge(FIRST, "300.00"), ("806.70", "0.00", "806.70", "437.80")),
    ("a refund", f"refund {FIRST} 100.00 --reason Seats", ("906.70", "0.00", "906.70", "537.80")),
    ("a dispute", lambda it: it.disputed(), ("1106.70", "0.00", "1106.70", "737.80")),
    ("the dispute is won", lambda it: it.disputed(ends="won"), ("906.70", "0.00", "906.70", "537.80")),
    (
        "a transfer of too much",
        f"receipt post K-1 400.00 EUR --reference 4711 --for {SECOND}",
        ("537.80", "31.10", "506.70", "168.90"),
    ),
    ("its rest is used", f"receipt apply K-1 4711 --for {FIRST}", ("506.70", "0.00", "506.70", "137.80")),
    ("a part is taken back", f"receipt take-back K-1 4711 {SECOND} --reason Other", ("875.60", "368.90", "506.70", "506.70")),
    ("and used again", "receipt apply K-1 4711 --oldest-first", ("506.70", "0.00", "506.70", "137.80")),
    ("it bounces", "receipt return K-1 4711 --reason Bounced", ("906.70", "0.00", "906.70", "537.80")),
    ("a credit note", f"credit {FIRST} --line 1=100.00 --reason Outage", ("787.70", "0.00", "787.70", "418.80")),
    ("a charge of the rest", lambda it: it.charge(FIRST, "49.90"), ("737.80", "0.00", "737.80", "368.90")),
    (
        "a credit note on a paid invoice",
        f"credit {FIRST} --line 1=100.00 --reason Outage",
        ("737.80", "119.00", "618.80", "368.90"),
    ),
    ("a part of it pays another one", f"credit-note apply {NOTE} --for {SECOND}=100.00", ("637.80", "19.00", "618.80", "268.90")),
    ("that is taken back", f"credit-note take-back {NOTE} {SECOND} --reason Other", ("737.80", "119.00", "618.80", "368.90")),
    ("it goes to the prepaid balance", f"prepaid credit {NOTE} --reason Agreed", ("737.80", "0.00", "737.80", "368.90")),
    ("a write-off in part", f"writeoff post {SECOND} 68.90 --reason Lost", ("668.90", "0.00", "668.90", "300.00")),
    ("of the rest", f"writeoff post {SECOND} --reason Lost", ("368.90", "0.00", "368.90", "0.00")),
    (
        "a late transfer for it",
        f"receipt post K-1 50.00 EUR --reference late --for {SECOND}",
        ("368.90", "0.00", "368.90", "0.00"),
    ),
    ("the write-off is taken back", f"writeoff take-back {SECOND} --reason Found", ("687.80", "0.00", "687.80", "318.90")),
    ("cash in the books", lambda it: it.booked("100.00"), ("587.80", "0.00", "587.80", "318.90")),
    ("taken out there", lambda it: it.booked(""), ("687.80", "0.00", "687.80", "318.90")),
    ("a cancellation", f"cancel {THIRD} --reason Wrong", ("318.90", "0.00", "318.90", "318.90")),
)


def test_the_account_is_right_after_every_event(office: Office) -> None:
    """Figures by hand: open, unapplied, balance, overdue."""
    assert office.stands() == ("1106.70", "0.00", "1106.70", "737.80")
    for what, act, stands in WALK:
        if isinstance(act, str):
            office.types(*act.split())
        else:
            act(office)
        assert office.stands() == stands, what
