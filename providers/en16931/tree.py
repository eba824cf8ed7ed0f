"""XML as a tree of prefixed names: elements with nothing in them are left out, and the same tree gives the same bytes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # only written, never read: nothing foreign is parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from work365.money import Money

FORBIDDEN = frozenset({"Cc", "Cs", "Cn", "Co"})


def el(name: str, *content: ET.Element | str | None, **attributes: str) -> ET.Element | None:
    """An element; None when it would have neither text nor children, so that optional terms vanish by themselves."""
    made = ET.Element(name, attributes)
    texts = [_clean(part) for part in content if isinstance(part, str)]
    made.text = "".join(texts) or None
    made.extend(part for part in content if isinstance(part, ET.Element))
    return made if made.text or len(made) else None


def every(elements: Iterable[ET.Element | None]) -> list[ET.Element]:
    """Those that are there."""
    return [one for one in elements if one is not None]


def document(name: str, namespaces: Mapping[str, str], *content: ET.Element | None) -> bytes:
    """The whole file, UTF-8, indented by two."""
    root = ET.Element(name, {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()})
    root.extend(every(content))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def figure(number: Decimal) -> str:
    """A quantity, price or percentage: plain, without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(money: Money) -> str:
    """An amount with the currency's places."""
    return f"{money.major:f}"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    kept = (char if char in "\n\t" or unicodedata.category(char) not in FORBIDDEN else " " for char in text)
    return "".join(kept).strip()
