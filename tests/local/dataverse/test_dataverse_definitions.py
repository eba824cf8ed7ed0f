"""What columns of each type say of themselves, what they refuse, and how a definition changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.dataverse.bodies_of_definitions import CRM, column, labelled, lookup, made, of

if TYPE_CHECKING:
    from local.dataverse.trial import Api

TYPES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("String", {"MaxLength": 40, "FormatName": {"Value": "Email"}}, {"MaxLength": 40, "Format": "Email"}),
    ("String", {"Format": "Url"}, {"FormatName": {"Value": "Url"}, "MaxLength": 100}),
    ("String", {"AutoNumberFormat": "INV-{SEQNUM:5}"}, {"AutoNumberFormat": "INV-{SEQNUM:5}"}),
    ("Memo", {"FormatName": {"Value": "RichText"}}, {"MaxLength": 2000, "Format": "RichText"}),
    ("Integer", {"Format": "Duration", "MinValue": 0}, {"Format": "Duration", "MinValue": 0, "MaxValue": 2**31 - 1}),
    ("BigInt", {}, {"AttributeTypeName": {"Value": "BigIntType"}}),
    ("Decimal", {"Precision": 10, "MaxValue": 5}, {"Precision": 10, "MaxValue": 5}),
    ("Double", {"Precision": 5}, {"Precision": 5, "AttributeType": "Double"}),
    ("Money", {"PrecisionSource": 0, "Precision": 4}, {"PrecisionSource": 0, "Precision": 4, "IsBaseCurrency": False}),
    ("Boolean", {"DefaultValue": True}, {"DefaultValue": True}),
    ("DateTime", {}, {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}),
    ("DateTime", {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}, {"DateTimeBehavior": {"Value": "DateOnly"}}),
    ("DateTime", {"DateTimeBehavior": {"Value": "TimeZoneIndependent"}}, {"DateTimeBehavior": {"Value": "TimeZoneIndependent"}}),
    ("Picklist", {"OptionSet": {"Options": [{"Value": 1, "Label": labelled("a")}]}}, {"DefaultFormValue": -1}),
    ("MultiSelectPicklist", {"OptionSet": {"Options": [{"Value": 1, "Label": labelled("a")}]}}, {"AttributeType": "Virtual"}),
    ("File", {"MaxSizeInKB": 64}, {"MaxSizeInKB": 64, "AttributeType": "Virtual", "AttributeTypeName": {"Value": "FileType"}}),
    ("Image", {}, {"MaxSizeInKB": 10_240, "AttributeTypeName": {"Value": "ImageType"}}),
]


@pytest.mark.parametrize(("kind", "given", "wanted"), TYPES)
def test_a_column_says_what_it_was_told(api: Api, kind: str, given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """By its own type; and its definition can be put back as it came."""
    name = made(api, "csp_Thing", column(kind, "csp_It", **given))
    place = f"{of(name)}/Attributes(LogicalName='csp_it')"
    whole = api.row(f"{place}/{CRM}{kind}AttributeMetadata")
    assert {key: whole[key] for key in wanted} == wanted
    assert api("PUT", place, whole, **{"mscrm.mergelabels": "true"}).status == 204
    again = api.row(f"{place}/{CRM}{kind}AttributeMetadata")
    assert again == whole


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("String", {"Format": "Colour"}, 400, "Colour"),
    ("Integer", {"AutoNumberFormat": "{SEQNUM:3}"}, 400, "AutoNumberFormat"),
    ("Integer", {"Format": "Email"}, 400, "Email"),
    ("DateTime", {"DateTimeBehavior": {"Value": "Lunar"}}, 400, "Lunar"),
    ("Money", {"PrecisionSource": 7}, 400, "PrecisionSource"),
    ("File", {"MaxSizeInKB": 10_485_761}, 400, "MaxSizeInKB"),
    ("Image", {"MaxSizeInKB": 30_721}, 400, "MaxSizeInKB"),
    ("String", {"IsSecured": True}, 501, "IsSecured"),
    ("Integer", {"SourceType": 1}, 501, "SourceType"),
    ("String", {"IsAuditEnabled": {"Value": "maybe"}}, 400, "IsAuditEnabled"),
    ("Managed", {}, 501, "ManagedAttributeMetadata"),
    ("Lookup", {}, 400, "relationship"),
]


@pytest.mark.parametrize(("kind", "given", "status", "word"), REFUSED)
def test_a_column_that_cannot_be(api: Api, kind: str, given: dict[str, Any], status: int, word: str) -> None:
    """The sentence names what is wrong."""
    answer = api("POST", f"{of(made(api, 'csp_Thing'))}/Attributes", column(kind, "csp_It", **given))
    assert (answer.status, word in answer.message) == (status, True), answer.message


CHANGES: list[tuple[dict[str, Any], int]] = [
    ({"MaxLength": 50}, 204),
    ({"RequiredLevel": {"Value": "ApplicationRequired"}}, 204),
    ({"SchemaName": "csp_Other"}, 400),
    ({"LogicalName": "csp_other"}, 400),
    ({"@odata.type": f"{CRM}IntegerAttributeMetadata"}, 400),
    ({"Format": "Phone"}, 204),
]


@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_what_a_put_may_change(api: Api, change: dict[str, Any], status: int) -> None:
    """What it names changes, the rest stays; names and types are for good."""
    name = made(api, "csp_Thing", column("String", "csp_It", MaxLength=40, FormatName={"Value": "Email"}))
    place = f"{of(name)}/Attributes(LogicalName='csp_it')"
    kind = f"{CRM}StringAttributeMetadata"
    assert api("PUT", f"{place}/{kind}", change).status == status
    after = api.row(f"{place}/{kind}")
    wanted = {"MaxLength": 40, "SchemaName": "csp_It", "Format": "Email"} | (change if status == 204 else {})
    for key, value in wanted.items():
        assert after[key] == value if not isinstance(value, dict) else after[key]["Value"] == value["Value"]


def test_a_behavior_changes_once(api: Api) -> None:
    """From the user's time to no time zone, and never back."""
    place = f"{of(made(api, 'csp_Thing', column('DateTime', 'csp_At')))}/Attributes(LogicalName='csp_at')"
    kind = {"@odata.type": f"{CRM}DateTimeAttributeMetadata"}
    assert api("PUT", place, {**kind, "DateTimeBehavior": {"Value": "DateOnly"}}).status == 501
    assert api("PUT", place, {**kind, "DateTimeBehavior": {"Value": "TimeZoneIndependent"}}).status == 204
    assert api("PUT", place, {**kind, "DateTimeBehavior": {"Value": "UserLocal"}}).status == 400


