"""Change tracking: every change is seen at least once, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp
from local.dataverse.trial import ROOT, Api, Clock

if TYPE_CHECKING:
    from local.dataverse.trial import Answer

QUERY = "w365_jobs?$select=w365_key"


def follow(api: Api, url: str, size: int = 5000) -> tuple[dict[str, str], set[str], str]:
    """Read a tracked query to its end: keys by id, deleted ids, the next delta link."""
    rows: dict[str, str] = {}
    deleted: set[str] = set()
    while True:
        page = api("GET", url, Prefer=f"odata.maxpagesize={size},odata.track-changes").json
        for row in page["value"]:
            if row.get("reason") == "deleted":
                deleted.add(row["id"])
            else:
                rows[row["w365_jobid"]] = row["w365_key"]
        if "@odata.deltaLink" in page:
            return rows, deleted, page["@odata.deltaLink"].removeprefix(ROOT)
        url = page["@odata.nextLink"].removeprefix(ROOT)


def test_nothing_changed_means_nothing_comes(api: Api) -> None:
    """The delta is empty and has its own next link."""
    api.create("w365_jobs", w365_key="a")
    rows, _, link = follow(api, QUERY)
    assert list(rows.values()) == ["a"]
    assert follow(api, link)[:2] == ({}, set())


def test_a_row_that_came_and_went_comes_as_deleted(api: Api) -> None:
    """As documented."""
    _, _, link = follow(api, QUERY)
    row_id = api.create("w365_jobs", w365_key="a")
    api("DELETE", f"w365_jobs({row_id})")
    assert follow(api, link)[:2] == ({}, {row_id})
    assert api("GET", link.replace("w365_jobs?", "w365_jobs/$count?")).text == "\ufeff1"


def test_a_row_that_is_deleted_and_made_again_is_no_deletion(api: Api) -> None:
    """Its latest state counts."""
    row_id = api.create("w365_jobs", w365_key="a")
    _, _, link = follow(api, QUERY)
    api("DELETE", f"w365_jobs({row_id})")
    api("PATCH", f"w365_jobs({row_id})", {"w365_key": "b"})
    assert follow(api, link)[:2] == ({row_id: "b"}, set())


def test_a_change_between_two_pages_is_not_lost(api: Api) -> None:
    """The token is that of the first page."""
    for name in "abc":
        api.create("w365_jobs", w365_key=name)
    first = api("GET", QUERY, Prefer="odata.maxpagesize=2,odata.track-changes").json
    changed = first["value"][0]["w365_jobid"]
    api("PATCH", f"w365_jobs({changed})", {"w365_key": "z"})
    _, _, link = follow(api, first["@odata.nextLink"].removeprefix(ROOT), 2)
    assert follow(api, link)[0] == {changed: "z"}


def test_a_token_lives_seven_days(api: Api, clock: Clock) -> None:
    """After that the caller must read everything again."""
    _, _, link = follow(api, QUERY)
    clock.pass_by(days=7)
    assert api("GET", link).status == 200
    clock.pass_by(seconds=1)
    answer = api("GET", link)
    assert answer.error == (400, "0x80044352")
    assert "full sync" in answer.message


def test_how_long_a_token_lives_can_be_set(api: Api, clock: Clock) -> None:
    """By the organisation's ExpireChangeTrackingInDays."""
    _, _, link = follow(api, QUERY)
    organization = api.rows("organizations?$select=organizationid")[0]["organizationid"]
    assert api("PATCH", f"organizations({organization})", {"expirechangetrackingindays": 2}).status == 204
    clock.pass_by(days=2, seconds=1)
    assert api("GET", link).error == (400, "0x80044352")


def test_a_count_of_changes_takes_no_filter(api: Api) -> None:
    """Nor does a tracked query take $count, which has a path segment for that."""
    _, _, link = follow(api, QUERY)
    place = link.replace("w365_jobs?", "w365_jobs/$count?")
    assert api("GET", place).text == "\ufeff0"
    assert api("GET", f"{place}&$filter=w365_key eq 'a'").status == 400
    assert "$count" in api("GET", "w365_jobs?$count=true", Prefer="odata.track-changes").message


@pytest.mark.parametrize("option", ["$filter=w365_key eq 'a'", "$orderby=w365_key", "$expand=ownerid", "$top=1"])
def test_options_that_tracking_refuses(api: Api, option: str) -> None:
    """With the documented sentence."""
    answer: Answer = api("GET", f"w365_jobs?{option}", Prefer="odata.track-changes")
    assert (
        answer.message == 'The "${filter|orderby|expand|top}" query parameter isn\'t supported when Change Tracking is enabled.'
    )


@pytest.mark.parametrize("token", ["x", "5", "1!13/45/2026 99:00:00", "99!1/1/2026"])
def test_a_token_that_is_none_is_refused(api: Api, token: str) -> None:
    """400, never a guess."""
    assert api("GET", f"w365_jobs?$deltatoken={token}").status == 400


@given(st.lists(st.tuples(st.sampled_from(["put", "delete", "read"]), st.integers(0, 3)), max_size=12), st.integers(1, 3))
@settings(max_examples=30)
def test_whoever_follows_the_links_knows_every_row(steps: list[tuple[str, int]], size: int) -> None:
    """Apply deltas to a copy after any history: the copy equals the table."""
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    api = Api(app)
    copy, _, link = follow(api, QUERY, size)
    for index, (step, number) in enumerate(steps):
        path = f"w365_jobs(00000000-0000-0000-0000-00000000000{number})"
        if step == "put":
            api("PATCH", path, {"w365_key": str(index)})
        elif step == "delete":
            api("DELETE", path)
        else:
            rows, deleted, link = follow(api, link, size)
            copy = {key: value for key, value in (copy | rows).items() if key not in deleted}
    rows, deleted, link = follow(api, link, size)
    copy = {key: value for key, value in (copy | rows).items() if key not in deleted}
    assert copy == {row["w365_jobid"]: row["w365_key"] for row in api.rows("w365_jobs?$select=w365_key")}
    app.close()
