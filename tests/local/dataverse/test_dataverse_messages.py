"""The messages that one write is."""

from __future__ import annotations

from typing import Any

from local.dataverse import DataverseApp, events, seed
from local.dataverse.context import Context, User
from local.dataverse.trial import Api, Receiver, register
from tests.local.dataverse.hearing import REFUSED, attributes, inputs, told


def contexts(app: DataverseApp) -> Any:  # noqa: ANN401  the server's own type
    """A request's circumstances."""
    return Context(User(seed.APPLICATION_USER_ID, seed.UNIT_ID), app.now(), "https://org.crm.dynamics.com")


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
