"""Request links that are asked for by a job: mailed once, said in words, and never two that work."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.telling import Telling
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.links import LinkDesk, Shown
from local.desks.telling import LANGUAGES, NO_LINKS
from local.faults import Fault
from local.graph.app import ALL_ROLES, SEND
from work365.handlers import profile_links, telling
from work365.ports.profiles import ProfileHint
from work365.receivables.payments import ProfileId
from work365.receivables.profile_requests import requested_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.faults import Sent

MAILED = (
    "A request link was mailed to ap@northwind.example; it works once, until 2026-03-17 09:00 UTC. "
    "Charge again when the customer has used it."
)


@pytest.fixture
def desk() -> Iterator[LinkDesk]:
    """A tenant on 10 March 2026, 9:00 UTC."""
    built = LinkDesk()
    yield built
    built.close()


def said(desk: LinkDesk, job: str) -> tuple[str, str]:
    """What a job says once it was run."""
    desk.run(job)
    return desk.state_of(job)


def profiles_of(desk: LinkDesk, account: str) -> list[str]:
    """Where the profiles of a customer stand, oldest first."""
    mine = Query("w365_paymentprofile", ("statuscode",), eq("_w365_account_value", account), "versionnumber")
    return [status_label("w365_paymentprofile", row) for row in desk.quiet.find(mine)]


def test_a_link_is_mailed_once(desk: LinkDesk, caplog: pytest.LogCaptureFixture) -> None:
    """It opens the page on which a card is stored; its token stands in the mail alone."""
    caplog.set_level(logging.DEBUG)
    account = desk.reachable()
    job = desk.asks(desk.owed_by(account))
    assert said(desk, job) == ("Succeeded", MAILED)
    assert desk.run(job) is None
    [link] = desk.mailed()
    [mail] = desk.graph.outbox()
    assert mail["toRecipients"] == [{"emailAddress": {"address": "ap@northwind.example"}}]
    assert "The link works once, until 17 March 2026." in mail["body"]["content"]
    rows = [
        *desk.quiet.find(Query("w365_paymentprofile", ("w365_name", "w365_message", "w365_linkhash"))),
        *desk.quiet.find(Query("w365_notice", ("w365_name", "w365_key", "w365_body", "w365_why", "w365_message"))),
        *desk.quiet.find(Query("w365_job", ("w365_name", "w365_key", "w365_arguments", "w365_message"))),
    ]
    [token] = desk.tokens
    assert token not in f"{rows}{caplog.text}"
    assert link.endswith(f"#{token}")
    profile = requested_by(job)
    desk.finish(desk.open(token))
    desk.told(ProfileHint(profile=profile))
    assert desk.shown(profile) == Shown("Active", "Visa", "4242", default=True)


@pytest.mark.parametrize(
    ("email", "public_url", "kind", "words"),
    [
        ("", "https://x.example", "Stripe", "Northwind has no e-mail address. Enter one on the customer's form, then ask again."),
        ("nobody", "https://x.example", "Stripe", "'nobody' is not an e-mail address; correct it on the form of Northwind."),
        ("ap@x.example", "", "Stripe", "W365_PUBLIC_URL does not say where customers reach this deployment"),
        ("ap@x.example", "https://x.example", "GoCardless", "no payment processor is of the kind Stripe"),
    ],
)
def test_why_nothing_is_mailed(desk: LinkDesk, email: str, public_url: str, kind: str, words: str) -> None:
    """In words, and nothing is written."""
    account, desk.public_url = desk.reachable(email), public_url
    value = choice_value("w365_paymentprocessor", "w365_kind", kind)
    desk.quiet.update(Ref("w365_paymentprocessor", desk.processor), {"w365_kind": value})
    state, message = said(desk, desk.asks(desk.owed_by(account)))
    assert state == "Refused"
    assert words in message
    assert (desk.mailed(), profiles_of(desk, account)) == ([], [])


def test_a_request_that_waits_is_not_doubled(desk: LinkDesk) -> None:
    """It is said since when it waits; closed by hand, its link opens nothing, and another may be mailed."""
    account = desk.reachable()
    first = desk.asks(desk.owed_by(account))
    desk.run(first)
    desk.later(hours=3)
    words = (
        "Nothing was mailed: a request to Northwind waits since 2026-03-10 09:00 UTC, and its link works until 2026-03-17 09:00 "
        "UTC. To mail another, set that payment profile Inactive first: its link then opens nothing any more."
    )
    assert said(desk, desk.asks(desk.owed_by(account))) == ("Refused", words)
    profile_links.withdraw(ProfileId(requested_by(first)), book=desk.profiles)
    assert said(desk, desk.asks(desk.owed_by(account)))[0] == "Succeeded"
    assert [desk.opens(link) for link in desk.mailed()] == [False, True]
    desk.later(days=9)
    desk.sweep_links()
    assert said(desk, desk.asks(desk.owed_by(account)))[0] == "Succeeded"
    assert profiles_of(desk, account) == ["Inactive", "Inactive", "Pending"]


def test_a_profile_that_waits_for_a_bank_is_not_doubled(desk: LinkDesk) -> None:
    """One that was entered by hand has no link, and waits all the same."""
    account = desk.reachable()
    row = {
        "w365_name": "Mandate under way",
        "w365_kind": choice_value("w365_paymentprofile", "w365_kind", "Bank debit"),
        **bind("w365_Account", "account", account),
        **bind("w365_Processor", "w365_paymentprocessor", desk.processor),
        "statuscode": choice_value("w365_paymentprofile", "statuscode", "Pending"),
    }
    desk.quiet.create("w365_paymentprofile", row)
    state, words = said(desk, desk.asks(desk.owed_by(account)))
    assert (state, desk.mailed()) == ("Refused", [])
    assert "a request to Northwind waits since 2026-03-10 09:00 UTC. To mail another" in words


@pytest.mark.parametrize(("role", "state"), [("Work365 Billing", "Succeeded"), ("Work365 Customer Service", "Refused")])
def test_who_may_ask(desk: LinkDesk, role: str, state: str) -> None:
    """Whoever may create payment profiles; nobody else's wish leaves anything behind."""
    account = desk.reachable()
    found, words = said(desk, desk.asks(desk.owed_by(account), by=desk.hire(role)))
    assert (found, len(desk.mailed()), len(profiles_of(desk, account))) == (
        state,
        *([1] * 2 if state == "Succeeded" else [0] * 2),
    )
    assert ("your roles do not let you ask for payment details" in words) is (state == "Refused")


