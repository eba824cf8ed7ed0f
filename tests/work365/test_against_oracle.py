"""The engine against a second opinion that shares nothing with it (tests/work365/oracle.py)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.work365 import oracle
from work365.scenario import scenario as parsed
from work365.simulation import answer, simulate

SOME = settings(max_examples=60)
FIRST = date(2023, 12, 1)
FREQUENCIES: list[Any] = [
    "monthly",
    "monthly",
    "quarterly",
    "semiannual",
    "annual",
    "triennial",
    {"every": 1, "unit": "week"},
    {"every": 5, "unit": "week"},
    {"every": 2, "unit": "month"},
]
PRICINGS: list[Any] = [
    None,
    None,
    None,
    {
        "model": "graduated",
        "tiers": [{"up_to": 4, "unit": "10.00", "flat": "3.00", "cap": "35.00"}, {"up_to": None, "unit": "8.25"}],
    },
    {"model": "volume", "tiers": [{"up_to": 5, "unit": "9.99"}, {"up_to": None, "unit": "7.77", "flat": "1", "cap": "80"}]},
    {"model": "flat", "tiers": [{"up_to": 3, "flat": "20.00"}, {"up_to": None, "flat": "33.333"}]},
    {"model": "package", "size": 5, "price": "49.99", "free": 2},
]
prices = st.sampled_from(["7.99", "31.00", "24.9975", "0", "0.005", "1000", "3.333333333333333333"])


@st.composite
def documents(draw: st.DrawFn, orderly: bool = False) -> dict[str, Any]:
    """Any scenario; in an orderly one each change comes after the start, is known on its day, and parts of a month are billed."""
    start = FIRST + timedelta(days=draw(st.integers(0, 130)))
    frequency = draw(st.sampled_from(FREQUENCIES))
    weekly = isinstance(frequency, dict) and frequency["unit"] == "week"
    prorates = ["days"] if weekly else ["days", "days", "days30"]
    if not orderly:
        prorates += ["none"] if weekly else ["months", "none"]
    horizon = 1400 if frequency == "triennial" else 430
    days = st.integers(0, horizon).map(lambda offset: start + timedelta(days=offset))
    contract = {
        "start": start.isoformat(),
        "bill_day": draw(st.none() | st.sampled_from([1, 15, 28, 29, 30, 31])),
        "frequency": frequency,
        "policy": draw(st.sampled_from(["advance", "arrears"])),
        "prorate": draw(st.sampled_from(prorates)),
        "changes_billed": draw(st.sampled_from(["now", "next_cycle"])),
        "end": draw(st.none() | days.map(date.isoformat)),
        "discount_percent": draw(st.sampled_from(["0", "0", "10", "12.5", "33.333"])),
    }
    subscriptions = [draw(_subscriptions(f"s{number}", start, days, orderly)) for number in range(draw(st.integers(1, 2)))]
    runs = sorted({draw(days) for _ in range(draw(st.integers(1, 8)))} | {start + timedelta(days=horizon + 90)})
    if orderly:
        runs = sorted({*runs, *(start + timedelta(days=offset) for offset in range(0, horizon, horizon // 12))})
    return {
        "currency": draw(st.sampled_from(["USD", "JPY", "KWD"])),
        "contract": contract,
        "subscriptions": subscriptions,
        "runs": [run.isoformat() for run in runs],
    }


@st.composite
def _subscriptions(draw: st.DrawFn, name: str, begins: date, days: st.SearchStrategy[date], orderly: bool) -> dict[str, Any]:
    start = draw(days) if draw(st.booleans()) else begins - timedelta(days=draw(st.integers(0, 40)))
    changes = []
    for number in range(draw(st.integers(1, 6))):
        effective = start if number == 0 else draw(days)
        if orderly and number and effective <= start:
            continue
        recorded = effective + timedelta(days=0 if orderly else draw(st.sampled_from([-400, -10, 0, 0, 1, 30, 100])))
        changes.append(
            {
                "id": f"{name}c{number}",
                "effective": effective.isoformat(),
                "quantity": draw(st.integers(0, 12)),
                "unit_price": draw(st.none() | st.none() | prices),
                "recorded": recorded.isoformat(),
            }
        )
    length = draw(st.none() | st.none() | st.integers(0, 500))
    return {
        "id": name,
        "start": start.isoformat(),
        "end": None if length is None else (start + timedelta(days=length)).isoformat(),
        "unit_price": draw(prices),
        "pricing": draw(st.sampled_from(PRICINGS)),
        "changes": changes,
        "discounts": [draw(_discounts(f"d{number}", start, days)) for number in range(draw(st.sampled_from([0, 0, 0, 1, 2])))],
    }


@st.composite
def _discounts(draw: st.DrawFn, name: str, start: date, days: st.SearchStrategy[date]) -> dict[str, Any]:
    """A percentage, or an amount per seat, which may be more than the price; for good or for some days."""
    begins = draw(st.none() | st.none() | days)
    length = draw(st.none() | st.sampled_from([0, 1, 30, 92]))
    ends = None if length is None else ((begins or start) + timedelta(days=length)).isoformat()
    off = {"percent": draw(st.sampled_from(["5", "12.5", "100"]))} if draw(st.booleans()) else {"amount": draw(prices)}
    return {"id": name, "start": None if begins is None else begins.isoformat(), "end": ends, **off}


def billed(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All lines of all invoices that the engine makes."""
    return [line for invoice in answer(simulate(parsed(document)))["invoices"] for line in invoice["lines"]]


