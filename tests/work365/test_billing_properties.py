"""What must hold for every contract, every history and every timing of runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy, Prorate
from work365.invoicing.billing import bill
from work365.invoicing.discounts import percent_of
from work365.invoicing.keys import LONGEST_KEY
from work365.invoicing.lines import Kind, Line, Posted
from work365.invoicing.rounds import open_from
from work365.money import EXPONENT, Currency, Money, total
from work365.periods import ANNUAL, MONTHLY, QUARTERLY, Frequency, Unit
from work365.pricing import Package, Tier, TierModel, Tiers
from work365.scenario import Scenario
from work365.simulation import Simulation, simulate
from work365.subscriptions.change_log import Change, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

FIRST = date(2023, 12, 20)
HORIZON = 500
"""Days after FIRST within which everything happens; the last run comes after all of it."""
LAST = FIRST + timedelta(days=HORIZON + 100)

MONEY = [Currency("USD"), Currency("JPY"), Currency("KWD")]
FREQUENCIES = [MONTHLY, MONTHLY, QUARTERLY, ANNUAL, Frequency(2, Unit.MONTH), Frequency(1, Unit.WEEK), Frequency(3, Unit.WEEK)]
TIERS = Tiers(TierModel.GRADUATED, (Tier(5, Decimal("10.00"), Decimal("3.00")), Tier(None, Decimal("8.25"))))
SOME = settings(max_examples=40)

days = st.integers(0, HORIZON).map(lambda offset: FIRST + timedelta(days=offset))
prices = st.integers(2_000, 99_999).map(lambda cents: Decimal(cents).scaleb(-2)) | st.sampled_from(
    [Decimal("24.9975"), Decimal("31.00")]
)


@st.composite
def contracts(draw: st.DrawFn, prorates: Sequence[Prorate] = tuple(Prorate)) -> BillingContract:
    """Any contract that starts within half a year."""
    start = FIRST + timedelta(days=draw(st.integers(0, 180)))
    frequency = draw(st.sampled_from(FREQUENCIES))
    possible = [one for one in prorates if frequency.months or one in (Prorate.DAYS, Prorate.NONE)]
    return BillingContract(
        "C-1",
        draw(st.sampled_from(MONEY)),
        start,
        frequency,
        draw(st.none() | st.integers(1, 31)),
        draw(st.sampled_from(Policy)),
        draw(st.sampled_from(possible)),
        draw(st.sampled_from(ChangesBilled)),
        draw(st.none() | st.integers(0, HORIZON).map(lambda length: start + timedelta(days=length))),
        draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(10), Decimal("12.5")])),
    )


@st.composite
def subscriptions(draw: st.DrawFn, name: str = "s1") -> Subscription:
    """Any subscription; half of its changes are learned of late, some in advance."""
    start = draw(days)
    count = draw(st.integers(1, 6))
    changes = []
    for number in range(count):
        effective = start if number == 0 else draw(days)
        recorded = effective + timedelta(days=draw(st.just(0) | st.integers(-20, 90)))
        price = draw(st.none() | prices)
        changes.append(Change(f"{name}c{number}", effective, draw(st.integers(0, 12)), recorded, price))
    end = draw(st.none() | st.none() | st.integers(0, 300).map(lambda length: start + timedelta(days=length)))
    pricing = draw(st.sampled_from([None, None, None, TIERS, Package(5, Decimal("45.00"))]))
    return Subscription(name, start, draw(prices), tuple(changes), end, pricing)


@st.composite
def scenarios(draw: st.DrawFn, prorates: Sequence[Prorate] = tuple(Prorate)) -> Scenario:
    """A contract, one or two subscriptions, up to seven runs, and a last one when everything is known."""
    contract = draw(contracts(prorates))
    count = draw(st.integers(1, 2))
    subs = tuple(draw(subscriptions(f"s{number}")) for number in range(1, count + 1))
    runs = sorted(draw(st.lists(days, max_size=7)))
    return Scenario(contract, subs, (*runs, _last_run(contract)))


def _last_run(contract: BillingContract) -> date:
    """A day on which everything is known and a cycle is due, so that also changes that ride on the next cycle are billed."""
    number = contract.cadence.number(LAST) + 1
    return contract.due_on(number) or LAST


def _all_lines(simulation: Simulation) -> list[Line]:
    return [line for invoice in simulation.invoices for line in invoice.lines]


def _net(lines: Iterable[Line], code: Currency) -> Money:
    return total((line.amount for line in lines), code)


@SOME
@given(scenarios())
def test_the_timing_of_runs_does_not_matter(scenario: Scenario) -> None:
    """Runs in between, or only the last one: the same net for each subscription and each cycle."""
    often, once = simulate(scenario), simulate(replace(scenario, runs=scenario.runs[-1:]))
    assert _per_cycle(_all_lines(often)) == _per_cycle(_all_lines(once))


def _per_cycle(lines: Iterable[Line]) -> dict[tuple[str, date, bool], int]:
    sums: dict[tuple[str, date, bool], int] = defaultdict(int)
    for line in lines:
        sums[line.subscription, line.cycle_start, line.kind is Kind.DISCOUNT] += line.amount.minor
    return {key: minor for key, minor in sums.items() if minor}


@SOME
@given(scenarios(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(scenario: Scenario, random: Random) -> None:
    """Changes of different days may be listed and recorded in any order."""
    shuffled = []
    for one in scenario.subscriptions:
        assume(len({change.effective for change in one.changes}) == len(one.changes))
        recorded = [change.recorded for change in one.changes]
        random.shuffle(recorded)
        changes = [replace(change, recorded=when) for change, when in zip(one.changes, recorded, strict=True)]
        random.shuffle(changes)
        shuffled.append(replace(one, changes=tuple(changes)))
    assert _per_cycle(_all_lines(simulate(replace(scenario, subscriptions=tuple(shuffled))))) == _per_cycle(
        _all_lines(simulate(scenario))
    )


@SOME
@given(scenarios())
def test_billing_again_adds_nothing(scenario: Scenario) -> None:
    """Each run twice in a row, by the simulator and with the whole history: the second one finds nothing to bill."""
    twice = replace(scenario, runs=tuple(run for run in scenario.runs for _ in range(2)))
    assert simulate(twice) == simulate(scenario)
    lines = _all_lines(simulate(scenario))
    again = bill(
        scenario.contract, scenario.subscriptions, lines, as_of=scenario.runs[-1], billed_through=scenario.contract.start
    )
    assert again.lines == ()


@SOME
@given(scenarios())
def test_keys_are_unique_and_short(scenario: Scenario) -> None:
    """No two lines of any runs share a key, and every origin is a posted line."""
    lines = _all_lines(simulate(scenario))
    keys = [line.key for line in lines]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= LONGEST_KEY for key in keys)
    assert {line.origin for line in lines} - {None} <= set(keys)


@SOME
@given(scenarios([Prorate.DAYS]))
def test_billed_seats_are_the_seats_of_the_log(scenario: Scenario) -> None:
    """For every billed day, the seats charged less the seats credited are the seats of the change log."""
    contract, last = scenario.contract, scenario.runs[-1]
    assume(all(one.pricing is None and _a_day_costs(contract, one) for one in scenario.subscriptions))
    through = contract.cadence.boundary(contract.due_limit(last))
    billed: dict[tuple[str, date], int] = defaultdict(int)
    for line in _all_lines(simulate(scenario)):
        if line.kind is not Kind.DISCOUNT:
            for offset in range(line.period.days):
                seats = int(-line.quantity if line.amount.minor < 0 else line.quantity)
                billed[line.subscription, line.period.start + timedelta(days=offset)] += seats
    for one in scenario.subscriptions:
        day = contract.start
        while day < through:
            assert billed[one.id, day] == _seats(contract, one, day), (one.id, day)
            day += timedelta(days=1)
    assert all(contract.start <= day < through for _, day in billed)


def _a_day_costs(contract: BillingContract, one: Subscription) -> bool:
    """Whether a seat costs something even for a day: a part of a cycle that comes to nothing is no line (20 yen a year)."""
    prices = [one.unit_price, *(change.unit_price for change in one.changes)]
    months = contract.frequency.months or 1
    return all(price is None or price.scaleb(EXPONENT[contract.currency]) * 2 >= 31 * months for price in prices)


def _seats(contract: BillingContract, one: Subscription, day: date) -> int:
    """The seats of a day, by the words of the rule."""
    if day < one.start or (one.end and day >= one.end) or (contract.end and day >= contract.end):
        return 0
    past = [change for change in one.changes if change.effective <= day]
    newest = [change for change in past if change.effective == max(other.effective for other in past)]
    last = [change for change in newest if change.known_on == max(other.known_on for other in newest)]
    return last[-1].quantity if last else 0


@SOME
@given(scenarios())
def test_credits_never_exceed_what_was_charged(scenario: Scenario) -> None:
    """After every run, no subscription is credited more in a cycle than it was charged; no credit exceeds its origin."""
    simulation = simulate(scenario)
    sums: dict[tuple[str, date], int] = defaultdict(int)
    amounts = {line.key: line.amount.minor for line in _all_lines(simulation)}
    for invoice in simulation.invoices:
        for line in invoice.lines:
            if line.kind is not Kind.DISCOUNT:
                sums[line.subscription, line.cycle_start] += line.amount.minor
            if line.kind is Kind.CREDIT and line.origin and not line.key.endswith(("r", "s")):
                assert -line.amount.minor <= amounts[line.origin]
        assert all(minor >= 0 for minor in sums.values())


@SOME
@given(scenarios())
def test_discounts_are_the_percentage_of_the_charges(scenario: Scenario) -> None:
    """In each cycle a subscription's discounts add up to the percentage of its charges, rounded once."""
    code, percent = scenario.contract.currency, scenario.contract.discount_percent
    sums = _per_cycle(_all_lines(simulate(scenario)))
    for (name, cycle, discount), minor in sums.items():
        if not discount:
            expected = percent_of(Money(minor, code), percent).minor
            assert sums.get((name, cycle, True), 0) == -expected


