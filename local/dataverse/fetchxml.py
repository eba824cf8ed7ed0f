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
AGGREGATED = 50_000
MOST = 5000
JOINED = frozenset({"inner", "outer", "exists", "in", "natural", "matchfirstrowusingcrossapply"})
FILTERING = frozenset({"any", "not any", "all", "not all"})
"""Link types that stand inside a filter only."""
_ATTRIBUTES = {
    "fetch": "version count page paging-cookie top distinct aggregate returntotalrecordcount no-lock mapping output-format "
    "latematerialize min-active-row-version utc-offset aggregatelimit datasource useraworderby options savedqueryid",
    "entity": "name enableprefiltering prefilterparametername",
    "attribute": "name alias aggregate groupby dategrouping distinct usertimezone rowaggregate build addedby",
    "link-entity": "name from to alias link-type intersect visible enableprefiltering prefilterparametername",
    "order": "attribute alias descending entityname",
    "filter": "type hint isquickfindfields overridequickfindrecordlimitenabled overridequickfindrecordlimitdisabled",
    "condition": "attribute entityname operator value valueof uiname uitype uihidden",
    "value": "uiname uitype",
}
"""What each element may carry; what is not named here and changes nothing is a hint to SQL Server or to a designer."""
_KNOWN = {tag: frozenset(names.split()) for tag, names in _ATTRIBUTES.items()}
_INSIDE = {
    "attribute": "",
    "all-attributes": "",
    "no-attrs": "",
    "order": "",
    "value": "",
    "condition": "value",
    "filter": "condition filter link-entity",
    "entity": "attribute all-attributes no-attrs filter link-entity order",
    "link-entity": "attribute all-attributes no-attrs filter link-entity order",
}
_DECLARED = re.compile(r"<!(?!--|\[CDATA\[)")
_NAME = re.compile(r"[A-Za-z_]\w{0,127}\Z", re.ASCII)


def parse(text: str) -> Query:
    """Read FetchXML. Errors: 400 with the place; 501 by name for what is not made here."""
    if _DECLARED.search(text):
        raise _bad("A document type is not allowed in FetchXML.")
    try:
        root = ET.fromstring(text)  # noqa: S314  declarations are refused above, so there are no entities to expand
    except (ET.ParseError, ValueError) as error:
        raise _bad(f"Invalid XML: {error}.") from None
    if root.tag != "fetch":
        raise _bad(f"The root element must be fetch, not '{root.tag}'.")
    entities = list(root)
    if root.get("datasource"):
        raise errors.unsupported("long-term data retention (the attribute 'datasource' of fetch)")
    if len(entities) != 1 or entities[0].tag != "entity":
        raise _bad("fetch must have one entity.")
    _check(root, {"fetch": "entity", **_INSIDE})
    return _Reader(root).query(entities[0])


def _check(element: ET.Element, inside: dict[str, str]) -> None:
    """Errors: 400 for an element or attribute that is not expected where it stands."""
    for one in element.iter():
        for name in one.keys():  # noqa: SIM118  an element is no mapping
            if name not in _KNOWN.get(one.tag, ()):
                raise _bad(f"The attribute '{name}' of '{one.tag}' is not supported.")
        for child in one:
            if child.tag not in inside.get(one.tag, "").split():
                raise _bad(f"The element '{child.tag}' is not expected in '{one.tag}'.")


def _bad(message: str) -> errors.DataverseError:
    return errors.bad(f"Invalid Fetch XML. {message}", "0x80041102")


def _flag(element: ET.Element, name: str) -> bool:
    value = element.get(name, "false").lower()
    if value not in {"true", "false", "1", "0"}:
        raise _bad(f"'{value}' is not a valid value of '{name}'; use true or false.")
    return value in {"true", "1"}


