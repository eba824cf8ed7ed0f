"""An installation dies before or after every request, or loses the answer; run again, it ends as if nothing had happened.

An environment that has never seen an installation is set up once without trouble. Then, for every request of that run and each
way to fail, another one is set up, broken there, and the command is run again: the rows, the vault and the import must be those
of the clean run, and one more run must find nothing to do.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from local.desks.installation import WANTED, Bench
from local.faults import CRASHES, Died, Fault, Fuse
from work365.errors import External, Refused
from work365.handlers.installing import prepare

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS_MAX = 3
State = tuple[dict[str, list[str]], dict[str, list[str]], dict[str, str], int]


def _state(bench: Bench) -> State:
    return bench.rows(), bench.secrets.versions, bench.variables.values, bench.solutions.started


@pytest.fixture(scope="module")
def clean() -> tuple[State, int]:
    """What an undisturbed run leaves, and how many requests it sends."""
    bench, fuse = Bench(), Fuse()
    bench.install(fuse=fuse)
    return _state(bench), fuse.count


def _broken(bench: Bench, at: int, fault: Fault) -> Fuse:
    fuse = Fuse()
    fuse.arm(at=at, fault=fault)
    with contextlib.suppress(Died, External):
        bench.install(fuse=fuse)
    return fuse


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.value)
def test_every_crash_point(clean: tuple[State, int], fault: Fault, record_property: Callable[[str, object], None]) -> None:
    """Broken at any request and run again, the installation is the clean one, and nothing is left to do."""
    wanted, requests = clean
    for at in range(1, requests + 1):
        bench = Bench()
        fuse = _broken(bench, at, fault)
        assert fuse.blown is not None
        for _ in range(RUNS_MAX):
            with contextlib.suppress(External):
                bench.install()
                break
        assert _state(bench) == wanted, f"{fault.value} at {at}: {fuse.blown}"
        assert prepare(WANTED, bench.site()).plan.lines == ()
    record_property("crash points", f"install, {fault.value}: {requests}")


def test_a_failed_import_can_be_tried_again(clean: tuple[State, int]) -> None:
    """Dataverse's words reach the person; once it is mended the same command goes on from there."""
    bench = Bench()
    bench.solutions.fails.append("w365_Invoice: a column with this name exists")
    with pytest.raises(Refused, match="w365_Invoice: a column with this name exists"):
        bench.install()
    bench.install()
    assert _state(bench)[:3] == clean[0][:3]
    assert bench.solutions.started == 2


def test_an_import_under_way_is_waited_for() -> None:
    """Whoever comes second does not import again."""
    bench = Bench()
    bench.solutions.start()
    bench.install()
    assert bench.solutions.started == 1
