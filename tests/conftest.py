"""What every test run prints at its end: how many crash points were tried, and what was skipped; and how properties are tried."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.points import Tried

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.terminal import TerminalReporter

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
"""A busy machine is no defect: no property is judged by the clock."""

REQUIRED = set(os.environ.get("W365_REQUIRE", "").split())
"""Marks whose tests must not be skipped here: CI names all of them."""


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Tried:
    """Which crash points of a suite are tried in this run."""
    return Tried(record_property)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make crash` runs the tests that walk over crash points."""
    for item in items:
        if "tried" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.crash)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the crash points of all suites, whichever process ran them."""
    suites: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "crash points":
                suite, _, count = str(value).rpartition(": ")
                suites[suite.split(",")[0]] += int(count)
    if suites:
        each = ", ".join(f"{suite} {count}" for suite, count in sorted(suites.items()))
        terminalreporter.write_line(f"crash points survived: {suites.total()} ({each})")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # type: ignore[no-untyped-def]  # noqa: ANN201  pluggy's wrapper protocol
    """Turn a skip into a failure where the environment says that nothing may be skipped."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and REQUIRED & {mark.name for mark in item.iter_markers()}:
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, but W365_REQUIRE={' '.join(sorted(REQUIRED))} forbids it: {report.longrepr}"
        )
