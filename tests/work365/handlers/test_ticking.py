"""F55: a tick in the dialog is a job: who, when, what and note are kept as the command keeps them, once."""

from __future__ import annotations

import re

import pytest

from dataverse.security.model import Right
from dataverse.security.roles import ROLES
from local.desks.checklists import AGREEMENT, FORM, PROFILE
from local.desks.holds import ACCOUNT
from local.desks.ticking import SEEN, TickDesk
from work365.handlers.ticking import NOT_ALLOWED, TICK, UNTICK

ALL = "Missing: Agreement, Payment profile, Tax form"


@pytest.fixture
def desk() -> TickDesk:
    """K-1 was asked for three documents and a logo, and is held for the documents."""
    made = TickDesk()
    made.follows()
    return made


@pytest.mark.parametrize("who", ["seller", "helper", "biller"])
def test_whoever_may_write_entries_ticks_and_opens(desk: TickDesk, who: str) -> None:
    """Who, when, what and the note stand in the entry, and the account says what is left; nobody is released by it."""
    member = getattr(desk, who)
    assert desk.marked(member, FORM) == ("Succeeded", "Tax form is ticked. Missing: Agreement, Payment profile.")
    one = desk.entry(FORM)
    assert (one.done, one.note, one.by, one.person, one.at) == (True, SEEN, member.name, member.id, desk.clock.now())
    assert desk.papers(ACCOUNT) == ("Missing: Agreement, Payment profile", "Documents", True)
    desk.passes()
    assert desk.marked(member, FORM, do=UNTICK, note="It has  expired") == ("Succeeded", f"Tax form is open again. {ALL}.")
    one = desk.entry(FORM)
    assert (one.done, one.note, one.by, one.at) == (False, "It has expired", member.name, desk.clock.now())


def test_the_last_one_lets_the_customer_be_released(desk: TickDesk) -> None:
    """By whoever may; customer service ticks, and does not release."""
    for code in (AGREEMENT, PROFILE):
        desk.marked(desk.helper, code)
    assert desk.marked(desk.helper, FORM) == ("Succeeded", "Tax form is ticked. Nothing is missing.")
    assert desk.released(desk.helper, desk.account)[0] == "Refused"
    assert desk.released(desk.biller, desk.account)[0] == "Succeeded"


def test_who_may_not_write_entries_changes_nothing(desk: TickDesk) -> None:
    """The answer says which roles may."""
    assert desk.marked(desk.keeper, FORM) == ("Refused", NOT_ALLOWED)
    assert (desk.entry(FORM).done, desk.papers(ACCOUNT)[0]) == (False, ALL)


def test_the_answer_names_the_roles_that_may() -> None:
    """Every role that may write entries and accounts, name a user in them, and ask for a job; the functions' own one aside."""
    rights = (
        ("w365_checklistentry", Right.WRITE),
        ("w365_checklistentry", Right.APPEND),
        ("account", Right.WRITE),
        ("systemuser", Right.APPEND_TO),
        ("w365_job", Right.CREATE),
    )
    may = {role.name for role in ROLES if all(right in role.grants for right in rights)}
    assert may - {"Work365 Application user"} == set(re.findall(r"Work365 (?:Customer )?[A-Z]\w+", NOT_ALLOWED))


def test_what_ticked_itself_is_opened_by_hand_and_stays_open(desk: TickDesk) -> None:
    """And what ticked itself while somebody looked at it is not ticked again."""
    looked = desk.wish(PROFILE, TICK, SEEN)
    desk.stores_card(desk.account)
    desk.passes()
    desk.follows()
    job = desk.asks_mark(desk.helper, looked)
    desk.run_job(job)
    changed = "Payment profile has changed since you looked at it: it ticked itself: Visa 4242 is active"
    assert desk.says_of(job) == ("Refused", changed)
    assert desk.marked(desk.helper, PROFILE, do=UNTICK, note="Another person's card")[0] == "Succeeded"
    assert (desk.follows(), desk.entry(PROFILE).done) == (0, False)


WRONG = {
    "no such item": ({"item": "passport"}, "item: 'passport' is not on this checklist, which has agreement, payment-profile"),
    "no note": ({"note": " "}, "note: say what was seen"),
    "a note that is too long": ({"note": "x" * 301}, "note: say what was seen"),
    "opened twice": ({"do": UNTICK}, "Tax form is not ticked"),
    "neither": ({"do": "sign"}, "do: say `tick` or `untick`"),
    "no version": ({"version": ""}, "version: say which version of the entry was looked at: its @odata.etag"),
    "an older version": ({"version": 'W/"1"'}, "Tax form has changed since you looked at it: it is open"),
    "no account": ({"account": "K-1"}, "account: there is no account 'K-1'; press Checklist on the form of the account"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_asked_wrong_is_refused_in_words(desk: TickDesk, case: str) -> None:
    said, words = WRONG[case]
    job = desk.asks_mark(desk.helper, desk.wish(FORM, TICK, SEEN) | said)
    desk.run_job(job)
    state, message = desk.says_of(job)
    assert (state, message[: len(words)]) == ("Refused", words)
    assert desk.papers(ACCOUNT)[0] == ALL


def test_two_people_at_two_items_of_one_list(desk: TickDesk) -> None:
    """Each has looked before the other ticked; both are done."""
    first, second = desk.wish(FORM, TICK, SEEN), desk.wish(AGREEMENT, TICK, "On paper")
    for who, said in ((desk.helper, first), (desk.seller, second)):
        desk.run_job(desk.asks_mark(who, said))
    assert [(desk.entry(code).done, desk.entry(code).by) for code in (FORM, AGREEMENT)] == [
        (True, "Cora Care"),
        (True, "Sam Seller"),
    ]


def test_two_people_at_one_item(desk: TickDesk) -> None:
    """The first one stands; the second one hears who that was, also where both wrote the same."""
    said = desk.wish(FORM, TICK, SEEN)
    jobs = [desk.asks_mark(who, said) for who in (desk.helper, desk.seller)]
    for job in jobs:
        desk.run_job(job)
    assert desk.says_of(jobs[0])[0] == "Succeeded"
    words = f"Tax form has changed since you looked at it: it was ticked by Cora Care: {SEEN}"
    assert desk.says_of(jobs[1]) == ("Refused", words)


def test_a_job_that_comes_late_undoes_nothing(desk: TickDesk) -> None:
    """It has ticked and was not heard of; somebody has opened the item since, so it stays open."""
    job = desk.jobs.load(desk.asks_mark(desk.helper, desk.wish(FORM, TICK, SEEN)))
    for _ in range(2):
        assert desk.does_tick(job).state.value == "Succeeded"
    late = desk.asks_mark(desk.helper, dict(job.arguments))
    desk.marked(desk.seller, FORM, do=UNTICK, note="Not signed")
    desk.run_job(late)
    assert desk.says_of(late) == (
        "Refused",
        "Tax form has changed since you looked at it: it was opened again by Sam Seller: Not signed",
    )
    assert not desk.entry(FORM).done
