"""F134: `w365 unbilled` says what has waited for longer than its own cycle and why; `exclude` and `take-back` decide about it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from cli import unbilled
from dataverse.rows import choice_value
from dataverse.stores.excluding import Exclusions
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk
from local.desks.usage import add_usage
from work365.crediting.excluding import Said
from work365.errors import BadInput
from work365.handlers.excluding import Wish, decide, record

if TYPE_CHECKING:
    from typer.testing import Result

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
ITEM, CHANGE = "w365_nonrecurringitem", "w365_changelog"


class Finance:
    """A person at the keyboard; a contract of ten seats at 31.00, billed for March."""

    def __init__(self) -> None:
        self.desk = CreditingDesk(MARCH)
        self.contract = self.desk.contract("C-1", start=MARCH)
        self.subscription = self.desk.subscription(self.contract, start=MARCH)
        self.desk.run(MARCH)

    def types(self, *words: str) -> Result:
        app = typer.Typer()
        app.callback()(lambda: None)
        unbilled.register(app, lambda: unbilled.Ports(self.desk.api, self.desk.clock))
        return CliRunner().invoke(app, ["unbilled", *words])

    def lists(self, *words: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.types("--output", "json", *words).stdout)["unbilled"]
        return rows

    def decides(self, *words: str) -> dict[str, str]:
        rows = json.loads(self.types(*words, "--output", "json").stdout)["rows"]
        return {row["id"]: row["outcome"] for row in rows}

    def sets(self, table: str, row: str, state: str) -> None:
        """By hand on the form."""
        self.desk.api.update(Ref(table, row), {"w365_billingstate": choice_value(table, "w365_billingstate", state)})

    def on(self, day: date) -> None:
        self.desk.clock.moment = datetime.combine(day, self.desk.clock.moment.timetz())

    def amounts(self) -> list[str]:
        """Of the newest document."""
        return self.desk.invoices()[-1].amounts


@pytest.fixture
def finance() -> Finance:
    return Finance()


def test_after_a_cancellation_everything_appears_on_the_next_run(finance: Finance) -> None:
    """Change, one-time item and usage wait with the day of the run that bills them; then nothing is left."""
    assert finance.types("--all").stdout == "Everything is billed.\n"
    finance.desk.item(finance.contract, MARCH, "50.00")
    add_usage(finance.desk, finance.contract, finance.subscription, date(2026, 3, 5), "100", certainty="Confirmed")
    finance.desk.api.update(Ref("w365_billingcontract", finance.contract), {"w365_usagemarkuppercent": 20})
    finance.desk.run(APRIL)
    billed = finance.amounts()
    assert billed == ["310.00", "50.00", "120.00"]
    finance.desk.cancel("INV-CO-2026-00002")
    waiting = finance.lists("--all")
    assert sorted(row["what"] for row in waiting) == ["Non-recurring item", "Usage record"]
    assert {row["why"] for row in waiting} == {"The next run bills it, on 2026-04-02 at the latest."}
    finance.desk.run(date(2026, 4, 2))
    assert finance.amounts() == billed
    assert finance.types("--all").stdout == "Everything is billed.\n"


def test_older_than_one_cycle_is_that_of_the_own_contract(finance: Finance) -> None:
    """The same draft of 1 March is late on a monthly contract in April, on an annual one a year later."""
    yearly = finance.desk.contract("C-2", start=MARCH, frequency="Annual")
    for contract in (finance.contract, yearly):
        finance.desk.item(contract, MARCH, "50.00", state="Draft")
    late = {}
    for day in (APRIL, date(2026, 4, 2), date(2027, 3, 1), date(2027, 3, 2)):
        finance.on(day)
        late[day.isoformat()] = [row["contract"] for row in finance.lists()]
    assert late == {"2026-04-01": [], "2026-04-02": ["C-1"], "2027-03-01": ["C-1"], "2027-03-02": ["C-1", "C-2"]}


def test_each_row_is_explained_and_what_needs_a_person_ends_1(finance: Finance) -> None:
    """Days may be given instead of the cycle."""
    finance.desk.item(finance.contract, MARCH, "50.00", state="Draft")
    finance.on(APRIL)
    assert finance.types().stdout == "Nothing has waited for longer than one cycle of its contract.\n"
    shown = finance.types("--older-than", "30")
    assert (shown.exit_code, "It is not approved yet." in shown.stdout) == (1, True)
    assert finance.types("--older-than", "31").stdout == "Nothing has waited for more than 31 days.\n"


def test_what_is_rejected_does_not_wait(finance: Finance) -> None:
    """Somebody has said that it is not billed."""
    finance.desk.item(finance.contract, MARCH, "50.00", state="Rejected")
    assert finance.lists("--all") == []


def test_what_is_excluded_with_a_reason_is_not_billed_until_it_is_taken_back(finance: Finance) -> None:
    """Who, when and why stay with the row; taking back needs a reason too, and the log keeps both."""
    item = finance.desk.item(finance.contract, MARCH, "50.00")
    assert finance.decides("exclude", item, "--reason", "A gift for the delay") == {item: "left out"}
    finance.desk.run(APRIL)
    assert finance.amounts() == ["310.00"]
    assert (finance.lists("--all"), finance.types("--all").exit_code) == ([], 0)
    (row,) = finance.lists("--excluded")
    assert row["why"].startswith("Excluded by ")
    assert row["why"].endswith(" on 2026-03-01: A gift for the delay")
    assert finance.decides("exclude", item, "--reason", "Again") == {item: "nothing to do"}
    assert finance.decides("take-back", item, "--reason", "They did not want it") == {item: "waits for its bill again"}
    finance.desk.run(MAY)
    assert finance.amounts() == ["310.00", "50.00"]
    kept = finance.desk.api.read(Ref(ITEM, item), select=("w365_exclusionreason", "w365_exclusionlog"))
    assert kept["w365_exclusionreason"] is None
    assert [line.split(": ", 1)[1] for line in kept["w365_exclusionlog"].splitlines()] == [
        "taken back: They did not want it",
        "excluded: A gift for the delay",
    ]


def test_a_change_that_is_excluded_gives_its_days_away_and_comes_back_as_they_were(finance: Finance) -> None:
    """Five seats from 16 March: 80.00 are given away, April has fifteen seats; taken back, the 80.00 are billed."""
    change = finance.desk.change(finance.contract, finance.subscription, date(2026, 3, 16), 15)
    finance.types("exclude", change, "--reason", "Promised by sales")
    finance.desk.run(APRIL)
    assert finance.amounts() == ["465.00"]
    finance.types("take-back", change, "--reason", "It was not promised")
    finance.desk.run(MAY)
    assert finance.amounts() == ["-160.00", "240.00", "465.00"]


def test_a_state_without_a_reason_is_not_billed_but_is_not_settled_either(finance: Finance) -> None:
    """It is listed and waits for a person; with a reason on the form it is left out, set back it is billed."""
    item, other = (finance.desk.item(finance.contract, MARCH, price) for price in ("50.00", "70.00"))
    for row in (item, other):
        finance.sets(ITEM, row, "Excluded")
    finance.desk.run(APRIL)
    assert finance.amounts() == ["310.00"]
    finance.on(date(2026, 4, 2))
    shown = finance.types()
    assert (shown.exit_code, shown.stdout.count("without a reason")) == (1, 2)
    finance.desk.api.update(Ref(ITEM, item), {"w365_exclusionreason": "A gift"})
    finance.sets(ITEM, other, "Unbilled")
    finance.desk.run(MAY)
    assert finance.amounts() == ["310.00", "70.00"]
    assert finance.lists() == []


def test_a_dry_run_writes_nothing(finance: Finance) -> None:
    """It says what would become of each."""
    item = finance.desk.item(finance.contract, MARCH, "50.00")
    shown = finance.types("exclude", item, "--reason", "x", "--dry-run")
    assert ("left out" in shown.stdout, "nothing was written" in shown.stderr, len(finance.lists("--all"))) == (True, True, 1)


def test_one_row_that_cannot_be_left_out_stops_no_other(finance: Finance) -> None:
    """What is billed, or does not exist, says so; the rest is done."""
    billed = finance.desk.item(finance.contract, MARCH, "20.00")
    finance.desk.run(APRIL)
    item = finance.desk.item(finance.contract, APRIL, "50.00")
    shown = finance.types("exclude", billed, item, "nothing", "--reason", "x", "--output", "json")
    outcomes = [(row["outcome"], row["done"]) for row in json.loads(shown.stdout)["rows"]]
    assert outcomes == [
        ("it is billed by INV-CO-2026-00002: credit its line, or cancel the document first", False),
        ("left out", True),
        ("no change, item, usage record, time or supplier's line has this id", False),
    ]
    assert (shown.exit_code, finance.types("exclude", billed, "--reason", "x").exit_code) == (4, 1)


def test_a_row_that_somebody_changed_meanwhile_says_so(finance: Finance) -> None:
    """Its version guards it: nothing is written over what was not seen."""
    item = finance.desk.item(finance.contract, MARCH, "50.00")
    book = Exclusions(finance.desk.api)
    seen = decide([item], Said("x", *book.person(), finance.desk.clock.now()), Wish.EXCLUDE, book=book)
    finance.desk.api.update(Ref(ITEM, item), {"w365_description": "Another"})
    (outcome,) = record(seen, book=book)
    assert outcome.words.startswith("not written: ")
    assert finance.desk.item_states() == ["Unbilled"]


@pytest.mark.parametrize("command", ["exclude", "take-back"])
def test_nothing_is_decided_without_a_reason(finance: Finance, command: str) -> None:
    """Neither left away nor blank."""
    assert finance.types(command, "row").exit_code == 2
    assert isinstance(finance.types(command, "row", "--reason", " ").exception, BadInput)


def test_usage_waits_for_its_cycle_and_an_estimate_for_its_record(finance: Finance) -> None:
    """Also where changes are billed at once."""
    for certainty in ("Confirmed", "Unconfirmed"):
        add_usage(finance.desk, finance.contract, finance.subscription, MARCH, "1", certainty=certainty)
    finance.desk.api.update(
        Ref("w365_billingcontract", finance.contract),
        {"w365_changesbilled": choice_value("w365_billingcontract", "w365_changesbilled", "Now")},
    )
    assert sorted(row["why"] for row in finance.lists("--all")) == [
        "It is an estimate: the provider's confirmed record takes its place.",
        "It rides on the invoice of 2026-04-01.",
    ]
