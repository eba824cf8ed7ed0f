"""Synchronous webhooks: when they run, what they prevent, and what becomes of a write without their answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp, seed
from local.dataverse.trial import Api, Clock, Receiver, register
from local.http import Request, Response, Server
from tests.local.dataverse.hearing import REFUSED, attributes, change_set, inputs, told

if TYPE_CHECKING:
    from local.dataverse import Webhook

TIMED_OUT, NOT_SENT = (400, "0x80050202"), (400, "0x80050205")


class TestSynchronousSteps:
    """They run during the request."""

    def test_stages_run_in_order_around_the_write(self, api: Api, receiver: Receiver) -> None:
        """10, 20, 40 by rank, then what is asynchronous; the parent's context is the main operation's."""
        register(api, "Create", "account")
        register(api, "Create", "account", mode=0, rank=2)
        register(api, "Create", "account", mode=0, rank=1, url="https://first.example/")
        register(api, "Create", "account", mode=0, stage=20)
        register(api, "Create", "account", mode=0, stage=10)
        row = api.create("accounts", name="A")
        assert told(receiver) == ["Create 10 0", "Create 20 0", "Create 40 0", "Create 40 0", "Create 40 1"]
        assert receiver.seen[2].url.startswith("https://first.example/")
        bodies = receiver.bodies
        assert [body["IsInTransaction"] for body in bodies] == [False, True, True, True, False]
        assert [(body["ParentContext"] or {}).get("Stage") for body in bodies] == [None, 30, 30, 30, 30]
        assert [body["OutputParameters"] for body in bodies[1:3]] == [[], [{"key": "id", "value": row}]]
        assert "modifiedon" not in attributes(inputs(bodies[0])["Target"])
        assert "modifiedon" in attributes(inputs(bodies[1])["Target"])
        assert receiver.seen[0].operation_id == ""
        assert len(api.rows("asyncoperations")) == 1

    @pytest.mark.parametrize("stage", [10, 20, 40])
    @pytest.mark.parametrize(
        ("message", "request_"),
        [
            ("Create", ("POST", "accounts", {"name": "B"})),
            ("Update", ("PATCH", "accounts({row})", {"name": "B"})),
            ("Delete", ("DELETE", "accounts({row})", None)),
        ],
    )
    def test_a_refusal_rolls_the_write_back(
        self, api: Api, receiver: Receiver, stage: int, message: str, request_: tuple[str, str, Any]
    ) -> None:
        """Not 2xx: 400 with the webhook's own code and sentence; the row is as it was, and no asynchronous webhook goes out."""
        row = api.create("accounts", name="A")
        register(api, message, "account", mode=0, stage=stage)
        register(api, message, "account")
        receiver.answers = [409]
        method, path, body = request_
        answer = api(method, path.format(row=row), body)
        assert answer.error == REFUSED
        assert answer.message.startswith("The webhook call failed because the http request received non-success httpStatus code.")
        assert [found["name"] for found in api.rows("accounts")] == ["A"]
        assert (told(receiver), api.rows("asyncoperations")) == ([f"{message} {stage} 0"], [])
        assert api(method, path.format(row=row), body).status == 204
        assert told(receiver)[1:] == [f"{message} {stage} 0", f"{message} 40 1"]

    def test_a_change_set_falls_with_one_webhook(self, api: Api, receiver: Receiver) -> None:
        """All or nothing; the first call is not recalled."""
        register(api, "Create", "account", mode=0)
        receiver.answers = [200, 500]
        item = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
        targets = {"Targets": [{**item, "name": "A"}, {**item, "name": "B"}]}
        assert api("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", targets).error == REFUSED
        assert (len(receiver.seen), api.rows("accounts")) == (2, [])
        receiver.answers = [200, 500]
        assert change_set(api, ("POST", "accounts", '{"name":"A"}'), ("POST", "accounts", '{"name":"B"}')).status == 400
        assert (len(receiver.seen), api.rows("accounts")) == (4, [])

    @pytest.mark.parametrize(
        ("answers", "attempts", "want"),
        [
            ([503, 200], 2, 204),
            ([504, 502], 2, 400),
            ([500, 200], 1, 400),
            ([429, 200], 1, 400),
            ([302], 1, 400),
            ([204], 1, 204),
        ],
    )
    def test_one_more_attempt(self, api: Api, receiver: Receiver, answers: list[int], attempts: int, want: int) -> None:
        """The same rule as for asynchronous ones."""
        register(api, "Create", "account", mode=0)
        receiver.answers = answers
        assert (api("POST", "accounts", {"name": "A"}).status, len(receiver.seen)) == (want, attempts)

    @pytest.mark.parametrize(("error", "want"), [(TimeoutError(), TIMED_OUT), (ConnectionError("no"), NOT_SENT)])
    def test_no_answer(self, clock: Clock, error: Exception, want: tuple[int, str]) -> None:
        """A timeout has a code of its own."""

        def broken(_: Webhook) -> int:
            raise error

        app = DataverseApp(any_token=True, clock=clock, deliver=broken)
        api = Api(app)
        register(api, "Create", "account", mode=0)
        assert api("POST", "accounts", {"name": "A"}).error == want
        app.close()

    def test_a_receiver_that_takes_too_long(self, clock: Clock) -> None:
        """Over HTTP; the minute can be made shorter."""
        app = DataverseApp(any_token=True, clock=clock)
        waits = threading.Event()

        def slow(_: Request) -> Response:
            waits.wait(5)
            return Response(200)

        with Server(slow) as server:
            api = Api(app)
            register(api, "Create", "account", mode=0, url=server.url)
            assert api.control("PUT", "webhooks", timeout_s=0.1).status == 200
            assert api("POST", "accounts", {"name": "A"}).error == TIMED_OUT
            assert api.rows("accounts") == []
            waits.set()
        assert api.control("PUT", "webhooks", timeout_s=0).status == 400
        app.close()

    def test_a_receiver_that_writes_is_part_of_the_write(self, clock: Clock) -> None:
        """What it writes during the call falls with the rest, and no asynchronous webhook of it goes out before the end."""
        answers = [200, 500]
        seen: list[str] = []

        def receive(webhook: Webhook) -> int:
            if webhook.operation_id:
                seen.append("asynchronous")
                return 200
            api.create("contacts", lastname="C")
            seen.append("synchronous")
            return answers.pop(0)

        app = DataverseApp(any_token=True, clock=clock, deliver=receive)
        api = Api(app)
        register(api, "Create", "account", mode=0)
        register(api, "Create", "contact")
        assert api("POST", "accounts", {"name": "A"}).status == 204
        assert seen == ["synchronous", "asynchronous"]
        assert api("POST", "accounts", {"name": "B"}).error == REFUSED
        assert (len(seen), len(api.rows("contacts"))) == (3, 1)
        app.close()

    def test_whose_name_a_step_runs_in(self, api: Api, receiver: Receiver) -> None:
        """UserId is the step's user, InitiatingUserId the caller."""
        user = f"systemusers({seed.ADMIN_USER_ID})"
        register(api, "Create", "account", impersonatinguserid__bind=user)
        api.create("accounts", name="A")
        body = receiver.bodies[0]
        assert (body["UserId"], body["InitiatingUserId"]) == (seed.ADMIN_USER_ID, seed.APPLICATION_USER_ID)
        assert body["UserAzureActiveDirectoryObjectId"] == seed.ADMIN_OBJECT_ID
