"""`client.query` and `client.batch` of Microsoft's client: builder, filters, SQL, FetchXML, discovery; batches, change sets."""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

from typing import Any

import pandas as pd
from PowerPlatform.Dataverse.models.filters import col, raw
from PowerPlatform.Dataverse.models.query_builder import ExpandOption
from PowerPlatform.Dataverse.models.relationship import ManyToManyRelationshipMetadata
from PowerPlatform.Dataverse.models.upsert import UpsertItem
from powerplatform_steps import by, check
from powerplatform_tables import cascading

THING = "csp_Thing"
ACCOUNTS = [("Alpha", 10, "AL"), ("Beta", 20, "BE"), ("Alphabet", 30, None), ("O'Hara", 40, "OH")]
FILTERS = [
    (col("name") == "Beta", ["Beta"]),
    (col("name") != "Beta", ["Alpha", "Alphabet", "O'Hara"]),
    (col("revenue") > 20, ["Alphabet", "O'Hara"]),
    (col("revenue") >= 20, ["Alphabet", "Beta", "O'Hara"]),
    (col("revenue") < 20, ["Alpha"]),
    (col("revenue") <= 20, ["Alpha", "Beta"]),
    (col("accountnumber").is_null(), ["Alphabet"]),
    (col("accountnumber").is_not_null() & (col("revenue") < 40), ["Alpha", "Beta"]),
    (col("name").in_(["Alpha", "Beta"]), ["Alpha", "Beta"]),
    (col("name").not_in(["Alpha", "Beta"]), ["Alphabet", "O'Hara"]),
    (col("revenue").between(20, 30), ["Alphabet", "Beta"]),
    (col("revenue").not_between(20, 30), ["Alpha", "O'Hara"]),
    (col("name").contains("phab"), ["Alphabet"]),
    (col("name").startswith("Alpha"), ["Alpha", "Alphabet"]),
    (col("name").endswith("a"), ["Alpha", "Beta", "O'Hara"]),
    (col("name").like("%et%"), ["Alphabet", "Beta"]),
    (col("name").not_like("Alpha%"), ["Beta", "O'Hara"]),
    (~(col("name") == "Beta") | (col("revenue") == 20), ["Alpha", "Alphabet", "Beta", "O'Hara"]),
    (raw("startswith(name,'B')"), ["Beta"]),
]
STATEMENTS = [
    ("SELECT TOP 2 name FROM account ORDER BY name", ["Alpha", "Alphabet"]),
    ("SELECT name FROM account WHERE name LIKE 'Alpha%' ORDER BY name DESC", ["Alphabet", "Alpha"]),
    ("SELECT name FROM account WHERE revenue BETWEEN 20 AND 30 ORDER BY revenue", ["Beta", "Alphabet"]),
    ("SELECT name FROM account WHERE name IN ('Beta','O''Hara') ORDER BY name", ["Beta", "O'Hara"]),
    ("SELECT name FROM account WHERE accountnumber IS NULL", ["Alphabet"]),
    ("SELECT name FROM account WHERE (revenue < 15 OR revenue > 35) AND name <> 'x' ORDER BY name", ["Alpha", "O'Hara"]),
    ("SELECT name FROM account ORDER BY name OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", ["Alphabet", "Beta"]),
    ("SELECT DISTINCT a.name FROM account a JOIN contact c ON a.accountid = c.parentcustomerid", ["Beta"]),
]


def filters(client: Any) -> None:  # noqa: ANN401  the client has no types that mypy sees
    """Each filter of the builder finds what it says."""
    client.records.create("account", [{"name": n, "revenue": r, "accountnumber": k} for n, r, k in ACCOUNTS])
    for one, wanted in FILTERS:
        found = client.query.builder("account").select("name").where(one).order_by("name").execute()
        check(f"filter {one}", by(found, "name"), wanted)


