"""Terms: their dates, their charges, and the published examples of Microsoft."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from work365.errors import Refused
from work365.invoicing.proration import prorated
from work365.money import Currency
from work365.periods import Period
from work365.terms.coterm import FULL_TERM, Neighbour, chosen_end, legal_ends
from work365.terms.renewal import raised
from work365.terms.term import Term, charges

EUR = Currency("EUR")
ONE_DAY = timedelta(days=1)
VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parent.parent / "data" / "nce.json").read_text(encoding="utf-8"), parse_float=Decimal
    )["vectors"]
}
LINES = [
    pytest.param(line, id=f"{name}-{number}")
    for name, vector in VECTORS.items()
    for number, line in enumerate(vector["expected"].get("lines", ()))
    if {"chargeCycleDays", "billingDays", "unitPrice", "expectedTotal"} <= line.keys() and line.get("chargeStart")
]
PLANS = {"Monthly": 1, "Annual": 12}


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2021-06-18", Term.MONTH, "2021-07-18"),
        ("2021-06-18", Term.YEAR, "2022-06-18"),
        ("2021-01-31", Term.MONTH, "2021-02-28"),
        ("2024-01-31", Term.MONTH, "2024-02-29"),
        ("2024-02-29", Term.YEAR, "2025-02-28"),
        ("2024-02-29", Term.THREE_YEARS, "2027-02-28"),
        ("2021-12-31", Term.MONTH, "2022-01-31"),
    ],
)
def test_a_term_ends_on_the_same_day_clamped_to_the_month(start: str, term: Term, end: str) -> None:
    assert term.starting(day(start)) == Period(day(start), day(end))


def test_published_dates_of_monthly_terms() -> None:
    """The table of monthly terms that were bought on a month's last day."""
    rows = VECTORS["nce-dates-monthly-term-last-day"]["expected"]["rows"]
    for row in rows:
        assert Term.MONTH.starting(day(row["start"])).end == day(row["end"]) + ONE_DAY == day(row["renew"])
    assert len(rows) == 5


def test_later_monthly_terms_stay_on_the_clamped_day_and_charges_inside_a_term_do_not() -> None:
    second = Term.MONTH.starting(Term.MONTH.starting(date(2021, 1, 31)).end)
    assert second == Period(date(2021, 2, 28), date(2021, 3, 28))
    inside = charges(Term.YEAR.starting(date(2021, 1, 31)), 1)
    assert [period.start.day for period in inside] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert inside[-1].end == date(2022, 1, 31)


def test_an_invoice_row_confirms_the_clamp() -> None:
    """29 January to 27 February, from an annual term that is billed by the month."""
    vector = VECTORS["o365e3-annual-monthly"]
    first = charges(Term.YEAR.starting(day(vector["inputs"]["start"])), 1)[0]
    assert first == Period(day(vector["expected"]["chargeStart"]), day(vector["expected"]["chargeEnd"]) + ONE_DAY)


def test_a_stub_is_charged_to_its_end() -> None:
    assert charges(Period(date(2022, 7, 15), date(2022, 9, 1)), 1) == [
        Period(date(2022, 7, 15), date(2022, 8, 15)),
        Period(date(2022, 8, 15), date(2022, 9, 1)),
    ]


@pytest.mark.parametrize("name", ["nce-basic-monthly-new", "nce-basic-annual-monthly-cycle", "nce-basic-annual-upfront"])
def test_published_charge_periods(name: str) -> None:
    """What a purchase of 18 June is charged for, period by period."""
    given, lines = VECTORS[name]["inputs"], VECTORS[name]["expected"]["lines"]
    term, plan = Term(given["term"]), PLANS[given["plan"]]
    start = day(given["orderDate"])
    periods = charges(term.starting(start), plan)
    if term is Term.MONTH:
        periods += charges(term.starting(periods[-1].end), plan)
    printed = [Period(day(line["chargeStart"]), day(line["chargeEnd"]) + ONE_DAY) for line in lines]
    assert printed
    assert all(period in periods for period in printed)


