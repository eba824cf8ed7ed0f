"""One day's seats over their payers: users, included seats, minimums, the rule for the rest, and more asked than bought."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.splitting.dividing import Division, divide
from work365.splitting.terms import FoundBy, Rest, Share, Split, SplitTerms
from work365.splitting.wording import why

DAY = date(2026, 3, 1)


def department(payer: str, included: int = 0, minimum: int = 0) -> Share:
    return Share(payer, FoundBy.ATTRIBUTE, (payer,), "department", included=included, minimum=minimum)


FINANCE, SCHOOL, WORKS = department("Finance"), department("School"), department("Works")


def divided(seats: int, users: list[int], *shares: Share, rest: Rest = Rest.MAIN, rest_to: str = "") -> Division:
    terms = SplitTerms(DAY, shares, rest, rest_to)
    return divide(Split("Hall", (terms,)), terms, seats, users)


def seats_of(division: Division) -> dict[str, int]:
    return {part.payer: part.seats for part in division.parts}


@pytest.mark.parametrize(
    ("said", "division", "expected"),
    [
        ("the rest goes to the main payer", divided(10, [4, 3], FINANCE, SCHOOL), "Hall 3, Finance 4, School 3"),
        (
            "the rest goes to a named payer",
            divided(10, [4, 3], FINANCE, SCHOOL, rest=Rest.PAYER, rest_to="School"),
            "Hall 0, Finance 4, School 6",
        ),
        (
            "the rest in proportion to what is asked for: 10 x 4/7 = 5.71, 10 x 3/7 = 4.29",
            divided(17, [4, 3], FINANCE, SCHOOL, rest=Rest.PROPORTION),
            "Hall 0, Finance 10, School 7",
        ),
        (
            "one seat left over three equal payers goes to the first",
            divided(4, [1, 1, 1], FINANCE, SCHOOL, WORKS, rest=Rest.PROPORTION),
            "Hall 0, Finance 2, School 1, Works 1",
        ),
        (
            "in proportion to nothing: the main payer",
            divided(4, [0, 0], FINANCE, SCHOOL, rest=Rest.PROPORTION),
            "Hall 4, Finance 0, School 0",
        ),
        (
            "two included seats are borne by the main payer",
            divided(10, [4, 3], department("Finance", included=2), SCHOOL),
            "Hall 5, Finance 2, School 3",
        ),
        (
            "never more included than there are users",
            divided(10, [1, 3], department("Finance", included=5), SCHOOL),
            "Hall 7, Finance 0, School 3",
        ),
        (
            "a minimum takes from the rest",
            divided(10, [4, 1], FINANCE, department("School", minimum=5)),
            "Hall 1, Finance 4, School 5",
        ),
        (
            "a minimum counts after included seats",
            divided(10, [4], department("Finance", included=3, minimum=2)),
            "Hall 8, Finance 2",
        ),
        (
            "a plain number of seats needs no users",
            divided(10, [0, 3], Share("Works", FoundBy.SEATS, seats=6), SCHOOL),
            "Hall 1, Works 6, School 3",
        ),
        (
            "14 asked for and 10 bought: 10 x 8/14 = 5.71, 10 x 6/14 = 4.29",
            divided(10, [8, 6], FINANCE, SCHOOL),
            "Hall 0, Finance 6, School 4",
        ),
        (
            "minimums above what was bought are cut as well",
            divided(3, [0, 0], department("Finance", minimum=4), department("School", minimum=2)),
            "Hall 0, Finance 2, School 1",
        ),
        ("nothing bought, nothing billed", divided(0, [8, 6], FINANCE, SCHOOL), "Hall 0, Finance 0, School 0"),
        ("two shares of one payer are one part", divided(10, [2, 3], FINANCE, FINANCE), "Hall 5, Finance 5"),
    ],
)
def test_who_pays_for_how_many(said: str, division: Division, expected: str) -> None:
    assert ", ".join(f"{payer} {seats}" for payer, seats in seats_of(division).items()) == expected, said


def test_seats_that_nobody_asks_for_wait_for_a_person() -> None:
    """Under the rule Hold they are a reason not to bill; once all are assigned, nothing is held."""
    held = divided(10, [4, 3], FINANCE, SCHOOL, rest=Rest.HOLD)
    assert held.held.startswith("3 seats are assigned to nobody")
    assert held.unassigned == 3
    assert not divided(7, [4, 3], FINANCE, SCHOOL, rest=Rest.HOLD).held
    assert not divided(7, [4, 3], department("Finance", included=2), SCHOOL, rest=Rest.HOLD).held, "included seats have a payer"


def test_more_asked_for_than_bought_is_said() -> None:
    division = divided(10, [8, 6], FINANCE, SCHOOL)
    assert (division.short, division.unassigned) == (4, 0)
    assert why(division.part_of("Finance")) == (
        "6 seats: 8 of its users, or agreed on, less 2 because fewer were bought than are asked for"
    )


def test_why_a_payer_has_its_seats() -> None:
    division = divided(20, [1, 5], department("Finance", minimum=3), department("School", included=2))
    assert why(division.part_of("Finance")) == "3 seats: 1 of its users, or agreed on, 2 up to its minimum"
    assert why(division.part_of("Hall")) == "14 seats: 2 of others, included for them, 12 that nobody asks for"
    assert why(division.part_of("nobody")) == "no seats"


numbers = st.integers(0, 40)


@given(
    seats=st.integers(0, 200),
    shares=st.lists(st.tuples(st.sampled_from(["Hall", "Finance", "School", "Works"]), numbers, numbers, numbers), max_size=6),
    rest=st.sampled_from(list(Rest)),
)
def test_the_parts_sum_to_the_seats_bought(seats: int, shares: list[tuple[str, int, int, int]], rest: Rest) -> None:
    """Whatever is asked for; nobody pays for less than none, and nobody for more than it asks for while others go short."""
    rows = [department(payer, included, minimum) for payer, included, minimum, _ in shares]
    division = divided(seats, [users for *_, users in shares], *rows, rest=rest, rest_to="School" if rest is Rest.PAYER else "")
    assert sum(part.seats for part in division.parts) == seats
    assert all(part.seats >= 0 for part in division.parts)
    assert division.asked - division.short + division.unassigned == seats
    if division.short:
        assert all(part.rest == 0 for part in division.parts)
    elif rest is not Rest.MAIN:
        minimums = {payer: sum(row.minimum for row in rows if row.payer == payer) for payer in ("Finance", "Works")}
        assert all(division.part_of(payer).seats >= least for payer, least in minimums.items())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Share("Finance", FoundBy.GROUP), "names no group"),
        (lambda: Share("Finance", FoundBy.ATTRIBUTE, ("Finance",)), "does not say which"),
        (lambda: Share("Finance", FoundBy.SEATS, seats=-1), "below zero"),
        (lambda: SplitTerms(DAY, (FINANCE,), Rest.PAYER), "name a payer of the rest"),
        (lambda: SplitTerms(DAY, (FINANCE,), Rest.MAIN, "School"), "if, and only if"),
        (lambda: Split("Hall", ()), "a split needs terms"),
        (lambda: Split("Hall", (SplitTerms(DAY, (FINANCE,)), SplitTerms(DAY, (SCHOOL,)))), "one for each day"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(BadInput, match=message):
        build()
