"""Microsoft's libraries, unchanged and over TLS: every credential that the local directory serves ends in a call of Dataverse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msal  # type: ignore[import-untyped]  # it has no types
import pytest
import requests
from azure.identity import (
    AuthorizationCodeCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    OnBehalfOfCredential,
    WorkloadIdentityCredential,
)

from local.certificates import Certificates, issue
from local.dataverse import DataverseApp, seed
from local.dataverse.trial import Api
from local.entra import Application, Directory, Entra, FederatedCredential, ManagedIdentity, Person, Principal, Signer
from local.entra.callers import callers
from local.http import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


ORG = "https://org.crm.dynamics.com"
SCOPE = f"{ORG}/.default"
BACK = "http://localhost:5173/back"
TENANT = Directory().tenant_id
IDENTITY = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a")
OWN = ManagedIdentity(seed.APPLICATION_ID, seed.APPLICATION_OBJECT_ID, system_assigned=True)
TRUST = FederatedCredential(f"https://sts.windows.net/{TENANT}/", IDENTITY.object_id)
SECRET = "known to both"
APP = Application(seed.APPLICATION_ID, seed.APPLICATION_OBJECT_ID, (TRUST,), (BACK,), secrets=(SECRET,))
ANNA = Person(seed.ADMIN_OBJECT_ID, "Anna", "anna@contoso.example", mfa=True)
SIGNER = Signer()
Credential = Any
"""A credential of azure-identity, which can be closed; the protocol TokenCredential says nothing of that."""


@dataclass(frozen=True)
class World:
    """A directory that serves https, and a tenant of Dataverse that trusts it."""

    entra: Entra
    url: str
    tenant: DataverseApp
    session: requests.Session

    def caller(self, token: str) -> str:
        """Whom Dataverse sees behind a token."""
        return str(Api(self.tenant, token)("GET", "WhoAmI").json["UserId"])

    @property
    def at(self) -> dict[str, Any]:
        """What every credential of azure-identity is told."""
        return {"authority": self.url, "disable_instance_discovery": True}

    def assertion(self) -> str:
        """What a federated credential trusts: a managed identity's token."""
        return self.entra.issue(Principal(TENANT, IDENTITY.object_id, IDENTITY.client_id), "api://AzureADTokenExchange")

    def code(self, scope: str) -> str:
        """Anna signs in at a page that asks without a proof key."""
        asked = {
            "client_id": APP.client_id,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": scope,
            "login_hint": ANNA.upn,
        }
        page = self.session.get(
            f"{self.url}/{TENANT}/oauth2/v2.0/authorize?{urlencode(asked)}", allow_redirects=False, timeout=10
        )
        return dict(parse_qsl(urlsplit(page.headers["location"]).query))["code"]

    def confidential(self, credential: object) -> Any:  # noqa: ANN401  msal has no types
        """Msal's application that proves who it is."""
        return msal.ConfidentialClientApplication(
            APP.client_id,
            authority=f"{self.url}/{TENANT}",
            client_credential=credential,
            instance_discovery=False,
            http_client=self.session,
        )

    def signed_in(self, *scopes: str) -> dict[str, Any]:
        """What msal has after Anna signed in with a proof key."""
        app = self.confidential(SECRET)
        flow = app.initiate_auth_code_flow(list(scopes), redirect_uri=BACK, response_mode="form_post", login_hint=ANNA.upn)
        page = self.session.get(flow["auth_uri"], allow_redirects=False, timeout=10)
        back = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
        return dict(app.acquire_token_by_auth_code_flow(flow, back))

    def annas_token(self) -> str:
        """Anna's token for our application."""
        return str(self.signed_in(f"{APP.uri}/user_impersonation")["access_token"])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The local authority."""
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def world(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One directory, one tenant; the libraries hear of the authority as users tell them."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    directory = Directory(identities=(OWN, IDENTITY), applications=(APP,), people=(ANNA,))
    directory.allow(ORG)
    entra = Entra(directory, lambda: datetime.now(UTC), SIGNER)  # noqa: TID251  Microsoft's library compares with real time
    tenant = DataverseApp(authorize=callers(entra, ORG), deliver=lambda _: 200)
    with Server(entra, tls=certificates.server) as server, requests.Session() as session:
        url = server.url.replace("127.0.0.1", "localhost")
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", directory.header)
        yield World(entra, url, tenant, session)
    tenant.close()


def _workload(world: World, folder: Path) -> Credential:
    file = folder / "token"
    file.write_text(world.assertion(), "utf-8")
    return WorkloadIdentityCredential(tenant_id=TENANT, client_id=APP.client_id, token_file_path=str(file), **world.at)


def _environment(world: World, folder: Path) -> Credential:
    del folder
    patch = pytest.MonkeyPatch()
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", APP.client_id), ("CLIENT_SECRET", SECRET)):
        patch.setenv(f"AZURE_{name}", value)
    found = EnvironmentCredential(**world.at)
    patch.undo()
    return found


APPS: dict[str, Callable[[World, Path], Credential]] = {
    "secret": lambda world, _: ClientSecretCredential(TENANT, APP.client_id, SECRET, **world.at),
    "assertion": lambda world, _: ClientAssertionCredential(TENANT, APP.client_id, world.assertion, **world.at),
    "workload identity": _workload,
    "managed identity": lambda _, __: ManagedIdentityCredential(),
    "environment": _environment,
    "chain": lambda world, folder: ChainedTokenCredential(_workload(world, folder), ManagedIdentityCredential()),
}
PEOPLE: dict[str, Callable[[World], Credential]] = {
    "code": lambda world: AuthorizationCodeCredential(
        TENANT, APP.client_id, world.code(f"{ORG}/user_impersonation offline_access"), BACK, client_secret=SECRET, **world.at
    ),
    "on behalf, secret": lambda world: OnBehalfOfCredential(
        TENANT, APP.client_id, client_secret=SECRET, user_assertion=world.annas_token(), **world.at
    ),
    "on behalf, assertion": lambda world: OnBehalfOfCredential(
        TENANT, APP.client_id, client_assertion_func=world.assertion, user_assertion=world.annas_token(), **world.at
    ),
}


class TestAzureIdentity:
    """azure-identity."""

    @pytest.mark.parametrize("name", APPS)
    def test_for_applications(self, world: World, name: str, tmp_path: Path) -> None:
        """Dataverse sees the application user."""
        with APPS[name](world, tmp_path) as credential:
            assert world.caller(credential.get_token(SCOPE).token) == seed.APPLICATION_USER_ID

    @pytest.mark.parametrize("name", PEOPLE)
    def test_for_people(self, world: World, name: str) -> None:
        """Dataverse sees Anna."""
        with PEOPLE[name](world) as credential:
            assert world.caller(credential.get_token(f"{ORG}/user_impersonation").token) == seed.ADMIN_USER_ID


class TestMsal:
    """msal."""

    def test_for_applications(self, world: World) -> None:
        """By secret, by assertion, as a managed identity; the second time from the cache."""
        for proof in (SECRET, {"client_assertion": world.assertion}):
            app = world.confidential(proof)
            assert world.caller(app.acquire_token_for_client([SCOPE])["access_token"]) == seed.APPLICATION_USER_ID
            issued = world.entra.issued
            assert app.acquire_token_for_client([SCOPE])["token_source"] == "cache"
            assert world.entra.issued == issued
        identity = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=world.session)
        told = identity.acquire_token_for_client(resource=ORG)
        assert world.caller(told["access_token"]) == seed.APPLICATION_USER_ID

    @pytest.mark.parametrize(
        ("secret", "scope", "number"),
        [
            ("guess", SCOPE, 7000215),
            (SECRET, "https://other.crm.dynamics.com/.default", 500011),
            (SECRET, f"{ORG}/user_impersonation", 1002012),
        ],
    )
    def test_what_is_refused(self, world: World, secret: str, scope: str, number: int) -> None:
        """A wrong secret, a resource that is not there, a person's scope for an application: each with Entra's number."""
        assert world.confidential(secret).acquire_token_for_client([scope])["error_codes"] == [number]

    def test_for_people(self, world: World) -> None:
        """A code, silently again with the refresh token, and on behalf."""
        app = world.confidential(SECRET)
        told = world.signed_in(f"{ORG}/user_impersonation")
        assert world.caller(told["access_token"]) == seed.ADMIN_USER_ID
        again = app.acquire_token_by_refresh_token(told["refresh_token"], [f"{ORG}/user_impersonation"])
        assert world.caller(again["access_token"]) == seed.ADMIN_USER_ID
        behalf = app.acquire_token_on_behalf_of(world.annas_token(), [f"{ORG}/user_impersonation"])
        assert world.caller(behalf["access_token"]) == seed.ADMIN_USER_ID
