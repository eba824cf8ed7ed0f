"""F122: whoever edits a verified document makes it a draft again, by the edit alone: tenant, webhook, door, queue, worker."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import azure.functions as func
import pytest

import settings
import wiring
from dataverse.install.webhooks import DataverseWebhooks
from dataverse.query import Query
from dataverse.rows import bind, status_label
from dataverse.solution.webhook import STEPS
from dataverse.stores import approval_rows
from dataverse.webapi import Ref
from doors.webhooks import from_dataverse
from local.dataverse import seed
from local.desks.one_off import OneOffDesk
from local.faults import CRASHES, Died, Fault
from local.sample.generated import ENTITY
from work365.errors import External, Refused
from work365.handlers import falling_back, issuing
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.webapi import Row
    from local.dataverse.delivery import Webhook

MARCH = date(2026, 3, 1)
KEY = "the key"
INVOICE, LINE = "w365_invoice", "w365_invoiceline"
TOLD = settings.read(
    {
        "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
        "W365_VAULT_URL": "https://partner.vault.azure.net",
        "AzureWebJobsStorage__accountName": "partner",
    }
)


class Office:
    """Every document waits for two people; the one of C-1 is verified at 03:15 by our application. A person has the form open."""

    def __init__(self) -> None:
        self.desk = OneOffDesk(MARCH)
        self.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(0), "w365_twopeople": True})
        self.desk.standing("C-1", start=MARCH)
        self.desk.run(MARCH)
        self.application = wiring.build(TOLD, clock=self.desk.clock)
        replaced: dict[str, Any] = {"api": self.desk.api, "queue": self.desk.queue, "webhook_key": lambda: KEY}
        vars(self.application).update(replaced)
        self.desk.tenant.door = self._rings
        hooks = DataverseWebhooks(self.desk.api)
        hooks.set_endpoint("https://functions.example/webhooks/dataverse", KEY)
        for name in hooks.steps:
            hooks.set_step(name)
        self.person = self.desk.api.as_user(seed.ADMIN_OBJECT_ID)
        self.document = self.desk.invoices()[0].id
        self.verify()
        self.desk.clock.moment += timedelta(minutes=10)

    def _rings(self, webhook: Webhook) -> int:
        """The tenant calls the real door."""
        params = {name: values[0] for name, values in parse_qs(urlsplit(webhook.url).query).items()}
        request = func.HttpRequest("POST", webhook.url, headers=webhook.headers, params=params, body=webhook.body)
        return int(from_dataverse(request, self.application).status_code)

    def verify(self) -> None:
        book = self.application.issuing
        book.verify(book.load(self.document), person=seed.APPLICATION_USER_ID, now=self.desk.clock.now())

    def works(self) -> int:
        """The worker takes what is on the queue; how much there was."""
        count = 0
        while message := self.desk.queue.take(JOBS):
            self.application.run_job(message)
            count += 1
        return count

    def line(self) -> str:
        found = self.desk.api.first(Query(LINE, ("w365_invoicelineid",), filter=f"_w365_invoice_value eq {self.document}"))
        assert found is not None
        return str(found["w365_invoicelineid"])

    def edits(self, table: str, row: str, **columns: object) -> None:
        """A person saves a form."""
        self.person.update(Ref(table, row), {f"w365_{name}": value for name, value in columns.items()})

    def state(self) -> tuple[str, str]:
        """Where the document stands, and its note."""
        row: Row = self.desk.api.read(Ref(INVOICE, self.document), select=("statuscode", "w365_approvalnote"))
        return status_label(INVOICE, row), row["w365_approvalnote"] or ""


@pytest.fixture
def office() -> Office:
    return Office()


HEAD = "its head (customer, dates, purchase order, currency or totals)"
EDITS: list[tuple[str, Callable[[Office], None], str]] = [
    ("purchase order", lambda it: it.edits(INVOICE, it.document, purchaseorder="PO-7"), HEAD),
    ("due date", lambda it: it.edits(INVOICE, it.document, duedate=date(2026, 5, 1)), HEAD),
    ("total", lambda it: it.edits(INVOICE, it.document, total=Decimal(1)), HEAD),
    ("a line's text", lambda it: it.edits(LINE, it.line(), description="Something else"), "its lines"),
    ("a line's tax note", lambda it: it.edits(LINE, it.line(), taxnote="Reverse charge"), "its lines"),
]


@pytest.mark.parametrize(("edit", "part"), [(edit, part) for _, edit, part in EDITS], ids=[name for name, _, _ in EDITS])
def test_an_edit_makes_it_a_draft_again_and_says_who_and_when(office: Office, edit: Callable[[Office], None], part: str) -> None:
    """Before anybody tries to issue it. A second delivery changes nothing."""
    edit(office)
    assert office.works() == 1
    by = "Local Administrator on 2026-03-01 03:25 UTC"
    note = f"Changed since # Work365 verified it: {part}, by {by}. Look at it and verify it again."
    assert office.state() == ("Draft", note)
    office.application.run_job({"document": office.document})
    assert office.state() == ("Draft", note)
    office.verify()
    assert office.state() == ("Verified", "")


def test_a_line_that_is_deleted_is_missed(office: Office) -> None:
    """The line is gone, and with it whose it was: every verified document is looked at."""
    office.desk.api.as_user(seed.ADMIN_OBJECT_ID).delete(Ref(LINE, office.line()))
    assert office.works() == 1
    assert office.state() == ("Draft", "Changed since # Work365 verified it: its lines. Look at it and verify it again.")


@pytest.mark.parametrize(
    ("column", "value"),
    [("name", "A"), ("lastchargestatus", "x"), ("accountingreference", "x"), ("taxstate", "x"), ("reason", "x"), ("claim", "x")],
)
def test_what_is_not_printed_wakes_nobody(office: Office, column: str, value: str) -> None:
    """Nor would it change anything: the sweep finds the document as it was verified."""
    office.edits(INVOICE, office.document, **{column: value})
    assert (office.works(), falling_back.look_at_all(book=office.application.issuing)) == (0, 0)
    assert office.state() == ("Verified", "")


def test_what_is_written_as_it_was_changes_nothing(office: Office) -> None:
    """The worker is woken, and finds the same document: more zeros are no other amount."""
    office.edits(INVOICE, office.document, purchaseorder=None, total=Decimal("368.9000"))
    assert office.works() == 1
    assert office.state() == ("Verified", "")


def test_our_own_writes_end_at_the_door(office: Office) -> None:
    """Issuing writes dates on every document: no message, and no reading for it."""
    office.desk.api.update(Ref(INVOICE, office.document), {"w365_purchaseorder": "PO-7"})
    assert office.works() == 0


@pytest.mark.parametrize(
    ("table", "lookup", "columns", "part"),
    [
        ("account", "_w365_account_value", {"address1_city": "Bonn"}, "its customer"),
        ("w365_legalentity", "_w365_legalentity_value", {"w365_bankdetails": "Another account"}, "its legal entity"),
        ("w365_billingcontract", "_w365_contract_value", {"w365_template": '{"accent": "#123456"}'}, "its contract"),
    ],
)
def test_the_sweep_finds_what_was_never_told(office: Office, table: str, lookup: str, columns: Row, part: str) -> None:
    """Rows beside the document wake nobody; what is printed of them is verified all the same."""
    row = office.desk.api.read(Ref(INVOICE, office.document), select=(lookup,))[lookup]
    office.person.update(Ref(table, row), columns)
    assert office.works() == 0
    office.application.sweep()
    state, note = office.state()
    assert (state, f"what is printed of {part}, by Local Administrator on 2026-03-01 03:25 UTC" in note) == ("Draft", True)


def test_a_column_that_the_template_prints_is_verified_too(office: Office) -> None:
    """A partner's own line on the head: its template names the column."""
    template = '{"fields": [{"column": "w365_reason", "label": "Project"}]}'
    office.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": template})
    falling_back.look_at_all(book=office.application.issuing)
    office.verify()
    office.edits(INVOICE, office.document, reason="Project X")
    assert falling_back.look_at_all(book=office.application.issuing) == 1
    assert office.state()[0] == "Draft"


