"""Tables, columns, keys, relationships and choices over the metadata API: read, made, changed, removed, and kept."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import Api
from tests.local.dataverse.bodies_of_definitions import CRM, column, labelled, lookup, made, of

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
SAMPLE = json.loads((Path(__file__).parent / "data" / "CreateEntities.ms-sdk.request.json").read_text("utf-8"))["body"]


@pytest.fixture
def sample(api: Api) -> Api:
    """A tenant with the table that Microsoft's client makes."""
    answer = api("POST", "CreateEntities?SolutionUniqueName=CspBilling", SAMPLE)
    assert answer.status == 200, answer.text
    return api


def test_the_table_of_microsofts_client_is_usable_at_once(sample: Api) -> None:
    """Every column type takes its value and gives it back."""
    row = {
        "csp_name": "One",
        "csp_amount": Decimal("12.3456"),
        "csp_date": "2026-11-01T00:00:00Z",
        "csp_qty": 5,
        "csp_status": 2,
        "csp_note": "n",
        "csp_flag": True,
        "csp_f": 0.5,
    }
    text = json.dumps(row, default=float).encode()
    row_id = sample("POST", "csp_newtables", text).id
    found = sample.row(f"csp_newtables({row_id})")
    assert {name: found[name] for name in row} == row
    assert found["_ownerid_value"]
    assert sample("POST", "csp_newtables", {"csp_status": 3}).error == (400, "0x8004431A")
    assert sample("POST", "csp_newtables", {"csp_name": "x" * 201}).error == (400, "0x80044331")


def test_the_same_table_twice_is_refused(sample: Api) -> None:
    """And nothing of the second attempt remains."""
    assert sample("POST", "CreateEntities", SAMPLE).error == (400, "0x80044150")
    both = {"Entities": [json.loads(json.dumps(SAMPLE).replace("newtable", "other"))["Entities"][0], SAMPLE["Entities"][0]]}
    assert sample("POST", "CreateEntities", both).status == 400
    assert sample("GET", of("csp_other")).status == 404
    assert sample("GET", "csp_others").status == 404


def test_columns_are_added_changed_and_removed(api: Api) -> None:
    """Rows that exist keep their values."""
    name = made(api, "csp_Thing")
    api.create("csp_things", csp_xthing_name="a")
    answer = api("POST", f"{of(name)}/Attributes", column("Integer", "csp_Size", MinValue=0, MaxValue=10))
    assert answer.status == 204
    assert "/Attributes(" in answer.headers["odata-entityid"]
    assert api.rows("csp_things?$select=csp_size")[0]["csp_size"] is None
    assert api("POST", "csp_things", {"csp_size": 11}).error == (400, "0x8004432f")
    assert api("POST", f"{of(name)}/Attributes", column("Integer", "csp_Size")).error == (400, "0x80044152")
    whole = api.row(f"{of(name)}/Attributes(LogicalName='csp_size')/{CRM}IntegerAttributeMetadata")
    assert (whole["MinValue"], whole["MaxValue"]) == (0, 10)
    changed = {**whole, "MaxValue": 20, "@odata.type": f"{CRM}IntegerAttributeMetadata"}
    assert api("PUT", f"{of(name)}/Attributes(LogicalName='csp_size')", changed, **{"mscrm.mergelabels": "true"}).status == 204
    api.create("csp_things", csp_size=11)
    assert api("DELETE", f"{of(name)}/Attributes(LogicalName='csp_size')").status == 204
    assert api("GET", "csp_things?$select=csp_size").status == 400
    assert len(api.rows("csp_things")) == 2


def test_an_amount_brings_its_currency(api: Api) -> None:
    """The first money column adds the currency, the rate and the base amount."""
    name = made(api, "csp_Priced")
    assert api("POST", f"{of(name)}/Attributes", column("Money", "csp_Price", Precision=2)).status == 204
    row_id = api.create("csp_priceds", csp_price=5)
    row = api.row(f"csp_priceds({row_id})")
    assert (row["csp_price"], row["csp_price_base"], row["exchangerate"]) == (5, 5, 1)
    assert row["_transactioncurrencyid_value"]


