"""What must hold for any history of amendments and schedules, of changes that are learned of late, and any days of runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from work365.contracts.amendment import Amendment, Schedule, ScheduledBy, in_order, touched
from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.invoicing.billing import bill
from work365.invoicing.lines import Kind, Line, Posted
from work365.invoicing.proration import amount_minor
from work365.invoicing.rounds import open_from, still_billed_through, terms_of
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, SEMIANNUAL, Frequency, Unit
from work365.scenario import Scenario
from work365.simulation import simulate
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from work365.simulation import Simulation

FIRST = date(2023, 12, 20)
HORIZON = 420
LAST = FIRST + timedelta(days=HORIZON + 120)
"""By then every contract has ended and everything is known and due."""
FREQUENCIES = [MONTHLY, QUARTERLY, SEMIANNUAL, ANNUAL, Frequency(5, Unit.MONTH), Frequency(2, Unit.WEEK)]
SOME = settings(max_examples=50)

days = st.integers(0, HORIZON).map(lambda offset: FIRST + timedelta(days=offset))
late = st.just(0) | st.integers(-20, 60)
prices = st.integers(5_000, 99_999).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def amendments(draw: st.DrawFn, number: int) -> Amendment:
    """Any change of terms, learned of on its day, before it or after."""
    effective = draw(days)
    return Amendment(
        f"a{number}",
        effective,
        effective + timedelta(days=draw(late)),
        draw(st.none() | st.sampled_from(FREQUENCIES)),
        draw(st.none() | st.none() | st.integers(1, 31)),
        draw(st.none() | st.none() | days),
        draw(st.none() | st.sampled_from(Policy)),
        None,
        draw(st.none() | st.sampled_from(ScheduledBy)),
        draw(st.none() | st.sampled_from("AB")),
    )


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any cycles of a subscription's own, from its start or from a day on."""
    since = draw(st.none() | days)
    recorded = draw(st.none() | days) if since is None else since + timedelta(days=draw(late))
    return Schedule(draw(st.none() | st.sampled_from(FREQUENCIES)), since, draw(st.none() | days), recorded)


@st.composite
def subscriptions(draw: st.DrawFn, name: str) -> Subscription:
    """Any subscription with up to four changes and two schedules."""
    start = draw(days)
    changes = []
    for number in range(draw(st.integers(1, 4))):
        effective = start if number == 0 else draw(days)
        price = draw(st.none() | prices)
        recorded = effective + timedelta(days=draw(late))
        changes.append(Change(f"{name}c{number}", effective, draw(st.integers(0, 9)), recorded, price))
    own = tuple(draw(st.lists(schedules(), max_size=2)))
    end = draw(st.none() | st.none() | st.integers(0, 300).map(lambda length: start + timedelta(days=length)))
    return Subscription(name, start, draw(prices), tuple(changes), end, schedules=own)


@st.composite
def histories(draw: st.DrawFn) -> Scenario:
    """A contract that ends, with up to three amendments, one or two subscriptions, and runs up to one after everything."""
    start = FIRST + timedelta(days=draw(st.integers(0, 150)))
    contract = BillingContract(
        "C-1",
        Currency("USD"),
        start,
        draw(st.sampled_from(FREQUENCIES)),
        draw(st.none() | st.integers(1, 31)),
        draw(st.sampled_from(Policy)),
        draw(st.sampled_from([Prorate.DAYS])),
        draw(st.sampled_from(ChangesBilled)),
        start + timedelta(days=draw(st.integers(0, 270))),
        draw(st.sampled_from([Decimal(0), Decimal(10)])),
        anchor=draw(st.none() | days),
        scheduled_by=draw(st.sampled_from(ScheduledBy)),
        amendments=tuple(draw(amendments(number)) for number in range(draw(st.integers(0, 3)))),
    )
    subs = tuple(draw(subscriptions(f"s{number}")) for number in range(1, draw(st.integers(1, 2)) + 1))
    return Scenario(contract, subs, (*sorted(draw(st.lists(days, max_size=6))), LAST))


def _lines(simulation: Simulation) -> list[Line]:
    return [line for invoice in simulation.invoices for line in invoice.lines]


