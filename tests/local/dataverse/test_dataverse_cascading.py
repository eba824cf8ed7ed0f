"""What deleting, assigning, sharing and moving a row does to the rows below it: each rule of a relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.dataverse import seed
from tests.local.dataverse.bodies_of_definitions import lookup, made

if TYPE_CHECKING:
    from local.dataverse import DataverseApp
    from local.dataverse.trial import Api

ADMIN = f"systemusers({seed.ADMIN_USER_ID})"


def order_of(api: Api, rule: dict[str, str], parent: str = "account", child: str = "csp_Order") -> tuple[str, str]:
    """A relationship with cascade rules: names of child table's set and of its lookup."""
    name = made(api, child)
    schema = f"csp_{parent.removeprefix('csp_').title()}Id"
    answer = api("POST", "RelationshipDefinitions", lookup(parent, name, schema, **rule))
    assert answer.status == 204, answer.text
    return f"{name}s", schema


def owners(api: Api, set_name: str) -> set[str]:
    """Who owns the rows of a set."""
    return {row["_ownerid_value"] for row in api.rows(set_name)}


@pytest.mark.parametrize(
    ("rule", "moved"),
    [("NoCascade", ""), ("Cascade", "active inactive other"), ("Active", "active other"), ("UserOwned", "active inactive")],
)
def test_assigning_takes_along(api: Api, rule: str, moved: str) -> None:
    """All, the active, or those of the old owner."""
    third = api.create("teams", name="third")
    role = f"roles({seed.ROLE_ID})"
    api("POST", f"teams({third})/teamroles_association/$ref", {"@odata.id": role})
    orders, nav = order_of(api, {"Assign": rule})
    account = api.create("accounts", name="A")
    for name, more in (
        ("active", {}),
        ("inactive", {"statecode": 1, "statuscode": 2}),
        ("other", {"ownerid@odata.bind": f"teams({third})"}),
    ):
        assert api("POST", orders, {"csp_xorder_name": name, f"{nav}@odata.bind": f"accounts({account})", **more}).status == 204
    assert api("PATCH", f"accounts({account})", {"ownerid@odata.bind": ADMIN}).status == 204
    found = {row["csp_xorder_name"] for row in api.rows(orders) if row["_ownerid_value"] == seed.ADMIN_USER_ID}
    assert found == set(moved.split())


def test_assigning_goes_down_and_stops_where_it_has_been(api: Api) -> None:
    """Account, order, line; and a ring of two that ends."""
    orders, nav = order_of(api, {"Assign": "Cascade"})
    lines, below = order_of(api, {"Assign": "Cascade"}, "csp_order", "csp_Line")
    ring = lookup("csp_line", "csp_order", "csp_LineId", Assign="Cascade") | {"SchemaName": "csp_ring"}
    assert api("POST", "RelationshipDefinitions", ring).status == 204
    account = api.create("accounts", name="A")
    order = api.create(orders, **{f"{nav}__bind": f"accounts({account})"})
    line = api.create(lines, **{f"{below}__bind": f"{orders}({order})"})
    api("PATCH", f"{orders}({order})", {"csp_LineId@odata.bind": f"{lines}({line})"})
    assert api("PATCH", f"accounts({account})", {"ownerid@odata.bind": ADMIN}).status == 204
    assert owners(api, orders) == owners(api, lines) == {seed.ADMIN_USER_ID}


def test_deleting_in_a_ring_ends(api: Api) -> None:
    """Each row goes once, although they delete each other."""
    orders, _ = order_of(api, {})
    lines, below = order_of(api, {"Delete": "Cascade"}, "csp_order", "csp_Line")
    ring = lookup("csp_line", "csp_order", "csp_LineId", Delete="Cascade") | {"SchemaName": "csp_ring"}
    assert api("POST", "RelationshipDefinitions", ring).status == 204
    order = api.create(orders, csp_xorder_name="o")
    line = api.create(lines, **{f"{below}__bind": f"{orders}({order})"})
    api("PATCH", f"{orders}({order})", {"csp_LineId@odata.bind": f"{lines}({line})"})
    assert api("DELETE", f"{orders}({order})").status == 204
    assert (api.rows(orders), api.rows(lines)) == ([], [])


