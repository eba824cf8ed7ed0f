"""A subscription that is entered late on a contract that is up to date: its past is billed as a person decides."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.stores.catching_up import CatchUps
from dataverse.webapi import Ref
from local.desks.billing import MORNING, BillingDesk
from work365.errors import Refused
from work365.handlers import billing
from work365.handlers.catching_up import Wish, decide, look
from work365.invoicing.decision import CatchUp, CycleDecision
from work365.ports.billing import PARKED

if TYPE_CHECKING:
    from work365.handlers.catching_up import Question, Waiting

OCTOBER, NOVEMBER, DECEMBER = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)
JANUARY, ENTERED, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 1), date(2026, 3, 1)
CODE = "late-subscription"
BILL, COMBINE, SKIP = (
    CycleDecision(CatchUp.BILL_EACH),
    CycleDecision(CatchUp.COMBINE),
    CycleDecision(CatchUp.SKIP, "agreed with Mr. Okafor"),
)


def up_to_date(through: date = JANUARY, **columns: Any) -> tuple[BillingDesk, str]:  # noqa: ANN401  values of columns
    """A contract since October with ten seats, billed each month."""
    desk = BillingDesk(OCTOBER)
    contract = desk.standing(start=OCTOBER, **columns)
    for day in (OCTOBER, NOVEMBER, DECEMBER, JANUARY, FEBRUARY):
        if day <= through:
            desk.run(day)
    return desk, contract


def enter(desk: BillingDesk, contract: str, start: date = OCTOBER, on: date = ENTERED, **columns: Any) -> str:  # noqa: ANN401  values of columns
    """A seat at 31.00 a month, entered on a day with an earlier start; it is that day then."""
    desk.clock.moment = datetime.combine(on, MORNING)
    return desk.subscription(contract, seats=1, start=start, recorded=on, **columns)


def asked(desk: BillingDesk) -> Waiting:
    return look("C-1", book=desk.book, clock=desk.clock)


def question(desk: BillingDesk) -> Question:
    (one,) = asked(desk).questions
    return one


def say(desk: BillingDesk, cycles: dict[date, CycleDecision], subscription: str = "") -> Waiting:
    return decide(asked(desk), Wish(cycles=cycles, subscription=subscription), book=CatchUps(desk.api))


def billed(desk: BillingDesk, after: int = 4) -> list[list[str]]:
    """The amounts of each document behind those of the first months."""
    return [invoice.amounts for invoice in desk.invoices()[after:]]


@pytest.mark.parametrize(
    ("start", "on", "columns", "waits"),
    [
        (OCTOBER, ENTERED, {}, 3),
        (DECEMBER, ENTERED, {}, 1),
        (date(2025, 11, 20), ENTERED, {}, 2),
        (date(2025, 12, 20), ENTERED, {}, 0),
        (JANUARY, ENTERED, {}, 0),
        (ENTERED, ENTERED, {}, 0),
        (DECEMBER, JANUARY, {}, 1),
        (DECEMBER, date(2025, 12, 31), {}, 0),
        (date(2025, 7, 1), ENTERED, {}, 3),
        (DECEMBER, JANUARY, {"policy": "Arrears"}, 0),
        (DECEMBER, date(2026, 1, 2), {"policy": "Arrears"}, 1),
        (DECEMBER, date(2026, 1, 4), {"policy": "Arrears", "offsetdays": 5}, 0),
        (OCTOBER, ENTERED, {"frequency": "Quarterly"}, 1),
    ],
    ids=["three months", "one whole month", "a part in front of a whole month", "within the last month", "this month's first day",
         "in time", "on the first day after it", "on its last day", "before the contract begins",
         "arrears, on the day of its bill", "arrears, the day after", "arrears, before its bill", "a quarter"],
)  # fmt: skip
def test_only_whole_cycles_that_were_over_are_asked_about(start: date, on: date, columns: dict[str, Any], waits: int) -> None:
    """A few days late within the last or the current cycle is an ordinary change of that cycle."""
    desk, contract = up_to_date(**columns)
    enter(desk, contract, start, on)
    assert sum(len(one.cycles) for one in asked(desk).questions) == waits


def test_its_past_waits_and_everything_else_is_billed() -> None:
    """January, in which it was entered, and February come with February's invoice; October to December are asked about."""
    desk, contract = up_to_date()
    enter(desk, contract)
    desk.run(FEBRUARY)
    assert billed(desk) == [["31.00", "310.00", "31.00"]]
    assert desk.findings() == {"C-1": (CODE, "Open")}
    (message,) = desk.messages(CODE)
    assert (
        "(2025-10-01 to 2025-10-31 31.00 EUR; 2025-11-01 to 2025-11-30 31.00 EUR; 2025-12-01 to 2025-12-31 31.00 EUR)" in message
    )
    assert [str(one.amount) for one in question(desk).cycles] == ["31.00 EUR"] * 3
    assert desk.run(FEBRUARY) == []
    desk.run(MARCH)
    assert billed(desk) == [["31.00", "310.00", "31.00"], ["310.00", "31.00"]]


