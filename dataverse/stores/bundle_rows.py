"""Which lines of a document are parts of bundles, and whether the catalogue hides them. Pure: nothing here calls anybody.

Asked only of a document with such lines. A part that its bundle's product has no more (the bundle became another product) is
printed by itself: nobody says how many of it went into a seat.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of
from work365.documents.document import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.rows import Row
    from work365.documents.document import DocumentLine

BUNDLE = ("w365_subscriptionid", "w365_printedname", "_w365_product_value")
BUNDLE_PRODUCT = "w365_Product($select=w365_printedname)"
COMPONENT = ("_w365_bundle_value", "_w365_component_value", "w365_quantity", "w365_shown")


def questions(lines: Iterable[Row]) -> list[Get]:
    """The bundles as they were sold, and where the catalogue has their parts; none for a document without parts."""
    sold = [one for one in map(_subscription, lines) if one.get("_w365_parent_value")]
    if not sold:
        return []
    bundles = sorted({one["_w365_parent_value"] for one in sold})
    products = sorted({one["_w365_product_value"] for one in sold if one["_w365_product_value"]})
    return [
        Get(Query("w365_subscription", BUNDLE, any_of("w365_subscriptionid", bundles), expand=BUNDLE_PRODUCT)),
        Get(Query("w365_productcomponent", COMPONENT, any_of("_w365_component_value", products))),
    ]


def with_parts(
    lines: Sequence[DocumentLine], rows: Sequence[Row], bundles: Iterable[Row], components: Iterable[Row]
) -> tuple[DocumentLine, ...]:
    """The lines with the bundles that they are parts of. Shape: `rows` are those of the lines, in the same order."""
    sold = {row["w365_subscriptionid"]: row for row in bundles}
    known = {(row["_w365_bundle_value"], row["_w365_component_value"]): row for row in components}
    return tuple(replace(line, part=_part(_subscription(row), sold, known)) for line, row in zip(lines, rows, strict=True))


def _part(one: Row, sold: dict[str, Row], known: dict[tuple[str, str], Row]) -> Part | None:
    bundle = sold.get(one.get("_w365_parent_value") or "")
    component = known.get((bundle["_w365_product_value"], one["_w365_product_value"])) if bundle is not None else None
    if bundle is None or component is None:
        return None
    name = bundle["w365_printedname"] or bundle["w365_Product"]["w365_printedname"]
    return Part(bundle["w365_subscriptionid"], name, component["w365_quantity"], hidden=not component["w365_shown"])


def _subscription(line: Row) -> Row:
    return line.get("w365_Subscription") or {}
