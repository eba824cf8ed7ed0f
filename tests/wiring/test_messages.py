"""What a message of a queue means, when it is looked at again, and what becomes of poison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.rows import bind
from dataverse.webapi import Ref
from tests.wiring.wired import Unsettled, Wired, asked, waiting
from work365.handlers.events import RowEvent
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.ports.platform import JOBS

if TYPE_CHECKING:
    from local.desks.billing import BillingDesk


@pytest.mark.parametrize("message", [{}, {"other": "thing"}, {"job": ""}, {"chunk": ""}])
def test_messages_that_name_nothing_are_ignored(desk: BillingDesk, message: dict[str, str]) -> None:
    """An old version's, or somebody else's."""
    wired = Wired(desk, Unsettled())
    wired.run_job(message)
    wired.run_chunk(message)
    assert desk.queue.sent == []


@pytest.mark.parametrize("text", ["", "not json", "[]", "null", '"job"', '{"job": null}', '{"job": ""}', "\ufffd{"])
def test_poison_that_cannot_be_read_does_no_harm(desk: BillingDesk, text: str) -> None:
    """There is nothing to mark; the door has logged it."""
    wired = Wired(desk, Unsettled())
    wired.job_poisoned(text, "why")
    wired.chunk_poisoned(text, "why")
    assert desk.findings() == {}


def test_a_poisoned_job_says_why(desk: BillingDesk) -> None:
    """Whoever pressed the button reads it on the job."""
    made = asked(desk)
    Wired(desk, Unsettled()).job_poisoned(f'{{"job": "{made}"}}', "Five attempts failed.")
    assert desk.states("w365_job") == ["Failed"]
    assert desk.api.read(Ref("w365_job", made), select=("w365_message",))["w365_message"] == "Five attempts failed."


@pytest.mark.parametrize(
    ("result", "delays"),
    [
        (JobResult(JobState.WAITING, "later", 40), [40]),
        (JobResult(JobState.CONFIRMING, "asking", 5), [5]),
        (JobResult(JobState.SUCCEEDED, "done"), []),
        (JobResult(JobState.SUCCEEDED, "done", 40), []),
        (JobResult(JobState.REFUSED, "no"), []),
    ],
)
def test_an_open_job_is_looked_at_again_after_its_delay(desk: BillingDesk, result: JobResult, delays: list[int]) -> None:
    """The same message, hidden for as long as the handler said; a final one is not."""

    def doer(job: Job) -> JobResult:
        return result

    made = asked(desk)
    Wired(desk, Unsettled(), {JobKind.SEND: doer}).run_job({"job": made})
    assert [(sent.visible - desk.clock.moment).total_seconds() for sent in desk.queue.sent] == delays
    assert all(sent.message == {"job": made} for sent in desk.queue.sent)


def test_a_job_in_a_currency_that_nobody_knows_is_not_stuck(desk: BillingDesk) -> None:
    """It is loaded, so that its handler can refuse it."""
    made = asked(desk, "Charge")
    row = {"isocurrencycode": "QQQ", "currencyname": "Quatloo", "currencysymbol": "q", "exchangerate": 2, "currencyprecision": 2}
    strange = desk.api.create("transactioncurrency", row)
    desk.api.update(Ref("w365_job", made), {"w365_amount": 5, **bind("transactioncurrencyid", "transactioncurrency", strange)})
    seen: list[str] = []

    def doer(job: Job) -> JobResult:
        seen.append(job.currency)
        return JobResult(JobState.REFUSED, "no")

    Wired(desk, Unsettled(), {JobKind.CHARGE: doer}).run_job({"job": made})
    assert seen == ["XXX"]


def test_an_event_about_a_job_is_only_its_id(desk: BillingDesk) -> None:
    """The worker reads the row."""
    made = asked(desk)
    Wired(desk, Unsettled()).job_event(RowEvent("w365_job", made, "Create", "operation", "user"))
    assert waiting(desk.queue, JOBS) == [{"job": made}]
