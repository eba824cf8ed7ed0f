"""Reading: selection, order, pages, counts, expansions, annotations, aggregates."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from local.dataverse.trial import ROOT

if TYPE_CHECKING:
    from local.dataverse.trial import Api

FORMATTED = "OData.Community.Display.V1.FormattedValue"


@pytest.fixture
def five(api: Api) -> Api:
    """Five accounts: two share a revenue, two have none."""
    for name, revenue in (("a", 30), ("B", 10), ("c", 10), ("D", None), ("e", None)):
        api.create("accounts", name=name, revenue=revenue)
    return api


def test_selected_columns_come_in_order_with_the_primary_key(five: Api) -> None:
    """Money brings its currency; the context names the columns."""
    answer = five("GET", "accounts?$select=revenue,name&$orderby=name&$top=1").json
    assert answer["@odata.context"] == f"{ROOT}$metadata#accounts(revenue,name)"
    assert list(answer["value"][0]) == ["@odata.etag", "revenue", "name", "_transactioncurrencyid_value", "accountid"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", "aBcDe"),
        ("name desc", "eDcBa"),
        ("revenue,name", "DeBca"),
        ("revenue desc,name desc", "acBeD"),
        ("revenue asc,name desc", "eDcBa"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5000])
def test_pages_follow_each_other_in_any_order(five: Api, order: str, expected: str, size: int) -> None:
    """Every row once, in order, whatever the page size; empty values sort first, letter case does not count."""
    names, url = "", f"accounts?$select=name&$orderby={order}"
    while url:
        page = five("GET", url, Prefer=f"odata.maxpagesize={size}").json
        assert len(page["value"]) <= size
        names += "".join(row["name"] for row in page["value"])
        url = page.get("@odata.nextLink", "").removeprefix(ROOT)
    assert names == expected


def test_a_row_written_between_two_pages_shifts_nothing(five: Api) -> None:
    """The cookie names the last row, not a number of rows."""
    first = five("GET", "accounts?$select=name&$orderby=name", Prefer="odata.maxpagesize=2").json
    five.create("accounts", name="0")
    second = five("GET", first["@odata.nextLink"].removeprefix(ROOT), Prefer="odata.maxpagesize=2").json
    assert [row["name"] for row in second["value"]] == ["c", "D"]


def test_the_cookie_has_dataverses_shape(five: Api) -> None:
    """Clients parse it: page number, and the ids of the last and first row, twice encoded."""
    link = five("GET", "accounts?$select=name", Prefer="odata.maxpagesize=2").json["@odata.nextLink"]
    assert link.startswith(
        f"{ROOT}accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253caccountid%2520last%253d"
    )
    outer = unquote(link.split("$skiptoken=")[1])
    match = re.fullmatch(r'<cookie pagenumber="2" pagingcookie="([^"]+)" istracking="False" />', outer)
    assert match is not None
    guid = r"\{[0-9A-F-]{36}\}"
    assert re.fullmatch(rf'<cookie page="1"><accountid last="{guid}" first="{guid}" /></cookie>', unquote(match[1]))


@pytest.mark.parametrize(
    "token", ["x", "<cookie />", "%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%22%20istracking=%22False%22%20/%3E"]
)
def test_a_foreign_cookie_is_refused(five: Api, token: str) -> None:
    """A cookie of another query, or none."""
    assert five("GET", f"accounts?$skiptoken={token}").status == 400


def test_top_is_ignored_beside_a_page_size(five: Api) -> None:
    """As documented; alone it limits and gives no next link."""
    assert len(five.rows("accounts?$top=2")) == 2
    assert "@odata.nextLink" not in five("GET", "accounts?$top=2").json
    page = five("GET", "accounts?$top=2", Prefer="odata.maxpagesize=3").json
    assert (len(page["value"]), "@odata.nextLink" in page) == (3, True)


def test_counts(five: Api) -> None:
    """$count counts what the filter finds, not the page; the segment answers text with a byte order mark."""
    answer = five(
        "GET", "accounts?$count=true&$filter=revenue eq 10", Prefer='odata.maxpagesize=1,odata.include-annotations="*"'
    ).json
    assert (answer["@odata.count"], answer["@Microsoft.Dynamics.CRM.totalrecordcount"]) == (2, 2)
    assert answer["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is False
    assert five("GET", "accounts", Prefer='odata.include-annotations="*"').json["@Microsoft.Dynamics.CRM.totalrecordcount"] == -1
    assert five("GET", "accounts/$count?$filter=revenue eq 10").text == "\ufeff2"


def test_expanding_both_ways_and_deeper(api: Api) -> None:
    """A lookup as an object, a collection as a list with its link, and one below the other."""
    account = api.create("accounts", name="A")
    contact = api.create("contacts", firstname="C", parentcustomerid_account__bind=f"accounts({account})")
    api("PATCH", f"accounts({account})", {"primarycontactid@odata.bind": f"contacts({contact})"})
    for subject in ("2", "1", "3"):
        api.create("tasks", subject=subject, regardingobjectid_account_task__bind=f"accounts({account})")
    tasks = "Account_Tasks($select=subject;$orderby=subject desc;$top=2)"
    row = api.rows(f"accounts?$select=name&$expand=primarycontactid($select=firstname),{tasks}")[0]
    assert row["primarycontactid"] == {"firstname": "C", "contactid": contact}
    assert [child["subject"] for child in row["Account_Tasks"]] == ["3", "2"]
    assert all(child["_regardingobjectid_value"] == account for child in row["Account_Tasks"])
    assert row["Account_Tasks@odata.nextLink"].startswith(f"{ROOT}accounts({account})/Account_Tasks?$select=subject")
    tasks = "Account_Tasks($select=subject;$filter=subject ne '2')"
    deep = api.row(f"contacts({contact})?$select=firstname&$expand=parentcustomerid_account($select=name;$expand={tasks})")
    assert sorted(task["subject"] for task in deep["parentcustomerid_account"]["Account_Tasks"]) == ["1", "3"]
    reference = api.row(f"accounts({account})?$select=name&$expand=primarycontactid/$ref")
    assert reference["primarycontactid"] == {"@odata.id": f"{ROOT}contacts({contact})"}
    assert list(reference)[2:] == ["name", "_primarycontactid_value", "accountid", "primarycontactid"]
    assert reference["@odata.context"].endswith("#accounts(name,primarycontactid,primarycontactid/$ref())/$entity")
    spaced = api.row(
        f"accounts({account})?$select=accountid&$expand=primarycontactid( $select = firstname ;%0A$filter = firstname ne null )"
    )
    assert spaced["primarycontactid"]["firstname"] == "C"
    listed = 'Microsoft.Dynamics.CRM.In(PropertyName=\'subject\',PropertyValues=["1","O\'B;)"])'
    tasks = api.row(f"accounts({account})?$select=name&$expand=Account_Tasks($select=subject;$filter={listed})")["Account_Tasks"]
    assert [task["subject"] for task in tasks] == ["1"]
    person = api.row(f"accounts({account})?$select=name&$expand=createdby($select=fullname)")["createdby"]
    assert (list(person), person["ownerid"]) == (["fullname", "systemuserid", "ownerid"], person["systemuserid"])
    assert api.rows(f"systemusers?$select=ownerid&$filter=ownerid eq {person['ownerid']}")[0]["systemuserid"] == person["ownerid"]


def test_many_to_many(api: Api) -> None:
    """Expanded, asked for in a lambda, read as a collection, counted and referenced, from both sides."""
    people = {name: api.create("systemusers", fullname=name) for name in ("Ann", "Bob", "Cy")}
    unit = api.row("WhoAmI")["BusinessUnitId"]
    teams = {name: api.create("teams", name=name, businessunitid__bind=f"businessunits({unit})") for name in ("t1", "t2")}
    for team, name in (("t1", "Bob"), ("t1", "Ann"), ("t2", "Bob")):
        api("POST", f"teams({teams[team]})/teammembership_association/$ref", {"@odata.id": f"systemusers({people[name]})"})
    nav = "teammembership_association"
    rows = api.rows(
        f"teams?$select=name&$filter=startswith(name,'t')&$orderby=name&$expand={nav}($select=fullname;$orderby=fullname)"
    )
    assert [[one["fullname"] for one in row[nav]] for row in rows] == [["Ann", "Bob"], ["Bob"]]
    assert rows[0][f"{nav}@odata.nextLink"] == f"{ROOT}teams({teams['t1']})/{nav}?$select=fullname&$orderby=fullname"
    assert list(rows[0][nav][0]) == ["@odata.etag", "fullname", "systemuserid", "ownerid"]
    assert [one["fullname"] for one in api.rows(rows[0][f"{nav}@odata.nextLink"].removeprefix(ROOT))] == ["Ann", "Bob"]
    for condition, found in (
        (f"{nav}/any(p:p/fullname eq 'ann')", ["t1"]),
        (f"{nav}/all(p:p/fullname eq 'bob') and {nav}/any()", ["t2"]),
        (f"not {nav}/any(p:p/{nav}/any(t:t/name eq 't2'))", []),
    ):
        assert [row["name"] for row in api.rows(f"teams?$filter=startswith(name,'t') and {condition}")] == found, condition
    assert [row["fullname"] for row in api.rows(f"systemusers?$filter={nav}/any(t:t/name eq 't2')")] == ["Bob"]
    place = f"teams({teams['t1']})/{nav}"
    assert [row["fullname"] for row in api.rows(f"{place}?$select=fullname&$filter=startswith(fullname,'a')")] == ["Ann"]
    assert (api("GET", f"{place}/$count").text, len(api.rows(f"{place}/$ref"))) == ("\ufeff2", 2)


def test_lookups_are_ordered_by_name(api: Api) -> None:
    """Not by the id that is stored, also from page to page; who has none comes first."""
    for name in ("b", "A", "c"):
        contact = api.create("contacts", lastname=name)
        api.create("accounts", name=f"of {name}", primarycontactid__bind=f"contacts({contact})")
    api.create("accounts", name="of none")
    names, url = [], "accounts?$select=name&$orderby=_primarycontactid_value"
    while url:
        page = api("GET", url, Prefer="odata.maxpagesize=1").json
        names += [row["name"] for row in page["value"]]
        url = page.get("@odata.nextLink", "").removeprefix(ROOT)
    assert names == ["of none", "of A", "of b", "of c"]
    assert api.rows("accounts?$orderby=_ownerid_value,name desc")[0]["name"] == "of none"


def test_aliases_stand_for_columns_too(five: Api) -> None:
    """As documented: `$orderby=@p1 asc,@p2 desc&$filter=@p1 ne @p3`, where @p3 is not set."""
    query = "$select=name&$orderby=@p1 asc,@p2 desc&$filter=@p1 ne @p3&@p1=revenue&@p2=name"
    assert "".join(row["name"] for row in five.rows(f"accounts?{query}")) == "cBa"


def test_nested_expansions_are_paged(api: Api) -> None:
    """With any nested expansion the children come in pages of the asked size, each with a link to the next."""
    account = api.create("accounts", name="A")
    for subject in "123":
        api.create("tasks", subject=subject, regardingobjectid_account_task__bind=f"accounts({account})")
    query = f"accounts({account})?$select=name&$expand=Account_Tasks($select=subject;$expand=ownerid($select=fullname))"
    row = api("GET", query, Prefer="odata.maxpagesize=2").json
    link = row["Account_Tasks@odata.nextLink"]
    assert list(row["Account_Tasks"][0]) == ["subject", "activityid", "ownerid"]
    assert [task["subject"] for task in row["Account_Tasks"]] == ["1", "2"]
    assert row["Account_Tasks"][0]["ownerid"]["fullname"] == "# Work365"
    assert "$skiptoken=" in link
    assert [task["subject"] for task in api.rows(link.removeprefix(ROOT), Prefer="odata.maxpagesize=2")] == ["3"]
    assert "Account_Tasks@odata.nextLink" not in api.row(query)


def test_generated_names_of_collections(api: Api) -> None:
    """`referenced_referencing_lookup`, all in lower case."""
    invoice = api.create("w365_invoices", w365_key="a")
    api.create("w365_invoicelines", w365_key="a1", w365_Invoice__bind=f"w365_invoices({invoice})")
    name = "w365_invoice_w365_invoiceline_w365_invoice"
    row = api.row(f"w365_invoices({invoice})?$select=w365_key&$expand={name}($select=w365_key)")
    assert [line["w365_key"] for line in row[name]] == ["a1"]
    assert [line["w365_key"] for line in api.rows(f"w365_invoices({invoice})/{name}?$select=w365_key")] == ["a1"]
    assert api("GET", f"w365_invoices({invoice})/{name}/$count").text == "\ufeff1"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("$expand=Account_Tasks/$ref", "Expand with $ref is only supported on lookup type navigation property."),
        ("$expand=primarycontactid($top=1)", "Only $select and $filter clause can be provided"),
        ("$expand=primarycontactid($expand=createdby),Account_Tasks($top=1)", "Only $select and $filter clause can be provided"),
        ("$expand=primarycontactid($filter=firstname eq @a)&@a='x'", "'@a' cannot be used inside $expand"),
        ("$expand=primarycontactid($select=firstname;$select=lastname)", "more than once"),
        ("$expand=primarycontactid,primarycontactid($select=fullname)", "more than once"),
        ('$filter=name eq "x"', "Unexpected"),
        ("$apply=aggregate($count as n)&$select=name", "$select"),
        ("$apply=aggregate($count as n)&$expand=primarycontactid", "$expand"),
        ("$apply=aggregate($count as n)&$count=true", "$count"),
        ("$apply=groupby((statuscode))/filter(statuscode eq 1)", "filter"),
        ("$expand=nothing", "Could not find a property named 'nothing' on type 'Microsoft.Dynamics.CRM.account'."),
        ("$expand=primarycontactid($levels=2)", "$levels"),
        ("$select=nothing", "Could not find a property named 'nothing' on type 'Microsoft.Dynamics.CRM.account'."),
        ("$select=primarycontactid", "Could not find a property named 'primarycontactid'"),
        ("$filter=primarycontactid eq null", "Could not find a property named 'primarycontactid'"),
        ("$orderby=nothing", "Could not find a property named 'nothing'"),
        ("$skip=1", "$skip"),
        ("$search=x", "$search"),
        ("$format=json", "$format"),
        ("$compute=x", "$compute"),
        ("$Select=name", "$Select"),
        ("nonsense=1", "nonsense"),
        ("fetchXml=%3Cfetch/%3E", "Fetch XML"),
        ("savedQuery=x", "savedquery"),
        ("userQuery=x", "userquery"),
        ("savedquery=x&$filter=name eq 'a'", "savedQuery"),
        ("$top=-1", "$top"),
        ("$top=1&$top=2", "$top"),
        ("$count=1", "$count"),
    ],
)
def test_what_is_not_supported_is_named(api: Api, query: str, sentence: str) -> None:
    """400 or 501 with the name of the option or property: never ignored."""
    answer = api("GET", f"accounts?{query}")
    assert answer.status in {400, 501}
    assert sentence in answer.message


def test_encoded_option_names_are_read(five: Api) -> None:
    """Clients write %24select, + for a space, %2C and %27."""
    rows = five.rows("accounts?%24select=name%2Crevenue&%24filter=name+eq+%27A%27")
    assert [(row["name"], row["revenue"]) for row in rows] == [("a", Decimal("30.0000"))]


def test_formatted_values_and_lookups(api: Api) -> None:
    """What a person reads stands before the value; lookups say where they lead."""
    contact = api.create("contacts", firstname="Susanna", lastname="Stubberod (sample)")
    account = api.create(
        "accounts",
        name="A",
        revenue=-20000.5,
        creditonhold=True,
        customertypecode=1,
        primarycontactid__bind=f"contacts({contact})",
    )
    text = api("GET", f"accounts({account})", Prefer='odata.include-annotations="*"').text
    for member in (
        f'"revenue@{FORMATTED}":"($20,000.50)","revenue":-20000.5000',
        f'"customertypecode@{FORMATTED}":"Competitor","customertypecode":1',
        f'"creditonhold@{FORMATTED}":"Yes","creditonhold":true',
        f'"createdon@{FORMATTED}":"11/1/2026 8:30 AM","createdon":"2026-11-01T08:30:00Z"',
        f'"_primarycontactid_value@{FORMATTED}":"Susanna Stubberod (sample)"',
        '"_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact"',
        '"_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"primarycontactid"',
        f'"statecode@{FORMATTED}":"Active"',
    ):
        assert member in text
    assert FORMATTED not in api("GET", f"accounts({account})").text


def test_aggregates(five: Api) -> None:
    """Sums, averages and counts per group; nulls are left out; nine decimals on money."""
    terms = "revenue with sum as total,revenue with average as mean,revenue with min as least,$count as n"
    text = five("GET", f"accounts?$apply=groupby((statuscode),aggregate({terms}))").text
    assert '"value":[{"statuscode":1,"total":50.000000000,"mean":16.666666667,"least":10.0000,"n":5}]' in text
    rows = five.rows("accounts?$apply=filter(revenue ne null)/groupby((revenue),aggregate($count as n))")
    assert [(row["revenue"], row["n"]) for row in rows] == [(10, 2), (30, 1)]
    assert five.rows("accounts?$apply=aggregate(revenue with max as most)") == [{"most": 30}]


def test_groups_are_ordered_limited_and_named(five: Api) -> None:
    """By a column of the groups, never by an aggregate; a lookup's formatted value is the name."""
    contact = five.create("contacts", firstname="Ann", lastname="Lee")
    five.create("accounts", name="f", revenue=1, primarycontactid__bind=f"contacts({contact})")
    groups = "accounts?$apply=groupby((revenue),aggregate($count as n))&$orderby=revenue"
    assert [row.get("revenue") for row in five.rows(f"{groups} desc")] == [30, 10, 1, None]
    assert [row.get("revenue") for row in five.rows(f"{groups}&$top=2")] == [None, 1]
    people = "accounts?$apply=groupby((_primarycontactid_value),aggregate($count as n))"
    named = five.rows(people, Prefer=f'odata.include-annotations="{FORMATTED}"')
    assert [row.get(f"_primarycontactid_value@{FORMATTED}") for row in named] == [None, "Ann Lee"]
    account = five.rows("accounts?$select=name&$filter=name eq 'f'")[0]["accountid"]
    five.create("tasks", subject="x", regardingobjectid_account_task__bind=f"accounts({account})")
    five.create("tasks", subject="of none")
    assert five.rows(f"accounts({account})/Account_Tasks?$apply=aggregate($count as n)") == [{"n": 1}]
    for order in ("n", "_primarycontactid_value", "name"):
        assert five("GET", f"{people}&$orderby={order}").message.startswith("The query node SingleValueOpenPropertyAccess")


