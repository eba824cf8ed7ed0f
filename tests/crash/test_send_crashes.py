"""Die before and after every request of Send, lose its answer, recover: one mail each, one document, no stuck job."""

from __future__ import annotations

import io
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

import wiring
from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status_label
from dataverse.stores.currencies import Currencies
from dataverse.stores.jobs import Jobs
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref, WebApi
from local.clock import FixedClock
from local.dataverse.app import DataverseApp
from local.desks.issued import Issued, issued
from local.faults import CRASHES, Died, Fault, Fuse
from local.graph.app import Graph
from local.http import Request, httpx_transport
from providers.catalogues.languages import Languages
from providers.en16931.writer import En16931
from providers.graph_mail.mailer import GraphMailer
from providers.typst_pdf.renderer import TypstDocuments
from transport.client import NO_RETRIES, Http
from work365.errors import External
from work365.handlers import sending
from work365.handlers.drawing import Press
from work365.handlers.jobs import run_job
from work365.ids import derived
from work365.jobs import JobKind
from work365.receivables.links import hashed
from work365.receivables.pay_links import Linking

if TYPE_CHECKING:
    from pathlib import Path

    from dataverse.webapi import Row
    from work365.jobs import JobResult

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = derived("job", "send-1")
RESEND = derived("job", "send-2")
PRESS = Press(TypstDocuments(), En16931(), Languages())
ROOT = "https://org.example/api/data/v9.2/"
REQUESTS = 10
"""Job: load, who we are (once per process), begin; invoice: load, whether a link goes along, begin; two mails; invoice: finish;
job: finish."""
LINKS = re.compile(r"https://billing\.partner\.example/api/pay#(\S+)")


class World:
    """A tenant and a mail system behind one fuse, and a worker that may be killed."""

    def __init__(self, database: Path) -> None:
        self.clock, self.fuse = FixedClock(NOON), Fuse()
        self.dataverse = DataverseApp(database, clock=self.clock, any_token=True, deliver=lambda _webhook: 200)
        self.graph = Graph(self.clock, settle_s=60)
        self.api = WebApi(Http("dataverse", ROOT, transport=httpx_transport(self.dataverse), retries=NO_RETRIES), lambda: "token")

    def guarded(self) -> tuple[WebApi, GraphMailer]:
        """What a worker talks through."""
        dataverse = httpx_transport(self.fuse.guard(self.dataverse))
        graph = httpx_transport(self.fuse.guard(self.graph))
        api = WebApi(Http("dataverse", ROOT, transport=dataverse, retries=NO_RETRIES), lambda: "token")
        http = Http("graph", "https://graph.example", transport=graph, retries=NO_RETRIES)
        return api, GraphMailer(http, lambda: "token", mailbox="billing@contoso.example")

    def run(self, job: str = JOB) -> JobResult | None:
        """One delivery of the job's message to a worker."""
        api, mailer = self.guarded()
        linking = Linking("https://billing.partner.example", wiring.new_token)
        doer = partial(sending.send, book=Sending(api), press=PRESS, mailer=mailer, now=self.clock.now(), linking=linking)
        return run_job(job, book=Jobs(api, Currencies(api)), doers={JobKind.SEND: doer}, now=self.clock.now())

    def recover(self, job: str = JOB) -> None:
        """The sweeper's way: run the job again every few minutes until nothing is left to do."""
        for _ in range(12):
            self.clock.moment += timedelta(minutes=3)
            with suppress(External):
                if self.run(job) is None:
                    return

    def job_state(self, job: str = JOB) -> str:
        """The job's status reason."""
        return status_label("w365_job", self.api.read(Ref("w365_job", job), select=("statuscode",)))

    def deliveries(self, made: Issued) -> list[Row]:
        """The delivery rows, by attempt and recipient."""
        columns = ("w365_recipient", "w365_attempt", "statuscode", "w365_documenthash", "w365_senton", "_w365_job_value")
        query = Query("w365_delivery", columns, eq("_w365_invoice_value", made.invoice), "w365_attempt,w365_recipient")
        return list(self.api.find(query))

    def mail_links(self, days: str) -> None:
        """The company says for how long a mailed invoice can be paid by its link, or off."""
        level = choice_value("w365_setting", "w365_level", "Company")
        row = {"w365_name": "pay-link", "w365_level": level, "w365_subject": "-", "w365_setting": "pay-link", "w365_value": days}
        self.api.create("w365_setting", row)

    def opens(self) -> list[bool]:
        """Of each mail that has left, whether the link that it carries is one that we keep, under its hash."""
        kept = {row["w365_linkhash"] for row in self.api.find(Query("w365_paymentlink", ("w365_linkhash",), eq("statecode", 0)))}
        tokens = [LINKS.findall(mail["body"]["content"]) for mail in self.graph.outbox()]
        return [[hashed(token) in kept for token in found] == [True] for found in tokens]

    def documents(self, made: Issued) -> list[Row]:
        """The stored documents."""
        return list(
            self.api.find(Query("annotation", ("filename", "documentbody"), eq("_objectid_value", made.invoice), "filename"))
        )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued]:
    """A database with one issued invoice, a job to send it and one to resend it."""
    path = tmp_path_factory.mktemp("send") / "tenant.db"
    world = World(path)
    made = issued(world.api, Currencies(world.api).id("USD"))
    kind = choice_value("w365_job", "w365_kind", "Send")
    for job, arguments in ((JOB, None), (RESEND, '{"resend": "yes"}')):
        row = {"w365_name": "Send", "w365_key": job, "w365_kind": kind, "w365_arguments": arguments}
        world.api.create("w365_job", {**row, **bind("w365_Invoice", "w365_invoice", made.invoice)}, id=job)
    world.mail_links("30")
    kind = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
    world.api.create("w365_paymentprocessor", {"w365_code": "stripe", "w365_kind": kind, "w365_secretname": "stripe-key"})
    world.dataverse.close()
    return path, made