def test_keys_made_at_runtime_hold(api: Api) -> None:
    """They are enforced, found, and removable; one that existing rows break is refused."""
    name = made(api, "csp_Keyed", column("String", "csp_Code"))
    api.create("csp_keyeds", csp_code="A")
    twin = api.create("csp_keyeds", csp_code="a")
    key = {"SchemaName": "csp_code_key", "KeyAttributes": ["csp_code"], "DisplayName": labelled("Code")}
    assert api("POST", f"{of(name)}/Keys", key).status == 400
    api("PATCH", f"csp_keyeds({twin})", {"csp_code": "B"})
    answer = api("POST", f"{of(name)}/Keys", key)
    assert answer.status == 204
    assert api.rows(f"{of(name)}/Keys")[0]["EntityKeyIndexStatus"] == "Active"
    assert api("POST", "csp_keyeds", {"csp_code": "b"}).error == (412, "0x80060892")
    assert api.row("csp_keyeds(csp_code='B')")["csp_keyedid"] == twin
    key_id = api.rows(f"{of(name)}/Keys")[0]["MetadataId"]
    assert api("DELETE", f"{of(name)}/Attributes(LogicalName='csp_code')").error == (400, "0x8004f01f")
    assert api("DELETE", f"{of(name)}/Keys({key_id})").status == 204
    api.create("csp_keyeds", csp_code="b")


@pytest.mark.parametrize(
    ("rule", "status", "left"), [("RemoveLink", 204, [None]), ("Cascade", 204, []), ("Restrict", 400, ["kept"])]
)
def test_what_deleting_a_parent_does(api: Api, rule: str, status: int, left: list[object]) -> None:
    """The cascade rule of the relationship decides; the lookup is written by its schema name, in its letter case."""
    child = made(api, "csp_Order")
    assert api("POST", "RelationshipDefinitions", lookup("account", child, "csp_BuyerId", Delete=rule)).status == 204
    account = api.create("accounts", name="x")
    assert api("POST", "csp_orders", {"csp_buyerid@odata.bind": f"accounts({account})"}).error == (400, "0x80048d19")
    api.create("csp_orders", csp_BuyerId__bind=f"accounts({account})")
    found = api.row(f"accounts({account})?$expand=csp_account_order($select=csp_orderid)")
    assert len(found["csp_account_order"]) == 1
    answer = api("DELETE", f"accounts({account})")
    assert answer.status == status
    assert [row["_csp_buyerid_value"] and "kept" for row in api.rows("csp_orders")] == left


def test_a_relationship_can_be_found_changed_and_removed(api: Api) -> None:
    """By its schema name and by the id that its creation named."""
    made(api, "csp_Order")
    place = api("POST", "RelationshipDefinitions", lookup("account", "csp_order", "csp_BuyerId")).headers["odata-entityid"]
    one = api.row("RelationshipDefinitions(SchemaName='csp_account_order')")
    assert one["MetadataId"] in place
    assert api.row(f"RelationshipDefinitions({one['MetadataId']})/{CRM}OneToManyRelationshipMetadata") == one | {
        "@odata.context": one["@odata.context"]
    }
    changed = {"@odata.type": one["@odata.type"], "CascadeConfiguration": {"Delete": "Cascade"}}
    assert api("PUT", f"RelationshipDefinitions({one['MetadataId']})", changed).status == 204
    again = api.row("RelationshipDefinitions(SchemaName='csp_account_order')")
    assert again["CascadeConfiguration"]["Delete"] == "Cascade"
    assert api("POST", "RelationshipDefinitions", lookup("account", "csp_order", "csp_Other")).error == (400, "0x80044153")
    assert api("DELETE", f"RelationshipDefinitions({one['MetadataId']})", if_match="*").status == 204
    assert api("GET", "csp_orders?$select=_csp_buyerid_value").status == 400


