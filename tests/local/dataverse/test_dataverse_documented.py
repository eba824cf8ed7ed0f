"""The request and response pairs of Microsoft's documentation, answered as documented.

Ids, entity tags, tokens and moments differ; everything else, and the order of members, is compared.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.schema.model import Column, Key, Kind, Table
from local.dataverse import DataverseApp, platform, seed
from local.dataverse.trial import ROOT, Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parent / "data"
VECTORS: dict[str, dict[str, Any]] = {item["name"]: item for item in json.loads((DATA / "vectors.json").read_text("utf-8"))}
ERRORS: list[dict[str, Any]] = json.loads((DATA / "errors.json").read_text("utf-8"))
ONE, TWO = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
MASKS = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "<id>"),
    (re.compile(r'W/(\\?)"\d+(\\?)"'), "<etag>"),
    (re.compile(r"\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d"), "$deltatoken=<token>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d+/\d+/\d{4} \d+:\d\d [AP]M"), "<moment>"),
    (re.compile(r'"<(\d+\.\d+)>"'), r"\1"),
)


def example(name: str, keys: tuple[str, ...], whole: bool) -> Table:
    """A table of the documentation's examples."""
    base = next(table for table in platform.ALL if table.name == "lead")
    kind = Kind.INTEGER if whole else Kind.STRING
    columns = (
        Column(f"{name}id", f"{name}id", Kind.GUID, name),
        Column(f"{name.split('_', maxsplit=1)[0]}_name", "name", Kind.STRING, "Name"),
        *(Column(key, key, kind, key) for key in keys),
        *(column for column in base.columns if column.name in platform_names(base)),
    )
    return replace(
        base,
        name=name,
        set_name=f"{name}s",
        primary_id=f"{name}id",
        primary_name=columns[1].name,
        columns=columns,
        keys=(Key("k", keys),),
    )


def platform_names(table: Table) -> set[str]:
    """The columns that every table has."""
    return {column.name for column in table.columns} - {"leadid", "fullname", "firstname", "lastname", "subject", "companyname"}


TABLES = (
    *platform.ALL,
    example("example_record", ("example_key1", "example_key2"), True),
    example("sample_example", ("sample_keyattribute",), False),
)
"""The same ones for every tenant, which is then a copy of the first."""


@pytest.fixture
def tenant() -> Iterator[Api]:
    """A tenant with the tables of the examples."""
    app = DataverseApp(any_token=True, deliver=lambda _: 200, tables=TABLES)
    yield Api(app)
    app.close()


def masked(value: object) -> str:
    """A body as compact text, without what differs each time."""
    text = str(value)
    for pattern, mark in MASKS:
        text = pattern.sub(mark, text)
    return text


def body(name: str) -> Any:  # noqa: ANN401  JSON
    """A documented body."""
    return VECTORS[name]["response"]["body"]


def send(api: Api, name: str, path: str = "") -> Any:  # noqa: ANN401  a test's answer
    """Send a documented request."""
    request = VECTORS[name]["request"]
    headers = {key.replace("-", "_"): value for key, value in request["headers"].items()}
    answer = api(request["method"], path or request["path"].removeprefix("/api/data/v9.2/"), request["body"], **headers)
    expected = VECTORS[name]["response"]
    assert answer.status == expected["status"], answer.text
    for key, value in expected["headers"].items():
        got = answer.headers[key.lower()].split(";")[0]
        assert masked(got) == masked(value), key
    return answer


def contacts(api: Api, *names: str) -> None:
    """Make contacts of first and last names."""
    for name in names:
        first, _, last = name.partition(" ")
        api.create("contacts", firstname=first, lastname=last)


def test_page_1_of_2(tenant: Api) -> None:
    """Two of three contacts, the next link with its cookie."""
    contacts(tenant, "Yvonne McKay (sample)", "Susanna Stubberod (sample)", "Third")
    assert masked(send(tenant, "page 1 of 2").json) == masked(body("page 1 of 2"))


def test_formatted_values(tenant: Api) -> None:
    """Each annotation before its property; the currency comes along."""
    contacts(tenant, "Susanna Stubberod (sample)")
    contact = tenant.rows("contacts")[0]["contactid"]
    tenant.create("accounts", name="x", revenue=20000, customertypecode=1, primarycontactid__bind=f"contacts({contact})")
    row = send(tenant, "formatted values").json["value"][0]
    documented = body("formatted values")["value"][0]
    got = {name: value for name, value in row.items() if name not in {"@odata.etag", "accountid", "name"}}
    assert list(got) == list(documented)
    assert got["revenue"] == documented["revenue"]
    assert masked({**got, "revenue": 0}) == masked({**documented, "revenue": 0})


