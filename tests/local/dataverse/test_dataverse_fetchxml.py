"""FetchXML and `?sql=`: filters, joins, order, pages, aggregates; what is refused; no input breaks the server."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import Api

PAGED = 'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"'


@pytest.fixture
def data(api: Api) -> Api:
    """Four accounts, two of them with contacts and tasks."""
    contacts = [api.create("contacts", firstname=name, lastname="Z") for name in ("Ann", "Bob")]
    for index, (name, revenue) in enumerate([("Alpha", 10), ("beta", 20), ("Gamma", 30), ("delta", None)]):
        bound = {"primarycontactid__bind": f"contacts({contacts[index]})"} if index < 2 else {}
        account = api.create("accounts", name=name, revenue=revenue, accountcategorycode=1 if index < 2 else 2, **bound)
        for number in range(index):
            api.create("tasks", subject=f"{name} {number}", regardingobjectid_account_task__bind=f"accounts({account})")
    return api


def fetch(api: Api, inner: str, options: str = "", table: str = "account", **headers: str) -> Any:  # noqa: ANN401  JSON
    """Ask with FetchXML."""
    text = f'<fetch {options}><entity name="{table}">{inner}</entity></fetch>'
    answer = api("GET", f"{table}s?fetchXml={quote(text)}", **headers)
    assert answer.status == 200, answer.text
    return answer.json


def names(found: Any) -> list[str]:  # noqa: ANN401  JSON
    """The names that were found."""
    return [row["name"] for row in found["value"]]


TASKS = "name='task' from='regardingobjectid' to='accountid'"
IS_BETA = "<filter><condition attribute='subject' operator='begins-with' value='beta'/></filter>"
SUBJECT = "<attribute name='subject'/>"
NAME = '<attribute name="name"/><order attribute="name"/>'


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('<condition attribute="name" operator="eq" value="ALPHA"/>', ["Alpha"]),
        ('<condition attribute="name" operator="like" value="%TA"/>', ["beta", "delta"]),
        ('<condition attribute="name" operator="not-like" value="%ta"/>', ["Alpha", "Gamma"]),
        ('<condition attribute="name" operator="begins-with" value="g"/>', ["Gamma"]),
        ('<condition attribute="revenue" operator="gt" value="10.0000"/>', ["beta", "Gamma"]),
        ('<condition attribute="revenue" operator="ne" value="10"/>', ["beta", "delta", "Gamma"]),
        ('<condition attribute="revenue" operator="null"/>', ["delta"]),
        ('<condition attribute="revenue" operator="between"><value>10</value><value>20</value></condition>', ["Alpha", "beta"]),
        ('<condition attribute="name" operator="in"><value>alpha</value><value>delta</value></condition>', ["Alpha", "delta"]),
        ('<condition attribute="createdon" operator="today"/>', ["Alpha", "beta", "delta", "Gamma"]),
        ('<condition attribute="createdon" operator="this-month"/>', ["Alpha", "beta", "delta", "Gamma"]),
        ('<condition attribute="createdon" operator="on-or-before" value="2026-10-31"/>', []),
        ('<condition attribute="ownerid" operator="eq-userid"/>', ["Alpha", "beta", "delta", "Gamma"]),
        ('<condition attribute="name" operator="eq" valueof="name"/>', ["Alpha", "beta", "delta", "Gamma"]),
        (
            (
                '<filter type="or"><condition attribute="name" operator="eq" value="beta"/>'
                '<condition attribute="revenue" operator="eq" value="30"/></filter>'
            ),
            ["beta", "Gamma"],
        ),
    ],
)
def test_filters(data: Api, condition: str, expected: list[str]) -> None:
    """The operators of FetchXML over texts, amounts, dates, users."""
    assert names(fetch(data, f"{NAME}<filter>{condition}</filter>")) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<link-entity name="contact" from="contactid" to="primarycontactid"/>', ["Alpha", "beta"]),
        (
            '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"/>',
            ["Alpha", "beta", "delta", "Gamma"],
        ),
        (
            (
                '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer" alias="c"/>'
                '<filter><condition entityname="c" attribute="contactid" operator="null"/></filter>'
            ),
            ["delta", "Gamma"],
        ),
        ('<link-entity name="task" from="regardingobjectid" to="accountid" link-type="exists"/>', ["beta", "delta", "Gamma"]),
        (
            '<filter><link-entity name="task" from="regardingobjectid" to="accountid" link-type="not any"/></filter>',
            ["Alpha"],
        ),
        (f"<link-entity {TASKS} link-type='in'>{IS_BETA}</link-entity>", ["beta"]),
        (f"<link-entity {TASKS} link-type='natural'>{IS_BETA}</link-entity>", ["beta"]),
        (f"<filter><link-entity {TASKS} link-type='any'>{IS_BETA}</link-entity></filter>", ["beta"]),
        (f"<filter><link-entity {TASKS} link-type='not any'>{IS_BETA}</link-entity></filter>", ["Alpha", "delta", "Gamma"]),
        (f"<filter><link-entity {TASKS} link-type='all'>{IS_BETA}</link-entity></filter>", ["delta", "Gamma"]),
        (f"<filter><link-entity {TASKS} link-type='not all'>{IS_BETA}</link-entity></filter>", ["beta"]),
        (f"<link-entity {TASKS} link-type='matchfirstrowusingcrossapply'/>", ["beta", "delta", "Gamma"]),
        (f"<link-entity {TASKS} link-type='inner'/>", ["beta", "delta", "delta", "delta", "Gamma", "Gamma"]),
        (
            (
                f"<filter type='or'><link-entity {TASKS} link-type='any'>{IS_BETA}</link-entity>"
                "<condition attribute='name' operator='eq' value='alpha'/></filter>"
            ),
            ["Alpha", "beta"],
        ),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='exists'>"
                "<link-entity name='account' from='primarycontactid' to='contactid' link-type='exists'>"
                "<filter><condition attribute='name' operator='eq' value='beta'/></filter></link-entity></link-entity>"
            ),
            ["beta"],
        ),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer'/>"
                "<filter><condition entityname='contact' attribute='firstname' operator='null'/></filter>"
            ),
            ["delta", "Gamma"],
        ),
        (
            (
                '<link-entity name="contact" from="contactid" to="primarycontactid"><filter>'
                '<condition attribute="firstname" operator="eq" value="ann"/></filter></link-entity>'
            ),
            ["Alpha"],
        ),
    ],
)
def test_joins(data: Api, link: str, expected: list[str]) -> None:
    """Every link type; `all` means that none of those that are there fits, and `not all` is `any`."""
    assert names(fetch(data, NAME + link)) == expected


def test_joined_columns(data: Api) -> None:
    """They stand under the alias of their table, or under their own; without a value they are left out."""
    link = (
        '<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer" alias="c">'
        '<attribute name="fullname"/><attribute name="firstname" alias="first"/></link-entity>'
    )
    rows = fetch(data, f'{NAME}<attribute name="primarycontactid"/>{link}')["value"]
    assert (rows[0]["c.fullname"], rows[0]["first"]) == ("Ann Z", "Ann")
    assert rows[0]["_primarycontactid_value"]
    assert "c.fullname" not in rows[3]


def test_the_first_of_those_that_match(data: Api) -> None:
    """Matchfirstrowusingcrossapply shows the columns of one row, whichever."""
    link = f"<link-entity {TASKS} link-type='matchfirstrowusingcrossapply' alias='t'>{SUBJECT}</link-entity>"
    rows = fetch(data, NAME + link)["value"]
    assert [(row["name"], row["t.subject"].split()[0]) for row in rows] == [
        ("beta", "beta"),
        ("delta", "delta"),
        ("Gamma", "Gamma"),
    ]


def test_comments_are_nothing(data: Api) -> None:
    """The pages' examples have them; a document type stays refused."""
    assert names(fetch(data, f"<!-- accounts -->{NAME}<filter><!-- none --></filter>")) == ["Alpha", "beta", "delta", "Gamma"]
    text = quote('<?xml version="1.0"?><fetch><entity name="account"><![CDATA[]]></entity></fetch>')
    assert data("GET", f"accounts?fetchXml={text}").status == 200


