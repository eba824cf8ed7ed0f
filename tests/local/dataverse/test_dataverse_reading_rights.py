"""Every door of reading shows a user only the rows that he may read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from dataverse.security.model import Depth, Right, privilege
from local.dataverse import DataverseApp, seed
from local.dataverse.access import privilege_id
from local.dataverse.trial import Api

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, OTHER = "own", "other"


@pytest.fixture
def user(app: DataverseApp, api: Api) -> Api:
    """A user who reads his own accounts and every contact; one account is his, one is another's, both of one contact."""
    me = api.create("systemusers", fullname="Me", businessunitid__bind=f"businessunits({seed.UNIT_ID})")
    role = api.create("roles", name="Reader", businessunitid__bind=f"businessunits({seed.UNIT_ID})")
    depths = {"account": Depth.USER, "contact": Depth.ORGANIZATION, "savedquery": Depth.ORGANIZATION}
    given = [
        {"PrivilegeId": privilege_id(privilege(app.storage.catalog[table].table, Right.READ)), "Depth": depth.level}
        for table, depth in depths.items()
    ]
    api("POST", f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", {"Privileges": given})
    api("POST", f"systemusers({me})/systemuserroles_association/$ref", {"@odata.id": f"roles({role})"})
    contact = api.create("contacts", lastname="C")
    bound = {"primarycontactid__bind": f"contacts({contact})"}
    mine = api.create("accounts", name=OWN, **bound)
    api.create("accounts", name=OTHER, parentaccountid__bind=f"accounts({mine})", **bound)
    api("PATCH", f"accounts({mine})", {"ownerid@odata.bind": f"systemusers({me})"})
    return Api(app, me)


def fetched(inner: str, options: str = "", table: str = "account") -> str:
    """A FetchXML query's address."""
    text = f"<fetch {options}><entity name='{table}'>{inner}</entity></fetch>"
    return f"{table}s?fetchXml={quote(text)}"


LINK = "name='account' from='primarycontactid' to='contactid'"
IS_OTHER = f"<filter><condition attribute='name' operator='eq' value='{OTHER}'/></filter>"
DOORS: dict[str, tuple[str, Callable[[list[dict[str, object]]], object], object]] = {
    "a table": ("accounts?$select=name", lambda rows: [row["name"] for row in rows], [OWN]),
    "a filter": (f"accounts?$filter=name eq '{OTHER}'", len, 0),
    "groups": ("accounts?$apply=aggregate($count as n)", lambda rows: rows[0]["n"], 1),
    "an any": (f"contacts?$filter=account_primary_contact/any(a:a/name eq '{OTHER}')", len, 0),
    "an all": (f"contacts?$filter=account_primary_contact/all(a:a/name eq '{OWN}')", len, 1),
    "an expansion": (
        "contacts?$select=lastname&$expand=account_primary_contact($select=name)",
        lambda rows: [[one["name"] for one in row["account_primary_contact"]] for row in rows],  # type: ignore[attr-defined]
        [[OWN]],
    ),
    "FetchXML": (fetched("<attribute name='name'/>"), lambda rows: [row["name"] for row in rows], [OWN]),
    "a link": (fetched(f"<link-entity {LINK} alias='a'>{IS_OTHER}</link-entity>", table="contact"), len, 0),
    "a link that is any": (
        fetched(f"<filter><link-entity {LINK} link-type='any'>{IS_OTHER}</link-entity></filter>", table="contact"),
        len,
        0,
    ),
    "the first of a link": (
        fetched(
            f"<link-entity {LINK} link-type='matchfirstrowusingcrossapply' alias='a'><attribute name='name'/></link-entity>",
            table="contact",
        ),
        lambda rows: [row["a.name"] for row in rows],
        [OWN],
    ),
    "counted children": (
        fetched("<attribute name='accountid' alias='n' rowaggregate='CountChildren'/>"),
        lambda rows: [row["n"] for row in rows],
        [0],
    ),
    "an aggregate": (
        fetched("<attribute name='name' alias='n' aggregate='count'/>", "aggregate='1'"),
        lambda rows: rows[0]["n"],
        1,
    ),
    "SQL": ("accounts?sql=SELECT name FROM account", lambda rows: [row["name"] for row in rows], [OWN]),
}


@pytest.mark.parametrize("door", list(DOORS))
def test_only_what_may_be_read_is_shown(user: Api, door: str) -> None:
    """The row of another is nowhere: not as a row, not in a condition, not in a number."""
    path, shown, expected = DOORS[door]
    assert shown(user.rows(path)) == expected


def test_numbers_single_rows_and_saved_queries(user: Api, api: Api) -> None:
    """Counts count what is visible; a row that is not is refused, also below a contact that is."""
    contact = api.rows("contacts?$select=contactid")[0]["contactid"]
    other = api.rows(f"accounts?$select=accountid&$filter=name eq '{OTHER}'")[0]["accountid"]
    assert user("GET", "accounts/$count").text == "\ufeff1"
    assert user("GET", f"contacts({contact})/account_primary_contact/$count").text == "\ufeff1"
    assert len(user.rows(f"contacts({contact})/account_primary_contact/$ref")) == 1
    assert user.row("RetrieveTotalRecordCount(EntityNames=['account'])")["EntityRecordCountCollection"]["Values"] == [1]
    for place in (f"accounts({other})", f"contacts({contact})/account_primary_contact({other})"):
        for below in ("", "/name", "/primarycontactid"):
            assert user("GET", f"{place}{below}").error == (403, "0x80048306"), place + below
    view = api.create("savedqueries", name="v", returnedtypecode="account", fetchxml="<fetch><entity name='account'/></fetch>")
    assert [row["name"] for row in user.rows(f"accounts?savedQuery={view}")] == [OWN]
    mine = api.create("userqueries", name="v", returnedtypecode="account", fetchxml="<fetch><entity name='account'/></fetch>")
    assert user("GET", f"accounts?userQuery={mine}").status == 403
    assert user("GET", "leads").error == (403, "0x80040220")