@pytest.mark.parametrize(("keep", "left"), [("true", {1033: "Hue", 1031: "Farbe"}), ("false", {1033: "Hue"})])
def test_labels_in_several_languages(api: Api, keep: str, left: dict[int, str]) -> None:
    """MSCRM.MergeLabels keeps those that a change does not name."""
    both = {"LocalizedLabels": [{"Label": "Colour", "LanguageCode": 1033}, {"Label": "Farbe", "LanguageCode": 1031}]}
    text = {**column("String", "csp_It"), "DisplayName": both}
    place = f"{of(made(api, 'csp_Thing', text, DisplayName=both))}"
    for address, kind in ((place, None), (f"{place}/Attributes(LogicalName='csp_it')", f"{CRM}StringAttributeMetadata")):
        first = api.row(address)["DisplayName"]
        assert first["UserLocalizedLabel"]["Label"] == "Colour"
        body = {"DisplayName": labelled("Hue")} | ({"@odata.type": kind} if kind else {})
        assert api("PUT", address, body, **{"mscrm.mergelabels": keep}).status == 204
        found = api.row(address)["DisplayName"]["LocalizedLabels"]
        assert {one["LanguageCode"]: one["Label"] for one in found} == left


def test_settings_that_only_describe(api: Api) -> None:
    """They are kept and shown, on tables and columns; a table's names are for good."""
    name = made(api, "csp_Thing", IsConnectionsEnabled={"Value": True}, IsQuickCreateEnabled=True)
    whole = api.row(of(name))
    assert (whole["IsConnectionsEnabled"]["Value"], whole["IsQuickCreateEnabled"]) == (True, True)
    assert api("PUT", of(name), {**whole, "IsQuickCreateEnabled": False}).status == 204
    assert api.row(of(name)) == whole | {"IsQuickCreateEnabled": False}
    assert api("PUT", of(name), {"EntitySetName": "others"}).status == 400
    assert api("PUT", of(name), {"OwnershipType": "OrganizationOwned"}).status == 400


