"""From day to day: users that come, go and move, seats that are bought, terms that change; and the part as a subscription."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from work365.parts.keeping import Bought
from work365.splitting.history import history, named
from work365.splitting.part import part_of
from work365.splitting.terms import FoundBy, Rest, Share, Split, SplitTerms
from work365.splitting.users import User
from work365.splitting.wording import strangers, wrong
from work365.subscriptions.change_log import Change, Subscription, Timeline, known

FIRST, MOVED, LAST = date(2026, 3, 1), date(2026, 3, 16), date(2026, 4, 30)
FINANCE = Share("Finance", FoundBy.ATTRIBUTE, ("Finance", "Treasury"), "Department")
SCHOOL = Share("School", FoundBy.GROUP, ("Teachers",))
CHIEF = Share("Works", FoundBy.USERS, ("Dora@hall.example",))
TERMS = SplitTerms(FIRST, (CHIEF, FINANCE, SCHOOL))
SPLIT = Split("Hall", (TERMS,))


def user(name: str, department: str = "", *groups: str, start: date = FIRST, end: date | None = None, **more: str) -> User:
    return User(
        f"{name}@hall.example".lower(),
        start,
        end,
        name,
        {"department": department},
        frozenset(group.casefold() for group in groups),
        frozenset(more.values()),
    )


def parts(split: Split, bought: list[Bought], users: list[User]) -> list[str]:
    return [
        f"{step.day:%m-%d} " + " ".join(f"{part.payer} {part.seats}" for part in step.division.parts)
        for step in history(split, bought, users)
    ]


def test_users_are_found_by_attribute_group_and_list() -> None:
    """Case does not count; a user that several shares would find belongs to the first of them."""
    everybody = [
        user("Anna", "finance"),
        user("Ben", "TREASURY"),
        user("Carl", "", "Teachers"),
        user("Dora", "Finance", "Teachers"),
    ]
    assert parts(SPLIT, [Bought(FIRST, 10)], everybody) == ["03-01 Hall 6 Works 1 Finance 2 School 1"]
    assert {payer: [one.name for one in found] for payer, found in named(SPLIT, [*everybody, user("Emil")], FIRST).items()} == {
        "Finance": ["Anna", "Ben"],
        "School": ["Carl"],
        "Works": ["Dora"],
        "": ["Emil"],
    }
    assert named(SPLIT, everybody, date(2026, 2, 1)) == {}


def test_only_holders_of_the_licence_count() -> None:
    split = Split("Hall", (SplitTerms(FIRST, (FINANCE,), licence="SPE_E3"),))
    everybody = [user("Anna", "Finance", licence="spe_e3"), user("Ben", "Finance", licence="spe_e5"), user("Carl", "Finance")]
    assert parts(split, [Bought(FIRST, 10)], everybody) == ["03-01 Hall 9 Finance 1"]


def test_who_moves_is_paid_for_elsewhere_from_that_day() -> None:
    everybody = [user("Anna", "Finance", end=MOVED), user("Anna", "", "Teachers", start=MOVED), user("Ben", "Finance")]
    assert parts(SPLIT, [Bought(FIRST, 10), Bought(date(2026, 3, 20), 12)], everybody) == [
        "03-01 Hall 8 Works 0 Finance 2 School 0",
        "03-16 Hall 8 Works 0 Finance 1 School 1",
        "03-20 Hall 10 Works 0 Finance 1 School 1",
    ]


def test_terms_change_on_their_day() -> None:
    later = SplitTerms(MOVED, (Share("School", FoundBy.SEATS, seats=7),), Rest.PAYER, "Finance")
    assert parts(Split("Hall", (TERMS, later)), [Bought(FIRST, 10)], [user("Anna", "Finance")]) == [
        "03-01 Hall 9 Works 0 Finance 1 School 0",
        "03-16 Hall 0 Works 0 Finance 3 School 7",
    ]


def test_days_before_the_first_list_of_users_are_held() -> None:
    """Nobody knows who was there: that is asked for and never guessed."""
    steps = history(SPLIT, [Bought(FIRST, 10)], [user("Anna", "Finance", start=MOVED)])
    assert [(step.day, bool(step.division.held)) for step in steps] == [(FIRST, True), (MOVED, False)]
    assert [finding.code for finding in wrong("S-1", steps, LAST)] == ["split-held"]
    assert "no list of users says who was there on 2026-03-01" in next(wrong("S-1", steps, LAST)).message
    assert [step.division.held != "" for step in history(SPLIT, [Bought(FIRST, 10)], [])] == [True]
    counted = Split("Hall", (SplitTerms(FIRST, (Share("School", FoundBy.SEATS, seats=7),)),))
    assert [step.division.held for step in history(counted, [Bought(FIRST, 10)], [])] == [""], "a plain number asks for no users"


def test_more_users_than_seats_is_a_finding_as_long_as_it_lasts() -> None:
    everybody = [user(name, "Finance") for name in ("Anna", "Ben", "Carl")]
    steps = history(SPLIT, [Bought(FIRST, 2), Bought(MOVED, 5)], everybody)
    found = list(wrong("S-1", steps, FIRST))
    assert [finding.code for finding in found] == ["split-more-asked-than-bought"]
    assert found[0].message.endswith("Buy 1 more, or take licences away.")
    assert not list(wrong("S-1", steps, MOVED))
    assert "S-1 had 2 users on 2026-03-01 whom no share" in strangers("S-1", 2, FIRST).message


days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
spans = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["Finance", "School", ""]), days, st.integers(1, 40)), max_size=8
)
logs = st.lists(
    st.tuples(days, st.integers(0, 12), st.integers(0, 20), st.sampled_from(["31.00", "29.99"])), min_size=1, max_size=5
)
rules = st.lists(st.tuples(days, st.sampled_from(list(Rest)), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=3)


def _user(name: str, department: str, start: date, length: int) -> User:
    return user(name, department, start=start, end=start + timedelta(days=length))


def _terms(start: date, rest: Rest, included: int, minimum: int) -> SplitTerms:
    finance = Share("Finance", FoundBy.ATTRIBUTE, ("Finance",), "department", included=included)
    school = Share("School", FoundBy.ATTRIBUTE, ("School",), "department", minimum=minimum)
    return SplitTerms(start, (finance, school), rest, "School" if rest is Rest.PAYER else "")


@settings(max_examples=60)
@given(log=logs, users=spans, rows=rules)
def test_for_any_history_the_logs_of_the_parts_sum_to_the_log_of_the_whole(
    log: list[tuple[date, int, int, str]], users: list[tuple[str, str, date, int]], rows: list[tuple[date, Rest, int, int]]
) -> None:
    """On every day, whatever was known by then: late changes, moves, other terms. The price of a part is the whole's."""
    changes = tuple(
        Change(f"c{index}", day, seats, day + timedelta(days=late), Decimal(price))
        for index, (day, late, seats, price) in enumerate(log)
    )
    whole = Subscription("s1", FIRST, Decimal("31.00"), changes)
    split = Split("Hall", tuple(_terms(*row) for row in sorted({row[0]: row for row in rows}.values(), key=lambda row: row[0])))
    everybody = [_user(*row) for row in users]
    logs_of = [part_of(whole, split, payer, everybody).changes for payer in split.payers]
    for seen_to in (FIRST, MOVED, LAST, date(2026, 12, 31)):
        bought = Timeline(whole, known(whole.changes, seen_to))
        timelines = [Timeline(whole, known(changes, seen_to)) for changes in logs_of]
        for day in (FIRST + timedelta(days=number) for number in range(0, 110, 3)):
            states = [timeline.at(day) for timeline in timelines]
            assert sum(state.quantity for state in states) == bought.at(day).quantity
            assert {state.unit_price for state in states if state.quantity} <= {bought.at(day).unit_price}
