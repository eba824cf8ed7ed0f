"""Cycles that dates made due all at once wait for a person; cycles that our downtime made due do not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query, eq
from dataverse.rows import choice_label, choice_value
from dataverse.stores.catching_up import CatchUps
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from work365.errors import Conflict, Refused
from work365.handlers.catching_up import Waiting, Wish, decide, look
from work365.invoicing.decision import CatchUp, CycleDecision

if TYPE_CHECKING:
    from dataverse.webapi import Row
    from work365.invoicing.missed import Missed

OCTOBER, JANUARY, FEBRUARY, MARCH = date(2025, 10, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
CONTRACT, SCHEDULE, MISSED = "w365_billingcontract", "w365_billingschedule", "w365_missedcycle"
MONTHS = {"oct": OCTOBER, "nov": date(2025, 11, 1), "dec": date(2025, 12, 1), "jan": JANUARY, "feb": FEBRUARY}
WORDS = {"bill": CatchUp.BILL_EACH, "combine": CatchUp.COMBINE, "skip": CatchUp.SKIP}
DAY = date(2026, 1, 15)


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(DAY)


def looked(desk: BillingDesk, number: str = "C-1") -> Waiting:
    return look(number, book=desk.book, clock=desk.clock)


def shown(desk: BillingDesk, number: str = "C-1") -> tuple[Missed, ...]:
    return tuple(cycle for question in looked(desk, number).questions for cycle in question.cycles)


def decided(desk: BillingDesk, choice: CatchUp, reason: str = "agreed by phone") -> None:
    decide(looked(desk), Wish(choice, reason=reason), book=CatchUps(desk.api))


def rows_of(desk: BillingDesk, table: str, *columns: str) -> list[Row]:
    return list(desk.api.find(Query(table, ("w365_cyclestart", *columns), order="w365_cyclestart")))


def label(row: Row) -> str:
    return choice_label(MISSED, "w365_choice", row["w365_choice"])


def schedules(desk: BillingDesk, contract: str) -> list[tuple[str, str]]:
    query = Query(
        SCHEDULE, ("w365_cyclestart", "w365_purpose"), filter=eq("_w365_contract_value", contract), order="w365_cyclestart"
    )
    return [(row["w365_cyclestart"], choice_label(SCHEDULE, "w365_purpose", row["w365_purpose"])) for row in desk.api.find(query)]


@pytest.mark.parametrize(
    ("made", "columns", "run", "waits"),
    [
        (DAY, {"start": OCTOBER}, DAY, 4),
        (DAY, {"start": date(2025, 12, 1)}, DAY, 2),
        (DAY, {"start": JANUARY}, DAY, 0),
        (FEBRUARY, {"start": JANUARY}, FEBRUARY, 0),
        (date(2026, 2, 2), {"start": JANUARY}, date(2026, 2, 2), 2),
        (DAY, {"start": OCTOBER, "policy": "Arrears"}, DAY, 3),
        (DAY, {"start": OCTOBER, "frequency": "Quarterly"}, DAY, 2),
        (DAY, {"start": OCTOBER, "frequency": "Annual"}, DAY, 0),
        (OCTOBER, {"start": OCTOBER}, DAY, 0),
        (JANUARY, {"start": JANUARY, "nextinvoicedate": MARCH}, MARCH, 3),
        (JANUARY, {"start": JANUARY, "nextinvoicedate": JANUARY}, MARCH, 0),
    ],
    ids=["begins three months ago", "begins a month ago", "begins in this cycle", "exactly a cycle ago",
         "a day more", "arrears", "quarters", "a year",
         "our downtime", "the first date was moved", "downtime with a first date"],
)  # fmt: skip
def test_only_what_the_dates_say_is_asked_about(made: date, columns: dict[str, Any], run: date, waits: int) -> None:
    """More than one cycle due: asked when the row was made after two were due, or when its next date was moved behind them."""
    desk = BillingDesk(made)
    desk.standing(**columns)
    desk.run(run)
    assert len(shown(desk)) == waits
    assert (desk.findings().get("C-1", ("", ""))[0], len(desk.invoices())) == (("missed-cycles", 0) if waits else ("", 1))


def test_downtime_longer_than_a_cycle_is_caught_up_by_itself(desk: BillingDesk) -> None:
    """Billed in January, nothing ran until April: three cycles in one document, and no question."""
    desk.standing(start=JANUARY)
    desk.run(DAY)
    desk.run(date(2026, 4, 2))
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"], ["310.00"] * 3]


def test_a_date_that_was_moved_after_a_bill_asks(desk: BillingDesk) -> None:
    """January is billed; somebody writes April as the next date: February and March do not come as a surprise."""
    contract = desk.standing(start=JANUARY)
    desk.run(DAY)
    desk.api.update(Ref(CONTRACT, contract), {"w365_nextinvoicedate": date(2026, 4, 1)})
    desk.run(date(2026, 4, 1))
    assert [str(one.amount) for one in shown(desk)] == ["310.00 EUR"] * 3
    assert len(desk.invoices()) == 1


def test_cycles_without_anything_on_them_are_no_surprise(desk: BillingDesk) -> None:
    """A contract that has long waited for its first subscription is billed from that one's start."""
    desk.subscription(desk.contract("C-1", start=OCTOBER), start=DAY)
    desk.run(DAY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["170.00"]]
    empty = BillingDesk(DAY)
    empty.contract("C-2", start=OCTOBER)
    empty.run(DAY)
    assert (empty.findings(), shown(empty, "C-2")) == ({}, ())


