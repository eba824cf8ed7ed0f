"""F114: the provider's window and the partner's own rule are both asked; the refusal names which one said no."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from work365.crediting.policy import Refund, RefundPolicy, RefundRule, refund
from work365.errors import BadInput
from work365.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
BOUGHT = datetime(2026, 3, 1, 0, 0, tzinfo=BERLIN)
FOURTH = datetime(2026, 3, 4, 15, 30, tzinfo=BERLIN)
LONG_AFTER = datetime(2026, 3, 20, 9, 0, tzinfo=BERLIN)


def policy(rule: RefundRule, days: int | None = None, provider_days: int | None = None) -> RefundPolicy:
    return RefundPolicy("License", rule, days, provider_days)


@pytest.mark.parametrize(
    ("own", "ended", "share"),
    [
        (policy(RefundRule.DAYS), FOURTH, Fraction(28, 31)),
        (policy(RefundRule.DAYS, 7, 7), FOURTH, Fraction(28, 31)),
        (policy(RefundRule.FULL, 7), FOURTH, Fraction(1)),
        # 31 days with a change of the clocks have 743 hours; 3 days and 15 hours and a half are over
        (policy(RefundRule.HOURS), FOURTH, Fraction(655, 743)),
        (policy(RefundRule.DAYS), datetime(2026, 2, 27, tzinfo=UTC), Fraction(1)),
        (policy(RefundRule.DAYS), datetime(2026, 4, 5, tzinfo=UTC), Fraction(0)),
        # half past eleven in the evening of the 3rd in London is the 4th in Berlin
        (policy(RefundRule.DAYS), datetime(2026, 3, 3, 23, 30, tzinfo=UTC), Fraction(28, 31)),
    ],
)
def test_what_comes_back(own: RefundPolicy, ended: datetime, share: Fraction) -> None:
    """As a part of what was paid for March; 310.00 x 28/31 are 280.00."""
    assert refund(own, BOUGHT, ended, MARCH, BERLIN) == Refund(share)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (policy(RefundRule.DAYS, provider_days=7), "The provider: it takes License back within 7 days, and 19 have passed."),
        (policy(RefundRule.FULL, days=14), "Our own policy: License is refunded within 14 days, and 19 have passed."),
        (policy(RefundRule.FULL, days=14, provider_days=7), "The provider: "),
        (policy(RefundRule.NONE), "Our own policy: License is not refunded."),
        (policy(RefundRule.NONE, provider_days=30), "Our own policy: License is not refunded."),
        (None, "Our own policy: none is set"),
    ],
)
def test_who_says_no_is_named(own: RefundPolicy | None, words: str) -> None:
    """The provider first: its no holds whatever the partner allows."""
    answer = refund(own, BOUGHT, LONG_AFTER, MARCH, BERLIN)
    assert answer.share == 0
    assert answer.refused.startswith(words)


@pytest.mark.parametrize(("seconds", "refused"), [(-1, False), (0, True)])
def test_a_window_ends_to_the_second(seconds: int, refused: bool) -> None:
    """Seven days are seven times 24 hours."""
    ended = BOUGHT + timedelta(days=7, seconds=seconds)
    assert bool(refund(policy(RefundRule.DAYS, provider_days=7), BOUGHT, ended, MARCH, BERLIN).refused) is refused


def test_a_window_below_zero_is_refused() -> None:
    with pytest.raises(BadInput, match="below 0 days"):
        policy(RefundRule.FULL, days=-1)
