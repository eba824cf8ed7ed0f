"""The event pipeline: synchronous webhooks and what they prevent, images, and the messages that one write is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp, events, seed
from local.dataverse.context import Context, User
from local.dataverse.trial import Answer, Api, Clock, Receiver, register
from local.http import Request, Response, Server

if TYPE_CHECKING:
    from local.dataverse import Webhook

REFUSED, TIMED_OUT, NOT_SENT = (400, "0x80050201"), (400, "0x80050202"), (400, "0x80050205")
SYNC = {"mode": 0}
BOTH = "MSCRM.BypassBusinessLogicExecution"


def told(receiver: Receiver) -> list[str]:
    """What arrived: message, stage and mode."""
    return [f"{body['MessageName']} {body['Stage']} {body['Mode']}" for body in receiver.bodies]


def attributes(target: dict[str, Any]) -> dict[str, Any]:
    """An entity's attributes by name."""
    return {pair["key"]: pair["value"] for pair in target["Attributes"]}


def inputs(body: dict[str, Any]) -> dict[str, Any]:
    """A body's input parameters by name."""
    return {pair["key"]: pair["value"] for pair in body["InputParameters"]}


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


def change_set(api: Api, *parts: tuple[str, str, str]) -> Answer:
    """Send a change set."""
    lines = ["--b", "Content-Type: multipart/mixed; boundary=c", ""]
    for number, (method, path, body) in enumerate(parts):
        lines += ["--c", "Content-Type: application/http", "Content-Transfer-Encoding: binary", f"Content-ID: {number + 1}", ""]
        lines += [f"{method} /api/data/v9.2/{path} HTTP/1.1", "Content-Type: application/json", "", body]
    lines += ["--c--", "--b--", ""]
    return api("POST", "$batch", "\r\n".join(lines).encode(), Content_Type="multipart/mixed; boundary=b")


class TestBypass:
    """Leaving custom logic out."""

    @pytest.mark.parametrize(
        ("headers", "want"),
        [
            ({}, ["Create 40 0", "Create 40 1"]),
            ({BOTH: "CustomSync"}, ["Create 40 1"]),
            ({BOTH: "customasync"}, ["Create 40 0"]),
            ({BOTH: "CustomSync, CustomAsync"}, []),
            ({"MSCRM.BypassCustomPluginExecution": "true"}, ["Create 40 1"]),
            ({"MSCRM.BypassCustomPluginExecution": "false"}, ["Create 40 0", "Create 40 1"]),
            ({f"{BOTH}StepIds": '"{step}"'}, ["Create 40 1"]),
        ],
    )
    def test_what_is_left_out(self, api: Api, receiver: Receiver, headers: dict[str, str], want: list[str]) -> None:
        """Synchronous, asynchronous, both, or some steps."""
        step = register(api, "Create", "account", mode=0)
        register(api, "Create", "account")
        sent = {name: value.format(step=step) for name, value in headers.items()}
        assert api("POST", "accounts", {"name": "A"}, **sent).status == 204
        assert told(receiver) == want

    @pytest.mark.parametrize(
        "headers",
        [{BOTH: "Everything"}, {"MSCRM.BypassCustomPluginExecution": "yes"}, {f"{BOTH}StepIds": "x"}],
    )
    def test_other_values_are_refused(self, api: Api, headers: dict[str, str]) -> None:
        """Nothing is ignored."""
        assert api("POST", "accounts", {"name": "A"}, **headers).status == 400

    def test_a_part_of_a_batch_has_its_own(self, api: Api, receiver: Receiver) -> None:
        """The header stands in the part."""
        register(api, "Create", "account")
        part = "--b\r\nContent-Type: application/http\r\n\r\nPOST /api/data/v9.2/accounts HTTP/1.1\r\n"
        ends = f"{BOTH}: CustomAsync\r\nContent-Type: application/json\r\n\r\n" + '{"name":"A"}\r\n--b--\r\n'
        assert api("POST", "$batch", (part + ends).encode(), Content_Type="multipart/mixed; boundary=b").status == 200
        assert (len(api.rows("accounts")), receiver.seen) == (1, [])