def test_two_documents_of_two_customers_fall_alone(office: Office) -> None:
    """Only the one that was edited."""
    office.desk.standing("C-2", start=MARCH)
    office.desk.run(MARCH + timedelta(days=1))
    other = next(one.id for one in office.desk.invoices() if one.id != office.document)
    book = office.application.issuing
    book.verify(book.load(other), person=seed.APPLICATION_USER_ID, now=office.desk.clock.now())
    office.edits(INVOICE, other, purchaseorder="PO-7")
    office.works()
    assert office.state() == ("Verified", "")


def test_the_step_of_the_head_hears_of_every_column_that_is_verified() -> None:
    """A column that is printed from now on is in the fingerprint by itself; the step must be told."""
    logical = {name.removeprefix("_").removesuffix("_value") for name in approval_rows.HEAD} - {"w365_invoiceid"}
    (step,) = [step for step in STEPS if step.table == INVOICE]
    assert set(step.filtering) == logical


def test_issuing_is_the_last_look(office: Office) -> None:
    """Where nothing was told and no sweep has come yet: refused with the same note, and no number is taken."""
    office.desk.api.update(Ref(LINE, office.line()), {"w365_description": "Something else"})
    with pytest.raises(Refused, match=r"is a draft again\. Changed since # Work365 verified it: its lines"):
        issuing.give_number(office.document, seed.ADMIN_USER_ID, book=office.application.issuing, clock=office.desk.clock)
    assert office.state()[0] == "Draft"
    assert office.desk.invoices()[0].number == ""


@pytest.mark.parametrize("fault", [*CRASHES, Fault.ERROR_AFTER, Fault.NOT_REACHED])
def test_a_worker_that_dies_anywhere_leaves_a_draft_in_the_end(fault: Fault) -> None:
    """The queue delivers again: one draft with one note, whatever was written before."""
    for at in (1, 2, 3):
        office = Office()
        office.edits(LINE, office.line(), description="Something else")
        fuse, book = office.desk.fuse, office.desk.issuing
        fuse.arm(at=at, fault=fault)
        with contextlib.suppress(Died, External):
            falling_back.look_at(office.document, book=book)
        falling_back.look_at(office.document, book=book)
        state, note = office.state()
        assert (state, note.startswith("Changed since # Work365 verified it: its lines, by Local Administrator")) == (
            "Draft",
            True,
        )


def test_the_currency_and_the_customer_are_of_the_head(office: Office) -> None:
    """Whom it is for."""
    other = office.desk.api.create("account", {"name": "Another", "w365_taxcountry": "DE"})
    office.person.update(Ref(INVOICE, office.document), bind("w365_Account", "account", other))
    assert office.works() == 1
    assert HEAD in office.state()[1]
