"""System jobs of webhooks: what they say of a failure, and what an administrator can do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import Api, Receiver, register

if TYPE_CHECKING:
    from pathlib import Path

    from local.dataverse.trial import Clock


def failed(api: Api, receiver: Receiver) -> str:
    """A job whose webhook was refused; its id."""
    register(api, "Create", "account")
    receiver.answers = [500]
    api.create("accounts", name="A")
    [job] = api.rows("asyncoperations")
    assert (job["statecode"], job["statuscode"]) == (3, 31)
    return str(job["asyncoperationid"])


def test_a_failed_job_says_why(api: Api, receiver: Receiver) -> None:
    """The documented code and sentence, found by the step and the status."""
    job = failed(api, receiver)
    step = receiver.seen[0].step_id
    path = f"asyncoperations?$filter=statuscode eq 31 and _owningextensionid_value eq {step}&$orderby=completedon desc"
    [row] = api.rows(f"{path}&$select=name,friendlymessage,errorcode,message,completedon")
    assert (row["asyncoperationid"], row["errorcode"], row["message"]) == (job, -2147155455, "HTTP status 500")
    assert row["friendlymessage"].startswith("The webhook call failed because the http request received non-success httpStatus")
    account = api.rows("accounts")[0]["accountid"]
    assert len(api.rows(f"asyncoperations?$filter=_regardingobjectid_value eq {account} and statecode eq 3")) == 1


def test_a_failed_job_that_is_resumed_is_sent_again(api: Api, receiver: Receiver) -> None:
    """The same body: for the receiver, a duplicate."""
    job = failed(api, receiver)
    assert api("PATCH", f"asyncoperations({job})", {"statecode": 0, "statuscode": 0}).status == 204
    first, second = receiver.seen
    assert first.body == second.body
    assert api.row(f"asyncoperations({job})")["statuscode"] == 30
    assert api("PATCH", f"asyncoperations({job})", {"statecode": 0}).status == 400


def test_a_waiting_job_is_suspended_and_cancelled(app: DataverseApp, api: Api, receiver: Receiver) -> None:
    """What is suspended is not sent, until it is resumed; what is cancelled never is."""
    register(api, "Create", "account")
    flush = app.courier.flush
    app.courier.flush = lambda: None  # type: ignore[method-assign]  # the asynchronous service is busy
    for name in "ABC":
        api.create("accounts", name=name)
    jobs = [row["asyncoperationid"] for row in api.rows("asyncoperations?$orderby=asyncoperationid")]
    for job in jobs[:2]:
        assert api("PATCH", f"asyncoperations({job})", {"statecode": 1}).status == 204
    assert api("PATCH", f"asyncoperations({jobs[1]})", {"statecode": 3, "statuscode": 32}).status == 204
    app.courier.flush = flush  # type: ignore[method-assign]
    assert api("PATCH", f"asyncoperations({jobs[1]})", {"statecode": 0}).status == 400
    assert [webhook.operation_id for webhook in receiver.seen] == [jobs[2]]
    assert api("PATCH", f"asyncoperations({jobs[0]})", {"statecode": 0}).status == 204
    assert [webhook.operation_id for webhook in receiver.seen] == [jobs[2], jobs[0]]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"name": "x"}, 400),
        ({"postponeuntil": "2030-01-01T00:00:00Z"}, 501),
        ({"statecode": 3, "statuscode": 30}, 204),
        ({"statecode": 2}, 400),
        ({"statecode": 1}, 400),
        ({"statecode": 3, "statuscode": 32}, 400),
    ],
)
def test_what_cannot_be_done_with_a_job(api: Api, receiver: Receiver, values: dict[str, Any], status: int) -> None:
    """Of its columns state and status alone can be written, along the documented ways; to write what is there changes nothing."""
    register(api, "Create", "account")
    api.create("accounts", name="A")
    job = receiver.seen[0].operation_id
    assert api("PATCH", f"asyncoperations({job})", values).status == status
    assert len(receiver.seen) == 1


def test_nobody_creates_jobs(api: Api) -> None:
    """They come from steps."""
    assert api("POST", "asyncoperations", {"name": "x"}).status == 400


def test_a_deleted_job_is_never_sent(app: DataverseApp, api: Api, receiver: Receiver) -> None:
    """Nor can it come back."""
    register(api, "Create", "account")
    flush = app.courier.flush
    app.courier.flush = lambda: None  # type: ignore[method-assign]  # the asynchronous service is busy
    api.create("accounts", name="A")
    [job] = api.rows("asyncoperations")
    assert api("DELETE", f"asyncoperations({job['asyncoperationid']})").status == 204
    app.courier.flush = flush  # type: ignore[method-assign]
    app.courier.flush()
    assert receiver.seen == []


def test_failed_jobs_are_not_sent_at_the_next_start(tmp_path: Path, clock: Clock, receiver: Receiver) -> None:
    """They wait for somebody to resume them."""
    first = DataverseApp(tmp_path / "dv.db", any_token=True, clock=clock, deliver=receiver)
    job = failed(Api(first), receiver)
    first.close()
    second = DataverseApp(tmp_path / "dv.db", any_token=True, clock=clock, deliver=receiver)
    assert len(receiver.seen) == 1
    assert Api(second)("PATCH", f"asyncoperations({job})", {"statecode": 0}).status == 204
    assert len(receiver.seen) == 2
    second.close()
