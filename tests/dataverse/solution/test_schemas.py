"""The second opinion: how published schemas are made readable, and what a written excuse excuses.

Microsoft's schemas do not lie here; small ones with the same names stand for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import schemas, solution

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
ANYTHING = '<xs:element name="{0}" type="xs:anyType"/>'
ROOTS = {
    schemas.MAIN: "ImportExportXml",
    schemas.CHART: "datadefinition",
    schemas.RIBBON: "RibbonDiffXml",
    schemas.SITE_MAP: "SiteMap",
    schemas.FORM: "form",
    schemas.FETCH: "fetch",
}
STRICT_FETCH = """
<xs:element name="fetch"><xs:complexType>
  <xs:sequence><xs:element name="entity" type="xs:anyType"/></xs:sequence>
  <xs:attribute name="mapping" use="required"><xs:simpleType><xs:restriction base="xs:string">
    <xs:pattern value="^(?![xX]{3})[a-z]+$"/>
  </xs:restriction></xs:simpleType></xs:attribute>
</xs:complexType></xs:element>
"""
STRICT_FORM = '<xs:element name="form"><xs:complexType><xs:sequence><xs:any processContents="skip" maxOccurs="9"/></xs:sequence>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Schemas that allow everything."""
    for name, root in ROOTS.items():
        (tmp_path / name).write_text(f"{HEAD}{ANYTHING.format(root)}</xs:schema>")
    return tmp_path


def some(*endings: str) -> dict[str, bytes]:
    """A small part of the package: the frame, a table, and its first file with each ending."""
    found = solution.on_disk()
    chosen = [next(path for path in found if path.startswith("Entities/w365_Job/") and ending in path) for ending in endings]
    return {path: found[path] for path in ("Other/Customizations.xml", "Entities/w365_Job/Entity.xml", *chosen)}


@pytest.mark.parametrize(
    ("pattern", "readable"),
    [("^(100|[0-9]{1,2})%$", "(100|[0-9]{1,2})%"), ("(?![cC][rR])[a-z]+", "[a-z]+"), ("[a-z^]+", "[a-z^]+")],
)
def test_patterns_are_made_readable(pattern: str, readable: str) -> None:
    """Anchors and look-aheads mean nothing in XML Schema, and are taken out."""
    assert schemas.repaired(f'<xs:pattern value="{pattern}"/>') == f'<xs:pattern value="{readable}"/>'


def test_what_a_schema_refuses_is_said(folder: Path) -> None:
    """Each refusal names the file and the place; attributes and patterns count."""
    (folder / schemas.FETCH).write_text(f"{HEAD}{STRICT_FETCH}</xs:schema>")
    found = schemas.problems(some("/SavedQueries/"), folder)
    assert found
    assert all("/SavedQueries/" in line and "fetch" in line for line in found)


def test_what_is_newer_is_excused_by_name(folder: Path) -> None:
    """The header's density is newer than the schemas; any other attribute is not excused."""
    (folder / schemas.FORM).write_text(f"{HEAD}{STRICT_FORM}</xs:complexType></xs:element></xs:schema>")
    tree = some("/FormXml/main/")
    path = next(path for path in tree if "/FormXml/" in path)
    assert schemas.problems(tree, folder) == []
    tree[path] = tree[path].replace(b"headerdensity=", b"footerdensity=")
    assert [line for line in schemas.problems(tree, folder) if "footerdensity" in line]
    assert all(reason for reason in schemas.NEWER.values())
