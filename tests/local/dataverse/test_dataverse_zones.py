"""The time zone of a user: formatted moments, relative dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from local.dataverse import zones

if TYPE_CHECKING:
    from local.dataverse.trial import Api, Clock

FORMATTED = "OData.Community.Display.V1.FormattedValue"
WANTED = f'odata.include-annotations="{FORMATTED}"'


def live_in(api: Api, code: int) -> None:
    """Set the caller's time zone."""
    assert api("PATCH", f"usersettingscollection({api.row('WhoAmI')['UserId']})", {"timezonecode": code}).status == 204


@pytest.mark.parametrize(
    ("code", "text"),
    [(zones.UTC_CODE, "4/7/2023 9:59 PM"), (4, "4/7/2023 2:59 PM"), (190, "4/8/2023 3:29 AM"), (290, "4/8/2023 9:59 AM")],
)
def test_moments_are_formatted_in_the_users_zone(api: Api, code: int, text: str) -> None:
    """The page's example is that of a user in Los Angeles; the value itself stays in UTC."""
    live_in(api, code)
    api.create("tasks", subject="x", scheduledend="2023-04-07T21:59:01Z")
    row = api.rows("tasks?$select=scheduledend", Prefer=WANTED)[0]
    assert (row[f"scheduledend@{FORMATTED}"], row["scheduledend"]) == (text, "2023-04-07T21:59:01Z")
    last = api.rows("tasks?$apply=aggregate(scheduledend with max as last)", Prefer=WANTED)[0]
    assert last[f"last@{FORMATTED}"] == text


def test_a_date_without_a_time_is_the_same_everywhere(api: Api) -> None:
    """Date-only columns know no zone."""
    live_in(api, 4)
    api.create("contacts", lastname="x", birthdate="2000-02-29")
    assert api.rows("contacts?$select=birthdate", Prefer=WANTED)[0][f"birthdate@{FORMATTED}"] == "2/29/2000"


@pytest.mark.parametrize("code", sorted(zones.ZONES))
def test_a_day_is_the_users_day(api: Api, clock: Clock, code: int) -> None:
    """Today, Yesterday and On find what lies between two midnights of the user, over a change of the clock as well."""
    where = ZoneInfo(zones.ZONES[code])
    live_in(api, code)
    moments = [clock.now + timedelta(hours=hours, minutes=15) for hours in range(-40, 40, 4)]
    for moment in moments:
        api.create("tasks", subject="x", scheduledend=moment.isoformat())
    today = clock.now.astimezone(where).date()
    for function, day in (
        ("Today(PropertyName='scheduledend')", today),
        ("Yesterday(PropertyName='scheduledend')", today - timedelta(days=1)),
        (f"On(PropertyName='scheduledend',PropertyValue='{today + timedelta(days=1)}')", today + timedelta(days=1)),
    ):
        rows = api.rows(f"tasks?$select=scheduledend&$filter=Microsoft.Dynamics.CRM.{function}")
        found = {datetime.fromisoformat(row["scheduledend"]).astimezone(UTC) for row in rows}
        assert found == {moment for moment in moments if moment.astimezone(where).date() == day}, function


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("code", [4, 290])
def test_the_first_and_the_last_day(api: Api, code: int, day: str) -> None:
    """A zone that is ahead or behind leads nowhere beyond them."""
    live_in(api, code)
    for name in ("On", "OnOrAfter", "OnOrBefore", "NotOn"):
        assert (
            api("GET", f"tasks?$filter=Microsoft.Dynamics.CRM.{name}(PropertyName='createdon',PropertyValue='{day}')").status
            == 200
        )


def test_a_zone_that_is_not_known_here_is_named(api: Api) -> None:
    """501, never another zone."""
    live_in(api, 3)
    api.create("tasks", subject="x", scheduledend="2023-04-07T21:59:01Z")
    live_in(api, 1499)
    answer = api("GET", "tasks?$select=scheduledend", Prefer=WANTED)
    assert (answer.status, "1499" in answer.message) == (501, True)
    assert api("GET", "tasks?$select=scheduledend").status == 200
