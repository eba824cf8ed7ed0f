"""Bodies that are odd: twice the same member, foreign types, bottomless nesting; and collections bound while creating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.dataverse.trial import Api

PAYLOAD = (400, "0x80048d19")
EMPTY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"name": "a", "name": "b"}', "Multiple properties with the name 'name'"),
        (b'{"primarycontactid": {"lastname": "a", "lastname": "b"}}', "Multiple properties with the name 'lastname'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"primarycontactid":' * 50_000, "nested too deeply"),
        (b'{"creditlimit": NaN}', "NaN is no JSON"),
        (b'{"creditlimit": -Infinity}', "-Infinity is no JSON"),
        (b'{"numberofemployees": ' + b"9" * 5000 + b"}", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        (b"", "cannot be read as JSON"),
        (b'{"@odata.type": "Microsoft.Dynamics.CRM.contact"}', "not the expected type 'Microsoft.Dynamics.CRM.account'"),
        (b'{"@odata.type": 5}', "not the expected type 'Microsoft.Dynamics.CRM.account'"),
        (b'{"contact_customer_accounts@odata.bind": "contacts(1)"}', "must be a list of texts"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(api: Api, body: bytes, words: str) -> None:
    """Always 400, never 500, and nothing is written."""
    answer = api("POST", "accounts", body)
    assert answer.error == PAYLOAD
    assert words in answer.message
    assert api.rows("accounts") == []


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", "1e-999999999", "0.00000000000000000000000001", "1E+3"])
def test_huge_and_tiny_numbers_are_exact_or_refused(api: Api, value: str) -> None:
    """Out of range has its code; what is too small for the column becomes zero."""
    answer = api("POST", "accounts", f'{{"creditlimit": {value}}}'.encode())
    if "99" in value and "-99" not in value:
        assert answer.error == (400, "0x80044330")
    else:
        kept = {"1E+3": "1000.0000"}.get(value, "0.0000")
        assert f'"creditlimit":{kept}' in api("GET", f"accounts({answer.id})?$select=creditlimit").text


@pytest.mark.parametrize("kind", ["Microsoft.Dynamics.CRM.account", "#Microsoft.Dynamics.CRM.account"])
def test_the_tables_own_type_may_stand_in_a_body(api: Api, kind: str) -> None:
    """With and without the number sign."""
    assert api("POST", "accounts", {"@odata.type": kind, "name": "A"}).status == 204


def test_an_empty_id_is_no_id(api: Api) -> None:
    """Clients of typed languages send Guid.Empty for a row that has none yet."""
    first, second = (api("POST", "accounts", {"accountid": EMPTY}).id for _ in range(2))
    assert EMPTY != first != second


def test_existing_rows_are_bound_to_a_collection_while_creating(api: Api) -> None:
    """Their lookups point to the new row."""
    contacts = [api.create("contacts", lastname=name) for name in "ab"]
    account = api("POST", "accounts", {"contact_customer_accounts@odata.bind": [f"/contacts({one})" for one in contacts]})
    found = api.rows(f"accounts({account.id})/contact_customer_accounts?$select=lastname&$orderby=lastname")
    assert [row["lastname"] for row in found] == ["a", "b"]


def test_a_bound_collection_that_is_wrong_takes_everything_back(api: Api) -> None:
    """A row that is not there, or one of another table."""
    for path, error in ((f"contacts({EMPTY})", (404, "0x80040217")), (f"tasks({api.create('tasks', subject='x')})", PAYLOAD)):
        body: dict[str, Any] = {"name": "A", "contact_customer_accounts@odata.bind": [path]}
        assert api("POST", "accounts", body).error == error
    assert api.rows("accounts") == []


def test_users_bound_to_a_team_while_creating_it(api: Api) -> None:
    """Many to many: the rows of the table between are made."""
    users = api.rows("systemusers?$select=systemuserid")
    binds = [f"systemusers({user['systemuserid']})" for user in users]
    team = api("POST", "teams", {"name": "T", "teammembership_association@odata.bind": binds})
    assert team.status == 204, team.text
    assert len(api.rows(f"teams({team.id})/teammembership_association")) == len(users)


def test_an_asynchronous_answer_is_refused_by_name(api: Api) -> None:
    """A client that waits for 202 would wait for ever."""
    answer = api("POST", "accounts", {"name": "A"}, Prefer="respond-async, return=representation")
    assert (answer.status, "respond-async" in answer.message) == (501, True)
    assert api.rows("accounts") == []


def test_the_tag_in_the_head_is_the_one_in_the_body(api: Api) -> None:
    """A client may take it from either."""
    answer = api("GET", f"accounts({api.create('accounts', name='A')})")
    assert answer.headers["etag"] == answer.json["@odata.etag"]
    assert api("PATCH", f"accounts({answer.json['accountid']})", {"name": "B"}, If_Match=answer.headers["etag"]).status == 204