def test_a_row_that_the_caller_has_is_not_sent_again(api: Api) -> None:
    """304 for its tag, which stands in the header as well; never beside $expand or annotations."""
    account = f"accounts({api.create('accounts', name='A')})"
    first = api("GET", f"{account}?$select=name")
    tag = first.headers["etag"]
    assert tag == first.json["@odata.etag"]
    assert api("GET", account, If_None_Match=tag).status == 304
    for query, headers in (
        ("$expand=primarycontactid", {}),
        ("$select=name", {"Prefer": f'odata.include-annotations="{FORMATTED}"'}),
        ("$select=name", {"If_None_Match": 'W/"1"'}),
        ("$select=name", {"If_None_Match": "null"}),
    ):
        assert api("GET", f"{account}?{query}", **{"If_None_Match": tag, **headers}).status == 200
    api("PATCH", account, {"name": "B"})
    assert api("GET", account, If_None_Match=tag).status == 200


def test_documented_names_of_collections(api: Api) -> None:
    """Standard relationships have names that follow no rule."""
    unit = api.row("WhoAmI")["BusinessUnitId"]
    assert len(api.rows(f"businessunits({unit})/business_unit_system_users?$select=fullname")) == 2
    user = api.row("WhoAmI")["UserId"]
    api.create("accounts", name="A")
    assert [row["name"] for row in api.rows(f"systemusers({user})/lk_accountbase_createdby?$select=name")] == ["A"]