def test_the_question_names_every_cycle_with_dates_and_amount(desk: BillingDesk) -> None:
    """A start in the middle of a month is prorated there as on the bill: 31/62 of 310.00."""
    desk.standing(start=date(2025, 11, 16))
    desk.run(DAY)
    (message,) = [row["w365_message"] for row in desk.api.find(Query("w365_finding", ("w365_message",)))]
    said = "3 cycles due at once (2025-11-16 to 2025-11-30 155.00 EUR; 2025-12-01 to 2025-12-31 310.00 EUR; 2026-01-01 to"
    assert said in message
    assert "w365 contract catch-up C-1" in message


@pytest.mark.parametrize(("inclusive", "said"), [(True, "310.00 EUR; with tax)"), (False, "310.00 EUR; without tax)")])
def test_the_question_says_whether_its_amounts_have_their_tax(desk: BillingDesk, said: str, *, inclusive: bool) -> None:
    """What stands there is the price; with prices that include tax it is what the customer pays."""
    desk.standing(start=OCTOBER, pricesincludetax=inclusive)
    desk.run(DAY)
    (message,) = [row["w365_message"] for row in desk.api.find(Query("w365_finding", ("w365_message",)))]
    assert said in message
    assert {one.with_tax for one in shown(desk)} == {inclusive}


@pytest.mark.parametrize(
    ("choice", "documents", "rows"),
    [
        (CatchUp.BILL_EACH, [["310.00"], ["310.00"], ["310.00"], ["310.00"]], ["Cycle", "Cycle", "Cycle", "Cycle"]),
        (CatchUp.COMBINE, [["310.00"] * 4], ["Cycle", "Cycle", "Cycle", "Cycle"]),
        (CatchUp.SKIP, [["310.00"]], ["Skipped", "Skipped", "Skipped", "Cycle"]),
    ],
)
def test_each_decision(desk: BillingDesk, choice: CatchUp, documents: list[list[str]], rows: list[str]) -> None:
    """Nothing before it; then what was decided, once; the next month is billed as always."""
    contract = desk.standing(start=OCTOBER)
    desk.run(DAY)
    assert (desk.invoices(), schedules(desk, contract)) == ([], [])
    decided(desk, choice)
    desk.run(DAY)
    assert [invoice.amounts for invoice in desk.invoices()] == documents
    months = ["2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01"]
    assert schedules(desk, contract) == list(zip(months, rows, strict=True))
    assert desk.findings() == {"C-1": ("missed-cycles", "Resolved")}
    assert desk.contract_row(contract) == desk.contract_row(contract) | {"w365_nextinvoicedate": "2026-02-01"}
    assert desk.run(DAY) == []
    desk.run(FEBRUARY)
    assert [invoice.amounts for invoice in desk.invoices()] == [*documents, ["310.00"]]


def test_the_decision_stands_on_the_contract_with_its_reason(desk: BillingDesk) -> None:
    """Whoever asks later reads who was told what; a skipped cycle says it too."""
    contract = desk.standing(start=OCTOBER)
    decided(desk, CatchUp.SKIP, "free until January, agreed with Ms. Ito")
    desk.run(DAY)
    row = desk.api.read(Ref(CONTRACT, contract), select=("w365_catchup", "w365_catchupreason", "w365_catchupuntil"))
    assert choice_label(CONTRACT, "w365_catchup", row["w365_catchup"]) == "Skip"
    assert (row["w365_catchupreason"], row["w365_catchupuntil"]) == ("free until January, agreed with Ms. Ito", "2026-01-01")
    reasons = [row["w365_reason"] for row in desk.api.find(Query(SCHEDULE, ("w365_reason",), order="w365_cyclestart"))]
    assert reasons == ["free until January, agreed with Ms. Ito"] * 3 + [None]


