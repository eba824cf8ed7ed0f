"""XML elements, written in one form only: two spaces, attributes in the order given, no comments.

What is written, read and written again is the same text, so a packed solution unpacks to the very files that it was made from.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Element = ET.Element
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE = "1033"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_FORBIDDEN = "<!"

ET.register_namespace("xsi", SCHEMA_INSTANCE)


class Malformed(ValueError):
    """A text that is no XML, or that brings a document type or a comment along."""


def node(tag: str, *inside: Element | str | None, attributes: Mapping[str, str] | None = None, **named: str) -> Element:
    """An element. What is None is left out; names that are no Python words come in `attributes`."""
    made = ET.Element(tag, {**(attributes or {}), **named})
    for part in inside:
        if isinstance(part, str):
            made.text = (made.text or "") + part
        elif part is not None:
            made.append(part)
    return made


def flag(tag: str, value: bool) -> Element:
    """`<tag>1</tag>` or `<tag>0</tag>`, as solutions write yes and no."""
    return node(tag, str(int(value)))


def labels(outer: str, inner: str, text: str) -> Element:
    """A label in our one language: `<outer><inner description="…" languagecode="1033" /></outer>`."""
    return node(outer, node(inner, description=text, languagecode=LANGUAGE))


def names(text: str) -> Element:
    """The LocalizedNames of a component."""
    return labels("LocalizedNames", "LocalizedName", text)


def descriptions(text: str) -> Element | None:
    """The Descriptions of a component, None when there is nothing to say."""
    return labels("Descriptions", "Description", text) if text else None


def nil(tag: str) -> Element:
    """An element that is known to be empty."""
    return node(tag, attributes={f"{{{SCHEMA_INSTANCE}}}nil": "true"})


def write(root: Element) -> bytes:
    """The element as a file."""
    ET.indent(root)
    root.tail = None
    return (HEAD + ET.tostring(root, encoding="unicode", short_empty_elements=True) + "\n").encode()


def read(data: bytes) -> Element:
    """A file as an element. Errors: Malformed."""
    try:
        text = data.decode("utf-8-sig")
        if _FORBIDDEN in text:
            message = "document types, comments and CDATA sections have no place in a solution's files"
            raise Malformed(message)
        return ET.fromstring(text)  # noqa: S314  declarations are refused above, so there are no entities to expand
    except (ET.ParseError, UnicodeDecodeError) as error:
        message = f"no XML: {error}"
        raise Malformed(message) from None
