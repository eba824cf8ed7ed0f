"""`client.records`, `client.files` and `client.dataframe` of Microsoft's client."""

# mypy: disable-error-code="import-not-found,import-untyped"
# the client is installed beside the project, where mypy does not look

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import requests
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem
from powerplatform_steps import by, check, refused

FORMATTED = "OData.Community.Display.V1.FormattedValue"
THING = "csp_Thing"


def records(client: Any) -> None:  # noqa: ANN401  the client has no types that mypy sees
    """Created, read, changed, upserted; one and many."""
    row = {
        "csp_name": "one",
        "csp_amount": 1.5,
        "csp_code": "A",
        "csp_status": "Posted",
        "csp_flag": True,
        "csp_f": 0.25,
        "csp_day": "2026-11-01",
    }
    one = client.records.create(THING, row)
    many = client.records.create(THING, [{"csp_name": f"m{index}", "csp_qty": index} for index in range(3)])
    check("create", (len(many), len(set(many))), (3, 3))
    found = client.records.retrieve(THING, one, select=["csp_name", "csp_status", "csp_amount", "csp_f", "csp_flag", "csp_day"])
    check(
        "retrieve",
        [found[name] for name in ("csp_name", "csp_status", "csp_amount", "csp_f", "csp_flag")],
        ["one", 2, 1.5, 0.25, True],
    )
    shown = client.records.retrieve(THING, one, select=["csp_status"], include_annotations="*")
    check("annotated", shown.data[f"csp_status@{FORMATTED}"], "Posted")
    check("retrieve nothing", client.records.retrieve(THING, "00000000-0000-4000-8000-000000000001"), None)
    refused("unknown column", lambda: client.records.create(THING, {"csp_nothing": 1}), HttpError, "csp_nothing")
    client.records.update(THING, one, {"csp_name": "uno"})
    client.records.update(THING, many, {"csp_flag": True})
    client.records.update(THING, many, [{"csp_qty": 10 + index} for index in range(3)])
    check("updates", sorted(by(client.records.list(THING, filter="csp_qty ge 10", select=["csp_qty"]), "csp_qty")), [10, 11, 12])
    refused(
        "update nothing",
        lambda: client.records.update(THING, "00000000-0000-4000-8000-000000000001", {"csp_name": "x"}),
        HttpError,
        "does not exist",
    )
    client.records.upsert(THING, [UpsertItem(alternate_key={"csp_code": "A"}, record={"csp_qty": 9})])
    client.records.upsert(
        THING, [{"alternate_key": {"csp_code": code}, "record": {"csp_name": code}} for code in ("A", "B", "C'D")]
    )
    check("upsert", sorted(by(client.records.list(THING, filter=col("csp_code").is_not_null()), "csp_name")), ["A", "B", "C'D"])
    account = client.records.create("account", {"name": "x"})
    client.records.update(THING, one, {"csp_AccountId@odata.bind": f"/accounts({account})"})
    bound = client.records.retrieve(THING, one, select=["csp_name"], expand=["csp_AccountId"])
    check("bound and expanded", bound["csp_AccountId"]["name"], "x")
    check("old get", client.records.get(THING, one, select=["csp_name"])["csp_name"], "A")
    pages = list(
        client.records.get(THING, select=["csp_name"], filter="csp_qty ge 10", orderby=["csp_qty desc"], page_size=2, count=True)
    )
    check("old pages", [by(page, "csp_name") for page in pages], [["m2", "m1"], ["m0"]])
    wanted = {
        "select": ["csp_name", "csp_qty"],
        "orderby": ["csp_qty desc"],
        "expand": ["csp_AccountId"],
        "include_annotations": "*",
    }
    check("list", by(client.records.list(THING, top=2, count=True, **wanted), "csp_qty"), [12, 11])
    pages = list(client.records.list_pages(THING, page_size=2, **wanted))
    check("pages", [len(list(page)) for page in pages], [2, 2, 2])
    client.records.delete("account", account)


def deletes(client: Any) -> None:  # noqa: ANN401
    """One, many by BulkDelete, many one by one."""
    ids = client.records.create(THING, [{"csp_name": f"d{index}"} for index in range(5)])
    client.records.delete(THING, ids[0])
    check("bulk delete", len(str(client.records.delete(THING, ids[1:3]))), 36)
    check("one by one", client.records.delete(THING, ids[3:], use_bulk_delete=False), None)
    check("deleted", list(client.records.list(THING, filter="startswith(csp_name,'d')")), [])
    refused("delete twice", lambda: client.records.delete(THING, ids[0]), HttpError, "does not exist")


def frames(client: Any) -> None:  # noqa: ANN401
    """Pandas in and out."""
    ids = client.dataframe.create(THING, pd.DataFrame([{"csp_name": "f1", "csp_qty": 1}, {"csp_name": "f2", "csp_qty": 2}]))
    check("frame create", len(ids), 2)
    changes = pd.DataFrame({"csp_thingid": ids, "csp_qty": pd.array([21, None], dtype="Int64"), "csp_text": ["t", "u"]})
    client.dataframe.update(THING, changes, "csp_thingid")
    frame = client.dataframe.sql("SELECT csp_name, csp_qty FROM csp_thing WHERE csp_text IS NOT NULL ORDER BY csp_name")
    check("frame sql", (list(frame["csp_name"]), list(frame["csp_qty"])), (["f1", "f2"], [21, 2]))
    client.dataframe.update(THING, changes, "csp_thingid", clear_nulls=True)
    frame = client.dataframe.get(
        THING, select=["csp_name", "csp_qty"], filter="csp_text ne null", orderby=["csp_name"], page_size=1
    )
    check("frame get", (len(frame), bool(pd.isna(frame["csp_qty"][1]))), (2, True))
    check("frame one", len(client.dataframe.get(THING, record_id=ids[0], select=["csp_name"])), 1)
    client.dataframe.delete(THING, ids)
    check("frame delete", len(client.dataframe.get(THING, filter="csp_text ne null")), 0)


def files(client: Any, url: str) -> None:  # noqa: ANN401
    """Uploaded whole and in pieces, into a column that is there and one that is not; read back."""
    row = client.records.create(THING, {"csp_name": "with file"})

    def stored(column: str) -> bytes:
        return requests.get(
            f"{url}/api/data/v9.2/csp_things({row})/{column}/$value", headers={"Authorization": "Bearer any"}, timeout=10
        ).content

    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.txt"), Path(folder, "lärge.bin")
        small.write_bytes(b"hello")
        large.write_bytes(bytes(range(256)) * 20_000)
        client.files.upload(THING, row, "csp_Doc", str(small), mime_type="text/plain")
        check("small", stored("csp_doc"), b"hello")
        client.files.upload(THING, row, "csp_Doc", str(large), mode="chunk", if_none_match=False)
        check("in pieces", stored("csp_doc") == large.read_bytes(), True)
        client.files.upload(THING, row, "csp_Other", str(small), mode="small")
        check("new column", stored("csp_other"), b"hello")
    check("its name", client.records.retrieve(THING, row, select=["csp_doc_name"])["csp_doc_name"], "lärge.bin")
