"""Microsoft.Dynamics.CRM query functions: which parameters each takes, what each finds; FetchXML's operators find the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp, functions
from local.dataverse.trial import START, Api, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CRM = "Microsoft.Dynamics.CRM."
NONE = """
Today Yesterday Tomorrow Last7Days Next7Days LastWeek ThisWeek NextWeek LastMonth ThisMonth NextMonth LastYear ThisYear NextYear
LastFiscalPeriod ThisFiscalPeriod NextFiscalPeriod LastFiscalYear ThisFiscalYear NextFiscalYear
"""
COUNTED = """
LastXHours NextXHours LastXDays NextXDays LastXWeeks NextXWeeks LastXMonths NextXMonths LastXYears NextXYears
LastXFiscalPeriods NextXFiscalPeriods LastXFiscalYears NextXFiscalYears OlderThanXMinutes OlderThanXHours OlderThanXDays
OlderThanXWeeks OlderThanXMonths OlderThanXYears InFiscalPeriod InFiscalYear
"""
TWO = "InFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear InOrAfterFiscalPeriodAndYear"
USERS = """
EqualUserId NotEqualUserId EqualBusinessId NotEqualBusinessId EqualUserTeams EqualUserOrUserTeams EqualUserOrUserHierarchy
EqualUserOrUserHierarchyAndTeams
"""
LINES = "Above AboveOrEqual Under UnderOrEqual NotUnder"
ID = "'00000000-0000-0000-0000-000000000001'"
CALLS = (
    [(name, "createdon", "") for name in NONE.split()]
    + [(name, "createdon", "PropertyValue=1") for name in COUNTED.split()]
    + [(name, "createdon", "PropertyValue1=1,PropertyValue2=2026") for name in TWO.split()]
    + [(name, "ownerid", "") for name in USERS.split()]
    + [(name, "accountid", f"PropertyValue={ID}") for name in LINES.split()]
    + [(name, "createdon", "PropertyValue='2026-11-01'") for name in ("On", "NotOn", "OnOrAfter", "OnOrBefore")]
    + [(name, "name", "PropertyValues=['a','b']") for name in ("In", "NotIn")]
    + [(name, "revenue", "PropertyValues=['1','2']") for name in ("Between", "NotBetween")]
    + [("EqualUserLanguage", "numberofemployees", "")]
)
APP = DataverseApp(any_token=True, clock=Clock(), deliver=lambda _: 200)
API = Api(APP)


def asked(name: str, column: str, more: str) -> str:
    """A filter of one function."""
    return f"{CRM}{name}(PropertyName='{column}'{',' if more else ''}{more})"


@pytest.mark.parametrize(("name", "column", "more"), CALLS)
def test_each_function_takes_its_parameters_and_no_others(name: str, column: str, more: str) -> None:
    """Also by aliases, as the reference writes them; a missing, a further and a repeated parameter are refused by name."""
    pairs = [pair.partition("=") for pair in re.split(r",(?=Prop)", more)] if more else []
    given_aliases = "".join(f"&@p{index}={value}" for index, (_, _, value) in enumerate(pairs))
    named = ",".join(f"{parameter}=@p{index}" for index, (parameter, _, _) in enumerate(pairs))
    assert API("GET", f"accounts?$filter={asked(name, column, more)}").status == 200
    by_alias = f"{CRM}{name}(PropertyName=@n{',' if named else ''}{named})&@n='{column}'{given_aliases}"
    assert API("GET", f"accounts?$filter={by_alias}").status == 200
    wrong = [f"{more}{',' if more else ''}PropertyValue9=1", f"{more}{',' if more else ''}PropertyName='name'"]
    wrong += [""] if more else ["PropertyValue=1"]
    for text in wrong:
        answer = API("GET", f"accounts?$filter={asked(name, column, text)}")
        assert (answer.status, f"{CRM}{name}" in answer.message) == (400, True), answer.text


def test_every_function_that_is_made_stands_in_the_table() -> None:
    """The rest needs a multi-select choice (test_dataverse_metadata.py) or a full-text index, which no column has."""
    assert {name for name, _, _ in CALLS} | {"ContainValues", "DoesNotContainValues", "Contains"} == functions.NAMES


@pytest.mark.parametrize(
    ("name", "column", "more", "status"),
    [
        ("Contains", "name", "PropertyValue='a'", 400),
        ("EqualRoleBusinessId", "ownerid", "", 501),
        ("Nothing", "name", "", 404),
        ("EqualUserLanguage", "name", "", 400),
        ("EqualUserId", "name", "", 400),
        ("EqualUserTeams", "revenue", "", 400),
        ("Under", "name", f"PropertyValue={ID}", 400),
        ("Under", "primarycontactid", f"PropertyValue={ID}", 400),
        ("Under", "accountid", "PropertyValue='x'", 400),
        ("On", "name", "PropertyValue='2026-11-01'", 400),
        ("On", "createdon", "PropertyValue='x'", 400),
        ("ThisFiscalYear", "name", "", 400),
        ("InFiscalPeriod", "createdon", "PropertyValue=-1", 400),
        ("InFiscalPeriod", "createdon", "PropertyValue='x'", 400),
        ("LastXDays", "createdon", "PropertyValue=0", 400),
        ("LastXDays", "createdon", "PropertyValue=['1']", 400),
        ("LastXDays", "createdon", "PropertyValue=null", 400),
        ("In", "name", "PropertyValues='a'", 400),
        ("ContainValues", "name", "PropertyValues=['1']", 400),
    ],
)
def test_what_a_function_refuses(name: str, column: str, more: str, status: int) -> None:
    """Columns of another type, values of another type, functions that are not there."""
    answer = API("GET", f"accounts?$filter={asked(name, column, more)}")
    assert (answer.status, bool(answer.message)) == (status, True)


@pytest.fixture(scope="module")
def family() -> Iterator[dict[str, str]]:
    """Accounts: a is above b, b above c and d; e stands alone. Ids by name."""
    ids: dict[str, str] = {}
    for name, parent in (("a", ""), ("b", "a"), ("c", "b"), ("d", "b"), ("e", "")):
        bound = {"parentaccountid__bind": f"accounts({ids[parent]})"} if parent else {}
        ids[name] = API.create("accounts", name=f"line {name}", **bound)
    yield ids
    for row_id in ids.values():
        API("DELETE", f"accounts({row_id})")


@pytest.mark.parametrize(
    ("name", "operator", "of", "found"),
    [
        ("Under", "under", "a", "bcd"),
        ("Under", "under", "c", ""),
        ("UnderOrEqual", "eq-or-under", "b", "bcd"),
        ("NotUnder", "not-under", "b", "abe"),
        ("Above", "above", "d", "ab"),
        ("Above", "above", "a", ""),
        ("AboveOrEqual", "eq-or-above", "c", "abc"),
    ],
)
def test_lines_of_rows(family: dict[str, str], name: str, operator: str, of: str, found: str) -> None:
    """Above and below, over any number of levels; a row that is its own ancestor ends no query."""
    condition = f"{CRM}{name}(PropertyName='accountid',PropertyValue='{family[of]}')"
    rows = API.rows(f"accounts?$select=name&$filter=startswith(name,'line') and {condition}&$orderby=name")
    assert "".join(row["name"][-1] for row in rows) == found
    xml = (
        '<fetch><entity name="account"><attribute name="name"/><order attribute="name"/><filter>'
        '<condition attribute="name" operator="begins-with" value="line"/>'
        f'<condition attribute="accountid" operator="{operator}" value="{family[of]}"/></filter></entity></fetch>'
    )
    assert "".join(row["name"][-1] for row in API.rows(f"accounts?fetchXml={quote(xml)}")) == found


def test_a_line_that_bites_its_tail(family: dict[str, str]) -> None:
    """A cycle of parents is gone round once."""
    API("PATCH", f"accounts({family['a']})", {"parentaccountid@odata.bind": f"accounts({family['c']})"})
    try:
        rows = API.rows(f"accounts?$select=name&$filter={CRM}Under(PropertyName='accountid',PropertyValue='{family['a']}')")
        assert len(rows) == 4
    finally:
        API("PATCH", f"accounts({family['a']})", {"parentaccountid": None})


def test_the_callers_teams_and_reports() -> None:
    """Rows of the caller, of his teams, of those who report to him at any distance."""
    me = API.row("WhoAmI")["UserId"]
    report = API.create("systemusers", fullname="Report", parentsystemuserid__bind=f"systemusers({me})")
    below = API.create("systemusers", fullname="Below", parentsystemuserid__bind=f"systemusers({report})")
    other = API.create("systemusers", fullname="Other")
    unit = API.row("WhoAmI")["BusinessUnitId"]
    team = API.create("teams", name="Mine", businessunitid__bind=f"businessunits({unit})")
    API("POST", f"teams({team})/teammembership_association/$ref", {"@odata.id": f"systemusers({me})"})
    admin = API.rows("roles?$filter=name eq 'System Administrator'")[0]["roleid"]
    for table, row_id, nav in (
        ("systemusers", report, "systemuserroles_association"),
        ("systemusers", below, "systemuserroles_association"),
        ("systemusers", other, "systemuserroles_association"),
        ("teams", team, "teamroles_association"),
    ):
        API("POST", f"{table}({row_id})/{nav}/$ref", {"@odata.id": f"roles({admin})"})
    owners = {
        "m": f"systemusers({me})",
        "r": f"systemusers({report})",
        "b": f"systemusers({below})",
        "o": f"systemusers({other})",
    }
    owners["t"] = f"teams({team})"
    for letter, owner in owners.items():
        API.create("leads", lastname=letter, ownerid__bind=owner)
    for name, found in (
        ("EqualUserId", "m"),
        ("NotEqualUserId", "bort"),
        ("EqualUserTeams", "t"),
        ("EqualUserOrUserTeams", "mt"),
        ("EqualUserOrUserHierarchy", "bmr"),
        ("EqualUserOrUserHierarchyAndTeams", "bmrt"),
    ):
        rows = API.rows(f"leads?$select=lastname&$filter={CRM}{name}(PropertyName='ownerid')&$orderby=lastname")
        assert "".join(row["lastname"] for row in rows) == found, name
    assert len(API.rows(f"systemusers?$filter={CRM}EqualUserOrUserHierarchy(PropertyName='systemuserid')")) == 3


def quarter(day: datetime) -> int:
    """The number of quarters up to a day's, from the year 0."""
    return day.year * 4 + (day.month - 1) // 3