def test_global_choices(api: Api) -> None:
    """A choice that two tables share; a change of it changes both; while used it cannot go."""
    options = [{"Value": 1, "Label": labelled("Red")}, {"Value": 2, "Label": labelled("Blue")}]
    body = {"@odata.type": f"{CRM}OptionSetMetadata", "Name": "csp_colour", "IsGlobal": True, "Options": options}
    assert api("POST", "GlobalOptionSetDefinitions", body).status == 204
    bound = "/GlobalOptionSetDefinitions(Name='csp_colour')"
    colour = column("Picklist", "csp_Colour", **{"GlobalOptionSet@odata.bind": bound})
    many = column("MultiSelectPicklist", "csp_Colours", **{"GlobalOptionSet@odata.bind": bound})
    name = made(api, "csp_Car", colour, many)
    api.create("csp_cars", csp_colour=2, csp_colours="1,2")
    place = f"{of(name)}/Attributes(LogicalName='csp_colour')/{CRM}PicklistAttributeMetadata"
    found = api.row(f"{place}?$expand=OptionSet,GlobalOptionSet")
    assert found["OptionSet"] is None
    assert [option["Value"] for option in found["GlobalOptionSet"]["Options"]] == [1, 2]
    assert api("POST", "csp_cars", {"csp_colour": 3}).status == 400
    assert (
        api("POST", "InsertOptionValue", {"OptionSetName": "csp_colour", "Label": labelled("Green"), "Value": 3}).json[
            "NewOptionValue"
        ]
        == 3
    )
    api.create("csp_cars", csp_colour=3, csp_colours="3")
    assert api("POST", "csp_cars", {"csp_colours": "4"}).status == 400
    filtered = f"{CRM}ContainValues(PropertyName='csp_colours',PropertyValues=['1'])"
    assert len(api.rows(f"csp_cars?$filter={filtered}")) == 1
    shown = api.rows("csp_cars?$orderby=csp_colour", prefer='odata.include-annotations="*"')[0]
    assert shown["csp_colours@OData.Community.Display.V1.FormattedValue"] == "Red; Blue"
    assert api("DELETE", "GlobalOptionSetDefinitions(Name='csp_colour')").error == (400, "0x8004f01f")


def test_a_table_goes_with_its_rows(api: Api) -> None:
    """Unless a lookup of another table leads to it."""
    made(api, "csp_Parent")
    made(api, "csp_Child")
    tie = lookup("csp_parent", "csp_child", "csp_ParentId")
    assert api("POST", "RelationshipDefinitions", tie).status == 204
    parent = api.row(of("csp_parent"))["MetadataId"]
    assert api("DELETE", f"EntityDefinitions({parent})", if_match="*").error == (400, "0x8004f01f")
    assert api("DELETE", of("csp_child")).status == 204
    assert api("DELETE", f"EntityDefinitions({parent})", if_match="*").status == 204
    assert api("GET", "csp_parents").status == 404
    assert api("DELETE", of("account")).status == 400


def test_a_changed_label(api: Api) -> None:
    """PUT changes what is given and keeps the rest."""
    name = made(api, "csp_Thing")
    assert api("PUT", of(name), {"DisplayName": labelled("Other"), "HasNotes": True}).status == 204
    whole = api.row(of(name))
    assert (whole["DisplayName"]["UserLocalizedLabel"]["Label"], whole["HasNotes"]) == ("Other", True)
    assert api("POST", "PublishXml", {"ParameterXml": "<importexportxml/>"}).status == 204
    assert api("POST", "PublishAllXml").status == 204


def test_what_was_made_survives_a_restart(tmp_path: Path) -> None:
    """Tables, keys, relationships, choices and rows."""
    path = tmp_path / "tenant.db"
    first = DataverseApp(path, any_token=True, deliver=lambda _: 200)
    api = Api(first)
    made(api, "csp_Thing", column("String", "csp_Code"))
    assert api("POST", f"{of('csp_thing')}/Keys", {"SchemaName": "csp_k", "KeyAttributes": ["csp_code"]}).status == 204
    assert api("POST", f"{of('account')}/Attributes", column("String", "csp_Extra")).status == 204
    api.create("csp_things", csp_code="A")
    api.create("accounts", name="x", csp_extra="e")
    before = api("GET", "$metadata").text
    first.close()
    second = DataverseApp(path, any_token=True, deliver=lambda _: 200)
    api = Api(second)
    assert api("GET", "$metadata").text == before
    assert api.row("csp_things(csp_code='a')")["csp_code"] == "A"
    assert api("POST", "csp_things", {"csp_code": "a"}).status == 412
    assert api.rows("accounts")[0]["csp_extra"] == "e"
    api.control("POST", "reset")
    assert api("GET", "csp_things").status == 404
    assert "csp_extra" not in api("GET", "$metadata").text
    second.close()


