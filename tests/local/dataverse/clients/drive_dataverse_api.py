"""Drives PyPI dataverse-api 1.4 through what it offers; runs by itself, with the server's address. Prints "ok" at the end.

Left out is what sends addresses that no Dataverse has: `add_alternate_key` (EntityMetadata), `delete_relationship` and
`remove_alternate_key` (they name a relationship by LogicalName, and a key as a column).
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import sys
from typing import Any

import requests
from dataverse_api import DataverseClient
from dataverse_api.errors import DataverseAPIError
from dataverse_api.metadata.attributes import (
    BigIntAttributeMetadata,
    BooleanAttributeMetadata,
    DateTimeAttributeMetadata,
    DecimalAttributeMetadata,
    IntegerAttributeMetadata,
    MemoAttributeMetadata,
    StringAttributeMetadata,
)
from dataverse_api.metadata.entity import define_entity
from dataverse_api.metadata.enums import OwnershipType
from dataverse_api.metadata.relationships import define_relationship
from dataverse_api.utils.batching import BatchCommand, RequestMethod
from dataverse_api.utils.labels import define_label
from powerplatform_steps import by, check, refused

COLUMNS = [
    StringAttributeMetadata(schema_name="csp_Name", is_primary_name=True),
    StringAttributeMetadata(schema_name="csp_Code", max_length=20),
    DecimalAttributeMetadata(schema_name="csp_Rate", min_value=0, max_value=100, precision=4),
    IntegerAttributeMetadata(schema_name="csp_Size", min_value=0, max_value=9),
    DateTimeAttributeMetadata(schema_name="csp_At"),
    MemoAttributeMetadata(schema_name="csp_Note"),
    BigIntAttributeMetadata(schema_name="csp_Big"),
    BooleanAttributeMetadata(schema_name="csp_Flag"),
]


def definitions(client: Any) -> None:  # noqa: ANN401  the client has no types that mypy sees
    """A table with every column type that it knows, changed, with one column more and one less, and a relationship."""
    table = define_entity("csp_Thing", COLUMNS, description="d", ownership_type=OwnershipType.USER_OWNED)
    made = client.create_entity(table, solution_name="CspBilling", return_representation=True)
    check("created", (made.status_code, made.json()["LogicalName"]), (201, "csp_thing"))
    found = client.get_entity_definition("csp_thing")
    found.display_name = define_label("Other")
    changed = client.update_entity(found, preserve_localized_labels=True)
    check("changed", (changed.status_code, client.get_entity_definition("csp_thing").schema_name), (204, "csp_Thing"))
    check("languages", client.get_language_codes(), [1033])
    thing = client.entity("csp_thing")
    thing.add_attribute(StringAttributeMetadata(schema_name="csp_Extra", auto_number_format="E-{SEQNUM:4}"))
    got = thing.add_attribute(StringAttributeMetadata(schema_name="csp_More"), return_representation=True)
    check("column", got.json()["LogicalName"], "csp_more")
    thing.remove_attribute(attribute_id=got.json()["MetadataId"])
    thing.remove_attribute(logical_name="csp_extra")
    client.create_relationship(define_relationship("csp_account_thing", "csp_thing", "account", "csp_account"))
    check("relationship", client.get_relationship_definition("csp_account_thing").schema_name, "csp_account_thing")


def rows(client: Any) -> None:  # noqa: ANN401
    """Created, read, changed by key, emptied, deleted: one by one, many at once, in batches, in threads."""
    thing = client.entity("csp_thing")
    check("set", (thing.entity_set_name, thing.primary_id_attr), ("csp_things", "csp_thingid"))
    check("multiple", (thing.supports_create_multiple, thing.supports_update_multiple), (True, True))
    check("lookups", "rel_account" in thing.relationships.single_valued, True)
    single = thing.create([{"csp_name": "a", "csp_size": 1}], return_created=True)[0].json()
    thing.create([{"csp_name": "b", "csp_size": 2}, {"csp_name": "c", "csp_size": 3}], mode="multiple")
    thing.create([{"csp_name": f"t{index}", "csp_size": 9} for index in range(4)], mode="individual", threading=True)
    thing.create([{"csp_name": f"d{index}", "csp_size": 4} for index in range(5)], mode="batch", batch_size=2)
    check(
        "read",
        by(thing.read(select=["csp_name"], filter="csp_size le 3", order_by="csp_name desc", page_size=2), "csp_name"),
        ["c", "b", "a"],
    )
    check("top", len(thing.read(top=2)), 2)
    shown = thing.read(select=["csp_flag"], top=1, return_formatted_values=True)[0]
    check("formatted", shown["csp_flag@OData.Community.Display.V1.FormattedValue"], "False")
    thing.upsert([{"csp_thingid": single["csp_thingid"], "csp_size": 5}])
    check("upserted", by(thing.read(filter="csp_size eq 5"), "csp_name"), ["a"])
    account = client.entity("account")
    account.upsert(
        [{"accountnumber": "A1", "name": "one"}, {"accountnumber": "A2", "name": "two"}],
        altkey_name=next(iter(account.alternate_keys)),
        mode="batch",
    )
    check("by key", sorted(by(account.read(filter="startswith(accountnumber,'A')"), "name")), ["one", "two"])
    thing.delete_columns(["csp_size"], filter="csp_name eq 'b'")
    thing.delete_columns(["csp_size"], filter="csp_size eq 4", mode="batch")
    check("emptied", len(thing.read(filter="csp_size eq null")), 6)
    thing.delete(filter="csp_size eq null", mode="batch")
    thing.delete(ids=[single["csp_thingid"]])
    check("left", len(thing.read()), 5)
    check("unknown column", [one.status_code for one in thing.create([{"csp_nothing": 1}])], [400])


def batches(client: Any) -> None:  # noqa: ANN401
    """A batch of its own making."""
    commands = [
        BatchCommand(url="accounts", method=RequestMethod.POST, data={"name": "in batch"}),
        BatchCommand(url="accounts?$filter=name eq 'in batch'", method=RequestMethod.GET),
    ]
    done = client.submit_batch(commands)
    check("batch", (done[0].status_code, "204 No Content" in done[0].text, "in batch" in done[0].text), (200, True, True))
    client.delete_entity("csp_thing")
    refused("gone", lambda: client.get_entity_definition("csp_thing"), DataverseAPIError, "csp_thing")


session = requests.Session()
session.headers["Authorization"] = "Bearer any"
everything = DataverseClient(session, sys.argv[1])
definitions(everything)
rows(everything)
batches(everything)
sys.stdout.write("ok\n")
