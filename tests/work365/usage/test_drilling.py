"""Drilling into usage: whatever it is told apart by, the names come to the whole, and a part is what its words say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work365.usage.test_charging import TERMS, metered
from work365.errors import BadInput
from work365.periods import Period
from work365.usage.drilling import WHOLE, Drilled, Part, Used, drilled, part_of
from work365.usage.pricing import PriceBook

if TYPE_CHECKING:
    from work365.usage.records import Metered

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
BY = st.sampled_from(["resource-group", "resource", "category", "meter", "day", "tag:env"])
RECORDS = st.lists(
    st.builds(
        lambda cost, day, group, resource, tag, confirmed: metered(
            cost=cost,
            used=JANUARY.start + timedelta(days=day),
            resource_group=group,
            resource=resource,
            tags=tag,
            confirmed=confirmed,
        ),
        st.decimals(-100, 1000, places=10),
        st.integers(0, 30),
        st.sampled_from(["", "web", "WEB", "db"]),
        st.sampled_from(["", "/vm/1", "/VM/1", "/vm/2"]),
        st.sampled_from([{}, {"env": "prod"}, {"env": "PROD"}]),
        st.booleans(),
    ),
    max_size=12,
)


def seen(records: list[Metered], by: str) -> Drilled:
    newest = max((record.used for record in records), default=None)
    return drilled(records, TERMS, by, JANUARY, newest)


def sums(one: Used) -> tuple[Decimal, ...]:
    return one.confirmed, one.unconfirmed, one.recent, one.before


@given(RECORDS, BY, st.integers(0, 4))
def test_the_names_that_are_shown_and_the_rest_come_to_the_whole(records: list[Metered], by: str, top: int) -> None:
    """Exactly, before anything is rounded; in any order of reading."""
    found = seen(records, by)
    shown, rest = found.largest(top)
    together = Used("")
    for one in (*shown, *([rest] if rest else ())):
        together.take(one)
    assert sums(together) == sums(found.whole)
    assert [sums(one) for one in seen(records[::-1], by).by_name] == [sums(one) for one in found.by_name]
    assert len(shown) <= top or top == 0
    assert [abs(one.total) for one in shown] == sorted((abs(one.total) for one in shown), reverse=True)


@given(RECORDS, BY, BY)
def test_a_name_that_is_drilled_into_comes_to_what_it_came_to(records: list[Metered], by: str, then: str) -> None:
    """Whoever asks for one of the names finds its sums again, told apart by anything else."""
    for one in seen(records, by).by_name:
        inside = [record for record in records if Part(((by, one.name),)).takes(record)]
        newest = max(record.used for record in records)
        assert sums(drilled(inside, TERMS, then, JANUARY, newest).whole) == sums(one)


def test_the_trend_is_the_last_seven_days_beside_the_seven_before() -> None:
    """They end with the newest day. A mark-up of 17.64 % on 1.00 a day."""
    records = [metered(used=JANUARY.start + timedelta(days=day)) for day in range(20)]
    found = seen(records, "resource")
    assert (found.whole.recent, found.whole.before) == (Decimal("8.2348"), Decimal("8.2348"))
    assert found.comparable
    assert [one.name for one in seen(records, "day").by_day()][:2] == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize(("days", "comparable"), [(0, False), (13, False), (14, True)])
def test_there_is_a_trend_once_fourteen_days_of_the_cycle_are_known(days: int, comparable: bool) -> None:
    records = [metered(used=JANUARY.start + timedelta(days=day)) for day in range(days)]
    assert seen(records, "meter").comparable is comparable


def test_a_part_is_what_all_its_words_say() -> None:
    """Letter case matters in tags only; an empty text asks for what has none."""
    record = metered(resource_group="Web", resource="/vm/1", tags={"env": "prod"})
    assert part_of([]) == WHOLE
    for words in (["resource-group=WEB"], ["resource=/VM/1", "tag:env=prod"], ["tag:owner="], ["day=2026-01-10"]):
        assert part_of(words).takes(record), words
    for words in (["resource-group="], ["resource=/vm/1", "tag:env=PROD"], ["tag:env="], ["resource=/vm"]):
        assert not part_of(words).takes(record), words


@pytest.mark.parametrize("said", ["colour=red", "resource", "=x", "tag:=x", "tag"])
def test_a_part_that_says_nothing_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        part_of([said])


def test_a_meter_without_a_price_is_named_after_all_were_read() -> None:
    book = PriceBook(TERMS.contract.currency)
    records = [metered(), metered(meter="Blob")]
    with pytest.raises(BadInput, match="'Blob', 'Compute'"):
        drilled(records, replace(TERMS, book=book), "day", JANUARY, None)
