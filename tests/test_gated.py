"""The gate of approvals is wired: every handler of a job that can be told to ask it is given it, whatever kind it does.

Each kind of job is done as it is wired, over ports that answer nothing. A profiler sees which handlers are called, and with what.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from local.clock import FixedClock
from wiring.job_kinds import DOERS
from work365 import handlers
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
GATE = "gate"


class Unanswered(Exception):
    """A port was asked."""


class Nothing:
    """A port, or whatever belongs to it: it is there, and answers nothing."""

    def __getattr__(self, name: str) -> Nothing:
        return Nothing()

    def __call__(self, *_args: object, **_named: object) -> Nothing:
        raise Unanswered


class At:
    """The ports of a deployment: a clock, a gate of its own, and nothing else."""

    def __init__(self) -> None:
        self.clock, self.gate = FixedClock(NOW), Nothing()

    def __getattr__(self, name: str) -> Nothing:
        return Nothing()


def asking() -> dict[CodeType, str]:
    """Every handler of a job that takes a gate, by its code: `changing.change`."""
    found: dict[CodeType, str] = {}
    for module in pkgutil.iter_modules(handlers.__path__):
        loaded = importlib.import_module(f"{handlers.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            ours = function.__module__ == loaded.__name__ and not name.startswith("_")
            if ours and {"job", GATE} <= set(inspect.signature(function).parameters):
                found[function.__code__] = f"{module.name}.{name}"
    return found


ASKING = asking()


def called(kind: JobKind) -> Iterator[tuple[str, bool]]:
    """The handlers that take a gate and are called for a kind of job; whether each was given the deployment's."""
    ports: Any = At()
    found: list[tuple[str, bool]] = []

    def see(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in ASKING:
            found.append((ASKING[frame.f_code], frame.f_locals[GATE] is ports.gate))

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        with suppress(Exception):
            DOERS[kind](ports, Job("job", "key", kind, JobState.RUNNING))
    finally:
        sys.setprofile(before)
    return iter(found)


@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.value)
def test_who_can_ask_the_gate_is_given_it(kind: JobKind) -> None:
    """A handler that was wired without it would let everything pass."""
    without = [name for name, given in called(kind) if not given]
    assert without == []


def test_every_handler_that_can_ask_does_some_kind_of_job() -> None:
    """So nothing that waits for an approver by a setting is wired past its handler."""
    assert {name for kind in DOERS for name, _ in called(kind)} == set(ASKING.values())


def test_every_kind_of_job_is_done_by_somebody() -> None:
    """A label of the choice that nobody does would be refused."""
    assert set(DOERS) == set(JobKind)
