"""The port of solutions and that of variables: over the fakes and over the adapters on the local Dataverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from dataverse.install.package import Package
from dataverse.install.solutions import DataverseSolutions, faults
from local.desks.installation import Bench
from local.fakes.installing import MemorySolutions, MemoryVariables
from tests.local.dataverse.solutions.conftest import Draft, column, entity
from work365.errors import Refused, Throttled
from work365.installing.seen import SolutionSeen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from work365.ports.installing import Solutions, Variables

OURS = Draft(name="Work365", publisher="work365")
BROKEN = OURS.but(entities=(entity("lab_Thing", column("lab_Size", "no such type")),))


TWO_FAILURES = """<a>
<entity id="w365_job" LocalizedName="Job"><result result="failure" errorcode="0x1" errortext="too long"/></entity>
<node id="x"><result result="failure" errorcode="0x2"/></node><node><result result="failure"/></node></a>"""


@dataclass
class Subject:
    """A port, a way to let the background go on, and a port whose package cannot be imported."""

    solutions: Solutions
    settle: Callable[[], None]
    failing: Solutions


@pytest.fixture(params=["memory", "dataverse"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Each implementation."""
    if request.param == "memory":
        yield Subject(MemorySolutions(), lambda: None, MemorySolutions(fails=["no such type"]))
        return
    bench = Bench()
    good, bad = (DataverseSolutions(bench.api(), draft.zip(), draft.version) for draft in (OURS, BROKEN))
    yield Subject(good, bench.settle, bad)
    bench.app.close()


def test_an_import_from_beginning_to_end(subject: Subject) -> None:
    """Nothing, then under way, then there, from exactly this package; its job is told as long as it runs."""
    solutions = subject.solutions
    assert solutions.look() == SolutionSeen()
    operation = solutions.start()
    assert solutions.look() == SolutionSeen(running=operation)
    seen = solutions.progress(operation)
    assert (seen.done, seen.failed) == (False, False)
    subject.settle()
    seen = solutions.progress(operation)
    assert (seen.done, seen.failed, seen.percent) == (True, False, 100)
    assert solutions.look() == SolutionSeen(solutions.version, same=True)


def test_an_import_that_fails(subject: Subject) -> None:
    """It says why; nothing is there; it can be started again and again."""
    for _ in range(2):
        operation = subject.failing.start()
        subject.failing.progress(operation)
        subject.settle()
        seen = subject.failing.progress(operation)
        if isinstance(subject.failing, MemorySolutions):
            assert (seen.failed, seen.words) == (True, "no such type")
            return
        assert seen.failed
        assert "no such type" in seen.words
        assert subject.failing.look() == SolutionSeen()


def test_which_package_it_was() -> None:
    """The same version of other bytes is not the same; after it failed once, the next attempt has a job of its own."""
    bench = Bench()
    first, other = (
        DataverseSolutions(bench.api(), draft.zip(), draft.version)
        for draft in (OURS, OURS.but(publisher="work365", managed=False))
    )
    first.start()
    with pytest.raises(Throttled):
        other.start()
    bench.settle()
    assert first.look() == SolutionSeen("1.0.0.0", same=True)
    assert other.look() == SolutionSeen("1.0.0.0", same=False)
    bench.app.close()


@pytest.mark.parametrize(
    ("report", "wanted"),
    [
        ("", []),
        ("no xml", []),
        ("<a><entity id='w365_job' LocalizedName='Job'><result result='success' errortext=''/></entity></a>", []),
        (
            TWO_FAILURES,
            ["Job: too long", "x: 0x2", "node: no reason given"],
        ),
    ],
)
def test_what_a_report_calls_failures(report: str, wanted: list[str]) -> None:
    """Each with the part that it is about, and Dataverse's words, or its code, or nothing."""
    assert faults(report) == wanted


@pytest.fixture(params=["memory", "dataverse"])
def variables(request: pytest.FixtureRequest) -> Iterator[Variables]:
    """Each implementation."""
    if request.param == "memory":
        yield MemoryVariables()
        return
    bench = Bench()
    yield bench.site().variables
    bench.app.close()


def test_variables(variables: Variables) -> None:
    """No value, a first one, another one; a name that the solution does not have is refused with the mend."""
    names = ("w365_FunctionsUrl", "w365_Unknown")
    assert variables.look(names) == {}
    for value in ("https://one.example", "https://two.example", "https://two.example"):
        variables.write("w365_FunctionsUrl", value)
        assert variables.look(names) == {"w365_FunctionsUrl": value}
    with pytest.raises(Refused, match="no environment variable w365_Unknown"):
        variables.write("w365_Unknown", "x")


def test_the_package_of_this_source() -> None:
    """What `w365 install` carries is our solution, in this version."""
    from cli.package_file import find_package, own_version

    package = find_package(None)
    assert isinstance(package, Package)
    assert package.version == own_version().version
