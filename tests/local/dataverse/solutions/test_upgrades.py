"""What a partner added or changed outlives every new version; what a solution no longer has goes with an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse.access import privilege_id
from tests.local.dataverse.solutions.conftest import Draft, column, entity, form, label, relation, view

if TYPE_CHECKING:
    from tests.local.dataverse.solutions.conftest import Lab

VIEW, OTHER_VIEW, FORM, ROLE = (f"22222222-3333-4444-8555-66666666660{number}" for number in range(1, 5))
KINDS = "<optionset Name='k'><OptionSetType>picklist</OptionSetType><options>{}</options></optionset>"


def _options(*words: str) -> str:
    made = (
        f'<option value="{200_000_000 + number}">{label("labels", "label", word)}</option>' for number, word in enumerate(words)
    )
    return KINDS.format("".join(made))


def _role(*names: str) -> tuple[str, str]:
    given = "".join(f'<RolePrivilege name="{name}" level="Local" />' for name in names)
    return ("Roles", f'<Role name="Lab" id="{{{ROLE}}}"><RolePrivileges>{given}</RolePrivileges></Role>')


def _draft(version: str, *columns: str, shown: tuple[str, ...] = ("lab_name",), **more: Any) -> Draft:  # noqa: ANN401  Draft's own
    made = entity("lab_Thing", *columns, more=view(VIEW, "lab_thing", *shown) + form(FORM, *shown))
    return Draft(version=version, entities=(made,), **more)


SIZE, WEIGHT = column("lab_Size", "int"), column("lab_Weight", "decimal", "<Accuracy>3</Accuracy>")
FIRST = _draft("1.0.0.0", SIZE, WEIGHT, column("lab_Kind", "picklist", _options("Red", "Blue")), shown=("lab_name", "lab_weight"))
SECOND = _draft(
    "2.0.0.0",
    column("lab_Size", "int", called="Size in mm"),
    column("lab_Kind", "picklist", _options("Red", "Blue", "Green")),
    column("lab_Depth", "int"),
    shown=("lab_name", "lab_depth"),
)
MESSAGES = ("ImportSolution", "StageAndUpgrade")


def _partner(lab: Lab) -> str:
    """A partner at work: a column, a view, a form, rows, an option, another label."""
    api = lab.api
    row = api("POST", "lab_things", {"lab_name": "one", "lab_size": 7, "lab_weight": 1.5}).id
    text = {"LocalizedLabels": [{"Label": "Shelf", "LanguageCode": 1033}]}
    made = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "new_Shelf",
        "MaxLength": 50,
        "DisplayName": text,
    }
    assert api("POST", "EntityDefinitions(LogicalName='lab_thing')/Attributes", made).status == 204
    assert api("PATCH", f"lab_things({row})", {"new_shelf": "A1"}).status == 204
    shown = '<fetch><entity name="lab_thing"><attribute name="new_shelf" /></entity></fetch>'
    kept = {"name": "By shelf", "returnedtypecode": "lab_thing", "querytype": 0, "fetchxml": shown, "savedqueryid": OTHER_VIEW}
    assert api("POST", "savedqueries", kept).status == 204
    assert (
        api("POST", "systemforms", {"name": "Mine", "objecttypecode": "lab_thing", "type": 2, "formxml": "<form />"}).status
        == 204
    )
    option = {
        "EntityLogicalName": "lab_thing",
        "AttributeLogicalName": "lab_kind",
        "Value": 100_000_000,
        "Label": {"LocalizedLabels": [{"Label": "Plaid", "LanguageCode": 1033}]},
    }
    assert api("POST", "InsertOptionValue", option).status == 200
    return row


@pytest.mark.parametrize("message", MESSAGES)
def test_what_a_partner_added_outlives_an_upgrade(lab: Lab, message: str) -> None:
    """A column with its values, a view, a form, rows and an option are there after either way of upgrading."""
    assert lab.install(FIRST).status == 204
    row = _partner(lab)
    answer = lab.ask(SECOND.zip(), message)
    assert answer.status == 204, answer.text
    assert lab.solution()["version"] == "2.0.0.0"
    found = lab.api("GET", f"lab_things({row})").json
    assert (found["lab_name"], found["lab_size"], found["new_shelf"], found["lab_depth"]) == ("one", 7, "A1", None)
    names = {one["name"] for one in lab.api("GET", "savedqueries?$filter=returnedtypecode eq 'lab_thing'").json["value"]}
    assert names == {"All", "By shelf"}
    assert {one["name"] for one in lab.api("GET", "systemforms").json["value"]} == {"Main", "Mine"}
    choice = lab.app.storage.catalog["lab_thing"].columns["lab_kind"].choice
    assert choice is not None
    assert [option.label for option in choice.options] == ["Red", "Blue", "Green", "Plaid"]
    assert lab.app.storage.catalog["lab_thing"].columns["lab_size"].label == "Size in mm"


@pytest.mark.parametrize(("message", "stays"), [("ImportSolution", True), ("StageAndUpgrade", False)])
def test_what_the_new_version_lacks_goes_with_an_upgrade_only(lab: Lab, message: str, stays: bool) -> None:
    """An update keeps a column that the new version no longer has, an upgrade removes it with its values."""
    assert lab.install(FIRST).status == 204
    assert lab.ask(SECOND.zip(), message).status == 204
    assert ("lab_weight" in lab.app.storage.catalog["lab_thing"].columns) is stays


def test_an_upgrade_can_wait(lab: Lab) -> None:
    """A holding solution stands beside the old one until it is promoted, and takes its name then."""
    assert lab.install(FIRST).status == 204
    assert lab.install(SECOND, HoldingSolution=True).status == 204
    assert (lab.solution()["version"], lab.solution("Lab_Upgrade")["version"]) == ("1.0.0.0", "2.0.0.0")
    assert {"lab_weight", "lab_depth"} <= lab.app.storage.catalog["lab_thing"].columns.keys()
    assert lab.install(SECOND, HoldingSolution=True).status == 400
    job = lab.api("POST", "DeleteAndPromoteAsync", {"UniqueName": "Lab"}).json["AsyncOperationId"]
    assert lab.app.drain()
    assert lab.api("GET", f"asyncoperations({job})").json["statuscode"] == 30
    assert lab.solution()["version"] == "2.0.0.0"
    assert lab.api("GET", "solutions?$filter=uniquename eq 'Lab_Upgrade'").json["value"] == []
    assert "lab_weight" not in lab.app.storage.catalog["lab_thing"].columns
    assert lab.install(SECOND).status == 204
    assert lab.api("POST", "DeleteAndPromote", {"UniqueName": "Lab"}).status == 400


@pytest.mark.parametrize(
    ("overwrite", "label_after", "view_after"), [(False, "My size", "My things"), (True, "Size in mm", "All")]
)
def test_a_partners_words_stay_unless_they_are_overwritten(
    lab: Lab,
    overwrite: bool,
    label_after: str,
    view_after: str,
) -> None:
    """OverwriteUnmanagedCustomizations decides about what the partner changed of the solution itself."""
    assert lab.install(FIRST).status == 204
    changed = {
        "@odata.type": "Microsoft.Dynamics.CRM.IntegerAttributeMetadata",
        "DisplayName": {"LocalizedLabels": [{"Label": "My size", "LanguageCode": 1033}]},
    }
    path = "EntityDefinitions(LogicalName='lab_thing')/Attributes(LogicalName='lab_size')"
    assert lab.api("PUT", path, changed).status == 204
    assert lab.api("PATCH", f"savedqueries({VIEW})", {"name": "My things"}).status == 204
    assert lab.install(SECOND, OverwriteUnmanagedCustomizations=overwrite).status == 204
    assert lab.app.storage.catalog["lab_thing"].columns["lab_size"].label == label_after
    row = lab.api("GET", f"savedqueries({VIEW})").json
    assert (row["name"], "lab_depth" in row["fetchxml"]) == (view_after, True)


def test_a_role_keeps_what_the_partner_granted(lab: Lab) -> None:
    """New privileges come, dropped ones go, and those that the tenant added stay."""
    first = FIRST.but(sections=(_role("prvReadlab_Thing", "prvWritelab_Thing"),), roots=((1, "lab_thing"), (20, f"{{{ROLE}}}")))
    assert lab.install(first).status == 204
    added = lab.api("GET", "privileges?$filter=name eq 'prvDeletelab_Thing'").json["value"][0]["privilegeid"]
    body = {"Privileges": [{"PrivilegeId": added, "Depth": "Basic"}]}
    assert lab.api("POST", f"roles({ROLE})/Microsoft.Dynamics.CRM.AddPrivilegesRole", body).status == 204
    second = first.but(version="1.1.0.0", sections=(_role("prvReadlab_Thing", "prvCreatelab_Thing"),))
    assert lab.install(second).status == 204
    found = {row["privilegeid"] for row in lab.app.rows("roleprivileges") if row["roleid"] == ROLE}
    names = ("prvReadlab_Thing", "prvCreatelab_Thing", "prvDeletelab_Thing")
    assert found == {privilege_id(name) for name in names}


def test_a_value_of_a_variable_that_the_tenant_set_stays(lab: Lab) -> None:
    """The package's own default may change; the tenant's value is the tenant's."""
    path = "environmentvariabledefinitions/lab_A/environmentvariabledefinition.xml"
    text = '<environmentvariabledefinition schemaname="lab_A"><defaultvalue>{}</defaultvalue><type>100000000</type>{}'
    end = "</environmentvariabledefinition>"
    first = FIRST.but(files=((path, text.format("1", end)),), roots=((1, "lab_thing"), (380, "lab_A")))
    assert lab.install(first).status == 204
    row = lab.api("GET", "environmentvariabledefinitions").json["value"][0]
    bind = f"/environmentvariabledefinitions({row['environmentvariabledefinitionid']})"
    value = {"schemaname": "lab_A", "value": "mine", "EnvironmentVariableDefinitionId@odata.bind": bind}
    assert lab.api("POST", "environmentvariablevalues", value).status == 204
    assert lab.install(first.but(version="1.1.0.0", files=((path, text.format("2", end)),))).status == 204
    assert lab.api("GET", "environmentvariabledefinitions").json["value"][0]["defaultvalue"] == "2"
    assert [one["value"] for one in lab.api("GET", "environmentvariablevalues").json["value"]] == ["mine"]


