"""$filter: what Dataverse finds, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp, matching
from local.dataverse.trial import Api, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

ROWS = (
    {"name": "Contoso", "revenue": 100.5, "numberofemployees": 5, "creditonhold": True, "accountcategorycode": 1, "fax": "a%b"},
    {"name": "contoso ltd", "revenue": 100.51, "numberofemployees": 7, "telephone1": "CONTOSO LTD"},
    {"name": "Fabrikam", "revenue": -1, "numberofemployees": 7, "accountcategorycode": 2},
    {"name": "O'Brian & Söhne", "telephone1": "x"},
    {"name": "Wide World", "revenue": 0, "fax": "a[b"},
)


@pytest.fixture(scope="module")
def tenant() -> Iterator[Api]:
    """Five accounts; the first has a contact and two tasks, the third one task."""
    app = DataverseApp(any_token=True, clock=Clock(), deliver=lambda _: 200)
    api = Api(app)
    ids = [api.create("accounts", **row) for row in ROWS]
    contact = api.create(
        "contacts", firstname="Ann", lastname="Lee", birthdate="2000-02-29", parentcustomerid_account__bind=f"accounts({ids[2]})"
    )
    api("PATCH", f"accounts({ids[0]})", {"primarycontactid@odata.bind": f"contacts({contact})"})
    api("PATCH", f"accounts({ids[0]})", {"parentaccountid@odata.bind": f"accounts({ids[4]})"})
    for index, subject in ((0, "call"), (0, "write"), (2, "Call back")):
        api.create(
            "tasks",
            subject=subject,
            regardingobjectid_account_task__bind=f"accounts({ids[index]})",
            scheduledend="2026-10-31T23:00:00Z",
        )
    yield api
    app.close()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name eq 'CONTOSO'", "C"),
        ("'contoso' eq name", "C"),
        ("name ne 'contoso'", "cFOW"),
        ("name gt 'contoso' and name lt 'g'", "cF"),
        ("name eq 'o''brian & SÖHNE'", "O"),
        ("telephone1 eq null", "CFW"),
        ("telephone1 ne null", "cO"),
        ("telephone1 eq ''", "CFW"),
        ("telephone1 ne ''", "cO"),
        ("(telephone1 eq '') and (telephone1 ne null)", ""),
        ("telephone1 ne 'x'", "CcFW"),
        ("not (telephone1 eq 'x')", "CcFW"),
        ("name eq telephone1", "c"),
        ("name ne telephone1", "CFOW"),
        ("revenue eq 100.5", "C"),
        ("revenue eq 100.510", "c"),
        ("revenue eq 100.505", ""),
        ("revenue ne 100.505", "CcFOW"),
        ("revenue gt 100.505", "c"),
        ("revenue ge 100.505", "c"),
        ("revenue lt 100.505", "CFW"),
        ("revenue le 100.5", "CFW"),
        ("revenue gt -1 and revenue lt 1e2", "W"),
        ("revenue gt 99999999999999999999999999", ""),
        ("revenue lt 99999999999999999999999999", "CcFW"),
        ("revenue eq null", "O"),
        ("0 lt revenue", "Cc"),
        ("numberofemployees eq 7", "cF"),
        ("numberofemployees gt 6.5", "cF"),
        ("accountcategorycode eq 1", "C"),
        ("creditonhold eq true", "C"),
        ("creditonhold", "C"),
        ("not creditonhold", "cFOW"),
        ("not not creditonhold", "C"),
        ("not contains(name,'c') and not (revenue gt 5)", "FOW"),
        ("creditonhold eq false", "cFOW"),
        ("contains(name,'o') and contains(name,' ')", "cOW"),
        ("startswith(name,'CON')", "Cc"),
        ("endswith(name,'D')", "cW"),
        ("contains(name,'söh')", "O"),
        ("contains(name,'SÖH')", "O"),
        ("contains(name,'c_nt')", "Cc"),
        ("contains(name,'b%k')", "F"),
        ("startswith(name,'[cf]')", "CcF"),
        ("startswith(name,'[^cf]')", "OW"),
        ("contains(fax,'a[[]b')", "W"),
        ("not contains(name,'o')", "F"),
        ("name eq 'a' or name eq 'fabrikam' and revenue eq -1", "F"),
        ("(name eq 'fabrikam' or name eq 'contoso') and revenue eq -1", "F"),
        ("primarycontactid/firstname eq 'ann'", "C"),
        ("primarycontactid/parentcustomerid_account/name eq 'fabrikam'", "C"),
        ("primarycontactid/firstname eq null", "cFOW"),
        ("_primarycontactid_value eq null", "cFOW"),
        ("_primarycontactid_value ne null", "C"),
        ("primarycontactid/birthdate eq 2000-02-29", "C"),
        ("primarycontactid/birthdate lt 2000-02-29", ""),
        ("createdon ge 2026-11-01", "CcFOW"),
        ("createdon lt 2026-11-01T08:30:00.5Z", "CcFOW"),
        ("createdon eq 2026-11-01T09:30:00+01:00", "CcFOW"),
        ("createdon gt 2026-11-01T08:30:00Z", ""),
        ("Account_Tasks/any()", "CF"),
        ("not Account_Tasks/any()", "cOW"),
        ("Account_Tasks/any(t:t/subject eq 'CALL')", "C"),
        ("Account_Tasks/any(t:contains(t/subject,'call'))", "CF"),
        ("Account_Tasks/all(t:contains(t/subject,'call'))", "cFOW"),
        ("Account_Tasks/any(t:t/regardingobjectid_account_task/name eq 'contoso')", "C"),
        ("Account_Tasks/any(t:t/createdon gt 2026-01-01 and not contains(t/subject,'b'))", "C"),
        ("account_parent_account/any(a:a/Account_Tasks/any(t:t/subject eq 'write'))", "W"),
        ("account_parent_account/any(a:a/account_parent_account/all(b:b/name eq 'x')) and revenue eq 0", "W"),
        ("@column eq @n", "F"),
        ("@deep eq @contact", "C"),
        ("@column ne @unset", "CcFOW"),
        ("name eq @n", "F"),
        ("name eq @unset", ""),
        ('Microsoft.Dynamics.CRM.In(PropertyName=\'name\',PropertyValues=["FABRIKAM","O\'Brian & Söhne"])', "FO"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=@list)", "CF"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='numberofemployees',PropertyValues=['5','7'])", "CcF"),
        ("Microsoft.Dynamics.CRM.NotIn(PropertyName='numberofemployees',PropertyValues=[\"7\"])", "COW"),
        ('Microsoft.Dynamics.CRM.Between(PropertyName=\'revenue\',PropertyValues=["0","100.5"])', "CW"),
        ('Microsoft.Dynamics.CRM.NotBetween(PropertyName=\'revenue\',PropertyValues=["0","100.5"])', "cFO"),
        ("Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2026-11-01')", "CcFOW"),
        ("Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='createdon',PropertyValue='2026-11-02')", ""),
        ("Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue=2026-11-01)", "CcFOW"),
        ("Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", "CcFOW"),
        ("Microsoft.Dynamics.CRM.Yesterday(PropertyName='createdon')", ""),
        ("Account_Tasks/any(t:Microsoft.Dynamics.CRM.Yesterday(PropertyName='t/scheduledend'))", "CF"),
        ("Microsoft.Dynamics.CRM.ThisMonth(PropertyName='createdon')", "CcFOW"),
        ("Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=1)", ""),
        ("Microsoft.Dynamics.CRM.NextXDays(PropertyName='createdon',PropertyValue=1)", "CcFOW"),
        ("Microsoft.Dynamics.CRM.OlderThanXYears(PropertyName='primarycontactid/birthdate',PropertyValue=20)", "C"),
        ("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", "CcFOW"),
        ("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='_ownerid_value')", "CcFOW"),
    ],
)
def test_what_a_filter_finds(tenant: Api, text: str, names: str) -> None:
    """Letter case aside, amounts exactly, `ne` and `not` also where there is no value."""
    aliases = "&@n='Fabrikam'&@list=[\"contoso\",\"fabrikam\"]&@column=name&@deep=primarycontactid/firstname&@contact='ann'"
    encoded = text.replace("%", "%25").replace("&", "%26").replace("+", "%2B")
    rows = tenant.rows(f"accounts?$select=name&$filter={encoded}{aliases}")
    letters = {"Contoso": "C", "contoso ltd": "c", "Fabrikam": "F", "O'Brian & Söhne": "O", "Wide World": "W"}
    assert "".join(sorted((letters[row["name"]] for row in rows), key="CcFOW".index)) == names


@pytest.mark.parametrize(
    "text",
    [
        "name eq 'O'Brian'",
        "name eq",
        "not name eq 'a'",
        "not not name eq 'a'",
        "eq 'a'",
        "name eq 5",
        "name is 'a'",
        "revenue eq '5'",
        "accountcategorycode eq 'Preferred Customer'",
        "creditonhold eq 1",
        "createdon eq 'today'",
        "accountid eq 5",
        "_primarycontactid_value eq 'x'",
        "name",
        "5 eq 5",
        "tolower(name) eq 'a'",
        "length(name) gt 5",
        "name in ('a','b')",
        "revenue add 5 eq 10",
        "contains(revenue,'5')",
        "contains(name,5)",
        "primarycontactid eq null",
        "nothing eq 'a'",
        "nothing/name eq 'a'",
        "name/nothing eq 'a'",
        "Account_Tasks/subject eq 'a'",
        "Account_Tasks/some(t:t/subject eq 'a')",
        "primarycontactid/account_primary_contact/any(a:a/name eq 'x')",
        "Account_Tasks/any(t:t/createdby/lk_account_createdby/any(a:a/name eq 'x'))",
        "startswith(name,'%25a')",
        "endswith(name,'a%25')",
        "Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=@n)",
        "Account_Tasks/any(t:subject eq 'a')",
        "Account_Tasks/any(t/subject eq 'a')",
        "(name eq 'a'",
        "name eq 'a')",
        "name eq 'a' and",
        "name eq revenue",
        "name eq primarycontactid/firstname",
        "Account_Tasks/any(t:t/subject eq name)",
        "Microsoft.Dynamics.CRM.Nothing(PropertyName='name')",
        "Microsoft.Dynamics.CRM.In(PropertyName='name')",
        "Microsoft.Dynamics.CRM.In(PropertyName='nothing',PropertyValues=['a'])",
        "Microsoft.Dynamics.CRM.In(PropertyName='revenue',PropertyValues=['a'])",
        "Microsoft.Dynamics.CRM.Under(PropertyName='accountid',PropertyValue='x')",
        "Microsoft.Dynamics.CRM.LastXDays(PropertyName='name',PropertyValue=1)",
        "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=-1)",
        "Microsoft.Dynamics.CRM.Today(name)",
        "primarycontactid/birthdate eq 2000-02-29T00:00:00Z",
        "Microsoft.Dynamics.CRM.LastXHours(PropertyName='primarycontactid/birthdate',PropertyValue=1)",
        "(" * 200 + "name eq 'a'" + ")" * 200,
        " and ".join(["name eq 'a'"] * 600),
        "name eq @n",
    ],
)
def test_what_a_filter_cannot_be(tenant: Api, text: str) -> None:
    """Refused with a sentence: syntax, types, unknown names, functions that Dataverse has not."""
    assert tenant("GET", f"accounts?$filter={text}&@n=@m").status in {400, 404, 501}


def test_the_sentences_that_are_documented(tenant: Api) -> None:
    """An open quote names its position; types name each other."""
    answer = tenant("GET", "contacts?$filter=lastname eq 'O'Bryan'")
    assert answer.message == "There is an unterminated literal at position 21 in 'lastname eq 'O'Bryan''."
    answer = tenant("GET", "contacts?$filter=lastname eq 'O''Bryan''")
    assert answer.message == "There is an unterminated literal at position 23 in 'lastname eq 'O''Bryan'''."
    listed = "Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1='lastname'&@p2=['OBrian','O'Brian']"
    assert tenant("GET", f"contacts?$filter={listed}").message.startswith("Invalid JSON. A comma character ',' was expected")
    many = tenant("GET", "accounts?$filter=" + " or ".join(["name eq 'a'"] * 501))
    assert (many.error, many.message) == ((400, "0x8004430c"), "Number of conditions in query exceeded maximum limit.")
    deep = "/".join(["primarycontactid/parentcustomerid_account"] * 8)
    joins = tenant("GET", f"accounts?$filter={deep}/name eq 'x'")
    assert (joins.error, joins.message) == ((400, "0x8004430d"), "Number of link entities in query exceeded maximum limit.")
    assert "'Edm.Int32' and 'Edm.String' for operator kind 'Equal'" in tenant("GET", "accounts?$filter=statecode eq 'x'").message


AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=4)
OPS = {"eq": "__eq__", "ne": "__ne__", "gt": "__gt__", "ge": "__ge__", "lt": "__lt__", "le": "__le__"}


@given(
    st.lists(AMOUNTS, min_size=1, max_size=5),
    st.decimals(min_value=-1001, max_value=1001, places=6),
    st.sampled_from(sorted(OPS)),
)
@settings(max_examples=25)
def test_amounts_compare_as_exact_numbers(amounts: list[Decimal], constant: Decimal, op: str) -> None:
    """Money and decimals agree with Python's Decimal, whatever the number of places."""
    api = Api(COMPARING)
    for set_name, id_ in (("w365_subscriptions", "w365_subscriptionid"), ("w365_invoices", "w365_invoiceid")):
        for row in api.rows(f"{set_name}?$select={id_}"):
            api("DELETE", f"{set_name}({row[id_]})")
    for amount in amounts:
        api("POST", "w365_subscriptions", f'{{"w365_unitprice": {amount:f}}}'.encode())
        api("POST", "w365_invoices", f'{{"w365_total": {amount:f}}}'.encode())
    expected = sorted(amount for amount in amounts if getattr(amount, OPS[op])(constant))
    for set_name, column in (("w365_subscriptions", "w365_unitprice"), ("w365_invoices", "w365_total")):
        rows = api.rows(f"{set_name}?$select={column}&$orderby={column}&$filter={column} {op} {constant:f}")
        assert [row[column] for row in rows] == expected


COMPARING = DataverseApp(any_token=True, deliver=lambda _: 200)


@given(st.text(alphabet="aB%_[]^-x", max_size=8), st.text(alphabet="abx[-", max_size=6))
@settings(max_examples=200)
def test_any_pattern_can_be_matched(pattern: str, text: str) -> None:
    """No pattern breaks the matcher, and plain text matches itself."""
    assert matching.matches(pattern, text) in {0, 1}
    assert matching.matches("%" + "".join(f"[{letter}]" if letter == "[" else letter for letter in text) + "%", text) == 1
