"""`?sql=`: the subset of SQL that Dataverse takes; what is refused; no input breaks the server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import Api
from tests.local.dataverse.fetching import names


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
