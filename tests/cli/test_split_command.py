"""`w365 split` and `w365 import users`, against a tenant in memory."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from cli import importing_users, splitting
from dataverse.query import Query
from dataverse.rows import choice_value
from dataverse.stores.splitting_rows import SHARE, USER
from dataverse.stores.tenant_users import TenantUsers
from local.desks.splits import FIRST, SplitDesk
from work365.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SIXTEENTH = date(2026, 3, 16)
LIST = """User principal name,Display name,Department,Office,Licenses,Groups
anna@town.example,Anna Berg,Finance,12,SPE_E3+FLOW_FREE,Treasury;All staff
ben@town.example,Ben Alm,Finance,13,SPE_E3,
dora@town.example,Dora Lind,School,,spe_e3,Teachers
emil@town.example,Emil Roth,School,,FLOW_FREE,Teachers
"""


class Commands:
    """The commands on a town hall's tenant."""

    def __init__(self, tmp_path: Path) -> None:
        self.desk = SplitDesk()
        self.file = tmp_path / "users.csv"
        self.users = TenantUsers(self.desk.billing.api)
        self.app = Typer()
        self.app.callback()(lambda: None)
        splitting.register(self.app, lambda: splitting.Ports(self.desk.book, self.users, self.desk.billing.clock))
        importing_users.attach(self.app, lambda: self.users)

    def imported(self, text: str, day: date, *options: str) -> dict[str, Any]:
        self.file.write_text(text)
        arguments = [
            "users",
            str(self.file),
            "--tenant",
            "town.example",
            "--as-of",
            day.isoformat(),
            "--output",
            "json",
            *options,
        ]
        result = self.run(*arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self.app, list(arguments))


@pytest.fixture
def town(tmp_path: Path) -> Commands:
    return Commands(tmp_path)


def counts(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    return answer["listed"], answer["came"], answer["left"], answer["changed"]


def test_a_list_is_imported_once_and_keeps_what_is_asked_for(town: Commands) -> None:
    assert counts(town.imported(LIST, FIRST, "--dry-run")) == (4, 4, 0, 0)
    assert counts(town.imported(LIST, FIRST)) == (4, 4, 0, 0)
    assert counts(town.imported(LIST, FIRST)) == (4, 0, 0, 0)
    row = next(
        iter(town.desk.billing.api.find(Query(USER, ("w365_name", "w365_attributes", "w365_groups"), order="w365_userid")))
    )
    assert row["w365_name"] == "Anna Berg"
    assert json.loads(row["w365_attributes"]) == {"department": "Finance"}
    assert row["w365_groups"] == "all staff\ntreasury"


def test_a_list_of_a_later_day_says_who_moved_and_who_left(town: Commands) -> None:
    town.imported(LIST, FIRST)
    later = LIST.replace("Anna Berg,Finance", "Anna Berg,School").replace("ben@town.example,Ben Alm,Finance,13,SPE_E3,\n", "")
    assert counts(town.imported(later, SIXTEENTH)) == (3, 0, 1, 1)
    assert counts(town.imported(later, SIXTEENTH, "--part")) == (3, 0, 0, 0)


def test_json_lines_are_taken_too(town: Commands) -> None:
    rows = [{"id": "anna", "displayName": "Anna", "department": "Finance", "licences": ["SPE_E3", "FLOW"]}, {"id": "ben"}]
    assert counts(town.imported("\n".join(json.dumps(row) for row in rows), FIRST)) == (2, 2, 0, 0)


def test_a_row_that_cannot_be_read_takes_nobody_for_gone(town: Commands) -> None:
    town.imported(LIST, FIRST)
    answer = town.imported(LIST.replace("ben@town.example,Ben Alm", ",Ben Alm"), SIXTEENTH)
    assert [one["code"] for one in answer["findings"]] == ["broken-row", "user-list-not-whole"]
    assert answer["left"] == 0


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Name,Department\nAnna,Finance\n", (), "has no column 'User principal name'"),
        (LIST, ("--attributes", "department,cost center"), "has no column 'costcenter'"),
        (LIST + "Anna@town.example,Anna,Finance,,,\n", (), "is listed twice"),
        (LIST, ("--tenant", "village.example"), "no provider account has the domain or id 'village.example'"),
        (LIST, ("--as-of", "yesterday"), "'yesterday' is not a day"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(town: Commands, text: str, options: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        town.imported(text, FIRST, *options)


def split(town: Commands) -> None:
    town.imported(LIST, FIRST)
    finance, school = town.desk.by_department("Finance", included=1), town.desk.by_department("School", minimum=3)
    town.desk.terms(FIRST, finance, school, licence="SPE_E3")


def test_show_says_who_pays_for_how_many_and_why_and_names_the_users_when_asked(town: Commands) -> None:
    split(town)
    shown = json.loads(town.run("split", "show", "S-1", "--users", "--output", "json").stdout)
    assert [(row["payer"], row["seats"], row["why"], row["users"]) for row in shown] == [
        ("Hall", 6, "6 seats: 1 of others, included for them, 5 that nobody asks for", []),
        ("Finance", 1, "1 seat: 1 of its users, or agreed on", ["Anna Berg", "Ben Alm"]),
        ("School", 3, "3 seats: 1 of its users, or agreed on, 2 up to its minimum", ["Dora Lind"]),
    ]
    assert "Finance" in town.run("split", "show", "S-1", "--on", "2026-03-20").stdout
    for arguments in (("S-1", "--on", "2026-02-01"), ("S-2",)):
        assert isinstance(town.run("split", "show", *arguments).exception, BadInput)


def test_apply_divides_and_check_says_where_the_parts_are_not_the_seats_bought(town: Commands) -> None:
    split(town)
    assert json.loads(town.run("split", "apply", "--dry-run", "--output", "json").stdout)["parts"] == 3
    assert town.run("split", "check").exit_code == 1, "nothing is divided yet"
    assert "splits 1, parts 3, rows 3, held 0, later 0" in town.run("split", "apply").stdout
    assert town.run("split", "check").stdout == "The parts of every split sum to the seats bought.\n"
    town.desk.buy(SIXTEENTH, 12)
    (finding,) = json.loads(town.run("split", "check", "--output", "json").stdout)
    assert finding["code"] == "split-not-divided"
    assert finding["message"].startswith(
        "From 2026-03-16 on 12 seats of subscription S-1 are bought, and the parts of its payers sum"
    )
    town.run("split", "apply")
    assert town.run("split", "check").exit_code == 0


def test_a_user_is_forgotten_and_the_seats_stay_counted(town: Commands) -> None:
    split(town)
    found = {"w365_values": "ben@town.example", "w365_foundby": choice_value(SHARE, "w365_foundby", "Users")}
    town.desk.terms(SIXTEENTH, {**town.desk.number("School", 0), **found})
    town.run("split", "apply")
    before = town.desk.logs()
    assert town.run("split", "forget", "BEN@town.example").exit_code == 0
    again = json.loads(town.run("split", "apply", "--output", "json").stdout)
    assert (again["rows"], town.desk.logs()) == (0, before)
    shown = town.run("split", "show", "S-1", "--users", "--on", "2026-03-20").stdout
    assert "Ben Alm" not in shown
    assert "ben@" not in "".join(str(row) for row in town.desk.billing.api.find(Query(USER, ("w365_userid", "w365_name"))))
    assert isinstance(town.run("split", "forget", "ben@town.example").exception, BadInput)
