"""Where the solution package comes from: a file that was named, or the one that `make` builds beside this source."""

from __future__ import annotations

from pathlib import Path

from dataverse.install.package import Package, read_package
from work365 import VERSION
from work365.errors import BadInput

BUILT = Path(__file__).resolve().parent.parent / "build" / "solution" / "Work365_managed.zip"


def find_package(named: Path | None) -> Package:
    """The package to import. Errors: BadInput; OSError when the file cannot be read."""
    path = named or BUILT
    if named is None and not path.exists():
        message = "there is no package; name one with --package"
        raise BadInput(message, str(path))
    return read_package(path.read_bytes(), str(path))


def own_version() -> Package:
    """No package, only the version that this command belongs to: enough for an examination."""
    return Package(".".join([*VERSION.split("."), *["0"] * (3 - VERSION.count("."))]), b"")
