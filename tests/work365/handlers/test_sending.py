"""Sending an invoice: once, to everyone, with a trace, and with a sentence when it cannot be."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from local.desks.documents import BUYER, ENGLISH, LANGUAGES, cycle, invoice
from local.fakes.mail import FakeMailer, FakeSendingBook
from providers.en16931.writer import En16931
from work365.documents.deliveries import Delivery, DeliveryState
from work365.documents.recipients import Addresses
from work365.errors import Conflict, InvariantBroken, NotFound, OutcomeUnknown, Refused, Rejected, Throttled, Unavailable
from work365.handlers.drawing import Press
from work365.handlers.mailing import GRACE
from work365.handlers.sending import LOOKS_MAX, send
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.paying.rules import Method, PaymentRule
from work365.receivables.links import hashed
from work365.receivables.pay_links import Linking, PayTerms
from work365.receivables.payments import Processor

if TYPE_CHECKING:
    from work365.documents.printed import DocumentView
    from work365.documents.statement import StatementView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOTH = Addresses("ap@fabrikam.example", "cfo@fabrikam.example")
SEND = Job("j1", "k1", JobKind.SEND, JobState.RUNNING, invoice="i1", attempts=1)
RESEND = replace(SEND, id="j2", key="k2", arguments={"resend": "yes"})


class Drawer:
    """Draws the title; counts how often it was asked."""

    drawn = 0

    def render(self, view: DocumentView, e_invoice: bytes | None = None) -> bytes:
        self.drawn += 1
        return f"%PDF {view.title} balance {view.totals.balance}".encode() + (e_invoice or b"")

    def statement(self, view: StatementView) -> bytes:
        raise NotImplementedError


class Office:
    """A book, a drawer, a mailer and a clock."""

    def __init__(self, addresses: Addresses = BOTH) -> None:
        self.now = NOON
        self.book = FakeSendingBook("i1", "Issued", invoice(cycle("A", "1", "100.00")), addresses)
        self.drawer = Drawer()
        self.mailer = FakeMailer(lambda: self.now)
        self.public_url = "https://billing.contoso.example"
        self.tokens = count(1)

    def run(self, job: Job = SEND) -> JobResult:
        """One run of the handler."""
        press, linking = (
            Press(self.drawer, En16931(), LANGUAGES),
            Linking(self.public_url, lambda: f"token-{next(self.tokens):038d}"),
        )
        return send(job, book=self.book, press=press, mailer=self.mailer, now=self.now, linking=linking)

    @property
    def mailed(self) -> list[str]:
        """The token of each mail's link, "" where it carries none."""
        return ["".join(re.findall(r"/api/pay#(\S+)", mail.body)) for mail in self.mailer.sent]

    @property
    def states(self) -> list[str]:
        """The state of each delivery."""
        return [row.state.value for row in self.book.rows.values()]


def test_everyone_gets_the_document_and_it_is_written_down() -> None:
    """One mail per recipient, the PDF stored with the invoice, one delivery each with hash and moment."""
    office = Office()
    result = office.run()
    assert result == JobResult(JobState.SUCCEEDED, "INV-2026-00012 was sent to ap@fabrikam.example and cfo@fabrikam.example.")
    assert [mail.recipient for mail in office.mailer.sent] == ["ap@fabrikam.example", "cfo@fabrikam.example"]
    assert {mail.content for mail in office.mailer.sent} == {office.book.stored}
    assert (office.book.file_name, office.book.sent_on) == ("Invoice INV-2026-00012.pdf", NOON)
    assert office.book.stored is not None
    digest = hashlib.sha256(office.book.stored).hexdigest()
    assert {(row.state, row.document_hash, row.sent) for row in office.book.rows.values()} == {(DeliveryState.SENT, digest, NOON)}


def test_running_the_same_job_again_sends_nothing() -> None:
    """A message that is delivered twice does no harm."""
    office = Office()
    office.run()
    again = office.run()
    assert again.state is JobState.SUCCEEDED
    assert "was already sent to ap@fabrikam.example" in again.message
    assert (len(office.mailer.sent), office.mailer.searches) == (2, 0)


