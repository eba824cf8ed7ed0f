"""Install Dataverse clients that other people wrote, pinned, into build/clients: the local Dataverse is held against them.

Run as `python -m tools.public_clients` (`make clients`); the tests use what is there and install nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "clients"
PYTHON, NODE = FOLDER / "python", FOLDER / "node"
MODULES = NODE / "node_modules"
PYTHON_CLIENTS = {"PowerPlatform-Dataverse-Client[async]": "1.1.0", "dataverse-api": "1.4.3", "python-odata": "0.6.3"}
NODE_CLIENTS = {"dynamics-web-api": "2.5.0", "dataverse-webapi": "3.3.0", "odata-csdl": "0.11.2"}
TIMEOUT_S = 240


def has_python_clients() -> bool:
    """Every client for Python is installed, each in its version."""
    return all((PYTHON / f"{_folder(name)}-{version}.dist-info").exists() for name, version in PYTHON_CLIENTS.items())


def has_node_clients() -> bool:
    """Every client for node is installed, each in its version."""
    return all(_version(MODULES / name / "package.json") == version for name, version in NODE_CLIENTS.items())


def install() -> None:
    """Install what is not there yet. Errors: CalledProcessError with the installer's own words on stderr."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not has_python_clients():
        wanted = [f"{name}=={version}" for name, version in PYTHON_CLIENTS.items()]
        _run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(PYTHON), *wanted)
    if not has_node_clients():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("npm is not here; the clients for node need Node.js")
        wanted = [f"{name}@{version}" for name, version in NODE_CLIENTS.items()]
        _run(npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NODE), *wanted)


def _folder(name: str) -> str:
    """How a distribution's folder is called: no extras, lower case, underscores."""
    return re.sub(r"[-_.]+", "_", name.partition("[")[0]).lower()


def _version(package: Path) -> str:
    return str(json.loads(package.read_text("utf-8"))["version"]) if package.exists() else ""


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=TIMEOUT_S)  # noqa: S603  our own command lines


if __name__ == "__main__":
    install()
