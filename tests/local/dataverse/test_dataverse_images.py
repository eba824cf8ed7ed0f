"""Images of a step: what a row was and is."""

from __future__ import annotations

import pytest

from local.dataverse.trial import Answer, Api, Receiver, register
from tests.local.dataverse.hearing import attributes


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
