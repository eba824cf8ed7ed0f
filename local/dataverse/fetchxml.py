"""FetchXML text to a query tree. What is not read is refused by name.

Source: Microsoft Learn, "FetchXML reference" (fetch, entity, attribute, filter, condition, value, link-entity, order) and the
published `Fetch.xsd`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.querytree import Attribute, Condition, Group, Link, Query, Sort

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINKS = 15
MAX_CONDITIONS = 500
MAX_DEPTH = 30
KINDS = frozenset({"inner", "outer", "exists", "in", "any", "not any"})
_LATER = frozenset({"all", "not all", "matchfirstrowusingcrossapply", "natural"})
_OPTIONS = """
version count page paging-cookie top distinct aggregate returntotalrecordcount no-lock mapping output-format latematerialize
min-active-row-version utc-offset aggregatelimit datasource useraworderby options savedqueryid
"""
_FETCH = frozenset(_OPTIONS.split())
_NAME = re.compile(r"[A-Za-z_]\w{0,127}\Z", re.ASCII)


def parse(text: str) -> Query:
    """Read FetchXML. Errors: 400 with the place; 501 by name for what is not made here."""
    if "<!" in text:
        raise _bad("A document type or comment is not allowed in FetchXML.")
    try:
        root = ET.fromstring(text)  # noqa: S314  declarations are refused above, so there are no entities to expand
    except (ET.ParseError, ValueError) as error:
        raise _bad(f"Invalid XML: {error}.") from None
    if root.tag != "fetch":
        raise _bad(f"The root element must be fetch, not '{root.tag}'.")
    for name in root.keys():  # noqa: SIM118  an element is no mapping
        if name not in _FETCH:
            raise _bad(f"The attribute '{name}' of fetch is not supported.")
    entities = list(root)
    if len(entities) != 1 or entities[0].tag != "entity":
        raise _bad("fetch must have one entity.")
    return _Reader(root).query(entities[0])


def _bad(message: str) -> errors.DataverseError:
    return errors.bad(f"Invalid Fetch XML. {message}", "0x80041102")


def _flag(element: ET.Element, name: str) -> bool:
    value = element.get(name, "false").lower()
    if value not in {"true", "false", "1", "0"}:
        raise _bad(f"'{value}' is not a valid value of '{name}'; use true or false.")
    return value in {"true", "1"}


def _whole(element: ET.Element, name: str, most: int) -> int | None:
    text = element.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise _bad(f"'{text}' is not a valid value of '{name}'; it is a whole number from 1 to {most}.")
    return int(text)


def _name(element: ET.Element, name: str) -> str:
    text = element.get(name, "")
    if not _NAME.match(text):
        raise _bad(f"The element '{element.tag}' needs a valid '{name}'.")
    return text


class _Reader:
    def __init__(self, root: ET.Element) -> None:
        self._root = root
        self._aliases: set[str] = set()
        self._links = 0
        self._conditions = 0

    def query(self, entity: ET.Element) -> Query:
        root = self._root
        top, size, page = (_whole(root, name, most) for name, most in (("top", 5000), ("count", 5000), ("page", 1_000_000)))
        if top is not None and (size is not None or page is not None):
            raise errors.bad("The top attribute can't be specified with paging attribute page", "0x80044351")
        return Query(
            name=_name(entity, "name"),
            attributes=self._attributes(entity),
            filters=tuple(self._filter(one, 0) for one in entity.findall("filter")),
            links=tuple(self._link(one, "", 0) for one in entity.findall("link-entity")),
            orders=tuple(self._orders(entity, "")),
            top=top,
            size=size,
            page=page or 1,
            cookie=root.get("paging-cookie", ""),
            distinct=_flag(root, "distinct"),
            aggregate=_flag(root, "aggregate"),
            total=_flag(root, "returntotalrecordcount"),
        )

    def _attributes(self, element: ET.Element) -> tuple[Attribute, ...]:
        for child in element:
            if child.tag not in {"attribute", "all-attributes", "no-attrs", "filter", "link-entity", "order"}:
                raise _bad(f"The element '{child.tag}' is not expected in '{element.tag}'.")
        return tuple(
            Attribute(
                _name(one, "name"),
                _name(one, "alias") if "alias" in one.keys() else "",  # noqa: SIM118  an element is no mapping
                one.get("aggregate", ""),
                _flag(one, "distinct"),
                _flag(one, "groupby"),
                one.get("dategrouping", ""),
            )
            for one in element.findall("attribute")
        )

    @staticmethod
    def _orders(element: ET.Element, entity: str) -> Iterator[Sort]:
        for one in element.findall("order"):
            if "alias" not in one.keys() and "attribute" not in one.keys():  # noqa: SIM118
                raise _bad("An order needs 'attribute' or 'alias'.")
            yield Sort(one.get("attribute", ""), _flag(one, "descending"), one.get("alias", ""), one.get("entityname", entity))

    def _filter(self, element: ET.Element, depth: int) -> Group:
        kind = element.get("type", "and")
        if kind not in {"and", "or"} or depth > MAX_DEPTH:
            raise _bad(f"A filter's type is 'and' or 'or', not '{kind}', and filters are not nested too deeply.")
        for child in element:
            if child.tag not in {"condition", "filter", "link-entity"}:
                raise _bad(f"The element '{child.tag}' is not expected in a filter.")
        return Group(
            kind == "or",
            False,
            tuple(self._condition(one) for one in element.findall("condition")),
            tuple(self._filter(one, depth + 1) for one in element.findall("filter")),
            tuple(self._link(one, "", depth + 1) for one in element.findall("link-entity")),
        )

    def _condition(self, element: ET.Element) -> Condition:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise errors.bad(f"Number of conditions in query exceeded maximum limit of {MAX_CONDITIONS}.", "0x8004430c")
        listed = [one.text or "" for one in element.findall("value")]
        value = element.get("value")
        if value is not None and listed:
            raise _bad("A condition has either 'value' or value elements.")
        other = element.get("valueof", "")
        table, dot, column = other.rpartition(".")
        return Condition(
            _name(element, "attribute"),
            element.get("operator", ""),
            tuple(listed) if value is None else (value,),
            element.get("entityname", ""),
            column if dot else other,
            table,
        )

    def _link(self, element: ET.Element, parent: str, depth: int) -> Link:
        self._links += 1
        if self._links > MAX_LINKS or depth > MAX_DEPTH:
            raise errors.bad(f"Number of link entities in query exceeded maximum limit of {MAX_LINKS}.", "0x8004430d")
        kind = element.get("link-type", "inner")
        if kind in _LATER:
            raise errors.unsupported(f"the link-type '{kind}' of FetchXML")
        if kind not in KINDS:
            raise _bad(f"'{kind}' is not a link-type.")
        name = _name(element, "name")
        alias = _name(element, "alias") if "alias" in element.keys() else self._free(name)  # noqa: SIM118
        if alias in self._aliases:
            raise _bad(f"The alias '{alias}' is used twice.")
        self._aliases.add(alias)
        attributes = self._attributes(element)
        return Link(
            name,
            element.get("from", ""),
            element.get("to", ""),
            alias,
            kind,
            attributes,
            element.find("all-attributes") is not None,
            tuple(self._filter(one, depth + 1) for one in element.findall("filter")),
            tuple(self._link(one, alias, depth + 1) for one in element.findall("link-entity")),
            parent,
        )

    def _free(self, name: str) -> str:
        number = 1
        while f"{name}{number}" in self._aliases:
            number += 1
        return f"{name}{number}"
