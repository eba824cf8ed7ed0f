"""F55: Release on an account's form lifts what `w365 hold lift` lifts, as whoever pressed it, and says what is missing."""

from __future__ import annotations

import pytest

from local.desks.checklists import FORM
from local.desks.holds import ACCOUNT
from local.desks.releasing import ReleaseDesk


@pytest.fixture
def desk() -> ReleaseDesk:
    """K-1 was asked for three documents, and is held for them."""
    made = ReleaseDesk()
    made.follows()
    return made


def name_of(desk: ReleaseDesk) -> str:
    return desk.holds.customer(ACCOUNT).name


def test_it_waits_for_what_is_required_and_then_lets_in_what_waited(desk: ReleaseDesk) -> None:
    """Refused with what is missing; once all is ticked it is released, and the log names who pressed."""
    name = name_of(desk)
    assert desk.more(15)[1].startswith("Awaiting: credit hold")
    state, words = desk.released(desk.biller, desk.account)
    assert state == "Refused"
    assert words.startswith(f"{name} is held until its documents are there. Missing: Agreement, Payment profile, Tax form. Tick")
    desk.completes(ACCOUNT)
    desk.passes()
    assert desk.released(desk.biller, desk.account) == (
        "Succeeded",
        f"{name} is released. What waited for it goes on by itself: see Scheduled changes.",
    )
    lifted = desk.told()[0]
    assert (lifted.action.value, lifted.kind.value, lifted.reason, lifted.by) == (
        "Lifted",
        "Documents",
        "All there",
        "Bea Biller",
    )
    assert (desk.stands(desk.one)[0], desk.papers(ACCOUNT)) == (15, ("Complete", "", False))


def test_who_may_not_add_to_the_hold_log_releases_nobody(desk: ReleaseDesk) -> None:
    """Nor by seeing less of the checklist than there is: it is read whole, whoever pressed."""
    assert desk.released(desk.seller, desk.account)[1].startswith(f"{name_of(desk)} is held until its documents are there")
    desk.completes(ACCOUNT)
    state, words = desk.released(desk.seller, desk.account)
    assert (state, words.partition(":")[0]) == ("Refused", f"{name_of(desk)} stays on hold")
    assert "right to add to the hold log" in words
    assert desk.papers(ACCOUNT)[2]


def test_an_item_that_is_opened_again_holds_the_release_up(desk: ReleaseDesk) -> None:
    desk.completes(ACCOUNT)
    desk.opens_item(ACCOUNT, FORM)
    assert "Missing: Tax form." in desk.released(desk.biller, desk.account)[1]


WRONG = {
    "no reason": ("account", " ", "reason: say why, in up to 300 characters; it stands in the hold log"),
    "a reason that is too long": ("account", "x" * 301, "reason: say why, in up to 300 characters; it stands in the hold log"),
    "no such account": ("b1b1b1b1-0000-4000-8000-000000000000", "Paid", "account: there is no account 'b1b1b1b1-0000-"),
    "no account": ("K-1", "Paid", "account: there is no account 'K-1'; press Release on the form of the account"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_asked_wrong_is_refused_in_words(desk: ReleaseDesk, case: str) -> None:
    account, reason, words = WRONG[case]
    desk.completes(ACCOUNT)
    state, said = desk.released(desk.biller, desk.account if account == "account" else account, reason)
    assert (state, said[: len(words)]) == ("Refused", words)
    assert desk.papers(ACCOUNT)[2]


def test_what_a_person_holds_is_released_whatever_is_missing(desk: ReleaseDesk) -> None:
    """As the command does it; and who is not on hold any more is not released again."""
    desk.completes(ACCOUNT)
    desk.releases(ACCOUNT)
    desk.opens_item(ACCOUNT, FORM)
    desk.hold()
    assert desk.released(desk.biller, desk.account, "Paid")[0] == "Succeeded"
    assert desk.released(desk.biller, desk.account, "Paid") == ("Refused", f"{name_of(desk)} is not on hold")


def test_a_job_lifts_one_hold(desk: ReleaseDesk) -> None:
    """Delivered late, after somebody has placed another hold, it finds what it did and lifts nothing more."""
    desk.completes(ACCOUNT)
    job = desk.jobs.load(desk.presses(desk.biller, desk.account))
    assert desk.does(job).state.value == "Succeeded"
    desk.hold()
    assert desk.does(job).state.value == "Succeeded"
    assert desk.papers(ACCOUNT)[1:] == ("Manual", True)
