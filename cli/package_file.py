"""Where the solution package comes from: a file that was named, or the source beside this program."""

from __future__ import annotations

from pathlib import Path

from dataverse.install.package import Package, read_package
from work365.errors import BadInput

SOURCE = Path(__file__).resolve().parent.parent / "infra" / "dataverse" / "Work365"


def find_package(named: Path | None) -> Package:
    """The package to import. Errors: BadInput; OSError when the file cannot be read."""
    if named is not None:
        return read_package(named.read_bytes(), str(named))
    if not SOURCE.is_dir():
        message = "there is no source of the package beside this program; name the release's Work365_managed.zip"
        raise BadInput(message, "--package")
    from dataverse.solution.packing import parts, zipped

    files = {path.relative_to(SOURCE).as_posix(): path.read_bytes() for path in sorted(SOURCE.rglob("*")) if path.is_file()}
    return read_package(zipped(parts(files, managed=True)), str(SOURCE))


def own_version() -> Package:
    """No package, only the version that this command belongs to: enough for an examination."""
    from dataverse.solution.publisher import SOLUTION_VERSION

    return Package(SOLUTION_VERSION, b"")