def test_what_has_no_value_is_left_out(data: Api) -> None:
    """Unlike in OData's answers."""
    rows = fetch(data, f"{NAME}<attribute name='revenue'/>")["value"]
    assert ["revenue" in row for row in rows] == [True, True, False, True]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("<order attribute='name' descending='1'/>", ["Gamma", "delta", "beta", "Alpha"]),
        ("<order attribute='primarycontactid' descending='true'/><order attribute='name'/>", ["beta", "Alpha", "delta", "Gamma"]),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='c'>"
                "<order attribute='firstname' descending='1'/></link-entity><order attribute='accountcategorycode'/>"
            ),
            ["beta", "Alpha"],
        ),
        (
            (
                "<link-entity name='contact' from='contactid' to='primarycontactid' alias='c'/>"
                "<order entityname='c' attribute='firstname' descending='1'/><order attribute='name'/>"
            ),
            ["beta", "Alpha"],
        ),
    ],
)
def test_orders(data: Api, order: str, expected: list[str]) -> None:
    """Lookups by names; the orders of a link after those of the table, unless they stand there."""
    assert names(fetch(data, f"<attribute name='name'/>{order}"))[: len(expected)] == expected


def test_choices_are_ordered_by_label(data: Api) -> None:
    """Or by number, when that is asked for; also from page to page."""
    for subject, status, state in (("a", 2, 0), ("b", 5, 1), ("c", 3, 0), ("d", 6, 2)):
        data.create("tasks", subject=f"choice {subject}", statuscode=status, statecode=state)
    only = '<filter><condition attribute="subject" operator="begins-with" value="choice"/></filter>'
    inner = f'<attribute name="subject"/><order attribute="statuscode"/>{only}'
    for options, expected in (("", "dbca"), ("useraworderby='1'", "acbd")):
        found = ""
        for page in (1, 2):
            rows = fetch(data, inner, f'{options} count="2" page="{page}"', "task")["value"]
            found += "".join(row["subject"][-1] for row in rows)
        assert found == expected


