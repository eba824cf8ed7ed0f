"""The parts of bundles as whoever changes a bundle needs them: how they stand, their logs, and how many go into a seat.

One question more for every subscription, in the request that is made anyway; a request more for bundles alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of
from dataverse.stores import changing_rows as rows
from dataverse.stores.changing_rows import CHANGE, SUBSCRIPTION
from work365.subscriptions.held import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from dataverse.webapi import WebApi
    from work365.money import Currency

BUNDLE, OF = "_w365_parent_value", "_w365_subscription_value"
COMPONENT = ("_w365_bundle_value", "_w365_component_value", "w365_quantity")


def question(bundles: Iterable[str]) -> Get:
    """The subscriptions that are parts of these."""
    return Get(Query(SUBSCRIPTION, rows.SUBSCRIPTION_COLUMNS, any_of(BUNDLE, bundles), "createdon", rows.HELD_EXPAND))


def parts(
    api: WebApi,
    found: Sequence[Row],
    products: Mapping[str, str | None],
    code_of: Callable[[str], Currency],
    inherited: Inherited,
) -> dict[str, tuple[Part, ...]]:
    """The parts by the bundle's id.

    Shape:  `found` answers `question`; `products` are those of the bundles.
    Errors: BadInput when the row of a part says too little.
    """
    if not found:
        return {}
    log, components = api.rows(
        Get(Query(CHANGE, rows.LOG_COLUMNS, any_of(OF, [row["w365_subscriptionid"] for row in found]))),
        Get(Query("w365_productcomponent", COMPONENT, any_of("_w365_bundle_value", {one for one in products.values() if one}))),
    )
    logs: dict[str, list[Row]] = defaultdict(list)
    for change in log:
        logs[change[OF]].append(change)
    each = {(row["_w365_bundle_value"], row["_w365_component_value"]): row["w365_quantity"] for row in components}
    made: dict[str, list[Part]] = defaultdict(list)
    for row in found:
        held = rows.held(row, logs[row["w365_subscriptionid"]], code_of, inherited)
        made[row[BUNDLE]].append(Part(held, each.get((products[row[BUNDLE]], row["_w365_product_value"]))))
    return {bundle: tuple(some) for bundle, some in made.items()}
