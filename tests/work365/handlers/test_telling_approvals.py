"""Approvers are told what waits for them, and whoever asked what became of it, over the real adapters."""

from __future__ import annotations

import pytest

from dataverse.query import Query
from dataverse.stores.settings import SettingRows
from dataverse.webapi import Ref
from local.desks.approvals import LATER, Member
from local.desks.told_approvals import APPROVERS_AT, SELLER_AT, ToldDesk
from work365.handlers.settings import say
from work365.settings.catalogue import Level

OURS, SAM = "# Work365", "Sam Seller"
WHAT = "Quantity of Microsoft 365 Business Premium on contract C-1 from 2026-03-16 on: 15 seats"


@pytest.fixture
def desk() -> ToldDesk:
    """Five more seats are asked for, and wait for seven days at most."""
    made = ToldDesk()
    made.wants(made.seller, "Quantity", quantity=15)
    return made


def test_an_approver_reads_that_it_waits_and_again_in_its_last_day(desk: ToldDesk) -> None:
    """Every four hours for a week: one row, and one more after six days; then whoever asked that it is expired."""
    new = []
    for hour in range(0, 24 * 7 + 8, 4):
        if desk.tells():
            new.append(hour)
        desk.passes(hours=4)
        desk.sweep()
    assert new == [0, 24 * 6, 24 * 7]
    assert desk.rows() == [
        (f"Expired: {WHAT}", SAM, "", "To read"),
        (f"To approve within a day: {WHAT}", OURS, "", "Read"),
        (f"To approve: {WHAT}", OURS, "", "Read"),
    ]
    assert desk.mails() == []


def test_what_is_answered_is_put_away(desk: ToldDesk) -> None:
    """The approvers' row is read by itself once its request waits no more, and no other; a second look changes nothing."""
    desk.wants(desk.seller, "Quantity", quantity=20, on=LATER)
    desk.tells()
    first = desk.waiting()[0]
    desk.answers(desk.approver, "refuse", first.id, "No")
    desk.tells()
    assert {subject: status for subject, owner, _, status in desk.rows() if owner == OURS} == {
        f"To approve: {desk.waiting()[0].what}": "To read",
        f"To approve: {first.what}": "Read",
    }
    assert desk.telling.put_away() == 0


def test_what_the_rows_say(desk: ToldDesk) -> None:
    """Who asks for what, for which customer, how large it is, until when, and how it is answered."""
    desk.hour()
    one = desk.waiting()[0].id
    assert desk.bodies()[f"To approve: {WHAT}"] == (
        "Sam Seller has asked for something that somebody else has to approve.\n\n"
        f"Request: {WHAT}\nCustomer: Customer of C-1\nPurchase: 155.00 EUR\n"
        "To be answered by: 23 March 2026, 13:00 (Europe/Berlin)\n"
        f"Answer it under Approvals, or by: w365 approval request {one}\n"
    )
    desk.answers(desk.approver, "refuse", reason="Over budget")
    desk.hour()
    assert desk.bodies()[f"Refused: {WHAT}"] == (
        "Ann Approver has refused your request; nothing was done.\n\n"
        f"Request: {WHAT}\nCustomer: Customer of C-1\nPurchase: 155.00 EUR\nReason: Over budget\n"
    )


@pytest.mark.parametrize(("answer", "subject"), [("approve", "Approved"), ("refuse", "Refused")])
def test_whoever_asked_is_mailed_the_answer(desk: ToldDesk, answer: str, subject: str) -> None:
    """And approvers that it waits: each once, in however many hours."""
    desk.mailing()
    for _ in range(2):
        desk.hour()
        desk.passes(hours=1)
    desk.answers(desk.approver, answer, reason="Seen")
    for _ in range(2):
        desk.hour()
        desk.passes(hours=1)
    assert desk.mails() == [(APPROVERS_AT, f"To approve: {WHAT}"), (SELLER_AT, f"{subject}: {WHAT}")]
    assert (f"{subject}: {WHAT}", SAM, SELLER_AT, "Sent") in desk.rows()


