"""Which row is meant, and who wins: alternate keys, upserts, entity tags, duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.dataverse import DataverseApp
    from local.dataverse.trial import Api

NOBODY = "00000000-0000-0000-0000-000000000001"


def test_upsert_by_key_creates_then_updates(api: Api) -> None:
    """204 both times, and OData-EntityId echoes the key form; the key's values need not stand in the body."""
    first = api("PATCH", "w365_billingcontracts(w365_number='C-1')", {"w365_billday": 1})
    second = api("PATCH", "w365_billingcontracts(w365_number='C-1')", {"w365_billday": 15})
    assert (first.status, second.status) == (204, 204)
    assert first.headers["odata-entityid"].endswith("/api/data/v9.2/w365_billingcontracts(w365_number='C-1')")
    assert [(row["w365_number"], row["w365_billday"]) for row in api.rows("w365_billingcontracts")] == [("C-1", 15)]


def test_keys_do_not_see_letter_case(api: Api) -> None:
    """Dataverse compares texts without case, in keys too, beyond ASCII."""
    api("PATCH", "w365_billingcontracts(w365_number='straße-é')", {"w365_billday": 1})
    api("PATCH", "w365_billingcontracts(w365_number='STRASSE-É')", {"w365_billday": 2})
    assert [row["w365_billday"] for row in api.rows("w365_billingcontracts")] == [2]


def test_a_quote_in_a_key_is_doubled(api: Api) -> None:
    """`X'1` is written X''1, plain or percent-encoded."""
    api.create("w365_billingcontracts", w365_number="X'1/a")
    assert api.row("w365_billingcontracts(w365_number='X''1/a')")["w365_number"] == "X'1/a"
    assert api.row("w365_billingcontracts(w365_number=%27X%27%271%2Fa%27)")["w365_number"] == "X'1/a"


def test_a_key_with_a_lookup_is_written_by_its_value_name(api: Api) -> None:
    """`_nav_value=guid`; the bare logical name and the navigation name are refused."""
    contract = api.create("w365_subscriptions", w365_name="S")
    path = "w365_changelogs({}={},w365_sequence=1)"
    assert api("PATCH", path.format("_w365_subscription_value", contract), {"w365_quantity": 3}).status == 204
    row = api.row(path.format("_w365_subscription_value", contract))
    assert (row["w365_quantity"], row["_w365_subscription_value"]) == (3, contract)
    assert api("GET", path.format("w365_subscription", contract)).error == (400, "0x80060888")
    assert api("GET", path.format("w365_Subscription", contract)).status == 400


@pytest.mark.parametrize(
    "key",
    ["w365_name='x'", "w365_number='x',w365_billday=1", "'x'", "5", "", "w365_number=5", "w365_number=null", "nonsense='x'"],
)
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    """400, with the sentence for keys where the columns are no key."""
    answer = api("GET", f"w365_billingcontracts({key})")
    assert answer.status == 400
    if key.startswith("w365_name"):
        assert answer.message.startswith(
            "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.w365_billingcontract'."
        )


def test_rows_that_are_not_there(api: Api) -> None:
    """404 with a code for ids and another for keys, on every method."""
    for method, headers in (("GET", {}), ("DELETE", {}), ("PATCH", {"If_Match": "*"})):
        assert api(method, f"accounts({NOBODY})", {"name": "x"}, **headers).error == (404, "0x80040217")
        assert api(method, "w365_jobs(w365_key='none')", {"w365_name": "x"}, **headers).error == (404, "0x80060891")
    assert f"account With Id = {NOBODY} Does Not Exist" in api("GET", f"accounts({NOBODY})").message


