"""Registration of endpoints and steps: what cannot be run is refused."""

from __future__ import annotations

from typing import Any

import pytest

from local.dataverse import seed
from local.dataverse.trial import Api, Receiver, register
from tests.local.dataverse.hearing import change_set, inputs

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
