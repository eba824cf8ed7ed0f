"""The directory beside `w365 local dataverse --directory`: tokens for one application, which proves itself with a secret.

Azure's own libraries read what it prints from the environment (`EnvironmentCredential`, `DefaultAzureCredential`).
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.dataverse import seed
from local.entra import Application, Directory, Entra
from local.entra.callers import callers
from local.http import Server

if TYPE_CHECKING:
    from pathlib import Path

    from local.dataverse.security import Caller


class LocalDirectory:
    """A directory on a free port, whose tokens the Dataverse at `audience` takes.

    Shape: `audience` is set once the Dataverse's own address is known; before, no token is good.
    """

    def __init__(self, pair: tuple[Path, Path]) -> None:
        self.secret = secrets.token_urlsafe(24)
        application = Application(seed.APPLICATION_ID, seed.APPLICATION_OBJECT_ID, secrets=(self.secret,))
        self.directory = Directory(applications=(application,))
        entra = Entra(self.directory, lambda: datetime.now(UTC))  # noqa: TID251  clients compare tokens with real time
        self._entra, self.audience = entra, ""
        self.server = Server(entra, tls=pair)

    def serve_tokens_for(self, address: str) -> None:
        """Let tokens be issued for the Dataverse at this address, and be taken there."""
        self.audience = address
        self.directory.allow(address)

    def caller(self, token: str) -> Caller | None:
        """What the Dataverse asks about a token."""
        return callers(self._entra, self.audience)(token) if self.audience else None

    @property
    def lines(self) -> str:
        """What a client needs to know, one NAME=value per line."""
        settings = {
            "AZURE_AUTHORITY_HOST": self.server.url,
            "AZURE_TENANT_ID": self.directory.tenant_id,
            "AZURE_CLIENT_ID": seed.APPLICATION_ID,
            "AZURE_CLIENT_SECRET": self.secret,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())