@pytest.fixture
def made(prepared: tuple[Path, Issued]) -> Issued:
    """The ids of the invoice."""
    return prepared[1]


@pytest.fixture
def world(prepared: tuple[Path, Issued], tmp_path: Path) -> World:
    """A fresh copy of the prepared tenant."""
    copy = tmp_path / "tenant.db"
    shutil.copy(prepared[0], copy)
    return World(copy)


def holds(world: World, made: Issued) -> None:
    """What must be true in the end, whatever happened on the way."""
    mails = world.graph.outbox()
    addresses = [mail["toRecipients"][0]["emailAddress"]["address"] for mail in mails]
    assert sorted(addresses) == ["ap@fabrikam.example", "cfo@fabrikam.example"]
    assert world.opens() == [True, True]
    document, e_invoice = world.documents(made)
    assert (document["filename"], e_invoice["filename"]) == ("Invoice INV-2026-00012.pdf", "Invoice INV-2026-00012.xml")
    assert {mail["attachments"][0]["contentBytes"] for mail in mails} == {document["documentbody"]}
    rows = world.deliveries(made)
    assert [status_label("w365_delivery", row) for row in rows] == ["Sent", "Sent"]
    assert world.api.read(Ref("w365_invoice", made.invoice), select=("w365_senton",))["w365_senton"] is not None
    assert world.job_state() == "Succeeded"


def test_a_clean_run_takes_four_requests_for_the_invoice(world: World, made: Issued) -> None:
    """Load, whether a link goes along, begin, finish; beside them the job's own and one per mail. The PDF says what rows say."""
    result = world.run()
    assert result is not None
    assert result.message == "INV-2026-00012 was sent to ap@fabrikam.example and cfo@fabrikam.example."
    assert world.fuse.count == REQUESTS
    assert [str(sent).rsplit("/", 1)[-1] for sent in world.fuse.sent[3:9]] == [
        "$batch",
        "$batch",
        "$batch",
        "sendMail",
        "sendMail",
        "$batch",
    ]
    holds(world, made)
    content = world.graph(_attachment(world)).body
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    for wanted in ("quantity 10 → 12 from 10 Feb 2026", "19/28 days -149.29", "Total 352.62 USD", "Balance 352.62 USD"):
        assert wanted in text


def test_without_links_it_takes_one_request_less(world: World) -> None:
    """Whoever mails none pays nothing for them."""
    [row] = world.api.find(Query("w365_setting", ("w365_settingid",), eq("w365_setting", "pay-link")))
    world.api.update(Ref("w365_setting", row["w365_settingid"]), {"w365_value": "off"})
    world.run()
    assert world.fuse.count == REQUESTS - 1
    assert world.opens() == [False, False]


def _attachment(world: World) -> Request:
    name = world.graph.outbox()[0]["attachments"][0]["name"]
    return Request("GET", f"/_local/outbox/1/{name.replace(' ', '%20')}")


@pytest.mark.parametrize("fault", [*CRASHES, Fault.NOT_REACHED, Fault.ERROR_AFTER], ids=lambda fault: fault.value)
@pytest.mark.parametrize("at", range(1, REQUESTS + 1))
def test_every_crash_point_of_send(world: World, made: Issued, at: int, fault: Fault) -> None:
    """Kill the worker at one request, or cut it off; run the job again until it rests: never a second mail, never none."""
    world.fuse.arm(at=at, fault=fault)
    with suppress(Died, External):
        world.run()
    assert world.fuse.blown is not None
    world.fuse.reset()
    world.recover()
    holds(world, made)


def test_resend_sends_the_same_bytes_as_a_second_attempt(world: World, made: Issued) -> None:
    """After a charge, too: the stored document goes out again, and the deliveries say which attempt it was."""
    world.run()
    world.api.update(Ref("w365_invoice", made.invoice), {"w365_amountcharged": 100, "w365_balance": Decimal("252.62")})
    world.run(RESEND)
    assert len({mail["attachments"][0]["contentBytes"] for mail in world.graph.outbox()}) == 1
    assert [(row["w365_attempt"], status_label("w365_delivery", row)) for row in world.deliveries(made)] == [
        (1, "Sent"),
        (1, "Sent"),
        (2, "Sent"),
        (2, "Sent"),
    ]
    assert len({row["w365_documenthash"] for row in world.deliveries(made)}) == 1
    assert world.opens() == [True] * 4
    assert len({LINKS.findall(mail["body"]["content"])[0] for mail in world.graph.outbox()}) == 4
    assert len(world.documents(made)) == 2


def test_a_throttled_mail_system_delays_and_doubles_nothing(world: World, made: Issued) -> None:
    """429 with Retry-After: the job waits by itself, then everyone gets one mail."""
    world.graph.throttle(1, after_s=30)
    result = world.run()
    assert result is not None
    assert (result.state.value, result.again_in_s) == ("Waiting", 30)
    world.recover()
    holds(world, made)