def test_facts_that_change_ask_again_and_say_so(desk: ToldDesk) -> None:
    """The approver is asked about the new request, and whoever asked is told that it waits again."""
    job = desk.waiting()[0].job
    desk.hour()
    desk.api.update(Ref("w365_subscription", desk.one), {"w365_unitprice": 40})
    desk.answers(desk.approver, "approve")
    assert desk.said(job)[0] == "Waits for approval"
    assert desk.hour() == 2
    assert [(subject.partition(":")[0], owner) for subject, owner, *_ in desk.rows()] == [
        ("To approve", OURS),
        ("To approve", OURS),
        ("Waits again", SAM),
    ]


def test_nobody_is_mailed_to_answer_what_they_asked_for(desk: ToldDesk) -> None:
    """An approver asks: the row is there for the others, and the mail goes to everybody else."""
    desk.mailing()
    desk.says("approval-email", f"{APPROVERS_AT}, ann@contoso.example")
    desk.reached(desk.approver, "Ann@contoso.example")
    desk.wants(desk.approver, "Quantity", quantity=20, on=LATER)
    desk.hour()
    asked = [to for to, subject in desk.mails() if "20 seats" in subject]
    assert (asked, len(desk.mails())) == ([APPROVERS_AT], 3)


def test_what_was_answered_before_its_mail_left_is_not_mailed(desk: ToldDesk) -> None:
    """The row says why; nobody is asked to answer what is answered."""
    desk.mailing()
    desk.tells()
    desk.answers(desk.approver, "approve")
    desk.hour()
    assert desk.mails() == [(SELLER_AT, f"Approved: {WHAT}")]
    assert (f"To approve: {WHAT}", OURS, APPROVERS_AT, "Failed") in desk.rows()
    assert desk.remarks() == {"It was not sent: the request does not wait any more."}


@pytest.mark.parametrize(("level", "subject"), [(Level.COMPANY, ""), (Level.CUSTOMER, "Customer of C-1")])
def test_it_can_be_switched_off(desk: ToldDesk, level: Level, subject: str) -> None:
    """For everybody, or for one customer."""
    book = SettingRows(desk.api)
    say(book.subject(level, subject), "notice-approval", "off", reason="", book=book)
    assert (desk.hour(), desk.rows()) == (0, [])


def test_a_setting_that_cannot_be_used_is_told_to_staff(desk: ToldDesk) -> None:
    """Instead of nobody: the row says which, and where to mend it."""
    desk.mailing()
    row = next(iter(desk.api.find(Query("w365_setting", ("w365_setting",), "w365_setting eq 'approval-email'"))))
    desk.api.update(Ref("w365_setting", row["w365_settingid"]), {"w365_value": "nobody"})
    desk.hour()
    assert [(owner, to, status) for _, owner, to, status in desk.rows()] == [(OURS, "", "To read")]
    assert "approval-email" in next(iter(desk.remarks()))


def test_what_the_application_asked_for_is_told_to_approvers_alone(desk: ToldDesk) -> None:
    """Nobody stands behind it who could be told."""
    job = desk.wants(Member("", "", OURS, desk.api), "Quantity", quantity=30, on=LATER)
    desk.hour()
    desk.answers(desk.approver, "refuse", desk.of_job(job)[-1].id, "No")
    desk.hour()
    assert [subject for subject, *_ in desk.rows() if "30 seats" in subject] == [f"To approve: {desk.of_job(job)[-1].what}"]


def test_old_answers_are_no_news(desk: ToldDesk) -> None:
    """Timers that were away for four days tell nobody what has become of a request; an upgrade neither."""
    desk.answers(desk.approver, "refuse", reason="No")
    desk.passes(days=4)
    assert desk.tells() == 0


def test_who_reads_them(desk: ToldDesk) -> None:
    """An approver sees the row that waits, and whoever asked the one that is theirs."""
    desk.answers(desk.approver, "refuse", reason="No")
    desk.wants(desk.seller, "Quantity", quantity=16)
    desk.hour()
    alone = desk.member("Al Approver", "Work365 Approver")
    count = {one.name: len(list(one.api.find(Query("w365_notice", ("w365_name",))))) for one in (alone, desk.seller)}
    assert count == {"Al Approver": 2, "Sam Seller": 2}
