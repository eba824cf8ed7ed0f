"""Custom APIs: defined by rows or by a program, called bound and unbound, with every type of parameter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import Call, CustomApi, DataverseApp, Part, Reference, RefusedError, seed
from local.dataverse.custom_api_tables import TYPES
from local.dataverse.trial import Api, Clock, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GUID = "00000000-0000-0000-0000-0000000000aa"
ACCOUNT = "00000000-0000-0000-0000-000000000001"
SAMPLES: dict[str, tuple[str, Any, str]] = {
    "Boolean": ("true", True, "true"),
    "DateTime": ('"2026-11-01T08:30:00Z"', datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01T08:30:00Z"),
    "Decimal": ("1.0000000001", Decimal("1.0000000001"), "1.0000000001"),
    "Float": ("1.5", Decimal("1.5"), "1.5"),
    "Integer": ("-5", -5, "-5"),
    "Money": ("20.50", Decimal("20.50"), "20.50"),
    "Picklist": ("1", 1, "1"),
    "String": ('"it\'s"', "it's", "'it''s'"),
    "StringArray": ('["a","b,c"]', ("a", "b,c"), '["a","b,c"]'),
    "Guid": (f'"{GUID.upper()}"', GUID, GUID),
    "EntityReference": (
        f'{{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"{ACCOUNT}"}}',
        Reference("account", ACCOUNT),
        f"{{'@odata.id':'accounts({ACCOUNT})'}}",
    ),
    "Entity": (
        '{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"A"}',
        {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "A"},
        "{'@odata.type':'Microsoft.Dynamics.CRM.account','name':'A'}",
    ),
    "EntityCollection": (
        '[{"@odata.type":"#Microsoft.Dynamics.CRM.account","name":"A"}]',
        [{"@odata.type": "#Microsoft.Dynamics.CRM.account", "name": "A"}],
        "[{'@odata.type':'#Microsoft.Dynamics.CRM.account','name':'A'}]",
    ),
}
"""By type: as JSON, as a handler sees it, as a literal in an address."""


DISLIKED = "We do not like this name."


class Desk:
    """Handlers that keep what they were called with."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def echo(self, call: Call) -> Mapping[str, Any]:
        """Answer every parameter."""
        self.calls.append(call)
        return dict(call.parameters)

    def open_account(self, call: Call) -> Mapping[str, Any]:
        """Write two rows, then refuse if the name is bad."""
        self.calls.append(call)
        made = call.send("POST", "accounts", {"name": call.parameters["Name"]})
        call.send("POST", "tasks", {"subject": "welcome"})
        if call.parameters["Name"] == "bad":
            raise RefusedError(DISLIKED)
        return {"Account": made[-37:-1]}

    def count(self, call: Call) -> Mapping[str, Any]:
        """How many tasks are about the account that this is called on."""
        self.calls.append(call)
        assert call.target is not None
        rows = call.send("GET", f"tasks?$select=subject&$filter=_regardingobjectid_value eq {call.target.id}")
        return {"Count": len(rows["value"])}

    def log(self, call: Call) -> None:
        """Only take note."""
        self.calls.append(call)


@pytest.fixture
def desk() -> Desk:
    """Where handlers sit."""
    return Desk()


@pytest.fixture
def api(clock: Clock, receiver: Receiver, desk: Desk) -> Iterator[Api]:
    """A tenant whose program brought some APIs."""
    every = tuple(Part(f"P{kind}", kind, optional=True) for kind in TYPES)
    app = DataverseApp(
        any_token=True,
        clock=clock,
        deliver=receiver,
        custom_apis=[
            CustomApi("csp_Echo", desk.echo, every, every),
            CustomApi("csp_Ask", desk.echo, every, every, function=True),
            CustomApi("csp_Open", desk.open_account, (Part("Name", "String"),), (Part("Account", "Guid"),)),
            CustomApi("csp_Count", desk.count, (), (Part("Count", "Integer"),), table="account", function=True),
            CustomApi("csp_Note", desk.log, (Part("Why", "String", optional=True),), table="account"),
            CustomApi("csp_NoteAll", desk.log, table="account", collection=True),
            CustomApi("csp_Guarded", desk.log, privilege="prvCreateAccount"),
        ],
    )
    yield Api(app)
    app.close()


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_of_parameter_in_an_action(api: Api, desk: Desk, kind: str) -> None:
    """A handler sees a typed value; what it answers comes back as JSON of the type."""
    api("PATCH", f"accounts({ACCOUNT})", {"name": "A"})
    text, value, _ = SAMPLES[kind]
    answer = api("POST", "csp_Echo", f'{{"P{kind}": {text}}}'.encode())
    assert answer.status == 200, answer.text
    assert desk.calls[0].parameters == {f"P{kind}": value}
    assert answer.json["@odata.context"].endswith("$metadata#Microsoft.Dynamics.CRM.csp_EchoResponse")
    expected = text.replace('"Microsoft', '"#Microsoft') if kind == "EntityReference" else text
    assert f'"P{kind}":{expected}'.replace(" ", "").lower() in answer.text.replace(" ", "").lower()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("aliased", [True, False])
