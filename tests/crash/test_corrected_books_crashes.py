"""What was taken back, given up or paid by credit after the books were told: corrected there once, whatever request dies."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest

from dataverse.stores.booked import BookedRows
from dataverse.stores.reconciling import MoneyRows
from dataverse.webapi import Ref
from local.desks.books import NUMBER
from local.desks.corrected_books import CorrectedBooksDesk
from local.faults import CRASHES, Died, Fault
from work365.errors import External
from work365.handlers.checking_books import check_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

Money = tuple[str, str]


class Story(NamedTuple):
    """Shape: what happened before the first sync and after it; what is then open, the payments, the credit memos in the books."""

    before: tuple[Callable[[CorrectedBooksDesk], object], ...]
    after: tuple[Callable[[CorrectedBooksDesk], object], ...]
    ends: tuple[str, list[Money], list[Money]]


Desk = CorrectedBooksDesk
STORIES: dict[str, Story] = {
    "a refund in part": Story((Desk.charge,), (lambda desk: desk.refund("60.00"),), ("292.62", [("60.00", "60.00")], [])),
    "a transfer that bounced": Story(
        (Desk.charge, lambda desk: desk.transfer("200.00")), (Desk.bounce,), ("252.62", [("100.00", "100.00")], [])
    ),
    "a credit note": Story((Desk.note, Desk.sync_note), (Desk.use_note,), ("302.62", [("0.00", "50.00")], [("50.00", "0.00")])),
    "a credit note taken back": Story(
        (Desk.note, Desk.sync_note, Desk.use_note), (Desk.give_note_back,), ("352.62", [], [("50.00", "50.00")])
    ),
    "a write-off": Story(
        (Desk.charge,), (Desk.give_up,), ("0.00", [("0.00", "252.62"), ("100.00", "100.00")], [("252.62", "0.00")])
    ),
    "a write-off that a late transfer pays in part": Story(
        (Desk.give_up,),
        (lambda desk: desk.transfer("40.00"),),
        ("0.00", [("0.00", "312.62"), ("40.00", "40.00")], [("312.62", "0.00")]),
    ),
    "a write-off taken back": Story((Desk.give_up,), (Desk.claim,), ("352.62", [], [])),
    "a write-off of more after a refund": Story(
        (Desk.charge, lambda desk: desk.give_up("52.62")),
        (lambda desk: desk.refund("60.00"), Desk.give_up),
        ("0.00", [("0.00", "292.62"), ("60.00", "60.00")], [("292.62", "0.00")]),
    ),
}


def night(desk: CorrectedBooksDesk) -> list[str]:
    """What the nightly check of the books finds some days later."""
    desk.clock.moment += timedelta(days=4)
    findings, now = MoneyRows(desk.api, desk.tenant.currencies), desk.clock.now()
    checked = check_all(book=BookedRows(desk.api), findings=findings, ledger_for=desk.ledger, now=now)
    return [difference.words for one in checked for difference in one.differences]


WALKED = ("a refund in part", "a credit note taken back", "a write-off that a late transfer pays in part")


def told(story: Story) -> CorrectedBooksDesk:
    """The books know what was before; what came after has happened here."""
    desk = CorrectedBooksDesk()
    for act in story.before:
        act(desk)
    desk.resync()
    desk.clock.moment += timedelta(days=2)
    for act in story.after:
        act(desk)
    return desk


@pytest.mark.parametrize("name", STORIES)
def test_the_books_follow_and_are_asked_nothing_more(name: str) -> None:
    """What is open there is what is open here; read back, nothing is found wrong; a second sync has nothing to say."""
    story = STORIES[name]
    desk = told(story)
    assert desk.said(desk.resync())[0] == "Succeeded"
    assert desk.in_the_books() == story.ends
    desk.read_back()
    assert [row for row in desk.rows("w365_finding", "w365_code") if row["status"] == "Open"] == []
    assert desk.here() == story.ends[0]
    assert night(desk) == []
    desk.fuse.reset()
    job = desk.resync()
    assert [sent.address for sent in desk.fuse.sent if "/v3/company" in sent.address] == []
    assert desk.said(job)[1] == f"The books have invoice {NUMBER} as it is; nothing was sent."


@pytest.mark.parametrize("name", WALKED)
def test_every_crash_point(name: str, tried: Tried) -> None:
    """Run again it ends as the clean run does."""
    story = STORIES[name]
    desk = told(story)
    job = desk.ask()
    before = desk.remember()
    desk.fuse.reset()
    desk.sync(job)
    requests = desk.fuse.count
    for at, fault in tried(f"books, {name}", product(range(1, requests + 1), CRASHES)):
        desk.return_to(before)
        desk.fuse.arm(at=at, fault=fault)
        with suppress(Died, External):
            desk.sync(job)
        desk.fuse.reset()
        for _ in range(6):
            desk.clock.moment += timedelta(minutes=3)
            with suppress(External):
                if desk.sync(job) is None:
                    break
        assert desk.in_the_books() == story.ends, f"{fault.value} at request {at} of {requests}"


SET_OFF = ("202.62", [("0.00", "50.00"), ("100.00", "100.00")], [("50.00", "0.00")])


def test_every_crash_point_of_a_note_that_is_set_off(tried: Tried) -> None:
    """The note is sent once, and asks once for the sync that applies it to its invoice."""
    desk = CorrectedBooksDesk()
    desk.charge()
    desk.resync()
    desk.sync()
    desk.set_off()
    desk.ask_for_note()
    before = desk.remember()
    desk.fuse.reset()
    assert len(_worked(desk)) == 2
    requests = desk.fuse.count
    assert desk.in_the_books() == SET_OFF
    for at, fault in tried("books, a note that is set off", product(range(1, requests + 1), CRASHES)):
        desk.return_to(before)
        desk.fuse.arm(at=at, fault=fault)
        with suppress(Died, External):
            _worked(desk)
        desk.fuse.reset()
        for _ in range(6):
            desk.clock.moment += timedelta(minutes=3)
            with suppress(External):
                if not _worked(desk):
                    break
        assert (desk.in_the_books(), desk.open_syncs()) == (SET_OFF, []), f"{fault.value} at request {at} of {requests}"


def _worked(desk: CorrectedBooksDesk) -> list[str]:
    """Do the syncs that are open, and those that they ask for; which they were."""
    done: list[str] = []
    while waiting := [job for job in desk.open_syncs() if job not in done]:
        for job in waiting:
            desk.sync(job)
            done.append(job)
    return done


def test_the_night_finds_what_a_bookkeeper_undoes() -> None:
    """What applies a write-off is deleted there: the entry is missed, in words."""
    desk = told(STORIES["a write-off"])
    desk.resync()
    [applied] = [row for row in desk.entities("Payment") if not row["TotalAmt"]]
    desk.quickbooks.unpay(desk.setup.realm, applied["Id"])
    [words] = night(desk)
    assert words.startswith("QuickBooks does not hold our entry that applies 252.62 USD of WO-"), words


def test_two_workers_at_once_correct_it_once(tried: Tried) -> None:
    """A second delivery, or a second wish, may run wholly between any two requests of the first."""
    story = STORIES[WALKED[-1]]
    desk = told(story)
    jobs = [desk.ask(), desk.ask()]
    before = desk.remember()
    desk.fuse.reset()
    desk.sync(jobs[0])
    for at, other in tried("books, two workers", product(range(1, desk.fuse.count + 1), jobs)):
        desk.return_to(before)
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(one_delivery, desk, other))
        one_delivery(desk, jobs[0])
        desk.fuse.reset()
        for _ in range(4):
            desk.clock.moment += timedelta(minutes=3)
            for job in jobs:
                one_delivery(desk, job)
        assert desk.in_the_books() == story.ends, f"another worker before request {at}"
        assert {desk.said(job)[0] for job in jobs} == {"Succeeded"}


def one_delivery(desk: CorrectedBooksDesk, job: str) -> None:
    """What it raises is the queue's business."""
    with suppress(External):
        desk.sync(job)


def test_what_is_missing_is_said_in_words() -> None:
    """A credit note that is not in the books, and books without an account for bad debts."""
    desk = CorrectedBooksDesk()
    desk.note()
    desk.use_note()
    assert "is not in QuickBooks yet. Sync it first" in desk.said(desk.resync())[1]
    desk.sync_note()
    assert desk.said(desk.resync())[0] == "Succeeded"
    desk.api.update(Ref("w365_accountingsystem", desk.system.id), {"w365_baddebtaccount": None})
    desk.give_up()
    state, words = desk.said(desk.resync())
    assert (state, "names no account for bad debts" in words) == ("Refused", True)
    desk.api.update(Ref("w365_accountingsystem", desk.system.id), {"w365_baddebtaccount": "Lost"})
    assert "QuickBooks has no account 'Lost'" in desk.said(desk.resync())[1]