@pytest.mark.parametrize(
    ("decisions", "documents"),
    [
        ((COMBINE, COMBINE, COMBINE), [["31.00", "31.00", "31.00", "310.00", "31.00"]]),
        ((BILL, BILL, BILL), [["31.00"], ["31.00"], ["31.00"], ["310.00", "31.00"]]),
        ((SKIP, COMBINE, BILL), [["31.00"], ["31.00", "310.00", "31.00"]]),
        ((SKIP, SKIP, SKIP), [["310.00", "31.00"]]),
    ],
    ids=["on the next invoice", "a document each", "each otherwise", "never"],
)
def test_each_decision(decisions: tuple[CycleDecision, ...], documents: list[list[str]]) -> None:
    """Decided behind February's invoice: March's run does it, once; April is billed as always."""
    desk, contract = up_to_date()
    enter(desk, contract)
    desk.run(FEBRUARY)
    say(desk, dict(zip((OCTOBER, NOVEMBER, DECEMBER), decisions, strict=True)))
    desk.run(MARCH)
    assert sorted(billed(desk, 5)) == sorted(documents)
    assert desk.findings() == {"C-1": (CODE, "Resolved")}
    assert asked(desk).questions == ()
    assert desk.run(MARCH) == []
    desk.run(date(2026, 4, 1))
    assert billed(desk, 5 + len(documents)) == [["310.00", "31.00"]]
    assert {state for state, _ in desk.change_rows(contract)} == {"Billed"}


def test_nothing_of_its_past_is_billed_before_the_last_word() -> None:
    """October is decided, November and December still wait; a decision may come before any invoice."""
    desk, contract = up_to_date()
    enter(desk, contract)
    assert say(desk, {OCTOBER: COMBINE}).open
    desk.run(FEBRUARY)
    assert billed(desk) == [["31.00", "310.00", "31.00"]]
    assert "31.00 EUR (combine); 2025-11-01" in desk.messages(CODE)[0]
    assert not say(desk, {NOVEMBER: SKIP, DECEMBER: COMBINE}).open
    desk.run(MARCH)
    assert billed(desk, 5) == [["31.00", "31.00", "310.00", "31.00"]]


def test_a_late_change_does_not_bring_a_skipped_cycle_back() -> None:
    """Two seats since 16 November, learned in February: November stays free, December and later months are made up for."""
    desk, contract = up_to_date()
    late = enter(desk, contract)
    say(desk, {OCTOBER: COMBINE, NOVEMBER: SKIP, DECEMBER: COMBINE})
    desk.run(FEBRUARY)
    desk.change(contract, late, date(2025, 11, 16), 2, recorded=date(2026, 2, 10))
    desk.run(MARCH)
    march = desk.invoices()[-1]
    assert march.net == Decimal("31.00") * 3 + Decimal("310.00") + Decimal("62.00")
    assert "2025-11-01" not in {line["w365_periodstart"] for line in march.lines}
    desk.change(contract, late, date(2025, 10, 1), 0, recorded=date(2026, 3, 10))
    desk.run(date(2026, 4, 1))
    credited = sum(line["w365_amount"] for line in desk.invoices()[-1].lines if line["w365_periodstart"] < "2026-04-01")
    assert credited == -(Decimal("31.00") + Decimal("62.00") * 0)


def test_a_contract_that_bills_changes_at_once_bills_its_past_at_once() -> None:
    """Asked on the next day; decided, and billed by the run after that."""
    desk, contract = up_to_date(changesbilled="Now")
    enter(desk, contract)
    desk.run(date(2026, 1, 16))
    assert billed(desk) == [["31.00"]]
    say(desk, {OCTOBER: BILL, NOVEMBER: COMBINE, DECEMBER: COMBINE})
    desk.run(date(2026, 1, 17))
    assert sorted(billed(desk, 5)) == [["31.00"], ["31.00", "31.00"]]
    assert desk.run(date(2026, 1, 18)) == []


def test_documents_of_their_own_need_not_wait_for_the_next_invoice() -> None:
    """A run of what is parked makes them on the day of the decision; what is combined waits for March."""
    desk, contract = up_to_date()
    enter(desk, contract)
    desk.run(FEBRUARY)
    say(desk, {OCTOBER: BILL, NOVEMBER: SKIP, DECEMBER: COMBINE})
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock, scope=PARKED)
    desk.work()
    assert billed(desk, 5) == [["31.00"]]
    assert desk.contract_row(contract) == desk.contract_row(contract) | {"w365_nextinvoicedate": "2026-03-01"}
    desk.run(MARCH)
    assert billed(desk, 6) == [["31.00", "310.00", "31.00"]]