def test_children_are_counted_per_row(data: Api) -> None:
    """The row aggregate CountChildren."""
    ids = {row["name"]: row["accountid"] for row in data.rows("accounts?$select=name")}
    for name in ("Alpha", "delta"):
        data("PATCH", f"accounts({ids[name]})", {"parentaccountid@odata.bind": f"accounts({ids['beta']})"})
    inner = f'{NAME}<attribute name="accountid" alias="Below" rowaggregate="CountChildren"/>'
    assert [row["Below"] for row in fetch(data, inner)["value"]] == [0, 2, 0, 0]


def test_pages_by_cookie(data: Api) -> None:
    """The cookie is unwrapped as Microsoft's client does it; the next page begins behind the last row."""
    options = 'count="3"'
    found = fetch(data, NAME, options, prefer=PAGED)
    assert (names(found), found["@Microsoft.Dynamics.CRM.morerecords"]) == (["Alpha", "beta", "delta"], True)
    cookie = ET.fromstring(found["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"])  # noqa: S314  our own answer
    inner = unquote(unquote(str(cookie.get("pagingcookie"))))
    element = ET.Element("fetch", {"count": "3", "page": str(cookie.get("pagenumber")), "paging-cookie": inner})
    element.append(ET.fromstring(f'<entity name="account">{NAME}</entity>'))  # noqa: S314  our own text
    data.create("accounts", name="aaa")
    answer = data("GET", f"accounts?fetchXml={quote(ET.tostring(element, encoding='unicode'))}", prefer=PAGED)
    assert (names(answer.json), answer.json["@Microsoft.Dynamics.CRM.morerecords"]) == (["Gamma"], False)


def test_pages_by_number(data: Api) -> None:
    """A page without a cookie is counted."""
    assert names(fetch(data, NAME, 'count="3" page="2"')) == ["Gamma"]
    assert names(fetch(data, NAME, 'top="1"')) == ["Alpha"]


def test_aggregates(data: Api) -> None:
    """Groups, sums, averages, counts, in the order that was asked for."""
    inner = (
        '<attribute name="accountcategorycode" alias="kind" groupby="true"/>'
        '<attribute name="revenue" alias="total" aggregate="sum"/>'
        '<attribute name="revenue" alias="filled" aggregate="countcolumn"/><attribute name="name" alias="n" aggregate="count"/>'
        '<order alias="total" descending="true"/>'
    )
    rows = fetch(data, inner, 'aggregate="true"')["value"]
    assert [(row["kind"], row["total"], row["filled"], row["n"]) for row in rows] == [(1, 30, 2, 2), (2, 30, 1, 2)]
    inner = (
        '<attribute name="createdon" alias="month" groupby="true" dategrouping="month"/>'
        '<attribute name="accountid" alias="n" aggregate="count"/>'
    )
    assert fetch(data, inner, 'aggregate="true"')["value"] == [{"month": 11, "n": 4}]