def test_a_restriction_deep_below_takes_everything_back(api: Api) -> None:
    """The order would be deleted with its account, but its lines forbid that."""
    orders, nav = order_of(api, {"Delete": "Cascade"})
    lines, below = order_of(api, {"Delete": "Restrict"}, "csp_order", "csp_Line")
    account = api.create("accounts", name="A")
    order = api.create(orders, **{f"{nav}__bind": f"accounts({account})"})
    line = api.create(lines, **{f"{below}__bind": f"{orders}({order})"})
    refused = api("DELETE", f"accounts({account})")
    assert refused.error == (400, "0x80040227")
    assert refused.message == "The object you tried to delete is associated with another object and cannot be deleted."
    assert len(api.rows(orders)) == len(api.rows("accounts")) == 1
    assert api("DELETE", f"{lines}({line})").status == 204
    assert api("DELETE", f"accounts({account})").status == 204
    assert api.rows(orders) == []


@pytest.mark.parametrize("rule", ["NoCascade", "Cascade"])
def test_sharing_takes_along(api: Api, rule: str) -> None:
    """And ends with it."""
    orders, nav = order_of(api, {"Share": rule, "Unshare": rule})
    account = api.create("accounts", name="A")
    order = api.create(orders, **{f"{nav}__bind": f"accounts({account})"})
    target = {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": account}
    principal = {"@odata.type": "Microsoft.Dynamics.CRM.systemuser", "systemuserid": seed.ADMIN_USER_ID}
    grant: dict[str, Any] = {"Target": target, "PrincipalAccess": {"Principal": principal, "AccessMask": "ReadAccess"}}
    assert api("POST", "GrantAccess", grant).status == 204
    shared = {row["objectid"] for row in api.rows("principalobjectaccessset")}
    assert shared == ({account, order} if rule == "Cascade" else {account})
    assert api("POST", "RevokeAccess", {"Target": target, "Revokee": principal}).status == 204
    assert api.rows("principalobjectaccessset") == []


def test_who_may_see_the_parent_may_see_a_row_moved_below_it(api: Api) -> None:
    """Its owner, and who it is shared with; on creating and on moving."""
    orders, nav = order_of(api, {"Reparent": "Cascade"})
    account = api.create("accounts", name="A", ownerid__bind=ADMIN)
    first = api.create(orders, **{f"{nav}__bind": f"accounts({account})"})
    second = api.create(orders, csp_xorder_name="later")
    assert {row["objectid"] for row in api.rows("principalobjectaccessset")} == {first}
    assert api("PATCH", f"{orders}({second})", {f"{nav}@odata.bind": f"accounts({account})"}).status == 204
    found = {(row["objectid"], row["principalid"]) for row in api.rows("principalobjectaccessset")}
    assert found == {(first, seed.ADMIN_USER_ID), (second, seed.ADMIN_USER_ID)}


def test_the_models_own_rules_hold(api: Api, app: DataverseApp) -> None:
    """A billing contract that has invoices cannot be deleted; its column is one that restricts."""
    restricting = [
        (entity, column_)
        for entity in app.storage.catalog
        for column_ in entity.table.columns
        if column_.on_delete.value == "Restrict" and column_.targets == ("w365_billingcontract",)
    ]
    child, link = restricting[0]
    contract = api.create("w365_billingcontracts", w365_number="C")
    row = api.create(child.set_name, **{f"{link.schema}__bind": f"w365_billingcontracts({contract})"})
    assert api("DELETE", f"w365_billingcontracts({contract})").error == (400, "0x80040227")
    assert api("DELETE", f"{child.set_name}({row})").status == 204
    assert api("DELETE", f"w365_billingcontracts({contract})").status == 204