def test_a_second_row_with_the_same_key_is_refused(api: Api) -> None:
    """412 0x80060892 on create, on update, and never for a key with an empty column."""
    api.create("w365_invoices", w365_key="a", w365_number="N-1")
    other = api.create("w365_invoices", w365_key="b")
    api.create("w365_invoices", w365_key="c")
    answer = api("POST", "w365_invoices", {"w365_key": "A"})
    assert answer.error == (412, "0x80060892")
    assert "Entity Key w365_key_key violated. A record with the same value for Key already exists." in answer.message
    assert "<w365_key>" in answer.message
    assert api("PATCH", f"w365_invoices({other})", {"w365_number": "n-1"}).error == (412, "0x80060892")


def test_a_second_row_with_the_same_id_is_refused(api: Api) -> None:
    """412 0x80040237: a retry of a create with our own id says that it had landed."""
    body = {"accountid": NOBODY, "name": "A"}
    assert api("POST", "accounts", body).status == 204
    assert api("POST", "accounts", body).error == (412, "0x80040237")


def test_upsert_by_id_creates_with_that_id(api: Api) -> None:
    """PATCH on an id that is not there makes it."""
    assert api("PATCH", f"accounts({NOBODY})", {"name": "A"}).status == 204
    assert api.row(f"accounts({NOBODY})")["name"] == "A"
    assert api("PATCH", f"accounts({NOBODY})", {"accountid": "00000000-0000-0000-0000-000000000002"}).status == 400


def test_insert_only(api: Api) -> None:
    """If-None-Match: * refuses a row that is there; the literal word null means nothing."""
    path = "w365_jobs(w365_key='k')"
    assert api("PATCH", path, {"w365_name": "1"}, If_None_Match="*").status == 204
    refused = api("PATCH", path, {"w365_name": "2"}, If_None_Match="*")
    assert (refused.status, refused.message) == (412, "A record with matching key values already exists.")
    assert api("PATCH", path, {"w365_name": "3"}, If_None_Match="null").status == 204


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_old_etag_is_refused(api: Api, method: str) -> None:
    """Two writers who read the same version: the second sees 412."""
    path = f"accounts({api.create('accounts', name='A')})"
    tag = api.row(path)["@odata.etag"]
    assert api("PATCH", path, {"name": "B"}, If_Match=tag).status == 204
    refused = api(method, path, {"name": "C"}, If_Match=tag)
    assert refused.error == (412, "0x80060882")
    assert refused.message == "The version of the existing record doesn't match the RowVersion property provided."
    assert api.row(path)["name"] == "B"
    assert api(method, path, {"name": "C"}, If_Match=api.row(path)["@odata.etag"]).status == 204


def test_a_known_version_is_not_sent_again(api: Api) -> None:
    """If-None-Match with the row's tag answers 304, except with annotations or expansions."""
    path = f"accounts({api.create('accounts', name='A')})"
    tag = api.row(path)["@odata.etag"]
    assert api("GET", path, If_None_Match=tag).status == 304
    assert api("GET", path, If_None_Match="null").status == 200
    assert api("GET", path, If_None_Match=tag, Prefer='odata.include-annotations="*"').status == 200
    api("PATCH", path, {"name": "B"})
    assert api("GET", path, If_None_Match=tag).status == 200


def test_key_columns_in_the_body(api: Api) -> None:
    """Where the row exists they are dropped; where it does not, the body's value wins."""
    api.create("w365_jobs", w365_key="k")
    api("PATCH", "w365_jobs(w365_key='k')", {"w365_key": "other", "w365_name": "updated"})
    api("PATCH", "w365_jobs(w365_key='new')", {"w365_key": "body", "w365_name": "created"})
    assert {(row["w365_key"], row["w365_name"]) for row in api.rows("w365_jobs")} == {("k", "updated"), ("body", "created")}


def test_a_users_primary_key_cannot_be_named(api: Api, app: DataverseApp) -> None:
    """`set(primarykey=guid)` works except for users and teams."""
    user = app.rows("systemuser")[0]["systemuserid"]
    account = api.create("accounts", name="A")
    assert api("GET", f"accounts(accountid={account})").status == 200
    assert api("GET", f"systemusers(systemuserid={user})").status == 400
    assert api("GET", f"systemusers({user})").status == 200