def test_reading_on_and_on(api: Api) -> None:
    """What is below a related row: its properties, its own relations, one row among many."""
    contact = api.create("contacts", firstname="Ann", lastname="Lee")
    account = api.create("accounts", name="A", primarycontactid__bind=f"contacts({contact})")
    other = api.create("accounts", name="B")
    task = api.create("tasks", subject="x", regardingobjectid_account_task__bind=f"accounts({account})")
    assert api.row(f"accounts({account})/primarycontactid/fullname")["value"] == "Ann Lee"
    assert api("GET", f"accounts({account})/primarycontactid/fullname/$value").text == "Ann Lee"
    assert [row["name"] for row in api.rows(f"accounts({account})/primarycontactid/account_primary_contact")] == ["A"]
    assert api("GET", f"accounts({account})/primarycontactid/account_primary_contact/$count").text == "\ufeff1"
    assert api.row(f"accounts({account})/Account_Tasks({task})?$select=subject")["subject"] == "x"
    assert api.row(f"accounts({account})/Account_Tasks({task})/subject")["value"] == "x"
    assert api("GET", f"accounts({other})/Account_Tasks({task})").error == (404, "0x80040217")
    assert api("GET", f"accounts({other})/primarycontactid/fullname").status == 204
    assert "$deltatoken" in api("GET", f"accounts({account})/Account_Tasks?$deltatoken=x").message
    for place in (f"accounts({account})", "accounts/$count"):
        for option in ("fetchXml", "sql", "savedQuery", "userQuery"):
            assert option.lower() in api("GET", f"{place}?{option}=x").message
    for place in (f"accounts({account})/Account_Tasks/$ref", f"accounts({account})/primarycontactid/$ref"):
        assert "'$top' cannot be applied to $ref" in api("GET", f"{place}?$top=1").message


