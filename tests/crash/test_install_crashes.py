"""An installation dies before or after every write, or loses the answer; run again, it ends as if nothing had happened.

An environment that has never seen an installation is set up once without trouble. Then, for every write of that run and each
way to fail, another one is set up, broken there, and the command is run again: the rows, the vault and the import must be those
of the clean run, and one more run must find nothing to do. To die at a read is to die after the write before it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from dataverse.install.package import Package
from local.desks.installation import WANTED, Bench
from local.faults import CRASHES, Died, Fault, Fuse, Sent
from tests.local.dataverse.solutions.conftest import Draft
from work365.errors import External, Refused
from work365.handlers.installing import prepare

if TYPE_CHECKING:
    from tests.points import Tried

RUNS_MAX = 3
State = tuple[dict[str, list[str]], dict[str, list[str]], int]
SMALL = Package("1.0.0.0", Draft(name="Work365", publisher="work365", entities=(), roots=()).zip())
"""A solution of our name that holds nothing: importing ours several hundred times would take an hour."""


def _state(bench: Bench) -> State:
    """Rows, secrets, and how often the package was imported."""
    return bench.rows(), bench.secrets.versions, len(bench.app.rows("importjob"))


@pytest.fixture(scope="module")
def clean() -> tuple[State, list[Sent]]:
    """What an undisturbed run leaves, and the requests that it sends."""
    bench, fuse = Bench(SMALL), Fuse()
    bench.install(fuse=fuse)
    return _state(bench), fuse.sent


def _broken(bench: Bench, at: int, fault: Fault) -> Fuse:
    fuse = Fuse()
    fuse.arm(at=at, fault=fault)
    with contextlib.suppress(Died, External):
        bench.install(fuse=fuse)
    return fuse


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.value)
def test_every_crash_point(clean: tuple[State, list[Sent]], fault: Fault, tried: Tried) -> None:
    """Broken at any request and run again, the installation is the clean one, and nothing is left to do."""
    wanted, sent = clean
    points = [at for at, one in enumerate(sent, 1) if one.method != "GET"]
    for at in tried(f"install, {fault.value}", points):
        bench = Bench(SMALL)
        fuse = _broken(bench, at, fault)
        assert fuse.blown is not None
        for _ in range(RUNS_MAX):
            with contextlib.suppress(External):
                bench.install()
                break
        assert _state(bench) == wanted, f"{fault.value} at {at}: {fuse.blown}"
        assert prepare(WANTED, bench.site()).plan.lines == ()
        bench.app.close()


def test_a_failed_import_can_be_tried_again() -> None:
    """Dataverse's words reach the person; once it is mended the same command goes on from there."""
    bench = Bench()
    bench.solutions.fails.append("w365_Invoice: a column with this name exists")
    with pytest.raises(Refused, match="w365_Invoice: a column with this name exists"):
        bench.install()
    bench.install()
    assert prepare(WANTED, bench.site()).plan.lines == ()
    assert bench.solutions.started == 2


def test_an_import_under_way_is_waited_for() -> None:
    """Whoever comes second does not import again; if the first one's failed, the second does, as its plan said."""
    for fails, imports in (([], 1), (["the first one's trouble"], 2)):
        bench = Bench()
        bench.solutions.fails += fails
        bench.solutions.start()
        bench.install()
        assert bench.solutions.started == imports
        assert prepare(WANTED, bench.site()).plan.lines == ()