class TestImages:
    """What a row was and is."""

    def image(self, api: Api, step: str, kind: int, of: str = "Target", **values: object) -> Answer:
        """Register an image."""
        bind = {"sdkmessageprocessingstepid@odata.bind": f"sdkmessageprocessingsteps({step})"}
        body = {"name": "i", "entityalias": f"image{kind}", "imagetype": kind, "messagepropertyname": of, **bind, **values}
        return api("POST", "sdkmessageprocessingstepimages", body)

    @pytest.mark.parametrize("mode", [0, 1])
    def test_before_and_after(self, api: Api, receiver: Receiver, mode: int) -> None:
        """Only the named columns and the key; empty ones are left out; all of them without names."""
        row = api.create("contacts", firstname="Jim", lastname="Glynn", jobtitle="x")
        step = register(api, "Update", "contact", mode=mode)
        assert self.image(api, step, 0, attributes="firstname, fax,lastname").status == 204
        assert self.image(api, step, 1).status == 204
        assert self.image(api, step, 2, attributes="firstname").status == 204
        api("PATCH", f"contacts({row})", {"firstname": "James"})
        before = {pair["key"]: attributes(pair["value"]) for pair in receiver.bodies[0]["PreEntityImages"]}
        after = {pair["key"]: attributes(pair["value"]) for pair in receiver.bodies[0]["PostEntityImages"]}
        assert before == {
            "image0": {"firstname": "Jim", "lastname": "Glynn", "contactid": row},
            "image2": {"firstname": "Jim", "contactid": row},
        }
        assert after["image2"] == {"firstname": "James", "contactid": row}
        assert {"fullname", "jobtitle", "createdon", "ownerid"} <= after["image1"].keys()
        assert ("AsynchronousStepPrimaryName" in after) is (mode == 1)

    def test_of_create_and_delete(self, api: Api, receiver: Receiver) -> None:
        """After the one, before the other."""
        assert self.image(api, register(api, "Create", "account", mode=0), 1, "Id", attributes="name").status == 204
        assert self.image(api, register(api, "Delete", "account", mode=0, stage=20), 0, attributes="name").status == 204
        row = api.create("accounts", name="A")
        api("DELETE", f"accounts({row})")
        created, deleted = receiver.bodies
        assert attributes(created["PostEntityImages"][0]["value"]) == {"name": "A", "accountid": row}
        assert attributes(deleted["PreEntityImages"][0]["value"]) == {"name": "A", "accountid": row}
        assert (created["PreEntityImages"], deleted["PostEntityImages"]) == ([], [])

    @pytest.mark.parametrize(
        ("message", "stage", "kind", "of"),
        [
            ("Create", 40, 0, "Id"),
            ("Create", 40, 2, "Id"),
            ("Delete", 40, 1, "Target"),
            ("Delete", 40, 2, "Target"),
            ("Update", 20, 1, "Target"),
            ("Update", 40, 1, "Id"),
            ("CreateMultiple", 40, 1, "Targets"),
        ],
    )
    def test_that_cannot_be(self, api: Api, message: str, stage: int, kind: int, of: str) -> None:
        """Refused when they are registered."""
        step = register(api, message, "account", mode=0, stage=stage)
        assert self.image(api, step, kind, of).status == 400

    def test_go_with_their_step(self, api: Api) -> None:
        """They are listed below it, and deleted with it."""
        step = register(api, "Update", "account")
        assert self.image(api, step, 0).status == 204
        path = f"sdkmessageprocessingsteps({step})/sdkmessageprocessingstepid_sdkmessageprocessingstepimage"
        assert [row["entityalias"] for row in api.rows(path)] == ["image0"]
        assert api("DELETE", f"sdkmessageprocessingsteps({step})").status == 204
        assert api.rows("sdkmessageprocessingstepimages") == []

    def test_needs_step_alias_and_type(self, api: Api) -> None:
        """Each of them."""
        step = register(api, "Update", "account")
        assert self.image(api, step, 0, entityalias=None).status == 400
        assert self.image(api, step, 0, imagetype=None).status == 400
        assert api("POST", "sdkmessageprocessingstepimages", {"name": "i", "entityalias": "a"}).status == 400