def test_what_files_and_images_bring_along(api: Api) -> None:
    """Read-only columns beside them, which come, show whose they are, and go with them."""
    name = made(api, "csp_Thing", column("File", "csp_Doc"))
    assert api("POST", f"{of(name)}/Attributes", column("Image", "csp_Photo")).status == 204
    query = f"{of(name)}/Attributes?$select=LogicalName,AttributeOf&$filter=AttributeOf ne null"
    beside = {one["LogicalName"]: one["AttributeOf"] for one in api.rows(query)}
    photo = dict.fromkeys(("csp_photoid", "csp_photo_timestamp", "csp_photo_url"), "csp_photo")
    assert beside == {"csp_doc_name": "csp_doc", **photo}
    assert api("POST", "csp_things", {"csp_doc_name": "x"}).status == 400
    assert api("DELETE", f"{of(name)}/Attributes(LogicalName='csp_doc_name')").status == 400
    for column_name in ("csp_doc", "csp_photo"):
        assert api("DELETE", f"{of(name)}/Attributes(LogicalName='{column_name}')").status == 204
    assert api.rows(query) == []


def relation(target: str, schema: str, **more: object) -> dict[str, Any]:
    """One relationship of a lookup of several tables."""
    return {"SchemaName": schema, "ReferencedEntity": target, "ReferencingEntity": "csp_order", **more}


def test_a_customer(api: Api) -> None:
    """An account or a contact; the action makes both relationships."""
    made(api, "csp_Order")
    told = [relation("account", "csp_order_account"), relation("contact", "csp_order_contact")]
    buyer = {"@odata.type": f"{CRM}ComplexLookupAttributeMetadata", "SchemaName": "csp_BuyerId", "DisplayName": labelled("Buyer")}
    assert api("POST", "CreateCustomerRelationships", {"OneToManyRelationships": told[:1], "Lookup": buyer}).status == 400
    answer = api("POST", "CreateCustomerRelationships", {"OneToManyRelationships": told, "Lookup": buyer})
    assert (answer.status, len(answer.json["RelationshipIds"])) == (200, 2)
    whole = api.row(f"{of('csp_order')}/Attributes({answer.json['AttributeId']})/{CRM}LookupAttributeMetadata")
    assert (whole["AttributeType"], whole["Targets"]) == ("Customer", ["account", "contact"])
    contact = api.create("contacts", lastname="L")
    api.create("csp_orders", csp_BuyerId_contact__bind=f"contacts({contact})")
    found = api.rows("csp_orders?$expand=csp_BuyerId_contact($select=lastname)")[0]
    assert found["csp_BuyerId_contact"]["lastname"] == "L"
    assert len(api.row(f"contacts({contact})?$expand=csp_order_contact")["csp_order_contact"]) == 1


