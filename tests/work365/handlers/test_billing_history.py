"""The tenant, billed month by month, holds exactly the lines that the pure simulator bills for the same contract.

The store reads as little as it can: present states where nothing reaches back, the log and the posted lines where something does.
Whatever it leaves out must not change a cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.money import Currency
from work365.scenario import Scenario
from work365.simulation import simulate
from work365.subscriptions.change_log import Change, Subscription
from work365.surprises import Surprises

BEGIN = date(2026, 1, 1)
MONTHS = tuple(date(2026, month, 1) for month in range(1, 7))
PRORATE = {Prorate.DAYS: "Days", Prorate.DAYS30: "30-day months", Prorate.MONTHS: "Months", Prorate.NONE: "None"}
DISCOUNT = Decimal("7.5")


@dataclass(frozen=True, slots=True)
class Event:
    """So many days after the start a subscription has so many seats; we learn of it so many days later, or earlier."""

    effective: int
    late: int
    seats: int
    price: int

    @property
    def day(self) -> date:
        return BEGIN + timedelta(days=self.effective)

    @property
    def recorded(self) -> date:
        return max(BEGIN, self.day + timedelta(days=self.late))

    @property
    def unit_price(self) -> Decimal:
        return Decimal(self.price) / 100


@dataclass(frozen=True, slots=True)
class Story:
    """A contract's terms and, for each subscription, its events; the first creates it."""

    policy: Policy
    prorate: Prorate
    bill_day: int
    discounted: bool
    subscriptions: tuple[tuple[Event, ...], ...]


seats, prices = st.integers(0, 40), st.sampled_from([999, 3100, 1667])
events = st.builds(Event, st.integers(0, 140), st.integers(-20, 60), seats, prices)
creations = st.builds(Event, st.integers(0, 100), st.integers(0, 40), st.integers(1, 40), prices)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """One to three subscriptions, each created and then changed up to four times, in any order, learned of late or early."""
    subscriptions = []
    for _ in range(draw(st.integers(1, 3))):
        created = draw(creations)
        later = [event for event in draw(st.lists(events, max_size=4)) if event.day >= created.day]
        subscriptions.append((created, *(event for event in later if event.recorded >= created.recorded)))
    return Story(
        draw(st.sampled_from(Policy)),
        draw(st.sampled_from(Prorate)),
        draw(st.sampled_from([1, 15, 31])),
        draw(st.booleans()),
        tuple(tuple(sorted(one, key=lambda event: event.recorded)) for one in subscriptions),
    )


class Two:
    """The same story in a tenant and for the simulator."""

    def __init__(self, story: Story, changes_billed: ChangesBilled) -> None:
        self.story, self.changes_billed = story, changes_billed
        self.desk = BillingDesk(BEGIN)
        self.contract = self.desk.contract(
            "C-1",
            policy=story.policy.name.capitalize(),
            prorate=PRORATE[story.prorate],
            changesbilled="Now" if changes_billed is ChangesBilled.NOW else "Next cycle",
            billday=story.bill_day,
            discountpercent=DISCOUNT if story.discounted else None,
        )
        self.ids: dict[int, str] = {}
        self.surprises = Surprises()

    def live_through(self, runs: tuple[date, ...]) -> None:
        """Each run, after what was recorded by its day."""
        seen = date.min
        for day in runs:
            for index, one in enumerate(self.story.subscriptions):
                for number, event in enumerate(one):
                    if seen < event.recorded <= day:
                        self._record(index, number, event)
            seen = day
            self.desk.run(day)

    def _record(self, index: int, number: int, event: Event) -> None:
        if number == 0:
            self.ids[index] = self.desk.subscription(
                self.contract, seats=event.seats, price=event.unit_price, start=event.day, recorded=event.recorded
            )
            return
        self.desk.change(self.contract, self.ids[index], event.day, event.seats, price=event.unit_price, recorded=event.recorded)
        latest_last = sorted(self.story.subscriptions[index][: number + 1], key=lambda each: (each.day, each.recorded))
        last = latest_last[-1]
        standing = {"w365_quantity": last.seats, "w365_unitprice": last.unit_price}
        self.desk.api.update(Ref("w365_subscription", self.ids[index]), standing)

    def in_tenant(self) -> dict[str, str]:
        """Every posted line's amount by its key."""
        return {row["w365_key"]: f"{row['w365_amount']:.2f}" for invoice in self.desk.invoices() for row in invoice.lines}

    def simulated(self, runs: tuple[date, ...]) -> dict[str, str]:
        """Every simulated line's amount by its key."""
        lines = [line for invoice in simulate(self._scenario(runs)).invoices for line in invoice.lines]
        return {line.key: f"{line.amount.major:.2f}" for line in lines}

    def _scenario(self, runs: tuple[date, ...]) -> Scenario:
        contract = BillingContract(
            id=self.contract,
            currency=Currency("EUR"),
            start=BEGIN,
            bill_day=self.story.bill_day,
            policy=self.story.policy,
            prorate=self.story.prorate,
            changes_billed=self.changes_billed,
            discount_percent=DISCOUNT if self.story.discounted else Decimal(0),
        )
        subscriptions = tuple(
            Subscription(self.ids[index], one[0].day, one[0].unit_price, _changes(self.ids[index], one))
            for index, one in enumerate(self.story.subscriptions)
            if index in self.ids
        )
        return Scenario(contract, subscriptions, runs, surprises=self.surprises)