class TestMessages:
    """One write is one message or several."""

    def test_state_and_other_columns_are_two_updates(self, api: Api, receiver: Receiver) -> None:
        """The state comes last; filtering attributes see the parts."""
        row = api.create("accounts", name="A")
        register(api, "Update", "account")
        api("PATCH", f"accounts({row})", {"name": "B", "statecode": 1})
        api("PATCH", f"accounts({row})", {"statecode": 0})
        names = [set(attributes(inputs(body["ParentContext"])["Target"])) for body in receiver.bodies]
        assert names == [{"name", "accountid"}, {"statecode", "accountid"}, {"statecode", "accountid"}]

    def test_a_new_owner_and_a_new_state_have_messages_of_their_own(self, api: Api, receiver: Receiver) -> None:
        """Assign and SetState, beside Update."""
        row = api.create("accounts", name="A")
        register(api, "Assign", "account")
        register(api, "SetState", "account", mode=0)
        api("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"systemusers({seed.ADMIN_USER_ID})"})
        api("PATCH", f"accounts({row})", {"ownerid@odata.bind": f"systemusers({seed.ADMIN_USER_ID})"})
        api("PATCH", f"accounts({row})", {"statecode": 1})
        assigned, state = receiver.bodies
        assert inputs(assigned)["Target"]["Id"] == row
        assert inputs(assigned)["Assignee"]["Id"] == seed.ADMIN_USER_ID
        assert inputs(assigned)["Assignee"]["LogicalName"] == "systemuser"
        assert [inputs(state)[name]["Value"] for name in ("State", "Status")] == [1, 2]

    def test_single_writes_are_messages_of_one_row(self, api: Api, receiver: Receiver) -> None:
        """Pipelines are merged both ways; a message of many rows is told once, with every row."""
        for message in ("Create", "CreateMultiple", "Update", "UpdateMultiple", "UpsertMultiple"):
            register(api, message, "account", mode=0)
        row = api.create("accounts", name="A")
        assert told(receiver) == ["Create 40 0", "CreateMultiple 40 0"]
        [target] = inputs(receiver.bodies[1])["Targets"]["Entities"]
        assert (target["Id"], attributes(target)["name"]) == (row, "A")
        receiver.seen.clear()
        item = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
        items = [{**item, "name": "B"}, {**item, "name": "C"}]
        ids = api("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": items}).json["Ids"]
        assert told(receiver) == ["Create 40 0", "Create 40 0", "CreateMultiple 40 0"]
        assert {"key": "Ids", "value": ids} in receiver.bodies[2]["OutputParameters"]
        assert inputs(receiver.bodies[2])["Targets"]["EntityName"] == "account"
        receiver.seen.clear()
        changed = {**item, "@odata.id": f"accounts({row})", "name": "D"}
        added = {**item, "@odata.id": "accounts(11111111-1111-4111-8111-111111111111)", "name": "E"}
        api("POST", "accounts/Microsoft.Dynamics.CRM.UpsertMultiple", {"Targets": [changed, added]})
        assert sorted(told(receiver)) == [
            "Create 40 0",
            "CreateMultiple 40 0",
            "Update 40 0",
            "UpdateMultiple 40 0",
            "UpsertMultiple 40 0",
        ]

    def test_filtering_attributes_of_many_rows(self, api: Api, receiver: Receiver) -> None:
        """One row with a named column is enough."""
        row = api.create("accounts", name="A")
        register(api, "UpdateMultiple", "account", attributes="telephone1")
        api("PATCH", f"accounts({row})", {"name": "B"})
        api("PATCH", f"accounts({row})", {"telephone1": "1"})
        assert told(receiver) == ["UpdateMultiple 40 1"]

    def test_associate_and_disassociate(self, api: Api, receiver: Receiver) -> None:
        """They belong to no table, and name both rows and the relationship; a refusal leaves things as they were."""
        user = api.create("systemusers", fullname="U")
        register(api, "Associate", None, mode=0)
        register(api, "Disassociate", None)
        roles = f"systemusers({user})/systemuserroles_association"
        receiver.answers = [500]
        assert api("POST", f"{roles}/$ref", {"@odata.id": f"roles({seed.ROLE_ID})"}).error == REFUSED
        assert api.rows(roles) == []
        assert api("POST", f"{roles}/$ref", {"@odata.id": f"roles({seed.ROLE_ID})"}).status == 204
        assert api("DELETE", f"{roles}({seed.ROLE_ID})/$ref").status == 204
        _, added, removed = receiver.bodies
        assert [body["PrimaryEntityName"] for body in (added, removed)] == ["none", "none"]
        assert inputs(added)["Relationship"]["SchemaName"] == "systemuserroles_association"
        assert inputs(added)["Target"]["Id"] == user
        assert [one["Id"] for one in inputs(removed)["RelatedEntities"]] == [seed.ROLE_ID]
        assert receiver.seen[1].headers["x-ms-dynamics-entity-name"] == "none"

    def test_a_custom_message(self, app: DataverseApp, api: Api, receiver: Receiver) -> None:
        """What a Custom API raises: its parameters, in every stage."""
        message = api.create("sdkmessages", name="w365_Recalculate")
        hook = api.create("serviceendpoints", name="W", contract=8, authtype=4, authvalue="k", url="https://x.example/")
        step = {"name": "s", "sdkmessageid__bind": f"sdkmessages({message})"}
        bind = f"serviceendpoints({hook})"
        for mode, stage in ((1, 40), (0, 20), (0, 40)):
            api.create("sdkmessageprocessingsteps", **step, mode=mode, stage=stage, eventhandler_serviceendpoint__bind=bind)
        entity = app.storage.catalog["account"]
        row = api.create("accounts", name="A")
        event = events.message("w365_Recalculate", {"Days": 3}, {"Total": "7.50"}, entity=entity, row_id=row)
        with app.storage.transaction():
            app.events.raise_message(contexts(app), event)
        app.courier.flush()
        assert told(receiver) == ["w365_Recalculate 20 0", "w365_Recalculate 40 0", "w365_Recalculate 40 1"]
        assert [inputs(body) for body in receiver.bodies] == [{"Days": 3}] * 3
        assert receiver.bodies[1]["OutputParameters"] == [{"key": "Total", "value": "7.50"}]
        assert (receiver.bodies[1]["PrimaryEntityName"], receiver.bodies[1]["PrimaryEntityId"]) == ("account", row)


