"""Lists of users as of a day: who came, who left, who is another; late ones too, and again without effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from work365.splitting.listing import Known, entries
from work365.splitting.users import User

FIRST, SIXTEENTH, APRIL = date(2026, 3, 1), date(2026, 3, 16), date(2026, 4, 1)


def user(name: str, department: str = "Finance") -> User:
    return User(f"{name}@town.example", FIRST, name=name, attributes={"department": department})


def imported(known: list[Known], listed: list[User], on: date, *, whole: bool = True) -> list[Known]:
    """The rows after a list."""
    rows = {one.id: one for one in known}
    for entry in entries(known, listed, on, whole=whole):
        for moved in (entry.ends, entry.corrected):
            if moved:
                rows[moved[0].id] = Known(moved[0].id, moved[1])
        if entry.removed:
            del rows[entry.removed.id]
        if entry.begins:
            fresh = f"{entry.begins.id} {entry.begins.start}"
            rows[fresh] = Known(fresh, entry.begins)
    return list(rows.values())


def said(rows: list[Known]) -> list[str]:
    """Who was where, from when to when, in order."""
    spans = (f"{row.user.name} {row.user.attributes['department']} {row.user.start:%m-%d}..{row.user.end or ''}" for row in rows)
    return sorted(spans)


def test_who_moves_leaves_and_comes() -> None:
    rows = imported([], [user("Anna"), user("Ben"), user("Carl")], FIRST)
    rows = imported(rows, [user("Anna", "School"), user("Ben"), user("Dora")], SIXTEENTH)
    assert said(rows) == [
        "Anna Finance 03-01..2026-03-16",
        "Anna School 03-16..",
        "Ben Finance 03-01..",
        "Carl Finance 03-01..2026-03-16",
        "Dora Finance 03-16..",
    ]
    assert entries(rows, [user("Anna", "School"), user("Ben"), user("Dora")], SIXTEENTH, whole=True) == []


def test_a_list_that_comes_late_holds_until_the_next_one() -> None:
    """April was known already; now the one of the 16th of March: Anna was in the works in between, Ben away."""
    rows = imported([], [user("Anna"), user("Ben")], FIRST)
    rows = imported(rows, [user("Anna", "School"), user("Ben")], APRIL)
    rows = imported(rows, [user("Anna", "Works")], SIXTEENTH)
    assert said(rows) == [
        "Anna Finance 03-01..2026-03-16",
        "Anna School 04-01..",
        "Anna Works 03-16..2026-04-01",
        "Ben Finance 03-01..2026-03-16",
    ]


def test_a_list_of_the_same_day_corrects_it() -> None:
    rows = imported([], [user("Anna"), user("Ben")], FIRST)
    rows = imported(rows, [user("Anna", "School")], FIRST)
    assert said(rows) == ["Anna School 03-01.."]


def test_a_name_alone_changes_no_days_and_a_part_of_a_list_lets_nobody_go() -> None:
    rows = imported([], [user("Anna"), user("Ben")], FIRST)
    rows = imported(rows, [replace(user("Anna"), name="Anna Berg")], APRIL, whole=False)
    assert said(rows) == ["Anna Berg Finance 03-01..", "Ben Finance 03-01.."]


lists = st.lists(
    st.tuples(st.integers(0, 6), st.dictionaries(st.sampled_from("abc"), st.sampled_from(["Finance", "School"]), max_size=3)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[0],
)


@given(lists)
def test_each_day_says_what_its_list_says(given_lists: list[tuple[int, dict[str, str]]]) -> None:
    """Lists come in the order of their days; nobody is there twice, and the list of any day imported again changes nothing."""
    rows: list[Known] = []
    for number, listed in sorted(given_lists, key=lambda one: one[0]):
        rows = imported(rows, listed_users(listed), FIRST + timedelta(days=number))
    for number, listed in given_lists:
        day = FIRST + timedelta(days=number)
        assert on(rows, day) == sorted(listed.items())
        assert entries(rows, listed_users(listed), day, whole=True) == []


@given(lists)
def test_in_whatever_order_they_come_the_last_one_is_true_on_its_day(given_lists: list[tuple[int, dict[str, str]]]) -> None:
    rows: list[Known] = []
    for number, listed in given_lists:
        rows = imported(rows, listed_users(listed), FIRST + timedelta(days=number))
        assert on(rows, FIRST + timedelta(days=number)) == sorted(listed.items())


def listed_users(listed: dict[str, str]) -> list[User]:
    return [user(name, department) for name, department in listed.items()]


def on(rows: list[Known], day: date) -> list[tuple[str, str]]:
    """Who is where on a day."""
    return sorted((row.user.name, row.user.attributes["department"]) for row in rows if row.user.there(day))