def test_expand_single_and_collection(tenant: Api) -> None:
    """The documented shape, with children that carry the lookup and a link to the rest."""
    contacts(tenant, "Susanna Stubberod (sample)")
    contact = tenant.rows("contacts")[0]["contactid"]
    account = tenant.create("accounts", name="Litware, Inc. (sample)", primarycontactid__bind=f"contacts({contact})")
    tenant.create("tasks", subject="Task 1 for Litware", regardingobjectid_account_task__bind=f"accounts({account})")
    assert masked(send(tenant, "expand single+collection").json) == masked(body("expand single+collection"))


def with_tasks(api: Api, count: int) -> None:
    """An account with some tasks."""
    api("PATCH", f"accounts({ONE})", {"name": "Adventure Works (sample)"})
    for index in range(count):
        api.create("tasks", subject=str(index), regardingobjectid_account_task__bind=f"accounts({ONE})")


def wide(api: Api) -> None:
    """Eight active accounts and an inactive one, some in a category, one contact in Washington."""
    contact = api.create("contacts", firstname="Rene", lastname="Valdes (sample)")
    for index in range(8):
        api.create("accounts", name=str(index), revenue=53750, accountcategorycode=1 if index == 7 else None)
    api.create("accounts", name="9", statecode=1)
    first = api.rows("accounts?$filter=name eq '0'")[0]["accountid"]
    api("PATCH", f"accounts({first})", {"address1_stateorprovince": "WA", "primarycontactid@odata.bind": f"contacts({contact})"})


@pytest.mark.parametrize(
    ("name", "arrange"),
    [
        ("$count segment", lambda api: with_tasks(api, 2)),
        ("get property", lambda api: with_tasks(api, 0)),
        ("refs of a collection", lambda api: with_tasks(api, 1)),
        ("apply groupby((statuscode),aggregate($count as count))", wide),
        ("apply filter(address1_stateorprovince eq 'WA')/groupby((primarycontactid/fullname))", wide),
        ("CreateMultiple", lambda _: None),
        ("upsert create representation", lambda _: None),
    ],
)
def test_documented_bodies(tenant: Api, name: str, arrange: Callable[[Api], None]) -> None:
    """The body of the page, but for ids and versions."""
    arrange(tenant)
    answer = send(tenant, name)
    assert masked(answer.text if isinstance(body(name), str) else answer.json) == masked(body(name))


def test_averages_and_several_groups(tenant: Api) -> None:
    """Nine decimals; nulls left out; the documentation's order of members inside a row does not count."""
    wide(tenant)
    name = "apply groupby((statuscode),aggregate(revenue with average as averagevalue))"
    assert (
        '"averagevalue@OData.Community.Display.V1.FormattedValue":"$53,750.00","averagevalue":53750.000000000'
        in send(tenant, name).text
    )
    name = "apply groupby((statecode,statuscode,accountcategorycode))"
    assert send(tenant, name).json["value"] == VECTORS[name]["response"]["body"]["value"]


def test_delta(tenant: Api) -> None:
    """A changed row, a deleted one, and the next link."""
    gone = tenant.create("accounts", name="gone")
    first = tenant("GET", "accounts?$select=name,telephone1,fax", Prefer="odata.track-changes").json
    tenant.create("accounts", name="Monte Orton", telephone1="555000", fax="10101")
    tenant("DELETE", f"accounts({gone})")
    answer = tenant("GET", first["@odata.deltaLink"].removeprefix(ROOT)).json
    assert masked(answer["value"]) == masked(body("delta")["value"])
    assert {name: masked(answer[name]) for name in body("delta")} == {
        name: masked(value) for name, value in body("delta").items()
    }


@pytest.mark.parametrize(
    "name",
    [
        "UpsertMultiple",
        "create 204",
        "deep insert",
        "put property",
        "clear lookups",
        "etag mismatch",
        "set single reference",
        "impersonation",
    ],
)
def test_documented_writes(tenant: Api, name: str) -> None:
    """Status and headers of the page; where it prints no code we give the one that clients rely on."""
    tenant("PATCH", f"accounts({ONE})", {"name": "A"})
    tenant("PATCH", f"accounts({TWO})", {"name": "B"})
    tenant("PATCH", f"opportunities({ONE})", {"name": "O"})
    entra = "e39c5d16-675b-48d1-8e67-667427e9c084"
    person = tenant.create("systemusers", fullname="Impersonated", azureactivedirectoryobjectid=entra)
    tenant("POST", f"systemusers({person})/systemuserroles_association/$ref", {"@odata.id": f"roles({seed.ROLE_ID})"})
    answer = send(tenant, name)
    if name == "etag mismatch":
        assert answer.message == VECTORS[name]["response"]["body"]["error"]["message"]
    if name == "create 204":
        assert tenant.row(f"accounts({answer.id})")["address1_latitude"].as_tuple().exponent == -5
    if name == "impersonation":
        row = tenant.row(f"accounts({answer.id})")
        user = tenant.rows("systemusers?$filter=fullname eq 'Impersonated'")[0]["systemuserid"]
        assert row["_createdby_value"] == row["_ownerid_value"] == user
        assert row["_createdonbehalfby_value"] == seed.APPLICATION_USER_ID