def contexts(app: DataverseApp) -> Any:  # noqa: ANN401  the server's own type
    """A request's circumstances."""
    return Context(User(seed.APPLICATION_USER_ID, seed.UNIT_ID), app.now(), "https://org.crm.dynamics.com")


STEP = {"name": "s", "mode": 1, "stage": 40}
HOOK = {"name": "W", "contract": 8, "authtype": 4, "url": "https://functions.example/"}


class TestRegistration:
    """What cannot be run is not registered."""

    @pytest.mark.parametrize(
        ("message", "values", "status"),
        [
            ("Create", {"stage": 20}, 400),
            ("Create", {"mode": 5}, 400),
            ("Create", {"stage": 30}, 400),
            ("Create", {"mode": None}, 400),
            ("Create", {"filteringattributes": "nothing"}, 400),
            ("Create", {"eventhandler_serviceendpoint@odata.bind": None}, 400),
            ("Create", {"sdkmessageid@odata.bind": None}, 400),
            ("Update", {"sdkmessagefilterid@odata.bind": f"sdkmessagefilters({seed.filter_id('Create', 'account')})"}, 400),
            ("Retrieve", {}, 501),
            ("Upsert", {}, 501),
            ("CreateMultiple", {"mode": 0, "stage": 20}, 501),
            ("Associate", {"mode": 0, "stage": 10}, 501),
            ("Associate", {"mode": 0}, 204),
        ],
    )
    def test_steps(self, api: Api, message: str, values: dict[str, Any], status: int) -> None:
        """Refused by name rather than silent."""
        hook = api.create("serviceendpoints", **HOOK)
        binds = {
            "sdkmessageid@odata.bind": f"sdkmessages({seed.message_id(message)})",
            "eventhandler_serviceendpoint@odata.bind": f"serviceendpoints({hook})",
        }
        if message == "Create":
            binds["sdkmessagefilterid@odata.bind"] = f"sdkmessagefilters({seed.filter_id('Create', 'account')})"
        assert api("POST", "sdkmessageprocessingsteps", {**STEP, **binds, **values}).status == status

    @pytest.mark.parametrize(("allowed", "mode", "status"), [(0, 1, 400), (1, 0, 400), (1, 1, 204), (2, 0, 204), (2, 1, 204)])
    def test_steps_of_a_custom_api(self, api: Api, receiver: Receiver, allowed: int, mode: int, status: int) -> None:
        """It says itself whether its message has none, asynchronous ones only, or both; they are told its parameters."""
        name = {"uniquename": "w365_Do", "name": "Do", "displayname": "Do", "bindingtype": 0}
        part = {"uniquename": "What", "name": "What", "displayname": "What", "type": 10, "isoptional": False}
        body = {**name, "allowedcustomprocessingsteptype": allowed, "CustomAPIRequestParameters": [part]}
        assert api("POST", "customapis", body).status == 204
        message = api.rows("sdkmessages?$filter=name eq 'w365_Do'")[0]["sdkmessageid"]
        binds = {
            "sdkmessageid@odata.bind": f"sdkmessages({message})",
            "eventhandler_serviceendpoint@odata.bind": f"serviceendpoints({api.create('serviceendpoints', **HOOK)})",
        }
        assert api("POST", "sdkmessageprocessingsteps", {**STEP, **binds, "mode": mode}).status == status
        receiver.answers = [500] if mode == 0 else []
        assert api("POST", "w365_Do", {"What": "rain"}).status == (400 if status == 204 and mode == 0 else 204)
        assert [inputs(one) for one in receiver.bodies] == ([{"What": "rain"}] if status == 204 else [])

    @pytest.mark.parametrize(
        ("values", "status"),
        [
            ({"contract": 2}, 501),
            ({"messageformat": 1}, 501),
            ({"usekeyvaultconfiguration": True}, 501),
            ({"authtype": 2}, 400),
            ({"url": None}, 400),
            ({"url": "functions.example/api"}, 400),
            ({"url": "ftp://functions.example/api"}, 400),
            ({"url": "https://functions.example:8443/api"}, 400),
            ({"url": f"https://functions.example/{'x' * 2000}"}, 400),
            ({"url": "http://127.0.0.1:7071/api"}, 204),
            ({"url": "http://functions.example:80/api"}, 204),
        ],
    )
    def test_endpoints(self, api: Api, values: dict[str, Any], status: int) -> None:
        """Webhooks only, at an address that Dataverse would call; on loopback any port."""
        assert api("POST", "serviceendpoints", {**HOOK, **values}).status == status

    @pytest.mark.parametrize(
        ("authtype", "value", "code"),
        [
            (5, "x=y", "0x80050203"),
            (5, "<settings><setting name='a b' value='y'/></settings>", "0x80050203"),
            (5, "<settings><setting name='a'/></settings>", "0x80050203"),
            (5, "<!DOCTYPE s []><settings/>", "0x80050203"),
            (6, '{"x":"y"}', "0x80050204"),
        ],
    )
    def test_an_authvalue_that_cannot_be_read(self, api: Api, receiver: Receiver, authtype: int, value: str, code: str) -> None:
        """It is found out at the call, which fails."""
        register(api, "Create", "account", authtype=authtype, authvalue=value)
        api.create("accounts", name="A")
        [job] = api.rows("asyncoperations")
        assert (job["statuscode"], job["errorcode"]) == (31, int(code, 16) - 2**32)
        assert receiver.seen == []

    def test_what_is_registered_is_found_as_documented(self, api: Api) -> None:
        """The steps of a webhook, and everything about one of them."""
        step = register(api, "Create", "account")
        hook = api.rows("serviceendpoints?$filter=contract eq 8&$select=serviceendpointid,name,authtype,url")[0][
            "serviceendpointid"
        ]
        below = f"serviceendpoints({hook})/serviceendpoint_sdkmessageprocessingstep?$select=name,filteringattributes,mode,stage"
        assert [row["sdkmessageprocessingstepid"] for row in api.rows(below)] == [step]
        more = "sdkmessagefilterid($select=primaryobjecttypecode),sdkmessageid($select=name),eventhandler_serviceendpoint"
        row = api.row(f"sdkmessageprocessingsteps({step})?$select=name&$expand={more}")
        assert (row["sdkmessageid"]["name"], row["sdkmessagefilterid"]["primaryobjecttypecode"]) == ("Create", "account")

    def test_a_registration_that_is_rolled_back_is_gone(self, api: Api, receiver: Receiver) -> None:
        """The steps are known anew after it."""
        step = register(api, "Create", "account")
        off = ("PATCH", f"sdkmessageprocessingsteps({step})", '{"statecode":1}')
        good, wrong = ("POST", "accounts", '{"name":"A"}'), ("POST", "accounts", '{"nothing":1}')
        assert change_set(api, off, good, wrong).status == 400
        api.create("accounts", name="B")
        assert len(receiver.seen) == 1