def test_sending_again_by_another_job_points_to_resend() -> None:
    """Auto send and a click on Send make one mail; the sentence says how to get another."""
    office = Office()
    office.run()
    again = office.run(replace(SEND, id="j9"))
    assert again.message.endswith("Press Resend to send the same document again.")
    assert len(office.mailer.sent) == 2


def test_resend_sends_the_same_bytes_as_a_new_attempt() -> None:
    """Even if the invoice has been charged since: what the customer has is what the customer gets."""
    office = Office()
    office.run()
    office.book.document = invoice(cycle("A", "1", "100.00"), charged="120.00")
    office.book.state = "Paid"
    assert office.run(RESEND).state is JobState.SUCCEEDED
    assert [mail.content for mail in office.mailer.sent[2:]] == [office.book.stored] * 2
    assert sorted(row.attempt for row in office.book.rows.values()) == [1, 1, 2, 2]
    assert office.drawer.drawn == 1
    office.run(RESEND)
    assert len(office.mailer.sent) == 4


def test_a_stored_document_that_changed_is_never_sent() -> None:
    """Somebody replaced the note: stop, rather than send another invoice under the same number."""
    office = Office()
    office.run()
    office.book.stored = b"%PDF other"
    with pytest.raises(InvariantBroken, match=r"is not the one that was sent to ap@fabrikam\.example"):
        office.run(RESEND)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("Draft", "still a draft without a number; issue it, then send it"),
        ("Verified", "still a draft"),
        ("Cancelled", "A cancelled invoice is not sent; send the credit note"),
    ],
)
def test_only_issued_invoices_are_sent(state: str, said: str) -> None:
    """Drafts and cancelled invoices are refused with what to do instead."""
    office = Office()
    office.book.state = state
    with pytest.raises(Refused, match=said):
        office.run()
    assert (office.mailer.sent, office.book.stored) == ([], None)


def test_a_document_without_number_is_a_draft_whatever_its_state() -> None:
    """No number, no mail."""
    office = Office()
    office.book.document = None
    with pytest.raises(Refused, match="issue it"):
        office.run()


@pytest.mark.parametrize("addresses", [Addresses(), Addresses("nobody"), Addresses("ap@fabrikam.example", additional="x y")])
def test_missing_or_malformed_recipients_are_refused_before_anything_happens(addresses: Addresses) -> None:
    """All or nobody: a person mends the contract first."""
    office = Office(addresses)
    with pytest.raises(Refused, match="contract"):
        office.run()
    assert (office.mailer.sent, office.book.rows) == ([], {})


def test_jobs_without_an_invoice_or_with_an_unknown_one() -> None:
    """A sentence for the first, NotFound for the second."""
    with pytest.raises(Refused, match="names no invoice"):
        Office().run(replace(SEND, invoice=None))
    with pytest.raises(NotFound):
        Office().run(replace(SEND, invoice="i2"))


def test_one_refused_recipient_does_not_stop_the_other() -> None:
    """The job fails, says who got it and who did not and why; sending again tries the one that failed."""
    office = Office()
    office.mailer.faults = [Rejected("the mail system does not accept the address")]
    result = office.run()
    assert (result.state, office.states) == (JobState.FAILED, ["Failed", "Sent"])
    assert result.message == (
        "INV-2026-00012 was sent to cfo@fabrikam.example. "
        "Not sent to ap@fabrikam.example: the mail system does not accept the address"
    )
    assert office.run(replace(SEND, id="j3")).state is JobState.SUCCEEDED
    assert [mail.recipient for mail in office.mailer.sent] == ["cfo@fabrikam.example", "ap@fabrikam.example"]


@pytest.mark.parametrize("fault", [Throttled("busy", after_s=30), Unavailable("away")])
def test_a_busy_mail_system_is_tried_again_without_asking(fault: Exception) -> None:
    """Nothing has left, so the rest waits as queued, and the next run sends it at once."""
    office = Office()
    office.mailer.faults = [None, fault]
    with pytest.raises(type(fault)):
        office.run()
    assert (office.states, office.book.sent_on) == (["Sent", "Queued"], NOON)
    assert office.run().state is JobState.SUCCEEDED
    assert (len(office.mailer.sent), office.mailer.searches) == (2, 0)


