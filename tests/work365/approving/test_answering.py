"""Who may answer a request: tables of people and delegations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work365.approving.test_judging import ASKED, DUE, NOW
from work365.approving.answering import NOBODY, OWN, Delegation, answerer, refuse_closed
from work365.approving.approval import ApprovalState, Person
from work365.errors import NotAuthorised, Refused

SAM, ANN, BO, CARL = (Person(name.lower(), name) for name in ("Sam", "Ann", "Bo", "Carl"))
APPROVERS = {"ann", "bo"}
TODAY = NOW.date()
ALWAYS = date(2026, 1, 1)


def stands_in(
    delegate: Person, approver: Person, start: date = ALWAYS, end: date | None = None, *, active: bool = True
) -> Delegation:
    return Delegation(approver, delegate, start, end, active)


PAIR = "{0} is the delegate of {1}, so neither can answer what the other asked for; somebody else has to."


@pytest.mark.parametrize(
    ("person", "delegations", "outcome"),
    [
        (ANN, [], None),
        (SAM, [], OWN),
        (CARL, [], NOBODY),
        (CARL, [stands_in(CARL, ANN)], ANN),
        (CARL, [stands_in(CARL, ANN, active=False)], NOBODY),
        (CARL, [stands_in(CARL, ANN, start=date(2026, 3, 17))], NOBODY),
        (CARL, [stands_in(CARL, ANN, end=TODAY)], NOBODY),
        (CARL, [stands_in(CARL, ANN, start=TODAY, end=date(2026, 3, 17))], ANN),
        (CARL, [stands_in(CARL, Person("dora", "Dora"))], NOBODY),
        (CARL, [stands_in(CARL, Person("dora", "Dora")), stands_in(CARL, BO)], BO),
        (CARL, [stands_in(CARL, SAM), stands_in(CARL, ANN)], PAIR.format("Carl", "Sam")),
        (ANN, [stands_in(ANN, SAM)], PAIR.format("Ann", "Sam")),
        (ANN, [stands_in(SAM, ANN)], PAIR.format("Sam", "Ann")),
        (ANN, [stands_in(SAM, ANN, end=TODAY)], None),
        (ANN, [stands_in(SAM, ANN, start=TODAY, active=False)], PAIR.format("Sam", "Ann")),
        (ANN, [stands_in(SAM, ANN, start=date(2026, 3, 17))], None),
        (ANN, [stands_in(BO, ANN)], None),
    ],
)
def test_who_may_answer_and_in_whose_place(person: Person, delegations: list[Delegation], outcome: Person | str | None) -> None:
    """Sam asked today; Ann and Bo are approvers."""
    one = replace(ASKED, asked_by=SAM)
    if isinstance(outcome, str):
        with pytest.raises(NotAuthorised) as refused:
            answerer(one, person.id, delegations, TODAY, APPROVERS.__contains__)
        assert str(refused.value) == outcome
    else:
        assert answerer(one, person.id, delegations, TODAY, APPROVERS.__contains__) == outcome


PEOPLE = st.sampled_from([SAM, ANN, BO, CARL])
DELEGATIONS = st.lists(st.builds(Delegation, PEOPLE, PEOPLE, st.just(ALWAYS), st.none(), st.booleans()), max_size=6)


@given(PEOPLE, PEOPLE, DELEGATIONS, st.sets(st.sampled_from(["sam", "ann", "bo", "carl"])))
def test_whoever_answers_never_stands_with_whoever_asked(
    asker: Person, person: Person, delegations: list[Delegation], approvers: set[str]
) -> None:
    """Whatever rights and delegations there are: the right that is used is that of an approver who did not ask."""
    theirs = [one for one in delegations if person in (one.approver, one.delegate)]
    try:
        place = answerer(replace(ASKED, asked_by=asker), person.id, theirs, TODAY, approvers.__contains__)
    except NotAuthorised:
        return
    right = place or person
    assert person != asker
    assert right != asker
    assert right.id in approvers
    assert not any({one.approver, one.delegate} == {person, asker} for one in theirs)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ApprovalState.APPROVED, "Ann Approver has answered it already: it is Approved."),
        (ApprovalState.REFUSED, "Ann Approver has answered it already: it is Refused."),
        (ApprovalState.EXPIRED, "It expired on 2026-03-23 12:00 UTC; whoever wants it has to ask again."),
        (
            ApprovalState.OVERTAKEN,
            "It is overtaken: Over budget Look under `w365 approval requests` for one that asks again.",
        ),
    ],
)
def test_what_is_closed_cannot_be_answered(state: ApprovalState, said: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_closed(replace(ASKED, state=state), NOW)
    assert str(refused.value) == said


def test_the_deadline_is_the_first_moment_that_is_too_late() -> None:
    refuse_closed(ASKED, NOW)
    with pytest.raises(Refused, match="It expired"):
        refuse_closed(ASKED, DUE)
