"""The package says itself what it is; anything else is refused with a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest

from dataverse.install.package import read_package
from work365.errors import BadInput


def zipped(name: str, version: str, file: str = "solution.xml") -> bytes:
    """A zip with a manifest and nothing else."""
    manifest = f"<UniqueName>{name}</UniqueName><Version>{version}</Version>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(file, f"<ImportExportXml><SolutionManifest>{manifest}</SolutionManifest></ImportExportXml>")
    return buffer.getvalue()


def test_ours() -> None:
    """Its version, and its bytes as they are; they are not printed."""
    content = zipped("Work365", "1.2.3.0")
    package = read_package(content, "a.zip")
    assert (package.version, package.content) == ("1.2.3.0", content)
    assert "content" not in repr(package)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK", "a.zip: this is no solution package; take Work365_managed.zip"),
        (zipped("Work365", "1.0", file="other.xml"), "this is no solution package"),
        (zipped("Work365<", "1.0"), "this is no solution package"),
        (zipped("Contoso", "1.0"), "this package is Contoso, not Work365"),
        (zipped("", ""), "this package is of no name"),
    ],
)
def test_not_ours(content: bytes, sentence: str) -> None:
    """What it is, and what to take instead."""
    with pytest.raises(BadInput) as refused:
        read_package(content, "a.zip")
    assert sentence in str(refused.value)