def test_nothing_is_handed_over_after_the_mail_system_said_slow_down() -> None:
    """The first 429 ends the round."""
    office = Office()
    office.mailer.faults = [Throttled("busy", after_s=30), InvariantBroken("must not be reached")]
    with pytest.raises(Throttled):
        office.run()
    assert office.states == ["Queued", "Queued"]


def test_a_lost_answer_is_looked_up_and_not_sent_again() -> None:
    """The mail left and the answer did not come: visible as unknown, then found in the mailbox with its own moment."""
    office = Office()
    office.mailer.eats = [OutcomeUnknown("no answer")]
    first = office.run()
    assert (first.state, first.again_in_s, office.states) == (JobState.CONFIRMING, 120, ["Unknown", "Sent"])
    assert "No answer came for ap@fabrikam.example" in first.message
    office.now = NOON + timedelta(seconds=120)
    assert office.run().state is JobState.SUCCEEDED
    assert (len(office.mailer.sent), office.states) == (2, ["Sent", "Sent"])
    assert {row.sent for row in office.book.rows.values()} == {NOON}


def test_a_mail_that_does_not_turn_up_is_sent_again_after_the_grace() -> None:
    """Not before: a worker may still be at it, or the mail system slow."""
    office = Office()
    office.mailer.faults = [OutcomeUnknown("no answer")]
    office.run()
    office.now = NOON + GRACE - timedelta(seconds=1)
    assert office.run().state is JobState.CONFIRMING
    assert len(office.mailer.sent) == 1
    office.now = NOON + GRACE
    assert office.run().state is JobState.SUCCEEDED
    assert [mail.recipient for mail in office.mailer.sent] == ["cfo@fabrikam.example", "ap@fabrikam.example"]


def test_where_we_may_not_look_a_person_decides() -> None:
    """Without Mail.Read the delivery stays "may have been sent"; the job says where to look; Resend sends a new attempt."""
    office = Office()
    office.mailer.eats, office.mailer.blind = [OutcomeUnknown("no answer")], Rejected("Access is denied")
    assert office.run().state is JobState.CONFIRMING
    office.now = NOON + 2 * GRACE
    told = office.run()
    assert (told.state, len(office.mailer.sent)) == (JobState.FAILED, 2)
    assert "ap@fabrikam.example: It may have been sent. Look in the sent items of the billing mailbox" in told.message
    assert "if it is not there, send it again" in told.message
    assert office.run(RESEND).state is JobState.SUCCEEDED
    assert len(office.mailer.sent) == 4


def test_a_mailbox_that_cannot_be_asked_now_is_asked_later() -> None:
    """An unreachable mailbox neither sends nor gives up."""
    office = Office()
    office.mailer.eats, office.mailer.blind = [OutcomeUnknown("no answer")], Unavailable("away")
    office.run()
    office.now = NOON + 2 * GRACE
    assert office.run().state is JobState.CONFIRMING
    office.mailer.blind = None
    assert office.run().state is JobState.SUCCEEDED
    assert len(office.mailer.sent) == 2


def test_looking_ends_after_a_while() -> None:
    """Everything is bounded: after so many looks a person is told."""
    office = Office()
    office.mailer.eats, office.mailer.hidden = [OutcomeUnknown("no answer")], True
    office.run()
    told = office.run(replace(SEND, attempts=LOOKS_MAX))
    assert (told.state, len(office.mailer.sent)) == (JobState.FAILED, 2)
    assert "It may have been sent" in told.message


def test_two_workers_at_once_send_one_mail_each_recipient() -> None:
    """The slower one meets the faster one's rows: Conflict, nothing sent; its next run leaves the open ones alone."""
    office = Office()
    rival = Office()
    rival.book, rival.mailer = office.book, office.mailer
    office.book.interrupt = lambda step: _once(office, rival, step)
    with pytest.raises(Conflict):
        office.run()
    assert len(office.mailer.sent) == 2
    assert office.run(replace(SEND, id="j5")).state is JobState.SUCCEEDED
    assert len(office.mailer.sent) == 2


