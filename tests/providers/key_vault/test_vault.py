"""The vault: what every implementation of Secrets does, and what Azure Key Vault does beyond it."""

from __future__ import annotations

import socket
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

from local.certificates import Certificates, issue
from local.entra import Directory, Entra, ManagedIdentity
from local.fakes.secrets import MemorySecrets
from local.http import Request, Response, Server
from local.key_vault import KeyVault
from local.key_vault.app import resource_of
from providers.key_vault.vault import Vault
from transport.client import status_of
from work365.errors import BadInput, Conflict, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.ports.platform import Secrets

ME = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a", system_assigned=True)


class Rig:
    """A directory and a vault on loopback ports, and what passed between them."""

    def __init__(self, certificates: Certificates) -> None:
        self.directory = Directory(identities=(ME,))
        self.entra = Entra(self.directory, lambda: datetime.now(UTC))  # noqa: TID251  the library compares with real time
        self.certificates, self.address, self.endpoint = certificates, "", ""
        self.reset()

    def reset(self) -> None:
        """An empty vault, with nothing remembered."""
        self.denied: set[str] = set()
        self.passed: list[Request] = []
        self.answer: Response | None = None
        authority = f"https://login.example/{self.directory.tenant_id}"
        self.keys = KeyVault(self.entra.clock, self.entra.who, authority=authority, may=self._may)

    def _may(self, who: str, permission: str) -> bool:
        return who == ME.object_id and permission not in self.denied

    def vault(self, request: Request) -> Response:
        """The vault, or a made-up answer to every request that carries a token; connections are closed to end cleanly."""
        self.passed.append(request)
        answer = self.answer if self.answer and "authorization" in request.headers else self.keys(request)
        return replace(answer, headers=(*answer.headers, ("connection", "close")))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Both servers, for the length of a block."""
        with Server(self.entra) as directory, Server(self.vault, tls=self.certificates.server) as server:
            self.address, self.endpoint = f"https://127.0.0.1:{server.port}", f"{directory.url}/msi/token"
            self.directory.allow(resource_of(self.address))
            yield

    @contextmanager
    def client(self) -> Iterator[SecretClient]:
        """Microsoft's client itself."""
        with (
            ManagedIdentityCredential() as credential,
            SecretClient(self.address, credential, connection_verify=str(self.certificates.ca)) as client,
        ):
            yield client

    @property
    def served(self) -> list[str]:
        """Methods of the requests that carried a token."""
        return [request.method for request in self.passed if "authorization" in request.headers]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """One local authority for this module."""
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def servers(certificates: Certificates) -> Iterator[Rig]:
    """Everything running, once for this module."""
    rig = Rig(certificates)
    with rig.running():
        yield rig