PROVOKED: dict[str, tuple[str, str, object, dict[str, str]]] = {
    "A record was not created": ("POST", "accounts", {"name": "a"}, {"MSCRM.SuppressDuplicateDetection": "false"}),
    "A validation error occurred.  The length": ("POST", "tasks", {"subject": "x" * 201}, {}),
    "account With Id =": ("GET", f"accounts({ONE})", None, {}),
    "A record with matching key values": ("PATCH", "w365_jobs(w365_key='there')", {}, {"If_None_Match": "*"}),
    "The version of the existing record": ("PATCH", "w365_jobs(w365_key='there')", {}, {"If_Match": 'W/"1"'}),
    "Entity Key": ("POST", "w365_jobs", {"w365_key": "THERE"}, {}),
    "Cannot insert duplicate key.": ("POST", "accounts", {"accountid": TWO}, {}),
    "A record with the specified key values does not exist": ("GET", "w365_jobs(w365_key='none')", None, {}),
    "Could not find a property named": ("GET", "accounts?$select=nothing", None, {}),
    "Expand with $ref": ("GET", "accounts?$expand=Account_Tasks/$ref", None, {}),
    "The navigation property '<NAME>'": ("GET", "teams?$expand=createdby($expand=teammembership_association)", None, {}),
    "Only $select and $filter clause": ("GET", "accounts?$expand=primarycontactid($orderby=fullname)", None, {}),
    "Resource not found for the segment": ("GET", "your_function_name()", None, {}),
    "Error identified in Payload": ("POST", "accounts", {"accountcategorycode": "Charity"}, {}),
    "Invalid property": ("POST", "accounts", {"nothing": 1}, {}),
    "The key in the request URI": ("GET", "accounts(fax='x')", None, {}),
    'The "${filter': ("GET", "accounts?$filter=name eq 'x'", None, {"Prefer": "odata.track-changes"}),
    "The query node": ("GET", "accounts?$apply=aggregate($count as n)&$orderby=n", None, {}),
    "There is an unterminated literal": ("GET", "contacts?$filter=lastname eq 'O'Bryan'", None, {}),
    "DeleteMultiple": ("POST", "accounts/Microsoft.Dynamics.CRM.DeleteMultiple", {}, {}),
    "value of a decimal": ("POST", "accounts", {"numberofemployees": -1}, {}),
    "picklist value": ("POST", "accounts", {"accountcategorycode": 9}, {}),
}
NOT_HERE = (
    "Content-ID Reference",
    "Principal user",
    "Example Error Message",
)
"""Batches (their own test), privileges, plug-ins."""


@pytest.mark.parametrize(
    "item",
    [item for item in ERRORS if not item["message"].startswith(NOT_HERE) and item["status"] != 429],
    ids=lambda item: item["message"][:40],
)
def test_documented_errors(tenant: Api, item: dict[str, Any]) -> None:
    """Status, code and sentence of each known error."""
    tenant.create("w365_jobs", w365_key="there")
    tenant("PATCH", f"accounts({TWO})", {"name": "A"})
    start = next(start for start in PROVOKED if item["message"].startswith(start))
    method, path, body, headers = PROVOKED[start]
    answer = tenant(method, path, body, **headers)
    codes = re.findall(r"0x[0-9a-fA-F]{8}", item["code"])
    assert answer.status == item["status"]
    if codes and start != "Invalid property":
        assert answer.error[1] in codes
    if start not in {"value of a decimal", "picklist value"}:
        fixed = [
            part
            for part in re.split(r"<[^<>]*>|\{\d\}|\{entity\}|\d{8}-[\d-]{27}|\(.*\)|'[^']*'", item["message"])
            if len(part.strip()) > 8
        ]
        assert all(part.strip() in answer.message for part in fixed), (answer.message, fixed)


def test_error_details_when_annotations_are_asked_for(tenant: Api) -> None:
    """include-annotations="*" adds what Dataverse adds."""
    answer = tenant("GET", f"accounts({ONE})", Prefer='odata.include-annotations="*"')
    assert "@Microsoft.PowerApps.CDS.ErrorDetails.HelpLink" in answer.json["error"]
    assert set(tenant("GET", f"accounts({ONE})").json["error"]) == {"code", "message"}