def test_aggregates_of_whole_numbers_and_of_distinct_values(data: Api) -> None:
    """Averages of whole numbers are whole; distinct values are counted once; a limit of one's own is kept."""
    for row, number in zip(data.rows("accounts?$select=name&$orderby=name"), (5, 5, 6, None), strict=True):
        data("PATCH", f"accounts({row['accountid']})", {"numberofemployees": number})
    column = '<attribute name="numberofemployees" alias="{}" aggregate="{}" {}/>'
    terms = (
        ("mean", "avg", ""),
        ("all", "count", ""),
        ("filled", "countcolumn", ""),
        ("different", "countcolumn", "distinct='1'"),
    )
    inner = "".join(column.format(*term) for term in terms)
    assert fetch(data, inner, 'aggregate="true"')["value"] == [{"mean": 5, "all": 4, "filled": 3, "different": 2}]
    text = f'<fetch aggregate="1" aggregatelimit="3"><entity name="account">{inner}</entity></fetch>'
    assert data("GET", f"accounts?fetchXml={quote(text)}").error == (400, "0x8004e023")


@pytest.mark.parametrize(
    ("day", "parts"),
    [
        ("2023-03-25", {"day": "25", "week": "12", "month": "3", "quarter": "1", "fiscal-period": "Quarter 1 FY2023"}),
        ("2023-08-27", {"day": "27", "week": "35", "month": "8", "quarter": "3", "fiscal-period": "Quarter 3 FY2023"}),
        ("2026-01-01", {"week": "1", "year": "2,026", "fiscal-year": "FY2026"}),
        ("2026-12-31", {"week": "53", "fiscal-period": "Quarter 4 FY2026"}),
    ],
)
def test_grouping_by_parts_of_a_date(api: Api, day: str, parts: dict[str, str]) -> None:
    """As the page's example reads them."""
    api.create("contacts", lastname="x", birthdate=day)
    inner = "".join(
        f'<attribute name="birthdate" alias="{part.replace("-", "")}" groupby="true" dategrouping="{part}"/>' for part in parts
    )
    inner += '<attribute name="contactid" alias="n" aggregate="count"/>'
    row = fetch(api, inner, 'aggregate="true"', "contact", prefer='odata.include-annotations="*"')["value"][0]
    assert {part: row[f"{part.replace('-', '')}@OData.Community.Display.V1.FormattedValue"] for part in parts} == parts


def test_many_to_many_joins(api: Api) -> None:
    """Through the table between, as the page has it."""
    inner = (
        "<attribute name='fullname'/><link-entity name='teammembership' from='systemuserid' to='systemuserid' intersect='true'>"
        "<link-entity name='team' from='teamid' to='teamid' alias='team'><attribute name='name'/></link-entity></link-entity>"
    )
    rows = fetch(api, inner, table="systemuser")["value"]
    assert {(row["fullname"], row["team.name"]) for row in rows} >= {("# Work365", "w365local")}


def test_counting_beside_fetchxml(data: Api) -> None:
    """`$count=true` may stand beside a query, as the page's request has it; the number comes as an annotation."""
    text = quote("<fetch count='1'><entity name='account'><attribute name='name'/></entity></fetch>")
    answer = data("GET", f"accounts?fetchXml={text}&$count=true", prefer='odata.include-annotations="*"').json
    assert (answer["@Microsoft.Dynamics.CRM.totalrecordcount"], len(answer["value"])) == (4, 1)


VIEW = "<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><filter>{}</filter></entity></fetch>"