def test_each_type_of_parameter_in_a_function(api: Api, desk: Desk, kind: str, aliased: bool) -> None:
    """Through an alias, and in place where a literal may stand there."""
    api("PATCH", f"accounts({ACCOUNT})", {"name": "A"})
    _, value, literal = SAMPLES[kind]
    if not aliased and literal[0] in "[{":
        return
    path = f"csp_Ask(P{kind}=@p)?@p={literal}" if aliased else f"csp_Ask(P{kind}={literal})"
    answer = api("GET", path.replace("#", "%23"))
    assert answer.status == 200, answer.text
    assert desk.calls[0].parameters == {f"P{kind}": value}


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("POST", "csp_Nothing", {}, (404, "0x8006088a")),
        ("POST", "csp_echo", {}, (404, "0x8006088a")),
        ("POST", "csp_Note", {}, (404, "0x8006088a")),
        ("POST", "contacts(00000000-0000-0000-0000-000000000001)/Microsoft.Dynamics.CRM.csp_Note", {}, (404, "0x8006088a")),
        ("POST", "accounts/Microsoft.Dynamics.CRM.csp_Note", {}, (404, "0x8006088a")),
        ("GET", "csp_Echo", None, (405, "0x80060888")),
        ("POST", "csp_Ask", {}, (405, "0x80060888")),
        ("POST", "csp_Echo", {"Nonsense": 1}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PInteger": "5"}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PInteger": 2**31}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PDateTime": "noon"}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PMoney": 10**30}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PFloat": 10**309}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PStringArray": "a"}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PEntity": {"name": "A"}}, (400, "0x80048d19")),
        ("POST", "csp_Echo", {"PEntityReference": {"@odata.id": f"accounts({GUID})"}}, (404, "0x80040217")),
        ("POST", "csp_Open", {}, (400, "0x80040203")),
        ("GET", "csp_Ask(Nonsense=1)", None, (400, "0x80060888")),
        ("GET", "csp_Ask(PString=5)", None, (400, "0x80048d19")),
        ("GET", "csp_Ask(PInteger='5')", None, (400, "0x80048d19")),
        ("GET", f"accounts({GUID})/Microsoft.Dynamics.CRM.csp_Count()", None, (404, "0x80040217")),
    ],
)
def test_calls_that_are_refused(
    api: Api, desk: Desk, method: str, path: str, body: dict[str, Any] | None, error: tuple[int, str]
) -> None:
    """Names are case-sensitive and belong to their table; parameters have their types."""
    assert api(method, path, body).error == error
    assert desk.calls == []


def test_a_handler_and_what_it_writes_are_one_transaction(api: Api) -> None:
    """Refused at its end, nothing of it stays; the sentence is the handler's."""
    good = api("POST", "csp_Open", {"Name": "Contoso"})
    assert api.row(f"accounts({good.json['Account']})")["name"] == "Contoso"
    bad = api("POST", "csp_Open", {"Name": "bad"})
    assert (bad.error, bad.message) == ((400, "0x80040265"), DISLIKED)
    assert (len(api.rows("accounts")), len(api.rows("tasks"))) == (1, 1)


def test_in_a_change_set_they_share_its_fate(api: Api) -> None:
    """A later part that fails takes the work of a custom action back."""
    inner = "".join(
        f"--c\r\nContent-Type: application/http\r\nContent-ID: {number}\r\n\r\nPOST /api/data/v9.2/{name} HTTP/1.1\r\n"
        f"Content-Type: application/json\r\n\r\n{body}\r\n"
        for number, name, body in ((1, "csp_Open", '{"Name":"A"}'), (2, "accounts", '{"nonsense":1}'))
    )
    body = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}--c--\r\n--b--\r\n"
    assert api("POST", "$batch", body.encode(), Content_Type="multipart/mixed; boundary=b").status == 400
    assert api.rows("accounts") == []


def test_called_on_a_row_and_on_a_set(api: Api, desk: Desk) -> None:
    """The handler is told which row; an action without results answers 204."""
    account = api.create("accounts", name="A")
    api("POST", "tasks", {"subject": "x", "regardingobjectid_account_task@odata.bind": f"accounts({account})"})
    counted = api("GET", f"accounts({account})/Microsoft.Dynamics.CRM.csp_Count()")
    assert (counted.status, counted.json["Count"]) == (200, 1)
    assert api("POST", f"accounts({account})/Microsoft.Dynamics.CRM.csp_Note", {"Why": "so"}).status == 204
    assert api("POST", "accounts/Microsoft.Dynamics.CRM.csp_NoteAll").status == 204
    assert [call.target for call in desk.calls] == [Reference("account", account), Reference("account", account), None]


