"""Leaving something out of billing and taking it back: when it is done, when nothing is to do, when it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from work365.crediting.excluding import LOG_MAX, Billable, BillingState, Decision, Said, exclude, take_back
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

SAID = Said("A gift for the delay", "user-1", "Ada Byron", datetime(2026, 4, 10, 8, 15, tzinfo=UTC))
ROW = Billable("w365_usage", "row-1", "Usage record Compute", BillingState.UNBILLED, "1")
SILENT = replace(ROW, state=BillingState.EXCLUDED)
OURS = replace(SILENT, reason="The plan ended early")
THEIRS = replace(SILENT, reason="Goodwill", by_person=True, log="2026-04-09 10:00 UTC, Bo: excluded: Goodwill")


@pytest.mark.parametrize(
    ("act", "row", "state"),
    [
        (exclude, ROW, BillingState.EXCLUDED),
        (exclude, SILENT, BillingState.EXCLUDED),
        (exclude, THEIRS, None),
        (exclude, OURS, None),
        (take_back, ROW, None),
        (take_back, SILENT, BillingState.UNBILLED),
        (take_back, THEIRS, BillingState.UNBILLED),
    ],
)
def test_what_is_decided(act: Callable[[Billable, Said], Decision | None], row: Billable, state: BillingState | None) -> None:
    """The state that the row gets; None where it has it already."""
    decided = act(row, SAID)
    assert (decided.state if decided else None) is state


@pytest.mark.parametrize(
    ("act", "row", "words"),
    [
        (exclude, replace(ROW, state=BillingState.BILLED, document="INV-1"), "billed by INV-1: credit its line, or cancel"),
        (exclude, replace(ROW, state=BillingState.BILLED), "billed by a draft"),
        (exclude, replace(ROW, claimed=True), "a run is about to bill it"),
        (exclude, replace(ROW, state=BillingState.RESTATED), "a later version has taken its place"),
        (exclude, replace(ROW, state=None), "no contract bills it"),
        (take_back, replace(ROW, state=BillingState.BILLED, document="INV-1"), "billed by INV-1"),
        (take_back, replace(ROW, state=BillingState.RESTATED), "a later version has taken its place"),
        (take_back, OURS, "left out because: The plan ended early"),
    ],
)
def test_what_is_refused(act: Callable[[Billable, Said], Decision | None], row: Billable, words: str) -> None:
    """With what to do instead; what Work365 left out itself would be billed twice."""
    with pytest.raises(Refused, match=words):
        act(row, SAID)


def test_the_log_says_who_when_and_why() -> None:
    """The newest first, and what was decided before stays."""
    decided = take_back(THEIRS, SAID)
    assert decided is not None
    assert decided.log == (
        "2026-04-10 08:15 UTC, Ada Byron: taken back: A gift for the delay\n2026-04-09 10:00 UTC, Bo: excluded: Goodwill"
    )


def test_a_log_that_is_full_loses_its_oldest_lines() -> None:
    """Never half a line."""
    line = "x" * 99
    decided = exclude(replace(ROW, log="\n".join([line] * 40)), SAID)
    assert decided is not None
    assert len(decided.log) <= LOG_MAX
    assert set(decided.log.splitlines()[1:]) == {line}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_reason_is_needed_and_fits(reason: str) -> None:
    """It stays with the row."""
    with pytest.raises(BadInput):
        replace(SAID, reason=reason)