def test_a_managed_solution_cannot_be_renamed(lab: Lab) -> None:
    """Its row is its publisher's; an unmanaged one is the tenant's."""
    assert lab.install(FIRST).status == 204
    path = f"solutions({lab.solution()['solutionid']})"
    assert lab.api("PATCH", path, {"friendlyname": "Mine"}).error == (400, "0x8004f024")
    made = lab.api("POST", "solutions", {"uniquename": "Own", "friendlyname": "Own", "version": "1.0", "ismanaged": False})
    assert lab.api("PATCH", f"solutions({made.id})", {"friendlyname": "Mine"}).status == 204


BOX = (
    '<EntityRelationship Name="lab_thing_account"><EntityRelationshipType>ManyToMany</EntityRelationshipType>'
    "<FirstEntityName>lab_Thing</FirstEntityName><SecondEntityName>Account</SecondEntityName>"
    "<IntersectEntityName>lab_thing_account</IntersectEntityName></EntityRelationship>"
)


def test_relationships_of_both_kinds_are_made(lab: Lab) -> None:
    """A lookup deletes as it says, a table between links rows."""
    boxes = entity("lab_Box", column("lab_Thing", "lookup"))
    relations = relation("lab_thing_lab_box", "lab_Box", "lab_Thing", "lab_Thing", "Cascade") + BOX
    draft = FIRST.but(
        entities=(*FIRST.entities, boxes),
        sections=(("EntityRelationships", relations),),
        roots=((1, "lab_thing"), (1, "lab_box")),
    )
    assert lab.install(draft).status == 204
    thing = lab.api("POST", "lab_things", {"lab_name": "one"}).id
    box = lab.api("POST", "lab_boxs", {"lab_Thing@odata.bind": f"/lab_things({thing})"})
    assert box.status == 204
    account = lab.api("POST", "accounts", {"name": "A"}).id
    link = {"@odata.id": f"accounts({account})"}
    assert lab.api("POST", f"lab_things({thing})/lab_thing_account/$ref", link).status == 204
    assert lab.api("DELETE", f"lab_things({thing})").status == 204
    assert lab.api("GET", f"lab_boxs({box.id})").status == 404
    assert lab.install(draft.but(version="1.0.1.0")).status == 204


