"""Whatever is sent to the metadata API, the answer is never a 500, and the service still describes itself."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import BASE, Api
from local.http import Request

APP = DataverseApp(any_token=True, deliver=lambda _: 200)
API = Api(APP)
CRM = "Microsoft.Dynamics.CRM."

PLACES = st.sampled_from(
    [
        "EntityDefinitions",
        "EntityDefinitions(LogicalName='fz_a')",
        "EntityDefinitions(LogicalName='account')",
        "EntityDefinitions(LogicalName='fz_a')/Attributes",
        "EntityDefinitions(LogicalName='account')/Attributes",
        "EntityDefinitions(LogicalName='fz_a')/Attributes(LogicalName='fz_b')",
        "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')",
        "EntityDefinitions(LogicalName='fz_a')/Keys",
        "EntityDefinitions(LogicalName='fz_a')/Keys(LogicalName='fz_k')",
        "RelationshipDefinitions",
        "RelationshipDefinitions(SchemaName='fz_r')",
        "GlobalOptionSetDefinitions",
        "GlobalOptionSetDefinitions(Name='fz_c')",
        "CreateEntities",
        "InsertOptionValue",
        "UpdateOptionValue",
        "DeleteOptionValue",
        "InsertStatusValue",
        "PublishXml",
        "EntityDefinitions()",
        "EntityDefinitions/Attributes",
        "RelationshipDefinitions(",
    ]
)
NAMES = st.sampled_from(
    ["fz_a", "fz_b", "fz_r", "fz_k", "fz_A", "account", "name", "fz_b@odata.bind", "", "é", "fz_é", "x" * 200]
)
LABELS = st.just({"LocalizedLabels": [{"Label": "L", "LanguageCode": 1033}]}) | st.sampled_from(
    [None, 5, {"LocalizedLabels": 5}, {}]
)
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, -1, 0, 1, 2**70, 1e300, "", "x", [], {}, [5], {"Value": 1}, "\ud800"])
TYPES = st.sampled_from(["String", "Memo", "Integer", "Decimal", "Double", "Money", "Boolean", "DateTime", "Picklist", "Lookup"])
OPTIONS = st.lists(st.fixed_dictionaries({"Value": st.sampled_from([1, 2, None, "x"])}, optional={"Label": LABELS}), max_size=3)
COLUMNS = st.builds(
    lambda kind, body: {"@odata.type": f"{CRM}{kind}AttributeMetadata", **body},
    TYPES | st.sampled_from(["MultiSelectPicklist", "File", "", "ComplexString"]),
    st.fixed_dictionaries(
        {"SchemaName": NAMES},
        optional={
            "IsPrimaryName": st.booleans(),
            "DisplayName": LABELS,
            "MaxLength": ODD,
            "MinValue": ODD,
            "MaxValue": ODD,
            "Precision": ODD,
            "RequiredLevel": ODD,
            "Format": ODD,
            "DefaultFormValue": ODD,
            "OptionSet": st.fixed_dictionaries({"Options": OPTIONS}) | ODD,
            "GlobalOptionSet@odata.bind": st.sampled_from(["/GlobalOptionSetDefinitions(Name='fz_c')", "x", 5]),
        },
    ),
)
KINDS = st.sampled_from([f"{CRM}OneToManyRelationshipMetadata", f"{CRM}ManyToManyRelationshipMetadata", 5, ""])
BODIES = COLUMNS | st.fixed_dictionaries(
    {},
    optional={
        "@odata.type": KINDS,
        "SchemaName": NAMES,
        "Name": NAMES,
        "DisplayName": LABELS,
        "Attributes": st.lists(COLUMNS, max_size=3) | ODD,
        "Entities": st.lists(
            st.fixed_dictionaries({"SchemaName": NAMES, "Attributes": st.lists(COLUMNS, max_size=3)}), max_size=2
        ),
        "KeyAttributes": st.lists(NAMES, max_size=3) | ODD,
        "ReferencedEntity": NAMES,
        "ReferencingEntity": NAMES,
        "Entity1LogicalName": NAMES,
        "Entity2LogicalName": NAMES,
        "IntersectEntityName": NAMES,
        "CascadeConfiguration": st.sampled_from([{"Delete": "Restrict"}, {"Delete": "x"}, {"x": []}, 5]),
        "Lookup": COLUMNS | ODD,
        "Options": OPTIONS | ODD,
        "OptionSetName": NAMES | st.just("fz_c"),
        "EntityLogicalName": NAMES,
        "AttributeLogicalName": NAMES,
        "Value": ODD,
        "StateCode": ODD,
        "ParameterXml": ODD,
    },
)


@given(st.sampled_from(["POST", "PUT", "DELETE", "PATCH"]), PLACES, BODIES)
@settings(max_examples=400)
def test_no_definition_breaks_the_server(method: str, place: str, body: dict[str, Any]) -> None:
    """Any definition at any place; rows can be written to what came of it."""
    sent = json.dumps(body, default=str).encode()
    request = Request(method, f"/api/data/v9.2/{place}", "", {"authorization": "Bearer x"}, sent, BASE)
    response = APP(request)
    assert response.status != 500, (method, place, body, response.body)
    if response.status < 300:
        assert API("GET", "$metadata").status == 200
        for name in ("fz_as", "accounts"):
            assert API("POST", name, {}).status in {204, 404}


@given(st.dictionaries(st.sampled_from(["Properties", "Criteria", "AttributeQuery", "x"]), ODD, max_size=3) | ODD, st.booleans())
@settings(max_examples=100)
def test_no_query_of_definitions_breaks_the_server(query: object, aliased: bool) -> None:
    """RetrieveMetadataChanges with anything as its query."""
    text = json.dumps(query)
    path = f"RetrieveMetadataChanges(Query=@p1)?@p1={text}" if aliased else f"RetrieveMetadataChanges(Query='{text}')"
    assert API("GET", path).status != 500
