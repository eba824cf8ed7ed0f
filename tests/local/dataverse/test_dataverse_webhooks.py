"""Webhooks: who is told of what, in which shape, how often, and what is left when nobody listens."""

from __future__ import annotations

import json
import re
import threading
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import DataverseApp, seed
from local.dataverse.trial import START, Api, Clock, Receiver, register
from local.dataverse.trial import WEBHOOK_URL as URL
from local.http import Request, Response, Server

if TYPE_CHECKING:
    from local.dataverse import Webhook

DATA = Path(__file__).parent / "data" / "webhook"


def operations(api: Api) -> list[dict[str, Any]]:
    """The system jobs."""
    return api.rows("asyncoperations?$orderby=createdon")


def shape(value: object) -> object:
    """The members and types of a body, without its values."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return "list"
    return (
        "null"
        if value is None
        else re.sub(r"-?\d+", "0", value)
        if isinstance(value, str) and value.startswith("/Date")
        else type(value).__name__
    )


def test_an_update_has_the_documented_shape(api: Api, receiver: Receiver) -> None:
    """The 2024 body: the same members in the same order, at both levels, with the type tags."""
    contact = api.create("contacts", firstname="Jim", lastname="Glynn (sample)")
    step = register(api, "Update", "contact", attributes="firstname,lastname")
    api(
        "PATCH",
        f"contacts({contact})",
        {"firstname": "James"},
        User_Agent="test",
        X_Ms_Client_Request_Id="84d03007-6a8f-41da-aeae-7b6460bb7a04",
    )
    body = receiver.bodies[0]
    documented = json.loads((DATA / "agentstatus-update-async.docs-2024.json").read_text())
    assert shape(body) == shape(documented)
    assert list(body) == list(documented)
    target, sample = (one["InputParameters"][0]["value"] for one in (body, documented))
    assert list(target) == list(sample)
    assert (body["Stage"], body["ParentContext"]["Stage"], body["Mode"], body["MessageName"]) == (40, 30, 1, "Update")
    assert (body["PrimaryEntityId"], body["PrimaryEntityName"], body["OwningExtension"]["Id"]) == (contact, "contact", step)
    assert body["UserAzureActiveDirectoryObjectId"] == seed.APPLICATION_OBJECT_ID
    keys = {pair["key"] for pair in target["Attributes"]}
    assert {"firstname", "contactid", "modifiedon", "modifiedby", "modifiedonbehalfby"} <= keys
    assert "lastname" not in keys
    inner = body["ParentContext"]["InputParameters"][0]["value"]["Attributes"]
    assert {pair["key"] for pair in inner} == {"firstname", "contactid"}
    image = body["PostEntityImages"][0]
    assert image["key"] == "AsynchronousStepPrimaryName"
    assert {pair["key"]: pair["value"] for pair in image["value"]["Attributes"]} == {
        "fullname": "James Glynn (sample)",
        "contactid": contact,
    }


def test_attribute_values_are_encoded_as_published(api: Api, receiver: Receiver) -> None:
    """Lookups, choices, money, moments, yes/no and cleared values, each with its tag."""
    register(api, "Create", "account")
    contact = api.create("contacts", firstname="C")
    api.create(
        "accounts",
        name="a/b",
        revenue=123.45,
        creditonhold=True,
        customertypecode=1,
        fax=None,
        primarycontactid__bind=f"contacts({contact})",
        numberofemployees=5,
    )
    typed = json.loads((DATA / "typed-values.json").read_text())
    values = {pair["key"]: pair["value"] for pair in receiver.bodies[0]["InputParameters"][0]["value"]["Attributes"]}
    assert values["primarycontactid"] == {**typed["lookup"], "Id": contact, "LogicalName": "contact"}
    assert values["customertypecode"] == typed["choice"]
    assert values["revenue"] == {**typed["money"], "Value": Decimal("123.4500")}
    assert (values["creditonhold"], values["numberofemployees"], values["fax"], values["name"]) == (True, 5, None, "a/b")
    assert values["modifiedon"] == f"/Date({int(START.timestamp()) * 1000})/"
    assert rb"a\/b" in receiver.seen[0].body
    assert rb"http:\/\/schemas.microsoft.com" in receiver.seen[0].body


def test_headers_and_key(api: Api, receiver: Receiver) -> None:
    """The documented headers, and the key in the address."""
    register(api, "Create", "account")
    api.create("accounts", name="A")
    webhook = receiver.seen[0]
    assert webhook.url == f"{URL}?code=s3cret%2F%2B"
    assert webhook.timeout_s == 60
    assert webhook.headers["x-ms-dynamics-organization"] == "org.crm.dynamics.com"
    assert webhook.headers["x-ms-dynamics-entity-name"] == "account"
    assert webhook.headers["x-ms-dynamics-request-name"] == "Create"
    assert webhook.headers["x-ms-correlation-request-id"] == receiver.bodies[0]["CorrelationId"]
    assert "x-ms-dynamics-msg-size-exceeded" not in webhook.headers


@pytest.mark.parametrize(("authtype", "url", "header"), [(5, URL, "y"), (6, f"{URL}?x=y", None)])
def test_the_other_two_kinds_of_proof(api: Api, receiver: Receiver, authtype: int, url: str, header: str | None) -> None:
    """A header, or a query string."""
    register(api, "Create", "account", authtype=authtype, authvalue='<settings><setting name="x" value="y"/></settings>')
    api.create("accounts", name="A")
    assert (receiver.seen[0].url, receiver.seen[0].headers.get("x")) == (url, header)


def test_a_body_over_256_kb_loses_its_parts(api: Api, receiver: Receiver) -> None:
    """ParentContext, InputParameters and both images go; a header says so; the id stays."""
    register(api, "Create", "annotation")
    note = api.create("annotations", subject="big", documentbody="x" * 262_144)
    webhook, body = receiver.seen[0], receiver.bodies[0]
    assert webhook.headers["x-ms-dynamics-msg-size-exceeded"] == "true"
    assert not {"ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages"} & body.keys()
    assert body["PrimaryEntityId"] == note


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"firstname": "x"}, True),
        ({"firstname": "Jim"}, True),
        ({"jobtitle": "x"}, False),
        ({"jobtitle": "x", "lastname": "y"}, True),
    ],
)
def test_filtering_attributes(api: Api, receiver: Receiver, changes: dict[str, str], told: bool) -> None:
    """An update counts when a named column is in it, changed or not."""
    contact = api.create("contacts", firstname="Jim")
    register(api, "Update", "contact", attributes="firstname, lastname")
    api("PATCH", f"contacts({contact})", changes)
    assert bool(receiver.seen) is told


def test_what_is_not_told(api: Api, receiver: Receiver) -> None:
    """Other tables, other messages, disabled steps, bypassed logic, refused writes, and what came before the registration."""
    row_id = api.create("accounts", name="before")
    step = register(api, "Create", "account")
    api.create("contacts", firstname="C")
    api("PATCH", f"accounts({row_id})", {"name": "x"})
    api("POST", "accounts", {"nothing": 1})
    api("POST", "accounts", {"name": "A"}, **{"MSCRM.BypassBusinessLogicExecution": "CustomSync,CustomAsync"})
    api("PATCH", f"sdkmessageprocessingsteps({step})", {"statecode": 1})
    api("POST", "accounts", {"name": "A"})
    assert receiver.seen == []
    api("PATCH", f"sdkmessageprocessingsteps({step})", {"statecode": 0})
    api("POST", "accounts", {"name": "A"})
    assert len(receiver.seen) == 1


def test_a_change_set_that_fails_tells_nobody(api: Api, receiver: Receiver) -> None:
    """What was rolled back never happened."""
    register(api, "Create", "account")
    item = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "A"}
    api("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [item, {**item, "nothing": 1}]})
    assert receiver.seen == []
    assert operations(api) == []


def test_create_multiple_tells_each_row_and_the_message(api: Api, receiver: Receiver) -> None:
    """Pipelines are merged: Create per row, CreateMultiple once."""
    register(api, "Create", "account")
    register(api, "CreateMultiple", "account")
    item = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "A"}
    api("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [item, item]})
    assert [body["MessageName"] for body in receiver.bodies] == ["Create", "Create", "CreateMultiple"]


def test_a_delete_names_the_row(api: Api, receiver: Receiver) -> None:
    """The target is a reference."""
    register(api, "Delete", "account")
    row_id = api.create("accounts", name="A")
    api("DELETE", f"accounts({row_id})")
    target = receiver.bodies[0]["InputParameters"][0]["value"]
    assert (target["__type"], target["Id"]) == ("EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts", row_id)


def test_a_tag_and_the_person_travel_along(api: Api, receiver: Receiver) -> None:
    """?tag= is a shared variable; impersonation shows both users."""
    register(api, "Create", "account")
    api("POST", "accounts?tag=w365", {"name": "A"}, CallerObjectId=seed.ADMIN_OBJECT_ID)
    body = receiver.bodies[0]
    assert {"key": "tag", "value": "w365"} in body["SharedVariables"]
    assert (body["UserId"], body["InitiatingUserId"]) == (seed.ADMIN_USER_ID, seed.APPLICATION_USER_ID)
    assert body["UserAzureActiveDirectoryObjectId"] == seed.ADMIN_OBJECT_ID


@pytest.mark.parametrize(
    ("answers", "attempts", "outcome"),
    [
        ([200], 1, (3, 30)),
        ([202], 1, (3, 30)),
        ([503, 200], 2, (3, 30)),
        ([502, 504, 200], 2, (3, 31)),
        ([500, 200], 1, (3, 31)),
        ([429, 200], 1, (3, 31)),
        ([404], 1, (3, 31)),
        ([0], 1, (3, 31)),
    ],
)
def test_one_more_attempt_only_for_502_503_504(
    api: Api, receiver: Receiver, answers: list[int], attempts: int, outcome: tuple[int, int]
) -> None:
    """Anything else fails for good, and the system job says so."""
    step = register(api, "Create", "account")
    receiver.answers = answers
    api.create("accounts", name="A")
    assert len(receiver.seen) == attempts
    job = api.rows(f"asyncoperations?$filter=_owningextensionid_value eq {step}")[0]
    assert (job["statecode"], job["statuscode"]) == outcome
    assert (job["friendlymessage"] is None) is (outcome == (3, 30))
    assert job["asyncoperationid"] == receiver.bodies[0]["OperationId"]


def test_a_receiver_that_breaks_is_a_failed_job(clock: Clock) -> None:
    """A timeout or a refused connection is not tried again."""

    def broken(_: Webhook) -> int:
        raise TimeoutError

    app = DataverseApp(any_token=True, clock=clock, deliver=broken)
    api = Api(app)
    register(api, "Create", "account")
    api.create("accounts", name="A")
    assert [(job["statecode"], job["statuscode"], job["retrycount"]) for job in operations(api)] == [(3, 31, 0)]
    app.close()


def test_succeeded_jobs_may_delete_themselves(api: Api, receiver: Receiver) -> None:
    """Asyncautodelete removes the successful ones only."""
    register(api, "Create", "account", autodelete=True)
    receiver.answers = [200, 500]
    api.create("accounts", name="A")
    api.create("accounts", name="B")
    assert [job["statuscode"] for job in operations(api)] == [31]


def test_lost_and_repeated_webhooks(api: Api, receiver: Receiver) -> None:
    """The control surface drops or doubles the next ones."""
    register(api, "Create", "account")
    api.control("PUT", "webhooks", drop=1, repeat=1)
    for name in "ABC":
        api.create("accounts", name=name)
    assert [body["InputParameters"][0]["value"]["Attributes"][0]["value"] for body in receiver.bodies] == ["B", "B", "C"]


def test_no_order_is_promised(api: Api, receiver: Receiver) -> None:
    """The control surface turns the order of what waits round."""
    register(api, "Create", "account")
    api.control("PUT", "webhooks", newest_first=True)
    items = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in "ABC"]
    api("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": items})
    assert [body["InputParameters"][0]["value"]["Attributes"][0]["value"] for body in receiver.bodies] == ["C", "B", "A"]


def test_webhooks_survive_the_server(tmp_path: Path, clock: Clock, receiver: Receiver) -> None:
    """What was committed and not yet sent goes out after a restart."""
    first = DataverseApp(tmp_path / "dv.db", any_token=True, clock=clock, deliver=receiver)
    api = Api(first)
    register(api, "Create", "account")
    first.courier.flush = lambda: None  # type: ignore[method-assign]  # the process dies between commit and sending
    api.create("accounts", name="A")
    first.close()
    assert receiver.seen == []
    second = DataverseApp(tmp_path / "dv.db", any_token=True, clock=clock, deliver=receiver)
    assert len(receiver.seen) == 1
    assert operations(Api(second))[0]["statuscode"] == 30
    second.close()


def test_webhooks_go_out_over_http_in_the_background(clock: Clock) -> None:
    """Without an injected sender they are real requests, and the writer does not wait for them."""
    arrived: list[Request] = []
    release = threading.Event()

    def receive(request: Request) -> Response:
        release.wait(5)
        arrived.append(request)
        return Response(200)

    app = DataverseApp(any_token=True, clock=clock)
    with Server(receive) as server:
        api = Api(app)
        register(api, "Create", "account", url=f"{server.url}/api/dataverse")
        api.create("accounts", name="A")
        assert arrived == []
        release.set()
        assert app.drain()
    assert [(request.method, request.path, request.query) for request in arrived] == [
        ("POST", "/api/dataverse", "code=s3cret%2F%2B")
    ]
    assert arrived[0].headers["content-type"].startswith("application/json")
    app.close()
