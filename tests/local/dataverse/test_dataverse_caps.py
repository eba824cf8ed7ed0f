"""What happens beyond five thousand rows: counts, pages, expansions, aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import ROOT, Api, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 5001
ANNOTATED = 'odata.include-annotations="Microsoft.Dynamics.CRM.*"'
TOTAL, EXCEEDED = "@Microsoft.Dynamics.CRM.totalrecordcount", "@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"


@pytest.fixture(scope="module")
def crowd() -> Iterator[tuple[Api, str]]:
    """An account with 5,001 tasks, put straight into the database."""
    app = DataverseApp(any_token=True, clock=Clock(), deliver=lambda _: 200)
    api = Api(app)
    account = api.create("accounts", name="A")
    with app.storage.transaction():
        app.storage.db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            'INSERT INTO task (activityid, subject, regardingobjectid, "regardingobjectid~type", versionnumber) '
            "SELECT printf('00000000-0000-0000-0000-%012x', i), 'task ' || i, ?, 'account', i FROM n",
            (MANY, account),
        )
    yield api, account
    app.close()


def test_counts_stop_at_five_thousand(crowd: tuple[Api, str]) -> None:
    """And an annotation says so; what is fewer is counted."""
    api, account = crowd
    page = api("GET", "tasks?$select=subject&$count=true&$top=1", Prefer=ANNOTATED).json
    assert (page["@odata.count"], page[TOTAL], page[EXCEEDED]) == (5000, 5000, True)
    assert api("GET", "tasks/$count").text == "\ufeff5000"
    assert api("GET", f"accounts({account})/Account_Tasks/$count").text == "\ufeff5000"
    few = api(
        "GET", "tasks?$select=subject&$count=true&$filter=subject ne 'task 7' and subject ne 'task 8'", Prefer=ANNOTATED
    ).json
    assert (few["@odata.count"], few[TOTAL], few[EXCEEDED]) == (4999, 4999, False)
    fetch = quote("<fetch returntotalrecordcount='true' top='1'><entity name='task'><attribute name='subject'/></entity></fetch>")
    found = api("GET", f"tasks?fetchXml={fetch}", Prefer=ANNOTATED).json
    assert (found[TOTAL], found[EXCEEDED]) == (5000, True)
    assert api.row("RetrieveTotalRecordCount(EntityNames=['task'])")["EntityRecordCountCollection"]["Values"] == [MANY]


@pytest.mark.parametrize("headers", [{}, {"Prefer": "odata.maxpagesize=9999"}])
def test_a_page_has_five_thousand_rows(crowd: tuple[Api, str], headers: dict[str, str]) -> None:
    """Also when more are asked for; the rest is behind the link."""
    api, _ = crowd
    page = api("GET", "tasks?$select=activityid", **headers).json
    assert len(page["value"]) == 5000
    assert len(api.rows(page["@odata.nextLink"].removeprefix(ROOT), **headers)) == 1
    assert len(api.rows("tasks?$select=activityid&$top=6000")) == 5000


def test_an_expansion_has_five_thousand_rows(crowd: tuple[Api, str]) -> None:
    """The link beside them leads to the whole collection."""
    api, account = crowd
    row = api.row(f"accounts({account})?$select=name&$expand=Account_Tasks($select=activityid)")
    assert len(row["Account_Tasks"]) == 5000
    assert row["Account_Tasks@odata.nextLink"] == f"{ROOT}accounts({account})/Account_Tasks?$select=activityid"


@pytest.mark.parametrize("options", ["count='9999'", "top='9999'", ""])
def test_a_fetch_has_five_thousand_rows(crowd: tuple[Api, str], options: str) -> None:
    """Whatever it asks for."""
    api, _ = crowd
    text = quote(f"<fetch {options}><entity name='task'><attribute name='activityid'/></entity></fetch>")
    assert len(api.rows(f"tasks?fetchXml={text}")) == 5000


def test_aggregates_go_through_more(crowd: tuple[Api, str]) -> None:
    """Up to fifty thousand records."""
    api, _ = crowd
    assert api.rows("tasks?$apply=aggregate($count as n)") == [{"n": MANY}]
