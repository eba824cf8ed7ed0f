"""Install the browser that the tests marked `browser` drive: Debian's Chromium, and a font for what it draws.

Run as `python -m tools.chromium` (`make chromium`), as root; the tests use what is there and install nothing. What drives the
browser (Playwright) and what judges a page's accessibility (axe-core) are requirements of development like any other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-liberation")
TIMEOUT_S = 480


def program() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return shutil.which("chromium")


def install() -> None:
    """Install it unless it is there. Errors: CalledProcessError with apt's own words on stderr."""
    if program() is not None:
        return
    if shutil.which("apt-get") is None:
        sys.exit("apt-get is not here; install Chromium as this system does it, so that `chromium` is found on the PATH")
    for command in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
        _run("apt-get", "-qq", *command)
    if program() is None:
        sys.exit("apt-get installed Chromium, yet no `chromium` is found on the PATH")


def _run(*command: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, timeout=TIMEOUT_S, env=quiet, stdout=subprocess.DEVNULL)  # noqa: S603  our own commands


if __name__ == "__main__":
    install()