@pytest.mark.parametrize(("table", "option"), [("savedqueries", "savedQuery"), ("userqueries", "userQuery")])
def test_saved_queries(data: Api, table: str, option: str) -> None:
    """Run by their id, on the whole table or on related rows, in pages; they must be for the table that is asked."""
    few = VIEW.format("<condition attribute='revenue' operator='gt' value='15'/>")
    view = data.create(table, name="Rich", fetchxml=few, returnedtypecode="account", querytype=0)
    assert names(data("GET", f"accounts?{option}={view}").json) == ["beta", "Gamma"]
    found, path = [], f"accounts?{option}={view}"
    while path:
        page = data("GET", path, prefer="odata.maxpagesize=1").json
        found += names(page)
        path = page.get("@odata.nextLink", "").partition("/v9.2/")[2]
    assert found == ["beta", "Gamma"]
    ids = {row["name"]: row["accountid"] for row in data.rows("accounts?$select=name")}
    for name in ("Alpha", "beta"):
        data("PATCH", f"accounts({ids[name]})", {"parentaccountid@odata.bind": f"accounts({ids['delta']})"})
    related = f"accounts({ids['delta']})/account_parent_account"
    assert names(data("GET", f"{related}?{option}={view}").json) == ["beta"]
    assert names(data("GET", f"{related}?fetchXml={quote(VIEW.format(''))}").json) == ["Alpha", "beta"]
    assert data("GET", f"contacts?{option}={view}").status == 400
    assert data("GET", f"accounts?{option}=x").status == 400
    assert data("GET", f"accounts?{option}={ids['beta']}").error == (404, "0x80040217")
    assert data("GET", f"accounts?{option}={view}&$filter=name eq 'x'").status == 400
    assert data("GET", f"accounts?{option}={view}&fetchXml=x").status == 400


def test_distinct(data: Api) -> None:
    """Rows that look the same come once."""
    inner = '<attribute name="accountcategorycode"/><order attribute="accountcategorycode"/>'
    assert fetch(data, inner, 'distinct="true"')["value"] == [{"accountcategorycode": 1}, {"accountcategorycode": 2}]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<fetch", 400),
        ("<!DOCTYPE a><fetch/>", 400),
        ("<fetch><entity name='contact'/></fetch>", 400),
        ("<fetch><entity name='account'><attribute name='nothing'/></entity></fetch>", 400),
        ("<fetch odd='1'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account'><odd/></entity></fetch>", 400),
        ("<fetch top='1' page='2'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account'><filter><condition attribute='name' operator='odd'/></filter></entity></fetch>", 400),
        ("<fetch><entity name='account'><filter><condition attribute='name' operator='eq'/></filter></entity></fetch>", 400),
        ("<fetch><entity name='account'><link-entity name='task' link-type='all'/></entity></fetch>", 400),
        ("<fetch datasource='retained'><entity name='account'/></fetch>", 501),
        ("<fetch no-lock='odd'><entity name='account'/></fetch>", 400),
        ("<fetch count='0'><entity name='account'/></fetch>", 400),
        ("<fetch><entity name='account' odd='1'/></fetch>", 400),
        ("<fetch page='2' paging-cookie='x'><entity name='account'/></fetch>", 400),
    ],
)
def test_what_fetchxml_refuses(api: Api, text: str, status: int) -> None:
    """With a sentence, never silently."""
    answer = api("GET", f"accounts?fetchXml={quote(text)}")
    assert (answer.status, bool(answer.message)) == (status, True)