@pytest.mark.parametrize("given", ["EntityNames=['account','contact']", "EntityNames=@p"])
def test_the_function_that_counts_tables(five: Api, given: str) -> None:
    """Every row, over the five thousand that $count stops at; in the documented shape."""
    answer = five.row(f'RetrieveTotalRecordCount({given})?@p=["account","contact"]')
    assert answer["@odata.context"] == f"{ROOT}$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"
    counted = {"Count": 2, "IsReadOnly": False, "Keys": ["account", "contact"], "Values": [5, 0]}
    assert answer["EntityRecordCountCollection"] == counted
    for wrong in ("EntityNames='account'", "", "Names=['account']", "EntityNames=@unset"):
        assert five("GET", f"RetrieveTotalRecordCount({wrong})").status == 400


@pytest.mark.parametrize(
    "apply",
    ["groupby((createdon))", "aggregate(name with sum as x)", "topcount(1,revenue)", "groupby(name)", "groupby((name", "", "x"],
)
def test_aggregates_that_dataverse_has_not(five: Api, apply: str) -> None:
    """Grouping by moments, sums of texts, other transformations."""
    assert five("GET", f"accounts?$apply={apply}").status in {400, 501}
    assert (
        five("GET", "accounts?$apply=aggregate($count as n)&$orderby=name").message
        == "The query node SingleValueOpenPropertyAccess is not supported"
    )


