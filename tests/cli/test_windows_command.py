"""`w365 windows`: seats that may still be returned, batch by batch, and that the bill then says the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import renewals, windows
from local.desks.changes import ChangeDesk

FEBRUARY, MARCH, TERM_ENDS = date(2026, 2, 1), date(2026, 3, 1), date(2027, 2, 1)


class Person:
    """Ten seats since February, billed for March; five more since the morning of 16 March, billed at once."""

    def __init__(self) -> None:
        self.desk = ChangeDesk(FEBRUARY)
        self.contract = self.desk.contract("C-1", start=FEBRUARY, changesbilled="Now")
        self.one = self.desk.bought(self.contract, start=FEBRUARY, term="P1Y", until=TERM_ENDS, printedname="E3")
        self.desk.month(FEBRUARY)
        self.desk.month(MARCH)
        self.desk.at(date(2026, 3, 16))
        assert self.desk.ask(self.one, "Quantity", quantity=15, on=date(2026, 3, 16))[0] == "Succeeded"
        self.app = typer.Typer()
        windows.register(self.app, lambda: renewals.Ports(self.desk.renewals, self.desk.clock))

    def types(self, *arguments: str) -> str:
        result = CliRunner().invoke(self.app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def listed(self, at: datetime, *arguments: str) -> list[dict[str, Any]]:
        self.desk.clock.moment = at
        found: list[dict[str, Any]] = json.loads(self.types("--output", "json", *arguments))
        return found


@pytest.fixture
def person() -> Person:
    return Person()


def test_each_increase_says_how_many_until_when_and_for_how_much(person: Person) -> None:
    """F159: five seats at 31.00 from the 16th are 80.00 on the first day; on the 19th 13 of 31 days are left: 65.00."""
    (batch,) = person.listed(datetime(2026, 3, 16, 13, tzinfo=UTC))
    assert {name: batch[name] for name in ("subscription", "came", "seats", "refund", "currency", "hours_left", "alert")} == {
        "subscription": "E3",
        "came": 5,
        "seats": 5,
        "refund": "80.00",
        "currency": "EUR",
        "hours_left": 167,
        "alert": None,
    }
    assert (batch["until"], batch["full_until"]) == ("2026-03-23T12:00:00+00:00", "2026-03-17T12:00:00+00:00")
    assert (batch["until_local"], batch["zone"]) == ("2026-03-23T13:00:00+01:00", "Europe/Berlin")
    (later,) = person.listed(datetime(2026, 3, 19, 12, tzinfo=UTC))
    assert later["refund"] == "65.00"


def test_the_alerts_stand_in_the_list(person: Person) -> None:
    """F159: at 48 and at 24 hours; closed, it is gone."""
    moments = [datetime(2026, 3, day, 12, 30, tzinfo=UTC) for day in (20, 21, 22, 23)]
    assert [[one["alert"] for one in person.listed(at)] for at in moments] == [[None], [48], [24], []]


def test_what_was_given_back_is_no_longer_listed_and_batches_stand_apart(person: Person) -> None:
    """Three more on the 18th, two of them given back: the newest batch gives first."""
    for day, seats in ((18, 18), (19, 16)):
        person.desk.at(date(2026, 3, day))
        person.desk.ask(person.one, "Quantity", quantity=seats, on=date(2026, 3, day))
    at = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert [(one["came"], one["seats"]) for one in person.listed(at)] == [(5, 5), (3, 1)]
    assert person.listed(at, "--contract", "C-2") == []
    assert "1 of 3" in person.types()


@pytest.mark.parametrize(("day", "on"), [(17, 16), (19, 19), (21, 21)])
def test_the_bill_gives_back_what_the_list_says(person: Person, day: int, on: int) -> None:
    """All of the money within the first 24 hours, from the first day on; afterwards the days that are left."""
    person.desk.run(date(2026, 3, 17))
    (batch,) = person.listed(datetime(2026, 3, day, 11, tzinfo=UTC))
    state, said = person.desk.ask(person.one, "Quantity", quantity=10, on=date(2026, 3, on))
    assert state == "Succeeded", said
    person.desk.run(date(2026, 4, 1))
    april = person.desk.invoices()[-1]
    assert Decimal(310) - april.net == Decimal(batch["refund"])


def test_seats_of_the_last_day_of_a_cycle_give_back_both_cycles_on_the_first_day() -> None:
    """Bought at noon on 28 February: the morning after, that day and all of March come back."""
    desk = ChangeDesk(date(2026, 2, 28))
    contract = desk.contract("C-1", start=FEBRUARY)
    bought = date(2026, 2, 28)
    desk.bought(contract, start=bought, term="P1Y", until=date(2027, 2, 28), printedname="E3")
    app = typer.Typer()
    windows.register(app, lambda: renewals.Ports(desk.renewals, desk.clock))
    found = []
    for at in (datetime(2026, 3, 1, 7, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)):
        desk.clock.moment = at
        found += json.loads(CliRunner().invoke(app, ["--output", "json"], catch_exceptions=False).stdout)
    assert [one["refund"] for one in found] == ["321.07", "310.00"]