@pytest.mark.parametrize(
    ("inner", "options"),
    [
        ("<link-entity name='task' link-type='odd'/>", ""),
        ("<filter><link-entity name='task' link-type='inner'/></filter>", ""),
        (f"<link-entity {TASKS} link-type='exists'><all-attributes/></link-entity>", ""),
        (f"<filter><link-entity {TASKS} link-type='any'>{SUBJECT}</link-entity></filter>", ""),
        (f"<link-entity {TASKS} link-type='in'><link-entity name='account'>{SUBJECT}</link-entity></link-entity>", ""),
        (f"<link-entity {TASKS} intersect='odd'/>", ""),
        ("<attribute name='name' odd='1'/>", ""),
        ("<attribute name='name'><attribute name='fax'/></attribute>", ""),
        ("<filter odd='1'/>", ""),
        ("<filter hint='odd'/>", ""),
        ("<filter><condition attribute='name' operator='contains' value='x'/></filter>", ""),
        ("<filter><condition attribute='name' operator='null' value='x'/></filter>", ""),
        ("<filter><condition attribute='name' operator='eq' value='x' rowaggregate='CountChildren'/></filter>", ""),
        ("<filter><condition attribute='accountid' operator='under' value='x'/></filter>", ""),
        ("<filter><condition attribute='createdon' operator='in-fiscal-period-and-year' value='1'/></filter>", ""),
        ("<attribute name='revenue' alias='x' aggregate='sum'/>", ""),
        ("<attribute name='revenue' alias='x' aggregate='odd'/>", "aggregate='1'"),
        ("<attribute name='revenue' alias='x' aggregate='sum' distinct='1'/>", "aggregate='1'"),
        ("<attribute name='createdon' alias='x' groupby='1' dategrouping='odd'/>", "aggregate='1'"),
        ("<attribute name='createdon' alias='x' groupby='1'/>", "aggregate='1'"),
        ("<attribute name='name' alias='x' rowaggregate='CountChildren'/>", ""),
        ("<attribute name='accountid' alias='x' rowaggregate='odd'/>", ""),
        ("<attribute name='accountid' rowaggregate='CountChildren'/>", ""),
    ],
)
def test_what_a_fetch_of_accounts_refuses(api: Api, inner: str, options: str) -> None:
    """Elements and attributes that are not expected where they stand, and what an operator cannot take."""
    text = f'<fetch {options}><entity name="account">{inner}</entity></fetch>'
    answer = api("GET", f"accounts?fetchXml={quote(text)}")
    assert (answer.status, bool(answer.message)) == (400, True)


def sql(api: Api, text: str) -> list[dict[str, Any]]:
    """Ask with SQL."""
    rows = api.rows(f"accounts?sql={quote(text, safe='')}")
    return [{name: value for name, value in row.items() if name not in {"@odata.etag", "accountid"}} for row in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT name FROM account WHERE revenue > 10 ORDER BY name DESC", [{"name": "Gamma"}, {"name": "beta"}]),
        ("select top 1 name from account order by name", [{"name": "Alpha"}]),
        (
            (
                "SELECT a.name, c.fullname AS who FROM account a INNER JOIN contact c ON a.primarycontactid = c.contactid "
                "WHERE c.firstname = 'ann'"
            ),
            [{"name": "Alpha", "who": "Ann Z"}],
        ),
        (
            "SELECT name FROM account WHERE NOT (name LIKE '%ta' OR revenue IS NULL) AND revenue BETWEEN 5 AND 15",
            [{"name": "Alpha"}],
        ),
        ("SELECT COUNT(*) AS n FROM account", [{"n": 4}]),
        (
            (
                "SELECT accountcategorycode, SUM(revenue) AS total FROM account GROUP BY accountcategorycode "
                "ORDER BY accountcategorycode"
            ),
            [{"accountcategorycode": 1, "total": 30}, {"accountcategorycode": 2, "total": 30}],
        ),
        (
            "SELECT DISTINCT accountcategorycode FROM account ORDER BY accountcategorycode",
            [{"accountcategorycode": 1}, {"accountcategorycode": 2}],
        ),
        ("SELECT name FROM account WHERE name IN ('alpha', 'O''Brian')", [{"name": "Alpha"}]),
        ("SELECT name FROM account ORDER BY name OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY", [{"name": "delta"}, {"name": "Gamma"}]),
        (
            (
                "SELECT a.name FROM account a LEFT JOIN contact c ON c.contactid = a.primarycontactid WHERE c.contactid IS NULL "
                "ORDER BY a.name"
            ),
            [{"name": "delta"}, {"name": "Gamma"}],
        ),
    ],
)
def test_sql(data: Api, text: str, expected: list[dict[str, Any]]) -> None:
    """The subset of SQL that Dataverse takes."""
    assert sql(data, text) == expected