def test_a_lookup_of_several_tables_grows_and_shrinks(api: Api) -> None:
    """A relationship more through RelationshipDefinitions, one less by deleting it; rows that pointed there point nowhere."""
    made(api, "csp_Order")
    about = column("Lookup", "csp_About")
    told = [relation("account", "csp_a"), relation("contact", "csp_c")]
    body = {"OneToManyRelationships": told, "Lookup": about}
    assert api("POST", "CreatePolymorphicLookupAttribute", {**body, "OneToManyRelationships": told[:1]}).status == 400
    mixed = [relation("account", "csp_a"), relation("contact", "csp_c", CascadeConfiguration={"Delete": "Cascade"})]
    assert api("POST", "CreatePolymorphicLookupAttribute", {**body, "OneToManyRelationships": mixed}).status == 501
    assert api("POST", "CreatePolymorphicLookupAttribute", body).status == 200
    more = {"@odata.type": f"{CRM}OneToManyRelationshipMetadata", **relation("lead", "csp_l"), "Lookup": about}
    assert api("POST", "RelationshipDefinitions", more).status == 204
    assert api("POST", "RelationshipDefinitions", {**more, "SchemaName": "csp_l2"}).error == (400, "0x80044153")
    lead = api.create("leads", subject="s")
    row = api.create("csp_orders", csp_About_lead__bind=f"leads({lead})")
    assert api("DELETE", "RelationshipDefinitions(SchemaName='csp_l')").status == 204
    assert api.row(f"csp_orders({row})")["_csp_about_value"] is None
    assert api("DELETE", "RelationshipDefinitions(SchemaName='csp_c')").status == 501
    assert api("DELETE", f"{of('csp_order')}/Attributes(LogicalName='csp_about')").status == 204


def test_navigation_properties_with_names_of_their_own(api: Api) -> None:
    """On both sides; a name that is taken is refused."""
    made(api, "csp_Order")
    body = lookup("account", "csp_order", "csp_BuyerId")
    names = {
        "ReferencingEntityNavigationPropertyName": "csp_buyer",
        "ReferencedEntityNavigationPropertyName": "csp_orders_bought",
    }
    assert api("POST", "RelationshipDefinitions", body | {"ReferencedEntityNavigationPropertyName": "name"}).status == 400
    assert api("POST", "RelationshipDefinitions", body | names).status == 204
    told = api.row("RelationshipDefinitions(SchemaName='csp_account_order')")
    assert {name: told[name] for name in names} == names
    account = api.create("accounts", name="x")
    api.create("csp_orders", csp_buyer__bind=f"accounts({account})")
    assert len(api.row(f"accounts({account})?$expand=csp_orders_bought")["csp_orders_bought"]) == 1
    assert 'Name="csp_buyer" Type="mscrm.account" Partner="csp_orders_bought"' in api("GET", "$metadata").text


OPERATIONS: list[tuple[str, str, object, int, str]] = [
    ("POST", "CanBeReferenced", {"EntityName": "account"}, 200, '"CanBeReferenced": true'),
    ("POST", "CanBeReferencing", {"EntityName": "csp_between"}, 200, '"CanBeReferencing": false'),
    ("POST", "CanManyToMany", {"EntityName": "nothing"}, 404, "nothing"),
    ("GET", "GetValidReferencedEntities(ReferencingEntityName='csp_thing')", None, 200, '"account"'),
    ("GET", "GetValidReferencingEntities(ReferencedEntityName=@p)?@p='csp_thing'", None, 200, '"csp_thing"'),
    ("GET", "GetValidManyToMany()", None, 200, '"contact"'),
    ("GET", "GetValidManyToMany(Other='x')", None, 400, "unresolved"),
    ("GET", "RetrieveTimestamp()", None, 200, '"Timestamp"'),
    ("GET", "RetrieveProvisionedLanguages()", None, 200, "1033"),
    ("GET", "RetrieveAvailableLanguages()", None, 200, "1033"),
    ("GET", "IsDataEncryptionActive()", None, 200, '"IsActive": true'),
    ("POST", "RetrieveTimestamp", {}, 405, "POST"),
    ("GET", "ManagedPropertyDefinitions", None, 501, "ManagedPropertyDefinitions"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "word"), OPERATIONS)
