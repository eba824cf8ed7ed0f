"""Find a Python 3.13 on this machine and print its path: `W365_PYTHON313`, the PATH, or a pyenv version.

Runs with the standard library alone, because the Makefile asks before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def candidates() -> list[str]:
    """Places where a Python 3.13 may be, best first."""
    named = [os.environ.get("W365_PYTHON313"), shutil.which("python3.13"), sys.executable, shutil.which("python3")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    versions = sorted(str(path) for path in pyenv.glob("3.13*/bin/python"))
    return [path for path in (*named, *reversed(versions)) if path]


def is_313(path: str) -> bool:
    """Whether this program really is a Python 3.13 (a shim may be none)."""
    code = "import sys; print(sys.version_info[:2] == (3, 13))"
    try:
        answer = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  the path is the user's own
    except OSError:
        return False
    return answer.stdout.strip() == "True"


def find() -> str | None:
    """The first Python 3.13, or None."""
    return next((path for path in candidates() if is_313(path)), None)


if __name__ == "__main__":
    found = find()
    if found is None:
        sys.exit("No Python 3.13 found: install one, or name it in W365_PYTHON313.")
    sys.stdout.write(found + "\n")