def test_more_seats_in_the_past_correct_what_was_billed() -> None:
    """A change of an older subscription is no surprise: it is billed without a question."""
    desk, contract = up_to_date()
    older = desk.subscription(contract, seats=1, start=OCTOBER)
    desk.run(FEBRUARY)
    desk.change(contract, older, OCTOBER, 2, recorded=date(2026, 2, 10))
    desk.run(MARCH)
    assert desk.findings() == {}
    assert desk.invoices()[-1].net == Decimal("31.00") * 5 + Decimal("310.00") + Decimal("62.00")


@pytest.mark.parametrize(
    ("start", "on", "waits"),
    [(JANUARY, date(2026, 2, 3), 0), (DECEMBER, date(2026, 2, 3), 1), (OCTOBER, ENTERED, 2), (DECEMBER, date(2026, 1, 31), 0)],
    ids=["told with the bill of the month", "a month later", "three months later", "told before the month was over"],
)
def test_what_a_supplier_tells_is_a_month_old_when_it_comes(start: date, on: date, waits: int) -> None:
    """Its bill for January comes in February: what began in January is in time."""
    desk, contract = up_to_date(FEBRUARY)
    late = enter(desk, contract, start, on)
    (row,) = desk.api.find(Query("w365_changelog", ("w365_changelogid",), filter=eq("_w365_subscription_value", late)))
    told = {"w365_source": choice_value("w365_changelog", "w365_source", "Import")}
    desk.api.update(Ref("w365_changelog", row["w365_changelogid"]), told)
    assert sum(len(one.cycles) for one in asked(desk).questions) == waits


@pytest.mark.parametrize("column", ["w365_SplitOf", "w365_ContinuedFrom", "w365_TierOf"])
def test_one_that_continues_another_is_not_asked_about(column: str) -> None:
    """Its seats were billed elsewhere until then, and are given back there."""
    desk, contract = up_to_date()
    whole = desk.subscription(contract, seats=1, start=JANUARY)
    desk.api.update(Ref("w365_subscription", enter(desk, contract)), bind(column, "w365_subscription", whole))
    assert asked(desk).questions == ()


def test_two_late_ones_are_two_questions() -> None:
    """What is said without a name is said to both; with a name only to that one; a cycle of both shares its document."""
    desk, contract = up_to_date()
    enter(desk, contract, NOVEMBER, printedname="Planner")
    enter(desk, contract, DECEMBER, printedname="Visio")
    say(desk, {NOVEMBER: SKIP}, "Planner")
    waiting = say(desk, {DECEMBER: BILL})
    assert [(one.name, one.open) for one in waiting.questions] == [("Planner", False), ("Visio", False)]
    with pytest.raises(Refused, match="of subscription Teams"):
        say(desk, {DECEMBER: BILL}, "Teams")
    desk.run(FEBRUARY)
    assert sorted(billed(desk)) == [["31.00", "31.00"], ["31.00", "31.00", "310.00", "31.00", "31.00"]]


def test_a_moved_date_and_a_late_entry_are_two_questions() -> None:
    """February and March wait because April was written as the next date, October to December because of the entry."""
    desk, contract = up_to_date()
    enter(desk, contract)
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_nextinvoicedate": date(2026, 4, 1)})
    desk.run(date(2026, 4, 1))
    assert billed(desk) == []
    assert [len(one.cycles) for one in asked(desk).questions] == [3, 3]
    say(desk, dict.fromkeys((FEBRUARY, MARCH), CycleDecision(CatchUp.SKIP, "closed")))
    desk.run(date(2026, 4, 1))
    assert billed(desk) == [["31.00", "310.00", "31.00"]]
    say(desk, {OCTOBER: BILL, NOVEMBER: COMBINE, DECEMBER: COMBINE})
    desk.run(date(2026, 5, 1))
    assert sorted(billed(desk, 5)) == [["31.00"], ["31.00", "31.00", "310.00", "31.00"]]


def test_a_new_contract_asks_once_for_all_that_is_on_it() -> None:
    """Contract and subscription entered on one day: the contract's question is about both."""
    desk = BillingDesk(ENTERED)
    contract = desk.contract("C-1", start=OCTOBER)
    enter(desk, contract)
    (one,) = asked(desk).questions
    assert (one.subscription, len(one.cycles)) == ("", 4)
    decide(asked(desk), Wish(CatchUp.COMBINE, reason="late paper"), book=CatchUps(desk.api))
    desk.run(ENTERED)
    assert billed(desk, 0) == [["31.00"] * 4]
    assert asked(desk).questions == ()
