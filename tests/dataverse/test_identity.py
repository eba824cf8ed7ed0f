"""Who we are: managed identity and federated credential, with no secret anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError

from dataverse.identity import Identity, IdentityKind, Tokens, credential, scope_of
from local.certificates import issue
from local.entra import Application, Directory, Entra, FederatedCredential, ManagedIdentity
from local.http import Server
from work365.errors import BadInput, External, Rejected, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

ORG = "https://org.crm.dynamics.com"
SYSTEM = ManagedIdentity("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-00000000000a", system_assigned=True)
NAMED = ManagedIdentity("22222222-0000-4000-8000-000000000002", "22222222-0000-4000-8000-00000000000b")
APP = "33333333-0000-4000-8000-000000000003"


def test_every_kind_gets_a_token_from_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Microsoft's library, unchanged, asks App Service's endpoint over http and the token endpoint over https."""
    directory = Directory(identities=(SYSTEM, NAMED))
    trusted = FederatedCredential(f"https://sts.windows.net/{directory.tenant_id}/", NAMED.object_id)
    directory.applications = (Application(APP, "33333333-0000-4000-8000-00000000000c", (trusted,)),)
    directory.allow(ORG)
    entra = Entra(directory, lambda: datetime.now(UTC))  # noqa: TID251  the library compares with real time
    certificates = issue(tmp_path)
    with Server(entra) as plain, Server(entra, tls=certificates.server) as secure:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{plain.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", directory.header)
        federated = Identity(
            IdentityKind.FEDERATED,
            client_id=APP,
            tenant_id=directory.tenant_id,
            trusted_client_id=NAMED.client_id,
            authority=secure.url,
            ca=certificates.ca,
        )
        for identity, client_id in (
            (Identity(), SYSTEM.client_id),
            (Identity(IdentityKind.USER_ASSIGNED, client_id=NAMED.client_id), NAMED.client_id),
            (federated, APP),
        ):
            who = entra.verify(Tokens(credential(identity), scope_of(f"{ORG}/api/data/v9.2/"))(), ORG)
            assert who is not None
            assert who.client_id == client_id


@pytest.mark.parametrize(
    "identity",
    [
        Identity(IdentityKind.USER_ASSIGNED),
        Identity(IdentityKind.FEDERATED, tenant_id="t"),
        Identity(IdentityKind.FEDERATED, client_id="c"),
    ],
)
def test_incomplete_settings_are_named(identity: Identity) -> None:
    """A kind that lacks what it needs says what to add."""
    with pytest.raises(BadInput, match="the settings lack the"):
        credential(identity)


class Token(NamedTuple):
    """A token as azure-core hands it over."""

    token: str
    expires_on: int


class Source:
    """A credential that counts, and fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Exception | None = None

    def get_token(self, *scopes: str, **kwargs: Any) -> Any:  # noqa: ANN401  theirs
        self.asked += 1
        if self.failure:
            raise self.failure
        return Token(f"token-{self.asked}", self.asked * 3600)


class TestTokens:
    """A token is kept until shortly before it expires."""

    def test_it_is_kept_and_renewed_in_time(self) -> None:
        """One request per hour, five minutes early."""
        source, time = Source(), [0.0]
        tokens = Tokens(source, f"{ORG}/.default", now=lambda: time[0])
        assert [tokens() for _ in range(3)] == ["token-1"] * 3
        time[0] = 3299
        assert tokens() == "token-1"
        time[0] = 3301
        assert tokens() == "token-2"
        assert "token" not in repr(tokens).lower().replace("tokens(", "")

    def test_a_token_that_is_still_good_outlives_a_failed_renewal(self) -> None:
        """The directory may be down for the minutes before expiry."""
        source, time = Source(), [0.0]
        tokens = Tokens(source, "s", now=lambda: time[0])
        tokens()
        source.failure = ServiceRequestError("down")
        time[0] = 3400
        assert tokens() == "token-1"
        time[0] = 3590
        with pytest.raises(Unavailable):
            tokens()

    @pytest.mark.parametrize(
        ("failure", "want"),
        [
            (CredentialUnavailableError("no endpoint"), Unavailable),
            (ServiceRequestError("down"), Unavailable),
            (ClientAuthenticationError("consent is missing"), Rejected),
            (ValueError("bad scope"), Rejected),
            (OSError("reset"), Unavailable),
        ],
    )
    def test_failures_are_ours(self, failure: Exception, want: type[External]) -> None:
        """No token now means come later; a no of the directory means that an administrator must act."""
        source = Source()
        source.failure = failure
        with pytest.raises(want) as caught:
            Tokens(source, "s")()
        assert caught.value.system == "entra"