def test_a_snapshot_brings_the_schema_back(api: Api) -> None:
    """Restoring goes back behind a table, and forward to it."""
    api.control("POST", "snapshot", name="empty")
    made(api, "csp_Thing")
    api.control("POST", "snapshot", name="thing")
    api.control("POST", "restore", name="empty")
    assert api("GET", "csp_things").status == 404
    api.control("POST", "restore", name="thing")
    assert api.rows("csp_things") == []


def test_the_service_described(api: Api) -> None:
    """$metadata is well formed; every type, set and partner that it names is there; twice gives the same bytes."""
    made(api, "csp_Thing", column("Double", "csp_F"))
    text = api("GET", "$metadata").text
    assert text == api("GET", "$metadata").text
    schema = next(ET.fromstring(text).iter(f"{EDM}Schema"))  # noqa: S314  our own document
    types = {one.get("Name"): one for one in schema.findall(f"{EDM}EntityType")}
    sets = {one.get("Name"): str(one.get("EntityType")).removeprefix(CRM) for one in schema.iter(f"{EDM}EntitySet")}
    assert len(sets) == len(types) - 2
    for name, one in types.items():
        for nav in one.findall(f"{EDM}NavigationProperty"):
            target = str(nav.get("Type")).removeprefix("Collection(").rstrip(")").removeprefix("mscrm.")
            assert target in types, (name, nav.attrib)
            if nav.get("Partner"):
                partners = {other.get("Name") for other in types[target].findall(f"{EDM}NavigationProperty")}
                assert nav.get("Partner") in partners, (name, nav.attrib)
    for binding in schema.iter(f"{EDM}NavigationPropertyBinding"):
        assert binding.get("Target") in sets
    thing = {one.get("Name"): one.get("Type") for one in types["csp_thing"].findall(f"{EDM}Property")}
    assert (thing["csp_f"], thing["_ownerid_value"], thing["statecode"]) == ("Edm.Double", "Edm.Guid", "Edm.Int32")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("$filter=OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'OrganizationOwned' and LogicalName eq 'role'", ["role"]),
        ("$filter=CanCreateAttributes/Value eq true and startswith(LogicalName,'lea')", ["lead"]),
        ("$filter=IsActivity", ["task"]),
        ("$filter=contains(SchemaName,'REGARDING')", []),
        ("$filter=LogicalName eq @p1&@p1='lead'", ["lead"]),
        ("$filter=Microsoft.Dynamics.CRM.In(PropertyName='EntitySetName',PropertyValues=['leads','nothings'])", ["lead"]),
    ],
)
def test_filters_on_definitions(api: Api, query: str, names: list[str]) -> None:
    """Enum literals, complex properties, texts, aliases."""
    assert [row["LogicalName"] for row in api.rows(f"EntityDefinitions?$select=LogicalName&{query}")] == names


@pytest.mark.parametrize(
    "path",
    [
        "EntityDefinitions?$top=1",
        "EntityDefinitions?$orderby=LogicalName",
        "EntityDefinitions?$select=Nothing",
        "EntityDefinitions?$filter=Nothing eq 1",
        "EntityDefinitions?$expand=Nothing",
        "EntityDefinitions(LogicalName='account')?$expand=Attributes($top=1)",
    ],
)
def test_options_that_metadata_does_not_take(api: Api, path: str) -> None:
    """They are refused, not ignored."""
    assert api("GET", path).status == 400


