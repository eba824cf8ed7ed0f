"""`client.tables` of Microsoft's client: every operation on tables, columns, keys and relationships."""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

from typing import Any

from PowerPlatform.Dataverse.core.errors import HttpError, MetadataError
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.relationship import (
    CascadeConfiguration,
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)
from powerplatform_steps import Status, by, check, refused

COLUMNS = {
    "csp_Amount": "decimal",
    "csp_Price": "money",
    "csp_Qty": "int",
    "csp_Day": "datetime",
    "csp_Flag": "bool",
    "csp_F": "float",
    "csp_Note": "memo",
    "csp_Text": "text",
    "csp_Status": Status,
    "csp_Code": {"type": "string", "max_length": 50, "display_name": "The code", "required": "Recommended"},
    "csp_Mail": {"type": "string", "format": "Email"},
    "csp_Rank": {"type": "int", "min_value": 1, "max_value": 5},
    "csp_Rate": {"type": "decimal", "precision": 6},
    "csp_Comment": {"type": "memo", "max_length": 300},
    "csp_Doc": "file",
}


def label(text: str) -> Any:  # noqa: ANN401  the client's own type
    """A label."""
    return Label(localized_labels=[LocalizedLabel(label=text, language_code=1033)])


def cascading(delete: str, schema: str, lookup: str) -> dict[str, Any]:
    """A lookup from csp_Thing to account."""
    return {
        "lookup": LookupAttributeMetadata(
            schema_name=lookup, display_name=label("Account"), description=label("d"), required_level="Recommended"
        ),
        "relationship": OneToManyRelationshipMetadata(
            schema_name=schema,
            referenced_entity="account",
            referencing_entity="csp_thing",
            referenced_attribute="accountid",
            cascade_configuration=CascadeConfiguration(delete=delete),
        ),
    }


def make(client: Any) -> None:  # noqa: ANN401  the client has no types that mypy sees
    """csp_Thing with a column of every type, found and listed."""
    made = client.tables.create("csp_Thing", COLUMNS, solution="CspBilling", primary_column="csp_Name", display_name="A thing")
    check(
        "create", (made.logical_name, made.entity_set_name, made.primary_name_attribute), ("csp_thing", "csp_things", "csp_name")
    )
    refused("create twice", lambda: client.tables.create("csp_Thing", {}), MetadataError, "already exists")
    found = client.tables.get("csp_Thing")
    check("get", (found.metadata_id, found.primary_id_attribute), (made.metadata_id, "csp_thingid"))
    check("get nothing", client.tables.get("csp_Nothing"), None)
    listed = client.tables.list(filter="SchemaName eq 'csp_Thing'", select=["LogicalName", "SchemaName"])
    check("list", by(listed, "LogicalName"), ["csp_thing"])
    check("list all", {"account", "csp_thing"} <= set(by(client.tables.list(), "LogicalName")), True)


def columns(client: Any) -> None:  # noqa: ANN401
    """Listed, typed and untyped; added, changed, removed."""
    names = set(by(client.tables.list_columns("csp_Thing", select=["LogicalName"]), "LogicalName"))
    check("columns", names >= {name.lower() for name in COLUMNS}, True)
    lookups = client.tables.list_columns("csp_Thing", filter="AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Lookup'")
    check("columns of a type", "createdby" in by(lookups, "LogicalName"), True)
    typed = {one["LogicalName"]: one for one in client.tables.list_columns("csp_Thing", typed=True)}
    check("typed", (typed["csp_code"]["MaxLength"], typed["csp_rank"]["MinValue"], typed["csp_rank"]["MaxValue"]), (50, 1, 5))
    check("typed rate", (typed["csp_rate"]["Precision"], typed["csp_comment"]["MaxLength"]), (6, 300))
    check("format", typed["csp_mail"]["FormatName"], {"Value": "Email"})
    check("level", client.tables.get_column("csp_Thing", "csp_Code")["RequiredLevel"]["Value"], "Recommended")
    one = client.tables.get_column("csp_Thing", "csp_Qty", select=["LogicalName", "AttributeType"])
    check("column", (one["LogicalName"], one["AttributeType"]), ("csp_qty", "Integer"))
    check("no column", client.tables.get_column("csp_Thing", "csp_Nothing"), None)
    added = client.tables.add_columns("csp_Thing", {"csp_Extra": "string", "csp_More": Status, "csp_Attachment": "file"})
    check("added", added, ["csp_Extra", "csp_More", "csp_Attachment"])
    refused("added twice", lambda: client.tables.add_columns("csp_Thing", {"csp_Extra": "int"}), HttpError, "already exists")
    check("changed", client.tables.update_column("csp_Thing", "csp_Code", {"max_length": 60}), "csp_Code")
    changed = client.tables.update_columns(
        "csp_Thing", {"csp_Rank": {"max_value": 9}, "csp_Extra": {"display_name": "Other", "required": "ApplicationRequired"}}
    )
    check("changed both", sorted(changed), ["csp_Extra", "csp_Rank"])
    after = {one["LogicalName"]: one for one in client.tables.list_columns("csp_Thing", typed=True)}
    check("after", (after["csp_code"]["MaxLength"], after["csp_rank"]["MaxValue"], after["csp_rank"]["MinValue"]), (60, 9, 1))
    extra = client.tables.get_column("csp_Thing", "csp_Extra")
    check(
        "relabelled",
        (extra["DisplayName"]["UserLocalizedLabel"]["Label"], extra["RequiredLevel"]["Value"]),
        ("Other", "ApplicationRequired"),
    )
    check("removed", client.tables.remove_columns("csp_Thing", ["csp_Extra", "csp_More"]), ["csp_Extra", "csp_More"])
    client.tables.remove_columns("csp_Thing", "csp_Attachment")
    refused("gone", lambda: client.tables.remove_columns("csp_Thing", "csp_Extra"), MetadataError, "not found")


