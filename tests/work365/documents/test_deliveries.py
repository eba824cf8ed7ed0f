"""Who still has to get a document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.documents.deliveries import Delivery, DeliveryState, plan

THEN = datetime(2026, 3, 1, 8, tzinfo=UTC)
A = "a@x.example"


def row(state: str, *, attempt: int = 1, job: str = "j0", begun: bool = True) -> Delivery:
    """An earlier attempt to reach A."""
    return Delivery(
        id=f"d{attempt}",
        invoice="i",
        recipient=A,
        attempt=attempt,
        state=DeliveryState(state),
        job=job,
        begun=THEN if begun else None,
    )


@pytest.mark.parametrize(
    ("rows", "resend", "answer"),
    [
        ([], False, "new 1"),
        ([], True, "new 1"),
        ([row("Sent")], False, "done 1"),
        ([row("Sent")], True, "new 2"),
        ([row("Sent", job="j1")], True, "done 1"),
        ([row("Sent"), row("Sent", attempt=2, job="j1")], True, "done 2"),
        ([row("Failed")], False, "new 2"),
        ([row("Failed", job="j1")], False, "done 1"),
        ([row("Queued", begun=False)], False, "waiting 1"),
        ([row("Queued")], False, "doubtful 1"),
        ([row("Queued")], True, "doubtful 1"),
        ([row("Unknown")], False, "doubtful 1"),
        ([row("Unknown", job="j1")], True, "doubtful 1"),
        ([row("Unknown")], True, "new 2"),
        ([row("Sent"), row("Failed", attempt=2)], False, "done 1"),
    ],
)
def test_what_a_job_does_about_one_recipient(rows: list[Delivery], resend: bool, answer: str) -> None:
    """Each history of attempts has one answer."""
    made = plan("i", [A], rows, job="j1", resend=resend)
    named = {"new": made.new, "waiting": made.waiting, "doubtful": made.doubtful, "done": made.done}
    assert [f"{word} {one.attempt}" for word, group in named.items() for one in group] == [answer]


def test_an_open_delivery_of_another_job_is_taken_over() -> None:
    """So that the job that finished it does not begin another one when it runs again."""
    assert plan("i", [A], [row("Queued")], job="j1", resend=True).doubtful[0].job == "j1"


def test_the_id_follows_from_invoice_recipient_and_attempt() -> None:
    """Letter case of the address does not make a second recipient."""
    first = plan("i", ["A@x.example"], [], job="j1", resend=False).new[0]
    second = plan("i", ["a@X.example"], [], job="j2", resend=False).new[0]
    assert first.id == second.id


@given(st.lists(st.sampled_from(["Sent", "Failed", "Unknown", "Queued"]), max_size=5), st.booleans())
def test_running_again_after_everything_was_sent_does_nothing(states: list[str], resend: bool) -> None:
    """Whatever happened before: once this job's rows are sent, it has nothing left to do."""
    rows = [row(state, attempt=index + 1) for index, state in enumerate(states)]
    first = plan("i", [A], rows, job="j1", resend=resend)
    touched = {
        one.id: Delivery(id=one.id, invoice="i", recipient=A, attempt=one.attempt, state=DeliveryState.SENT, job="j1")
        for one in (*first.new, *first.waiting, *first.doubtful)
    }
    after = [touched.pop(one.id, one) for one in rows] + list(touched.values())
    again = plan("i", [A], after, job="j1", resend=resend)
    assert (again.new, again.waiting, again.doubtful) == ((), (), ())
