"""Azurite, Microsoft's own storage emulator, as a second opinion on our queue service.

It is installed by npm into build/azurite at one pinned version, and started without telemetry (which is on by default).

Source: npm azurite 3.35.0; later versions need Node.js 22.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from local.azure.account import DEVELOPMENT
from local.http import free_port

if TYPE_CHECKING:
    from types import TracebackType

VERSION: Final = "3.35.0"
FOLDER: Final = Path(__file__).resolve().parents[2] / "build" / "azurite"
INSTALL_TIMEOUT_S: Final = 240.0
START_TIMEOUT_S: Final = 20.0


def installed(folder: Path = FOLDER) -> bool:
    """Node.js and the pinned version are here."""
    return shutil.which("node") is not None and _is_pinned(folder / "node_modules" / "azurite")


def _is_pinned(package: Path) -> bool:
    return _script(package).exists() and f'"version": "{VERSION}"' in (package / "package.json").read_text()


def _script(package: Path) -> Path:
    return package / "dist" / "src" / "queue" / "main.js"


def install(folder: Path = FOLDER) -> Path:
    """Install the pinned version unless it is there; the queue service's script.

    Errors: RuntimeError when npm fails or takes longer than four minutes.
    """
    package = folder / "node_modules" / "azurite"
    script = _script(package)
    if _is_pinned(package):
        return script
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--fetch-retries=1",
        "--prefix",
        str(folder),
        f"azurite@{VERSION}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)  # noqa: S603  ours
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"npm did not install azurite within {INSTALL_TIMEOUT_S} s") from None
    if done.returncode or not script.exists():
        raise RuntimeError(f"npm could not install azurite {VERSION}: {done.stderr[-2000:]}")
    return script


class Azurite:
    """Azurite's queue service in memory, on a loopback port, for the length of a `with` block."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._script = install(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def connection_string(self) -> str:
        """What the azure-storage-queue client needs."""
        return DEVELOPMENT.connection_string(self.url)

    def __enter__(self) -> Self:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        flags = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
        command = ["node", str(self._script), "--queueHost", "127.0.0.1", "--queuePort", str(port), *flags]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  ours
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _answers(port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._stop()
                raise RuntimeError("azurite did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":  # make azurite
    install()
