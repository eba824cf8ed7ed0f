"""Broken, truncated and swapped packages: always a refusal in a sentence, never a 500, and nothing half imported."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp, platform
from local.dataverse.solutions import archive, nodes, package
from local.dataverse.solutions.faults import ImportFault
from local.dataverse.trial import Api, Clock, Receiver
from tests.local.dataverse.solutions.conftest import Draft, Lab, column, entity, form, view, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW, FORM = "44444444-3333-4444-8555-666666666601", "44444444-3333-4444-8555-666666666602"
DRAFT = Draft(
    entities=(entity("lab_Thing", column("lab_Size", "int"), more=view(VIEW, "lab_thing", "lab_name") + form(FORM, "lab_size")),)
)
PARTS = DRAFT.parts()
WHOLE = DRAFT.zip()
TAGS = (
    "attribute",
    "entity",
    "Entity",
    "savedquery",
    "Type",
    "RootComponent",
    "Publisher",
    "form",
    "fetch",
    "languagecode",
    "1033",
)


@pytest.fixture(scope="module")
def tenant() -> Iterator[Lab]:
    """One tenant for all tries, which none of them changes."""
    app = DataverseApp(any_token=True, clock=Clock(), deliver=Receiver(), tables=platform.WITHOUT_SOLUTION)
    yield Lab(app, Api(app), Clock())
    app.close()


def _refused(tenant: Lab, data: bytes) -> str:
    before = tenant.dump()
    answer = tenant.ask(data)
    assert answer.status == 400, answer.text
    assert tenant.dump() == before
    return answer.message


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_that_is_missing(tenant: Lab, name: str) -> None:
    """Each of the three files is needed."""
    assert "must contain the following files" in _refused(tenant, zipped({one: PARTS[one] for one in PARTS if one != name}))


@pytest.mark.parametrize(("first", "second"), [("solution.xml", "customizations.xml"), ("[Content_Types].xml", "solution.xml")])
def test_parts_that_are_swapped(tenant: Lab, first: str, second: str) -> None:
    """A file in another's place."""
    _refused(tenant, zipped({**PARTS, first: PARTS[second], second: PARTS[first]}))


@pytest.mark.parametrize("name", ["solution.xml", "customizations.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("data", [b"", b"\0", b"<", b"<a>", b"no xml", b"\xff\xfe\x00", "<ä/>".encode("utf-16"), b"<a>&lol;</a>"])
def test_a_part_that_is_no_document(tenant: Lab, name: str, data: bytes) -> None:
    """Whatever stands in it."""
    _refused(tenant, zipped({**PARTS, name: data}))


@pytest.mark.parametrize("length", [0, 1, 21, 22, 100, len(WHOLE) // 2, len(WHOLE) - 1])
def test_a_zip_that_ends_early(tenant: Lab, length: int) -> None:
    """As after a broken upload."""
    _refused(tenant, WHOLE[:length])


def _read(data: bytes) -> str:
    """The name of a package, or the sentence in which it is refused."""
    try:
        return package.read(data).manifest.name
    except ImportFault as fault:
        return fault.message


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_zip_with_another_byte(place: int, change: int) -> None:
    """Read in full, or refused in a sentence."""
    data = bytearray(WHOLE)
    data[place] ^= change
    assert _read(bytes(data))


@settings(max_examples=60)
@given(st.sampled_from(TAGS), st.integers(0, 50), st.sampled_from(["", "x", "<b/>", " ", "&#8232;", "9" * 400, "<!--c-->"]))
def test_xml_with_other_words(word: str, nth: int, other: str) -> None:
    """A tag, an attribute or a value that is something else."""
    pieces = DRAFT.customizations().split(word)
    cut = nth % max(len(pieces) - 1, 1)
    text = word.join(pieces[: cut + 1]) + other + word.join(pieces[cut + 1 :])
    assert _read(zipped({**PARTS, "customizations.xml": text.encode()}))


def test_many_mutations_through_the_door(tenant: Lab) -> None:
    """No 500, whatever is sent; what is accepted is imported as a whole."""
    chance = random.Random(7)  # noqa: S311  the same mutations every time
    for _ in range(25):
        text = DRAFT.customizations()
        start = chance.randrange(len(text))
        mutated = text[:start] + text[start + chance.randrange(1, 40) :]
        answer = tenant.ask(zipped({**PARTS, "customizations.xml": mutated.encode()}))
        assert answer.status in {204, 400}, answer.text
        if answer.status == 204:
            assert tenant.api("DELETE", f"solutions({tenant.solution()['solutionid']})").status == 204


def test_a_zip_bomb_is_stopped(tenant: Lab) -> None:
    """A small file that unpacks to more than the bound."""
    bomb = zipped({**PARTS, "WebResources/a.js": b"0" * (archive.MAX_BYTES + 1)})
    assert len(bomb) < 1_000_000
    assert "too large to upload" in _refused(tenant, bomb)


def test_names_that_leave_the_folder_are_refused(tenant: Lab) -> None:
    """Paths go down only."""
    for name in ("../a.js", "/a.js", "a/../../b.js"):
        _refused(tenant, zipped({**PARTS, name: b""}))


def test_too_many_files_are_refused(tenant: Lab) -> None:
    """A count that no solution has."""
    assert "more than" in _refused(tenant, zipped({**PARTS, **{f"a/{one}.js": b"" for one in range(archive.MAX_FILES)}}))


def test_too_deep_xml_is_refused(tenant: Lab) -> None:
    """Nesting that no solution has."""
    depth = nodes.MAX_DEPTH + 5
    text = f"<ImportExportXml><Entities>{'<a>' * depth}{'</a>' * depth}</Entities></ImportExportXml>"
    assert "nested too deeply" in _refused(tenant, zipped({**PARTS, "customizations.xml": text.encode()}))


def test_damaged_compression_is_refused(tenant: Lab) -> None:
    """The index is right and the data is not."""
    packed = zlib.compress(PARTS["solution.xml"])
    data = WHOLE.replace(WHOLE[60:120], bytes(60))
    assert packed
    _refused(tenant, data)