def _sums(lines: Iterable[Line]) -> dict[tuple[str, date, bool], int]:
    sums: dict[tuple[str, date, bool], int] = defaultdict(int)
    for line in lines:
        sums[line.subscription, line.cycle_start, line.kind is Kind.DISCOUNT] += line.amount.minor
    return {key: minor for key, minor in sums.items() if minor}


@SOME
@given(histories())
def test_every_seat_day_is_billed_once(scenario: Scenario) -> None:
    """F110, F111: once everything is due, the seats charged less those credited are the seats of the log, on every day."""
    billed: dict[tuple[str, date], int] = defaultdict(int)
    for line in _lines(simulate(scenario)):
        if line.kind is not Kind.DISCOUNT:
            seats = int(-line.quantity if line.amount.minor < 0 else line.quantity)
            for offset in range(line.period.days):
                billed[line.subscription, line.period.start + timedelta(days=offset)] += seats
    expected = {
        (one.id, day): seats
        for one in scenario.subscriptions
        for day in (FIRST + timedelta(days=offset) for offset in range(HORIZON + 120))
        if (seats := _seats(scenario.contract, one, day))
    }
    assert {key: seats for key, seats in billed.items() if seats} == expected


@SOME
@given(histories())
def test_every_seat_day_has_one_payer(scenario: Scenario) -> None:
    """F110: who was charged for a day is who gets it back; in the end one payer has paid each seat's day, and all of it."""
    billed: dict[tuple[str, date, str], int] = defaultdict(int)
    payers: dict[str, str] = {}
    for invoice in simulate(scenario).invoices:
        payers |= {line.key: invoice.payer for line in invoice.lines}
        assert all(payers[line.origin] == invoice.payer for line in invoice.lines if line.origin)
        for line in (line for line in invoice.lines if line.kind is not Kind.DISCOUNT):
            for offset in range(line.period.days):
                day = line.period.start + timedelta(days=offset)
                billed[line.subscription, day, invoice.payer] += int(line.quantity) * (-1 if line.amount.minor < 0 else 1)
    left = {(one, day): seats for (one, day, _), seats in billed.items() if seats}
    assert len(left) == sum(seats != 0 for seats in billed.values())
    assert all(seats == _seats(scenario.contract, _named(scenario, one), day) for (one, day), seats in left.items())


@SOME
@given(histories())
def test_who_pays_is_known_on_the_day(scenario: Scenario) -> None:
    """Where each amendment is known by its day, a first charge is for the payer of its day, whatever runs there are.

    A run that bills days ahead, before it knows of their amendment, charges who paid until then; a later one sets that right.
    """
    amendments = scenario.contract.amendments
    known = tuple(replace(one, recorded=min(one.effective, one.recorded or one.effective)) for one in amendments)
    scenario = replace(scenario, contract=replace(scenario.contract, amendments=known))
    simulation = simulate(scenario)
    for invoice in simulation.invoices:
        for line in (line for line in invoice.lines if line.origin is None):
            agreed = [
                one
                for one in in_order(known)
                if one.payer is not None and one.effective <= line.period.start and (one.recorded or one.effective) <= invoice.run
            ]
            assert invoice.payer == (agreed[-1].payer if agreed else "")
    assert _by_payer(simulation) == _by_payer(simulate(replace(scenario, runs=scenario.runs[-1:])))


def _by_payer(simulation: Simulation) -> dict[tuple[str, str], int]:
    """What each payer is billed for each subscription.

    Not by cycle: days whose cycle is cut by another payer keep the first day that their first bill gave it, also where a schedule
    that is learned of later would have counted the same days, at the same price, from another one.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for invoice in simulation.invoices:
        for line in invoice.lines:
            sums[invoice.payer, line.subscription] += line.amount.minor
    return {key: minor for key, minor in sums.items() if minor}


def _named(scenario: Scenario, name: str) -> Subscription:
    return next(one for one in scenario.subscriptions if one.id == name)


def _seats(contract: BillingContract, one: Subscription, day: date) -> int:
    """The seats of a day, by the words of the rule."""
    if day < max(one.start, contract.start) or (one.end and day >= one.end) or (contract.end and day >= contract.end):
        return 0
    past = [change for change in one.changes if change.effective <= day]
    newest = [change for change in past if change.effective == max(other.effective for other in past)]
    last = [change for change in newest if change.known_on == max(other.known_on for other in newest)]
    return last[-1].quantity if last else 0


@SOME
@given(histories())
def test_no_cycle_is_billed_before_it_begins(scenario: Scenario) -> None:
    """Shorter cycles in the middle of one that is billed: each is billed when it is due, and not all at once."""
    latest = date.min
    for invoice in simulate(scenario).invoices:
        latest = max(latest, invoice.run)
        assert all(line.cycle_start <= latest for line in invoice.lines)


@SOME
@given(histories())
def test_every_line_can_be_redone(scenario: Scenario) -> None:
    """Quantity times price times fraction is the amount, and the fraction is the line's days over days of a cycle."""
    for line in _lines(simulate(scenario)):
        if line.kind is not Kind.DISCOUNT and line.unit_price is not None:
            numerator, denominator = line.unit_price.as_integer_ratio()
            cost = int(line.quantity) * numerator, denominator
            assert abs(line.amount.minor) == amount_minor(cost, *line.fraction, 100)
            assert line.fraction[0] == line.period.days <= line.fraction[1]