@pytest.mark.parametrize("line", LINES)
def test_published_amounts_within_a_cent_per_seat(line: dict[str, Any]) -> None:
    """Microsoft truncates here per unit and there per line, so its line is the cost and ours the expectation beside it."""
    end = day(line["chargeEnd"]) + ONE_DAY
    used = Period(day(line["chargeStart"]), end)
    assert used.days == line["billingDays"]
    cycle = Period(end - timedelta(days=line["chargeCycleDays"]), end)
    ours = prorated(Decimal(line["unitPrice"]), line["billableQuantity"], used, cycle, EUR)
    assert abs(abs(Decimal(line["expectedTotal"])) - ours.major) <= Decimal("0.01") * line["billableQuantity"]


@pytest.mark.parametrize("name", ["nce-coterm-3y-coterm-1y", "nce-coterm-1y-coterm", "nce-coterm-1y-calendar"])
def test_published_ends_of_coterminous_terms(name: str) -> None:
    """The printed end is legal, and the term after it runs full length."""
    given, expected = VECTORS[name]["inputs"], VECTORS[name]["expected"]
    start, term = day(given["purchase"]), Term(given["term"])
    neighbours = [Neighbour("other", day(given["existingEnd"]) + ONE_DAY, Term.YEAR)] if given["existingEnd"] else []
    end = day(expected["firstTermEnd"]) + ONE_DAY
    chosen = chosen_end(legal_ends(start, term, neighbours), end)
    assert FULL_TERM not in chosen.why
    first, last = expected["nextTerm"].split("..")
    assert term.starting(end) == Period(day(first), day(last) + ONE_DAY)


@pytest.mark.parametrize(
    ("start", "term", "neighbour", "last_days"),
    [
        ("2026-03-10", Term.MONTH, None, ["2026-03-31", "2026-04-09"]),
        ("2026-03-10", Term.MONTH, "2026-03-20", ["2026-03-20", "2026-03-31", "2026-04-09"]),
        ("2026-03-10", Term.MONTH, "2026-03-28", ["2026-03-31", "2026-04-09"]),
        ("2026-03-10", Term.MONTH, "2026-03-30", ["2026-03-31", "2026-04-09"]),
        ("2026-01-31", Term.MONTH, "2026-02-27", ["2026-01-31", "2026-02-27"]),
        ("2026-02-10", Term.MONTH, "2026-02-28", ["2026-02-28", "2026-03-09"]),
        ("2026-03-10", Term.MONTH, "2026-05-20", ["2026-03-31", "2026-04-09"]),
    ],
    ids=["month end", "another's end", "not the 28th", "not the 30th", "end of the full term", "28 February", "too late"],
)
def test_only_legal_ends_are_offered(start: str, term: Term, neighbour: str | None, last_days: list[str]) -> None:
    neighbours = [Neighbour("other", day(neighbour) + ONE_DAY, Term.YEAR)] if neighbour else []
    assert [str(one.last_day) for one in legal_ends(day(start), term, neighbours)] == last_days


def test_trials_do_not_count_and_the_supplier_is_believed() -> None:
    trial = Neighbour("trial", date(2026, 3, 21), Term.MONTH, trial=True)
    assert [one.end.day for one in legal_ends(date(2026, 3, 10), Term.MONTH, [trial])] == [1, 10]
    said = legal_ends(date(2026, 3, 10), Term.MONTH, [trial], offered=[date(2026, 3, 25), date(2027, 1, 1)])
    assert [str(one.last_day) for one in said] == ["2026-03-24", "2026-04-09"]


def test_another_day_is_refused_with_the_nearest_legal_ones() -> None:
    with pytest.raises(Refused, match=r"cannot end on 2026-04-15; the nearest .* 2026-03-31, 2026-04-30, 2026-05-31"):
        chosen_end(legal_ends(date(2026, 3, 10), Term.YEAR), date(2026, 4, 16))


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("premium-monthly-term")])
def test_published_premium_of_a_monthly_term(name: str) -> None:
    given, expected = VECTORS[name]["inputs"], VECTORS[name]["expected"]
    assert raised(Decimal(given["annualTermMonthlyPrice"]), Decimal(20)) == Decimal(expected["monthlyTermPrice"])
