"""Duplicate detection: off unless a request asks for it, by published rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.dataverse.trial import Answer, Api

HEADER = "MSCRM.SuppressDuplicateDetection"
DUPLICATE = (412, "0x80040333")


def careful(api: Api, method: str, path: str, **values: object) -> Answer:
    """A request that does not want a duplicate."""
    return api(method, path, values, **{HEADER: "false"})


def rule(api: Api, *conditions: dict[str, Any], publish: bool = True, **more: object) -> str:
    """A rule for invoices."""
    body = {"name": "R", "baseentityname": "w365_invoice", "matchingentityname": "w365_invoice", **more}
    row_id = api("POST", "duplicaterules", body).id
    for one in conditions:
        bind = {"duplicateruleid@odata.bind": f"duplicaterules({row_id})"}
        answer = api("POST", "duplicateruleconditions", {"operatorcode": 0, **one, **bind})
        assert answer.status == 204, answer.text
    if publish:
        assert api("PATCH", f"duplicaterules({row_id})", {"statecode": 1}).status == 204
    return row_id


def on(name: str, **more: object) -> dict[str, Any]:
    """A condition between a column and itself."""
    return {"baseattributename": name, "matchingattributename": name, **more}


def test_the_documented_lead(api: Api) -> None:
    """A second lead with one e-mail address, when and only when that was asked."""
    lead = {"firstname": "Monte", "lastname": "Orton", "emailaddress1": "monteorton@example.com"}
    assert careful(api, "POST", "leads", **lead).status == 204
    assert careful(api, "POST", "leads", **lead).error == DUPLICATE
    assert api("POST", "leads", lead, **{HEADER: "true"}).status == 204
    assert api("POST", "leads", lead).status == 204


def test_an_update_that_makes_a_duplicate(api: Api) -> None:
    """The row itself is no duplicate of itself; another is."""
    api.create("accounts", name="Contoso")
    other = api.create("accounts", name="Fabrikam")
    assert careful(api, "PATCH", f"accounts({other})", fax="1").status == 204
    assert careful(api, "PATCH", f"accounts({other})", name="CONTOSO").error == DUPLICATE
    assert api.row(f"accounts({other})")["name"] == "Fabrikam"


@pytest.mark.parametrize(
    ("conditions", "more", "second", "found"),
    [
        ([on("w365_name")], {}, {"w365_name": "abc-1"}, True),
        ([on("w365_name")], {}, {"w365_name": "ABC-1"}, True),
        ([on("w365_name")], {"iscasesensitive": True}, {"w365_name": "ABC-1"}, False),
        ([on("w365_name", operatorcode=1, operatorparam=3)], {}, {"w365_name": "abc-2"}, True),
        ([on("w365_name", operatorcode=2, operatorparam=2)], {}, {"w365_name": "xyz-1"}, True),
        ([on("w365_name", operatorcode=2, operatorparam=4)], {}, {"w365_name": "xyz-1"}, False),
        ([on("w365_senton", operatorcode=3)], {}, {"w365_senton": "2026-11-01T23:00:00Z"}, True),
        ([on("w365_senton", operatorcode=4)], {}, {"w365_senton": "2026-11-01T23:00:00Z"}, False),
        ([on("w365_name"), on("w365_total")], {}, {"w365_name": "abc-1", "w365_total": 6}, False),
        ([on("w365_name"), on("w365_total")], {}, {"w365_name": "abc-1", "w365_total": 5}, True),
        ([on("w365_purchaseorder")], {}, {"w365_name": "z"}, True),
        ([on("w365_purchaseorder", ignoreblankvalues=True)], {}, {"w365_name": "z"}, False),
        ([on("w365_name")], {"publish": False}, {"w365_name": "abc-1"}, False),
        ([], {}, {"w365_name": "abc-1"}, False),
    ],
)
def test_what_a_rule_finds(
    api: Api, conditions: list[dict[str, Any]], more: dict[str, Any], second: dict[str, Any], found: bool
) -> None:
    """Every condition must hold; blank is equal to blank unless it is ignored."""
    rule(api, *conditions, **more)
    api.create("w365_invoices", w365_name="abc-1", w365_total=5, w365_senton="2026-11-01T08:00:00Z")
    answer = careful(api, "POST", "w365_invoices", **second)
    assert (answer.status == 412) is found


def test_inactive_rows_may_be_left_out(api: Api) -> None:
    """By the rule's own switch; and unpublishing ends it."""
    row_id = rule(api, on("w365_name"), excludeinactiverecords=True)
    invoice = api.create("w365_invoices", w365_name="a")
    assert careful(api, "POST", "w365_invoices", w365_name="a").error == DUPLICATE
    api("PATCH", f"w365_invoices({invoice})", {"statecode": 1})
    assert careful(api, "POST", "w365_invoices", w365_name="a").status == 204
    api("PATCH", f"duplicaterules({row_id})", {"statecode": 0})
    assert careful(api, "POST", "w365_invoices", w365_name="a").status == 204


@pytest.mark.parametrize(
    ("set_name", "body"),
    [
        ("duplicaterules", {"name": "R", "baseentityname": "nothing", "matchingentityname": "account"}),
        ("duplicateruleconditions", on("name")),
    ],
)
def test_rules_that_make_no_sense(api: Api, set_name: str, body: dict[str, Any]) -> None:
    """Refused when they are written."""
    assert api("POST", set_name, body).error == (400, "0x80040203")


@pytest.mark.parametrize("condition", [on("nothing"), on("w365_name", operatorcode=1)])
def test_conditions_that_make_no_sense(api: Api, condition: dict[str, Any]) -> None:
    """A column that is not there, or a number of characters that is missing."""
    bind = {"duplicateruleid@odata.bind": f"duplicaterules({rule(api, publish=False)})"}
    assert api("POST", "duplicateruleconditions", {**condition, **bind}).error == (400, "0x80040203")


def test_in_create_multiple_too(api: Api) -> None:
    """All or nothing."""
    kind = {"@odata.type": "Microsoft.Dynamics.CRM.account"}
    targets = [{**kind, "name": "x"}, {**kind, "name": "X"}]
    assert careful(api, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", Targets=targets).error == DUPLICATE
    assert api.rows("accounts") == []