@pytest.mark.parametrize(
    "path",
    [
        "EntityDefinitions(LogicalName='lab_thing')",
        "EntityDefinitions(LogicalName='lab_thing')/Attributes(LogicalName='lab_size')",
        f"savedqueries({VIEW})",
        f"systemforms({FORM})",
    ],
)
def test_what_a_managed_solution_brought_cannot_be_deleted_by_hand(lab: Lab, path: str) -> None:
    """It goes with its solution; what an unmanaged one brought belongs to the tenant, and so does what the tenant added."""
    assert lab.install(FIRST).status == 204
    _partner(lab)
    answer = lab.api("DELETE", path)
    assert answer.error == (400, "0x8004f032")
    assert "managed property evaluation" in answer.message
    assert lab.api("DELETE", "EntityDefinitions(LogicalName='lab_thing')/Attributes(LogicalName='new_shelf')").status == 204
    assert lab.api("DELETE", f"savedqueries({OTHER_VIEW})").status == 204


def test_what_an_unmanaged_solution_brought_can_be_deleted(lab: Lab) -> None:
    """A table with everything in it, as the tenant's own."""
    assert lab.install(FIRST.but(managed=False)).status == 204
    assert lab.api("DELETE", f"savedqueries({VIEW})").status == 204
    assert lab.api("DELETE", "EntityDefinitions(LogicalName='lab_thing')").status == 204
