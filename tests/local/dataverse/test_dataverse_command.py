"""`w365 local dataverse`: an address on stdout, https with a local authority, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from local.dataverse import tls

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = """
import typer
from cli.local_dataverse import register
app = typer.Typer()
register(app)
app()
"""
HEADERS = {"Authorization": "Bearer x"}


def start(*arguments: str) -> subprocess.Popen[str]:
    """Run the command."""
    command = [sys.executable, "-c", COMMAND, "local", "dataverse", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stop(server: subprocess.Popen[str], number: signal.Signals) -> int:
    """Ask it to end; its exit code."""
    server.send_signal(number)
    server.communicate(timeout=20)
    return server.returncode


def test_with_a_directory(tmp_path: Path) -> None:
    """Azure's library reads what the command prints; its token is good for this Dataverse, and no other text is."""
    server = start("--tls", str(tmp_path), "--directory")
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    settings = dict(server.stdout.readline().strip().split("=", 1) for _ in range(4))
    script = (
        "import sys, requests; from azure.identity import EnvironmentCredential\n"
        "token = EnvironmentCredential(disable_instance_discovery=True).get_token(sys.argv[1] + '/.default').token\n"
        "for text in (token, 'x'):\n"
        "    head = {'Authorization': 'Bearer ' + text}\n"
        "    print(requests.get(sys.argv[1] + '/api/data/v9.2/WhoAmI', headers=head, timeout=10).status_code)\n"
    )
    environment = {**os.environ, **settings, "REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem")}
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.split() == ["200", "401"], done.stderr[-800:]
    assert stop(server, signal.SIGINT) == 0


def test_https_with_a_local_authority_and_a_file(tmp_path: Path) -> None:
    """Clients that trust ca.pem are served, others refuse; what was written is there at the next start."""
    arguments = ["--data", str(tmp_path / "new" / "dv.db"), "--tls", str(tmp_path / "tls"), "--any-token"]
    server = start(*arguments)
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    assert url.startswith("https://localhost:")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.pem"))
    with httpx2.Client(verify=trusting, headers=HEADERS) as client:
        assert client.post(f"{url}/api/data/v9.2/accounts", json={"name": "A"}).status_code == 204
        assert client.get(f"{url}/api/data/v9.2/w365_jobs").status_code == 404
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)
    assert stop(server, signal.SIGTERM) == 0
    server = start(*arguments, "--with-solution")
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    with httpx2.Client(verify=trusting, headers=HEADERS) as client:
        assert [row["name"] for row in client.get(f"{url}/api/data/v9.2/accounts").json()["value"]] == ["A"]
        assert client.get(f"{url}/api/data/v9.2/w365_jobs").json()["value"] == []
    assert stop(server, signal.SIGINT) == 0


def test_without_any_token_nobody_comes_in_and_a_taken_port_is_told() -> None:
    """401 for every token; a sentence and exit code 2 for a port that is in use."""
    server = start()
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    assert httpx2.get(f"{url}/api/data/v9.2/WhoAmI", headers=HEADERS).status_code == 401
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        second = start("--port", str(taken.getsockname()[1]))
        _, told = second.communicate(timeout=20)
    assert second.returncode == 2
    assert "cannot be used" in told
    assert stop(server, signal.SIGTERM) == 0


def test_a_good_certificate_is_kept(tmp_path: Path) -> None:
    """Clients that trust the authority go on trusting it."""
    first = tls.certificate(tmp_path)
    before = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in tls.certificate(tmp_path)] == before