@SOME
@given(histories())
def test_the_days_of_runs_do_not_matter(scenario: Scenario) -> None:
    """Runs in between, or only the last one: the same net for each subscription and cycle."""
    once = replace(scenario, runs=scenario.runs[-1:])
    assert _sums(_lines(simulate(scenario))) == _sums(_lines(simulate(once)))


@SOME
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_runs_does_not_matter(scenario: Scenario, random: Random) -> None:
    """Runs dated before earlier ones change nothing in the end."""
    runs = list(scenario.runs[:-1])
    random.shuffle(runs)
    shuffled = replace(scenario, runs=(*runs, LAST))
    assert _sums(_lines(simulate(shuffled))) == _sums(_lines(simulate(scenario)))


@SOME
@given(histories())
def test_a_run_again_adds_nothing(scenario: Scenario) -> None:
    """Each run twice in a row bills nothing the second time; every key is new, every origin is a posted line."""
    simulation = simulate(scenario)
    assert simulate(replace(scenario, runs=tuple(run for run in scenario.runs for _ in range(2)))) == simulation
    keys = [line.key for line in _lines(simulation)]
    assert len(set(keys)) == len(keys)
    assert {line.origin for line in _lines(simulation)} - {None} <= set(keys)


@SOME
@given(histories())
def test_reading_only_what_is_open_is_enough(scenario: Scenario) -> None:
    """A bill that reads the lines from `open_from` on, as the store does, posts the lines of one that reads everything."""
    posted, learned, contract = list[Line](), date.min, scenario.contract.known(date.min)
    billed_through: date | None = None
    for run in scenario.runs:
        before, contract = contract, scenario.contract.known(run)
        billed_through = still_billed_through(before, contract, billed_through)
        subs = [
            replace(one, schedules=tuple(own for own in one.schedules if own.known_by(run))) for one in scenario.subscriptions
        ]
        whole = bill(contract, subs, posted, as_of=run, billed_through=billed_through)
        items = [terms_of(contract, one) for one in subs]
        opening = open_from(contract, billed_through, _news(scenario, learned), items)
        stored = [_stored(line) for line in posted if line.period.start >= opening]
        short = bill(contract, subs, stored, as_of=run, billed_through=billed_through, open_from=opening)
        assert short == whole
        if contract.changes_billed is ChangesBilled.NOW or whole.cycles or whole.next_invoice_date is None:
            learned = run
        posted += whole.lines
        billed_through = whole.billed_through


def _as_known(one: Subscription, run: date) -> Subscription:
    return replace(one, schedules=tuple(schedule for schedule in one.schedules if schedule.known_by(run)))


def _news(scenario: Scenario, learned: date) -> list[date]:
    """The days of what no bill has taken into account."""
    own = [(one, schedule) for one in scenario.subscriptions for schedule in one.schedules]
    return [
        *(change.effective for one in scenario.subscriptions for change in one.changes if change.known_on > learned),
        *(touched(one.effective) for one in scenario.contract.amendments if not one.known_by(learned)),
        *(touched(schedule.since or one.start) for one, schedule in own if not schedule.known_by(learned)),
    ]


def _stored(line: Line) -> Posted:
    """A line as a store keeps it."""
    return Posted(
        line.key,
        line.subscription,
        line.period,
        line.quantity,
        line.unit_price,
        line.amount,
        fraction=line.fraction,
        origin=line.origin,
    )