def _changes(subscription: str, events: tuple[Event, ...]) -> tuple[Change, ...]:
    return tuple(
        Change(f"{subscription} {number}", event.day, event.seats, event.recorded, event.unit_price)
        for number, event in enumerate(events)
    )


@settings(max_examples=30)
@example(Story(Policy.ADVANCE, Prorate.MONTHS, 1, False, ((Event(0, 0, 1, 999), Event(1, 0, 1, 3100)),)))
@given(stories())
def test_a_tenant_billed_each_month_holds_the_simulators_lines(story: Story) -> None:
    """Late, early, repeated and contradicting changes: the same lines under the same keys with the same amounts."""
    runs = (*MONTHS, *(month.replace(day=16) for month in MONTHS[3:]))
    runs = tuple(sorted(runs))
    two = Two(story, ChangesBilled.NEXT_CYCLE)
    two.live_through(runs)
    assert two.in_tenant() == two.simulated(runs)


@settings(max_examples=15)
@given(stories())
def test_changes_billed_at_once_come_to_the_same_sum(story: Story) -> None:
    """Between cycles a credit waits for the next invoice, so lines differ on the way; after the next cycle the sum does not."""
    runs = tuple(sorted((*MONTHS, *(month.replace(day=16) for month in MONTHS[:5]))))
    end = (*runs, date(2026, 8, 31))
    two = Two(story, ChangesBilled.NOW)
    two.live_through(end)
    tenant, simulated = two.in_tenant(), two.simulated(end)
    assert sum(map(Decimal, tenant.values())) == sum(map(Decimal, simulated.values()))


def test_catching_up_several_cycles_equals_billing_each_in_time() -> None:
    """A tenant that slept for four months bills the cycles that it missed, and what changed in them."""
    story = Story(
        Policy.ADVANCE, Prorate.DAYS, 1, False, ((Event(0, 0, 10, 3100), Event(40, 3, 15, 3100), Event(70, 0, 7, 3100)),)
    )
    late = (MONTHS[0], MONTHS[5])
    two = Two(story, ChangesBilled.NEXT_CYCLE)
    two.live_through(late)
    assert two.in_tenant() == two.simulated(late)
    assert two.desk.tenant.count("w365_billingschedule") == len(MONTHS)


@pytest.mark.parametrize("policy", Policy)
def test_an_old_contract_reads_no_more_than_a_young_one(policy: Policy) -> None:
    """A month in which nothing changed asks for present states only, whatever lies behind."""
    two = Two(Story(policy, Prorate.DAYS, 1, False, ((Event(0, 0, 10, 3100),),)), ChangesBilled.NEXT_CYCLE)
    sent = []
    for month in MONTHS:
        two.desk.fuse.reset()
        two.live_through((month,)) if month == MONTHS[0] else two.desk.run(month)
        sent.append(two.desk.fuse.count)
    assert len(set(sent[2:])) == 1
    assert sent[-1] <= sent[1]
