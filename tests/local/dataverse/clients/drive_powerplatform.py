"""Drives Microsoft's PowerPlatform-Dataverse-Client through what it offers; run in its own process, with the server's address.

Prints one line per step, "ok" at the end; any other end is a failure.
"""

# mypy: disable-error-code="import-not-found"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import sys
import time
import warnings
from enum import IntEnum

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.relationship import (
    CascadeConfiguration,
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)
from PowerPlatform.Dataverse.models.upsert import UpsertItem

warnings.simplefilter("ignore")


class Status(IntEnum):
    """A choice column."""

    Draft = 1
    Posted = 2


class Credential:
    """Any token will do."""

    def get_token(self, *_scopes: str, **_more: object) -> AccessToken:
        """A token."""
        return AccessToken("any", int(time.time()) + 3600)


def check(name: str, found: object, wanted: object) -> None:
    """Compare, and say so."""
    if found != wanted:
        sys.exit(f"{name}: {found!r} is not {wanted!r}")
    sys.stdout.write(f"{name}\n")


client = DataverseClient(sys.argv[1], Credential())
COLUMNS = {
    "csp_Amount": "decimal",
    "csp_Qty": "int",
    "csp_Day": "datetime",
    "csp_Flag": "bool",
    "csp_F": "float",
    "csp_Note": "memo",
    "csp_Status": Status,
    "csp_Code": {"type": "string", "max_length": 50},
}
made = client.tables.create("csp_Thing", COLUMNS, primary_column="csp_Name")
check("table", (made.logical_name, made.entity_set_name), ("csp_thing", "csp_things"))
check("columns", {one["LogicalName"] for one in client.tables.list_columns("csp_Thing")} >= {"csp_amount", "csp_status"}, True)
client.tables.add_columns("csp_Thing", {"csp_Extra": "string"})
check("typed column", client.tables.get_column("csp_Thing", "csp_Code", typed=True)["MaxLength"], 50)
client.tables.update_column("csp_Thing", "csp_Code", {"max_length": 60})
check("changed column", client.tables.get_column("csp_Thing", "csp_Code", typed=True)["MaxLength"], 60)
client.tables.remove_columns("csp_Thing", "csp_Extra")
key = client.tables.create_alternate_key("csp_Thing", "csp_code_key", ["csp_code"])
check("key", [one.schema_name for one in client.tables.get_alternate_keys("csp_Thing")], ["csp_code_key"])

one = client.records.create("csp_Thing", {"csp_name": "one", "csp_amount": 1.5, "csp_code": "A", "csp_status": "Posted"})
many = client.records.create("csp_Thing", [{"csp_name": f"m{index}", "csp_qty": index} for index in range(3)])
check("create", len(many), 3)
found = client.records.retrieve("csp_Thing", one, select=["csp_name", "csp_status", "csp_amount"])
check("retrieve", (found["csp_name"], found["csp_status"], found["csp_amount"]), ("one", 2, 1.5))
client.records.update("csp_Thing", one, {"csp_name": "uno"})
client.records.update("csp_Thing", many, {"csp_flag": True})
client.records.upsert("csp_Thing", [UpsertItem(alternate_key={"csp_code": "A"}, record={"csp_qty": 9})])
client.records.upsert(
    "csp_Thing", [UpsertItem(alternate_key={"csp_code": code}, record={"csp_name": code}) for code in ("A", "B", "C'D")]
)
check("upsert", {row["csp_name"] for row in client.records.list("csp_Thing", filter="csp_code ne null")}, {"A", "B", "C'D"})
query = (
    client.query.builder("csp_Thing").select("csp_name", "csp_qty").where(col("csp_qty") >= 1).order_by("csp_qty").page_size(1)
)
check("builder", [row["csp_qty"] for row in query.execute()], [1, 2, 9])
pages = list(client.records.list_pages("csp_Thing", select=["csp_name"], page_size=2))
check("pages", sum(len(list(page)) for page in pages), 6)
rows = client.query.sql("SELECT csp_name, csp_qty FROM csp_thing WHERE csp_qty > 0 ORDER BY csp_qty")
check("sql", [row["csp_qty"] for row in rows], [1, 2, 9])
xml = '<fetch count="2"><entity name="csp_thing"><attribute name="csp_name"/><order attribute="csp_name"/></entity></fetch>'
check("fetchxml", [row["csp_name"] for row in client.query.fetchxml(xml).execute()], ["A", "B", "C'D", "m0", "m1", "m2"])

label = Label(localized_labels=[LocalizedLabel(label="Account", language_code=1033)])
client.tables.create_one_to_many_relationship(
    lookup=LookupAttributeMetadata(schema_name="csp_AccountId", display_name=label),
    relationship=OneToManyRelationshipMetadata(
        schema_name="csp_account_things",
        referenced_entity="account",
        referencing_entity="csp_thing",
        referenced_attribute="accountid",
        cascade_configuration=CascadeConfiguration(delete="RemoveLink"),
    ),
)
relation = client.tables.get_relationship("csp_account_things")
check("relationship", (relation.referencing_entity, relation.lookup_schema_name), ("csp_thing", "csp_AccountId"))
client.tables.create_lookup_field("csp_Thing", "csp_ContactId", "contact")
client.tables.create_many_to_many_relationship(
    ManyToManyRelationshipMetadata(
        schema_name="csp_thing_contact", entity1_logical_name="csp_thing", entity2_logical_name="contact"
    )
)
names = {row["SchemaName"] for row in client.tables.list_table_relationships("csp_Thing")}
check("relationships", {"csp_account_things", "csp_thing_contact"} <= names, True)
account = client.records.create("account", {"name": "x"})
client.records.update("csp_Thing", one, {"csp_AccountId@odata.bind": f"/accounts({account})"})
check("bound", client.records.retrieve("csp_Thing", one, select=["_csp_accountid_value"])["_csp_accountid_value"], account)

batch = client.batch.new()
with batch.changeset() as changes:
    ref = changes.records.create("account", {"name": "y"})
    changes.records.create("csp_Thing", {"csp_name": "in batch", "csp_AccountId@odata.bind": ref})
batch.query.sql("SELECT name FROM account WHERE name = 'y'")
batch.tables.list()
result = batch.execute()
check("batch", [response.is_success for response in result.responses], [True] * len(result.responses))

frame = client.dataframe.sql("SELECT csp_name FROM csp_thing WHERE csp_name = 'in batch'")
check("dataframe", list(frame["csp_name"]), ["in batch"])
check("bulk delete", bool(client.records.delete("csp_Thing", many)), True)
client.records.delete("csp_Thing", one)
client.tables.delete_alternate_key("csp_Thing", key.metadata_id)
client.tables.delete_relationship(relation.relationship_id)
client.tables.delete("csp_Thing")
check("gone", client.tables.get("csp_Thing"), None)
sys.stdout.write("ok\n")