def keys(client: Any) -> str:  # noqa: ANN401
    """An alternate key, of two columns and of one."""
    both = client.tables.create_alternate_key("csp_Thing", "csp_two_key", ["csp_mail", "csp_rank"], display_name="Two")
    check("key", (both.schema_name, both.key_attributes), ("csp_two_key", ["csp_mail", "csp_rank"]))
    client.tables.delete_alternate_key("csp_Thing", both.metadata_id)
    made = client.tables.create_alternate_key("csp_Thing", "csp_code_key", ["csp_code"])
    found = client.tables.get_alternate_keys("csp_Thing")
    check(
        "keys", [(one.schema_name, one.key_attributes, one.status) for one in found], [("csp_code_key", ["csp_code"], "Active")]
    )
    return str(made.metadata_id)


def relationships(client: Any) -> str:  # noqa: ANN401
    """One to many, many to many, a lookup by the short way; found, listed, removed."""
    made = client.tables.create_one_to_many_relationship(
        **cascading("RemoveLink", "csp_account_things", "csp_AccountId"), solution="CspBilling"
    )
    check("one to many", (made.relationship_type, made.lookup_schema_name), ("one_to_many", "csp_AccountId"))
    found = client.tables.get_relationship("csp_account_things")
    check(
        "found",
        (found.relationship_id, found.referencing_entity, found.lookup_schema_name),
        (made.relationship_id, "csp_thing", "csp_AccountId"),
    )
    check("no relationship", client.tables.get_relationship("csp_nothing"), None)
    short = client.tables.create_lookup_field(
        "csp_Thing", "csp_ContactId", "contact", display_name="Contact", description="d", required=True, cascade_delete="Cascade"
    )
    check("lookup", (short.referenced_entity, short.referencing_entity), ("contact", "csp_thing"))
    contact = client.tables.get_column("csp_Thing", "csp_ContactId")
    check("lookup column", (contact["AttributeType"], contact["RequiredLevel"]["Value"]), ("Lookup", "ApplicationRequired"))
    many = client.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata(
            schema_name="csp_thing_contact", entity1_logical_name="csp_thing", entity2_logical_name="contact"
        )
    )
    again = client.tables.get_relationship("csp_thing_contact")
    check("many to many", (again.relationship_type, again.entity2_logical_name), ("many_to_many", "contact"))
    listed = client.tables.list_relationships(
        filter="SchemaName eq 'csp_thing_contact'", select=["SchemaName", "RelationshipType"]
    )
    check("listed", by(listed, "RelationshipType"), ["ManyToManyRelationship"])
    of_table = client.tables.list_table_relationships("csp_Thing", select=["SchemaName"])
    check("of the table", {"csp_account_things", "csp_thing_contact"} <= set(by(of_table, "SchemaName")), True)
    filtered = client.tables.list_table_relationships("csp_Thing", filter="SchemaName eq 'csp_account_things'")
    check("filtered", by(filtered, "SchemaName"), ["csp_account_things"])
    client.tables.delete_relationship(many.relationship_id)
    client.tables.delete_relationship(short.relationship_id)
    check("removed", client.tables.get_relationship("csp_thing_contact"), None)
    return str(made.relationship_id)


def remove(client: Any, key: str, relation: str) -> None:  # noqa: ANN401
    """Everything goes again."""
    client.tables.delete_alternate_key("csp_Thing", key)
    client.tables.delete_relationship(relation)
    client.tables.delete("csp_Thing")
    check("gone", client.tables.get("csp_Thing"), None)
    refused("gone twice", lambda: client.tables.delete("csp_Thing"), MetadataError, "not found")
