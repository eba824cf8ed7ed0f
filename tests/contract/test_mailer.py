"""What every mailer promises: the fake that handlers are tested with, and the Graph adapter over its stand-in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.fakes.mail import FakeMailer
from local.faults import Fault, Fuse
from local.graph.app import Graph
from local.http import httpx_transport
from providers.graph_mail.mailer import GraphMailer
from transport.client import NO_RETRIES, Http
from work365.errors import OutcomeUnknown, Throttled, Unavailable
from work365.ports.mail import Mail, Mailer

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIL = Mail("0d5b1c0e-36f5-5a4e-9a3b-365036503650", "ap@fabrikam.example", "Invoice 1", "Hello", "Invoice 1.pdf", b"%PDF")
OTHER = replace(MAIL, delivery="1d5b1c0e-36f5-5a4e-9a3b-365036503650")


@dataclass
class Bench:
    """A mailer, and how to trouble it."""

    mailer: Mailer
    throttle: Callable[[], None]
    unreachable: Callable[[], None]
    lose_answer: Callable[[], None]
    arrived: Callable[[], int]


def fake() -> Bench:
    """The fake."""
    mailer = FakeMailer(lambda: NOON)
    return Bench(
        mailer,
        lambda: mailer.faults.append(Throttled("busy", after_s=7)),
        lambda: mailer.faults.append(Unavailable("away")),
        lambda: mailer.eats.append(OutcomeUnknown("lost")),
        lambda: len(mailer.sent),
    )


def graph() -> Bench:
    """The Graph adapter; accepted mails stay drafts for a minute."""
    app, fuse = Graph(lambda: NOON, settle_s=60), Fuse()
    http = Http("graph", "https://graph.example", transport=httpx_transport(fuse.guard(app)), retries=NO_RETRIES)
    return Bench(
        GraphMailer(http, lambda: "token", mailbox="billing@contoso.example"),
        lambda: app.throttle(1, after_s=7),
        lambda: fuse.arm(at=1, fault=Fault.NOT_REACHED),
        lambda: fuse.arm(at=1, fault=Fault.LOSE_ANSWER),
        lambda: len(app.outbox()),
    )


@pytest.fixture(params=[fake, graph], ids=["fake", "graph"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each mailer in turn."""
    made: Bench = request.param()
    return made


def test_a_mail_arrives_once_and_is_found_by_its_delivery(bench: Bench) -> None:
    """Send answers a reference; find knows it at once, with its moment; another delivery is not found."""
    assert bench.mailer.send(MAIL)
    found = bench.mailer.find(MAIL.delivery)
    assert found is not None
    assert (found.sent, bool(found.reference), bench.arrived()) == (NOON, True, 1)
    assert bench.mailer.find(OTHER.delivery) is None


def test_throttled_means_that_nothing_left(bench: Bench) -> None:
    """With the moment to come back; the mail is not there."""
    bench.throttle()
    with pytest.raises(Throttled) as caught:
        bench.mailer.send(MAIL)
    assert timedelta(seconds=caught.value.after_s) == timedelta(seconds=7)
    assert (bench.arrived(), bench.mailer.find(MAIL.delivery)) == (0, None)


def test_unreachable_means_that_nothing_left(bench: Bench) -> None:
    """No connection, no mail."""
    bench.unreachable()
    with pytest.raises(Unavailable):
        bench.mailer.send(MAIL)
    assert (bench.arrived(), bench.mailer.find(MAIL.delivery)) == (0, None)


def test_a_lost_answer_is_unknown_and_can_be_cleared_up(bench: Bench) -> None:
    """The mail left; find says so."""
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.mailer.send(MAIL)
    assert bench.mailer.find(MAIL.delivery) is not None
    assert bench.arrived() == 1


def test_a_mail_needs_no_attachment(bench: Bench) -> None:
    """A notice is words alone."""
    bench.mailer.send(replace(MAIL, file_name="", content=b""))
    assert bench.arrived() == 1
