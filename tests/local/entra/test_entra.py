"""The local directory, asked by Microsoft's own library and by hand."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from azure.identity import ManagedIdentityCredential

from local.certificates import issue
from local.entra import Application, Directory, Entra, FederatedCredential, ManagedIdentity, Principal, Signer
from local.http import Request, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORG = "https://org.crm.dynamics.com"
SYSTEM = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a", system_assigned=True)
NAMED = ManagedIdentity("22222222-0000-4000-8000-000000000002", "22222222-0000-4000-8000-00000000000b")
APP_ID = "33333333-0000-4000-8000-000000000003"
SIGNER = Signer()


class Hours:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # noqa: TID251  Microsoft's library compares with real time

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hours:
    """The present."""
    return Hours()


@pytest.fixture
def entra(clock: Hours) -> Entra:
    """A directory with two managed identities, an application that trusts the first, and one environment."""
    directory = Directory(identities=(SYSTEM, NAMED))
    trusted = FederatedCredential(f"https://sts.windows.net/{directory.tenant_id}/", SYSTEM.object_id)
    directory.applications = (Application(APP_ID, "33333333-0000-4000-8000-00000000000c", (trusted,)),)
    directory.allow(ORG)
    return Entra(directory, clock, SIGNER)


@pytest.fixture
def endpoint(entra: Entra, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The managed identity endpoint, announced as App Service does."""
    with Server(entra) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", entra.directory.header)
        yield server


class TestManagedIdentity:
    """azure-identity unchanged, over http."""

    @pytest.mark.parametrize(("client_id", "want"), [(None, SYSTEM), (NAMED.client_id, NAMED)])
    @pytest.mark.usefixtures("endpoint")
    def test_a_token_for_the_environment(self, entra: Entra, client_id: str | None, want: ManagedIdentity) -> None:
        """The system assigned identity, or the one that is named, gets a token that the environment accepts."""
        with ManagedIdentityCredential(client_id=client_id) as credential:
            token = credential.get_token(f"{ORG}/.default")
        who = entra.verify(token.token, ORG)
        assert who is not None
        assert (who.object_id, who.client_id) == (want.object_id, want.client_id)
        assert entra.who(token.token, f"{ORG}/") == want.object_id

    def ask(self, entra: Entra, header: str | None = None, **query: str) -> tuple[int, Any]:
        """One request by hand."""
        headers = {"x-identity-header": entra.directory.header if header is None else header}
        answer = entra(
            Request("GET", "/msi/token", urlencode({key.replace("_v", "-v"): value for key, value in query.items()}), headers)
        )
        return answer.status, json.loads(answer.body)

    def test_what_it_refuses(self, entra: Entra) -> None:
        """A wrong header, another version, no resource, an unknown parameter, identity or resource: each is refused."""
        good = {"api_version": "2019-08-01", "resource": ORG}
        assert self.ask(entra, **good)[0] == 200
        assert self.ask(entra, header="guess", **good)[0] == 401
        assert self.ask(entra, **(good | {"api_version": "2018-02-01"}))[0] == 400
        assert self.ask(entra, api_version="2019-08-01")[0] == 400
        assert self.ask(entra, **good, surprise="1")[0] == 400
        assert self.ask(entra, **good, client_id="44444444-0000-4000-8000-000000000004")[0] == 400
        assert self.ask(entra, **(good | {"resource": "https://other.crm.dynamics.com"}))[0] == 500