def test_bulk_delete_of_listed_rows(api: Api) -> None:
    """The action as Microsoft's client sends it; any other condition is refused by name."""
    ids = [api.create("accounts", name=name) for name in "abc"]
    condition = {
        "AttributeName": "accountid",
        "Operator": "In",
        "Values": [{"Value": one, "Type": "System.Guid"} for one in ids[:2]],
    }
    query = {"EntityName": "account", "Criteria": {"FilterOperator": "And", "Conditions": [condition]}}
    answer = api("POST", "BulkDelete", {"JobName": "x", "QuerySet": [query]})
    assert api.row(f"asyncoperations({answer.json['JobId']})")["statuscode"] == 30
    assert [row["name"] for row in api.rows("accounts")] == ["c"]
    condition["Operator"] = "Like"
    assert api("POST", "BulkDelete", {"QuerySet": [query]}).status == 501
    assert api("POST", "BulkDelete", {}).status == 400


def test_create_multiple_is_all_or_nothing(api: Api) -> None:
    """One wrong item, and no row is written."""
    path = "w365_jobs/Microsoft.Dynamics.CRM.CreateMultiple"
    kind = "Microsoft.Dynamics.CRM.w365_job"
    good = {"Targets": [{"w365_key": "a", "@odata.type": kind}, {"w365_key": "b", "@odata.type": kind}]}
    bad = {"Targets": [{"w365_key": "c", "@odata.type": kind}, {"w365_key": "A", "@odata.type": kind}]}
    answer = api("POST", path, good)
    assert (answer.status, len(answer.json["Ids"])) == (200, 2)
    assert api("POST", path, bad).error == (412, "0x80060892")
    assert sorted(row["w365_key"] for row in api.rows("w365_jobs")) == ["a", "b"]


@pytest.mark.parametrize(
    "targets",
    [
        [{"w365_key": "a"}],
        [{"w365_key": "a", "@odata.type": "Microsoft.Dynamics.CRM.account"}],
        [],
        [5],
        "x",
        None,
    ],
)
def test_multiple_needs_a_type_on_each_item(api: Api, targets: object) -> None:
    """@odata.type is mandatory."""
    assert api("POST", "w365_jobs/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets}).status == 400


def test_upsert_multiple_by_key(api: Api) -> None:
    """Rows are named by @odata.id; key columns in the body as well are refused, as the real server does."""
    path = "w365_jobs/Microsoft.Dynamics.CRM.UpsertMultiple"
    item = {"@odata.type": "Microsoft.Dynamics.CRM.w365_job", "@odata.id": "w365_jobs(w365_key='a')", "w365_name": "1"}
    assert api("POST", path, {"Targets": [item]}).status == 204
    assert api("POST", path, {"Targets": [item | {"w365_name": "2"}]}).status == 204
    assert [(row["w365_key"], row["w365_name"]) for row in api.rows("w365_jobs")] == [("a", "2")]
    assert api("POST", path, {"Targets": [item | {"w365_key": "a"}]}).status == 400
    assert (
        api(
            "POST",
            "w365_jobs/Microsoft.Dynamics.CRM.UpdateMultiple",
            {"Targets": [item | {"@odata.id": "w365_jobs(w365_key='z')"}]},
        ).status
        == 404
    )
    refused = api("POST", "w365_jobs/Microsoft.Dynamics.CRM.DeleteMultiple", {"Targets": []})
    assert (refused.status, refused.message) == (400, "DeleteMultiple has not yet been implemented.")


def test_a_key_whose_lookup_leads_nowhere_makes_no_row(api: Api) -> None:
    """The address names a parent that is not there: 404 about the parent, and no orphan."""
    nowhere = "00000000-0000-0000-0000-0000000000ff"
    path = f"w365_changelogs(_w365_subscription_value={nowhere},w365_sequence=1)"
    answer = api("PATCH", path, {"w365_quantity": 3})
    assert answer.error == (404, "0x80040217")
    assert nowhere in answer.message
    assert api.rows("w365_changelogs") == []