def _once(office: Office, rival: Office, step: str) -> None:
    office.book.interrupt = lambda _step: None
    assert step == "begin"
    rival.run()


class Died(BaseException):
    """Like a killed process."""


@pytest.mark.parametrize("step", ["begin", "begun", "finish", "finished"])
def test_dying_at_any_step_never_doubles_a_mail(step: str) -> None:
    """Run until killed, then as often as it takes: one mail each, all sent in the end."""
    office = Office()

    def die(now: str) -> None:
        if now == step:
            office.book.interrupt = lambda _step: None
            raise Died

    office.book.interrupt = die
    with pytest.raises(Died):
        office.run()
    for _ in range(10):
        office.now += timedelta(minutes=3)
        if office.run().state is JobState.SUCCEEDED:
            break
    assert (len(office.mailer.sent), office.states) == (2, ["Sent", "Sent"])


def test_rows_of_a_recipient_who_left_the_contract_are_left_alone() -> None:
    """An address that is not wanted any more is neither asked nor sent to."""
    office = Office(Addresses("new@fabrikam.example"))
    office.book.rows["d"] = Delivery(
        id="d",
        invoice="i1",
        recipient="old@fabrikam.example",
        attempt=1,
        state=DeliveryState.UNKNOWN,
        job="j0",
        begun=NOON,
        etag='W/"0"',
    )
    assert office.run().state is JobState.SUCCEEDED
    assert (office.mailer.searches, [mail.recipient for mail in office.mailer.sent]) == (0, ["new@fabrikam.example"])


def test_the_e_invoice_travels_inside_and_is_kept_beside_the_document() -> None:
    """What is mailed carries the XML; the UBL is stored with it, and neither changes when the invoice has been charged."""
    office = Office()
    office.run()
    assert office.book.stored is not None
    assert b"CrossIndustryInvoice" in office.book.stored
    assert office.book.stored_ubl is not None
    assert b'<cbc:PayableAmount currencyID="USD">120.00</cbc:PayableAmount>' in office.book.stored_ubl
    kept = (office.book.stored, office.book.stored_ubl)
    office.book.document = invoice(cycle("A", "1", "100.00"), charged="50")
    office.run(RESEND)
    assert (office.book.stored, office.book.stored_ubl) == kept
    assert {mail.content for mail in office.mailer.sent} == {kept[0]}


def test_a_document_without_an_e_invoice_is_sent_and_says_why() -> None:
    """What is missing is named with the place to enter it; the customer gets the invoice all the same."""
    office = Office()
    office.book.document = invoice(cycle("A", "1", "100.00"), buyer=replace(BUYER, country=""))
    result = office.run()
    assert result.state is JobState.SUCCEEDED
    assert result.message.endswith("It carries no e-invoice: Fabrikam GmbH has no tax country; enter it on the account.")
    assert office.book.stored_ubl is None
    assert len(office.mailer.sent) == 2


def test_the_mail_speaks_the_customers_language() -> None:
    """Subject, body and file name in German for a customer whose language is Austrian German."""
    office = Office()
    office.book.document = invoice(cycle("A", "1", "1234.50"), buyer=replace(BUYER, language="de-AT"))
    office.run()
    mail = office.mailer.sent[0]
    assert (mail.subject, mail.file_name) == ("Rechnung INV-2026-00012 von Contoso Cloud Ltd", "Rechnung INV-2026-00012.pdf")
    assert "Betrag: 1.481,40 USD" in mail.body
    assert mail.content.startswith(b"%PDF Rechnung INV-2026-00012")


STRIPE, GOCARDLESS = (Processor(kind, kind.lower(), kind, "key") for kind in ("Stripe", "GoCardless"))
MONTH = PayTerms(timedelta(days=30), (STRIPE,))


