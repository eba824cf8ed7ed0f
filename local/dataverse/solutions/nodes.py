"""XML of a package, read so that nothing is overlooked: what nobody took is refused by name.

The parser knows no document types, so no entities can expand; size and depth are bounded. Prefixes stay as they are written.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from xml.parsers import expat

from local.dataverse import codec
from local.dataverse.solutions import faults

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DEPTH = 60
MAX_ELEMENTS = 500_000
LANGUAGE = "1033"
IGNORED = ("xmlns", "xsi:")
"""Attributes of XML itself."""
_TRUE, _FALSE = {"1", "true"}, {"0", "false"}


class _Builder:
    """Builds a tree from the parser's events, within bounds."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._tree = ET.TreeBuilder()
        self._depth = 0
        self._count = 0

    def build(self, data: bytes) -> ET.Element:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise faults.malformed(self._part, str(error)) from None
        return self._tree.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise faults.too_large(f"{self._part} is nested too deeply or has too many elements.")
        self._tree.start(tag, {name: value for name, value in attributes.items() if not name.startswith(IGNORED)})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag)

    def _doctype(self, *_: object) -> None:
        raise faults.malformed(self._part, "a document type is not allowed.")


def parse(data: bytes, part: str, root: str) -> Node:
    """The root of a document. Errors: ImportFault when it is no XML, or its root is another."""
    element = _Builder(part).build(data)
    if element.tag != root:
        raise faults.invalid(part, f"The element '{root}' is expected, not '{element.tag}'.")
    return Node(element, part)


class Node:
    """One element that is being read. `done` refuses what nobody took."""

    def __init__(self, element: ET.Element, place: str) -> None:
        self.element = element
        self.place = place
        self._taken: set[str] = set()
        self._attributes: set[str] = set()

    @property
    def tag(self) -> str:
        """The name of the element."""
        return self.element.tag

    @property
    def own_text(self) -> str:
        """The text of the element itself."""
        return (self.element.text or "").strip()

    def fault(self, detail: str) -> faults.ImportFault:
        """A refusal that names this place."""
        return faults.invalid(self.place, detail)

    def attribute(self, name: str, default: str = "") -> str:
        """An attribute's text."""
        self._attributes.add(name)
        return self.element.get(name, default)

    def required(self, name: str) -> str:
        """An attribute that must be there. Errors: ImportFault."""
        found = self.attribute(name)
        if not found:
            raise self.fault(f"The required attribute '{name}' is missing.")
        return found

    def ignore_attributes(self, *names: str) -> None:
        """Attributes that are for display only."""
        self._attributes.update(names)

    def children(self, name: str) -> list[Node]:
        """Every child of a name."""
        self._taken.add(name)
        return [Node(one, f"{self.place}/{name}") for one in self.element if one.tag == name]

    def child(self, name: str) -> Node | None:
        """The one child of a name, None when there is none. Errors: ImportFault for several."""
        found = self.children(name)
        if len(found) > 1:
            raise self.fault(f"The element '{name}' stands there {len(found)} times.")
        return found[0] if found else None

    def needed(self, name: str) -> Node:
        """A child that must be there. Errors: ImportFault."""
        found = self.child(name)
        if found is None:
            raise self.fault(f"The element '{self.tag}' has incomplete content. The element '{name}' is expected.")
        return found

    def text(self, name: str, default: str = "") -> str:
        """The text of a child that has nothing else."""
        found = self.child(name)
        if found is None:
            return default
        found.done()
        return found.own_text or default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no, as 1 or 0, true or false. Errors: ImportFault for anything else."""
        found = self.text(name).lower()
        if found and found not in _TRUE | _FALSE:
            raise self.fault(f"The '{name}' element has the value '{found}', which is neither 0 nor 1.")
        return found in _TRUE if found else default

    def whole(self, name: str, default: int | None = None) -> int | None:
        """A whole number. Errors: ImportFault for anything else."""
        found = self.text(name)
        return number(self, name, found) if found else default

    def guid(self, name: str) -> str:
        """An id in braces or bare. Errors: ImportFault for anything else."""
        return guid(self, name, self.text(name))

    def label(self, group: str, one: str) -> str:
        """The text of a label in the base language, "" without one; other languages are refused, for they would be lost."""
        found = self.child(group)
        if found is None:
            return ""
        texts = {}
        for entry in found.children(one):
            language = entry.attribute("languagecode", LANGUAGE)
            texts[language] = entry.attribute("description")
            entry.ignore_attributes("id")
            entry.done()
        found.done()
        other = next((language for language in texts if language != LANGUAGE), None)
        if other is not None:
            raise faults.unsupported(f"labels in the language {other} ({found.place})")
        return texts.get(LANGUAGE, "")

    def skip(self, names: Iterable[str]) -> None:
        """Children that are for display only: kept with the package, and of no effect."""
        self._taken.update(names)

    def raw(self, name: str) -> ET.Element | None:
        """A child as it is, for those who check it themselves."""
        found = self.child(name)
        return found.element if found is not None else None

    def done(self) -> None:
        """Errors: ImportFault when a child, an attribute or a text was not taken."""
        for child in self.element:
            if child.tag not in self._taken:
                raise self.fault(f"The element '{self.tag}' has invalid child element '{child.tag}'.")
        for name in self.element.keys():  # noqa: SIM118  an element is no mapping
            if name not in self._attributes:
                raise self.fault(f"The '{name}' attribute is not declared.")
        if len(self.element) and self.own_text:
            raise self.fault(f"The element '{self.tag}' cannot contain text.")

    def empty(self) -> bool:
        """Whether there is nothing inside."""
        return not len(self.element) and not self.own_text


def number(node: Node, name: str, text: str) -> int:
    """A text as a whole number. Errors: ImportFault."""
    try:
        value = float(text)
        whole = int(text) if value != int(value) or "." not in text else int(value)
    except (ValueError, OverflowError):
        raise node.fault(f"The '{name}' element is invalid - the value '{text}' is no whole number.") from None
    return whole


def guid(node: Node, name: str, text: str) -> str:
    """A text as an id. Errors: ImportFault."""
    found = codec.guid(text.strip().strip("{}"))
    if found is None:
        raise node.fault(f"The '{name}' element is invalid - the value '{text}' is no id.")
    return found


def serialized(element: ET.Element | None) -> str:
    """An element as text, without what stands after it; "" for none."""
    if element is None:
        return ""
    tail, element.tail = element.tail, None
    try:
        return ET.tostring(element, encoding="unicode", short_empty_elements=True)
    finally:
        element.tail = tail
