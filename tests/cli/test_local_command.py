"""`w365 local up`: it starts, keeps its folder to itself, stops when told, and leaves nobody behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

W365_UP = (sys.executable, "-m", "cli.main", "local", "up", "--empty", "--output", "json", "--folder")
PATIENCE_S = 60


@contextlib.contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own; killed at the end if it still runs."""
    process = subprocess.Popen([*W365_UP, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()


def addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    found = json.loads(process.stdout.readline())
    assert isinstance(found, dict)
    assert "functions" in found, found
    return found


def children(process: subprocess.Popen[str]) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_it_serves_is_refused_twice_and_stops_when_told(tmp_path: Path) -> None:
    """The doors answer; a second system over the same folder is refused; SIGTERM and Ctrl-C end it without noise, exit 0."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        with started(tmp_path) as process:
            doors = addresses(process)["functions"]
            assert requests.get(f"{doors}/health", timeout=10).json()["status"] == "ready"
            assert f"W365_PUBLIC_URL='{doors}'\n" in (tmp_path / "environment").read_text()  # so links work here, too
            second = subprocess.run([*W365_UP, str(tmp_path)], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
            assert (second.returncode, "another local system runs" in second.stderr) == (2, True)
            left = children(process)
            process.send_signal(stop)
            _, said = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, [pid for pid in left if alive(pid)]) == (0, [])
        assert all(line.startswith("w365: ") for line in said.splitlines())


def test_a_killed_command_leaves_no_process_behind(tmp_path: Path) -> None:
    """Its processes see their input end, and end too."""
    with started(tmp_path) as process:
        addresses(process)
        left = children(process)
        assert len(left) == 3
        process.kill()
        deadline = time.monotonic() + PATIENCE_S
        while any(alive(pid) for pid in left) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [pid for pid in left if alive(pid)] == []