def test_operations_around_definitions(api: Api, method: str, path: str, body: object, status: int, word: str) -> None:
    """Eligibility, time stamps, languages; what is not there is named."""
    made(api, "csp_Thing")
    between = {"SchemaName": "csp_between", "Entity1LogicalName": "csp_thing", "Entity2LogicalName": "contact"}
    assert (
        api("POST", "RelationshipDefinitions", {"@odata.type": f"{CRM}ManyToManyRelationshipMetadata", **between}).status == 204
    )
    answer = api(method, path, body)
    assert (answer.status, word in answer.text) == (status, True), answer.text


def test_options_of_a_choice(api: Api) -> None:
    """Inserted, relabelled, put in order, deleted; states have their labels changed."""
    options = [{"Value": value, "Label": labelled(str(value))} for value in (1, 2, 3)]
    name = made(api, "csp_Thing", column("Picklist", "csp_It", OptionSet={"Options": options}))
    where = {"EntityLogicalName": name, "AttributeLogicalName": "csp_it"}
    place = f"{of(name)}/Attributes(LogicalName='csp_it')/{CRM}PicklistAttributeMetadata/OptionSet?$select=Options"

    def found() -> list[tuple[int, str]]:
        return [(one["Value"], one["Label"]["UserLocalizedLabel"]["Label"]) for one in api.row(place)["Options"]]

    assert api("POST", "InsertOptionValue", {**where, "Label": labelled("next")}).json["NewOptionValue"] == 100_000_000
    assert api("POST", "UpdateOptionValue", {**where, "Value": 2, "Label": labelled("two"), "MergeLabels": True}).status == 204
    assert api("POST", "DeleteOptionValue", {**where, "Value": 1}).status == 204
    assert api("POST", "OrderOption", {**where, "Values": [3, 2]}).status == 400
    assert api("POST", "OrderOption", {**where, "Values": [3, 100_000_000, 2]}).status == 204
    assert found() == [(3, "3"), (100_000_000, "next"), (2, "two")]
    blue = {**where, "Value": 2, "Color": "#0000ff", "Description": labelled("cold"), "MergeLabels": True}
    assert api("POST", "UpdateOptionValue", {**blue, "Color": "blue"}).status == 400
    assert api("POST", "UpdateOptionValue", blue).status == 204
    assert api("POST", "UpdateOptionValue", {**where, "Value": 2, "Label": labelled("zwei")}).status == 204
    last = api.row(place)["Options"][-1]
    told = [last[part]["UserLocalizedLabel"]["Label"] for part in ("Label", "Description")]
    assert (last["Color"], told) == ("#0000ff", ["zwei", "cold"])
    state = {"EntityLogicalName": name, "AttributeLogicalName": "statecode", "Value": 0, "Label": labelled("Open")}
    assert api("POST", "UpdateStateValue", state).status == 204
    states = f"{of(name)}/Attributes(LogicalName='statecode')/{CRM}StateAttributeMetadata/OptionSet"
    assert api.row(states)["Options"][0]["Label"]["UserLocalizedLabel"]["Label"] == "Open"
    assert api("POST", "UpdateStateValue", {**state, "AttributeLogicalName": "csp_it"}).status == 400


CONTEXTS = [
    ("EntityDefinitions?$select=LogicalName,EntitySetName", "EntityDefinitions(LogicalName,EntitySetName)"),
    (f"{of('account')}?$select=LogicalName", "EntityDefinitions(LogicalName)/$entity"),
    (
        f"{of('account')}?$select=LogicalName&$expand=Attributes($select=LogicalName)",
        "EntityDefinitions(LogicalName,Attributes(LogicalName))/$entity",
    ),
    ("GlobalOptionSetDefinitions", "GlobalOptionSetDefinitions"),
]


@pytest.mark.parametrize(("path", "context"), CONTEXTS)
def test_a_context_names_what_was_chosen(api: Api, path: str, context: str) -> None:
    """As the documentation's answers do."""
    assert api.row(path)["@odata.context"].partition("#")[2] == context
