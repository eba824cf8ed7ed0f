"""Clients that other people wrote work unchanged: Microsoft's for Python over https with a local authority, and dynamics-web-api.

`make clients` installs them. Without it the tests are skipped and say so; where W365_REQUIRE names `clients` that is a failure
(tests/conftest.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.dataverse import DataverseApp, tls
from local.http import Server
from tools import public_clients

HERE = Path(__file__).parent / "clients"
MISSING = "the client is not installed; `make clients` does that"
DRIVE_TIMEOUT_S = 60


def driven(command: list[str], **more: str) -> None:
    """Run a client's script to its end."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=DRIVE_TIMEOUT_S, check=False, env={**os.environ, **more}
    )
    assert done.stdout.splitlines()[-1:] == ["ok"], done.stdout[-500:] + done.stderr[-1500:]


@pytest.mark.clients
def test_microsofts_client_for_python(tmp_path: Path) -> None:
    """All of it, for threads and for asyncio: tables, columns, keys, relationships, rows, queries, batches, data frames."""
    if not public_clients.has_python_client():
        pytest.skip(MISSING)
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    with Server(app, tls=tls.certificate(tmp_path)) as server:
        script = str(HERE / "drive_powerplatform.py")
        driven(
            [sys.executable, script, server.url],
            PYTHONPATH=str(public_clients.PYTHON),
            REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"),
            SSL_CERT_FILE=str(tmp_path / "ca.pem"),
        )
    app.close()


@pytest.mark.clients
def test_dynamics_web_api() -> None:
    """Definitions, rows, concurrency, associations, FetchXML in pages, batches with content ids."""
    if not public_clients.has_node_client():
        pytest.skip(MISSING)
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    with Server(app) as server:
        driven(
            ["node", str(HERE / "drive_dynamics_web_api.cjs"), server.url], NODE_PATH=str(public_clients.NODE / "node_modules")
        )
    app.close()
