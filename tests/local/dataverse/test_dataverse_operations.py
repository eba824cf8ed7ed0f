"""Operations of the platform: versions, counts, merging; and those that are refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import seed

if TYPE_CHECKING:
    from local.dataverse.trial import Answer, Api

NOWHERE = "00000000-0000-0000-0000-0000000000ff"


def test_the_version(api: Api) -> None:
    """With and without parentheses."""
    for path in ("RetrieveVersion()", "RetrieveVersion"):
        answer = api.row(path)
        assert answer["Version"].startswith("9.2.")
        assert answer["@odata.context"].endswith("$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse")


@pytest.mark.parametrize(
    "path",
    [
        "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')",
        "RetrieveCurrentOrganization(AccessType=@p)?@p=Microsoft.Dynamics.CRM.EndpointAccessType'Default'",
    ],
)
def test_the_organisation(api: Api, path: str) -> None:
    """Its id is the one of WhoAmI; its addresses are where it was asked."""
    detail = api.row(path)["Detail"]
    assert detail["OrganizationId"] == seed.ORGANIZATION_ID
    assert detail["Endpoints"]["Keys"][0] == "WebApplication"
    assert detail["Endpoints"]["Values"][0] == "https://org.crm.dynamics.com/"


def test_how_many_rows_tables_have(api: Api) -> None:
    """Beyond the 5000 at which $count stops, too; a table that is not there is named."""
    api.create("accounts", name="A")
    api.create("accounts", name="B")
    found = api.row('RetrieveTotalRecordCount(EntityNames=@p)?@p=["account","contact"]')["EntityRecordCountCollection"]
    assert found == {"Count": 2, "IsReadOnly": False, "Keys": ["account", "contact"], "Values": [2, 0]}
    assert api.row('RetrieveTotalRecordCount(EntityNames=["account"])')["EntityRecordCountCollection"]["Values"] == [2]
    wrong = api("GET", 'RetrieveTotalRecordCount(EntityNames=@p)?@p=["nothing"]')
    assert (wrong.status, "'nothing'" in wrong.message) == (404, True)
    assert api("GET", "RetrieveTotalRecordCount").error == (400, "0x80040203")


def merge(api: Api, target: str, subordinate: str, table: str = "account", **more: Any) -> Answer:  # noqa: ANN401  JSON
    """The action Merge."""
    kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{table}"}
    body = {
        "Target": {**kind, f"{table}id": target},
        "Subordinate": {**kind, f"{table}id": subordinate},
        "PerformParentingChecks": False,
    }
    return api("POST", "Merge", {**body, **more})


def test_one_account_takes_the_place_of_another(api: Api) -> None:
    """Contacts and tasks move, values are taken over, the other is inactive and knows its master."""
    keep, gone = api.create("accounts", name="keep"), api.create("accounts", name="gone")
    contact = api.create("contacts", lastname="C", parentcustomerid_account__bind=f"accounts({gone})")
    task = api.create("tasks", subject="T", regardingobjectid_account_task__bind=f"accounts({gone})")
    content = {"@odata.type": "Microsoft.Dynamics.CRM.account", "fax": "5"}
    assert merge(api, keep, gone, UpdateContent=content).status == 204
    assert api.row(f"contacts({contact})")["_parentcustomerid_value"] == keep
    assert api.row(f"tasks({task})")["_regardingobjectid_value"] == keep
    assert api.row(f"accounts({keep})")["fax"] == "5"
    row = api.row(f"accounts({gone})")
    assert (row["statecode"], row["merged"], row["_masterid_value"]) == (1, True, keep)
    assert merge(api, keep, gone).error == (400, "0x80040203")


def test_merging_that_makes_no_sense(api: Api) -> None:
    """Itself, another table, a row that is not there, checks that are not made here; nothing changes."""
    one, two = api.create("accounts", name="1"), api.create("accounts", name="2")
    assert merge(api, one, one).error == (400, "0x80040203")
    assert merge(api, one, NOWHERE).error == (404, "0x80040217")
    assert merge(api, one, two, PerformParentingChecks=True).status == 501
    task = api.create("tasks", subject="x")
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.task", "activityid": task}
    assert merge(api, one, two, Subordinate=kind).error == (400, "0x80040203")
    assert api("POST", "Merge", {}).error == (400, "0x80040203")
    assert [row["statecode"] for row in api.rows("accounts")] == [0, 0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "BulkDetectDuplicates"),
        ("GET", "InitializeFrom(EntityMoniker=@a)"),
        ("GET", "CalculateRollupField(FieldName='x')"),
        ("POST", f"accounts({NOWHERE})/Microsoft.Dynamics.CRM.ExecuteWorkflow"),
        ("POST", "accounts/Microsoft.Dynamics.CRM.RouteTo"),
    ],
)
def test_what_the_platform_has_and_we_have_not_is_named(api: Api, method: str, path: str) -> None:
    """501, so that nobody takes it for a spelling mistake."""
    answer = api(method, path, {} if method == "POST" else None)
    assert answer.status == 501
    assert "The local Dataverse does not support the operation '" in answer.message


@pytest.mark.parametrize(
    "path", ["SetState", "Assign", "WinOpportunity", "Nonsense", f"accounts({NOWHERE})/Microsoft.Dynamics.CRM.Nonsense"]
)
def test_what_the_web_api_has_not_is_not_found(api: Api, path: str) -> None:
    """SetState and Assign exist for the organisation service only; here a row's columns say it."""
    assert api("POST", path, {}).error == (404, "0x8006088a")


def test_wrong_methods(api: Api) -> None:
    """A function is asked, an action is posted."""
    assert api("POST", "RetrieveVersion").status == api("GET", "Merge").status == 405
