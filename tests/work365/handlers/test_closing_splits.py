"""Closing beside split subscriptions: the parts of a closed contract's subscription end with it, on every payer's contract."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import status_label
from dataverse.stores.closing import Closing
from dataverse.stores.unbilled import UnbilledRows
from local.desks.billing import SUBSCRIPTION
from local.desks.splits import FIRST, HALL, SplitDesk
from work365.closing.planning import Bound, plan
from work365.errors import Refused
from work365.handlers import closing
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from work365.closing.planning import Plan
    from work365.jobs import JobResult

DAY = date(2026, 3, 17)


@pytest.fixture
def desk() -> SplitDesk:
    """Ten seats of the hall's: four are the school's, the rest its own; billed for March."""
    made = SplitDesk()
    made.terms(FIRST, made.number("School", 4))
    made.day(FIRST)
    made.billing.clock.moment = made.billing.clock.moment.replace(day=17)
    assert sorted(made.totals()) == [("2026-03-01", HALL, "186.00"), ("2026-03-01", "School", "124.00")]
    return made


def planned(desk: SplitDesk, number: str) -> Plan:
    book = Closing(desk.billing.api, desk.billing.tenant.currencies)
    return plan(book.load(number), DAY, Bound.STOP, desk.billing.clock.now(), DAY)


def close(desk: SplitDesk, number: str) -> JobResult:
    """One delivery of a job that applies the plan as it is."""
    arguments = {"contract": number, "on": DAY.isoformat(), "plan": planned(desk, number).hash}
    job = Job("j", "j", JobKind.CLOSE, JobState.RUNNING, arguments=arguments, attempts=9)
    book = Closing(desk.billing.api, desk.billing.tenant.currencies)
    return closing.close(job, book=book, billing=desk.billing.book, queue=desk.billing.queue, clock=desk.billing.clock)


def night(desk: SplitDesk, day: date) -> None:
    """The timer: closings, then splits, then the run."""
    desk.billing.clock.moment = desk.billing.clock.moment.replace(day=day.day)
    book = Closing(desk.billing.api, desk.billing.tenant.currencies)
    closing.carry_on(book=book, clock=desk.billing.clock)
    desk.day(day)


def status_of(desk: SplitDesk, number: str) -> str:
    """Whether a contract is active or has ended."""
    row = desk.billing.api.first(Query("w365_billingcontract", ("statuscode",), filter=eq("w365_number", number)))
    assert row is not None
    return status_label("w365_billingcontract", row)


def test_the_parts_end_with_their_subscription(desk: SplitDesk) -> None:
    """16 of 31 days are used: each payer gets 15/31 back on a contract of its own; the hall's ends, the school's goes on."""
    assert ("Part", "ends with the split subscription that it is a part of") in [
        (line.what, line.becomes) for line in planned(desk, HALL).lines
    ]
    said = close(desk, HALL)
    assert "ends when the split subscription is divided anew" in said.message
    for day in (DAY, date(2026, 3, 18), date(2026, 3, 19)):
        night(desk, day)
    assert desk.parts() == {HALL: 0, "School": 0}
    statuses = {status_label(SUBSCRIPTION, row) for row in desk.billing.api.find(Query(SUBSCRIPTION, ("statuscode",)))}
    assert statuses == {"Cancelled"}
    assert (status_of(desk, HALL), status_of(desk, "School")) == ("Ended", "Active")
    hall = next(contract for contract, number in desk.billing.numbers.items() if number == HALL)
    assert UnbilledRows(desk.billing.api).waiting(hall) == []
    desk.day(date(2026, 4, 1))  # what the school gets back rides on its next invoice
    assert UnbilledRows(desk.billing.api).waiting() == []
    sums: dict[str, list[str]] = {}
    for _, payer, net in desk.totals():
        sums.setdefault(payer, []).append(net)
    assert {payer: sorted(nets) for payer, nets in sums.items()} == {HALL: ["-90.00", "186.00"], "School": ["-60.00", "124.00"]}


def test_a_payer_of_somebody_elses_subscription_is_taken_out_of_the_split_first(desk: SplitDesk) -> None:
    """Else the next division would give it seats again."""
    with pytest.raises(Refused, match=r"is a part of a split subscription on contract Hall: take this payer out of its split"):
        close(desk, "School")
    assert status_of(desk, "School") == "Active"