def per_cycle(document: dict[str, Any], lines: list[dict[str, Any]]) -> dict[tuple[str, date], Fraction]:
    """The sum of lines for each subscription and cycle."""
    last = max(date.fromisoformat(run) for run in document["runs"])
    cycles = oracle.due_cycles(document["contract"], last)
    sums: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for line in lines:
        (cycle,) = [one.start for one in cycles if one.start <= date.fromisoformat(line["start"]) < one.end]
        sums[line["subscription"], cycle] += Fraction(line["amount"])
    return {key: value for key, value in sums.items() if value}


@SOME
@given(documents())
def test_every_cycle_ends_up_with_the_same_net(document: dict[str, Any]) -> None:
    """Whatever was learned of when, and however often it was billed: the net and the discount of each cycle agree."""
    found = billed(document)
    plain = [line for line in found if line["kind"] != "discount"]
    assert per_cycle(document, plain) == oracle.nets(document)
    assert per_cycle(document, [line for line in found if line["kind"] == "discount"]) == oracle.discounts(document)


@SOME
@given(documents(orderly=True))
def test_orderly_histories_give_the_same_lines(document: dict[str, Any]) -> None:
    """Changes that are learned of on their day: each line has the same days, quantity, price, share and amount."""
    found = Counter(
        (
            line["subscription"],
            line["start"],
            line["end"],
            line["quantity"],
            line["unit_price"] and Fraction(line["unit_price"]),
            Fraction(line["fraction"]),
            line["kind"] == "credit",
            Fraction(line["amount"]),
        )
        for line in billed(document)
        if line["kind"] != "discount"
    )
    assert found == Counter(
        (
            line.subscription,
            line.start.isoformat(),
            line.end.isoformat(),
            line.state.quantity,
            line.state.price and Fraction(line.state.price),
            line.fraction,
            line.sign < 0,
            line.amount,
        )
        for line in oracle.lines(document)
    )


@SOME
@given(documents())
def test_each_line_can_be_calculated_from_what_it_prints(document: dict[str, Any]) -> None:
    """Quantity times price times fraction is the amount, to the minor unit, of every line that prints a price per seat."""
    places = oracle.PLACES[document["currency"]]
    for line in billed(document):
        if line["unit_price"] is None:
            continue
        exact = abs(line["quantity"] * Fraction(line["unit_price"]) * Fraction(line["fraction"]))
        assert abs(Fraction(line["amount"].removeprefix("-")) - exact) <= Fraction(1, 2 * 10**places)
        assert line["amount"].startswith("-") == (line["kind"] == "credit") or line["kind"] == "discount"
        assert -Decimal(line["amount"]).as_tuple().exponent == places  # type: ignore[operator]  # amounts are finite


def test_a_posted_line_that_is_cut_short_never_gives_back_a_cent_that_no_sum_explains() -> None:
    """2 x 24.9975 for a week is 50.00, for 5 days 35.71: the difference of 14.29 is not 2/7 of it, which is 14.28."""
    document = {
        "currency": "USD",
        "contract": {"start": "2023-12-01", "frequency": {"every": 1, "unit": "week"}, "policy": "arrears"},
        "subscriptions": [
            {
                "id": "s1",
                "start": "2023-12-01",
                "unit_price": "24.9975",
                "changes": [
                    {"id": "c1", "effective": "2023-12-01", "quantity": 2},
                    {"id": "c2", "effective": "2023-12-06", "quantity": 0, "recorded": "2023-12-09"},
                ],
            }
        ],
        "runs": ["2023-12-08", "2023-12-09"],
    }
    shown = [(line["kind"], line["change"], line["fraction"], line["amount"]) for line in billed(document)]
    assert shown == [("cycle", None, "7/7", "50.00"), ("credit", "c2", "7/7", "-50.00"), ("charge", "c2", "5/7", "35.71")]
