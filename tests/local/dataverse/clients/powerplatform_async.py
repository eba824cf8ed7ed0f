"""`PowerPlatform.Dataverse.aio`: the same client for asyncio, through every operation once."""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Self

import pandas as pd
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.relationship import ManyToManyRelationshipMetadata
from PowerPlatform.Dataverse.models.upsert import UpsertItem
from powerplatform_steps import Credential, Status, by, check
from powerplatform_tables import cascading

THING = "csp_Thing"


class AsyncCredential:
    """Any token will do."""

    async def get_token(self, *_scopes: str, **_more: object) -> AccessToken:
        """A token."""
        return AccessToken("any", Credential().get_token().expires_on)

    async def close(self) -> None:
        """Nothing is held."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _tables(client: Any) -> tuple[str, str]:  # noqa: ANN401  the client has no types that mypy sees
    made = await client.tables.create(
        THING, {"csp_Qty": "int", "csp_Code": "string", "csp_Doc": "file", "csp_Status": Status}, primary_column="csp_Name"
    )
    check("async create", made.entity_set_name, "csp_things")
    check("async get", (await client.tables.get(THING)).logical_name, "csp_thing")
    check("async list", by(await client.tables.list(filter="LogicalName eq 'account'"), "LogicalName"), ["account"])
    await client.tables.add_columns(THING, {"csp_Extra": "string"})
    await client.tables.update_column(THING, "csp_Extra", {"max_length": 70})
    await client.tables.update_columns(THING, {"csp_Qty": {"max_value": 99}})
    check("async column", (await client.tables.get_column(THING, "csp_Extra", typed=True))["MaxLength"], 70)
    check("async columns", "csp_extra" in by(await client.tables.list_columns(THING), "LogicalName"), True)
    await client.tables.remove_columns(THING, "csp_Extra")
    key = await client.tables.create_alternate_key(THING, "csp_code_key", ["csp_code"])
    check("async keys", [one.schema_name for one in await client.tables.get_alternate_keys(THING)], ["csp_code_key"])
    relation = await client.tables.create_one_to_many_relationship(
        **cascading("RemoveLink", "csp_account_things", "csp_AccountId")
    )
    many = await client.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata(schema_name="csp_many", entity1_logical_name="csp_thing", entity2_logical_name="contact")
    )
    short = await client.tables.create_lookup_field(THING, "csp_ContactId", "contact")
    check("async relationship", (await client.tables.get_relationship("csp_many")).entity1_logical_name, "csp_thing")
    check("async relationships", len(await client.tables.list_relationships(filter="SchemaName eq 'csp_many'")), 1)
    names = by(await client.tables.list_table_relationships(THING), "SchemaName")
    check("async of the table", {"csp_many", "csp_account_things"} <= set(names), True)
    await client.tables.delete_relationship(many.relationship_id)
    await client.tables.delete_relationship(short.relationship_id)
    return key.metadata_id, relation.relationship_id


async def _rows(client: Any) -> None:  # noqa: ANN401
    one = await client.records.create(THING, {"csp_name": "one", "csp_code": "A", "csp_status": "Draft"})
    many = await client.records.create(THING, [{"csp_name": f"m{index}", "csp_qty": index} for index in range(3)])
    check("async retrieve", (await client.records.retrieve(THING, one, select=["csp_status"]))["csp_status"], 1)
    await client.records.update(THING, one, {"csp_qty": 5})
    await client.records.update(THING, many, {"csp_qty": 6})
    await client.records.upsert(THING, [UpsertItem(alternate_key={"csp_code": code}, record={"csp_qty": 7}) for code in "AB"])
    check("async list", len(await client.records.list(THING, filter="csp_qty eq 7")), 2)
    check("async pages", [len(page) async for page in client.records.list_pages(THING, page_size=2)], [2, 2, 1])
    query = client.query.builder(THING).select("csp_name").where(col("csp_qty") == 6).order_by("csp_name").page_size(2)
    check("async builder", by(await query.execute(), "csp_name"), ["m0", "m1", "m2"])
    check("async builder pages", [len(page) async for page in query.execute_pages()], [2, 1])
    check("async sql", len(await client.query.sql("SELECT csp_name FROM csp_thing WHERE csp_qty = 6")), 3)
    xml = '<fetch count="2"><entity name="csp_thing"><attribute name="csp_name"/><order attribute="csp_name"/></entity></fetch>'
    check("async fetchxml", len(await client.query.fetchxml(xml).execute()), 5)
    check("async fetchxml pages", [len(page) async for page in client.query.fetchxml(xml).execute_pages()], [2, 2, 1])
    check("async sql columns", "csp_qty" in by(await client.query.sql_columns(THING), "name"), True)
    check("async expands", "csp_AccountId" in by(await client.query.odata_expands(THING), "nav_property"), True)
    ids = await client.dataframe.create(THING, pd.DataFrame([{"csp_name": "f", "csp_qty": 1}, {"csp_name": "f", "csp_qty": 2}]))
    await client.dataframe.update(THING, pd.DataFrame({"csp_thingid": ids, "csp_qty": [8, 9]}), "csp_thingid")
    frame = await client.dataframe.sql("SELECT csp_qty FROM csp_thing WHERE csp_name = 'f' ORDER BY csp_qty")
    check("async frame", list(frame["csp_qty"]), [8, 9])
    await client.dataframe.delete(THING, ids)
    await client.records.delete(THING, many)
    await client.records.delete(THING, one)
    check("async flush", await client.flush_cache("picklist") >= 0, True)


async def _batch(client: Any) -> None:  # noqa: ANN401
    batch = client.batch.new()
    async with batch.changeset() as changes:
        ref = changes.records.create("account", {"name": "in async batch"})
        changes.records.create(THING, {"csp_name": "in async batch", "csp_AccountId@odata.bind": ref})
    batch.tables.get(THING)
    batch.query.sql("SELECT name FROM account WHERE name = 'in async batch'")
    done = await batch.execute()
    check("async batch", [one.status_code for one in done.responses], [204, 204, 200, 200])


async def _files(client: Any, path: Path) -> None:  # noqa: ANN401
    row = await client.records.create(THING, {"csp_name": "with file"})
    await client.files.upload(THING, row, "csp_Doc", str(path), mode="chunk")
    await client.files.upload(THING, row, "csp_Doc", str(path), mode="small", if_none_match=False)
    check("async file", (await client.records.retrieve(THING, row, select=["csp_doc_name"]))["csp_doc_name"], path.name)


async def _all(url: str) -> None:
    async with AsyncDataverseClient(url, AsyncCredential()) as client:
        key, relation = await _tables(client)
        await _rows(client)
        await _batch(client)
        await _files(client, Path(__file__))
        await client.tables.delete_alternate_key(THING, key)
        await client.tables.delete_relationship(relation)
        await client.tables.delete(THING)
        check("async gone", await client.tables.get(THING), None)


def drive(url: str) -> None:
    """Run it."""
    asyncio.run(_all(url))
