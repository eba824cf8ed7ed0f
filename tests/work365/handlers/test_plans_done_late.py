"""F21, F29: a planned change comes to the same, to the cent and place by place, on whatever day the job gets round to it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dataverse.query import Query
from dataverse.rows import choice_value
from local.desks.changes import ChangeDesk
from work365.invoicing.keys import parse

if TYPE_CHECKING:
    from decimal import Decimal

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
RUNS = [date(2026, month, 1) for month in range(3, 8)]
SECOND, ONE_DAY = date(2026, 3, 2), timedelta(days=1)
MARCH_ALONE = {"2026-03-01/b": "310.00"}
FOUR_FROM = {day: {f"{run}/b": "124.00" if run >= day else "310.00" for run in RUNS} for day in RUNS}


class Planned(NamedTuple):
    """A change that is planned on 2 March for a day to come; `refund` as a job is told it, "" for what nobody said."""

    event: str
    on: date
    quantity: int
    refund: str


class Away(NamedTuple):
    """The days on which the job does not come: none of them, or those of an outage. Runs come all the same, or wait too."""

    since: date = MARCH
    days: int = 0
    runs_wait: bool = False

    def on(self, day: date) -> bool:
        return self.since <= day < self.back

    @property
    def back(self) -> date:
        return self.since + timedelta(days=self.days)


PUNCTUAL = Away()


def billed(plans: list[Planned], away: Away, *, policy: str = "Advance", window_days: int | None = None) -> dict[str, str]:
    """What is billed until July for each place that the history can fill, by the places of the keys of lines."""
    desk = ChangeDesk(MARCH)
    one = desk.bought(desk.contract("C-1", start=MARCH, policy=policy), start=MARCH)
    if window_days is not None:
        labels = {"billingtype": "License", "rule": "By days"}
        chosen = {f"w365_{name}": choice_value("w365_refundpolicy", f"w365_{name}", label) for name, label in labels.items()}
        desk.api.create("w365_refundpolicy", {"w365_name": "Licences", "w365_providerdays": window_days, **chosen})
    desk.month(MARCH)
    desk.at(SECOND)
    for plan in plans:
        seats = {"quantity": plan.quantity} if plan.event == "Quantity" else {}
        desk.ask(one, plan.event, on=plan.on, refund=plan.refund, **seats)
    for day in sorted({*RUNS, *(plan.on for plan in plans), away.back}):
        if not away.on(day):
            desk.timer(day)
        if (day in RUNS and not (away.runs_wait and away.on(day))) or day == away.back:
            desk.at(day)
            desk.run(day)
    return _by_place(desk)


def _by_place(desk: ChangeDesk) -> dict[str, str]:
    found: Counter[str] = Counter()
    for line in desk.api.find(Query("w365_invoiceline", ("w365_key", "w365_amount"))):
        slot, _ = parse(line["w365_key"])
        amount: Decimal = line["w365_amount"]
        found[slot.split("/", 2)[2]] += int(amount * 100)
    return {slot: f"{cents / 100:.2f}" for slot, cents in found.items() if cents}


@pytest.mark.parametrize("days", [0, 40])
@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Planned("Cancel", APRIL, 0, "no"), MARCH_ALONE),
        (Planned("Cancel", date(2026, 3, 31), 0, "no"), MARCH_ALONE),
        (Planned("Cancel", APRIL, 0, "yes"), MARCH_ALONE),
        (Planned("Quantity", APRIL, 4, "no"), FOUR_FROM[APRIL]),
        (Planned("Quantity", date(2026, 4, 20), 4, "no"), FOUR_FROM[MAY]),
    ],
    ids=["an end with March", "an end in March", "with refund", "fewer seats from April on", "fewer seats in April"],
)
def test_what_is_kept_without_refund_is_what_was_paid_on_its_day(plan: Planned, expected: dict[str, str], days: int) -> None:
    """Not what was paid on the day of the job: nobody pays for a month because a job was late."""
    assert billed([plan], Away(plan.on, days)) == expected
    assert billed([plan], Away(plan.on, days, runs_wait=True)) == expected


@pytest.mark.parametrize("days", [0, 5])
def test_the_policy_is_asked_as_of_the_plan(days: int) -> None:
    """Five seats come on 3 March and three go on 9 March, within seven days of that: 3 x 31.00 x 23/31 come back."""
    plans = [Planned("Quantity", date(2026, 3, 3), 15, ""), Planned("Quantity", date(2026, 3, 9), 12, "")]
    found = billed(plans, Away(date(2026, 3, 3), days), window_days=7)
    assert (found["2026-03-01/2026-03-09-"], found["2026-03-01/2026-03-09+"]) == ("-345.00", "276.00")


PLANS = st.lists(
    st.builds(
        Planned,
        st.sampled_from(["Quantity", "Quantity", "Cancel", "Pause"]),
        st.integers(1, 100).map(lambda days: SECOND + timedelta(days=days)),
        st.integers(0, 20),
        st.sampled_from(["", "no", "yes"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda plan: plan.on,
)


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(
    PLANS,
    st.builds(Away, st.integers(1, 80).map(lambda days: SECOND + timedelta(days=days)), st.integers(1, 45), st.booleans()),
    st.sampled_from(["Advance", "Advance", "Arrears"]),
    st.sampled_from([None, None, 7]),
)
def test_a_job_that_is_late_bills_what_one_on_time_does(
    plans: list[Planned], away: Away, policy: str, window_days: int | None
) -> None:
    """Whatever is planned, and however long the job is away, also across the ends of cycles."""
    late, punctual = (billed(plans, one, policy=policy, window_days=window_days) for one in (away, PUNCTUAL))
    assert late == punctual
