"""Clients that other people wrote work unchanged: Microsoft's for Python over https with a local authority, and dynamics-web-api.

They are installed under `build/clients` on first use. Where the registry cannot be reached the tests are skipped and say so;
where W365_REQUIRE names `clients` that is a failure (tests/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.dataverse import DataverseApp, tls
from local.http import Server

HERE = Path(__file__).parent / "clients"
KEPT = Path(__file__).parents[3] / "build" / "clients"
PYTHON_CLIENT = "PowerPlatform-Dataverse-Client==1.1.0"
NODE_CLIENT = "dynamics-web-api@2.5.0"
INSTALL_TIMEOUT_S = 90
DRIVE_TIMEOUT_S = 60


def installed(command: list[str], marker: Path) -> None:
    """Install a client unless it is there; skip when that cannot be done."""
    if marker.exists():
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
        why = done.stderr[-300:]
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if marker.exists():
        return
    pytest.skip(f"the client cannot be installed here (the registry cannot be reached?): {why}")


def driven(command: list[str], **more: str) -> None:
    """Run a client's script to its end."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=DRIVE_TIMEOUT_S, check=False, env={**os.environ, **more}
    )
    assert done.stdout.splitlines()[-1:] == ["ok"], done.stdout[-500:] + done.stderr[-1500:]


@pytest.mark.clients
def test_microsofts_client_for_python(tmp_path: Path) -> None:
    """Tables, columns, keys, relationships, rows, upserts, queries in three languages, batches, data frames, bulk delete."""
    folder = KEPT / "python"
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder), PYTHON_CLIENT]
    installed(command, folder / "PowerPlatform" / "Dataverse" / "client.py")
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    with Server(app, tls=tls.certificate(tmp_path)) as server:
        script = str(HERE / "drive_powerplatform.py")
        driven([sys.executable, script, server.url], PYTHONPATH=str(folder), REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"))
    app.close()


@pytest.mark.clients
def test_dynamics_web_api() -> None:
    """Definitions, rows, concurrency, associations, FetchXML in pages, batches with content ids."""
    folder = KEPT / "node"
    npm = shutil.which("npm") or "npm"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), NODE_CLIENT]
    installed(command, folder / "node_modules" / "dynamics-web-api" / "package.json")
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    with Server(app) as server:
        driven(["node", str(HERE / "drive_dynamics_web_api.cjs"), server.url], NODE_PATH=str(folder / "node_modules"))
    app.close()
