"""F114: whatever reductions give back, bills add up: nothing undoes it later, and no credit goes beyond its charge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import Policy, Prorate
from work365.crediting.policy import RefundRule
from work365.explaining.rerun import History, scenario_of
from work365.invoicing.keys import parse
from work365.invoicing.lines import Kind, Line
from work365.money import Currency
from work365.periods import MONTHLY, Frequency, Unit
from work365.scenario import Scenario
from work365.scenario import scenario as read
from work365.simulation import simulate
from work365.subscriptions.change_log import Change, GivenBack, Subscription

START, END = date(2026, 1, 10), date(2026, 6, 1)
BERLIN = ZoneInfo("Europe/Berlin")
EUR = Currency("EUR")
RULES = [RefundRule.NONE, RefundRule.HOURS, RefundRule.FULL]


@st.composite
def changes(draw: st.DrawFn, rules: list[RefundRule | None]) -> tuple[Change, ...]:
    """A log; each change may be learned of late, and each may say what it gives back."""
    log = [Change("c0", START, draw(st.integers(1, 9)), unit_price=Decimal(31))]
    for number in range(1, draw(st.integers(2, 7))):
        effective = START + timedelta(days=draw(st.integers(1, 100)))
        recorded = effective + timedelta(days=draw(st.sampled_from([0, 0, 0, -12, 3, 40])))
        hour = draw(st.integers(0, 23))
        price = Decimal(draw(st.sampled_from([31, 31, 17])))
        rule = draw(st.sampled_from(rules))
        given_back = None if rule is None else GivenBack(rule, datetime(*recorded.timetuple()[:3], hour, tzinfo=BERLIN))
        log.append(Change(f"c{number}", effective, draw(st.integers(0, 9)), recorded, price, given=given_back))
    return tuple(log)


def contracts() -> st.SearchStrategy[BillingContract]:
    measured = st.sampled_from([(MONTHLY, Prorate.DAYS), (MONTHLY, Prorate.DAYS30), (MONTHLY, Prorate.NONE)])
    longer = st.sampled_from([(Frequency(3, Unit.MONTH), Prorate.MONTHS), (Frequency(2, Unit.WEEK), Prorate.DAYS)])
    terms = st.tuples(st.one_of(measured, measured, longer), st.sampled_from([Policy.ADVANCE, Policy.ADVANCE, Policy.ARREARS]))
    return terms.map(lambda one: BillingContract("C", EUR, START, one[0][0], bill_day=1, policy=one[1], prorate=one[0][1]))


def lines(contract: BillingContract, log: tuple[Change, ...], runs: list[date]) -> list[Line]:
    one = Subscription("s", START, Decimal(31), log)
    return [line for invoice in simulate(Scenario(contract, (one,), tuple(runs))).invoices for line in invoice.lines]


def by_slot(found: list[Line]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for line in found:
        summed[parse(line.key)[0]] += line.amount.minor
    return {slot: minor for slot, minor in summed.items() if minor}


def total(found: list[Line]) -> int:
    return sum(line.amount.minor for line in found)


DAILY = [START + timedelta(days=days) for days in range((END - START).days + 1)]
ANY: list[RefundRule | None] = [None, *RULES]


@settings(max_examples=40, deadline=None)
@given(contracts(), changes(ANY), st.sets(st.sampled_from(DAILY), max_size=8))
def test_no_run_undoes_what_was_given_back(contract: BillingContract, log: tuple[Change, ...], runs: set[date]) -> None:
    """Place by place the same, whether every day is billed as it is learned of, or some days, or all of it once and again."""
    once, sometimes, daily = ([*chosen, END, END] for chosen in ([], sorted(runs), DAILY[::3]))
    expected = by_slot(lines(contract, log, once))
    assert by_slot(lines(contract, log, sometimes)) == expected
    assert by_slot(lines(contract, log, daily)) == expected


@settings(max_examples=40, deadline=None)
@given(contracts(), changes(ANY))
def test_no_credit_goes_beyond_its_charge(contract: BillingContract, log: tuple[Change, ...]) -> None:
    """Of each line that charges, at most what it charged comes back; a correction takes back a part of the credit it names."""
    left: Counter[str] = Counter()
    charged: dict[str, str] = {}
    for line in lines(contract, log, [*DAILY[::2], END]):
        takes = line.kind in (Kind.CREDIT, Kind.CORRECTION) and line.origin is not None
        charged[line.key] = charged[line.origin] if takes and line.origin else line.key
        left[charged[line.key]] += line.amount.minor
    assert all(minor >= 0 for minor in left.values())


@settings(max_examples=40, deadline=None)
@given(contracts(), changes([RefundRule.HOURS]))
def test_who_gives_back_more_bills_less(contract: BillingContract, log: tuple[Change, ...]) -> None:
    """Without refund at least as much as by days, by days at least as much as in full."""

    def billed(rule: RefundRule | None) -> int:
        said = (replace(one, given=None if rule is None or one.given is None else replace(one.given, rule=rule)) for one in log)
        return total(lines(contract, tuple(said), [END]))

    assert billed(RefundRule.NONE) >= billed(None) >= billed(RefundRule.FULL)


@settings(max_examples=30, deadline=None)
@given(contracts(), changes(ANY))
def test_the_simulator_says_it_as_it_was(contract: BillingContract, log: tuple[Change, ...]) -> None:
    """What `w365 explain` writes for the simulator bills the same, to the line."""
    one, runs = Subscription("s", START, Decimal(31), log), [*DAILY[::20], END]
    told = read(scenario_of(History(contract, (one,), tuple(runs), zone="Europe/Berlin")))
    kept = replace(told, contract=replace(told.contract, id=contract.id))
    again = [line for invoice in simulate(kept).invoices for line in invoice.lines]
    assert again == lines(contract, log, runs)


def test_a_credit_whose_charge_went_away_names_the_one_that_it_takes_back() -> None:
    """April is given back from the 3rd on; then it turns out that it began on the 2nd, so its first charge goes away."""
    log = (
        Change("c0", START, 1, unit_price=Decimal(31)),
        Change("c1", date(2026, 4, 3), 0, date(2026, 4, 3)),
        Change("c2", date(2026, 2, 24), 0, date(2026, 4, 5)),
        Change("c3", date(2026, 4, 2), 1, date(2026, 4, 2)),
    )
    contract = BillingContract("C", EUR, START, MONTHLY, bill_day=1, policy=Policy.ADVANCE, prorate=Prorate.DAYS)
    runs = [START, *(date(2026, month, 1) for month in (2, 3, 4)), date(2026, 4, 4), date(2026, 4, 6), END]
    april = [line for line in lines(contract, log, runs) if line.cycle_start == date(2026, 4, 1)]
    assert [(_place(line.key), line.amount.minor, _place(line.origin)) for line in april] == [
        ("b.0", 3100, ""),
        ("2026-04-03-.0", -2893, "b.0"),
        ("2026-04-02+.0", 2997, ""),
        ("2026-04-03-.1r", 2893, "2026-04-03-.0"),
        ("2026-04-03-.1", -2893, "2026-04-02+.0"),
        ("b.1r", -3100, "b.0"),
    ]


def _place(key: str | None) -> str:
    """The last part of a key."""
    return (key or "").rpartition("/")[2]
