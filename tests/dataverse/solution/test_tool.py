"""The tool keeps a folder as it would be made, and says what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.solution.tree import authored, tree
from tools import solution

if TYPE_CHECKING:
    from pathlib import Path

JOB = "Entities/w365_Job/Entity.xml"
CHARGE = "WebResources/w365_/dialogs/charge.html"
BY_HAND = "WebResources/w365_/scripts/commands.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with web resources, into which the package was written."""
    made = tmp_path_factory.mktemp("package")
    for path in authored():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text("// by hand\n")
    solution.write(made)
    return made


def test_what_was_written_is_fresh_and_whole(folder: Path) -> None:
    """Every made file is there, what was written by hand is left alone, and nothing is stale."""
    assert solution.stale(folder) == []
    assert solution.on_disk(folder).keys() == tree().keys() | set(authored())
    assert (folder / BY_HAND).read_text() == "// by hand\n"


def test_what_is_stale_is_named_and_mended(folder: Path) -> None:
    """Files that were changed, one that is missing, one that is made no longer: each is said, and writing mends all."""
    (folder / JOB).write_text("<Entity />")
    (folder / CHARGE).write_text("<!DOCTYPE html>")
    (folder / "Roles/Work365 Sales.xml").unlink()
    (folder / "Roles/Work365 Old.xml").write_text("<Role />")
    again = "run `python -m tools.solution --write`"
    assert sorted(solution.stale(folder)) == [
        f"{JOB} was not made from today's model; {again}",
        f"Roles/Work365 Old.xml is made no longer; {again}",
        f"Roles/Work365 Sales.xml was not made from today's model; {again}",
        f"{CHARGE} was not made from today's model; {again}",
    ]
    solution.write(folder)
    assert solution.stale(folder) == []


def test_both_packages_come_from_the_folder(folder: Path) -> None:
    """A managed and an unmanaged zip, by the names that people look for."""
    zips = solution.packed(folder)
    assert list(zips) == ["Work365.zip", "Work365_managed.zip"]
    assert all(data.startswith(b"PK") for data in zips.values())
