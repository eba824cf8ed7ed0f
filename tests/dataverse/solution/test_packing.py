"""A tree packs into the same bytes every time, and unpacks into the files that it was packed from."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataverse.solution import packing, unpacking
from dataverse.solution.xml import Element, Malformed, node, read, write
from tools import solution


@pytest.fixture(scope="module")
def tree() -> dict[str, bytes]:
    """The committed package."""
    return solution.on_disk()


@pytest.fixture(scope="module")
def unmanaged(tree: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of the unmanaged zip."""
    return packing.parts(tree, managed=False)


@pytest.fixture(scope="module")
def managed(tree: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of the managed zip, from the same files in another order."""
    return packing.parts(dict(reversed(tree.items())), managed=True)


def test_the_committed_tree_is_fresh() -> None:
    """`python -m tools.solution --write` was run after the model, the roles or a declaration changed."""
    assert solution.stale() == []


def test_round_trip(tree: dict[str, bytes], managed: dict[str, bytes]) -> None:
    """unpack(pack(tree)) is the tree; what kind of package it was is forgotten."""
    assert unpacking.tree_of(unpacking.opened(packing.zipped(managed))) == tree


def test_two_builds_are_byte_identical(unmanaged: dict[str, bytes], managed: dict[str, bytes]) -> None:
    """Neither the order in which files were found nor the clock shows in the zip; managed differs by one word."""
    again = {**managed, "solution.xml": managed["solution.xml"].replace(b"<Managed>1<", b"<Managed>0<")}
    first, second = (packing.zipped(one) for one in (unmanaged, again))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    assert unmanaged["solution.xml"] != managed["solution.xml"]
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_the_zip_begins_as_exports_do(managed: dict[str, bytes]) -> None:
    """Content types, manifest and customizations stand first; nothing of the unpacked layout is left."""
    assert list(managed)[:3] == ["[Content_Types].xml", "solution.xml", "customizations.xml"]
    assert not [path for path in managed if path.startswith(("Other/", "Entities/", "Roles/"))]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"no zip", "this is no zip"),
        (packing.zipped({"solution.xml": b"<x />"}), r"the zip has no \[Content_Types\].xml, customizations.xml"),
    ],
)
def test_what_is_no_solution(broken: bytes, message: str) -> None:
    """A file that is no solution is refused in words."""
    with pytest.raises(unpacking.NoSolution, match=message):
        unpacking.tree_of(unpacking.opened(broken))


@pytest.mark.parametrize("gone", ["Other/Solution.xml", "Other/Customizations.xml", "Entities/w365_Job/Entity.xml"])
def test_a_missing_file_is_named(tree: dict[str, bytes], gone: str) -> None:
    """A tree without a file that packing needs does not pack, and says which one it is."""
    with pytest.raises(packing.Incomplete, match=f"{gone} is missing"):
        packing.parts({path: data for path, data in tree.items() if path != gone}, managed=False)


def test_a_missing_part_is_named(managed: dict[str, bytes]) -> None:
    """A zip without what a web resource names does not unpack."""
    lost = next(path for path in managed if path.startswith("WebResources/"))
    with pytest.raises(unpacking.NoSolution, match=f"the zip has no {lost}, which the web resource"):
        unpacking.tree_of({path: data for path, data in managed.items() if path != lost})


@pytest.mark.parametrize("text", [b"<a><b></a>", b"<!DOCTYPE a><a />", b"\xff", b"<a><!-- x --></a>"])
def test_xml_that_is_not_read(text: bytes) -> None:
    """Broken XML, document types and comments are refused."""
    with pytest.raises(Malformed):
        read(text)


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12)
LEAVES = st.builds(lambda text, value: node("leaf", text, value=value), WORDS, WORDS)
TREES = st.recursive(
    LEAVES, lambda inside: st.lists(inside, min_size=1, max_size=3).map(lambda parts: node("branch", *parts)), max_leaves=12
)


@given(TREES)
def test_xml_has_one_form(root: Element) -> None:
    """What is written, read and written again is the same text, whatever stands in texts and attributes."""
    text = write(root)
    assert write(read(text)) == text