def test_definitions_that_clients_ask_for(api: Api) -> None:
    """The set of a table, its choices, its keys."""
    table = api.rows("EntityDefinitions?$select=EntitySetName,PrimaryIdAttribute&$filter=LogicalName eq 'w365_invoice'")[0]
    assert (table["EntitySetName"], table["PrimaryIdAttribute"]) == ("w365_invoices", "w365_invoiceid")
    cast = "EntityDefinitions(LogicalName='account')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"
    choices = api.rows(f"{cast}?$select=LogicalName&$expand=OptionSet($select=Options)")
    options = {choice["LogicalName"]: choice["OptionSet"]["Options"] for choice in choices}
    assert [option["Label"]["UserLocalizedLabel"]["Label"] for option in options["accountcategorycode"]] == [
        "Preferred Customer",
        "Standard",
    ]
    assert api.rows("EntityDefinitions(LogicalName='w365_invoice')/Keys")[0]["KeyAttributes"] == ["w365_key"]
    lookups = api.rows("EntityDefinitions(LogicalName='w365_invoiceline')/ManyToOneRelationships")
    assert ("w365_Invoice", "w365_invoice_w365_invoiceline_w365_invoice") in {
        (one["ReferencingEntityNavigationPropertyName"], one["ReferencedEntityNavigationPropertyName"]) for one in lookups
    }
    assert len(api.rows("RelationshipDefinitions?$filter=SchemaName eq 'Account_Tasks'")) == 1
    assert api("GET", "EntityDefinitions(LogicalName='none')").status == 404
    assert api("GET", "$metadata").status == 200
    assert api("POST", "EntityDefinitions", {}).status == 400


