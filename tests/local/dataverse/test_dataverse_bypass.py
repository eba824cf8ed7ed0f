"""Leaving webhooks out of a request."""

from __future__ import annotations

import pytest

from local.dataverse.trial import Api, Receiver, register
from tests.local.dataverse.hearing import told

BOTH = "MSCRM.BypassBusinessLogicExecution"


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