def builder(client: Any) -> None:  # noqa: ANN401
    """Order, top, pages, count, annotations, expansions, data frames."""
    beta = client.records.list("account", filter="name eq 'Beta'")[0]["accountid"]
    client.records.create(
        "contact", [{"lastname": f"L{index}", "parentcustomerid_account@odata.bind": f"/accounts({beta})"} for index in range(3)]
    )
    query = (
        client.query.builder("account").select("name", "revenue").where(col("revenue") > 0).order_by("revenue", descending=True)
    )
    check("top", by(query.top(2).execute(), "name"), ["O'Hara", "Alphabet"])
    paged = client.query.builder("account").select("name").where(col("revenue") > 0).order_by("revenue").page_size(3).count()
    check("pages", [by(page, "name") for page in paged.execute_pages()], [["Alpha", "Beta", "Alphabet"], ["O'Hara"]])
    option = (
        ExpandOption("contact_customer_accounts")
        .select("lastname")
        .filter("lastname ne 'L1'")
        .order_by("lastname", descending=True)
        .top(5)
    )
    grown = (
        client.query.builder("account").select("name").where(col("name") == "Beta").expand(option, "primarycontactid").execute()
    )
    check("expanded", by(grown.first()["contact_customer_accounts"], "lastname"), ["L2", "L0"])
    shown = (
        client.query.builder("account")
        .select("revenue")
        .where(col("name") == "Beta")
        .include_formatted_values()
        .execute()
        .first()
    )
    check("formatted", "20" in str(shown.data["revenue@OData.Community.Display.V1.FormattedValue"]), True)
    every = (
        client.query.builder("account")
        .select("_ownerid_value")
        .where(col("name") == "Beta")
        .include_annotations("*")
        .execute()
        .first()
    )
    check("annotated", every.data["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"], "systemuser")
    check(
        "frame",
        sorted(client.query.builder("account").select("name").where(col("revenue") > 0).to_dataframe()["name"]),
        sorted(n for n, *_ in ACCOUNTS),
    )


def languages(client: Any) -> None:  # noqa: ANN401
    """SQL and FetchXML; what tables offer to them."""
    for sql, wanted in STATEMENTS:
        check(
            sql, by(client.query.sql(sql.replace("FROM account ORDER", "FROM account WHERE revenue > 0 ORDER")), "name"), wanted
        )
    sums = client.query.sql(
        "SELECT COUNT(*) AS n, SUM(revenue) AS s, AVG(revenue) AS a, MIN(revenue) AS l, MAX(revenue) AS h"
        " FROM account WHERE revenue > 0"
    )[0]
    check("sums", [float(sums[name]) for name in "nsalh"], [4, 100, 25, 10, 40])
    grouped = client.query.sql(
        "SELECT a.name, COUNT(c.contactid) as n FROM account a "
        "LEFT JOIN contact c ON a.accountid = c.parentcustomerid WHERE a.revenue > 0 GROUP BY a.name ORDER BY a.name"
    )
    check("grouped", [(row["name"], row["n"]) for row in grouped], [("Alpha", 0), ("Alphabet", 0), ("Beta", 3), ("O'Hara", 0)])
    xml = (
        '<fetch count="2"><entity name="account"><attribute name="name"/><order attribute="name"/>'
        '<filter><condition attribute="revenue" operator="gt" value="0"/></filter></entity></fetch>'
    )
    check("fetchxml", by(client.query.fetchxml(xml).execute(), "name"), ["Alpha", "Alphabet", "Beta", "O'Hara"])
    check("fetchxml pages", [len(list(page)) for page in client.query.fetchxml(xml).execute_pages()], [2, 2])
    columns = {one["name"]: one for one in client.query.sql_columns("account")}
    check("sql columns", (columns["accountid"]["is_pk"], columns["name"]["is_name"], "createdon" in columns), (True, True, True))
    check("select", "name" in client.query.odata_select("account", include_system=True), True)
    expands = client.query.odata_expands(THING)
    found = next(one for one in expands if one["target_table"] == "account")
    check("expands", (found["nav_property"], found["target_entity_set"]), ("csp_AccountId", "accounts"))
    check("expand", client.query.odata_expand(THING, "account"), "csp_AccountId")
    check("bind", client.query.odata_bind(THING, "account", "1"), {"csp_AccountId@odata.bind": "/accounts(1)"})
    check("flush", client.flush_cache("picklist") >= 0, True)


