"""A vault in memory."""

from __future__ import annotations

from work365.errors import BadInput, NotFound

NAME_LIMIT = 127
VALUE_LIMIT = 25 * 1024


class MemorySecrets:
    """Implements work365.ports.platform.Secrets; `versions` shows every value that was ever written, oldest first."""

    def __init__(self) -> None:
        self.versions: dict[str, list[str]] = {}

    def read(self, name: str) -> str:
        """The newest value."""
        _check(name)
        if name.lower() not in self.versions:
            message = f"the vault has no secret '{name}'; connect the account again, or store it there"
            raise NotFound(message, system="key vault", code="SecretNotFound")
        return self.versions[name.lower()][-1]

    def write(self, name: str, value: str) -> None:
        """Add a version."""
        _check(name)
        if len(value.encode()) > VALUE_LIMIT:
            message = f"the secret '{name}' is longer than the {VALUE_LIMIT} bytes that a vault keeps"
            raise BadInput(message)
        self.versions.setdefault(name.lower(), []).append(value)


def _check(name: str) -> None:
    if not 0 < len(name) <= NAME_LIMIT or not (name.isascii() and name.replace("-", "0").isalnum()):
        message = f"'{name}' cannot name a secret: use 1 to 127 letters, digits and hyphens"
        raise BadInput(message)
