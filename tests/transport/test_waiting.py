"""How long to wait before a read is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.waiting import THROTTLED_LIMIT_S, Retries, pause_s, retry_after_s
from work365.errors import Throttled, Unavailable

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("headers", "want"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "99999"}, THROTTLED_LIMIT_S),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, 30.0),
        ({"retry-after": "Thu, 01 Jan 2026 00:05:30 GMT", "date": "Thu, 01 Jan 2026 00:05:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 31 Dec 2025 23:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_what_they_ask_for(headers: dict[str, str], want: float | None) -> None:
    """Seconds and HTTP dates are understood; a date is measured by their clock when they say it; nonsense counts as nothing."""
    assert retry_after_s(headers, NOW) == want


@given(attempt=st.integers(1, 60), jitter=st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_stay_bounded(attempt: int, jitter: float) -> None:
    """Every pause lies between half and the whole of the doubling step, and never above the longest."""
    retries = Retries(first_s=0.5, longest_s=20)
    step = min(0.5 * 2 ** (attempt - 1), 20)
    assert step / 2 <= pause_s(retries, attempt, Unavailable("down"), jitter) <= step


def test_a_throttled_read_waits_at_least_as_told() -> None:
    """What they ask for is a minimum; jitter comes on top."""
    assert pause_s(Retries(), 1, Throttled("slow", after_s=7), 0.0) == 7
    assert pause_s(Retries(), 1, Throttled("slow", after_s=7), 0.9) > 7
