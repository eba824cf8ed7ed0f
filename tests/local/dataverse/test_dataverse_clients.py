"""Clients that other people wrote work unchanged, over https with a local authority; each is driven through all that it offers.

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
MISSING = "the clients are not installed; `make clients` does that"
DRIVE_TIMEOUT_S = 60


def drive(script: str, folder: Path) -> None:
    """Run a client's script to its end against a tenant of its own; python and node hear of the authority as from users."""
    app = DataverseApp(any_token=True, deliver=lambda _: 200)
    with Server(app, tls=tls.certificate(folder)) as server:
        authority = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), str(folder / "ca.pem"))
        done = subprocess.run(
            [sys.executable if script.endswith(".py") else "node", str(HERE / script), server.url],
            capture_output=True,
            text=True,
            timeout=DRIVE_TIMEOUT_S,
            check=False,
            env={**os.environ, **authority, "PYTHONPATH": str(public_clients.PYTHON), "NODE_PATH": str(public_clients.MODULES)},
        )
    app.close()
    assert done.stdout.splitlines()[-1:] == ["ok"], done.stdout[-500:] + done.stderr[-1500:]


@pytest.mark.clients
@pytest.mark.parametrize("script", ["drive_powerplatform.py", "drive_dataverse_api.py", "drive_python_odata.py"])
def test_clients_for_python(script: str, tmp_path: Path) -> None:
    """Microsoft's, for threads and for asyncio; dataverse-api; and python-odata, which knows any OData service by `$metadata`."""
    if not public_clients.has_python_clients():
        pytest.skip(MISSING)
    drive(script, tmp_path)


@pytest.mark.clients
@pytest.mark.parametrize("script", ["drive_dynamics_web_api.cjs", "drive_dataverse_webapi.cjs", "drive_csdl.cjs"])
def test_clients_for_node(script: str, tmp_path: Path) -> None:
    """dynamics-web-api, dataverse-webapi; and OASIS's converter of `$metadata`, which checks the document against itself."""
    if not public_clients.has_node_clients():
        pytest.skip(MISSING)
    drive(script, tmp_path)