def test_a_privilege_guards_an_api(api: Api, desk: Desk) -> None:
    """Who has no role may not call it."""
    user = api.create("systemusers", fullname="N", azureactivedirectoryobjectid=GUID)
    stranger = Api(api.app, GUID)
    assert stranger("POST", "csp_Guarded").error[0] == 403
    assert api("POST", "csp_Guarded").status == 204
    assert [call.user.id for call in desk.calls] == [seed.APPLICATION_USER_ID]
    assert user


def test_an_api_made_by_rows_is_an_event(api: Api, receiver: Receiver) -> None:
    """Made by deep insert like in the documentation; without a handler it only tells its message to webhooks."""
    made = api(
        "POST",
        "customapis",
        {
            "uniquename": "csp_Happened",
            "name": "Happened",
            "displayname": "Happened",
            "bindingtype": 0,
            "allowedcustomprocessingsteptype": 1,
            "CustomAPIRequestParameters": [
                {"uniquename": "What", "name": "What", "displayname": "What", "type": 10, "isoptional": False}
            ],
        },
    )
    assert made.status == 204, made.text
    message = api.rows("sdkmessages?$filter=name eq 'csp_Happened'")[0]["sdkmessageid"]
    endpoint = api.create("serviceendpoints", name="w", url="https://f.example/w", contract=8, authtype=4, authvalue="s")
    step = {
        "name": "s",
        "mode": 1,
        "stage": 40,
        "sdkmessageid@odata.bind": f"sdkmessages({message})",
        "eventhandler_serviceendpoint@odata.bind": f"serviceendpoints({endpoint})",
    }
    assert api("POST", "sdkmessageprocessingsteps", step).status == 204
    assert api("POST", "csp_Happened", {}).error == (400, "0x80040203")
    assert api("POST", "csp_Happened", {"What": "rain"}).status == 204
    assert [body["MessageName"] for body in receiver.bodies] == ["csp_Happened"]
    assert receiver.bodies[0]["PrimaryEntityName"] == "none"
    assert receiver.bodies[0]["InputParameters"] == [{"key": "What", "value": "rain"}]


def test_an_api_with_results_and_without_a_handler_is_refused_by_name(api: Api) -> None:
    """It could only answer nonsense."""
    body = {"uniquename": "csp_Later", "name": "L", "CustomAPIResponseProperties": [{"uniquename": "R", "name": "R", "type": 7}]}
    api_id = api("POST", "customapis", body).id
    answer = api("POST", "csp_Later")
    assert (answer.status, "csp_Later" in answer.message) == (501, True)
    assert api("DELETE", f"customapis({api_id})").status == 204
    assert api("POST", "csp_Later").status == 404
    assert all(row["uniquename"] != "R" for row in api.rows("customapiresponseproperties"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"uniquename": "csp_Echo", "name": "x"}, 412),
        ({"uniquename": "with space", "name": "x"}, 400),
        ({"name": "x"}, 400),
        ({"uniquename": "csp_A", "bindingtype": 1}, 400),
        ({"uniquename": "csp_A", "bindingtype": 1, "boundentitylogicalname": "nothing"}, 400),
        ({"uniquename": "csp_A", "boundentitylogicalname": "account"}, 400),
        ({"uniquename": "csp_A", "CustomAPIRequestParameters": [{"uniquename": "P"}]}, 400),
        ({"uniquename": "csp_A", "CustomAPIRequestParameters": [{"uniquename": "P", "type": 99}]}, 400),
    ],
)
def test_definitions_that_make_no_sense(api: Api, body: dict[str, Any], status: int) -> None:
    """Refused when they are written, not when they are called."""
    assert api("POST", "customapis", body).status == status


def test_what_an_api_is_called_stays(api: Api) -> None:
    """Its display name may change."""
    path = f"customapis({api.rows('customapis?$filter=uniquename eq %27csp_Echo%27')[0]['customapiid']})"
    assert api("PATCH", path, {"uniquename": "csp_Other"}).error == (400, "0x80040203")
    assert api("PATCH", path, {"displayname": "Echo it"}).status == 204


def test_after_a_reset_the_programs_apis_are_there_again(api: Api) -> None:
    """They belong to the server, not to its data."""
    api.control("POST", "reset")
    assert api("POST", "csp_Echo", {}).status == 200