class TestMachine:
    """The metadata service of a virtual machine."""

    @pytest.mark.parametrize(("client_id", "want"), [(None, SYSTEM), (NAMED.client_id, NAMED)])
    def test_by_microsofts_library(
        self, entra: Entra, client_id: str | None, want: ManagedIdentity, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where no App Service is announced, it asks there."""
        monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
        with Server(entra) as server:
            monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url)
            with ManagedIdentityCredential(client_id=client_id) as credential:
                token = credential.get_token(f"{ORG}/.default")
        assert entra.who(token.token, ORG) == want.object_id

    @pytest.mark.parametrize(
        ("query", "headers", "error"),
        [
            ({}, {"metadata": "true"}, ""),
            ({}, {}, "bad_request_102"),
            ({}, {"metadata": "true", "x-forwarded-for": "10.0.0.1"}, "bad_request_102"),
            ({"api-version": "2019-08-01"}, {"metadata": "true"}, "invalid_request"),
            ({"resource": ""}, {"metadata": "true"}, "invalid_request"),
            ({"surprise": "1"}, {"metadata": "true"}, "invalid_request"),
            ({"client_id": "nobody"}, {"metadata": "true"}, "invalid_request"),
            ({"resource": "https://other.crm.dynamics.com"}, {"metadata": "true"}, "invalid_resource"),
        ],
    )
    def test_what_it_refuses(self, entra: Entra, query: dict[str, str], headers: dict[str, str], error: str) -> None:
        """No header, a forwarded request, another version, no resource, an unknown parameter, identity or resource."""
        asked = urlencode({"api-version": "2018-02-01", "resource": ORG} | query)
        answer = entra(Request("GET", "/metadata/identity/oauth2/token", asked, headers))
        assert (answer.status, json.loads(answer.body).get("error", "")) == (400 if error else 200, error)


class TestTokens:
    """What a resource checks."""

    def token(self, entra: Entra) -> str:
        """A good token."""
        return entra.issue(Principal(entra.directory.tenant_id, SYSTEM.object_id, SYSTEM.client_id), ORG)

    def test_audience(self, entra: Entra) -> None:
        """A token for one resource is worth nothing at another."""
        assert entra.verify(self.token(entra), "https://other.crm.dynamics.com") is None

    def test_tenant(self, entra: Entra) -> None:
        """A token of another tenant is refused, though the key is the same."""
        stranger = Principal("99999999-0000-4000-8000-000000000009", SYSTEM.object_id, SYSTEM.client_id)
        assert entra.verify(entra.issue(stranger, ORG), ORG) is None

    def test_time(self, entra: Entra, clock: Hours) -> None:
        """It lives an hour, give or take five minutes."""
        token = self.token(entra)
        clock.now += timedelta(minutes=64)
        assert entra.verify(token, ORG)
        clock.now += timedelta(minutes=2)
        assert entra.verify(token, ORG) is None
        clock.now -= timedelta(minutes=72)
        assert entra.verify(token, ORG) is None

    def test_forgery(self, entra: Entra) -> None:
        """Another key, another algorithm, a changed claim or plain nonsense is no token."""
        token = self.token(entra)
        head, body, signature = token.split(".")
        other = Entra(entra.directory, entra.clock, Signer())
        assert entra.verify(self.token(other), ORG) is None
        assert entra.verify(f"{head}.{body[:-2]}xx.{signature}", ORG) is None
        unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
        assert entra.verify(f"{unsigned}.{body}.", ORG) is None
        assert entra.verify("hello", ORG) is None
        assert entra.who("a.b.c", ORG) == ""


class TestTokenEndpoint:
    """Client credentials with a federated assertion."""

    def post(self, entra: Entra, **changes: str | None) -> tuple[int, Any]:
        """One token request."""
        assertion = entra.issue(
            Principal(entra.directory.tenant_id, SYSTEM.object_id, SYSTEM.client_id), "api://AzureADTokenExchange"
        )
        form: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "scope": f"{ORG}/.default",
        }
        form.update(changes)
        body = urlencode({key: value for key, value in form.items() if value is not None}).encode()
        answer = entra(Request("POST", f"/{entra.directory.tenant_id}/oauth2/v2.0/token", body=body))
        return answer.status, json.loads(answer.body)

    def test_a_trusted_assertion_is_exchanged(self, entra: Entra) -> None:
        """The application gets a token in its own name."""
        status, body = self.post(entra)
        assert status == 200
        who = entra.verify(body["access_token"], ORG)
        assert who is not None
        assert who.client_id == APP_ID

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"grant_type": "password"}, 70003),
            ({"client_secret": "s"}, 7000215),
            ({"client_id": "nobody"}, 700016),
            ({"client_assertion": None}, 7000218),
            ({"client_assertion": "a.b.c"}, 700027),
            ({"scope": "openid"}, 1002012),
            ({"scope": "https://unknown.example/.default"}, 500011),
        ],
    )
    def test_what_it_refuses(self, entra: Entra, changes: dict[str, str | None], code: int) -> None:
        """Each refusal names Entra's own code."""
        status, body = self.post(entra, **changes)
        assert status >= 400
        assert body["error_codes"] == [code]

    def test_an_assertion_must_be_meant_for_the_exchange_and_trusted(self, entra: Entra, clock: Hours) -> None:
        """Wrong audience, a subject that nobody trusts and an old token are told apart."""
        tenant = entra.directory.tenant_id
        wrong_audience = entra.issue(Principal(tenant, SYSTEM.object_id, SYSTEM.client_id), ORG)
        untrusted = entra.issue(Principal(tenant, NAMED.object_id, NAMED.client_id), "api://AzureADTokenExchange")
        old = entra.issue(Principal(tenant, SYSTEM.object_id, SYSTEM.client_id), "api://AzureADTokenExchange")
        assert self.post(entra, client_assertion=wrong_audience)[1]["error_codes"] == [700212]
        assert self.post(entra, client_assertion=untrusted)[1]["error_codes"] == [700213]
        clock.now += timedelta(hours=2)
        assert self.post(entra, client_assertion=old)[1]["error_codes"] == [700024]

    def test_a_secret(self, entra: Entra) -> None:
        """In the form or as basic authentication; a wrong one, and anything else in the header, is refused."""
        [ours] = entra.directory.applications
        entra.directory.applications = (replace(ours, secrets=("old", "s/+:")),)
        without: dict[str, str | None] = {"client_assertion": None, "client_assertion_type": None}
        assert self.post(entra, **without, client_secret="s/+:")[0] == 200
        assert self.post(entra, **without, client_secret="s")[1]["error_codes"] == [7000215]
        form = urlencode({"grant_type": "client_credentials", "scope": f"{ORG}/.default"}).encode()
        path = f"/{entra.directory.tenant_id}/oauth2/v2.0/token"
        for text, status in ((f"{APP_ID}:s%2F%2B%3A", 200), (f"{APP_ID}:x", 401), (APP_ID, 401), ("\xff", 401)):
            header = f"Basic {b64encode(text.encode('latin-1')).decode()}"
            assert entra(Request("POST", path, "", {"authorization": header}, form)).status == status
        assert entra(Request("POST", path, "", {"authorization": "Bearer x"}, form)).status == 401

    def test_discovery(self, entra: Entra) -> None:
        """The configuration names the endpoints and the keys; anything else is not there."""
        tenant = entra.directory.tenant_id
        configuration = json.loads(entra(Request("GET", f"/{tenant}/v2.0/.well-known/openid-configuration")).body)
        assert configuration["token_endpoint"] == f"http://127.0.0.1/{tenant}/oauth2/v2.0/token"
        keys = json.loads(entra(Request("GET", f"/{tenant}/discovery/v2.0/keys")).body)["keys"]
        assert keys == [SIGNER.jwk]
        assert entra(Request("GET", "/common/oauth2/v2.0/token")).status == 404


def test_certificates_are_kept_while_they_are_good(tmp_path: Path) -> None:
    """A second start uses the files of the first; a missing file makes new ones."""
    first = issue(tmp_path)
    before = first.certificate.read_bytes()
    assert issue(tmp_path).certificate.read_bytes() == before
    first.key.unlink()
    assert issue(tmp_path).certificate.read_bytes() != before