def test_definitions_expanded(api: Api) -> None:
    """Columns, keys and relationships inside a table's definition, each with its own options."""
    query = (
        "$select=LogicalName&$expand=Attributes($select=LogicalName;$filter=LogicalName eq 'name'),Keys,OneToManyRelationships"
    )
    found = api.row(f"{of('account')}?{query}")
    assert [one["LogicalName"] for one in found["Attributes"]] == ["name"]
    assert "Account_Tasks" in {one["SchemaName"] for one in found["OneToManyRelationships"]}
    assert api.row(f"{of('account')}/Attributes(LogicalName='name')/MaxLength")["value"] > 0


def test_a_query_of_definitions(sample: Api) -> None:
    """RetrieveMetadataChanges as Microsoft's client asks it."""
    equals = {"PropertyName": "LogicalName", "ConditionOperator": "Equals"}
    query = {
        "Properties": {"PropertyNames": ["LogicalName", "Attributes"]},
        "Criteria": {"Conditions": [{**equals, "Value": {"Type": "System.String", "Value": "csp_newtable"}}]},
        "AttributeQuery": {
            "Properties": {"PropertyNames": ["LogicalName", "MaxLength", "MinValue"]},
            "Criteria": {"Conditions": [{**equals, "Value": {"Type": "System.String", "Value": "csp_name"}}]},
        },
    }
    text = quote(json.dumps(query))
    found = sample.row(f"RetrieveMetadataChanges(Query=@p1)?@p1={text}")["EntityMetadata"]
    assert [one["LogicalName"] for one in found] == ["csp_newtable"]
    assert [(one["LogicalName"], one["MaxLength"]) for one in found[0]["Attributes"]] == [("csp_name", 200)]
    assert "MinValue" not in found[0]["Attributes"][0]


def test_changes_since_a_version(api: Api) -> None:
    """Nothing while nothing changed; after a change the client must read everything again. Labels in the languages asked for."""
    labels = quote(json.dumps({"Properties": {"PropertyNames": ["DisplayName"]}, "LabelQuery": {"FilterLanguages": [1031]}}))
    first = api.row(f"RetrieveMetadataChanges(Query=@p1)?@p1={labels}")
    assert all(one["DisplayName"]["LocalizedLabels"] == [] for one in first["EntityMetadata"])
    since = f"RetrieveMetadataChanges(Query=@p1,ClientVersionStamp=@p2)?@p1={quote('{}')}&@p2='{first['ServerVersionStamp']}'"
    assert api.row(since)["EntityMetadata"] == []
    made(api, "csp_Thing")
    assert api("GET", since).error == (400, "0x80044352")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"SchemaName": "nounderscore"}, 400),
        ({"SchemaName": "csp_X", "Attributes": []}, 400),
        ({"SchemaName": "csp_X", "Attributes": [column("Image", "csp_Name", IsPrimaryName=True)]}, 400),
        ({"SchemaName": "csp_X", "Attributes": [column("String", "csp_Name", IsPrimaryName=True, MaxLength=5000)]}, 400),
        ({"SchemaName": "csp_X", "Attributes": [column("String", "csp_Name", IsPrimaryName=True)], "IsActivity": True}, 501),
        ({"SchemaName": "csp_X", "Attributes": [column("String", "csp_Name", IsPrimaryName=True)] * 2}, 400),
    ],
)
def test_tables_that_cannot_be_made(api: Api, body: dict[str, Any], status: int) -> None:
    """The sentence says why."""
    answer = api("POST", "EntityDefinitions", body)
    assert answer.status == status
    assert answer.message


def test_what_would_not_be_enforced_is_refused(sample: Api) -> None:
    """A table that asks for enforced status transitions gets a 501 that names them, when it is made and when it is changed."""
    one = {**SAMPLE["Entities"][0], "EnforceStateTransitions": True}
    answer = sample("POST", "CreateEntities", {"Entities": [json.loads(json.dumps(one).replace("newtable", "other"))]})
    assert (answer.status, "EnforceStateTransitions" in answer.text) == (501, True)
    whole = sample.row(of("csp_newtable"))
    assert sample("PUT", of("csp_newtable"), {**whole, "EnforceStateTransitions": True}).status == 501
