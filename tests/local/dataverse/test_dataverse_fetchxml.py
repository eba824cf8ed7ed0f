"""FetchXML: filters, order, pages."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from tests.local.dataverse.fetching import NAME, fetch, names

if TYPE_CHECKING:
    from local.dataverse.trial import Api

PAGED = 'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"'


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


def test_counting_beside_fetchxml(data: Api) -> None:
    """`$count=true` may stand beside a query, as the page's request has it; the number comes as an annotation."""
    text = quote("<fetch count='1'><entity name='account'><attribute name='name'/></entity></fetch>")
    answer = data("GET", f"accounts?fetchXml={text}&$count=true", prefer='odata.include-annotations="*"').json
    assert (answer["@Microsoft.Dynamics.CRM.totalrecordcount"], len(answer["value"])) == (4, 1)
