"""Where a Python 3.13 with Microsoft's azure-functions-runtime is: tests run the app through it, whatever Python runs them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from local.azure.engine import runtime_installed

ROOT: Final = Path(__file__).resolve().parents[2]
VARIABLE: Final = "W365_PYTHON313"
HOW: Final = (
    f"There is no Python 3.13 beside this one: run `make venv313`, or set {VARIABLE} to one with azure-functions-runtime."
)


def find() -> Path | None:
    """This Python if it has the runtime, else `.venv313` in the project, else what W365_PYTHON313 names."""
    if runtime_installed():
        return Path(sys.executable)
    beside = ROOT / ".venv313" / "bin" / "python"
    if beside.exists():
        return beside
    named = os.environ.get(VARIABLE)
    return Path(named) if named and Path(named).exists() else None