@pytest.mark.parametrize(
    "path", ["nothing", "accounts/nothing", "NoSuchFunction()", "accounts/Microsoft.Dynamics.CRM.NoSuchAction"]
)
def test_addresses_that_lead_nowhere(api: Api, path: str) -> None:
    """404 0x8006088a with the segment."""
    for method in ("GET", "POST"):
        answer = api(method, path, {})
        assert answer.status in {404, 405}
    assert api("POST" if "Action" in path else "GET", path, {}).error == (404, "0x8006088a")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("$expand=teammembership_association,createdby", "teammembership_association"),
        ("$expand=teammembership_association($expand=createdby)", "teammembership_association"),
        ("$expand=createdby($expand=teammembership_association)", "teammembership_association"),
    ],
)
def test_many_to_many_stands_alone(api: Api, query: str, name: str) -> None:
    """Neither nested nor beside relationships of another sort."""
    answer = api("GET", f"teams?{query}")
    assert answer.error == (400, "0x80060888")
    assert answer.message.startswith(f"The navigation property '{name}' cannot be expanded.")
    assert ("Only many-to-one relationships are supported for nested expansion." in answer.message) == ("(" in query)


@pytest.mark.parametrize("option", ["$top=1", "$expand=createdby", "$apply=groupby((name))"])
def test_a_count_takes_no_option_that_would_change_it(api: Api, option: str) -> None:
    """Refused by name."""
    assert option.partition("=")[0] in api("GET", f"accounts/$count?{option}").message
