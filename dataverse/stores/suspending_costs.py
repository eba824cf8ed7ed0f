"""What suspended subscriptions go on costing, as far as suppliers' bills, usage or their own rows say it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.batch import packed
from dataverse.query import Query, any_of, both, ge
from dataverse.stores import costs
from work365.supplied.charging import TABLE as SUPPLIED
from work365.suspending.running_cost import UNKNOWN, of_bills, of_the_row, of_usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.ports.suspending import Subject
    from work365.suspending.running_cost import Running

LOOKED_BACK = timedelta(days=400)
"""How old a supplier's line may be that says what a cycle costs: a year's cycle is in it."""
IDS_AT_ONCE = 200


def running_costs(api: WebApi, subjects: Sequence[Subject], today: date) -> dict[str, Running]:
    """By subscription: usage, else the supplier's newest cycle, else what the row says."""
    since = ge("w365_chargestart", today - LOOKED_BACK)
    found: dict[str, list[Row]] = defaultdict(list)
    for part in packed(sorted({one.id for one in subjects}), lambda _: 1, IDS_AT_ONCE):
        which = both(any_of("_w365_subscription_value", part), since)
        for row in api.find(Query(SUPPLIED, costs.COLUMNS, which, expand=costs.EXPAND)):
            found[row["_w365_subscription_value"]].append(row)
    return {one.id: _cost(one, found.get(one.id, [])) for one in subjects}


def _cost(one: Subject, lines: Sequence[Row]) -> Running:
    if one.usage is not None:
        return of_usage(one.usage)
    return of_bills(costs.cost_lines(lines).get(one.id, [])) or of_the_row(one.quantity, one.unit_cost, one.currency) or UNKNOWN