def test_sql_in_pages(data: Api) -> None:
    """The next link leads through all rows."""
    text = quote("SELECT name FROM account ORDER BY name", safe="")
    found, path = [], f"accounts?sql={text}"
    while path:
        page = data("GET", path, prefer="odata.maxpagesize=3").json
        found += names(page)
        path = page.get("@odata.nextLink", "").partition("/v9.2/")[2]
    assert found == ["Alpha", "beta", "delta", "Gamma"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM account",
        "DELETE FROM account",
        "SELECT name FROM account UNION SELECT name FROM contact",
        "SELECT name FROM account HAVING 1",
        "SELECT name FROM account RIGHT JOIN contact c ON c.contactid = account.primarycontactid",
        "SELECT name FROM account WHERE name IN (SELECT name FROM contact)",
        "SELECT UPPER(name) FROM account",
        "SELECT name FROM account, contact",
        "SELECT name, COUNT(*) FROM account",
        "SELECT nothing FROM account",
        "SELECT name FROM account; SELECT 1",
        "SELECT name FROM nothing",
        "",
    ],
)
def test_what_sql_refuses(api: Api, text: str) -> None:
    """Each with a sentence."""
    answer = api("GET", f"accounts?sql={quote(text, safe='')}")
    assert (answer.status, bool(answer.message)) == (400, True)


APP = DataverseApp(any_token=True, deliver=lambda _: 200)
API = Api(APP)
SQL_WORDS = """
SELECT DISTINCT TOP FROM account a contact c JOIN LEFT ON = a.name name revenue createdon statecode c.fullname WHERE AND OR NOT
( ) , 5 -1.5 99999999999999999999 'x' 'O''B' LIKE IN BETWEEN IS NULL GROUP ORDER BY DESC COUNT(*) SUM(revenue) AVG( MIN MAX AS
OFFSET ROWS FETCH NEXT ONLY [ " ' * . ; -- é \x00 a.primarycontactid c.contactid
"""
WORDS = st.sampled_from(SQL_WORDS.split())
BEGUN = "SELECT name FROM account "


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.lists(WORDS, max_size=10).map(lambda more: BEGUN + " ".join(more)))
@settings(max_examples=250)
def test_no_sql_breaks_the_server(text: str) -> None:
    """Any words in any order."""
    assert API("GET", f"accounts?sql={quote(text, safe='')}").status in {200, 400, 501}


VALUES = st.sampled_from(
    [
        *("account", "name", "revenue", "createdon", "c", "contact", "", "1", "true", "0", "-5", "eq", "in", "é", "<", "x" * 50),
        *("accountid", "parentaccountid", "statuscode", "task", "regardingobjectid", "teammembership", "2026-11-01"),
        *("inner", "outer", "exists", "any", "not any", "all", "not all", "natural", "matchfirstrowusingcrossapply"),
        *("sum", "avg", "count", "countcolumn", "min", "max", "CountChildren", "fiscal-period", "fiscal-year", "week", "union"),
    ]
)
XML_NAMES = """
name alias aggregate groupby dategrouping distinct attribute descending operator value valueof entityname from to link-type type
top count page paging-cookie intersect visible returntotalrecordcount rowaggregate aggregatelimit useraworderby usertimezone hint
latematerialize no-lock isquickfindfields
"""
KEYS = st.sampled_from(XML_NAMES.split())
TAGS = st.sampled_from(["attribute", "all-attributes", "filter", "condition", "value", "link-entity", "order", "entity", "odd"])
XML_OPERATORS = """
eq ne gt le like not-like in not-in between null not-null begins-with last-x-days this-month on-or-after eq-userid under
contain-values eq-useroruserteams last-seven-days olderthan-x-months in-fiscal-year odd above eq-or-under not-under
in-fiscal-period-and-year in-or-after-fiscal-period-and-year last-x-fiscal-periods eq-userlanguage eq-useroruserhierarchyandteams
not-begin-with not-end-with ends-with ne-businessid not-on on
"""
COLUMNS = "name revenue createdon statecode ownerid accountid creditonhold parentaccountid numberofemployees"
OPERATORS = st.sampled_from(XML_OPERATORS.split())


