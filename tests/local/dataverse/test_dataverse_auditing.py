"""Audit records: where they are written, what they say, who reads them, when they go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import seed
from local.dataverse.trial import Api
from tests.local.dataverse.conftest import DENIED

if TYPE_CHECKING:
    from local.dataverse import DataverseApp
    from local.dataverse.trial import Answer, Clock

ORGANIZATION = f"organizations({seed.ORGANIZATION_ID})"


def switch(api: Api, table: str, *, on: bool = True) -> None:
    """Switch auditing of a table on or off."""
    answer = api("PUT", f"EntityDefinitions(LogicalName='{table}')", {"IsAuditEnabled": {"Value": on}})
    assert answer.status == 204, answer.text


@pytest.fixture
def audited(api: Api) -> Api:
    """A tenant that audits accounts; nothing is recorded yet but that."""
    assert api("PATCH", ORGANIZATION, {"isauditenabled": True}).status == 204
    switch(api, "account")
    return api


def records(api: Api, row: str | None = None) -> list[dict[str, Any]]:
    """Records of rows, oldest first."""
    about = f" and _objectid_value eq {row}" if row else ""
    return api.rows(f"audits?$filter=operation le 3 and action lt 100{about}&$orderby=createdon,auditid")


def changes(record: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """What a record says, by column."""
    found = json.loads(record["changedata"])["changedAttributes"]
    return {one["logicalName"]: (one["oldValue"], one["newValue"]) for one in found}


def test_create_update_delete(audited: Api) -> None:
    """The operation, the user, the row, and each value before and after, as texts."""
    row = audited.create("accounts", name="A", revenue=12.5, creditonhold=True)
    audited("PATCH", f"accounts({row})", {"name": "B", "creditonhold": True, "customertypecode": 1, "revenue": None})
    audited("PATCH", f"accounts({row})", {"name": "B"})
    audited("DELETE", f"accounts({row})")
    created, updated, deleted = records(audited, row)
    assert [(one["operation"], one["action"]) for one in (created, updated, deleted)] == [(1, 1), (2, 2), (3, 3)]
    assert {one["objecttypecode"] for one in (created, updated, deleted)} == {"account"}
    assert {one["_userid_value"] for one in (created, updated, deleted)} == {seed.APPLICATION_USER_ID}
    said = changes(created)
    assert (said["name"], said["revenue"], said["creditonhold"]) == ((None, "A"), (None, "12.5000"), (None, "True"))
    assert said["ownerid"] == (None, f"systemuser,{seed.APPLICATION_USER_ID}")
    assert not {"createdon", "modifiedon", "versionnumber", "accountid"} & said.keys()
    assert changes(updated) == {"name": ("A", "B"), "customertypecode": (None, "1"), "revenue": ("12.5000", None)}
    assert changes(deleted)["name"] == ("B", None)
    assert len(updated["attributemask"].split(",")) == 3


def test_impersonation_and_assigning(audited: Api) -> None:
    """The user that counts, and who called for him; a new owner alone is an Assign."""
    answer = audited("POST", "accounts", {"name": "A"}, CallerObjectId=seed.ADMIN_OBJECT_ID)
    audited("PATCH", f"accounts({answer.id})", {"ownerid@odata.bind": f"systemusers({seed.APPLICATION_USER_ID})"})
    created, assigned = records(audited)
    assert (created["_userid_value"], created["_callinguserid_value"]) == (seed.ADMIN_USER_ID, seed.APPLICATION_USER_ID)
    assert (assigned["operation"], assigned["action"], assigned["_callinguserid_value"]) == (2, 13, None)
    assert changes(assigned)["ownerid"] == (f"systemuser,{seed.ADMIN_USER_ID}", f"systemuser,{seed.APPLICATION_USER_ID}")


class TestSwitches:
    """Organisation, table and column must all be on."""

    def test_organization_and_table(self, api: Api) -> None:
        """Either switch off, and nothing is recorded; the switches can be read, and are recorded themselves."""
        api.create("accounts", name="A")
        switch(api, "account")
        api.create("accounts", name="B")
        api("PATCH", ORGANIZATION, {"isauditenabled": True})
        api.create("accounts", name="C")
        api.create("leads", subject="C")
        switch(api, "account", on=False)
        api.create("accounts", name="D")
        api("PATCH", ORGANIZATION, {"isauditenabled": False})
        assert [changes(one)["name"] for one in records(api)] == [(None, "C")]
        settings = api.rows("audits?$filter=action gt 100&$orderby=createdon,auditid")
        assert [(one["objecttypecode"], one["action"]) for one in settings] == [
            ("organization", 104),
            ("account", 102),
            ("organization", 104),
        ]
        assert changes(settings[1]) == {"IsAuditEnabled": ("True", "False")}
        on = api.rows("EntityDefinitions?$select=LogicalName,IsAuditEnabled&$filter=IsAuditEnabled/Value eq true")
        assert "account" not in {one["LogicalName"] for one in on}

    def test_column(self, audited: Api) -> None:
        """A column that is off is not in a record; an update of it alone leaves none."""
        row = audited.create("accounts", name="A")
        path = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"
        body = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "IsAuditEnabled": {"Value": False}}
        assert audited("PUT", path, body).status == 204
        assert audited.row(f"{path}?$select=IsAuditEnabled")["IsAuditEnabled"]["Value"] is False
        audited("PATCH", f"accounts({row})", {"name": "B"})
        audited("PATCH", f"accounts({row})", {"name": "C", "telephone1": "1"})
        assert [changes(one) for one in records(audited, row)[1:]] == [{"telephone1": (None, "1")}]
        lookup = {**body, "@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata"}
        other = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='primarycontactid')"
        assert audited("PUT", other, lookup).status == 501

    def test_a_made_table(self, audited: Api) -> None:
        """A table can be made with auditing on."""
        name = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_Name", "IsPrimaryName": True}
        table = {"SchemaName": "new_Thing", "Attributes": [name], "IsAuditEnabled": {"Value": True}}
        assert audited("POST", "EntityDefinitions", table).status == 204
        row = audited.create("new_things", new_name="A")
        assert changes(records(audited, row)[0])["new_name"] == (None, "A")


def test_a_write_that_is_rolled_back_leaves_no_record(audited: Api) -> None:
    """The record is part of the transaction."""
    item = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "A"}
    audited("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [item, {**item, "nothing": 1}]})
    assert records(audited) == []


def test_user_access(audited: Api, clock: Clock) -> None:
    """The first request of a user in each interval."""
    audited("PATCH", ORGANIZATION, {"isuseraccessauditenabled": True, "useraccessauditinginterval": 2})

    def accesses() -> list[tuple[str, int]]:
        found = audited.rows("audits?$filter=operation eq 4&$orderby=createdon,auditid")
        return [(one["_objectid_value"], one["action"]) for one in found]

    assert accesses() == [(seed.APPLICATION_USER_ID, 65)]
    Api(audited.app, seed.ADMIN_OBJECT_ID)("GET", "WhoAmI")
    clock.pass_by(hours=1)
    assert accesses() == [(seed.APPLICATION_USER_ID, 65), (seed.ADMIN_USER_ID, 65)]
    clock.pass_by(hours=1)
    assert len(accesses()) == 3


def test_records_are_read_in_pages_by_time(audited: Api, clock: Clock) -> None:
    """As an export does."""
    for name in "ABCDE":
        audited.create("accounts", name=name)
        clock.pass_by(minutes=1)
    seen, path = [], "audits?$filter=objecttypecode eq 'account' and operation eq 1&$orderby=createdon"
    while path:
        answer = audited("GET", path, Prefer="odata.maxpagesize=2")
        seen += [changes(one)["name"][1] for one in answer.json["value"]]
        path = answer.json.get("@odata.nextLink", "").rpartition("/v9.2/")[2]
    assert seen == list("ABCDE")
    shown = audited("GET", "audits?$filter=operation eq 1&$top=1", Prefer='odata.include-annotations="*"').json["value"][0]
    assert shown["action@OData.Community.Display.V1.FormattedValue"] == "Create"
    assert shown["_userid_value@OData.Community.Display.V1.FormattedValue"] == "# Work365"
    of_user = f"systemusers({seed.APPLICATION_USER_ID})/lk_audit_userid?$filter=operation eq 1"
    assert len(audited.rows(of_user)) == 5


def test_records_go_when_they_are_old(audited: Api, clock: Clock) -> None:
    """After thirty days unless the organisation says otherwise; -1 is for ever."""
    audited.create("accounts", name="A")
    clock.pass_by(days=31)
    audited.create("accounts", name="B")
    assert [changes(one)["name"][1] for one in records(audited)] == ["B"]
    audited("PATCH", ORGANIZATION, {"auditretentionperiodv2": -1})
    clock.pass_by(days=4000)
    audited.create("accounts", name="C")
    assert [changes(one)["name"][1] for one in records(audited)] == ["B", "C"]


class TestHistory:
    """The functions."""

    def ask(self, api: Api, name: str, row: str, more: str = "", paging: str = "") -> Answer:
        """Ask for a history."""
        page = f"&@p={paging}" if paging else ""
        named = ",PagingInfo=@p" if paging else ""
        return api("GET", f"{name}(Target=@t{more}{named})?@t={{'@odata.id':'accounts({row})'}}{page}")

    def test_of_a_row(self, audited: Api, clock: Clock) -> None:
        """Typed values, the newest first, in pages; also of a row that is gone."""
        row = audited.create("accounts", name="A", creditonhold=False)
        clock.pass_by(minutes=1)
        audited("PATCH", f"accounts({row})", {"name": "B", "creditonhold": True, "revenue": 3})
        clock.pass_by(minutes=1)
        audited("DELETE", f"accounts({row})")
        paging = '{"PageNumber":2,"Count":1,"ReturnTotalRecordCount":true}'
        page = self.ask(audited, "RetrieveRecordChangeHistory", row, paging=paging).json["AuditDetailCollection"]
        assert (page["MoreRecords"], page["TotalRecordCount"], len(page["AuditDetails"])) == (True, 3, 1)
        detail = page["AuditDetails"][0]
        assert detail["@odata.type"] == "#Microsoft.Dynamics.CRM.AttributeAuditDetail"
        assert detail["OldValue"] == {"@odata.type": "#Microsoft.Dynamics.CRM.account", "name": "A", "creditonhold": False}
        assert (detail["NewValue"]["creditonhold"], detail["NewValue"]["revenue"]) == (True, 3)
        everything = self.ask(audited, "RetrieveRecordChangeHistory", row).json["AuditDetailCollection"]
        assert (everything["MoreRecords"], everything["TotalRecordCount"]) == (False, -1)
        owner = everything["AuditDetails"][2]["NewValue"]
        assert owner["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "systemuser"

    def test_of_a_column(self, audited: Api) -> None:
        """Only the changes of that column."""
        row = audited.create("accounts", name="A")
        audited("PATCH", f"accounts({row})", {"telephone1": "1"})
        audited("PATCH", f"accounts({row})", {"name": "B"})
        name = "RetrieveAttributeChangeHistory"
        found = self.ask(audited, name, row, ",AttributeLogicalName='name'").json["AuditDetailCollection"]["AuditDetails"]
        assert [one["NewValue"].get("name") for one in found] == ["B", "A"]
        assert self.ask(audited, name, row, ",AttributeLogicalName='nothing'").status == 400

    def test_of_a_record(self, audited: Api) -> None:
        """The details of one record."""
        audited.create("accounts", name="A")
        [record] = records(audited)
        answer = audited("GET", f"audits({record['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails")
        assert answer.json["AuditDetail"]["NewValue"]["name"] == "A"
        [switched, *_] = audited.rows("audits?$filter=action gt 100")
        answer = audited("GET", f"audits({switched['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails()")
        assert answer.status == 200

    @pytest.mark.parametrize(
        "path",
        [
            "RetrieveRecordChangeHistory()",
            "RetrieveRecordChangeHistory(Target=@t)?@t={'@odata.id':'nothings(1)'}",
            "RetrieveRecordChangeHistory(Target=@t,PagingInfo=@p)?@t={'@odata.id':'accounts(ID)'}&@p={'PageNumber':0}",
            "RetrieveRecordChangeHistory(Target=@t,PagingInfo=@p)?@t={'@odata.id':'accounts(ID)'}&@p={'Pages':1}",
        ],
    )
    def test_what_is_refused(self, audited: Api, path: str) -> None:
        """Other parameters than the documented."""
        assert audited("GET", path.replace("ID", seed.UNIT_ID)).status == 400


def test_nobody_writes_records(audited: Api) -> None:
    """Not even an administrator."""
    audited.create("accounts", name="A")
    [record] = records(audited)
    assert audited("POST", "audits", {"operation": 1}).status == 400
    assert audited("PATCH", f"audits({record['auditid']})", {"operation": 1}).status == 400
    assert audited("DELETE", f"audits({record['auditid']})").status == 400


def test_who_reads_records(app: DataverseApp, audited: Api) -> None:
    """PrvReadAuditSummary for the table, prvReadRecordAuditHistory for a row's history."""
    user = Api(app, audited.create("systemusers", fullname="U"))
    role = audited.create("roles", name="R")
    audited("POST", f"systemusers({user.token})/systemuserroles_association/$ref", {"@odata.id": f"roles({role})"})
    row = audited.create("accounts", name="A")
    history = f"RetrieveRecordChangeHistory(Target=@t)?@t={{'@odata.id':'accounts({row})'}}"

    def give(*names: str) -> None:
        found = audited.rows(f"privileges?$filter={' or '.join(f'name eq {chr(39)}{name}{chr(39)}' for name in names)}")
        privileges = [{"PrivilegeId": one["privilegeid"], "Depth": "Global"} for one in found]
        body = {"Privileges": privileges}
        assert audited("POST", f"roles({role})/Microsoft.Dynamics.CRM.ReplacePrivilegesRole", body).status == 204

    give("prvReadAccount", "prvReadRecordAuditHistory")
    assert user("GET", "audits").error == DENIED
    assert "prvReadAuditSummary" in user("GET", "audits").message
    assert user("GET", history).status == 200
    give("prvReadAuditSummary", "prvReadAccount")
    assert len(user.rows("audits?$filter=objecttypecode eq 'account' and action lt 100")) == 1
    assert user("GET", history).error == DENIED
    give("prvReadRecordAuditHistory")
    assert user("GET", history).error == DENIED