def test_each_mail_carries_a_link_of_its_own() -> None:
    """In words, with its last day; the book has the hash, the mail it is in and the end, and the token nowhere."""
    office = Office()
    office.book.pay = MONTH
    office.run()
    first, second = office.mailed
    assert first != second
    assert [(link.link_hash, link.recipient, link.expires) for link in office.book.links] == [
        (hashed(first), "ap@fabrikam.example", NOON + timedelta(days=30)),
        (hashed(second), "cfo@fabrikam.example", NOON + timedelta(days=30)),
    ]
    assert {link.delivery for link in office.book.links} == set(office.book.rows)
    assert (
        f"Look at this invoice online and pay it: https://billing.contoso.example/api/pay#{first}\n"
        "The link opens this invoice for whoever has it, until 31 March 2026."
    ) in office.mailer.sent[0].body
    assert first not in str(office.book.rows) + str(office.book.links)


def test_sending_again_leaves_earlier_links_as_they_are() -> None:
    """New mails, new links."""
    office = Office()
    office.book.pay = MONTH
    office.run()
    office.run(RESEND)
    assert len(set(office.mailed)) == len(office.book.links) == 4
    assert {hashed(token) for token in office.mailed} == {link.link_hash for link in office.book.links}


@pytest.mark.parametrize(("due", "linked"), [(date(2026, 3, 1), False), (date(2026, 2, 28), True), (None, False)])
def test_what_was_to_be_charged_by_itself_can_be_paid_once_it_is_late(due: date | None, linked: bool) -> None:
    """Its card was declined, or wants its holder: who is sent the invoice again can pay it, as by the mail of a reminder."""
    office = Office(Addresses("ap@fabrikam.example"))
    office.run()
    office.book.pay = MONTH
    office.book.document = replace(invoice(cycle("A", "1", "100.00")), collected=True, due=due)
    office.run(RESEND)
    assert (bool(office.mailed[-1]), len(office.book.links)) == (linked, int(linked))
    assert (ENGLISH.labels.collected in office.mailer.sent[-1].body) is not linked


def test_a_mail_that_has_not_left_gets_another_link() -> None:
    """Throttled: what was begun and certainly not sent begins again; the link that arrives is one that is kept."""
    office = Office(Addresses("ap@fabrikam.example"))
    office.book.pay = MONTH
    office.mailer.faults = [Throttled("slowly", after_s=30)]
    with pytest.raises(Throttled):
        office.run()
    office.run()
    [token] = office.mailed
    assert hashed(token) in {link.link_hash for link in office.book.links}


@pytest.mark.parametrize(
    ("pay", "changes", "public_url", "says"),
    [
        (None, {}, "https://b.example", ""),
        (MONTH, {"collected": True, "due": NOON.date()}, "https://b.example", ""),
        (MONTH, {"charged": "120"}, "https://b.example", ""),
        (MONTH, {}, "", "It carries no link to pay by: the setting W365_PUBLIC_URL does not say"),
        (
            replace(MONTH, processors=(GOCARDLESS,)),
            {},
            "https://b.example",
            "It carries no link to pay by: no payment processor can",
        ),
        (replace(MONTH, processors=()), {}, "https://b.example", "(none is set up); it needs one of the kind Stripe"),
        (replace(MONTH, rule=PaymentRule(frozenset({Method.TRANSFER}))), {}, "https://b.example", "allows neither card nor"),
    ],
)
def test_a_mail_without_a_link(pay: PayTerms | None, changes: dict[str, object], public_url: str, says: str) -> None:
    """Not wanted, collected anyway, paid already; or it would lead nowhere, which the result says; the invoice goes out."""
    office = Office()
    charged = str(changes.pop("charged", "0"))
    office.book.document = replace(invoice(cycle("A", "1", "100.00"), charged=charged), **changes)  # type: ignore[arg-type]
    office.book.pay, office.public_url = pay, public_url
    result = office.run()
    assert (result.state, office.mailed, office.book.links) == (JobState.SUCCEEDED, ["", ""], [])
    assert says in result.message
    assert ("link" in result.message) is bool(says)