def sunday(day: datetime) -> date:
    """The Sunday at or before a day."""
    return (day - timedelta(days=(day.weekday() + 1) % 7)).date()


def months(day: datetime) -> int:
    """The number of months up to a day's, from the year 0."""
    return day.year * 12 + day.month


ORACLE: dict[str, tuple[str, Callable[[datetime, datetime], bool]]] = {
    "Today": ("", lambda row, now: row.date() == now.date()),
    "Yesterday": ("", lambda row, now: row.date() == now.date() - timedelta(days=1)),
    "Tomorrow": ("", lambda row, now: row.date() == now.date() + timedelta(days=1)),
    "LastWeek": ("", lambda row, now: sunday(now) - sunday(row) == timedelta(days=7)),
    "ThisWeek": ("", lambda row, now: sunday(now) == sunday(row)),
    "NextWeek": ("", lambda row, now: sunday(row) - sunday(now) == timedelta(days=7)),
    "LastMonth": ("", lambda row, now: months(now) - months(row) == 1),
    "ThisMonth": ("", lambda row, now: months(now) == months(row)),
    "NextMonth": ("", lambda row, now: months(row) - months(now) == 1),
    "LastYear": ("", lambda row, now: now.year - row.year == 1),
    "ThisYear": ("", lambda row, now: now.year == row.year),
    "NextYear": ("", lambda row, now: row.year - now.year == 1),
    "LastFiscalPeriod": ("", lambda row, now: quarter(now) - quarter(row) == 1),
    "ThisFiscalPeriod": ("", lambda row, now: quarter(now) == quarter(row)),
    "NextFiscalPeriod": ("", lambda row, now: quarter(row) - quarter(now) == 1),
    "LastXFiscalPeriods": ("PropertyValue=3", lambda row, now: 1 <= quarter(now) - quarter(row) <= 3),
    "NextXFiscalPeriods": ("PropertyValue=3", lambda row, now: 1 <= quarter(row) - quarter(now) <= 3),
    "LastXFiscalYears": ("PropertyValue=2", lambda row, now: 1 <= now.year - row.year <= 2),
    "InFiscalPeriod": ("PropertyValue=2", lambda row, _: quarter(row) % 4 == 1),
    "InFiscalYear": ("PropertyValue=2026", lambda row, _: row.year == 2026),
    "InFiscalPeriodAndYear": ("PropertyValue1=4,PropertyValue2=2026", lambda row, _: quarter(row) == 2026 * 4 + 3),
    "InOrBeforeFiscalPeriodAndYear": ("PropertyValue1=4,PropertyValue2=2026", lambda row, _: quarter(row) <= 2026 * 4 + 3),
    "InOrAfterFiscalPeriodAndYear": ("PropertyValue1=4,PropertyValue2=2026", lambda row, _: quarter(row) >= 2026 * 4 + 3),
    "LastXHours": (
        "PropertyValue=5",
        lambda row, now: now.replace(minute=0, second=0) - timedelta(hours=5) <= row < now,
    ),
    "LastXDays": ("PropertyValue=9", lambda row, now: now.date() - timedelta(days=9) <= row.date() and row < now),
    "NextXDays": ("PropertyValue=9", lambda row, now: row >= now and row.date() <= now.date() + timedelta(days=9)),
    "OlderThanXDays": ("PropertyValue=9", lambda row, now: row < now - timedelta(days=9)),
    "OlderThanXMinutes": ("PropertyValue=90", lambda row, now: row < now - timedelta(minutes=90)),
    "On": ("PropertyValue='2026-11-01'", lambda row, _: row.date() == date(2026, 11, 1)),
    "NotOn": ("PropertyValue='2026-11-01'", lambda row, _: row.date() != date(2026, 11, 1)),
    "OnOrAfter": ("PropertyValue='2026-11-01'", lambda row, _: row.date() >= date(2026, 11, 1)),
    "OnOrBefore": ("PropertyValue='2026-11-01'", lambda row, _: row.date() <= date(2026, 11, 1)),
}
NEAR = st.integers(-500, 500).map(lambda hours: START + timedelta(hours=hours, minutes=hours % 60))
FAR = st.datetimes(datetime(2022, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001  a zone is put on at once


@given(st.lists(NEAR | FAR, min_size=1, max_size=12, unique=True))
@settings(max_examples=12)
def test_dates_are_found_as_a_second_reckoning_finds_them(moments: list[datetime]) -> None:
    """Each relative date against a rule in Python, over moments near and far."""
    for row in API.rows("tasks?$select=activityid"):
        API("DELETE", f"tasks({row['activityid']})")
    for moment in moments:
        API.create("tasks", subject="x", scheduledend=moment.isoformat())
    for name, (more, rule) in ORACLE.items():
        rows = API.rows(f"tasks?$select=scheduledend&$filter={asked(name, 'scheduledend', more)}")
        found = {datetime.fromisoformat(row["scheduledend"]) for row in rows}
        assert found == {moment for moment in moments if rule(moment, START)}, name


GIVEN = f"""
1 0 -1 2026 999999 99999999999999999999 1.5 '1' 'x' '2026-11-01' 2026-11-01 '9999-12-31T23:59:59Z' '0001-01-01' null true name @p
{ID} ['1','2'] [] [1,null] ['x'] [{ID}]
"""
VALUES = st.sampled_from(GIVEN.split())
PARAMETERS = st.dictionaries(
    st.sampled_from(["PropertyValue", "PropertyValues", "PropertyValue1", "PropertyValue2", "Other"]), VALUES, max_size=2
)
ASKED = """
name revenue createdon ownerid _ownerid_value accountid parentaccountid creditonhold statecode primarycontactid/birthdate
numberofemployees nothing t/subject
"""
COLUMNS = st.sampled_from(["", *ASKED.split()])


@given(st.sampled_from(sorted(functions.NAMES)), COLUMNS, PARAMETERS)
@settings(max_examples=300)
def test_no_function_breaks_the_server(name: str, column: str, parameters: dict[str, str]) -> None:
    """Every function over every sort of column with any parameters, some of them its own."""
    more = ",".join(f"{parameter}={value}" for parameter, value in parameters.items())
    answer = API("GET", f"accounts?$select=name&$filter={asked(name, column, more)}&@p='1'")
    assert answer.status in {200, 400}, answer.text
