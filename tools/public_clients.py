"""Install Dataverse clients that other people wrote, pinned, into build/clients: the local Dataverse is held against them.

Run as `python -m tools.public_clients` (`make clients`); the tests use what is there and install nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "clients"
PYTHON, NODE = FOLDER / "python", FOLDER / "node"
PYTHON_CLIENT = "PowerPlatform-Dataverse-Client[async]==1.1.0"
NODE_CLIENT = "dynamics-web-api@2.5.0"
TIMEOUT_S = 240


def has_python_client() -> bool:
    """Microsoft's client for Python is installed."""
    return (PYTHON / "PowerPlatform" / "Dataverse" / "client.py").exists()


def has_node_client() -> bool:
    """dynamics-web-api is installed."""
    return (NODE / "node_modules" / "dynamics-web-api" / "package.json").exists()


def install() -> None:
    """Install what is not there yet. Errors: CalledProcessError with the installer's own words on stderr."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not has_python_client():
        _run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(PYTHON), PYTHON_CLIENT)
    if not has_node_client():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("npm is not here; dynamics-web-api needs Node.js")
        _run(npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NODE), NODE_CLIENT)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=TIMEOUT_S)  # noqa: S603  our own command lines


if __name__ == "__main__":
    install()