def elements() -> st.SearchStrategy[ET.Element]:
    """Elements of FetchXML, in any order and nesting."""

    def build(tag: str, given: dict[str, str], operator: str | None, children: list[ET.Element]) -> ET.Element:
        made = ET.Element(tag, given | ({"operator": operator} if operator and tag == "condition" else {}))
        made.extend(children)
        return made

    leaf = st.builds(build, TAGS, st.dictionaries(KEYS, VALUES, max_size=4), st.none() | OPERATORS, st.just([]))
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            build, TAGS, st.dictionaries(KEYS, VALUES, max_size=4), st.none() | OPERATORS, st.lists(inner, max_size=3)
        ),
        max_leaves=8,
    )


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.lists(elements(), max_size=4))
@settings(max_examples=250)
def test_no_fetchxml_breaks_the_server(given_options: dict[str, str], children: list[ET.Element]) -> None:
    """Any elements with any attributes."""
    root = ET.Element("fetch", given_options)
    entity = ET.SubElement(root, "entity", {"name": "account"})
    entity.extend(children)
    answer = API("GET", f"accounts?fetchXml={quote(ET.tostring(root, encoding='unicode'), safe='')}")
    assert answer.status in {200, 400, 501}, answer.text


@given(
    st.sampled_from(COLUMNS.split()),
    OPERATORS,
    st.lists(VALUES, max_size=3),
)
@settings(max_examples=250)
def test_no_condition_breaks_the_server(name: str, operator: str, values: list[str]) -> None:
    """Every operator over every type with any values."""
    root = ET.Element("fetch")
    condition = ET.SubElement(
        ET.SubElement(ET.SubElement(root, "entity", {"name": "account"}), "filter"),
        "condition",
        {"attribute": name, "operator": operator},
    )
    for value in values:
        ET.SubElement(condition, "value").text = value
    answer = API("GET", f"accounts?fetchXml={quote(ET.tostring(root, encoding='unicode'), safe='')}")
    assert answer.status in {200, 400, 501}, answer.text


LINKS = (
    "name='task' from='regardingobjectid' to='accountid'",
    "name='account' from='parentaccountid' to='accountid'",
    "name='contact' from='contactid' to='primarycontactid'",
    "name='systemuser' from='systemuserid' to='createdby'",
    "name='task'",
)
PIECES = st.sampled_from(
    [
        "<attribute name='createdon'/>",
        "<attribute name='createdon' alias='x'/>",
        "<attribute name='createdon' alias='day' groupby='1' dategrouping='fiscal-period'/>",
        "<attribute name='createdby' alias='who' groupby='1'/>",
        "<attribute name='createdon' alias='last' aggregate='max'/>",
        "<attribute name='versionnumber' alias='mean' aggregate='avg'/>",
        "<attribute name='accountid' alias='below' rowaggregate='CountChildren'/>",
        "<all-attributes/>",
        "<order attribute='createdby'/>",
        "<order attribute='statuscode' descending='1'/>",
        "<order alias='last'/>",
        "<filter><condition attribute='statecode' operator='eq' value='0'/></filter>",
        "<filter type='or' hint='union'><condition attribute='createdon' operator='this-fiscal-year'/></filter>",
        "<filter><condition attribute='createdby' operator='eq' valueof='modifiedby'/></filter>",
    ]
)
TYPES = st.sampled_from(["inner", "outer", "exists", "in", "any", "not any", "all", "not all", "matchfirstrowusingcrossapply"])
WHOLE = st.sampled_from(["", "aggregate='1'", "distinct='1'", "top='2'", "count='1' page='2'", "useraworderby='1' count='1'"])


def joined(link: str, kind: str, filtering: bool, pieces: list[str]) -> str:
    """A link-entity, inside a filter or not."""
    text = f"<link-entity {link} link-type='{kind}'>{''.join(pieces)}</link-entity>"
    return f"<filter>{text}</filter>" if filtering else text


LINKED = st.sampled_from(LINKS)
NESTED = st.recursive(
    PIECES, lambda inner: st.builds(joined, LINKED, TYPES, st.booleans(), st.lists(inner, max_size=3)), max_leaves=6
)


@given(st.lists(NESTED, max_size=4), WHOLE)
@settings(max_examples=200)
def test_no_well_formed_fetch_breaks_the_server(pieces: list[str], options: str) -> None:
    """Valid pieces in any nesting, of which many do not belong together."""
    text = f"<fetch {options}><entity name='account'>{''.join(pieces)}</entity></fetch>"
    answer = API("GET", f"accounts?fetchXml={quote(text, safe='')}", prefer='odata.include-annotations="*"')
    assert answer.status in {200, 400, 501}, (text, answer.text)
