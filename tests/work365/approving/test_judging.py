"""What becomes of a request by the approvals that it has had: the table of the rule, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.approving.approval import Approval, ApprovalState, Person
from work365.approving.judging import EDITED, Step, judge
from work365.approving.request import Request, differences, wish_of
from work365.jobs import Job, JobKind, JobState

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
WHY = "600.00 EUR credited waits for an approver: 500.00 EUR or more does."
FACTS = {"seats now": "10", "price now": "31"}
REQUEST = Request("Credit of INV-1", (), FACTS)
OTHER = Request("Credit of INV-1", (), {**FACTS, "seats now": "12"})
DUE = NOW + timedelta(days=7)
WAITING, APPROVED, REFUSED, EXPIRED, OVERTAKEN = ApprovalState
ASKED = Approval(
    *("a", "job", 1, WAITING, REQUEST.what, WHY, REQUEST.fingerprint, "wish"),
    *(Person("sam", "Sam Seller"), NOW, DUE),
    facts=FACTS,
    answered_by=Person("ann", "Ann Approver"),
    reason="Over budget",
)


@pytest.mark.parametrize(
    ("state", "same", "changed"),
    [
        (WAITING, Step.WAIT, Step.ASK),
        (APPROVED, Step.GO, Step.ASK),
        (REFUSED, Step.END, Step.ASK),
        (EXPIRED, Step.END, Step.ASK),
        (OVERTAKEN, Step.ASK, Step.ASK),
    ],
)
def test_the_last_approval_and_its_facts_decide(state: ApprovalState, same: Step, changed: Step) -> None:
    """An open one whose facts are others is overtaken by the one that asks again."""
    last = replace(ASKED, state=state)
    earlier = replace(ASKED, id="0", number=0, state=OVERTAKEN)
    assert judge(REQUEST, WHY, "wish", [earlier, last], NOW).step is same
    verdict = judge(OTHER, WHY, "wish", [earlier, last], NOW)
    assert verdict.step is changed
    assert verdict.overtaken == (last if state in (WAITING, APPROVED) else None)


def test_a_first_request_is_asked_about() -> None:
    assert judge(REQUEST, WHY, "wish", [], NOW).step is Step.ASK


@pytest.mark.parametrize("request_", [REQUEST, OTHER], ids=["the same facts", "other facts"])
def test_what_was_not_answered_in_time_ends_whatever_has_changed(request_: Request) -> None:
    verdict = judge(request_, WHY, "wish", [ASKED], DUE)
    assert (verdict.step, verdict.sentence) == (
        Step.EXPIRE,
        "Nobody approved it by 2026-03-23 12:00 UTC, so nothing was done. Ask for it again: Credit of INV-1.",
    )


@pytest.mark.parametrize("state", list(ApprovalState))
def test_what_no_threshold_catches_goes_on(state: ApprovalState) -> None:
    """One that still waits is taken off the approvers' list."""
    last = replace(ASKED, state=state)
    verdict = judge(OTHER, "", "wish", [last], NOW)
    assert (verdict.step, verdict.overtaken) == (Step.GO, last if state is WAITING else None)


@pytest.mark.parametrize("state", list(ApprovalState))
@pytest.mark.parametrize("why", ["", WHY])
def test_an_edited_request_ends(state: ApprovalState, why: str) -> None:
    """Even below the threshold: nobody can tell whose it is."""
    verdict = judge(REQUEST, why, "another wish", [replace(ASKED, state=state)], NOW)
    assert (verdict.step, verdict.sentence) == (Step.END, EDITED)


def test_what_has_changed_is_said_by_name() -> None:
    verdict = judge(OTHER, WHY, "wish", [replace(ASKED, state=APPROVED)], NOW)
    assert verdict.sentence == (
        "The facts changed after Ann Approver had approved it: seats now 12 instead of 10. It has to be approved as it is now."
    )
    assert differences({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == "a nothing instead of 1; c 3 instead of nothing"


FACT = st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=3), max_size=4)


@given(FACT, FACT)
def test_a_fingerprint_is_that_of_its_facts_in_whatever_order(one: dict[str, str], other: dict[str, str]) -> None:
    """Nothing that differs passes for the same."""
    backwards = dict(reversed(one.items()))
    assert Request("w", (), one).fingerprint == Request("w", (), backwards).fingerprint
    assert (Request("w", (), one).fingerprint == Request("w", (), other).fingerprint) == (one == other)


JOB = Job(
    "id", "key", JobKind.CREDIT, JobState.RUNNING, invoice="1", amount=Decimal("5.00"), currency="EUR", arguments={"lines": "1"}
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(JOB, id="other", key="other", attempts=3, etag="2", person="bo", state=JobState.WAITING), True),
        (replace(JOB, amount=Decimal("5.0000")), True),
        (replace(JOB, amount=Decimal("5.01")), False),
        (replace(JOB, amount=None), False),
        (replace(JOB, currency="USD"), False),
        (replace(JOB, invoice="2"), False),
        (replace(JOB, payment="1"), False),
        (replace(JOB, arguments={"lines": "2"}), False),
        (replace(JOB, kind=JobKind.CANCEL), False),
    ],
)
def test_a_wish_is_what_a_person_wrote_into_the_job(other: Job, same: bool) -> None:
    assert (wish_of(other) == wish_of(JOB)) is same
