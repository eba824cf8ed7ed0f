"""Terms: their dates, their charges, and the ends that they may have."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from work365.errors import Refused
from work365.periods import Period
from work365.terms.coterm import Neighbour, chosen_end, legal_ends
from work365.terms.term import Term, charges

ONE_DAY = timedelta(days=1)


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


def test_later_monthly_terms_stay_on_the_clamped_day_and_charges_inside_a_term_do_not() -> None:
    second = Term.MONTH.starting(Term.MONTH.starting(date(2021, 1, 31)).end)
    assert second == Period(date(2021, 2, 28), date(2021, 3, 28))
    inside = charges(Term.YEAR.starting(date(2021, 1, 31)), 1)
    assert [period.start.day for period in inside] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert inside[-1].end == date(2022, 1, 31)


def test_a_stub_is_charged_to_its_end() -> None:
    assert charges(Period(date(2022, 7, 15), date(2022, 9, 1)), 1) == [
        Period(date(2022, 7, 15), date(2022, 8, 15)),
        Period(date(2022, 8, 15), date(2022, 9, 1)),
    ]


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