@SOME
@given(scenarios())
def test_history_that_is_cut_off_gives_the_same_lines(scenario: Scenario) -> None:
    """A bill that reads only the open cycles, as the monthly run does, posts exactly the lines of one that reads everything."""
    contract, posted, settled = scenario.contract, list[Line](), set[str]()
    billed_through: date | None = None
    for run in scenario.runs:
        whole = bill(contract, scenario.subscriptions, posted, as_of=run, billed_through=billed_through)
        unsettled = [
            change.effective
            for one in scenario.subscriptions
            for change in one.changes
            if change.id not in settled and change.known_on <= run
        ]
        opening = open_from(contract, billed_through, unsettled)
        short = bill(
            contract,
            [_cut(one, opening, settled, run) for one in scenario.subscriptions],
            [_stored(line) for line in posted if line.period.start >= opening],
            as_of=run,
            billed_through=billed_through,
            open_from=opening,
        )
        assert (short.lines, short.cycles, short.next_invoice_date) == (whole.lines, whole.cycles, whole.next_invoice_date)
        assert set(short.settles) == set(whole.settles) - settled
        posted += whole.lines
        settled |= set(whole.settles)
        billed_through = whole.billed_through


def _cut(one: Subscription, opening: date, settled: set[str], run: date) -> Subscription:
    """What a store reads of a log (dataverse/stores/billing_logs.py): everything from a day on, the newest row before it, and
    whatever no bill has settled.

    Where that newest row does not tell the state for sure (rows of one day, a row without a price) the whole log is read.
    """
    seen = [change for change in one.changes if change.id in settled or change.known_on <= run]
    there = [replace(change, settled=change.id in settled) for change in seen]
    before = [change for change in there if change.effective < opening]
    newest = [change for change in before if change.effective == max(other.effective for other in before)]
    if len(newest) > 1 or any(change.unit_price is None for change in newest):
        return replace(one, changes=tuple(there))
    later = [change for change in there if change not in newest and (change.effective >= opening or not change.settled)]
    return replace(one, changes=(*newest, *later))


def _stored(line: Line) -> Posted:
    """A line as a store keeps it."""
    return Posted(line.key, line.subscription, line.period, line.quantity, line.unit_price, line.amount, origin=line.origin)
