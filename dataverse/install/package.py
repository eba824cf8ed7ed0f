"""The package that is imported: its bytes, its name and its version, as its own manifest says them.

Source: Microsoft Learn, "Solution file reference": solution.xml with SolutionManifest/UniqueName, Version, Managed.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from dataverse.solution.publisher import SOLUTION as NAME
from work365.errors import BadInput

MANIFEST = "solution.xml"
ADVICE = "take Work365_managed.zip of the release"


@dataclass(frozen=True, slots=True)
class Package:
    """A solution zip of ours."""

    version: str
    content: bytes = field(repr=False)


def read_package(content: bytes, source: str) -> Package:
    """What a zip says of itself. Errors: BadInput when it is not our solution."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            root = ET.fromstring(zipped.read(MANIFEST))  # noqa: S314  a package that the administrator chose
    except (zipfile.BadZipFile, KeyError, ET.ParseError, NotImplementedError):
        message = f"this is no solution package; {ADVICE}"
        raise BadInput(message, source) from None
    name, version = root.findtext("SolutionManifest/UniqueName"), root.findtext("SolutionManifest/Version")
    if name != NAME or not version:
        message = f"this package is {name or 'of no name'}, not {NAME}; {ADVICE}"
        raise BadInput(message, source)
    return Package(version, content)