def test_a_decision_is_about_the_cycles_that_were_shown(desk: BillingDesk) -> None:
    """Skipped on 15 January, but the run comes in February: January was to be billed, and is."""
    desk.standing(start=OCTOBER)
    decided(desk, CatchUp.SKIP)
    desk.run(FEBRUARY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00", "310.00"]]


def test_an_old_decision_does_not_answer_a_new_question(desk: BillingDesk) -> None:
    """Combined once; the next date that is moved asks again."""
    contract = desk.standing(start=OCTOBER)
    decided(desk, CatchUp.COMBINE)
    desk.run(DAY)
    desk.api.update(Ref(CONTRACT, contract), {"w365_nextinvoicedate": date(2026, 4, 1)})
    desk.run(date(2026, 4, 1))
    assert (len(desk.invoices()), len(shown(desk))) == (1, 3)


def test_a_choice_on_the_form_without_a_day_holds_for_good(desk: BillingDesk) -> None:
    """For contracts that are always entered late."""
    combine = choice_value(CONTRACT, "w365_catchup", "Combine")
    desk.standing(start=OCTOBER, catchup=combine)
    desk.run(DAY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"] * 4]


def test_skipped_cycles_are_never_billed_by_a_late_change(desk: BillingDesk) -> None:
    """Five seats more since 16 November, learned in February: November and December stay free, January is made up for."""
    contract = desk.contract("C-1", start=OCTOBER)
    subscription = desk.subscription(contract, start=OCTOBER)
    decided(desk, CatchUp.SKIP)
    desk.run(DAY)
    desk.change(contract, subscription, date(2025, 11, 16), 15, recorded=date(2026, 1, 20))
    desk.run(FEBRUARY)
    january, february = desk.invoices()
    assert january.amounts == ["310.00"]
    assert february.net == Decimal("155.00") + Decimal("465.00")
    assert {line["w365_periodstart"] for line in february.lines} == {"2026-01-01", "2026-02-01"}


def test_billing_each_bills_items_and_changes_once(desk: BillingDesk) -> None:
    """A change in November and an item of December: each on the document of its month, settled by that document."""
    contract = desk.contract("C-1", start=OCTOBER)
    subscription = desk.subscription(contract, start=OCTOBER)
    desk.change(contract, subscription, date(2025, 11, 16), 12)
    desk.item(contract, date(2025, 12, 10), "99.00")
    decided(desk, CatchUp.BILL_EACH)
    desk.run(DAY)
    nets = [invoice.net for invoice in desk.invoices()]
    assert sum(nets) == Decimal("310.00") + Decimal("341.00") + Decimal("372.00") * 2 + Decimal("99.00")
    assert [state for state, _ in desk.change_rows(contract)] == ["Billed", "Billed"]
    assert desk.item_states() == ["Billed"]
    combined = BillingDesk(DAY)
    other = combined.contract("C-1", start=OCTOBER)
    combined.change(other, combined.subscription(other, start=OCTOBER), date(2025, 11, 16), 12)
    combined.item(other, date(2025, 12, 10), "99.00")
    decided(combined, CatchUp.COMBINE)
    combined.run(DAY)
    assert [invoice.net for invoice in combined.invoices()] == [sum(nets)]


def say(desk: BillingDesk, **cycles: str) -> Waiting:
    """`oct="skip: why"` for 1 October, and so on."""
    said = {}
    for month, words in cycles.items():
        word, _, why = words.partition(": ")
        said[MONTHS[month]] = CycleDecision(WORDS[word], why)
    return decide(looked(desk), Wish(cycles=said), book=CatchUps(desk.api))


def test_a_decision_for_each_cycle(desk: BillingDesk) -> None:
    """October is free, November and December share a document, January has its own: nothing before the last word."""
    contract = desk.standing(start=OCTOBER)
    assert say(desk, oct="skip: a free month").open
    desk.run(DAY)
    assert (desk.invoices(), schedules(desk, contract)) == ([], [])
    (message,) = desk.messages("missed-cycles")
    assert "2025-10-01 to 2025-10-31 310.00 EUR (skip); 2025-11-01 to 2025-11-30 310.00 EUR;" in message
    assert not say(desk, nov="combine", dec="combine", jan="bill").open
    desk.run(DAY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00", "310.00"], ["310.00"]]
    assert [purpose for _, purpose in schedules(desk, contract)] == ["Skipped", "Cycle", "Cycle", "Cycle"]
    assert desk.findings() == {"C-1": ("missed-cycles", "Resolved")}
    assert [row["w365_reason"] for row in rows_of(desk, SCHEDULE, "w365_reason")] == ["a free month", None, None, None]
    assert desk.run(DAY) == []
    desk.run(FEBRUARY)
    assert len(desk.invoices()) == 3


def test_each_decision_stands_beside_the_contract(desk: BillingDesk) -> None:
    """One row per cycle, which a later word replaces; what is said for all says it for each."""
    desk.standing(start=OCTOBER)
    say(desk, oct="skip: a free month", nov="bill")
    say(desk, nov="skip: another one")
    kept = [
        (row["w365_cyclestart"], label(row), row["w365_reason"]) for row in rows_of(desk, MISSED, "w365_choice", "w365_reason")
    ]
    assert kept == [("2025-10-01", "Skip", "a free month"), ("2025-11-01", "Skip", "another one")]
    decided(desk, CatchUp.COMBINE)
    assert [label(row) for row in rows_of(desk, MISSED, "w365_choice")] == ["Combine"] * 4
    desk.run(DAY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"] * 4]


def test_everything_may_be_skipped(desk: BillingDesk) -> None:
    """Also the cycle that is due like any other, if it is named: no document, and the next month is billed as always."""
    contract = desk.standing(start=OCTOBER)
    say(desk, **dict.fromkeys(("oct", "nov", "dec", "jan"), "skip: a gift"))
    desk.run(DAY)
    assert (desk.invoices(), [purpose for _, purpose in schedules(desk, contract)]) == ([], ["Skipped"] * 4)
    assert desk.run(DAY) == []
    desk.run(FEBRUARY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"]]


def test_a_late_change_does_not_bring_a_skipped_cycle_back(desk: BillingDesk) -> None:
    """Five seats more since 16 October, learned in January: November is made up for, October and December stay free."""
    contract = desk.contract("C-1", start=OCTOBER)
    subscription = desk.subscription(contract, start=OCTOBER)
    say(desk, oct="skip: free", nov="bill", dec="skip: free", jan="bill")
    desk.run(DAY)
    desk.change(contract, subscription, date(2025, 10, 16), 15, recorded=date(2026, 1, 20))
    desk.run(FEBRUARY)
    *_, february = desk.invoices()
    assert february.net == Decimal("155.00") * 2 + Decimal("465.00")
    assert {line["w365_periodstart"] for line in february.lines} == {"2025-11-01", "2026-01-01", "2026-02-01"}


@pytest.mark.parametrize(
    ("cycles", "words"),
    [
        ({"oct": "skip"}, "say why the cycle of 2025-10-01"),
        ({"oct": "combine", "nov": "bill"}, "the cycle of 2025-10-01 is to be combined, but no cycle beside it is"),
        ({"feb": "bill"}, "no cycle that waits begins on 2026-02-01; these do: 2025-10-01, 2025-11-01, 2025-12-01, 2026-01-01"),
    ],
)
def test_what_cannot_be_meant_is_refused(desk: BillingDesk, cycles: dict[str, str], words: str) -> None:
    """With a sentence; nothing is written."""
    desk.standing(start=OCTOBER)
    with pytest.raises(Refused, match=words):
        say(desk, **cycles)
    assert desk.tenant.count(MISSED) == 0


def test_a_decision_on_a_contract_that_somebody_wrote_meanwhile_is_not_taken(desk: BillingDesk) -> None:
    """What was shown is not what is there any more."""
    contract = desk.standing(start=OCTOBER)
    waiting = looked(desk)
    desk.api.update(Ref(CONTRACT, contract), {"w365_discountpercent": Decimal(10)})
    with pytest.raises(Conflict):
        decide(waiting, Wish(CatchUp.SKIP, reason="why"), book=CatchUps(desk.api))


@pytest.mark.parametrize(("start", "reason", "words"), [(JANUARY, "why", "no cycle"), (OCTOBER, " ", "--reason")])
def test_what_cannot_be_decided_is_refused(desk: BillingDesk, start: date, reason: str, words: str) -> None:
    """Nothing waits, or no reason is given."""
    desk.standing(start=start)
    with pytest.raises(Refused, match=words):
        decided(desk, CatchUp.SKIP, reason)
