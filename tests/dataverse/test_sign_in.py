"""How a person signs in: Microsoft's library, unchanged, against the local directory, and against a command called `az`."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cli.failures import explained
from cli.output import NOT_AUTHORISED
from dataverse.identity import Identity, Tokens, scope_of
from dataverse.sign_in import SignIn, signed_in
from local.certificates import issue
from local.entra import Application, Directory, Entra, ManagedIdentity
from local.entra.people import Person
from local.http import Request, Response, Server
from work365.errors import External

if TYPE_CHECKING:
    from pathlib import Path

ORG = "https://org.crm.dynamics.com"
DEVELOPER_TOOLS = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The public client that azure-identity signs in as when it is told no other."""

ADA = Person("44444444-0000-4000-8000-000000000004", "Ada", "ada@contoso.example")


def _entra() -> Entra:
    directory = Directory(people=(ADA,))
    directory.applications = (Application(DEVELOPER_TOOLS, "55555555-0000-4000-8000-000000000005", public=True),)
    directory.allow(ORG)
    return Entra(directory, lambda: datetime.now(UTC))  # noqa: TID251  the library compares with real time


def test_with_a_code(tmp_path: Path) -> None:
    """The person is told address and code; once it is typed, the token is theirs, for this environment."""
    entra, certificates, told = _entra(), issue(tmp_path), []

    def tell(sentence: str) -> None:
        told.append(sentence)
        entra.enter_code(sentence.partition("the code ")[2].partition(" ")[0], ADA)

    with Server(entra, tls=certificates.server) as server:
        identity = Identity(tenant_id=entra.directory.tenant_id, authority=server.url, ca=certificates.ca)
        credential: Any = signed_in(SignIn.DEVICE_CODE, identity, tell)
        with closing(credential):
            token = Tokens(credential, scope_of(ORG))()
        assert told[0].startswith(f"open {server.url}/device in a browser and type the code W36500001")
    who = entra.verify(token, ORG)
    assert who is not None
    assert (who.object_id, who.is_person) == (ADA.object_id, True)
    assert token not in told[0]


def _form(**parts: str) -> bytes:
    return "&".join(f"{name}={value}" for name, value in parts.items()).encode()


def test_the_directory_refuses_as_microsofts_does() -> None:
    """Pending before the code is typed, good once, unknown afterwards, expired after fifteen minutes; for public clients only."""
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    entra = _entra()
    entra.clock = lambda: now
    root = f"/{entra.directory.tenant_id}/oauth2/v2.0"

    def ask(path: str, **parts: str) -> tuple[int, dict[str, str]]:
        answer: Response = entra(Request("POST", f"{root}/{path}", body=_form(**parts)))
        return answer.status, json.loads(answer.body)

    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": DEVELOPER_TOOLS}
    assert ask("devicecode", client_id="nobody", scope="x")[1]["error"] == "unauthorized_client"
    assert ask("devicecode", client_id=DEVELOPER_TOOLS)[1]["error"] == "invalid_request"
    _, begun = ask("devicecode", client_id=DEVELOPER_TOOLS, scope=f"{ORG}/.default")
    assert ask("token", **grant, device_code="another")[1]["error"] == "bad_verification_code"
    assert ask("token", **grant, device_code=begun["device_code"])[1]["error"] == "authorization_pending"
    entra.enter_code(begun["user_code"], ADA)
    assert ask("token", **grant, device_code=begun["device_code"])[0] == 200
    assert ask("token", **grant, device_code=begun["device_code"])[1]["error"] == "bad_verification_code"
    _, begun = ask("devicecode", client_id=DEVELOPER_TOOLS, scope=f"{ORG}/.default")
    now = now.replace(minute=16)
    assert ask("token", **grant, device_code=begun["device_code"])[1]["error"] == "expired_token"
    entra.directory.applications = (replace(entra.directory.applications[0], public=False),)
    assert ask("devicecode", client_id=DEVELOPER_TOOLS, scope="x")[1]["error"] == "invalid_client"


def test_as_az_login_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is the one that `az account get-access-token` gives for the environment."""
    command = tmp_path / "az"
    answer = json.dumps({"accessToken": "a token of az", "expires_on": 4_102_444_800, "expiresOn": "2100-01-01 00:00:00.000000"})
    command.write_text(f"#!/bin/sh\necho \"$@\" > {tmp_path}/asked\necho '{answer}'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert Tokens(signed_in(SignIn.AZURE_CLI, Identity(), print), scope_of(ORG))() == "a token of az"
    assert f"--resource {ORG}" in (tmp_path / "asked").read_text()


def test_az_that_is_not_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words reach the person, as an error of the directory."""
    command = tmp_path / "az"
    command.write_text("#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(External) as failed:
        Tokens(signed_in(SignIn.AZURE_CLI, Identity(), print), scope_of(ORG))()
    sentence, code = explained(failed.value)
    assert "az login" in sentence
    assert code == NOT_AUTHORISED


def test_the_deployments_own_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another wish it is the identity of the settings."""
    own = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a", system_assigned=True)
    entra = _entra()
    entra.directory.identities = (own,)
    with Server(entra) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", entra.directory.header)
        credential: Any = signed_in(SignIn.IDENTITY, Identity(), print)
        with closing(credential):
            who = entra.verify(Tokens(credential, scope_of(ORG))(), ORG)
    assert who is not None
    assert who.client_id == own.client_id