def test_a_mail_that_has_not_left_closes_its_link(desk: LinkDesk) -> None:
    """The mail system is busy: the mail is never sent later, and asking again mails another link."""
    account = desk.reachable()
    desk.graph.throttle(1, 9)
    state, words = said(desk, desk.asks(desk.owed_by(account)))
    assert (state, desk.mailed(), profiles_of(desk, account)) == ("Failed", [], ["Inactive"])
    assert words.startswith("The mail to ap@northwind.example did not leave (")
    assert words.endswith("). Its link is closed; ask for a new one.")
    telling.deliver(
        book=Telling(desk.guarded),
        mailer_for=lambda: desk.mailer,
        clock=FixedClock(desk.now),
        linking=NO_LINKS,
        catalogues=LANGUAGES,
    )
    assert said(desk, desk.asks(desk.owed_by(account)))[0] == "Succeeded"
    assert ([desk.opens(link) for link in desk.mailed()], desk.mailer.sent) == ([True], [])


def is_send(sent: Sent) -> bool:
    """The mail itself."""
    return sent.address.endswith("/sendMail")


def test_a_mail_whose_answer_was_lost_is_found(desk: LinkDesk) -> None:
    """Confirming until the mailbox was asked; it is mailed once."""
    job = desk.asks(desk.owed_by(desk.reachable()))
    desk.fuse.arm(at=1, fault=Fault.LOSE_ANSWER, among=is_send)
    state, words = said(desk, job)
    assert (state, words[:26]) == ("Confirming", "No answer came about the m")
    desk.later(minutes=2)
    assert said(desk, job) == ("Succeeded", MAILED)
    assert len(desk.mailed()) == 1


def test_a_mailbox_that_nobody_may_search(desk: LinkDesk) -> None:
    """A person looks, and decides: the link that may have been mailed works on, and no second one is mailed beside it."""
    account = desk.reachable()
    job = desk.asks(desk.owed_by(account))
    desk.permissions = {SEND}
    desk.fuse.arm(at=1, fault=Fault.LOSE_ANSWER, among=is_send)
    assert said(desk, job)[0] == "Confirming"
    desk.later(minutes=20)
    state, words = said(desk, job)
    assert (state, words[:56]) == ("Failed", "The mail to ap@northwind.example may have been sent; its")
    desk.permissions = ALL_ROLES
    assert said(desk, desk.asks(desk.owed_by(account)))[0] == "Refused"
    assert [desk.opens(link) for link in desk.mailed()] == [True]


LINKING = 8
"""Which request of a job writes the link, in a desk that knows its currencies."""


@pytest.fixture
def warm(desk: LinkDesk) -> LinkDesk:
    """A desk that knows them."""
    desk.run(desk.asks(desk.owed_by(desk.reachable("first@x.example"))))
    return desk


def test_a_lost_answer_while_the_link_is_written(warm: LinkDesk) -> None:
    """The row says whose link it is: the run goes on, and mails it."""
    job = warm.asks(warm.owed_by(warm.reachable()))
    warm.fuse.arm(at=LINKING, fault=Fault.LOSE_ANSWER)
    assert said(warm, job) == ("Succeeded", MAILED)
    assert [warm.opens(link) for link in warm.mailed()] == [True, True]


def test_a_request_that_is_closed_while_its_link_is_written(warm: LinkDesk) -> None:
    """Nothing is mailed that would open nothing."""
    job = warm.asks(warm.owed_by(warm.reachable()))
    inactive = status("w365_paymentprofile", "Inactive")
    close = partial(warm.quiet.update, Ref("w365_paymentprofile", requested_by(job)), inactive)
    warm.fuse.arm(at=LINKING, fault=Fault.MEANWHILE, meanwhile=close)
    assert said(warm, job) == ("Refused", "Nothing was mailed: somebody closed the payment profile before. Ask for a new link.")
    assert len(warm.mailed()) == 1


def test_an_address_that_changes_makes_no_second_mail(desk: LinkDesk) -> None:
    """What was begun for one address is followed up there."""
    account = desk.reachable()
    job = desk.asks(desk.owed_by(account))
    desk.fuse.arm(at=1, fault=Fault.LOSE_ANSWER, among=is_send)
    desk.run(job)
    desk.quiet.update(Ref("account", account), {"emailaddress1": "other@northwind.example"})
    assert said(desk, job) == ("Succeeded", MAILED)
    assert len(desk.mailed()) == 1
