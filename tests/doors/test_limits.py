"""Buckets of requests: how many at once, how many later, and how many callers are remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.limits import Limit, caller


@pytest.mark.parametrize(
    ("forwarded", "who"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7:51234", "203.0.113.7"),
        ("made up, 203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_who_asks(forwarded: str, who: str) -> None:
    """The last address, without its port; a whole network of IPv6."""
    assert caller(forwarded) == who


@given(st.lists(st.floats(0, 100), max_size=60), st.integers(1, 5), st.sampled_from([1.0, 2.5, 10.0]))
def test_no_more_pass_than_fit(pauses: list[float], at_once: int, one_more_s: float) -> None:
    """In any time: at most what fits at once, and one for each so many seconds; who waits as long as was said passes."""
    now = [0.0]
    limit, passed = Limit(at_once, one_more_s, lambda: now[0]), 0
    for pause in pauses:
        now[0] += pause
        wait_s = limit.wait_s("a")
        passed += not wait_s
        assert passed <= at_once + (now[0] + 0.001) / one_more_s + 1e-6
        if wait_s:
            now[0] += wait_s
            assert limit.wait_s("a") == 0
            passed += 1


def test_callers_do_not_share_a_bucket_and_are_forgotten_in_turn() -> None:
    """Whoever was quiet for longest goes first, so memory is bounded."""
    limit = Limit(1, 60.0, lambda: 0.0, callers=2)
    assert [limit.wait_s(who) for who in ("a", "b", "a", "b")] == [0, 0, 60, 60]
    assert limit.wait_s("c") == 0
    assert len(limit) == 2
    assert [limit.wait_s(who) for who in ("c", "a")] == [60, 0]
