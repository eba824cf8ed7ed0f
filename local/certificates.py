"""The local certificate authority, for stand-ins that Microsoft's libraries refuse to speak to without TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.dataverse.tls import certificate

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: `ca` is what clients trust; `server` is the pair that a `local.http.Server` takes as `tls`."""

    ca: Path
    certificate: Path
    key: Path

    @property
    def server(self) -> tuple[Path, Path]:
        """Certificate and key of the server."""
        return self.certificate, self.key


def issue(directory: Path) -> Certificates:
    """Write `ca.pem`, `server.pem` and `server.key`, for localhost and 127.0.0.1; what is there and still good is kept."""
    chain, key = certificate(directory)
    return Certificates(directory / "ca.pem", chain, key)