def batches(client: Any) -> None:  # noqa: ANN401
    """Everything that goes into a batch, one after the other; change sets with references; a failure that stops or does not."""
    batch = client.batch.new()
    with batch.changeset() as changes:
        ref = changes.records.create("account", {"name": "in batch"})
        thing = changes.records.create(THING, {"csp_name": "in batch", "csp_AccountId@odata.bind": ref})
        changes.records.update(THING, thing, {"csp_qty": 77})
        gone = changes.records.create("account", {"name": "gone"})
        changes.records.delete("account", gone)
    batch.query.sql("SELECT name FROM account WHERE name = 'in batch'")
    batch.records.list(
        THING, filter=col("csp_qty") == 77, select=["csp_name"], expand=["csp_AccountId"], top=1, orderby=["csp_name"], count=True
    )
    batch.tables.list(filter="LogicalName eq 'account'", select=["LogicalName"])
    done = batch.execute()
    check("change set", [one.status_code for one in done.responses], [204] * 5 + [200] * 3)
    check("read in it", done.responses[6].data["value"][0]["csp_AccountId"]["name"], "in batch")
    ids = client.records.create(THING, [{"csp_name": f"b{index}"} for index in range(6)])
    batch = client.batch.new()
    batch.records.create(THING, {"csp_name": "single"})
    batch.records.create(THING, [{"csp_name": "two"}, {"csp_name": "two"}])
    batch.records.update(THING, ids[0], {"csp_qty": 1})
    batch.records.update(THING, ids[:2], {"csp_qty": 2})
    batch.records.update(THING, ids[:2], [{"csp_qty": 3}, {"csp_qty": 4}])
    batch.records.upsert(THING, [UpsertItem(alternate_key={"csp_code": "batch"}, record={"csp_name": "u"})])
    batch.records.upsert(THING, [UpsertItem(alternate_key={"csp_code": code}, record={"csp_name": "u"}) for code in ("b1", "b2")])
    batch.records.retrieve(THING, ids[0], select=["csp_qty"], expand=["csp_AccountId"], include_annotations="*")
    batch.records.get(THING, ids[1], select=["csp_qty"])
    batch.records.delete(THING, ids[2])
    batch.records.delete(THING, ids[3:5])
    batch.records.delete(THING, [ids[5]], use_bulk_delete=False)
    batch.dataframe.create(THING, pd.DataFrame([{"csp_name": "frame"}]))
    batch.dataframe.update(THING, pd.DataFrame([{"csp_thingid": ids[0], "csp_qty": 5}]), "csp_thingid")
    batch.dataframe.delete(THING, pd.Series([ids[1]]))
    done = batch.execute()
    check("rows in a batch", [one.status_code for one in done.responses if not one.is_success], [])
    check("ids", len(done.entity_ids) >= 1, True)
    check("got", done.responses[8].data["csp_qty"], 4)
    _tables(client)
    for go_on, wanted in ((False, 1), (True, 2)):
        batch = client.batch.new()
        batch.records.create(THING, {"csp_nothing": 1})
        batch.records.create(THING, {"csp_name": f"after {go_on}"})
        check(f"go on {go_on}", len(batch.execute(continue_on_error=go_on).responses), wanted)


def _tables(client: Any) -> None:  # noqa: ANN401
    batch = client.batch.new()
    batch.tables.create("csp_Batched", {"csp_Size": "int"}, solution="CspBilling", primary_column="csp_Name", display_name="B")
    batch.tables.add_columns(THING, {"csp_B1": "string", "csp_B2": "int"})
    batch.tables.get("csp_Thing")
    batch.tables.create_one_to_many_relationship(**cascading("RemoveLink", "csp_batch_rel", "csp_BatchId"))
    batch.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata(
            schema_name="csp_batch_many", entity1_logical_name="csp_thing", entity2_logical_name="account"
        )
    )
    batch.tables.create_lookup_field("csp_thing", "csp_ShortId", "contact")
    batch.tables.get_relationship("csp_batch_many")
    done = batch.execute()
    check("tables in a batch", [(one.status_code, one.error_message) for one in done.responses if not one.is_success], [])
    batch = client.batch.new()
    batch.tables.remove_columns(THING, ["csp_B1", "csp_B2"])
    for name in ("csp_batch_rel", "csp_batch_many"):
        batch.tables.delete_relationship(client.tables.get_relationship(name).relationship_id)
    batch.tables.delete("csp_Batched")
    done = batch.execute()
    check("tables removed in a batch", [one.status_code for one in done.responses], [204] * 5)
