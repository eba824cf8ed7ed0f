"""F29, F114: a reduction without refund keeps what is paid to its end; with refund it gives the rest of the days back."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.rows import choice_value
from dataverse.stores.unbilled import UnbilledRows
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from work365.crediting.unbilled import reason

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
Step = tuple[date, int, date, str]


def billed(steps: list[Step], runs: list[date], **columns: str) -> list[list[str]]:
    """Ten seats of 31.00 from March on; each step is effective day, seats, day of record, and what was chosen."""
    desk = BillingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH, **columns)
    subscription = desk.subscription(contract, start=MARCH)
    waiting = sorted(steps, key=lambda step: step[2])
    for run in runs:
        while waiting and waiting[0][2] <= run:
            effective, seats, recorded, refund = waiting.pop(0)
            change = desk.change(contract, subscription, effective, seats, recorded=recorded)
            chosen = {"w365_refund": choice_value("w365_changelog", "w365_refund", refund)} if refund else {}
            desk.api.update(Ref("w365_changelog", change), chosen)
        desk.run(run)
    return [one.amounts for one in sorted(desk.invoices(), key=lambda one: (one.issued, one.number))]


FOURTH, TWENTIETH = date(2026, 3, 4), date(2026, 3, 20)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(FOURTH, 0, FOURTH, "Refund")], [["310.00"], ["-280.00"]]),
        ([(FOURTH, 0, FOURTH, "")], [["310.00"], ["-280.00"]]),
        ([(FOURTH, 0, FOURTH, "No refund")], [["310.00"]]),
        ([(FOURTH, 4, FOURTH, "No refund")], [["310.00"], ["124.00"], ["124.00"]]),
        ([(FOURTH, 4, date(2026, 4, 10), "No refund")], [["310.00"], ["310.00"], ["124.00"]]),
        ([(APRIL, 4, TWENTIETH, "No refund")], [["310.00"], ["124.00"], ["124.00"]]),
        ([(FOURTH, 4, FOURTH, "No refund"), (TWENTIETH, 8, TWENTIETH, "")], [["310.00"], ["248.00"], ["248.00"]]),
        (
            [(FOURTH, 4, FOURTH, "No refund"), (TWENTIETH, 12, TWENTIETH, "")],
            [["310.00"], ["-120.00", "144.00", "372.00"], ["372.00"]],
        ),
    ],
    ids=[
        "refund: 310 x 28/31",
        "nothing chosen is a refund, as it always was",
        "all seats end: March is kept",
        "fewer seats from April on",
        "learned of in April, which was paid by then: from May on",
        "known before April was paid",
        "up again to less than what is paid: nothing is given back",
        "up again to more: the difference is charged",
    ],
)
def test_what_is_paid_is_kept_to_its_end(steps: list[Step], expected: list[list[str]]) -> None:
    """Invoices of three runs; running again adds nothing."""
    assert billed(steps, [MARCH, APRIL, MAY, MAY]) == expected


@pytest.mark.parametrize("refund", ["", "Refund", "No refund"])
def test_more_seats_are_billed_from_their_day_whatever_was_chosen(refund: str) -> None:
    """Two more since 4 March, 62.00 x 28/31: the choice is about what is given back, and nothing is."""
    assert billed([(FOURTH, 12, FOURTH, refund)], [MARCH, APRIL, APRIL]) == [["310.00"], ["-280.00", "336.00", "372.00"]]


@pytest.mark.parametrize("refund", ["Refund", "No refund"])
def test_what_waits_for_its_day_is_not_called_forgotten(refund: str) -> None:
    """Fewer seats since 4 March, on a contract that bills its changes at once: kept to 1 April, and said so until then."""
    desk = BillingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH, changesbilled="Now")
    subscription = desk.subscription(contract, start=MARCH)
    desk.run(MARCH)
    change = desk.change(contract, subscription, FOURTH, 4, recorded=FOURTH)
    desk.api.update(Ref("w365_changelog", change), {"w365_refund": choice_value("w365_changelog", "w365_refund", refund)})
    (waiting,) = UnbilledRows(desk.api).waiting()
    kept = "It was chosen without refund: what is paid is kept, and it counts from 2026-04-01."
    assert reason(waiting, TWENTIETH).words == (
        "The next run bills it, on 2026-03-21 at the latest." if refund == "Refund" else kept
    )
    assert reason(waiting, APRIL).words == "The next run bills it, on 2026-04-02 at the latest."


def test_a_contract_that_says_too_little_is_listed_all_the_same() -> None:
    """Without a bill day nobody knows to which day what is paid is kept; the run's own finding says what is missing."""
    desk = BillingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH)
    change = desk.change(contract, desk.subscription(contract, start=MARCH), FOURTH, 4, recorded=FOURTH)
    chosen = {"w365_refund": choice_value("w365_changelog", "w365_refund", "No refund")}
    desk.api.update(Ref("w365_changelog", change), chosen)
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_billday": None})
    assert [one.kept_until for one in UnbilledRows(desk.api).waiting()] == [None, None]


def test_in_arrears_nothing_is_paid_yet() -> None:
    """So the reduction counts from its own day."""
    assert billed([(FOURTH, 0, FOURTH, "No refund")], [APRIL], policy="Arrears") == [["30.00"]]