@pytest.fixture
def rig(servers: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Everything running, with an empty vault, announced as App Service does."""
    servers.reset()
    monkeypatch.setenv("IDENTITY_ENDPOINT", servers.endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", servers.directory.header)
    return servers


@pytest.fixture
def vault(rig: Rig) -> Iterator[Vault]:
    """Our adapter, with Microsoft's client and identity library unchanged."""
    with ManagedIdentityCredential() as credential, closing(Vault(rig.address, credential, ca=rig.certificates.ca)) as vault:
        yield vault


@pytest.fixture(params=["memory", "key vault"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    """Every implementation of the port."""
    if request.param == "memory":
        return MemorySecrets()
    vault: Vault = request.getfixturevalue("vault")
    return vault


class TestContract:
    """What handlers may rely on."""

    def test_what_was_written_is_read(self, secrets: Secrets) -> None:
        """The newest version counts, whatever text it is."""
        for value in ("first", "zweites Geheimnis: ü€ \n\t\"'{}"):
            secrets.write("quickbooks-us-refresh", value)
            assert secrets.read("quickbooks-us-refresh") == value

    def test_names_do_not_mind_letter_case(self, secrets: Secrets) -> None:
        """A vault finds a name in any letter case."""
        secrets.write("Stripe-Key", "a")
        assert secrets.read("stripe-key") == "a"

    def test_a_name_that_was_never_written(self, secrets: Secrets) -> None:
        """It is not found, with words for an administrator."""
        with pytest.raises(NotFound, match="the vault has no secret 'nobody'"):
            secrets.read("nobody")

    @pytest.mark.parametrize("name", ["", "a_b", "a/b", "../a", "ä", "a" * 128, "a\n"])
    def test_names_that_no_vault_takes(self, secrets: Secrets, name: str) -> None:
        """They are refused before anything is sent."""
        with pytest.raises(BadInput):
            secrets.read(name)
        with pytest.raises(BadInput):
            secrets.write(name, "x")

    def test_values_have_a_largest_size(self, secrets: Secrets) -> None:
        """25 KB is kept, a byte more is refused."""
        secrets.write("big", "x" * 25_600)
        assert len(secrets.read("big")) == 25_600
        with pytest.raises(BadInput):
            secrets.write("big", "x" * 25_601)


class TestKeyVault:
    """What only the real protocol has."""

    def test_the_challenge_is_answered_with_a_token_for_the_vault(
        self, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first request carries no token and no body; the challenge names the resource; then the write goes, once."""
        rig = Rig(certificates)
        with rig.running():
            monkeypatch.setenv("IDENTITY_ENDPOINT", rig.endpoint)
            monkeypatch.setenv("IDENTITY_HEADER", rig.directory.header)
            with ManagedIdentityCredential() as credential, closing(Vault(rig.address, credential, ca=certificates.ca)) as vault:
                vault.write("a", "hush")
        first, second = rig.passed
        assert (first.body, "authorization" in first.headers) == (b"", False)
        assert b"hush" in second.body
        assert rig.entra.who(second.headers["authorization"].removeprefix("Bearer "), resource_of(rig.address)) == ME.object_id

    def test_each_write_is_a_version(self, rig: Rig, vault: Vault) -> None:
        """Earlier versions stay readable, as rotation needs."""
        vault.write("token", "one")
        vault.write("token", "two")
        with rig.client() as client:
            versions = list(client.list_properties_of_secret_versions("token"))
            values = [client.get_secret("token", version.version).value for version in versions]
        assert values == ["one", "two"]

    def test_a_disabled_secret_says_so(self, rig: Rig, vault: Vault) -> None:
        """An administrator switched it off: the words say where to switch it on."""
        vault.write("token", "one")
        with rig.client() as client:
            client.update_secret_properties("token", enabled=False)
        with pytest.raises(Rejected, match="disabled") as caught:
            vault.read("token")
        assert (status_of(caught.value), caught.value.code) == (403, "SecretDisabled")

    def test_a_missing_role_says_so(self, rig: Rig, vault: Vault) -> None:
        """Without the role nothing is read or written, and the words name the role."""
        rig.denied = {"get", "set"}
        for attempt in (lambda: vault.read("token"), lambda: vault.write("token", "x")):
            with pytest.raises(Rejected, match="Key Vault Secrets Officer"):
                attempt()

    def test_a_deleted_secret_blocks_its_name(self, rig: Rig, vault: Vault) -> None:
        """Soft delete: not found on read, a conflict on write, back after recovery, gone after a purge."""
        vault.write("token", "one")
        with rig.client() as client:
            client.begin_delete_secret("token", _polling_interval=0).wait()
            with pytest.raises(NotFound):
                vault.read("token")
            with pytest.raises(Conflict):
                vault.write("token", "two")
            assert [secret.name for secret in client.list_deleted_secrets()] == ["token"]
            client.begin_recover_deleted_secret("token", _polling_interval=0).wait()
            assert vault.read("token") == "one"
            client.begin_delete_secret("token", _polling_interval=0).wait()
            client.purge_deleted_secret("token")
        vault.write("token", "three")
        assert vault.read("token") == "three"

    def test_pages_are_followed(self, rig: Rig, vault: Vault) -> None:
        """The unmodified client lists across pages."""
        for number in range(30):
            vault.write(f"s{number:02}", "x")
        with rig.client() as client:
            assert len(list(client.list_properties_of_secrets())) == 30

    def test_a_failed_write_is_open_and_was_sent_once(self, rig: Rig, vault: Vault) -> None:
        """A 500 leaves it open; the library's own repetition is switched off for writes."""
        rig.answer = Response(500, body=b"{}")
        with pytest.raises(OutcomeUnknown):
            vault.write("token", "one")
        assert rig.served == ["PUT"]

    def test_a_throttled_write_comes_back_later(self, rig: Rig, vault: Vault) -> None:
        """429 means that nothing was written."""
        rig.answer = Response(429, (("Retry-After", "9"),), b'{"error": {"code": "Throttled"}}')
        with pytest.raises(Throttled) as caught:
            vault.write("token", "one")
        assert (caught.value.after_s, rig.served) == (9, ["PUT"])

    def test_nobody_there(self, certificates: Certificates) -> None:
        """A vault that cannot be reached wrote nothing."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with closing(Vault(f"https://127.0.0.1:{port}", Token("t"), ca=certificates.ca)) as vault, pytest.raises(Unavailable):
            vault.write("token", "x")

    def test_a_token_never_goes_over_plain_http(self) -> None:
        """The client itself refuses an address without TLS."""
        with closing(Vault("http://127.0.0.1:1", Token("t"))) as vault, pytest.raises(Unavailable):
            vault.write("token", "hush")

    def test_an_unknown_authority_is_not_trusted(self, rig: Rig) -> None:
        """Without the local certificates nothing is sent."""
        with closing(Vault(rig.address, Token("t"))) as vault, pytest.raises(Unavailable):
            vault.write("token", "x")
        assert rig.passed == []

    def test_no_value_in_words(self, rig: Rig, vault: Vault) -> None:
        """Errors and representations name the secret, never its value."""
        rig.denied = {"set"}
        with pytest.raises(Rejected) as caught:
            vault.write("token", "hush-hush")
        assert "hush" not in f"{caught.value} {caught.value!r} {vault!r}"


class AccessToken(NamedTuple):
    """A token as azure-core hands it over."""

    token: str
    expires_on: int = 2**31


class Token:
    """A credential with one fixed token."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ANN401  theirs
        return AccessToken(self._text)


def test_when_a_secret_was_stored(vault: Vault, rig: Rig) -> None:
    """The newest version's moment; none for a name that the vault does not know; an error where we may not look."""
    assert vault.written_on("token") is None
    began = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  the stand-in goes by the real clock
    vault.write("token", "one")
    written = vault.written_on("token")
    assert written is not None
    assert abs((written - began).total_seconds()) < 60
    rig.denied.add("get")
    with pytest.raises(Rejected):
        vault.written_on("token")