def _whole(element: ET.Element, name: str, most: int) -> int | None:
    """A number; one that is over the most is the most, as with page sizes."""
    text = element.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise _bad(f"'{text}' is not a valid value of '{name}'; it is a whole number from 1.")
    return min(int(text), most)


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
        self._link_orders: list[Sort] = []

    def query(self, entity: ET.Element) -> Query:
        root = self._root
        top, size, page = (_whole(root, name, most) for name, most in (("top", MOST), ("count", MOST), ("page", 1_000_000)))
        if top is not None and (size is not None or page is not None):
            raise errors.bad("The top attribute can't be specified with paging attribute page", "0x80044351")
        for name in ("no-lock", "latematerialize", "min-active-row-version"):
            _flag(root, name)
        links = tuple(self._link(one, "", 0) for one in entity.findall("link-entity"))
        aggregate = _flag(root, "aggregate")
        return Query(
            name=_name(entity, "name"),
            attributes=self._attributes(entity, aggregate=aggregate),
            filters=tuple(self._filter(one, 0) for one in entity.findall("filter")),
            links=links,
            orders=(*self._orders(entity, ""), *self._link_orders),
            top=top,
            size=size,
            page=page or 1,
            cookie=root.get("paging-cookie", ""),
            distinct=_flag(root, "distinct"),
            aggregate=aggregate,
            total=_flag(root, "returntotalrecordcount"),
            limit=_whole(root, "aggregatelimit", AGGREGATED),
            labels=not _flag(root, "useraworderby"),
        )

    def _attributes(self, element: ET.Element, *, aggregate: bool) -> tuple[Attribute, ...]:
        found = tuple(self._attribute(one) for one in element.findall("attribute"))
        for one in found:
            if not aggregate and (one.aggregate or one.group or one.dates or one.distinct):
                raise _bad(f"The attribute '{one.name}' is grouped or aggregated, which needs fetch with aggregate='true'.")
        return found

    @staticmethod
    def _attribute(one: ET.Element) -> Attribute:
        _flag(one, "usertimezone")
        how = one.get("rowaggregate", "").lower()
        if how not in {"", "countchildren"} or (how and not one.get("alias")):
            raise _bad(f"'{one.get('rowaggregate')}' is not a row aggregate; use CountChildren, with an alias.")
        return Attribute(
            _name(one, "name"),
            _name(one, "alias") if "alias" in one.keys() else "",  # noqa: SIM118  an element is no mapping
            one.get("aggregate", ""),
            _flag(one, "distinct"),
            _flag(one, "groupby"),
            one.get("dategrouping", ""),
            children=bool(how),
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
        if element.get("hint", "union") != "union":
            raise _bad(f"'{element.get('hint')}' is not a hint of a filter; the only one is 'union'.")
        return Group(
            kind == "or",
            False,
            tuple(self._condition(one) for one in element.findall("condition")),
            tuple(self._filter(one, depth + 1) for one in element.findall("filter")),
            tuple(self._link(one, "", depth + 1, filtering=True) for one in element.findall("link-entity")),
        )

    def _condition(self, element: ET.Element) -> Condition:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise errors.bad("Number of conditions in query exceeded maximum limit.", "0x8004430c")
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

    def _link(self, element: ET.Element, parent: str, depth: int, *, filtering: bool = False) -> Link:
        self._links += 1
        if self._links > MAX_LINKS or depth > MAX_DEPTH:
            raise errors.bad("Number of link entities in query exceeded maximum limit.", "0x8004430d")
        kind = element.get("link-type", "inner")
        if kind not in (FILTERING if filtering else JOINED):
            where = "inside a filter" if filtering else "outside a filter"
            raise _bad(f"'{kind}' is not a link-type {where}.")
        _flag(element, "intersect")
        name = _name(element, "name")
        alias = _name(element, "alias") if "alias" in element.keys() else self._free(name)  # noqa: SIM118
        if alias in self._aliases:
            raise _bad(f"The alias '{alias}' is used twice.")
        self._aliases.add(alias)
        attributes = self._attributes(element, aggregate=_flag(self._root, "aggregate"))
        every = element.find("all-attributes") is not None
        if (attributes or every) and kind in FILTERING | {"exists", "in"}:
            raise _bad(f"A link-entity of the type '{kind}' returns no columns.")
        self._link_orders += self._orders(element, alias)
        return Link(
            name,
            element.get("from", ""),
            element.get("to", ""),
            alias,
            kind,
            attributes,
            every,
            tuple(self._filter(one, depth + 1) for one in element.findall("filter")),
            tuple(self._inner(one, alias, kind, depth + 1) for one in element.findall("link-entity")),
            parent,
        )

    def _inner(self, element: ET.Element, alias: str, kind: str, depth: int) -> Link:
        """A link below another. Below one that returns no columns only such stand."""
        link = self._link(element, alias, depth)
        if kind in FILTERING | {"exists", "in"} and (link.attributes or link.every):
            raise _bad(f"A link-entity below one of the type '{kind}' returns no columns.")
        return link

    def _free(self, name: str) -> str:
        number = 1
        while f"{name}{number}" in self._aliases:
            number += 1
        return f"{name}{number}"
